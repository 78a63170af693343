"""How the evidence reader is made: questions, training groups, training, and its measures."""

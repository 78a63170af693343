"""The web app: rendering and events only; what it knows of answering is `assistant.api`."""

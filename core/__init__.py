"""Types, settings and errors that every other package builds on."""

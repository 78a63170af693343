"""Lines as a format gives them to blocks without the remains of pages: chrome, hard wraps, captions, credits."""

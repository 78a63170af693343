"""The page of the library: list, reader, adding and changing of documents."""

"""From files to stores: file → Document → Article → Chunk → database and indexes, with a report for each file."""

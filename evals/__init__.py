"""Measures of the whole: question files, retrieval sets and speed."""

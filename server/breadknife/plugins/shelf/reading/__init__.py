"""Reads files of a shelf: a module for each format, OCR, and the process that all of it runs in."""

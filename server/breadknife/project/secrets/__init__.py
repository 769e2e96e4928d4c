"""What must never be put before a model: files whose names say that they hold secrets (`names`), and keys, tokens and
passwords wherever they stand (`contents`).
"""

"""Repairs of Python: what another checker says (`foreign`), and the edits that answer it."""

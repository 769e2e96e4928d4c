"""Repairs of a declaration, which end every finding that it causes."""

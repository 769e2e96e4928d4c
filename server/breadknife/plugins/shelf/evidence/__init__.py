"""Chooses the passages of a shelf that answer a question, or says why none does. No model writes any of it."""

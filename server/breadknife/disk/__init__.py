"""Reading files that may have come from anybody, such as those of a cloned repository. They are opened here and nowhere
else: `tests/test_architecture.py` forbids other ways.
"""

"""Reading and writing files. What a folder of somebody else's holds is opened here and nowhere else, and so is what
must not be half written: `tests/test_architecture.py` forbids other ways.
"""

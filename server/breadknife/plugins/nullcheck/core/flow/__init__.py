"""The control-flow graph of a function, and what follows it."""

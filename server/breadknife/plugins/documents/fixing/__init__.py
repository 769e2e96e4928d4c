"""What “Fix this text” is made of: what the checkers say, what a model would write, and what is left of both."""

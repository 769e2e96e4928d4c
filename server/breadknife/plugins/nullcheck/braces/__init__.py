"""What the null checks of Java and Go share, the layout of a file and the order of effects also with JavaScript."""

"""What the null checks of Java and Go share: facts of a point of a program, the layout of a file, the check of an edit."""

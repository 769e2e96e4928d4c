"""What the null checks of Java and Go share: facts at a point, a file's layout, the check of an edit."""

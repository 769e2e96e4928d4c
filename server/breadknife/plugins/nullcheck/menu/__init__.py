"""The menu of fixes at a place: which come first, how they are named, and what a chosen one becomes."""

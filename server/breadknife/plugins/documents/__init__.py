"""Actions on a document's prose: steps and recipes that fix, split, shorten and order it."""

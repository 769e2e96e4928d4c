"""Editors: the exact settings that connect each with this breadknife, and how they get into the editor's own file."""

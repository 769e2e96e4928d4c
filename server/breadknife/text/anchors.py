"""What leads to a heading of Markdown, after `#` in a link."""

from __future__ import annotations

import re


def github_anchor(heading: str) -> str:
    """Return the anchor of a heading's shown text as github-slugger makes it: lower case, no punctuation, a hyphen for
    each space."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

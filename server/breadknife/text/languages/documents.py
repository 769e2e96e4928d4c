"""Formats of documents that are read without a grammar: their ids, and the names of their files.

There are wheels of two grammars. tree-sitter-rst 0.2 reads list items with a blank line between them, and 500 kB of
plain sections, as errors; tree-sitter-org 0.24 has 3.3 MB. The others have none. All are read by the line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentFormat:
    """A format of documents, by its names."""

    id: str
    """LSP language id."""
    aliases: tuple[str, ...] = ()
    """Other ids that editors send."""
    suffixes: tuple[str, ...] = ()
    """Ends of files' names, with the dot."""
    names: tuple[str, ...] = ()
    """Whole names of files."""


PLAIN_TEXT = DocumentFormat(
    "plaintext",
    suffixes=(".txt",),
    names=("README", "CHANGELOG", "CHANGES", "NEWS", "INSTALL", "CONTRIBUTING", "HACKING", "TODO"),
)
REST = DocumentFormat("restructuredtext", ("rst",), (".rst", ".rest", ".inc"))
LATEX = DocumentFormat("latex", ("tex", "plaintex"), (".tex", ".ltx"))
TYPST = DocumentFormat("typst", suffixes=(".typ",))
ASCIIDOC = DocumentFormat("asciidoc", ("asciidoctor", "adoc"), (".adoc", ".asciidoc"))
ORG = DocumentFormat("org", suffixes=(".org",))
GIT_COMMIT = DocumentFormat(
    "git-commit", ("gitcommit",), names=("COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG")
)
GETTEXT = DocumentFormat("po", ("gettext",), (".po", ".pot"))

INCLUDED = ".inc"
"""The end of a name of parts that Sphinx includes, but also of C++, PHP and assembly."""
TEMPLATES = (".tmpl", INCLUDED)
"""What stands behind the end of a document's name if something is filled in there, or it is a part: `page.md.tmpl`."""

FORMATS = (PLAIN_TEXT, REST, LATEX, TYPST, ASCIIDOC, ORG, GIT_COMMIT, GETTEXT)

NOTEBOOK = "ipynb"
"""The id of a notebook's file on the command line. Editors show it as JSON, or each cell as a document."""

"""What of a document is prose: one function, a file for each kind of source."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract.comments import comment_prose
from breadknife.text.extract.markdown import markdown_prose
from breadknife.text.extract.passage import LONGEST
from breadknife.text.extract.plain import plain_prose
from breadknife.text.extract.python import python_prose
from breadknife.text.languages import LANGUAGES as SYNTAXES
from breadknife.text.prose import ProseText
from breadknife.text.syntax import SyntaxTree

__all__ = ["LANGUAGES", "LONGEST", "extract"]

_OWN = {"markdown": markdown_prose, "python": python_prose}
_COMMENTED = frozenset(id for id, syntax in SYNTAXES.items() if syntax.comments and id not in _OWN)
LANGUAGES = frozenset((*_OWN, *_COMMENTED, "plaintext", "git-commit"))


def extract(document: Document, tree: SyntaxTree | None, cancel: CancelToken) -> Iterator[ProseText]:
    """The paragraphs of a document in one of LANGUAGES, in order; `tree` is its syntax tree. Raises Cancelled."""
    if document.language in _COMMENTED:
        return comment_prose(tree, cancel) if tree is not None else iter(())
    own = _OWN.get(document.language)
    return plain_prose(document, cancel) if tree is None or own is None else own(tree, cancel)

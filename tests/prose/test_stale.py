"""Which ignores ignore nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from breadknife.plugins.prose.directives import ignoring
from breadknife.plugins.prose.stale import stale_comments, stale_lines
from breadknife.plugins.prose.workspace import EVERYWHERE, Sentence, ignored_lines, ignores_path
from breadknife.task.values import Finding, Severity
from breadknife.text.document import Document, Span, read_document

TEXT = "One thing is here. Another one is *there*. The last one."


def document(path: Path, text: str) -> Document:
    path.write_text(text, "utf-8")
    return read_document(path)


@pytest.mark.parametrize("place", ["One", "Another", "last", "here. Another"])
def test_a_sentence_that_is_still_said(tmp_path: Path, place: str) -> None:
    plain = TEXT.replace("*", "")
    start = plain.index(place)
    sentence = Sentence.around(plain, Span(start, start + len(place)))
    path = ignores_path(tmp_path)
    path.parent.mkdir()
    gone = Sentence("It was said once.")
    path.write_text(
        f"# ours\nAnA\t{EVERYWHERE}\teverywhere\nAnA\t{sentence.hash}\t{sentence.excerpt}\tit is right\n"
        f"\nThenThan\t{gone.hash}\t{gone.excerpt}\n",
        "utf-8",
    )
    doc = document(tmp_path / "a.md", f"# Title\n\n{TEXT}\n")
    assert [(each.line, each.why) for each in stale_lines(tmp_path, [doc])] == [
        (5, "ThenThan: no document says “It was said once.” any more")
    ]
    assert [(each.rule, each.reason) for each in ignored_lines(path)] == [
        ("AnA", ""), ("AnA", "it is right"), ("ThenThan", "")
    ]  # fmt: skip


def test_nothing_is_read_where_nothing_is_ignored(tmp_path: Path) -> None:
    assert stale_lines(tmp_path, iter(lambda: pytest.fail("read"), None)) == []


def of_useful(document: Document) -> Sequence[Finding]:
    at = document.text.find("an useful")
    return [Finding(Span(at, at + 2), "harper", "AnA", "", Severity.WARNING)] if at >= 0 else []


COMMENTS = [
    ("needed", f"{ignoring(['AnA'], 'markdown')}\nThis is an useful one.\n", []),
    ("of another rule", f"{ignoring(['ThenThan'], 'markdown')}\nThis is an useful one.\n",
     [(1, "there is no finding of ThenThan to ignore")]),
    ("of another paragraph", f"An end.\n\n{ignoring(['AnA'], 'markdown')}\nFine.\n\nThis is an useful one.\n",
     [(3, "there is no finding of AnA to ignore")]),
    ("of all rules", "<!-- breadknife: ignore -->\nFine.\n", [(1, "there is nothing to ignore")]),
    ("of the file", "<!-- breadknife: ignore-file AnA -->\n\nThis is an useful one.\n", []),
    ("of the file, for nothing", "<!-- breadknife: ignore-file AnA -->\n\nFine.\n",
     [(1, "there is no finding of AnA to ignore")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in COMMENTS], ids=[case[0] for case in COMMENTS])
def test_comments(tmp_path: Path, text: str, expected: list[tuple[int, str]]) -> None:
    found = stale_comments(document(tmp_path / "a.md", text), of_useful)
    assert [(each.line, each.why) for each in found] == expected

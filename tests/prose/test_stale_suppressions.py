"""Which ignores ignore nothing any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.prose.project.workspace import Sentence, dictionary_path
from breadknife.plugins.prose.rule_log import RuleLog
from breadknife.plugins.prose.stale_suppressions import (
    LoggedCheck,
    find_stale_comments,
    find_stale_lines,
    find_stale_words,
)
from breadknife.project.decisions import EVERYWHERE, ignored_lines, ignores_path
from breadknife.task.values import Finding, Severity
from breadknife.text.directives import ignoring
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
    heard = LoggedCheck([], RuleLog(sentences={("AnA", sentence.hash)}))
    assert [(each.line, each.why) for each in find_stale_lines(tmp_path, [doc], lambda document: heard)] == [
        (5, "ThenThan: no document contains “It was said once.”")
    ]
    assert [(each.rule, each.reason) for each in ignored_lines(path)] == [
        ("AnA", ""), ("AnA", "it is right"), ("ThenThan", "")
    ]  # fmt: skip


def test_nothing_is_read_where_nothing_is_ignored(tmp_path: Path) -> None:
    documents = iter(lambda: pytest.fail("read"), None)
    assert find_stale_lines(tmp_path, documents, lambda document: pytest.fail("checked")) == []
    assert find_stale_words(tmp_path, documents) == []


SAID = "This is an useful one."
LINES = [
    ("its rule speaks still", "AnA", SAID, RuleLog(sentences={("AnA", Sentence(SAID).hash)}), []),
    ("its rule doesn't", "AnA", SAID, RuleLog(), [("AnA: it no longer reports “This is an useful one.”", True)]),
    ("another rule does", "AnA", SAID, RuleLog(sentences={("Other", Sentence(SAID).hash)}),
     [("AnA: it no longer reports “This is an useful one.”", True)]),
    ("its engine isn't there", "EN_A_VS_AN", SAID, RuleLog({"languagetool"}), [("not checked: LanguageTool", False)]),
    ("another engine isn't there", "AnA", SAID, RuleLog({"languagetool"}),
     [("AnA: it no longer reports “This is an useful one.”", True)]),
    ("Vale isn't there", "House.Terms", SAID, RuleLog({"vale", "model"}), [("not checked: Vale", False)]),
    ("the model isn't there", "Agreement", SAID, RuleLog({"vale", "model"}), [("not checked: the model", False)]),
    ("of a line of the source", "broken-link", "See [it](it.md).",
     RuleLog({"languagetool"}, {("broken-link", Sentence("See [it](it.md).").hash)}), []),
    ("of a line that is gone", "broken-link", "See [that](that.md).", RuleLog(),
     [("broken-link: no document contains “See [that](that.md).”", True)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "said", "hearing", "expected"), [case[1:] for case in LINES], ids=[case[0] for case in LINES]
)
def test_what_its_rule_says_now(
    tmp_path: Path, rule: str, said: str, hearing: RuleLog, expected: list[tuple[str, bool]]
) -> None:
    path, sentence = ignores_path(tmp_path), Sentence(said)
    path.parent.mkdir()
    path.write_text(f"{rule}\t{sentence.hash}\t{sentence.excerpt}\tit is right\n", "utf-8")
    doc = document(tmp_path / "a.md", f"{ignoring([rule], 'markdown')}\n{SAID}\n\nSee [it](it.md).\n")
    asked: list[str] = []

    def check(document: Document) -> LoggedCheck:
        asked.append(document.text)
        return LoggedCheck([], hearing)

    assert [(each.why, each.certain) for each in find_stale_lines(tmp_path, [doc], check)] == expected
    assert not any("breadknife" in text for text in asked)  # a comment isn't why it is silent


def test_words_that_nobody_writes(tmp_path: Path) -> None:
    path = dictionary_path(tmp_path)
    path.parent.mkdir()
    path.write_text("# ours\nfrobnicate\nUvloop's\ngone\n", "utf-8")
    doc = document(tmp_path / "a.md", "It frobnicates the UVLOOP.\n")
    assert [(each.line, each.why) for each in find_stale_words(tmp_path, [doc])] == [(4, "no document contains “gone”")]


def of_useful(document: Document) -> LoggedCheck:
    at = document.text.find("an useful")
    found = [Finding(Span(at, at + 2), "harper", "AnA", "", Severity.WARNING)] if at >= 0 else []
    absent = {"languagetool"} if "without" in document.text else set[str]()
    return LoggedCheck(found, RuleLog(absent, offsets={("EN_A_VS_AN", at)} if at >= 0 else set()))


COMMENTS = [
    ("needed", f"{ignoring(['AnA'], 'markdown')}\nThis is an useful one.\n", []),
    ("of a rule that found the same", f"{ignoring(['EN_A_VS_AN'], 'markdown')}\nThis is an useful one.\n", []),
    ("of another rule", f"{ignoring(['ThenThan'], 'markdown')}\nThis is an useful one.\n",
     [(1, "there is no finding of ThenThan to ignore")]),
    ("of another paragraph", f"An end.\n\n{ignoring(['AnA'], 'markdown')}\nFine.\n\nThis is an useful one.\n",
     [(3, "there is no finding of AnA to ignore")]),
    ("of all rules", "<!-- breadknife: ignore -->\nFine.\n", [(1, "there is nothing to ignore")]),
    ("of somebody who isn't there", f"{ignoring(['AnA', 'EN_A_VS_AN'], 'markdown')}\nFine without.\n",
     [(1, "not checked: LanguageTool")]),
    ("of all rules, without somebody", "<!-- breadknife: ignore -->\nFine without.\n",
     [(1, "not checked: LanguageTool")]),
    ("of somebody who is", f"{ignoring(['AnA'], 'markdown')}\nFine without.\n",
     [(1, "there is no finding of AnA to ignore")]),
    ("of the file", "<!-- breadknife: ignore-file AnA -->\n\nThis is an useful one.\n", []),
    ("of the file, for nothing", "<!-- breadknife: ignore-file AnA -->\n\nFine.\n",
     [(1, "there is no finding of AnA to ignore")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in COMMENTS], ids=[case[0] for case in COMMENTS])
def test_comments(tmp_path: Path, text: str, expected: list[tuple[int, str]]) -> None:
    found = find_stale_comments(document(tmp_path / "a.md", text), of_useful)
    assert [(each.line, each.why) for each in found] == expected

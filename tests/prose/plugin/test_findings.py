"""The plugin from request to answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breadknife.errors import Cancelled
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.project.workspace import dictionary_path
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import (
    Command,
    CommandRequest,
    Done,
    Finding,
)
from breadknife.text.document import Document, Span
from prose.plugin.asking import ALONE, TEXT, Refreshing, actions, check
from prose.second import Second, speaks_of
from support import PluginContext, document


def shown(doc: Document, findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(doc.slice(f.span), f.code, f.fixes[0].edits[0].new_text if f.fixes else "") for f in findings]


PLANTED = [
    ("This is an useful option.", [("an", "AnA", "a")]),
    ("A entry is in it.", [("A", "AnA", "An")]),
    ("You see the the latest release.", [("the the", "RepeatedWords", "the")]),
    ("We recieve a notification.", [("recieve", "SpellCheck", "receive")]),
    ("It is better then before.", [("then", "ThenThan", "than")]),
    ("It has it's own settings.", [("it's", "Confusion", "its")]),
    ("The labelled ones use globbing: the clean one, and the one earlier.", []),
    ("The Id of an MIT licence is a SHA-256 sum.", []),
]  # fmt: skip
"""What Harper alone tells: by rules that are right more often than not."""


WAITING = [
    ("We invest into tests.", "invest in", ("invest into", "InvestIn", "invest in")),
    ("The steps are as follow.", "as follows", ("as follow", "AsFollows", "as follows")),
    ("It is shown in details.", "in detail", ("in details", "InDetail", "in detail")),
]  # fmt: skip
"""What Harper says and nobody shows before LanguageTool means the same."""


SILENT = [
    "a list item without a capital",
    "Install `foo` and run `an_odd` tool; an `x` or a `y`.",
    "The `the` the keyword.",
    "Set up asyncio, kwargs and the tokenizer's namespace.",
    "FastAPI, uvloop and PyPI are names; a uvloop is one.",
    "See <https://example.org/recieve> or mail me@recieve.org.",
    "The colour, the color and the behaviour are fine.",
    "Pass a, b, c... and then all of the others (e.g. stdin).",
    "It allows side-effects.",
]


def test_a_menu_is_about_what_was_told_of_the_same_text(
    plugin: ProsePlugin, context: PluginContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = document("This is an useful option.\n", "markdown")
    [finding] = check(plugin, doc, context)
    monkeypatch.setattr("breadknife.plugins.prose.plugin.extract", lambda *_: pytest.fail("the text is read again"))
    assert actions(plugin, doc, finding.span, context)


@pytest.mark.parametrize(("text", "expected"), PLANTED)
@pytest.mark.parametrize(
    ("language", "frame"),
    [
        ("markdown", "# Title\n\n> - {}\n"),
        ("plaintext", "{}\n"),
        ("git-commit", "Subject\n\n{}\n"),
        ("python", "# {}\n"),
        ("python", 'def f(x):\n    """Do it.\n\n    Args:\n        x: {}\n    """\n'),
    ],
)
def test_planted_mistakes_are_found_everywhere(
    plugin: ProsePlugin, context: PluginContext, language: str, frame: str, text: str, expected: list[tuple[str, ...]]
) -> None:
    doc = document(frame.format(text), language)
    assert shown(doc, check(plugin, doc, context)) == expected


@pytest.mark.parametrize(("text", "meant", "expected"), WAITING)
def test_rules_without_a_record_wait_for_agreement(
    plugin: ProsePlugin, second: Second, context: PluginContext, text: str, meant: str, expected: tuple[str, ...]
) -> None:
    doc, editor = document(text, "markdown"), Refreshing(context.root)
    assert check(plugin, doc, editor) == ()
    second.lints = speaks_of(expected[0], "SOME_RULE", meant)
    second.gate.set()
    assert editor.again.wait(30)
    found = check(plugin, doc, editor)
    assert (shown(doc, found), found[0].source) == ([expected], "harper")
    assert check(plugin, doc, editor, whole=True) == found


@pytest.mark.parametrize("text", SILENT)
def test_technical_prose_is_left_alone(plugin: ProsePlugin, context: PluginContext, text: str) -> None:
    doc = document(text, "markdown")
    assert shown(doc, check(plugin, doc, context)) == []


def test_a_safe_fix_is_preferred_and_repairs_the_source(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("> This is\n> an useful *option*.\n", "markdown")
    [finding] = check(plugin, doc, context)
    [fix] = finding.fixes
    assert fix.preferred
    assert fix.origin.rule == "AnA"
    assert doc.edited(fix.edits).text == "> This is\n> a useful *option*.\n"


def test_a_finding_in_markup_is_dropped(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("Say `the` `the` and an `unit`.", "markdown")
    assert check(plugin, doc, context) == ()


def test_rules_can_be_switched(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("This is an useful test of stdin, and we recieve it.", "markdown")

    def codes(settings: ProseSettings) -> list[str]:
        return [f.code for f in check(plugin, doc, replace(context, values=settings))]

    assert codes(ALONE) == ["AnA", "SpellCheck"]
    assert codes(replace(ALONE, disabled_rules=("AnA",))) == ["SpellCheck"]
    assert codes(replace(ALONE, spelling=False)) == ["AnA"]
    assert "ExpandStandardInputAndOutput" in codes(replace(ALONE, enabled_rules=("ExpandStandardInputAndOutput",)))


def test_dialects(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("We recieve the colour and the color.", "markdown")
    for dialect in ("en-US", "en-GB", "en-AU", "en-CA"):
        found = check(plugin, doc, replace(context, values=replace(ALONE, dialect=dialect)))
        assert shown(doc, found) == [("recieve", "SpellCheck", "receive")], dialect


def test_an_added_word_is_right_from_then_on(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("We recieve a notification.", "markdown")
    [finding] = check(plugin, doc, context)
    offered = actions(plugin, doc, finding.span, context)
    assert next(a.title for a in offered if a.edits) == "“recieve” → “receive”"
    add = next(a.command for a in offered if a.command and a.command.name == "prose.addWord")
    assert add.title == "Add “recieve” to the dictionary"
    assert isinstance(plugin.answer(CommandRequest(add, context.root), context), Done)
    assert context.root is not None
    assert (context.root / ".breadknife" / "dictionary.txt").read_text("utf-8") == "recieve\n"
    assert context.refreshed == 1
    assert check(plugin, doc, context) == ()
    assert check(plugin, doc, context, whole=True) == ()
    assert check(plugin, doc, replace(context, root=None)) == (finding,)


def test_an_ignored_finding_stays_away_from_its_sentence_only(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("This is an useful test. This is an useful text.", "markdown")
    first, second = check(plugin, doc, context)
    ignore = next(a.command for a in actions(plugin, doc, first.span, context) if a.command)
    assert ignore.name == "prose.ignoreHere"
    assert isinstance(plugin.answer(CommandRequest(ignore, context.root), context), Done)
    assert check(plugin, doc, context) == (second,)
    assert context.root is not None
    line = (context.root / ".breadknife" / "ignores.txt").read_text("utf-8")
    rule, digest, *rest = line.split("\t")
    assert (rule, rest) == ("AnA", ["This is an useful test.", "it is right\n"])
    assert len(digest) == 16
    assert [f.code for f in check(plugin, document("So. This is an useful\ntest."), replace(context))] == []


def test_a_rule_is_switched_off_for_a_paragraph_or_the_project(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("Well.\n\nThis is an useful test.\n\nThis is an useful text.\n", "markdown")
    first, second = check(plugin, doc, context)
    offered = {a.title: a for a in actions(plugin, doc, first.span, context)}
    here = doc.edited(offered["Ignore “a or an” in this paragraph"].edits)
    assert here.line_text(2) == "<!-- breadknife: ignore AnA -->"
    assert [here.line_at(f.span.start) for f in check(plugin, here, context)] == [5]
    off = offered["Switch “a or an” off in this project"].command
    assert off is not None
    assert isinstance(plugin.answer(CommandRequest(off, context.root), context), Done)
    assert check(plugin, doc, context) == ()
    assert second.code == "AnA"


def test_actions_are_those_of_the_place(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document("This is an useful test.\n\nThe the end.", "markdown")
    assert {a.findings[0].code for a in actions(plugin, doc, Span(8, 8), context)} == {"AnA"}
    assert actions(plugin, doc, Span(17, 17), context) == ()


def test_unknown_commands_are_nobodys_here(plugin: ProsePlugin, context: PluginContext) -> None:
    for command in (Command("other", ""), Command("prose.addWord", "", ()), Command("prose.ignoreHere", "", ("x",))):
        assert plugin.answer(CommandRequest(command, context.root), context) is None


BAD = {
    "empty": ("", []),
    "a byte order mark": ("\ufeff" + TEXT, ["an"]),
    "CRLF": (TEXT.replace(" an ", " an\r\n"), ["an"]),
    "astral": ("😀 😀. " + TEXT, ["an"]),
    "right to left": ("שלום. " + TEXT, ["an"]),
    "NUL": ("a\0b. " + TEXT, ["an"]),
    "half a surrogate": ("a\ud800b. " + TEXT, ["an"]),
    "broken markup": ("**a [b](c `d <e. \n\n" + TEXT, ["an"]),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("language", ["markdown", "plaintext", "git-commit"])
def test_bad_input(plugin: ProsePlugin, context: PluginContext, text: str, expected: list[str], language: str) -> None:
    doc = document("Subject\n\n" + text if language == "git-commit" else text, language)
    assert [doc.slice(f.span) for f in check(plugin, doc, context)] == expected


@pytest.mark.parametrize("language", ["markdown", "plaintext", "python"])
def test_a_line_of_a_megabyte_is_left_out_with_a_notice(
    plugin: ProsePlugin, context: PluginContext, language: str
) -> None:
    long = "word and more " * 75_000
    text = f'"""{TEXT}\n\n{long}\n"""\n' if language == "python" else f"{TEXT}\n\n{long}\n"
    doc = document(text, language)
    assert [doc.slice(f.span) for f in check(plugin, doc, context)] == ["an"]
    assert [doc.slice(f.span) for f in check(plugin, doc, context, whole=True)] == ["an"]
    [notice] = {*context.notices}
    assert "20,000 characters" in notice


def test_200_000_lines(plugin: ProsePlugin, context: PluginContext) -> None:
    doc = document(f"{TEXT}\n\n" + "Some prose.\n\n" * 100_000, "plaintext")
    assert [doc.slice(f.span) for f in check(plugin, doc, context, whole=True)] == ["an"]
    assert context.notices == [f"Only the first 20,000 paragraphs of {doc.path} are checked."]


def test_cancelled(plugin: ProsePlugin, context: PluginContext) -> None:
    context.cancel.cancel()
    with pytest.raises(Cancelled):
        check(plugin, document(TEXT, "markdown"), context)


def test_a_dictionary_that_is_too_large_is_told_of(plugin: ProsePlugin, context: PluginContext) -> None:
    assert context.root is not None
    path = dictionary_path(context.root)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"word\n" * (1 << 20))
    check(plugin, document(TEXT, "markdown"), replace(context, values=ALONE))
    assert context.notices == [f"Nothing of {path} counts: it is larger than 4 MB. Take lines out of it."]

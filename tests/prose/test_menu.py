"""The menu's entries for being wrong: words for a dictionary, and findings that are ignored with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.project.workspace import dictionary_path
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.project.decisions import ignores_path
from breadknife.task.values import Action, ActionRequest, Actions, CheckRequest, CommandRequest, Done, Findings
from breadknife.text.document import Document, Span
from prose.second import Second, speaks_of
from support import PluginContext, document

SETTINGS = ProseSettings(model=False)
GERMAN = "Wir haben die Konfigurationn und das Programm, und es ist nicht auf der Maschine.\n"


@pytest.fixture
def plugin(home: Path) -> Iterator[ProsePlugin]:
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


@pytest.fixture
def second(home: Path, monkeypatch: pytest.MonkeyPatch) -> Second:
    engine = Second()
    engine.gate.set()
    engine.put_in_place(monkeypatch)
    return engine


@pytest.fixture
def context(tmp_path: Path) -> PluginContext:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    return PluginContext(root=tmp_path / "project", values=SETTINGS)


def codes(plugin: ProsePlugin, doc: Document, context: PluginContext) -> list[str]:
    answer = plugin.answer(CheckRequest(doc, whole=True), context)
    assert isinstance(answer, Findings)
    return [each.code for each in answer.items]


def menu(plugin: ProsePlugin, doc: Document, at: int, context: PluginContext) -> dict[str, Action]:
    answer = plugin.answer(ActionRequest(doc, Span(at, at)), context)
    assert isinstance(answer, Actions)
    return {each.title: each for each in answer.items}


def choose(plugin: ProsePlugin, action: Action, context: PluginContext) -> None:
    assert action.command is not None
    assert isinstance(plugin.answer(CommandRequest(action.command, context.root), context), Done)


WORDS = [
    ("English", "We recieve a thing.\n", "recieve", [("MORFOLOGIK_RULE_EN_US", "receive")], "SpellCheck"),
    ("another language", GERMAN, "Konfigurationn", [("GERMAN_SPELLER_RULE", "Konfiguration")], "GERMAN_SPELLER_RULE"),
    ("French", GERMAN, "Konfigurationn", [("FR_SPELLING_RULE", "Konfiguration")], "FR_SPELLING_RULE"),
]


@pytest.mark.parametrize("own", [False, True], ids=["the project's", "one's own"])
@pytest.mark.parametrize(
    ("text", "word", "said", "code"), [each[1:] for each in WORDS], ids=[each[0] for each in WORDS]
)
def test_a_word_is_added(
    plugin: ProsePlugin,
    second: Second,
    context: PluginContext,
    text: str,
    word: str,
    said: list[tuple[str, str]],
    code: str,
    own: bool,
) -> None:
    second.lints = speaks_of(word, *said[0], category="TYPOS")
    doc = document(text, "markdown")
    assert codes(plugin, doc, context) == [code]
    offered = menu(plugin, doc, text.index(word), context)
    title = f"Add “{word}” to your own dictionary" if own else f"Add “{word}” to the dictionary"
    choose(plugin, offered[title], context)
    assert codes(plugin, doc, context) == []
    assert dictionary_path(None if own else context.root).read_text("utf-8") == f"{word}\n"
    assert not dictionary_path(context.root if own else None).exists()


def test_outside_of_a_project_there_is_one_dictionary(plugin: ProsePlugin, home: Path) -> None:
    context = PluginContext(values=replace(SETTINGS, languagetool=False))
    doc = document("We recieve a thing.\n", "markdown")
    assert codes(plugin, doc, context) == ["SpellCheck"]
    assert [each for each in menu(plugin, doc, 4, context) if "dictionary" in each] == [
        "Add “recieve” to the dictionary"
    ]


def test_grammar_of_another_language_is_no_matter_of_words(
    plugin: ProsePlugin, second: Second, context: PluginContext
) -> None:
    second.lints = speaks_of("die Konfigurationn", "DE_AGREEMENT", "der Konfiguration", category="GRAMMAR")
    doc = document(GERMAN, "markdown")
    assert codes(plugin, doc, context) == ["DE_AGREEMENT"]
    assert not any("dictionary" in each for each in menu(plugin, doc, GERMAN.index("die"), context))


def test_a_finding_about_a_document_is_ignored_in_its_line(plugin: ProsePlugin, context: PluginContext) -> None:
    context = replace(context, values=replace(SETTINGS, languagetool=False))
    assert context.root is not None
    path = context.root / "README.md"
    text = "Here is one.\n\n- See  [it](gone.md).\n- See [that](lost.md).\n"
    doc = Document(path.as_uri(), "markdown", text, 1)
    assert codes(plugin, doc, context) == ["broken-link", "broken-link"]
    offered = menu(plugin, doc, text.index("gone"), context)
    assert list(offered) == [
        "Ignore “gone.md” in this line",
        "Ignore “gone.md” in this line: intentional",
        "Ignore “broken link” in this paragraph",
        "Switch “broken link” off in this project",
    ]
    choose(plugin, offered["Ignore “gone.md” in this line: intentional"], context)
    rule, _, *rest = ignores_path(context.root).read_text("utf-8").split("\t")
    assert (rule, rest) == ("broken-link", ["- See [it](gone.md).", "it is intentional\n"])
    assert codes(plugin, doc, context) == ["broken-link"]
    moved = Document(doc.uri, "markdown", f"# Title\n\n{text}", 2)
    assert codes(plugin, moved, context) == ["broken-link"]
    assert codes(plugin, Document(doc.uri, "markdown", text.replace("gone", "away"), 3), context) == ["broken-link"] * 2


@pytest.mark.parametrize(
    ("text", "at", "listed"),
    [
        (
            "We recieve a thing.\n",
            "recieve",
            ["“recieve” → “receive”", "“recieve” → “recipe”", "“recieve” → “relieve”",
             "Add “recieve” to the dictionary"],
        ),
        (
            "This is an useful option.\n",
            "an useful",
            ["“an” → “a”", "Ignore “an” in this sentence"],
        ),
    ],
)  # fmt: skip
def test_a_menu_lists_one_entry_that_silences_and_keeps_the_others(
    plugin: ProsePlugin, context: PluginContext, text: str, at: str, listed: list[str]
) -> None:
    context = replace(context, values=replace(SETTINGS, languagetool=False))
    offered = menu(plugin, document(text, "markdown"), text.index(at), context)
    assert [title for title, action in offered.items() if action.listed] == listed
    assert len(offered) > len(listed)
    assert any("off in this project" in title for title in offered)


def test_titles_of_long_words_and_sentences_fit(plugin: ProsePlugin, second: Second, context: PluginContext) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitaenn"
    second.lints = speaks_of(word, "GERMAN_SPELLER_RULE", word[:-1], category="TYPOS")
    doc = document(GERMAN.replace("Konfigurationn", word), "markdown")
    assert codes(plugin, doc, context) == ["GERMAN_SPELLER_RULE"]
    assert list(menu(plugin, doc, doc.text.index(word), context)) == [
        "“…ellschaftskapitaenn” → “…sellschaftskapitaen”",
        "Add “Donaudampfschifffahrtsges…” to the dictionary",
        "Add “Donaudampfschifffahr…” to your own dictionary",
        "Ignore “Donaudampfschifffahrtsg…” in this sentence",
        "Ignore “Donaudampf…” in this sentence: intentional",
        "Ignore “spelling” in this paragraph",
        "Switch “spelling” off in this project",
    ]

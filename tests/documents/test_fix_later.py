"""“Fix this text” in an editor: what rules know comes first, and what models add is in the next menus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from breadknife.errors import EngineDied, ModelMissing
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.recipes.inputs import RecipeInput
from breadknife.task.values import Action, ActionRequest, CheckRequest, CommandRequest, Finding, ResolveRequest
from breadknife.testing import Line, Reply, ask, document
from breadknife.text.document import Span, TextEdit
from documents.fixing import Checker

WRONG = "This is an useful option. The new feature is easy for use."
BY_RULES = "This is a useful option. The new feature is easy for use."
RIGHT = "The new feature is easy to use."
START = Span(0, 0)
READER = (Line("easy for use", say=RIGHT), Line("From the documentation", say=RIGHT))


class Sure(Checker):
    """Is sure of its suggestions."""

    def _findings(self, text: str) -> list[Finding]:
        return [
            replace(each, fixes=tuple(replace(fix, preferred=True) for fix in each.fixes))
            for each in super()._findings(text)
        ]


class Editor:
    """Chooses “Fix this text” at the beginning of a text."""

    def __init__(self, text: str, fixes: dict[str, tuple[str, ...]], script: Sequence[Line]) -> None:
        self.document = document(text, "markdown")
        self._plugin = RecipesPlugin()
        self._checker = Sure(fixes)
        self._script = script

    def ask(self, request: ActionRequest | ResolveRequest | CommandRequest | CheckRequest) -> Reply:
        return ask(self._plugin, request, script=self._script, others=[self._checker])

    def fix(self) -> tuple[Action, Reply]:
        actions = [each for _, each in self.ask(ActionRequest(self.document, START)).actions]
        [offered] = [each for each in actions if each.title.startswith("Fix this text")]
        reply = self.ask(ResolveRequest(self.document, offered))
        [(_, made)] = reply.actions
        return made, reply

    def go_on(self, made: Action, text: str | None = None) -> Reply:
        assert made.command is not None
        self.document = self.document.edited(made.edits, 2) if text is None else document(text, "markdown")
        return self.ask(CommandRequest(made.command, None, self.document))

    def hints(self) -> list[tuple[str, str]]:
        return [(each.code, self.document.slice(each.span)) for each in self.ask(CheckRequest(self.document)).findings]

    def singly(self, words: str) -> list[str]:
        """The single edits in the menu at these words."""
        at = self.document.text.index(words)
        actions = self.ask(ActionRequest(self.document, Span(at, at + len(words)))).actions
        return [each.title for _, each in actions if each.edits]


@pytest.mark.parametrize(
    ("text", "fixes", "after", "is_incomplete"),
    [
        (WRONG, {"an useful": ("a useful",)}, BY_RULES, True),
        (WRONG, {}, f"This is an useful option. {RIGHT}", False),
    ],
    ids=["rules know something", "rules know nothing"],
)
def test_what_rules_know_is_the_first_answer(
    text: str, fixes: dict[str, tuple[str, ...]], after: str, is_incomplete: bool
) -> None:
    editor = Editor(text, fixes, READER)
    made, reply = editor.fix()
    assert editor.document.edited(made.edits).text == after
    assert made.incomplete is (made.command is not None) is is_incomplete
    assert (reply.receipts[0].model == "") is is_incomplete
    assert editor.hints() == []


def test_what_models_add_is_in_the_next_menus() -> None:
    editor = Editor(WRONG, {"an useful": ("a useful",)}, READER)
    made, _ = editor.fix()
    assert editor.go_on(made).message == "1 edit more: see the menu at the hints"
    assert editor.hints() == [("found", "for")]
    assert editor.singly("for") == ["“for” → “to”"]
    assert editor.singly("This") == []
    editor.document = editor.document.edited([], 3)
    assert editor.hints() == [("found", "for")]
    editor.document = document(editor.document.text.replace("for", "to"), "markdown")
    assert editor.hints() == []


@pytest.mark.parametrize(
    ("script", "text"),
    [
        (READER, "Something else is written here by now."),
        ((Line("", error=ModelMissing("no model")),), None),
        ((Line("", error=EngineDied("it died")),), None),
        ((), None),
    ],
    ids=["the document is another", "the model is missing", "the engine dies", "the model finds nothing"],
)
def test_it_ends_without_a_word(script: Sequence[Line], text: str | None) -> None:
    editor = Editor(WRONG, {"an useful": ("a useful",)}, script)
    made, _ = editor.fix()
    reply = editor.go_on(made, text)
    assert (reply.message, reply.failures, editor.hints()) == ("", [], [])


@pytest.mark.parametrize(
    ("selected", "still"),
    [
        ("", ""),
        ("The new feature is easy for use.", "The new feature is easy for use."),
        ("This is an useful", "This is a useful"),
        ("This is a", "This is a"),
        ("n useful", " useful"),
    ],
)
def test_a_selection_is_the_same_place_after_the_edits(selected: str, still: str) -> None:
    at, word = WRONG.index(selected), WRONG.index("an useful")
    asked = RecipeInput(document(WRONG, "markdown"), Span(at, at + len(selected)))
    after = asked.after([TextEdit(Span(word, word + 2), "a")])
    assert (after.document.text, after.selection) == (BY_RULES, still)

"""Several engines check one document, each in its own time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines import languagetool as module
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import (
    CheckRequest,
    CommandRequest,
    Findings,
)
from breadknife.text.document import apply_edits
from prose.plugin.asking import ALONE, TEXT, Refreshing, actions, check
from prose.second import Second, speaks_of
from support import PluginContext, document


def test_results_stream(plugin: ProsePlugin, second: Second, context: PluginContext) -> None:
    second.lints = speaks_of("keep", "SHE_LIVE", "keeps")
    doc = document("You see the the end.\n\nThe inventory keep one line.\n", "markdown")
    editor = Refreshing(context.root)
    assert [f.code for f in check(plugin, doc, editor)] == ["RepeatedWords"]
    second.gate.set()
    assert editor.again.wait(30)
    assert [(f.code, f.source) for f in check(plugin, doc, editor)] == [
        ("RepeatedWords", "harper"),
        ("SHE_LIVE", "languagetool"),
    ]


def test_a_warm_edit_asks_for_the_changed_paragraph_only(
    plugin: ProsePlugin, second: Second, context: PluginContext
) -> None:
    second.gate.set()
    context = replace(context, values=ProseSettings(model=False))
    check(plugin, document("One thing.\n\nAnother thing.\n", "markdown"), context, whole=True)
    check(plugin, document("A new one.\n\nOne thing.\n\nAnother thing!\n", "markdown"), context, whole=True)
    assert second.asked == ["One thing.", "Another thing.", "A new one.", "Another thing!"]


def test_a_single_english_word_starts_no_slow_engine(
    plugin: ProsePlugin, second: Second, context: PluginContext
) -> None:
    second.gate.set()
    context = replace(context, values=ProseSettings(model=False))
    german = "<html lang='de'><h1>Hallo</h1></html>"
    for name, text, asked in (("markdown", "# Hi\n", []), ("html", german, ["Hallo"])):
        check(plugin, document(text, name), context, whole=True)
        assert second.asked == asked


def test_a_paragraph_of_unknown_words_is_not_checked_as_english(plugin: ProsePlugin, context: PluginContext) -> None:
    text = "This is an useful thing.\n\nZorl mebat recieve pandu umesk.\n\nThsi sentense hass meny erors.\n"
    found = check(plugin, document(text, "markdown"), replace(context, values=ALONE), whole=True)
    assert [(each.code, text.count("\n", 0, each.span.start)) for each in found] == [
        ("AnA", 0),
        *[("SpellCheck", 4)] * 5,
    ]


def test_lint_waits_for_everybody_and_an_editor_ends_up_with_the_same(
    plugin: ProsePlugin, second: Second, context: PluginContext
) -> None:
    second.lints = speaks_of("an", "EN_A_VS_AN", "a")
    doc = document(TEXT, "markdown")
    editor = Refreshing(context.root)
    [alone] = check(plugin, doc, editor)
    second.gate.set()
    [finding] = check(plugin, doc, replace(context, values=ProseSettings(model=False)), whole=True)
    assert (finding.source, finding.code, finding.fixes[0].preferred) == ("harper", "AnA", True)
    assert check(plugin, doc, editor) == (finding,)
    assert alone == finding


@pytest.mark.parametrize("title", ["Ignore “a or an” in this paragraph", "Switch “a or an” off in this project"])
def test_all_rules_of_a_mistake_are_silenced_together(
    plugin: ProsePlugin, second: Second, context: PluginContext, title: str
) -> None:
    second.lints = speaks_of("an", "EN_A_VS_AN", "a")
    second.gate.set()
    context = replace(context, values=ProseSettings(model=False))
    doc = document(TEXT, "markdown")
    [finding] = check(plugin, doc, context, whole=True)
    [chosen] = [each for each in actions(plugin, doc, finding.span, context) if each.title == title]
    if chosen.command is not None:
        plugin.answer(CommandRequest(chosen.command, context.root), context)
    assert check(plugin, doc.edited(chosen.edits), context, whole=True) == ()


@pytest.mark.parametrize("rule", ["AnA", "EN_A_VS_AN", "harper+languagetool/AnA"])
@pytest.mark.parametrize("by_comment", [True, False])
def test_to_name_one_rule_of_a_mistake_is_enough(
    plugin: ProsePlugin, second: Second, context: PluginContext, rule: str, by_comment: bool
) -> None:
    second.lints = speaks_of("an", "EN_A_VS_AN", "a")
    second.gate.set()
    text = f"<!-- breadknife: ignore {rule} -->\n{TEXT}" if by_comment else TEXT
    settings = ProseSettings(model=False, disabled_rules=() if by_comment else (rule,))
    assert check(plugin, document(text, "markdown"), replace(context, values=settings), whole=True) == ()


def test_lint_tells_which_engine_gave_no_answer(plugin: ProsePlugin, second: Second, context: PluginContext) -> None:
    def give_up(text: str) -> list[Lint]:
        raise EngineUnavailable("LanguageTool did not start")

    second.lints = give_up
    second.gate.set()
    context = replace(context, values=ProseSettings(model=False), notices=[])
    for _ in range(2):
        answer = plugin.answer(CheckRequest(document(TEXT, "markdown"), whole=True), context)
        assert isinstance(answer, Findings)
        assert [each.code for each in answer.items] == ["AnA"]
        assert answer.unanswered == ("LanguageTool did not answer: LanguageTool did not start.",)


@pytest.mark.parametrize("deadly", [1, 2])
def test_what_an_engine_dies_of_is_told_once(
    plugin: ProsePlugin, second: Second, context: PluginContext, deadly: int
) -> None:
    keeps = speaks_of("keep", "SHE_LIVE", "keeps")

    def die(text: str) -> list[Lint]:
        if "deadly" in text:
            raise EngineDied("LanguageTool ended")
        return keeps(text)

    second.lints = die
    texts = [f"You see a deadly {number} of the the end." for number in range(deadly)]
    doc = document("\n\n".join([*texts, "The inventory keep one line."]), "markdown")
    editor = Refreshing(context.root)
    check(plugin, doc, editor)
    assert editor.notices == []
    second.gate.set()
    assert [f.code for f in check(plugin, doc, editor, whole=True)] == ["RepeatedWords"] * deadly + ["SHE_LIVE"]
    assert [f.code for f in check(plugin, doc, editor)] == ["RepeatedWords"] * deadly + ["SHE_LIVE"]
    notice = "LanguageTool could not check all of file:///project/example: it crashes or hangs there."
    assert {*editor.notices} == {notice}


def test_lint_can_be_cancelled_while_it_waits(plugin: ProsePlugin, second: Second, context: PluginContext) -> None:
    context = replace(context, values=ProseSettings(model=False), cancel=CancelToken.after(0.2))
    with pytest.raises(Cancelled):
        check(plugin, document(TEXT, "markdown"), context, whole=True)


def test_without_languagetool_harper_goes_on_and_says_so(
    plugin: ProsePlugin, context: PluginContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_set_up", lambda url: False)
    monkeypatch.setattr(module, "obstacle", lambda url: "it is not installed (`breadknife setup languagetool`)")
    context = replace(context, values=ProseSettings(model=False), notices=[])
    assert [f.code for f in check(plugin, document(TEXT, "markdown"), context, whole=True)] == ["AnA"]
    assert context.notices == [
        "Prose is checked by Harper alone: LanguageTool can't run: it is not installed "
        "(`breadknife setup languagetool`)."
    ]


def test_all_fixes_together_leave_the_rest_as_it_was(plugin: ProsePlugin, context: PluginContext) -> None:
    text = "\ufeff# An title\r\n\r\nThis is an useful `the` the the 😀 thing, and we recieve it.\r\n"
    doc = document(text, "markdown")
    edits = [fix.edits[0] for f in check(plugin, doc, context) for fix in f.fixes[:1]]
    assert apply_edits(text, edits) == (
        "\ufeff# A title\r\n\r\nThis is a useful `the` the 😀 thing, and we receive it.\r\n"
    )

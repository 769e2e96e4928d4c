"""What a user has chosen for a name comes first where that name may be null again."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.menu import choices
from breadknife.plugins.nullcheck.menu.choices import ChoiceStore, by_choice, name_of
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import RepairOffer, Strategy
from breadknife.task.values import ActionRequest, Actions, CommandRequest, Done, ResolveRequest
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from support import PluginContext, document

TEXT = "def f(x=None):\n    return x.y\n\n\ndef g(x=None):\n    return x.z\n"


@pytest.mark.parametrize(
    ("language", "value", "name"),
    [
        ("python", "x", "x"),
        ("python", "self.ctx.shell", "shell"),
        ("python", "re.match(pattern, line)", "match"),
        ("python", "self.machines[self.at].tools", "tools"),
        ("python", "rows[0]", "rows"),
        ("python", "find(1)(2)", "find"),
        ("python", "(yield)", ""),
        ("python", "re.match(p, " + "a + " * 3000 + "a)", "match"),
        ("typescript", "c.resolve<Service>('x')", "resolve"),
        ("typescript", "this.#map.get(key)!", "get"),
        ("typescript", "a?.b", "b"),
        ("javascript", "`${a}`.match(/b/)", "match"),
        ("java", "map.get(key)", "get"),
        ("java", "this.rows", "rows"),
        ("go", "c.Client.Conn()", "Conn"),
    ],
)
def test_the_name_of_a_value(language: str, value: str, name: str) -> None:
    tree = parse(value, language)
    assert tree is not None
    assert name_of(tree, Span(0, len(value))) == name


A, B, C, D = (
    RepairOffer(strategy, strategy.value, (), "the text speaks for it")
    for strategy in (Strategy.ASSERT, Strategy.RAISE, Strategy.ANNOTATE, Strategy.FIELD)
)


@pytest.mark.parametrize(
    ("chosen", "order", "reason"),
    [
        (None, [A, B, C, D], "the text speaks for it"),
        (Strategy.ASSERT, [A, B, C, D], "the text speaks for it"),
        (Strategy.RAISE, [B, A, C, D], "as you chose for `x` before"),
        (Strategy.FIELD, [D, A, B, C], "as you chose for `x` before"),
        (Strategy.INITIAL, [C, A, B, D], "as you chose for `x` before"),
        (Strategy.CONTINUE, [A, B, C, D], "the text speaks for it"),
    ],
)
def test_what_was_chosen_comes_first(chosen: Strategy | None, order: list[RepairOffer], reason: str) -> None:
    ranked = by_choice([A, B, C, D], chosen, "x")
    assert [offer.strategy for offer in ranked] == [offer.strategy for offer in order]
    assert ranked[0].reason == reason


def test_it_is_kept_for_each_project_and_shared(tmp_path: Path) -> None:
    file, app, other = tmp_path / "state" / "fixes.json", tmp_path / "app", tmp_path / "other"
    one, two = ChoiceStore(file), ChoiceStore(file)
    assert one.of(app, "x") is None
    two.chose(app, "x", Strategy.ASSERT)
    two.chose(other, "x", Strategy.RAISE)
    assert (one.of(app, "x"), one.of(other, "x"), one.of(app, "y")) == (Strategy.ASSERT, Strategy.RAISE, None)
    one.chose(app, "x", Strategy.RETURN)
    assert two.of(app, "x") is Strategy.RETURN
    file.unlink()
    assert two.of(app, "x") is None


def test_what_was_undone_is_no_choice(tmp_path: Path) -> None:
    kept = ChoiceStore(tmp_path / "fixes.json")
    kept.chose(tmp_path, "x", Strategy.ASSERT)
    kept.forget(tmp_path, "x", Strategy.RAISE)
    assert kept.of(tmp_path, "x") is Strategy.ASSERT, "another one has been chosen since"
    kept.forget(tmp_path, "x", Strategy.ASSERT)
    assert kept.of(tmp_path, "x") is None


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"/a": {"x": 1}}', b"\xff"])
def test_a_broken_file_is_nothing_and_is_written_anew(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "fixes.json"
    file.write_bytes(broken)
    kept = ChoiceStore(file)
    assert kept.of(tmp_path, "x") is None
    kept.chose(tmp_path, "x", Strategy.ASSERT)
    assert kept.of(tmp_path, "x") is Strategy.ASSERT


def test_a_way_that_this_version_does_not_know_is_none(tmp_path: Path) -> None:
    file = tmp_path / "fixes.json"
    file.write_text('{"/app": {"x": "pray"}}')
    assert ChoiceStore(file).of(Path("/app"), "x") is None


def test_the_latest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "PROJECTS", 2)
    monkeypatch.setattr(choices, "NAMES", 2)
    kept = ChoiceStore(tmp_path / "fixes.json")
    a, b, c = (tmp_path / name for name in "abc")
    for project, name in ((a, "x"), (b, "x"), (b, "y"), (b, "x"), (b, "z"), (a, "y"), (c, "x")):
        kept.chose(project, name, Strategy.ASSERT)
    there = [(project.name, name) for project in (a, b, c) for name in "xyz" if kept.of(project, name)]
    assert there == [("a", "x"), ("a", "y"), ("c", "x")]


def menu(plugin: NullCheckPlugin, context: PluginContext, at: int) -> list[str]:
    answer = plugin.answer(ActionRequest(document(TEXT), Span(at, at)), context)
    assert isinstance(answer, Actions)
    return [str(action.data["strategy"]) for action in answer.items if action.data]


@pytest.mark.parametrize("learn", [True, False])
def test_the_menu_of_the_next_place(tmp_path: Path, learn: bool) -> None:
    plugin = NullCheckPlugin(ChoiceStore(tmp_path / "fixes.json"))
    context = PluginContext(root=tmp_path, values=NullCheckSettings(oracle="off", learn=learn))
    here, there = TEXT.index("x.y"), TEXT.index("x.z")
    before = menu(plugin, context, there)
    offered = plugin.answer(ActionRequest(document(TEXT), Span(here, here)), context)
    assert isinstance(offered, Actions)
    action = next(action for action in offered.items if action.data.get("strategy") == before[-1])
    made = plugin.answer(ResolveRequest(document(TEXT), action), context)
    assert isinstance(made, Actions)
    [done] = made.items
    assert menu(plugin, context, there) == before, "to look at an edit isn't to make it"
    if not learn:
        assert done.command is None
        return
    assert done.command is not None
    assert plugin.answer(CommandRequest(done.command, tmp_path), context) == Done()
    assert menu(plugin, context, there) == [before[-1], *before[:-1]]
    assert menu(plugin, context, here)[0] == before[-1]

"""Diagnostics and code actions as real clients ask for them, with the built-in plugins and no model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types as lsp

from breadknife.host.host import Reply
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document

NO_CHECKER = {"nullcheck": {"oracle": "off"}}
NULL = 'import re\n\nm = re.match("a", "é😀")\nprint(m.group())\n'
PROSE = "This is an useful option for large repositories.\n"


async def until_pushed(session, uri: str, wanted) -> list[lsp.Diagnostic]:
    async with asyncio.timeout(120):
        while not wanted(found := list(session.client.diagnostics.get(uri, []))):
            await asyncio.sleep(0.02)
        return found


async def diagnostics(session, uri: str, wanted=bool) -> list[lsp.Diagnostic]:
    """However this client gets them."""
    return await session.pull(uri) if session.pulls else await until_pushed(session, uri, wanted)


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_pull_or_push_but_never_both(connect, script, editor: str) -> None:
    session = await connect(editor, engine_script=script([]))
    uri = session.open("a.py", NULL)
    found = await diagnostics(session, uri)
    assert [(d.source, d.code, d.range.start.line) for d in found] == [("breadknife", "nullcheck/none-attribute", 3)]
    assert session.pulls is (editor == "visual_studio_code")
    assert session.result.capabilities.diagnostic_provider is None  # a provider for each plugin, once they are loaded
    if session.pulls:
        assert await session.providers() == ["drift", "nullcheck", "prose", "recipes"]
        assert session.client.diagnostics.get(uri) is None


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_inline_completion_or_completion_but_never_both(connect, script, editor: str) -> None:
    capabilities = (await connect(editor, engine_script=script([]))).result.capabilities
    inline = editor == "visual_studio_code"
    assert (capabilities.inline_completion_provider is not None) is inline
    assert (capabilities.completion_provider is not None) is not inline


@pytest.mark.parametrize("language", ["js", "jsx", "ts", "tsx"])
async def test_the_names_that_eglot_has_for_languages_are_known(connect, script, language: str) -> None:
    session = await connect("emacs", engine_script=script([]))
    code = "const x = s.match(/a/);" if language.startswith("j") else "const x = (s as string).match(/a/);"
    uri = session.open(f"a.{language}", f"export function f(s) {{\n  {code}\n  return x[0];\n}}\n", language)
    assert [found.range.start.line for found in await diagnostics(session, uri)] == [2]


async def test_an_unchanged_report_is_short(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.py", NULL)
    full = await session.pull_from("nullcheck", uri)
    assert (await session.pull_from("nullcheck", uri, full.result_id)).kind == "unchanged"
    session.replace(uri, NULL + "x = 1\n", 2)
    assert (await session.pull_from("nullcheck", uri, full.result_id)).kind == "unchanged"
    session.replace(uri, "x = 1\n", 3)
    assert (await session.pull_from("nullcheck", uri, full.result_id)).items == []


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_a_null_check_is_fixed(connect, script, editor: str) -> None:
    session = await connect(editor, engine_script=script([]), options=NO_CHECKER)
    uri = session.open("a.py", NULL)
    [found] = await diagnostics(session, uri)
    actions = [each for each in await session.actions(uri, found.range, [found]) if each.title != "More…"]
    assert actions[0].title == "Handle None: skip this"
    assert all(action.kind == "quickfix" and list(action.diagnostics) == [found] for action in actions)
    chosen = next(action for action in actions if action.title == "Raise ValueError")
    if chosen.edit is None:
        chosen = await session.client.code_action_resolve_async(chosen)
    [edit] = edits_of(chosen)
    assert edit.new_text.strip().startswith("if m is None:")
    assert edit.range.start.line == edit.range.end.line == 3


async def test_an_action_for_an_older_version_is_refused(connect, script) -> None:
    session = await connect(engine_script=script([]), options=NO_CHECKER)
    uri = session.open("a.py", NULL)
    [found] = await diagnostics(session, uri)
    action = (await session.actions(uri, found.range, [found]))[0]
    session.replace(uri, "\n" + NULL, 2)
    with pytest.raises(Exception, match="changed since"):
        await session.client.code_action_resolve_async(action)


async def test_prose_is_fixed_and_the_dictionary_learns(connect, script) -> None:
    session = await connect(engine_script=script([]), options={"prose": {"languagetool": False, "model": False}})
    uri = session.open("a.md", PROSE + "\nThe frobnicater recieve a notification.\n", "markdown")
    found = await diagnostics(session, uri)
    article = next(d for d in found if d.range.start.line == 0)
    assert (article.source, article.code) == ("breadknife", "harper/AnA")
    [action, *_] = await session.actions(uri, article.range, [article])
    assert [edit.new_text for edit in edits_of(action)] == ["a"]
    spelled = next(d for d in found if d.range.start.line == 2)
    actions = await session.actions(uri, spelled.range, [spelled])
    add = next(a for a in actions if a.command and "dictionary" in a.title)
    await session.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams(add.command.command, add.command.arguments)
    )
    words = (session.folder / ".breadknife" / "dictionary.txt").read_text("utf-8").split()
    assert len(words) == 1
    assert all(d.range != spelled.range for d in await diagnostics(session, uri))


WRONG = "This is an useful option.\n\nWe recieve a notification.\n\nYou see an useful thing.\n"
SILENCING = [
    ("Add “recieve” to the dictionary", 2, [0, 4]),
    ("Add “recieve” to your own dictionary", 2, [0, 4]),
    ("Ignore “an” in this sentence: intentional", 0, [2, 4]),
    ("Switch “a or an” off in this project", 0, [2]),
]


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
@pytest.mark.parametrize(("title", "line", "left"), SILENCING, ids=[each[0] for each in SILENCING])
async def test_what_is_wrong_is_silenced(
    home, connect, script, editor: str, title: str, line: int, left: list[int]
) -> None:
    options = {"prose": {"languagetool": False, "model": False}}
    session = await connect(editor, engine_script=script([]), options=options)
    uri = session.open("a.md", WRONG, "markdown")
    found = await diagnostics(session, uri, lambda found: len(found) == 3)
    [wrong] = [each for each in found if each.range.start.line == line]
    await session.carry_out(uri, wrong.range, [wrong], title)
    async with asyncio.timeout(120):
        while len(found) != len(left):  # the second menu's command is carried out beside
            found = await diagnostics(session, uri, lambda found: len(found) == len(left))
    assert [each.range.start.line for each in found] == left


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_a_rule_is_ignored_in_one_paragraph(connect, script, editor: str) -> None:
    options = {"prose": {"languagetool": False, "model": False}}
    session = await connect(editor, engine_script=script([]), options=options)
    uri = session.open("a.py", "a = 1\n# This is an useful option.\n\n# You see an useful thing.\n")
    found = await diagnostics(session, uri, lambda found: len(found) == 2)
    menu = await session.actions(uri, found[0].range, [found[0]])
    title = "Ignore “a or an” in this paragraph"
    if menu[-1].title == "More…":
        assert title in await session.more(menu[-1], title)
        made = session.applied[-1].edit
        [edit] = made.document_changes[0].edits if made.document_changes else made.changes[uri]
    else:
        [edit] = edits_of(next(action for action in menu if action.title == title))
    assert (edit.range.start, edit.new_text) == (lsp.Position(1, 0), "# breadknife: ignore AnA\n")
    session.replace(uri, f"a = 1\n{edit.new_text}# This is an useful option.\n\n# You see an useful thing.\n", 2)
    found = await diagnostics(session, uri, lambda found: len(found) == 1)
    assert [each.range.start.line for each in found] == [4]


async def test_fix_all_applies_what_is_safe(connect, script) -> None:
    session = await connect(engine_script=script([]), options={"prose": {"languagetool": False}})
    uri = session.open("a.md", PROSE, "markdown")
    await diagnostics(session, uri)
    everything = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
    for only in ("source.fixAll.breadknife", "source.fixAll", "source"):
        found = await session.actions(uri, everything, [], only=[only])
        assert [action.kind for action in found] == ["source.fixAll.breadknife"]
        assert [edit.new_text for edit in edits_of(found[0])] == ["a"]
    assert await session.actions(uri, everything, [], only=["refactor"]) == []


async def test_no_fix_is_made_that_an_editor_never_reads() -> None:
    """Its menus are asked for apart: of a check it reads the preferred fixes, for "fix all"."""
    asked: list[CheckRequest] = []

    async def ask(request: CheckRequest, *, plugin: str) -> Reply:
        asked.append(request)
        return Reply((), ())

    ready = asyncio.Event()
    ready.set()

    async def in_worker(work: Callable[[], Any]) -> Any:
        return work()

    server: Any = SimpleNamespace(
        ask=ask,
        ready=ready,
        in_worker=in_worker,
        root_of=lambda uri: None,
        host=SimpleNamespace(checkers=lambda document, root: ("nullcheck",)),
        documents=SimpleNamespace(is_current=lambda document: True),
    )
    await Diagnostics(server).findings(Document("file:///a.py", "python", NULL))
    assert [request.all_fixes for request in asked] == [False]


async def test_settings_of_the_editor_count(connect, script) -> None:
    session = await connect(engine_script=script([]), options={"nullcheck": {"enabled": False}})
    uri = session.open("a.py", NULL)
    assert await diagnostics(session, uri) == []


async def test_a_wrong_setting_is_told_once_and_clearly(connect, script) -> None:
    (await connect(engine_script=script([]), options={"prose": {"languagetol": False}}))
    session = await connect(engine_script=script([]), options={"prose": {"languagetol": False}})
    session.open("a.py", NULL)
    async with asyncio.timeout(120):
        while not session.client.messages:
            await asyncio.sleep(0.02)
    assert [m.message for m in session.client.messages] == [
        "breadknife: the editor's settings: prose.languagetol: no such setting; did you mean `languagetool`?"
    ]


def edits_of(action: lsp.CodeAction) -> list[lsp.TextEdit]:
    edit = action.edit
    assert edit is not None
    if edit.document_changes:
        return list(edit.document_changes[0].edits)
    return [change for changes in (edit.changes or {}).values() for change in changes]


FINDS = "def find(rows):\n    for row in rows:\n        return row\n    return None\n"
USES = "from rows import find\n\nprint(find([]).name)\n"


@pytest.mark.parametrize("editor", ["visual_studio_code", "emacs"])
@pytest.mark.parametrize("how", ["saved", "typed", "closed"])
async def test_what_another_file_says_by_now_is_told_of_an_open_document(
    connect, script, editor: str, how: str
) -> None:
    session = await connect(editor, engine_script=script([]))
    other, better = session.uri("rows.py"), FINDS.replace("return None", "raise KeyError")
    (session.folder / "rows.py").write_text(better if how == "closed" else FINDS, "utf-8")
    if how == "closed":
        session.open("rows.py", FINDS)
    uri = session.open("uses.py", USES)
    assert [each.code for each in await diagnostics(session, uri)] == ["nullcheck/none-attribute"]
    match how:
        case "saved":
            (session.folder / "rows.py").write_text(better, "utf-8")
            changes = [lsp.FileEvent(other, lsp.FileChangeType.Changed)]
            session.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(changes))
        case "typed":
            session.open("rows.py", better)
        case _:
            session.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(other)))
    async with asyncio.timeout(120):
        while await diagnostics(session, uri, lambda found: not found):
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
@pytest.mark.parametrize("shown", [False, True], ids=["on disk", "open"])
async def test_a_place_of_another_file_that_explains_a_finding_is_told(
    connect, script, editor: str, shown: bool
) -> None:
    session = await connect(editor, engine_script=script([]))
    saved = f"\ufeff# é\n{FINDS}"
    (session.folder / "rows.py").write_text(saved, "utf-8")
    if shown:
        session.open("rows.py", f"# é\n\n{FINDS}")
    uri = session.open("uses.py", USES)
    line = 2 if shown else 1
    async with asyncio.timeout(120):
        while True:  # the server learns of the open document beside the request
            found = [each for each in await diagnostics(session, uri) if str(each.code).startswith("nullcheck/")]
            first = next((place for each in found for place in each.related_information or ()), None)
            if first is not None and first.location.range.start.line == line:
                break
            await asyncio.sleep(0.1)
    assert found[0].message.endswith("`find` may return None"), "for clients that show no other places"
    assert first.location.uri == session.uri("rows.py")
    assert first.location.range == lsp.Range(lsp.Position(line, 0), lsp.Position(line, 15))

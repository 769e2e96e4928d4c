"""Settings in a running server: each folder's own, read again when they change, and no more than the user trusts."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from lsprotocol import types as lsp

NULL = "import re\n\n\ndef f(x):\n    return re.match('a', x).end()\n"
OFF = "nullcheck.enabled = false\n"
SMALLER = '[models]\ncompletion = "smollm2-135m"\n'


async def found(session, uri: str) -> int:
    return len(await session.pull(uri))


async def until(condition) -> None:
    async with asyncio.timeout(120):
        while not await condition():
            await asyncio.sleep(0.05)


async def model(session, name: str = "a.py") -> str:
    """The one that completes in a new file."""
    uri = session.open(name, "def f(a, b):\n    return \n")
    await session.inline(uri, 1, 11)
    return next(each["model"] for each in await session.why(uri) if each["request"] == "completion")


def trust(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "breadknife", "trust", *map(str, arguments)], check=True)


async def test_each_folder_has_its_own_settings(connect, script, home) -> None:
    def configuration(session) -> None:
        session.client.set_configuration({"breadknife": {"nullcheck": {"enabled": True}}})
        session.client.set_configuration(
            {"breadknife": {"nullcheck": {"enabled": False}}}, scope_uri=session.uri("off-in-the-editor")
        )

    folders = ["off-in-its-file", "off-in-the-editor", "on"]
    session = await connect(engine_script=script([]), folders=folders, configuration=configuration)
    (session.folder / "off-in-its-file" / "pyproject.toml").write_text(f"[tool.breadknife]\n{OFF}")
    (session.folder / "on" / ".git").mkdir()
    counts = {name: await found(session, session.open(f"{name}/a.py", NULL)) for name in folders}
    assert counts == {"off-in-its-file": 1, "off-in-the-editor": 0, "on": 1}  # an editor's word is stronger


async def test_overrides_are_for_some_documents(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    (session.folder / "breadknife.toml").write_text('[[overrides]]\npaths = ["vendor/"]\n' + OFF)
    counts = [await found(session, session.open(name, NULL)) for name in ("a.py", "vendor/a.py")]
    assert counts == [1, 0]


@pytest.mark.parametrize(
    ("severities", "wanted"),
    [
        ({}, lsp.DiagnosticSeverity.Warning),
        ({"none-attribute": "error"}, lsp.DiagnosticSeverity.Error),
        ({"*": "warning"}, lsp.DiagnosticSeverity.Warning),
        ({"*": "hint", "none-attribute": "information"}, lsp.DiagnosticSeverity.Information),
        ({"none-call": "error"}, lsp.DiagnosticSeverity.Warning),
    ],
)
async def test_the_user_says_how_severe_a_finding_is(connect, script, home, severities, wanted) -> None:
    session = await connect(engine_script=script([]), options={"nullcheck": {"severities": severities}})
    [item] = await session.pull(session.open("a.py", NULL))
    assert (item.code, item.severity) == ("nullcheck/none-attribute", wanted)


@pytest.mark.parametrize("watched", [True, False])
async def test_a_changed_file_counts_at_once(connect, script, home, watched: bool) -> None:
    session = await connect(engine_script=script([]))
    uri, file = session.open("a.py", NULL), session.folder / "breadknife.toml"

    def told() -> list[str]:
        return [each.message for each in session.client.messages if "nullcheck.enabled" in each.message]

    for version, (text, count) in enumerate(((OFF, 0), ("", 1), ("nullcheck.enabled = 3\n", 1), (OFF, 0)), 2):
        file.write_text(text)
        if watched:
            change = lsp.FileEvent(file.as_uri(), lsp.FileChangeType.Changed)
            session.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))

            async def counts(count: int = count, is_wrong: bool = "3" in text) -> bool:
                return await found(session, uri) == count and bool(told()) >= is_wrong

            await until(counts)
        else:
            session.replace(uri, NULL + "\n" * version, version)
            assert await found(session, uri) == count
    assert told() == [f"breadknife: {file}:1: nullcheck.enabled: Expected `bool`, got `int`, found 3"]


async def test_the_client_is_asked_to_watch_the_files(connect, script, home) -> None:
    session = await connect(engine_script=script([]))

    text = str(await session.registration("workspace/didChangeWatchedFiles"))
    assert all(name in text for name in ("breadknife.toml", "pyproject.toml"))


async def test_the_users_own_files_are_read_again_too(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.py", NULL)
    assert await found(session, uri) == 1
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(OFF)
    session.replace(uri, NULL + "\n", 2)
    assert await found(session, uri) == 0


async def test_a_stranger_chooses_no_model_until_the_user_trusts_the_folder(connect, script, home) -> None:
    session = await connect(engine_script=script([{"when": "return", "say": "a\n"}]))
    (session.folder / "breadknife.toml").write_text(SMALLER)
    assert [await model(session, name) for name in ("a.py", "b.py")] == ["qwen2.5-coder-0.5b"] * 2
    trust(session.folder)
    assert await model(session, "c.py") == "smollm2-135m"
    trust("--revoke", session.folder)
    assert await model(session, "d.py") == "qwen2.5-coder-0.5b"
    told = [each.message for each in session.client.messages if "breadknife trust" in each.message]
    assert len(told) == 1
    assert "breadknife.toml:2: models.completion: left out" in told[0]


@pytest.mark.parametrize(
    ("trusted", "options", "settings", "expected"),
    [
        (False, {"trusted": True}, {}, "smollm2-135m"),
        (True, {"trusted": False}, {}, "qwen2.5-coder-0.5b"),
        (True, {}, {}, "smollm2-135m"),
        (False, {}, {"trusted": True}, "qwen2.5-coder-0.5b"),  # settings may be a workspace's own
        (False, {"trusted": 1}, {}, "qwen2.5-coder-0.5b"),
    ],
)
async def test_the_editors_own_trust(connect, script, home, trusted, options, settings, expected) -> None:
    def configuration(session) -> None:
        session.client.set_configuration({"breadknife": settings})
        (session.folder / "breadknife.toml").write_text(SMALLER)
        if trusted:
            trust(session.folder)

    lines = [{"when": "return", "say": "a\n"}]
    session = await connect(engine_script=script(lines), options=options, configuration=configuration)
    assert await model(session) == expected


async def test_the_editors_trust_ends_at_its_folders(connect, script, home) -> None:
    """The document's root may lie above of what the editor has open."""
    session = await connect(
        engine_script=script([{"when": "return", "say": "a\n"}]), options={"trusted": True}, folders=["inner"]
    )
    (session.folder / "breadknife.toml").write_text(SMALLER)
    assert await model(session, "inner/a.py") == "qwen2.5-coder-0.5b"

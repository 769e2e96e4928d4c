"""`breadknife mcp`, asked by the official client over stdin and stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError, StdioServerParameters

from project.folders import git

PROSE = "# Notes\n\nThis are a test of the the editor.\n"
RECIPE = """\
recipe = 1
name = "shout"
title = "Say it loud"

[steps.paragraph]
use = "select.paragraph"

[steps.loud]
use = "text"
text = "{{ paragraph.text | upper }}"

[show]
as = "edit"
text = "$loud.text"
at = "$paragraph.place"
"""


@asynccontextmanager
async def serving(folder: Path, home: Path) -> AsyncIterator[Client]:
    command = [sys.executable, "-m", "breadknife", "mcp", str(folder), "--offline"]
    environment = {"BREADKNIFE_HOME": str(home)}
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=environment)
    async with Client(parameters, read_timeout_seconds=120) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise AssertionError(" ".join(getattr(each, "text", "") for each in result.content))
    value = result.structured_content
    return value.get("result", value) if value else json.loads(result.content[0].text)  # type: ignore[union-attr]


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.md").write_text(PROSE)
    (home / "config" / "recipes").mkdir(parents=True)
    (home / "config" / "recipes" / "shout.toml").write_text(RECIPE)
    return work


async def test_an_agent_finds_repairs_and_asks(folder: Path, home: Path) -> None:
    async with serving(folder, home) as client:
        tools = {tool.name: tool.description or "" for tool in (await client.list_tools()).tools}
        assert set(tools) == {"lint", "drift", "fix", "why", "recipe", "search"}
        assert "shout (Say it loud)" in tools["recipe"]

        found = await call(client, "lint", path="notes.md")
        assert {(each["start"]["line"], each["path"]) for each in found["problems"]} == {(3, str(folder / "notes.md"))}

        fixes = await call(client, "fix", path="notes.md", line=3)
        texts = [applied(PROSE, fix["edits"]) for fix in fixes["fixes"]]
        assert PROSE.replace("the the", "the") in texts

        where = await call(client, "search", question="Where are the notes?")
        assert [(each["path"], each["line"], each["name"]) for each in where["places"]] == [("notes.md", 1, "Notes")]
        assert where["searched"].startswith("1 places of 1 file, by words")
        answer = await call(client, "recipe", name="shout", path="notes.md", line=3)
        assert answer["text"] == "THIS ARE A TEST OF THE THE EDITOR."

        why = await call(client, "why", path="notes.md")
        assert any("recipe" in line for line in why)
    assert (folder / "notes.md").read_text() == PROSE


CODE = '''def fetch(url, wait=30):
    """Fetch it.

    :param url: where it is
    :param wait: seconds
    """
    return url, wait
'''


async def test_an_agent_asks_what_a_change_made_false(folder: Path, home: Path) -> None:
    (folder / "src").mkdir()
    for name in ("a.py", "src/b.py"):
        (folder / name).write_text(CODE)
    (folder / "guide.md").write_text("See `src/b.py`.\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    changed = CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout")
    (folder / "a.py").write_text(changed)
    git(folder, "mv", "src/b.py", "src/c.py")
    git(folder, "checkout", "-q", "-b", "work")
    git(folder, "commit", "-q", "-a", "-m", "second")
    async with serving(folder, home) as client:
        found = await call(client, "drift", base="main")
        claims = {Path(each["path"]).name: each for each in found["claims"]}
        assert set(claims) == {"a.py", "guide.md"}
        assert found["since"].startswith("main (")
        code = claims["a.py"]
        assert (code["start"]["line"], code["rule"], code["cause_line"]) == (5, "drift/parameter-renamed", 1)
        assert applied(changed, code["edits"]) == changed.replace(":param wait", ":param timeout")
        page = claims["guide.md"]
        assert (page["message"], page["cause_path"]) == (
            "“src/b.py” is “src/c.py” now", str(folder / "src" / "c.py")
        )  # fmt: skip
        assert (await call(client, "drift", path="src", base="main"))["claims"] == []
        assert (await call(client, "drift", base="work"))["claims"] == []  # nothing has changed since
        with pytest.raises(AssertionError, match="the base nowhere isn't in this clone"):
            await call(client, "drift", base="nowhere")
    assert (folder / "a.py").read_text() == changed


GUARDED = """\
import re


def first(text):
    match = re.match("a", text)
    if match is None:
        return ""
    return match.group()


def second(text):
    return re.match("b", text).group()
"""
UNGUARDED = GUARDED.replace('    if match is None:\n        return ""\n', "")
FIND, USE = "def find(key):\n    return str(key)\n", "from find import find\n\n\nfind('1').strip()\n"
SETTINGS = "[nullcheck]\nseverity_medium = 'warning'\n"


async def test_an_agent_asks_what_its_change_has_brought(folder: Path, home: Path) -> None:
    """Only that: neither what was there before, nor what another file had already."""
    (folder / "breadknife.toml").write_text(SETTINGS)
    for name, text in {"a.py": GUARDED, "find.py": FIND, "use.py": USE, "b.py": CODE}.items():
        (folder / name).write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "a.py").write_text(UNGUARDED)
    (folder / "find.py").write_text("import re\n\n\ndef find(key):\n    return re.match('a', key)\n")
    (folder / "b.py").write_text(CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout"))
    (folder / "notes.md").write_text(PROSE + "\nIt is an good house.\n")
    async with serving(folder, home) as client:
        found = await call(client, "lint", base="HEAD", with_fixes=True)
        problems = {(Path(each["path"]).name, each["start"]["line"]): each for each in found["problems"]}
        assert found["since"].startswith("HEAD (")
        assert set(problems) == {("a.py", 6), ("use.py", 4), ("b.py", 5), ("notes.md", 5)}
        assert "drift/parameter-renamed" in {each["rule"] for each in found["problems"]}
        causes = {(each["path"], each["line"]) for each in problems["use.py", 4]["causes"]}
        assert (str(folder / "find.py"), 4) in causes
        fixes = {place: problem["fixes"]["fixes"] for place, problem in problems.items()}
        assert "finding gone" in fixes["a.py", 6][0]["checks"]
        texts = [applied(PROSE + "\nIt is an good house.\n", fix["edits"]) for fix in fixes["notes.md", 5]]
        assert PROSE + "\nIt is a good house.\n" in texts
        assert len((await call(client, "lint", path="a.py"))["problems"]) == 2
        [new] = (await call(client, "lint", path="a.py", only_new=True))["problems"]
        assert (new["start"]["line"], new["fixes"]["fixes"]) == (6, [])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("lint", {"path": "../other.md"}, "not inside"),
    ("fix", {"path": "notes.md", "line": 99}, "there is no line 99; the file has 4"),
    ("fix", {"path": "gone.md", "line": 1}, "gone.md"),
    ("lint", {"path": "notes.md", "min_confidence": "some"}, "some"),
    ("lint", {"path": "/dev/zero"}, "not inside"),
    ("lint", {"path": "/etc/passwd"}, "not inside"),
    ("lint", {"path": "a\0b"}, "is no path"),
    ("lint", {"path": "a" * 5000}, "a path has 4096 characters at most"),
    ("lint", {"path": "out.md"}, "not inside"),
    ("recipe", {"name": "shout", "path": "away/secret.md"}, "not inside"),
    ("search", {"question": "secret", "path": "away"}, "not inside"),
    ("fix", {"path": "pipe.md", "line": 1}, "not a regular file"),
    ("fix", {"path": "huge.md", "line": 1}, "larger than"),
    ("fix", {"path": "notes.md", "line": "three"}, "line: Input should be a valid integer"),
    ("fix", {"path": "notes.md"}, "line: Field required"),
    (
        "lint",
        {"path": "notes.md", "fast": True},
        "lint has no argument 'fast'; it takes base, min_confidence, only_new, path, with_fixes",
    ),
    ("lint", {"base": "nowhere"}, "not a git repository"),
    ("recipe", {"name": "x\ny", "path": "gone\nmd"}, "gone md"),
    ("drift", {}, "not a git repository"),
    ("drift", {"path": "away"}, "not inside"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders, and links need a permission")
async def test_what_is_wrong_is_a_sentence(folder: Path, home: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("This are secret.\n")
    (folder / "out.md").symlink_to(outside / "secret.md")
    (folder / "away").symlink_to(outside, target_is_directory=True)
    os.mkfifo(folder / "pipe.md")
    with (folder / "huge.md").open("wb") as huge:
        huge.truncate(1 << 30)
    async with serving(folder, home) as client:
        for tool, arguments, message in WRONG:
            result = await client.call_tool(tool, arguments)
            said = " ".join(getattr(each, "text", "") for each in result.content)
            assert (result.is_error, message in said) == (True, True), (arguments, said)
            assert "\n" not in said
            assert len(said) <= 500
        whole = await call(client, "lint", path=".")
        assert "secret" not in str(whole["problems"])
        answer = await call(client, "recipe", name="whisper", path="notes.md", line=3)
    assert "There is no such recipe that can run." in answer["reason"]


async def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(folder: Path, home: Path) -> None:
    async with serving(folder, home) as client:
        for name in ("whisper", "", "lint\n", "__class__"):
            with pytest.raises(MCPError) as error:
                await client.call_tool(name, {})
            assert (error.value.error.code, error.value.error.message) == (-32602, f"Unknown tool: {name.strip()}")


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(place: dict[str, int]) -> int:
        return starts[place["line"] - 1] + place["column"] - 1

    for edit in sorted(edits, key=lambda each: -offset(each["start"])):
        text = text[: offset(edit["start"])] + edit["new_text"] + text[offset(edit["end"]) :]
    return text

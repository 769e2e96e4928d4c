"""A fix is proved by a test that fails as the code is, and passes once the fix is made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import Place, Strategy, Use
from breadknife.plugins.nullcheck.verify.proving.prover import Tried, proofs
from breadknife.task.values import ActionRequest, Actions, CommandRequest, Done, ResolveRequest
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import parse
from support import PluginContext, marked_spans

LEFT = "if {value} is None:\n        return None\n    "


def tried(folder: Path, marked: str, *fixes: str, path: str = "shop/users.py") -> Tried:
    """The marked value in a module; each fix is written before the statement with it."""
    text, spans = marked_spans(marked)
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text(text, "utf-8")
    start = text.rfind("\n", 0, spans[0].start) + 1
    indented = start + len(text[start:]) - len(text[start:].lstrip(" "))
    value = text[spans[0].start : spans[0].end]
    edits = tuple((TextEdit(Span(indented, indented), fix.replace("{value}", value)),) for fix in fixes)
    return Tried(
        Document(file.as_uri(), "python", text), Place(spans[0], Use.ATTRIBUTE), edits, folder, Path(sys.executable)
    )


def proved(given: Tried) -> list[str | None]:
    tree = parse(given.document.text, "python")
    assert tree is not None
    found = proofs(given, tree, CancelToken())
    return [found.get(fix) for fix in given.fixes]


def pytest_of(folder: Path) -> int:
    command = (sys.executable, "-m", "pytest", "-q", "--import-mode=prepend", "-p", "no:cacheprovider", "test_kept.py")
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    "marked",
    [
        "import re\n\ndef f(text: str):\n    m = re.match('a', text)\n    return ⟦m⟧.group()\n",
        "import re\n\ndef f(text):\n    return ⟦re.match('a', text)⟧.group()\n",
        "def find(names):\n    pass\n\ndef f(names):\n    return ⟦find(names)⟧.title()\n",
        "def f(names):\n    first = next((n for n in names), None)\n    return ⟦first⟧.title()\n",
        "def f(page):\n    tag = page.find('a').parent\n    return ⟦tag⟧.text\n",
        "def f(page, n=3, *, name):\n    tag = page.find(name, n)\n    return ⟦tag⟧.text\n",
        "class Store:\n    def f(self, key):\n        row = self.rows.get(key)\n        return ⟦row⟧.name\n",
        "class Store:\n    @property\n    def f(self):\n        return ⟦self.row⟧.name\n",
        "class Store:\n    @staticmethod\n    def f(rows, key):\n        return ⟦rows.get(key)⟧.name\n",
        "class Store:\n    @classmethod\n    def f(cls, key):\n        return ⟦cls.rows.get(key)⟧.name\n",
        "def f(name=None):\n    return ⟦name⟧.title()\n",
    ],
)
def test_a_fix_that_leaves_is_proved(tmp_path: Path, marked: str) -> None:
    indent = " " * (8 if "class" in marked else 4)
    (proof,) = proved(tried(tmp_path, marked, "if {value} is None:\n" + indent + "    return None\n" + indent))
    assert proof is not None
    compile(proof, "test.py", "exec")


def test_a_file_that_fills_a_pipe_is_proved(tmp_path: Path) -> None:
    marked = (
        "import re\n\ndef f(text):\n    m = re.match('a', text)\n    return ⟦m⟧.group()\n" + f"# {'x' * 100}\n" * 400
    )
    (proof,) = proved(tried(tmp_path, marked, LEFT))
    assert proof is not None


@pytest.mark.parametrize(
    ("fix", "is_proved"),
    [
        (LEFT, True),
        ("if {value} is None:\n        raise ValueError('no match')\n    ", True),
        ("assert {value} is not None\n    ", False),  # a crash stays a crash
        ("print({value})\n    ", False),  # it changes nothing
        ("if {value} is None:\n        {value} = ''\n    ", False),  # the next use fails instead
    ],
)
def test_only_what_ends_the_failure_is_proved(tmp_path: Path, fix: str, is_proved: bool) -> None:
    marked = "import re\n\ndef f(text):\n    m = re.match('a', text)\n    return ⟦m⟧.group()\n"
    (proof,) = proved(tried(tmp_path, marked, fix))
    assert (proof is not None) is is_proved


def test_the_kept_test_fails_before_the_fix_and_passes_after_it(tmp_path: Path) -> None:
    marked = "import re\n\ndef f(text):\n    m = re.match('a', text)\n    return ⟦m⟧.group()\n"
    given = tried(tmp_path, marked, "if {value} is None:\n        raise ValueError('no match')\n    ")
    (proof,) = proved(given)
    assert proof is not None
    assert "pytest.raises(ValueError)" in proof
    (tmp_path / "test_kept.py").write_text(proof, "utf-8")
    assert pytest_of(tmp_path) == pytest.ExitCode.TESTS_FAILED
    assert given.document.path is not None
    given.document.path.write_text(given.document.edited(given.fixes[0]).text, "utf-8")
    assert pytest_of(tmp_path) == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("parameter", "call"),
    [
        ("text", 'f("")'),
        ("text: str", 'f("")'),
        ("text, *, names: list[str]", 'f("", names=[])'),
        ("text, page: Page = PAGE", 'f("")'),
    ],
)
def test_ordinary_values_come_before_mocks(tmp_path: Path, parameter: str, call: str) -> None:
    marked = f"import re\n\nPAGE = Page = None\n\ndef f({parameter}):\n    return ⟦re.match('a', text)⟧.group()\n"
    (proof,) = proved(tried(tmp_path, marked, "if {value} is None:\n        return None\n    "))
    assert proof is not None
    assert proof.splitlines()[-1].strip() == call
    assert proof.startswith("from shop.users import f\n")


@pytest.mark.parametrize(
    "marked",
    [
        "import re\nm = re.match('a', 'b')\nprint(⟦m⟧.group())\n",
        "def f(pages):\n    for page in [1]:\n        yield ⟦pages.get(page)⟧.text\n",
        "async def f(page):\n    tag = await page.find('a')\n    return ⟦tag⟧.text\n",
        "def f(pages):\n    for page in pages:\n        print(⟦page⟧.text)\n",
        "def f(page):\n    raise ValueError(page)\n    return ⟦page.find('a')⟧.text\n",
        "import no_such_module\n\ndef f(page):\n    return ⟦page.find('a')⟧.text\n",
        "def f(page):\n    while True:\n        pass\n    return ⟦page.find('a')⟧.text\n",
    ],
)
def test_what_no_test_reaches_is_not_proved(tmp_path: Path, marked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.plugins.nullcheck.verify.proving.prover._SECONDS", 3.0)
    assert proved(tried(tmp_path, marked, "return\n    ")) == [None]


@pytest.mark.parametrize(
    "harm",
    [
        "open({path!r}, 'w')",
        "__import__('os').remove({path!r})",
        "__import__('os').mkdir({path!r} + '.d')",
        "__import__('shutil').rmtree({path!r})",
        "__import__('subprocess').run(['python', '-c', ''])",
        "__import__('os').system('exit 0')",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('sqlite3').connect({path!r})",
        "__import__('pathlib').Path({path!r}).write_text('')",
    ],
)
def test_a_run_test_can_do_no_harm(tmp_path: Path, harm: str) -> None:
    """The function does harm before it comes to the null: the refusal is an error, so nothing is proved."""
    kept = tmp_path / "kept.txt"
    kept.write_text("kept", "utf-8")
    marked = f"def f(page):\n    {harm.format(path=str(kept))}\n    return ⟦page.find('a')⟧.text\n"
    assert proved(tried(tmp_path, marked, LEFT)) == [None]
    assert kept.read_text("utf-8") == "kept"
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["shop"]


def test_a_fix_in_another_file_or_none_asks_nothing(tmp_path: Path) -> None:
    given = tried(tmp_path, "def f(page):\n    return ⟦page.find('a')⟧.text\n")
    assert proved(given) == []


@pytest.mark.parametrize(("trusted", "said"), [(True, True), (False, False)])
def test_the_badge_says_that_a_test_proves_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, said: bool
) -> None:
    monkeypatch.setattr("breadknife.plugins.nullcheck.plugin._PROOF_SECONDS", 30.0)
    text = "import re\n\ndef f(text):\n    m = re.match('a', text)\n    return m.group()\n"
    file = tmp_path / "users.py"
    file.write_text(text, "utf-8")
    doc, plugin = Document(file.as_uri(), "python", text), NullCheckPlugin()
    values = NullCheckSettings(oracle="off")
    context = PluginContext(root=tmp_path, trusted=trusted, values=values)
    menu = plugin.answer(ActionRequest(doc, Span(0, len(text))), context)
    assert isinstance(menu, Actions)
    (chosen,) = [action for action in menu.items if action.data.get("strategy") == Strategy.RAISE]
    resolved = plugin.answer(ResolveRequest(doc, chosen), context)
    assert isinstance(resolved, Actions)
    assert ("proved by a test" in resolved.items[0].checked) is said
    commands = [action.command for action in menu.items if action.command is not None]
    assert bool(commands) is said
    for command in commands:
        done = plugin.answer(CommandRequest(command, tmp_path, doc), context)
        assert isinstance(done, Done)
        assert "def test_f_without_m" in done.documents[0].text
    plugin.close()

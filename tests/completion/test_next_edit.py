"""What follows from a change: the texts before and after it, and the line that should change in the same way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.api import GenerateRequest
from breadknife.engine.kinds import FAMILIES
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import ModelUnfit
from breadknife.plugins.completion.next_edit.change import LONGEST_LINE, Kind, change_of
from breadknife.plugins.completion.next_edit.following import Edit, following_edit
from breadknife.plugins.completion.next_edit.importing import missing_import
from breadknife.plugins.completion.next_edit.predicting import PromptForm, forms, predicted_edit
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, TextEdit
from breadknife.text.syntax import parse
from support import PluginContext


@pytest.mark.parametrize(
    ("before", "after", "kind", "line", "expected"),
    [
        ("return self.old_name", "return self.new_name", Kind.RENAME, "x = old_name + 1", "x = new_name + 1"),
        ("return self.old_name", "return self.new_name", Kind.RENAME, "x = old_names + 1", None),  # another word
        ("a: List[int] = []", "a: list[int] = []", Kind.RENAME, "b: List[str]", "b: list[str]"),
        ("open(path)", "open(path, encoding='utf-8')", Kind.INSERT, "open(path)", "open(path, encoding='utf-8')"),
        ("open(path)", "open(path, encoding='utf-8')", Kind.INSERT, "open(name)", None),  # another argument
        ('x = "name"', "x = 'name'", Kind.REPLACE, 'y = "name"', "y = 'name'"),
        ("if a == None:", "if a is None:", Kind.SIGNS, "while a == None:", "while a is None:"),
        ("i = 1", "i = 2", Kind.REPLACE, "j = 1", None),  # so short that its neighbours count
        ("i = 1", "i = 2", Kind.REPLACE, "i = 1", "i = 2"),
        ("f(a)", "f(a)  ", None, "", None),
        ("f(a)", "f(a)", None, "", None),
        ("f(" + "a" * LONGEST_LINE, "g(a)", None, "", None),
    ],
)
def test_a_change_is_a_pattern(before: str, after: str, kind: Kind | None, line: str, expected: str | None) -> None:
    change = change_of(before, after)
    assert (change.kind if change else None) is kind
    assert (change.applied(line) if change else None) == expected


def followed(old: str, new: str, *earlier: Edit) -> str | None:
    """Return the line that is shown as the next edit when a text was changed to another of as many lines."""
    before, after = old.split("\n"), new.split("\n")
    changed = [number for number, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    first, end = changed[0], changed[-1] + 1
    document = Document("file:///a.py", "python", new)
    edits: Sequence[Edit] = (Edit(first, before[first:end], after[first:end]), *earlier)
    edit = following_edit(document, parse(new, "python"), edits)
    if edit is None:
        return None
    changed_text = document.edited((edit,))
    return changed_text.line_text(document.line_at(edit.span.start))


CALLS = "def f():\n    {}\n\n\ndef g():\n    connection.commit()\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (CALLS.format("connection.commit()"), CALLS.format("connection.save()"), "    connection.save()"),
        ("a = Optional[int]\nb = Optional[int]\n", "a = Maybe[int]\nb = Optional[int]\n", "b = Maybe[int]"),
        ("a = num + 1\nb = num\n", "a = pos + 1\nb = num\n", None),  # less likely than the margin
        (
            "a = Optional[int]\nb = Optional[int]\nc = Optional[int]\n",
            "a = Maybe[int]\nb = Maybe[int]\nc = Optional[int]\n",
            "c = Maybe[int]",
        ),
        ("x = load(a)\ny = save(a)\n", "x = read(a)\ny = save(a)\n", None),  # nothing is alike
        ("load(a)\n\n# load(a)\n", "read(a)\n\n# load(a)\n", None),  # a comment
        ("load(a)\n", "read(a)\n", None),
        ("b = load_all(a)\nb = load_all(a)\n", "b = load_all(a)\nb = read_all(a)\n", None),  # only above
    ],
)
def test_the_same_change_follows_on_a_line_below(old: str, new: str, expected: str | None) -> None:
    assert followed(old, new) == expected


def test_what_would_parse_worse_is_not_shown() -> None:
    old, new = "a = load(b)\nc = (load(b))\n", "a = load(b\nc = (load(b))\n"
    assert followed(old, new) is None


def test_an_edit_that_is_no_longer_there_counts_for_nothing() -> None:
    document = Document("file:///a.py", "python", "a = 1\nconnection.commit()\n")
    edits = (Edit(0, ["connection.commit()"], ["connection.save()"]), Edit(7, ["x"], ["y"]))
    assert following_edit(document, None, edits) is None


LINES = st.lists(
    st.sampled_from(["a = load(b)", "", "x" * 500, "load(b)\r", "# \u2028 load", "('(", "𝒳 = load(𝒳)"]), max_size=6
)


@given(LINES, LINES, LINES)
def test_any_edit_of_any_document_is_answered(before: list[str], after: list[str], rest: list[str]) -> None:
    document = Document("file:///a.py", "python", "\n".join((*after, *rest)))
    edit = following_edit(document, None, (Edit(0, before, after),))
    assert edit is None or document.edited((edit,)).text != document.text


def test_a_large_document_of_lines_that_fit_takes_no_time() -> None:
    text = "\n".join(("save(b)", *("load(b) " * 30 for _ in range(15_000))))
    begun = time.process_time()
    following_edit(Document("file:///a.py", "python", text), None, (Edit(0, ["load(b)"], ["save(b)"]),))
    assert time.process_time() - begun < 10  # seconds; a pattern that backtracks would take hours


OTHERS = {
    "p/one.py": "import json\nfrom pathlib import Path\nfrom .tools import saw\n",
    "p/two.py": "import json\nfrom pathlib import Path\nfrom q import thing\n",
    "p/six.py": "import os.path\nfrom .tools import saw\nfrom r import thing\nfrom x import one_file_only\n",
}


@pytest.mark.parametrize(
    ("above", "line", "expected"),
    [
        ("import io\nimport sys\n", "x = json.dumps(1)", "import io\nimport json\nimport sys\n"),
        ("import io\nfrom re import sub\n", "x = Path()", "import io\nfrom pathlib import Path\nfrom re import sub\n"),
        ("from __future__ import annotations\n\nimport io\n", "def f(x: Path): ...",
         "from __future__ import annotations\n\nimport io\nfrom pathlib import Path\n"),
        ("import io\n", "json = 1", None),  # it is bound here
        ("import json\n", "x = json.dumps(1)", None),
        ("from io import *\n", "x = json.dumps(1)", None),  # which may have it
        ("import io\n", "x = saw(1)", None),  # it means another module in another folder
        ("import io\n", "x = thing", None),  # others don't agree
        ("import io\n", "x = one_file_only", None),
        ("import io\n", "x = json.", None),  # it is being typed
        ("", "x = json.dumps(1)", None),  # where should it stand?
        ("import io\n", "(" * 5_000, None),
    ],
)  # fmt: skip
def test_the_import_that_a_change_needs_follows(tmp_path: Path, above: str, line: str, expected: str | None) -> None:
    for name, text in OTHERS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with closing(FolderProject(tmp_path)) as project:
        assert project.idle(10)
        document = Document((tmp_path / "p/a.py").as_uri(), "python", f"{above}\n{line}\n")
        edit = missing_import(document, (Edit(above.count("\n") + 1, [""], [line]),), project)
    assert (edit and document.edited((edit,)).text) == (expected and f"{expected}\n{line}\n")


TEXT = "def area(w, h):\n    return width * h\n\n\nprint(area(1, 2))  # <|fim_prefix|>\n"
RENAMED = Edit(0, ["def area(w, h):"], ["def area(width, height):"])
PREDICTED = TEXT.replace("area(w, h)", "area(width, height)")
"""After the edit; the model is to change the second line."""


def predicted(model: str, say: str) -> tuple[str | None, ScriptedEngine]:
    engine = ScriptedEngine([Line("", say)])
    context = PluginContext(engine, named={"next-edit": model})
    document = Document("file:///a.py", "python", PREDICTED)
    item = predicted_edit(document, (RENAMED,), context)  # pyright: ignore[reportArgumentType]
    return item and document.edited((TextEdit(item.span, item.text),)).text, engine


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_a_model_that_the_user_names_predicts_the_edit(form: PromptForm) -> None:
    right = PREDICTED.replace("width * h", "width * height")
    text, engine = predicted(f"My-{form.name.title()}-1.5B", form.begins + right)
    assert text == right
    [request] = engine.requests
    assert isinstance(request, GenerateRequest)
    assert request.stop == form.stops
    prompt = "".join(part.text for part in request.prompt)
    assert "def area(w, h):" in prompt
    assert prompt.count("return width * h") >= 1
    assert (form.cursor in prompt) or not form.cursor
    assert not any("{" in part.text for part in request.prompt if part.control)
    assert all("area" not in part.text for part in request.prompt if part.control)  # nothing of a document
    assert sum("# <|fim_prefix|>" in part.text for part in request.prompt if not part.control) >= 1


@pytest.mark.parametrize(
    "say",
    [
        "",
        PREDICTED,  # nothing follows
        TEXT,  # takes back what the user has done
        "\n".join(f"x{number} = 1" for number in range(30)),  # writes all anew
    ],
)
def test_a_prediction_that_is_none_is_not_shown(say: str) -> None:
    assert predicted("sweep-next-edit-0.5b", say)[0] is None


def test_a_region_that_the_model_could_not_end_is_not_asked_about() -> None:
    engine, text = ScriptedEngine([Line("", "x")]), PREDICTED + "# <|file_sep|>\n"
    context = PluginContext(engine, named={"next-edit": "sweep"})
    assert predicted_edit(Document("file:///a.py", "python", text), (RENAMED,), context) is None  # pyright: ignore[reportArgumentType]
    assert not engine.requests


def test_the_models_that_may_have_the_role_are_those_with_a_form() -> None:
    assert FAMILIES["next-edit"] == tuple(form.name for form in forms())


def test_a_model_of_unknown_form_is_refused() -> None:
    with pytest.raises(ModelUnfit, match="isn't known to predict edits"):
        predicted("qwen2.5-coder-0.5b", "x")

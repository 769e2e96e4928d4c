"""A module that may not be installed: when it is declared as what may be anything, and what the checkers say then."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.plugins.nullcheck.oracle.tools import Choice
from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.oracle.development import checker_for
from nullcheck.python.cases import offered, written

STORE = """\
import os
from typing import Any, cast

try:
    import json
except ImportError:
    json = None


class Store:
    def __init__(self):
        if json is None:
            raise OSError("json is missing")

    def load(self, text):
        return ⟦json⟧.loads(text)
"""
REFUSAL = '        if json is None:\n            raise OSError("json is missing")\n'


def swapped(old: str, new: str) -> str:
    assert old in STORE
    return STORE.replace(old, new)


KEPT = STORE.replace("class Store:\n", "class Store:\n    json = json\n\n").replace("json is None", "self.json is None")
"""The class has it as an attribute, too."""


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        (STORE, "json = cast(Any, None)"),
        (swapped("if json is None:", "if not json:"), "json = cast(Any, None)"),
        (KEPT, "json = cast(Any, None)"),
        (swapped("if json is None:", "if not (json and os):"), "json = cast(Any, None)"),
        (swapped("if json is None:", "if os is None or not json:"), "json = cast(Any, None)"),
        (swapped("if json is None:", "if not (os and (json is not None)):"), "json = cast(Any, None)"),
        (swapped("import json", "import simplejson as json"), "json = cast(Any, None)"),
        (swapped("import json", "from other import a, json"), "json = cast(Any, None)"),
        (swapped("ImportError", "(ImportError, OSError)"), "json = cast(Any, None)"),
        (swapped("json = None", "json = HAS = None"), "json = HAS = cast(Any, None)"),
        (swapped("from typing import Any, cast", "import typing"), "json = typing.cast(typing.Any, None)"),
        (swapped("Any, cast", "Any"), "from typing import Any, cast"),
        (swapped("from typing import Any, cast\n", ""), "import os\nfrom typing import Any, cast"),
        (STORE + "    def dump(self, x):\n        return json.dumps(x)\n"
         "    def name(self):\n        return json.name\n    def find(self):\n        return bool(json)\n",
         "json = cast(Any, None)"),
    ],
)  # fmt: skip
def test_where_the_file_refuses_to_work_without_it(marked: str, line: str) -> None:
    text, offers = offered(marked)
    assert [offer.strategy for offer in offers] == [Strategy.FIELD, Strategy.IGNORE]
    assert line in written(text, offers[0])
    assert offers[0].reason == "the file raises where it is missing"


@pytest.mark.parametrize(
    "marked",
    [
        # nothing says what happens without it
        swapped(REFUSAL, "        pass\n"),
        swapped("raise OSError", "print"),
        swapped("if json is None:", "if json is not None:"),
        swapped("if json is None:", "if json is None and text:"),
        swapped("if json is None:", "if not (json or os):"),
        swapped("if json is None:", "if json and not os:"),
        # what the class keeps may be another
        KEPT.replace("self.json is None", "self.other is None"),
        KEPT.replace("    json = json", "    json = os"),
        KEPT + "    def use(self, other):\n        self.json = other\n",
        # other code goes on without it: this use may be the one that was forgotten
        STORE + "    def dump(self, x):\n        return json.dumps(x) if json else ''\n",
        # it isn't only missing where the import fails
        STORE + "\n\ndef forget():\n    global json\n    json = None\n",
        STORE + "\n\njson = None\n",
        # it is declared already
        swapped("json = None", "json: Any | None = None"),
        # what is written can't be evaluated there
        swapped("from typing import Any, cast\n", "") + "\n\nfrom typing import List\n",
        "from __future__ import annotations\n"
        + swapped("from typing", "if TYPE_CHECKING:\n    from typing"),
    ],
)  # fmt: skip
def test_else_only_the_ignore_comment(marked: str) -> None:
    assert [offer.strategy for offer in offered(marked)[1]] == [Strategy.IGNORE]


@pytest.mark.parametrize(
    "marked",
    [
        swapped("def load(self, text)", "def load(self, text, json=None)"),
        swapped("        return ⟦json⟧", "        json = None\n        return ⟦json⟧"),
    ],
)
def test_another_value_of_the_name_is_another_matter(marked: str) -> None:
    assert not any("can't be imported" in offer.title for offer in offered(marked)[1])


@pytest.mark.parametrize("choice", ["pyright", "ty", "pyrefly"])
def test_the_checkers_find_it_and_then_nothing(choice: Choice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, (declared, _) = offered(swapped("Any, cast", "Any"))
    path = tmp_path / "a.py"
    path.write_text(text, "utf-8")
    checker = checker_for(choice, tmp_path, monkeypatch).start("python", CancelToken.after(60))
    try:
        assert len(checker.problems({path: text}, CancelToken.after(60))) == 1
        assert checker.problems({path: written(text, declared)}, CancelToken.after(60)) == []
    finally:
        checker.close()

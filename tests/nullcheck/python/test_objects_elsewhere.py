"""An attribute, a property or a method of another object, whose class may be of another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written
from project.folders import known

NODES = """\
from base import Base
class Node:
    parent: "Node | None" = None
class Call(Node):
    def __init__(self):
        self.func: Node | None = None
        self.line = 1
    def fill(self, func: Node):
        self.func = func
    def text(self):
        return self.func.text()
class Holder:
    def __init__(self, call: Call):
        self.call = call
        self.func = call.func
class Model(Base):
    func: Node | None = None
class Other:
    def __init__(self):
        self.func = ""
    def text(self):
        return self.func.upper()
"""


@pytest.mark.parametrize(
    "use",
    [
        "from nodes import Call\ndef f(call: Call):\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(call: 'Call | None'):\n    ⟦call.func⟧.run()\n",
        "import nodes\ndef f(call: nodes.Call):\n    func = call.func\n    ⟦func⟧.run()\n",
        "import nodes\ndef f(call):\n    if isinstance(call, nodes.Call):\n        ⟦call.func⟧.run()\n",
        "import nodes\ndef f(call):\n    if not isinstance(call, nodes.Call):\n        return\n    ⟦call.func⟧.run()\n",
        "import nodes\ndef f(call):\n    return isinstance(call, nodes.Call) and ⟦call.func⟧.run()\n",
        "import nodes\ndef f(call):\n    assert isinstance(call, nodes.Call)\n    ⟦call.func⟧.run()\n",
        "import nodes\ndef f(call):\n    if isinstance(call, (nodes.Node, nodes.Call)):\n        ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f():\n    call = Call()\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f():\n    ⟦Call().func⟧.run()\n",
        "from nodes import Call\nclass A:\n    def __init__(self, call: Call):\n        self.call = call\n"
        "    def f(self):\n        ⟦self.call.func⟧.run()\n",
        "from nodes import Call\nclass Own(Call): pass\ndef f(own: Own):\n    ⟦own.func⟧.run()\n",
        "from nodes import Holder\nclass Own(Holder):\n    def f(self):\n        ⟦self.call.func⟧.run()\n",
        "from nodes import Holder\ndef f(holder: Holder):\n    ⟦holder.call.func⟧.run()\n",
        "from nodes import Holder\ndef f(holder: Holder):\n    ⟦holder.func⟧.run()\n",
    ],
)
def test_an_object_says_of_which_class_it_is(tmp_path: Path, use: str) -> None:
    project = known(tmp_path, {"nodes.py": NODES, "use.py": ""})
    _, (first, *_) = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert first.title == "Declare `Call.func` as `Node`, ignoring None (fails if used before it is set, in nodes.py)"
    (edits,) = first.elsewhere
    assert "self.func: Node = None  # pyright: ignore" in edits.document.edited(edits.edits).text


LEXER = """\
from typing import Any
from scanner import Scanner
class Lexer:
    def __init__(self):
        self._scanner = None
    def build(self):
        self._scanner = Scanner()
    @property
    def scanner(self):
        if self._scanner is None:
            self.build()
        return self._scanner
"""


@pytest.mark.parametrize(
    "use",
    [
        "def f(call):\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(call: Call):\n    call = g()\n    ⟦call.func⟧.run()\n",
        "from nodes import Other\ndef f(node: Other):\n    ⟦node.func⟧.run()\n",
        "from nodes import Call\ndef f(call):\n    if not isinstance(call, Call):\n        ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(call):\n    if isinstance(call, Call):\n        pass\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(calls, call: Call):\n    return [⟦call.func⟧.run() for call in calls]\n",
        "from nodes import Call\ndef f(calls, call: Call):\n    return map(lambda call: ⟦call.func⟧.run(), calls)\n",
        "from nodes import Call\ndef f(call):\n    def g():\n        call = Call()\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(a):\n    if a:\n        call = Call()\n    ⟦call.func⟧.run()\n",
        "from nodes import Call\ndef f(call: Call.Other):\n    ⟦call.func⟧.run()\n",
        "from nodes import Model\ndef f(model: Model):\n    ⟦model.func⟧.run()\n",
        "from nodes import Call\ndef f(call: Call):\n    ⟦call.line⟧.run()\n",
        "from nodes import Call\ndef f(call: Call):\n    ⟦call.func⟧.run()\ndef g(call: Call):\n    if call.func:\n"
        "        pass\ndef h(call: Call):\n    if call.func is None:\n        pass\n",
    ],
)
def test_an_attribute_that_may_be_none_or_is_of_no_known_class_stays(tmp_path: Path, use: str) -> None:
    base = "from pydantic import BaseModel\nclass Base(BaseModel): pass\n"
    project = known(tmp_path, {"nodes.py": NODES, "base.py": base, "use.py": ""})
    _, offers = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert not any(offer.elsewhere for offer in offers)


def test_a_class_of_the_same_file_is_known_by_its_name_though_others_have_such_an_attribute(tmp_path: Path) -> None:
    uri = (tmp_path / "nodes.py").as_uri()
    marked = f"{NODES}def f(call: Call):\n    ⟦call.func⟧.run()\n"
    text, (first, *_) = offered(marked, uri=uri, project=known(tmp_path, {"nodes.py": ""}))
    assert "self.func: Node = None  # pyright: ignore" in written(text, first)


def test_an_object_of_a_known_class_says_nothing_of_another_class_that_has_such_an_attribute(tmp_path: Path) -> None:
    vlq = "class Vlq:\n    @property\n    def value(self):\n        return self.io.read() if self.io else None\n"
    pair = "class Pair:\n    def __init__(self, io):\n        self.key = Vlq(io)\n        self.value = io.read()\n"
    use = "    def tag(self):\n        return ⟦self.key.value⟧ >> 3\n"
    project = known(tmp_path, {"vlq.py": vlq, "pair.py": ""})
    for head in ("from vlq import Vlq\n", vlq):
        marked = f"{head}{pair}{use}"
        _, offers = offered(marked, "nullcheck", Use.OPERAND, (tmp_path / "pair.py").as_uri(), project)
        assert Strategy.FIELD not in [offer.strategy for offer in offers]
        assert offers


def test_what_comes_back_to_the_file_at_hand_is_edited_there(tmp_path: Path) -> None:
    other = "from own import Own\nclass Holder:\n    def __init__(self, own: Own):\n        self.own = own\n"
    own = "from other import Holder\nclass Own:\n    name: str | None = None\n"
    own += "    def set(self):\n        self.name = ''\n"
    project = known(tmp_path, {"other.py": other, "own.py": ""})
    marked = f"{own}def f(holder: Holder):\n    ⟦holder.own.name⟧.upper()\n"
    _, (first, *_) = offered(marked, uri=(tmp_path / "own.py").as_uri(), project=project)
    assert not first.elsewhere
    assert first.title == "Declare `self.name` as `str`, ignoring None (fails if used before it is set)"

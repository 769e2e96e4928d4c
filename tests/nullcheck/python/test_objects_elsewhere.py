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
        "from lexer import Lexer\nclass Own(Lexer):\n    def f(self):\n        ⟦self.scanner⟧.run()\n"
        "        self.scanner.run()\n",
        "from lexer import *\ndef f(lexer: Lexer):\n    scanner = lexer.scanner\n    ⟦scanner⟧.run()\n"
        "    lexer.scanner.run()\n",
        "import pkg\ndef f(lexer: pkg.Lexer):\n    ⟦lexer.scanner⟧.run()\n    lexer.scanner.run()\n",
        "from pkg import lexer as made\ndef f(lexer: made.Lexer):\n    ⟦lexer.scanner⟧.run()\n"
        "    lexer.scanner.run()\n",
    ],
)
def test_a_property_says_what_its_attribute_is_set_to(tmp_path: Path, use: str) -> None:
    files = {"lexer.py": LEXER, "pkg/lexer.py": LEXER, "pkg/__init__.py": "from .lexer import *\n", "use.py": ""}
    _, (first, *_) = offered(use, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, files))
    title = "Declare that `scanner` returns `Scanner | Any` (fails where it returns None, in lexer.py)"
    assert first.title == title
    (edits,) = first.elsewhere
    assert 'def scanner(self) -> "Scanner | Any":' in edits.document.edited(edits.edits).text


@pytest.mark.parametrize(
    ("lexer", "use"),
    [
        (LEXER + "    def run(self):\n        if self.scanner is None:\n            pass\n", ""),
        (LEXER, "def g(other):\n    if other.scanner is None:\n        pass\n"),
        (LEXER + "class Own(Lexer):\n    scanner = None\n", ""),
        (LEXER + "    @scanner.setter\n    def scanner(self, to):\n        self._scanner = to\n", ""),
    ],
)
def test_a_property_that_is_tested_or_set_stays(tmp_path: Path, lexer: str, use: str) -> None:
    files = {"lexer.py": lexer, "use.py": ""}
    owner = "Own" if "Own" in lexer else "Lexer"
    marked = (
        f"from lexer import {owner}\ndef f(lexer: {owner}):\n    ⟦lexer.scanner⟧.run()\n    lexer.scanner.run()\n{use}"
    )
    _, offers = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, files))
    assert offers
    assert not any(offer.strategy is Strategy.RETURN_TYPE for offer in offers)


@pytest.mark.parametrize(
    "use",
    [
        "from plugin import Plugin\nclass Own(Plugin):\n    def f(self):\n        ⟦self.option(1)⟧.run()\n"
        "        self.option(2).run()\n",
        "from plugin import Plugin\ndef f(plugin: Plugin):\n    option = plugin.option(1)\n    ⟦option⟧.run()\n"
        "    plugin.option(2).run()\n",
    ],
)
def test_a_method_of_another_object_or_of_a_base_class_says_what_it_gives(tmp_path: Path, use: str) -> None:
    method = "    def option(self, name):\n        return self.options.get(name)\n"
    project = known(tmp_path, {"plugin.py": f"from typing import Any\nclass Plugin:\n{method}", "use.py": ""})
    _, (first, *_) = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert first.title == "Declare that `option` returns `Any` (fails where it returns None, in plugin.py)"
    (edits,) = first.elsewhere
    assert "def option(self, name) -> Any:" in edits.document.edited(edits.edits).text


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


@pytest.mark.parametrize(
    "method",
    [
        "    @once\n    def option(self, name):\n        return self.options.get(name)\n",
        "    def option(self, name):\n        yield 1\n        return self.options.get(name)\n",
        "    async def option(self, name):\n        return self.options.get(name)\n",
        "    def option(self):\n        return self.options.get(1)\n    def option(self, name):\n        return name\n",
    ],
)
def test_a_method_that_gives_something_else_than_it_says_stays(tmp_path: Path, method: str) -> None:
    use = (
        "from plugin import Plugin\ndef f(plugin: Plugin):\n    ⟦plugin.option(1)⟧.run()\n    plugin.option(2).run()\n"
    )
    project = known(tmp_path, {"plugin.py": f"from typing import Any\nclass Plugin:\n{method}", "use.py": ""})
    _, offers = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert offers
    assert not any(offer.elsewhere for offer in offers)


def test_what_comes_back_to_the_file_at_hand_is_edited_there(tmp_path: Path) -> None:
    other = "from own import Own\nclass Holder:\n    def __init__(self, own: Own):\n        self.own = own\n"
    own = "from other import Holder\nclass Own:\n    name: str | None = None\n"
    own += "    def set(self):\n        self.name = ''\n"
    project = known(tmp_path, {"other.py": other, "own.py": ""})
    marked = f"{own}def f(holder: Holder):\n    ⟦holder.own.name⟧.upper()\n"
    _, (first, *_) = offered(marked, uri=(tmp_path / "own.py").as_uri(), project=project)
    assert not first.elsewhere
    assert first.title == "Declare `self.name` as `str`, ignoring None (fails if used before it is set)"

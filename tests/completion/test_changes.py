"""What follows from a change. `«old⇒new»` is what somebody has just changed; the second text is what should become."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.completion.changes import Change, Parameter, parameters, stale_places
from breadknife.project.edits import RecentEdits
from breadknife.text.document import Document, apply_edits
from breadknife.text.outline import outline
from breadknife.text.syntax import parse

CHANGED = re.compile("«(.*?)⇒(.*?)»", re.DOTALL)


def follow(marked: str, language: str = "python") -> str:
    """The text with all that follows from the change in it."""
    before, now = CHANGED.sub(r"\1", marked), CHANGED.sub(r"\2", marked)
    edits = RecentEdits()
    edits.changed("it", before, now, 0.0)
    changes = [Change(each.start, "".join(each.before), "".join(each.after)) for each in edits.newest()]
    tree = parse(now, language)
    assert tree is not None
    return apply_edits(now, stale_places(Document("file:///it", language, now), tree, changes))


RENAMED = {
    "a function, at its definition": (
        "def «load⇒read»(path):\n    pass\n\nread_all = [load(p) for p in paths]\nload(1).load\n",
        "def read(path):\n    pass\n\nread_all = [read(p) for p in paths]\nread(1).load\n",
    ),
    "a method": (
        "class A:\n    def «go⇒run»(self):\n        go()\n        self.go()\n\nA().go()\n",
        "class A:\n    def run(self):\n        go()\n        self.run()\n\nA().run()\n",
    ),
    "a parameter, within its function": (
        "def f(«a⇒name»):\n    return a + g(a=a)\n\ndef h(a):\n    return a\n",
        "def f(name):\n    return name + g(a=name)\n\ndef h(a):\n    return a\n",
    ),
    "a variable, at one place": (
        "def f():\n    total = 0\n    for n in x:\n        «total⇒amount» += n\n    return total\n",
        "def f():\n    amount = 0\n    for n in x:\n        amount += n\n    return amount\n",
    ),
    "an attribute": (
        "class A:\n    def __init__(self, size):\n        self.«size⇒width» = size\n\n    def f(self):\n"
        "        return self.size\n",
        "class A:\n    def __init__(self, size):\n        self.width = size\n\n    def f(self):\n"
        "        return self.width\n",
    ),
    "on its own line too": ("def f(«a⇒b», c): return a + c\n", "def f(b, c): return b + c\n"),
    "a class": ("class «Old⇒New»:\n    pass\n\nx: Old = Old()\n", "class New:\n    pass\n\nx: New = New()\n"),
    "not in strings and comments": (
        "«size⇒width» = 1\n# size\nprint('size', size)\n", "width = 1\n# size\nprint('size', width)\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), RENAMED.values(), ids=RENAMED)
def test_a_name_is_carried_through(marked: str, expected: str) -> None:
    assert follow(marked) == expected


OTHERS = {
    "typescript": (
        "function «load⇒read»(p: string) { return p }\nconst x = load('a')\nx.load()\n",
        "function read(p: string) { return p }\nconst x = read('a')\nx.load()\n",
    ),
    "go": (
        "package a\n\nfunc «load⇒read»(p string) int { return 1 }\n\nfunc main() { load(\"a\") }\n",
        "package a\n\nfunc read(p string) int { return 1 }\n\nfunc main() { read(\"a\") }\n",
    ),
    "rust": (
        "fn «load⇒read»(p: &str) {}\n\nfn main() { load(\"a\"); }\n",
        "fn read(p: &str) {}\n\nfn main() { read(\"a\"); }\n"
    ),
    "java": (
        "class A {\n  int «go⇒run»(int n) { return n; }\n  int f(A a) { return a.go(1); }\n}\n",
        "class A {\n  int run(int n) { return n; }\n  int f(A a) { return a.run(1); }\n}\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_in_other_languages(language: str) -> None:
    marked, expected = OTHERS[language]
    assert follow(marked, language) == expected


RESIGNED = {
    "removed": (
        "def f(a, «b, ⇒»c):\n    pass\n\nf(1, 2, 3)\nf(1, b=2, c=3)\nf(1, 3)\n",
        "def f(a, c):\n    pass\n\nf(1, 3)\nf(1, c=3)\nf(1, 3)\n",
    ),
    "added, and its name is there": (
        "def f(a«⇒, cancel»):\n    pass\n\ndef g(cancel):\n    f(1)\n    f(1, 2)\n\nf(1)\n",
        "def f(a, cancel):\n    pass\n\ndef g(cancel):\n    f(1, cancel)\n    f(1, 2)\n\nf(1)\n",
    ),
    "added, by its name only": (
        "def f(a«⇒, *, cancel»):\n    pass\n\ndef g(cancel):\n    f(1)\n",
        "def f(a, *, cancel):\n    pass\n\ndef g(cancel):\n    f(1, cancel=cancel)\n",
    ),
    "renamed, given by its name": (
        "def f(a, «b⇒size»=1):\n    return size\n\nf(1, b=2)\nf(1, 2)\n",
        "def f(a, size=1):\n    return size\n\nf(1, size=2)\nf(1, 2)\n",
    ),
    "of a method": (
        "class A:\n    def f(self, a«, b⇒»):\n        pass\n\nA().f(1, 2)\nf(1, 2)\n",
        "class A:\n    def f(self, a):\n        pass\n\nA().f(1)\nf(1, 2)\n",
    ),
    "of a constructor": (
        "class A:\n    def __init__(self, a«, b⇒»):\n        pass\n\nA(1, 2)\n",
        "class A:\n    def __init__(self, a):\n        pass\n\nA(1)\n",
    ),
}


@pytest.mark.parametrize(("marked", "expected"), RESIGNED.values(), ids=RESIGNED)
def test_calls_follow_a_signature(marked: str, expected: str) -> None:
    assert follow(marked) == expected


NOTHING = {
    "another method is called": "log.«debug⇒warning»(1)\nlog.debug(2)\n",
    "another function is called": "«print⇒pprint»(1)\nprint(2)\n",
    "another type": "def f(a: int, b: «int⇒float»):\n    c: int\n",
    "another value": "def f(n):\n    y = «n⇒len»\n    return n\n",
    "another name for one place": "def load():\n    pass\n\n«load⇒read»()\nload()\n",
    "a name that was there": "a = 1\nb = 2\nprint(«a⇒b»)\nprint(a)\n",
    "an imported name": "from x import load\n\n«load⇒read»()\nload()\n",
    "more than a name": "def «load(a)⇒read(b)»:\n    pass\n\nload(1)\n",
    "a number": "x = «1⇒2»\ny = 1\n",
    "an optional parameter": "def f(a«⇒, b=1»):\n    pass\n\ndef g(b):\n    f(1)\n",
    "arguments that can't be counted": "def f(a«, b⇒»):\n    pass\n\nf(*x)\n",
    "two functions of one name": (
        "class A:\n    def f(self«, b⇒»): ...\n\nclass B:\n    def f(self, b): ...\n\nx.f(1)\n"
    ),
}


@pytest.mark.parametrize("marked", NOTHING.values(), ids=NOTHING)
def test_nothing_follows(marked: str) -> None:
    assert follow(marked) == CHANGED.sub(r"\2", marked)


def test_a_change_that_is_no_longer_there_tells_nothing() -> None:
    text = "def f(): ...\n\nload()\n"
    tree = parse(text, "python")
    assert tree
    assert (
        stale_places(
            Document("file:///it", "python", text), tree, [Change(0, "def load(): ...\n", "def read(): ...\n")]
        )
        == []
    )


PARAMETERS = {
    "def f(self, a, b: dict[str, int] = {}, *args, c, d=1, **more): ...": ("python", "a b? args? c! d?! more?!"),
    "function f(a: string, b?: (x: number) => void, ...rest) {}": ("typescript", "a b? rest?"),
    "package p\nfunc (r *T) f(a int, b []string) {}": ("go", "a b"),
    "fn f(&mut self, mut a: u8, b: Vec<u8>) {}": ("rust", "a b"),
    "class A { void f(final int a, String... b) {} }": ("java", "a b?"),
}


@pytest.mark.parametrize("text", PARAMETERS)
def test_parameters(text: str) -> None:
    language, expected = PARAMETERS[text]
    tree = parse(text, language)
    assert tree
    [definition] = [each for each in outline(tree).definitions if each.name == "f"]
    found = parameters(definition, language)
    assert " ".join(each.name + "?" * each.optional + "!" * each.by_name for each in found) == expected
    assert all(isinstance(each, Parameter) for each in found)


PROGRAM = "import os\n\ndef area(width, height):\n    return width * height\n\nclass Box:\n    def grow(self, by):\n" \
    "        self.size = by\n        return area(by, self.size)\n\nBox().grow(area(1, 2))\n"  # fmt: skip


@given(st.sampled_from(re.findall(r"\b[a-z]\w+", PROGRAM)), st.integers(0, 3), st.data())
def test_what_follows_is_inside_the_text_and_not_what_was_changed(word: str, which: int, data: st.DataObject) -> None:
    places = [match.span() for match in re.finditer(rf"\b{word}\b", PROGRAM)]
    start, end = places[which % len(places)]
    new = data.draw(st.text("abc(, =)\n", max_size=6))
    now = PROGRAM[:start] + new + PROGRAM[end:]
    edits = RecentEdits()
    edits.changed("it", PROGRAM, now, 0.0)
    tree = parse(now, "python")
    assert tree
    changes = [Change(each.start, "".join(each.before), "".join(each.after)) for each in edits.newest()]
    found = stale_places(Document("file:///it", "python", now), tree, changes)
    apply_edits(now, found)
    assert not any(each.span.start <= start and end <= each.span.end for each in found if new)

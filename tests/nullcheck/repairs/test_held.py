"""A repair that leaves a function gives back what is held there first: the programs are generated, and are run."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import HIDING, RepairOffer, Strategy
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse

HEAD = """
def find(key):
    if key == "none":
        return None
    return key


"""
FINDS = ("x = find(key)", "x = {'some': key}.get(key)")
CRASHES = (AttributeError, TypeError)
USES = ("y = x.upper()", "y = x[0]", "print(x.upper())\n{indent}y = 1")
SHAPES = (
    """
def f(key):
    lock.acquire()
    {find}
    {use}
    lock.release()
    return y
""",
    """
def f(key):
    done = []
    for key in (key, 'some'):
        lock.acquire()
        {find}
        {use}
        lock.release()
        done.append(y)
    return done
""",
    """
def f(key):
    lock.acquire()
    done = []
    for key in (key, 'some'):
        {find}
        {use}
        done.append(y)
    lock.release()
    return done
""",
    """
def f(key):
    lock.acquire()
    if key:
        {find}
        {use}
        print(y)
    lock.release()
""",
    """
def f(key):
    lock.acquire()
    try:
        {find}
        {use}
        return y
    finally:
        lock.release()
""",
    """
def f(key):
    lock.acquire()
    lock.release()
    {find}
    {use}
    return y
""",
)


def programs() -> list[str]:
    made = list[str]()
    for shape, find, use in itertools.product(SHAPES, FINDS, USES):
        indent = next(line[: len(line) - len(line.lstrip())] for line in shape.split("\n") if "{use}" in line)
        made.append(HEAD + shape.replace("{find}", find).replace("{use}", use.replace("{indent}", indent)))
    return made


def offers(text: str, tongue: str = "python") -> list[RepairOffer]:
    tree = parse(text, tongue)
    assert tree is not None
    file = language(tongue).open(Document(f"file:///p/a.{tongue}", tongue, text), tree, None)
    place = file.place(file.findings()[0])
    assert place is not None
    return list(file.offers(place, ()))


def outcome(function: Callable[[str], object], key: str) -> type[Exception] | None:
    """Return what a call raises."""
    try:
        function(key)
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize("text", programs())
def test_no_lock_is_held_after_a_repair(text: str) -> None:
    made = [each for each in offers(text) if each.strategy not in HIDING | {Strategy.ASSERT} and each.edits]
    assert made
    for offer in made:
        for key in ("none", "some"):
            scope: dict[str, Any] = {"lock": threading.Lock(), "print": lambda *_: None}
            after = apply_edits(text, offer.edits)
            exec(compile(after, "<program>", "exec"), scope)
            failed = outcome(scope["f"], key)
            assert failed is None or (offer.strategy is Strategy.RAISE and failed not in CRASHES), (failed, after)
            assert not scope["lock"].locked(), (key, after)


GO = """package p

import "sync"

type T struct{ N int }

var mu sync.Mutex

func find(m map[string]*T) *T {
	if len(m) == 0 {
		return nil
	}
	return m["a"]
}

func f(m map[string]*T) int {
	mu.Lock()
%s	t := find(m)
	n := t.N
%s	return n
}
"""
GO_GIVEN = "\tif t == nil {\n%s\t\treturn 0\n\t}\n"


@pytest.mark.parametrize(
    ("before", "after", "given"),
    [
        ("", "\tmu.Unlock()\n", "\t\tmu.Unlock()\n"),
        ("\tdefer mu.Unlock()\n", "", ""),
        ("\tdefer func() {\n\t\tmu.Unlock()\n\t}()\n", "", ""),
        ("\tmu.Unlock()\n", "", ""),
        ("", "", ""),  # whoever calls it gives it back
        ("\tif len(m) > 9 {\n\t\tmu.Unlock()\n\t\treturn 1\n\t}\n", "\tmu.Unlock()\n", "\t\tmu.Unlock()\n"),
    ],
)
def test_go(before: str, after: str, given: str) -> None:
    text = GO % (before, after)
    [early] = [each for each in offers(text, "go") if each.strategy is Strategy.RETURN]
    assert GO_GIVEN % given in apply_edits(text, early.edits)


JAVA = """class A {
  Lock lock;
  String find(int a) { if (a > 1) { return null; } return "a"; }
  int f(int a) {
    lock.lock();
    %s
    String s = find(a);
    int n = s.length();
    %s
    return n;
  }
}
"""


def test_java() -> None:
    text = JAVA % ("", "lock.unlock();")
    made = {each.strategy: apply_edits(text, each.edits) for each in offers(text, "java")}
    assert Strategy.ASSERT not in made  # `requireNonNull` would leave it locked
    assert "lock.unlock();\n      throw new IllegalStateException(" in made[Strategy.RAISE]
    text = JAVA % ("try {", "} finally { lock.unlock(); }")
    made = {each.strategy: apply_edits(text, each.edits) for each in offers(text, "java")}
    assert made[Strategy.RAISE].count("unlock") == 1

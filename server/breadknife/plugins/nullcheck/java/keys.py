"""What a map has a value for: keys that come from it, or that it was asked for; by the text of expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.nullcheck.braces.facts import Env, narrow
from breadknife.plugins.nullcheck.java.rules import NULL_ALIKE
from breadknife.text.syntax import Node

_GETTERS = ("get", "getProperty")
_PUTS = frozenset({"put", "putIfAbsent", "computeIfAbsent", "merge"})
_ASKED = re.compile(r"([\w.]+)\.containsKey\(([^()]*)\)")
_KEYS = re.compile(r"([\w.]+)\.(?:keySet|stringPropertyNames)\(\)")
_ASKS = re.compile(r"(\w+)\s*\.\s*(?:containsKey|getOrDefault|putIfAbsent|computeIfAbsent)\s*\(")
_GIVEN = r"\((?:[^()]|\([^()]*\))*\)"
_COMPARES = re.compile(rf"(\w+)\s*\.\s*get\s*{_GIVEN}\s*[!=]=\s*null\b")
_TAKES = re.compile(r"(\w+)\s*=\s*(?:\([\w<>,. ?\[\]]+\)\s*)?(?:this\s*\.\s*)?(\w+)\s*\.\s*get\s*\(")
_NULL_TEST = re.compile(r"\b(\w+)\s*[!=]=\s*null\b|\bnull\s*[!=]=\s*(\w+)\b")
_NAMES = re.compile(r"(?<![\w.])\w+")
_ROOT = re.compile(r"(?:this\.)?(\w+)[.\[]")
_TAKEN = "(?:get|poll|remove)(?:First|Last)?|first|last|next|previous|element|pop"
_SINGLE = re.compile(rf"(?:\.(?:{_TAKEN})\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])$")
"""Takes one of several."""
_OWN = re.compile(r"([\w.]+)\.(?:first|last)Key\(\)")
_EMPTY = re.compile(r"new [\w<>,. ]+\(\d*\)")
MAX_KEY = 100
"""Longest expression, in bytes, of which something is remembered."""
_OTHERS = frozenset({""})
_ENTRIES = re.compile(r"([\w.]+)\.entrySet\(\)")


def compact(source: str) -> str:
    """The same for all ways to write an expression: `this.map.get( key )`."""
    return "".join(source.split()).removeprefix("this.")


def values_of(map: str, key: str) -> Iterator[str]:
    """The calls that give the value of a key, as `Evaluator.key_of` has them."""
    for getter in _GETTERS:
        yield compact(f"{map}.{getter}({key})")


def asked(test: str) -> Iterator[str]:
    """`values_of` what a test has asked maps for."""
    for map, key in _ASKED.findall(test):
        yield from values_of(map, key)


def maps_that_may_miss(source: str) -> frozenset[str]:
    """The last names of maps that a file asks for keys, or whose values it tests for null, somewhere. Of the others
    its author knows what keys they have: a null would be news."""
    tested = {name for names in _NULL_TEST.findall(source) for name in names}
    taken = (map for name, map in _TAKES.findall(source) if name in tested)
    return frozenset((*_ASKS.findall(source), *_COMPARES.findall(source), *taken))


class Keys:
    """Which variables of a method have keys of maps: all of them, sorted, filtered, as an array, or one of them."""

    def __init__(self) -> None:
        self._collections: dict[str, frozenset[str]] = {}
        """With "" for a map where there may be other things in it, too."""
        self._single: dict[str, frozenset[str]] = {}

    def made(self, target: str, value: Node, env: Env) -> None:
        """A variable gets a value: what is said of it."""
        source = (value.text or b"").decode("utf-8", "replace")
        self._take(compact(target), source)
        for known in values_of(map, target) if (map := self.map_of(source)) else ():
            narrow(env, known)
        told = f"({compact(source)})" if len(source) <= MAX_KEY else ""
        for known in [key for key, fact in env.items() if told and fact.checked and key.endswith(told)]:
            narrow(env, f"{known.removesuffix(told)}({target})")
        for getter in ("getParentFile", "getParent") if has_parent(value) else ():
            narrow(env, f"{target}.{getter}()")

    def _take(self, target: str, value: str) -> None:
        maps, is_single = self._maps(value), _is_single(value)
        self._single[target] = maps if is_single else frozenset()
        for known in (self._collections, self._single):  # whose keys they have is another map now
            known.update({name: _OTHERS for name, its in known.items() if target in map(compact, its)})
        is_empty = _EMPTY.fullmatch(value) is not None
        self._collections[target] = frozenset() if is_empty else _OTHERS if is_single else maps or _OTHERS

    def called(self, owner: str, method: str, given: Sequence[str], env: Env) -> None:
        """What `owner.method(given)` says of a map's keys, or of what a collection has."""
        if method in _PUTS and given:
            for known in values_of(owner, given[0]):
                narrow(env, known)
        elif method in ("add", "addAll") and given:
            target = compact(owner)
            self._collections[target] = self._collections.get(target, _OTHERS) | (self._maps(given[-1]) or _OTHERS)
        elif method in ("remove", "clear"):
            lost = tuple(key if given else key.removesuffix(")") for key in values_of(owner, "".join(given[:1])))
            for known in [key for key in env if key.startswith(lost)]:
                del env[known]

    def each(self, over: str, key: str, env: Env) -> None:
        """`key` is one of a map's that `over` names, as `map.keySet()` or sorted: the map has a value for it."""
        self._single[key] = self._maps(over)
        for known in values_of(map, key) if (map := _only(self._single[key])) else ():
            narrow(env, known)

    def map_of(self, value: str) -> str:
        """The map that has a value for one key that is taken from others: `keys.get(0)`, `keys[0]`."""
        if (own := _OWN.fullmatch(value)) is not None:
            return own[1]
        root = _ROOT.match(value)
        if root is None or not _is_single(value):
            return ""
        is_taken = self._collections.get(root[1], _OTHERS) != _OTHERS or _KEYS.match(value) is not None
        return _only(self._maps(value)) if is_taken else ""

    def has(self, map: str, key: str) -> bool:
        """Whether a key is one that the map has if it has any."""
        return compact(self.map_of(key)) == compact(map)

    def _maps(self, source: str) -> frozenset[str]:
        """The maps whose keys an expression names."""
        maps = frozenset(_KEYS.findall(source))
        for name in _NAMES.findall(source):
            its = self._collections.get(name, _OTHERS)
            maps |= self._single.get(name, frozenset()) if its == _OTHERS else its
        return maps


def _is_single(value: str) -> bool:
    return len(value) <= MAX_KEY and _SINGLE.search(value) is not None


def _only(maps: frozenset[str]) -> str:
    return next(iter(maps)) if len(maps) == 1 else ""


def map_of_entries(source: str) -> str:
    """Of `map.entrySet()`; "" for another expression."""
    found = _ENTRIES.fullmatch(source)
    return found[1] if found else ""


def alike(call: str, called: str) -> Iterator[str]:
    """The calls that are null where this one of the method `called` is, both as `Evaluator.key_of` has them."""
    before, dot, after = call.rpartition(f".{called}(")
    for pair in NULL_ALIKE if dot else ():
        if called in pair:
            yield f"{before}.{pair[1 - pair.index(called)]}({after}"


def has_parent(node: Node) -> bool:
    """`new File(folder, name)`."""
    kind, arguments = node.child_by_field_name("type"), node.child_by_field_name("arguments")
    is_made = node.type == "object_creation_expression" and kind is not None and kind.text == b"File"
    return is_made and arguments is not None and arguments.named_child_count == 2

"""What a map has a value for: keys that come from it, or that it was asked for; by the text of expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.java.rules import NULL_ALIKE
from breadknife.text.syntax import Node

_GETTERS = ("get", "getProperty")
_ASKED = re.compile(r"([\w.]+)\.containsKey\(([^()]*)\)")
_KEYS = re.compile(r"([\w.]+)\.(?:keySet|stringPropertyNames)\(\)")
_ASKS = re.compile(r"(\w+)\s*\.\s*(?:containsKey|getOrDefault|putIfAbsent|computeIfAbsent)\s*\(")
_GIVEN = r"\((?:[^()]|\([^()]*\))*\)"
_COMPARES = re.compile(rf"(\w+)\s*\.\s*get\s*{_GIVEN}\s*[!=]=\s*null\b")
_TAKES = re.compile(r"(\w+)\s*=\s*(?:\([\w<>,. ?\[\]]+\)\s*)?(?:this\s*\.\s*)?(\w+)\s*\.\s*get\s*\(")
_NULL_TEST = re.compile(r"\b(\w+)\s*[!=]=\s*null\b|\bnull\s*[!=]=\s*(\w+)\b")
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


def maps_of_keys(source: str) -> frozenset[str]:
    """The maps whose keys an expression names: sorted, filtered, as an array, or as they are."""
    return frozenset(_KEYS.findall(source))


def map_of_entries(source: str) -> str:
    """Of `map.entrySet()`; "" for another expression."""
    found = _ENTRIES.fullmatch(source)
    return found[1] if found else ""


def is_its_own(key: str, receiver: str) -> bool:
    """Whether a key is one that the map has if it has any."""
    ways = ("firstKey", "lastKey", "keySet().iterator().next")
    return compact(key) in (compact(f"{receiver}.{way}()") for way in ways)


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

"""The words of an error about a null: they say what is missing, by what gave the null."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.core.nullness import NullOrigin
from breadknife.plugins.nullcheck.repairs.site import Site

_LONGEST = 60
"""Code points of an expression that an error's message names."""
_SIMPLE = re.compile(r"[\w$.?!, ()\[\]'\"-]+")
_QUOTES = re.compile(r"['\"]")
_CALL = re.compile(r"(?s)(?:(?:await|new)\s+)?(?P<called>[\w$.]*(?:\([^()]*\)\.\w+)?)\s*[(\[](?P<arguments>.*)[)\]]")
_KEY = re.compile(r"['\"]([\w .:/-]+)['\"]")
_NAME = re.compile(r"[\w$.]*?([A-Za-z_$]\w*)")
_PATTERN_FIRST = re.compile(r"^re\.\w+$")
"""Functions whose first argument is what is looked for."""


class MessageRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `words.toml`, whose head says what each key means."""

    why: str
    said: str
    called: str = ""
    examples: tuple[tuple[str, str], ...] = ()


class _Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: tuple[MessageRow, ...]


@cache
def rows() -> Sequence[MessageRow]:
    text = files(__package__ or "").joinpath("words.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=_Rows).words


def words_for(site: Site) -> str:
    """Return the words of a message: by the first row that fits; else by the value's own name, or by what gives it."""
    origin = site.fact.origin
    if origin is not None:
        known = _known(site, origin)
        for row in rows():
            holes = re.findall(r"\{(\w+)\}", row.said)
            is_its = re.search(row.why, origin.why) and re.search(row.called, known["called"])
            if is_its and all(known.get(hole) for hole in holes):
                return row.said.format(**known)
    if len(site.source) <= _LONGEST and _SIMPLE.fullmatch(site.source):
        return f"{_QUOTES.sub('', site.source)} is {site.said_null}"
    called = site.node.child_by_field_name("function") or site.node.child_by_field_name("name")
    name = re.search(r"\w+$", site.text(called))
    return f"{f'the result of {name[0]}' if name is not None else 'the value'} is {site.said_null}"


def _known(site: Site, origin: NullOrigin) -> Mapping[str, str]:
    """Return what fills the holes, "" for what isn't known."""
    here = origin.here or (origin.at if origin.file in ("", site.home.uri) else None)
    node = site.tree.root.named_descendant_for_byte_range(*here) if here is not None else None
    call = _CALL.fullmatch(site.text(node)) if node is not None else None
    called, arguments = (call["called"], call["arguments"]) if call is not None else ("", "")
    given = [each.strip() for each in arguments.split(",")]
    subject = _NAME.fullmatch(given[min(len(given) - 1, _PATTERN_FIRST.match(called) is not None)])
    key = _KEY.search(arguments)
    return {
        "x": site.source if site.is_name and len(site.source) <= _LONGEST else "",
        "null": site.said_null,
        "called": re.sub(r"^(?:self|cls|this)\.", "", called) if len(called) <= _LONGEST else "",
        "key": key[1] if key is not None else "",
        "subject": subject[1] if subject is not None else "",
    }

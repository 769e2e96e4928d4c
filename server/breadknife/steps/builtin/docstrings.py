"""Steps that write a docstring in the file's own form, and check what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.steps.builtin.guard.words import stem, words
from breadknife.steps.builtin.tables import read_table
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Symbol
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document

LONGEST_LINE = 88
"""Code points of a line that is written."""
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CODE_NAME = re.compile(r"`([^`]+)`|\b(\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|\w+\(\))")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
_NUMBER = re.compile(r"\b\d+\b")


@dataclass(frozen=True)
class Style:
    name: str
    pattern: str


@dataclass(frozen=True)
class Claim:
    """A sentence that `says` this needs a fact, or something in the source."""

    says: str
    fact: str = ""
    source: str = ""


@dataclass(frozen=True)
class Rules:
    """The tables of `docstrings.toml`."""

    plain_verbs: frozenset[str]
    styles: tuple[Style, ...]
    claims: tuple[Claim, ...]
    empty: tuple[Claim, ...]


def rules() -> Rules:
    return read_table("docstrings", Rules)


@dataclass(frozen=True)
class FormWanted:
    document: Document
    summary: str
    """One sentence."""
    raises: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    """For each exception when it is raised, as code; empty if nobody knows."""
    indent: str = "    "
    line_break: str = "\n"
    style: str = literal("auto")
    """`google`, `numpy`, `rest`, `plain`; `auto` is what the file's other docstrings have."""


@dataclass(frozen=True)
class Formed:
    text: str
    """With the line break before it, to be put behind a function's head."""
    style: str


def form(given: FormWanted, context: StepContext) -> Formed:
    """Return a docstring of a sentence and what is raised, in the style of the file's other docstrings."""
    style = style_of(given.document.text) if given.style == "auto" else given.style
    when = given.conditions or ("",) * len(given.raises)
    said = [(name, f"If `{test}`." if test else "") for name, test in zip(given.raises, when, strict=True)]
    lines = _wrapped(given.summary.strip(), LONGEST_LINE - len(given.indent) - 6)
    if said:
        lines += ["", *_SECTIONS[style](said)]
    # The closing quotes stand alone where there is more than a sentence.
    text = '"""' + f"{given.line_break}{given.indent}".join(lines)
    text = "\n".join(line.rstrip() for line in text.split("\n")) if given.line_break == "\n" else text
    end = f'{given.line_break}{given.indent}"""' if len(lines) > 1 else '"""'
    return Formed(f"{given.line_break}{given.indent}{text}{end}", style)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def style_of(text: str) -> str:
    """Return the style of a file's docstrings; `plain` where none names what it takes or raises."""
    for style in rules().styles:
        if re.search(style.pattern, text, re.MULTILINE):
            return style.name
    return "plain"


def _google(said: Sequence[tuple[str, str]]) -> list[str]:
    return ["Raises:", *(f"    {name}: {when}".rstrip(" :") for name, when in said)]


def _numpy(said: Sequence[tuple[str, str]]) -> list[str]:
    return ["Raises", "------", *(line for name, when in said for line in (name, f"    {when}") if line.strip())]


def _rest(said: Sequence[tuple[str, str]]) -> list[str]:
    return [f":raises {name}: {when}".rstrip() for name, when in said]


def _plain(said: Sequence[tuple[str, str]]) -> list[str]:
    return [f"Raises {name}{when.replace('If', ' if', 1).rstrip('.')}." for name, when in said]


_SECTIONS = {"google": _google, "numpy": _numpy, "rest": _rest, "plain": _plain}


@dataclass(frozen=True)
class VerifyWanted:
    text: str | None
    symbol: Symbol
    raises: tuple[str, ...] = ()
    returns: bool = True
    yields: bool = False
    known: float = literal(0.5)
    """The share of its content words that the source must have, too."""
    longest: int = literal(120)
    """Code points."""


@dataclass(frozen=True)
class Verified:
    text: str


def verify(given: VerifyWanted, context: StepContext) -> Verified | Silence:
    """Return a function's summary, unless it names what the source doesn't have, says what isn't so, or says only the
    name."""
    text = (given.text or "").strip()
    why = refusal(text, given)
    return Silence("docstring-refused", f"The docstring was refused: {why}.", "ask again") if why else Verified(text)


def refusal(text: str, given: VerifyWanted) -> str:
    """Why a summary is refused; empty if it isn't."""
    symbol, source = given.symbol, given.symbol.body
    if len(text.split()) < 3 or not text.endswith("."):
        return "it is no sentence"
    if len(text) > given.longest:
        return f"it has {len(text)} characters"
    if '"""' in text or "\\" in text:
        return "it has characters that end a docstring"
    for rule in rules().empty:
        if match := re.search(rule.says, text, re.IGNORECASE):
            return f"“{match[0]}” says nothing of what it does"
    for match in _CODE_NAME.finditer(text):
        name = (match[1] or match[2]).removesuffix("()")
        if name not in source:
            return f"it names `{name}`, which the function doesn't have"
    for number in _NUMBER.findall(text):
        if number not in source:
            return f"it names {number}, which the function doesn't have"
    verb = text.split()[0]
    if verb.lower() not in rules().plain_verbs and not any(_is_near(stem(verb), each) for each in parts(source)):
        return f"nothing in the function says “{verb}”"
    facts = {"returns": given.returns or given.yields, "yields": given.yields, "raises": bool(given.raises)}
    for claim in rules().claims:
        match = re.search(claim.says, text, re.IGNORECASE)
        if match is None:
            continue
        wanted = claim.source.replace("{name}", re.escape(symbol.name))
        if (claim.fact and not facts[claim.fact]) or (wanted and not re.search(wanted, source)):
            return f"it says “{match[0]}”, and the function has nothing of that"
    return _little(text, given)


def _little(text: str, given: VerifyWanted) -> str:
    content = {stem(word) for word in _WORD.findall(text) if word.lower() not in words().common}
    named = parts(f"{given.symbol.name} {given.symbol.container}")
    if not {each for each in content - named if not any(_is_near(each, other) for other in named)}:
        return "it says no more than the name"
    source = parts(given.symbol.body)
    shared = {each for each in content if any(_is_near(each, other) for other in source)}
    if len(shared) < given.known * len(content):
        return "most of its words have nothing to do with the function"
    return ""


def parts(source: str) -> set[str]:
    """Return the stems of the words that identifiers are made of."""
    return {stem(part) for part in _PART.findall(source)}


def _is_near(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)))


DOCUMENTING = (
    StepType("docstring.form", 1, Kind.RULE, FormWanted, Formed, form),
    StepType("verify.docstring", 1, Kind.RULE, VerifyWanted, Verified, verify),
)

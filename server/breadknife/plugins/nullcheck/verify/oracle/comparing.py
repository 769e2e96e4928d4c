"""Which problems are new after an edit: those that didn't stand at the same place before, as the same fault.

An edit moves what comes after it, and changes what is said of faults that it has nothing to do with: a value that was
`int | None` and is `int` is quoted so in every message. More than that is a new fault, also where an old one has gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit


@dataclass(frozen=True)
class Moves:
    """What became of the positions in a text."""

    changed: tuple[tuple[Span, Span], ...] = ()
    """What was replaced, and what is there now, in order. The rest has only moved."""

    @classmethod
    def of(cls, edits: Iterable[TextEdit]) -> Moves:
        """In code points."""
        changed, shift = list[tuple[Span, Span]](), 0
        for edit in sorted(edits):
            start = edit.span.start + shift
            changed.append((edit.span, Span(start, start + len(edit.new_text))))
            shift += len(edit.new_text) - len(edit.span)
        return cls(tuple(changed))

    @classmethod
    def of_lines(cls, before: str, after: str) -> Moves:
        """In lines, from 0."""
        old, new = before.splitlines(), after.splitlines()
        changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return cls(tuple((Span(a, b), Span(c, d)) for kind, a, b, c, d in changes if kind != "equal"))

    def leads(self, before: int, now: int) -> bool:
        """Whether what stood at the one position may stand at the other: after what was inserted there, or, as that
        may hold it too, where that begins; anywhere in what has replaced it."""
        shift = 0
        for old, new in self.changed:
            if before < old.start:
                break
            if before < old.end:
                return new.start <= now < new.end
            if before == old.start and now == new.start:
                return True
            shift = new.end - old.end
        return now == before + shift


def are_new(was: Iterable[Finding], now: Iterable[Finding], edits: Iterable[TextEdit]) -> bool:
    """Whether one of our own findings doesn't stand where it stood before the edits: a check of one use alone leaves
    the next use of the value with the same message."""
    moves, left = Moves.of(edits), list(was)
    for finding in now:
        known = (each for each in left if (each.code, each.message) == (finding.code, finding.message))
        here = next((each for each in known if moves.leads(each.span.start, finding.span.start)), None)
        if here is None:
            return True
        left.remove(here)
    return False


@dataclass(frozen=True)
class Compared:
    """What an edit has changed of what a checker says."""

    new: Sequence[Problem]
    hidden: Sequence[Problem]
    """Those of the edited files that are gone though no null is at fault: the edit has made the checker look away."""


def compared(was: Sequence[Problem], now: Iterable[Problem], moves: Mapping[Path, Moves]) -> Compared:
    """`moves`: of the files that were edited."""
    left: dict[tuple[Path, str], list[Problem]] = {}
    for problem in was:
        left.setdefault((problem.path, one_fault(problem.code)), []).append(problem)
    new = list[Problem]()
    for problem in now:
        known = left.get((problem.path, one_fault(problem.code)), [])
        leads = moves.get(problem.path, Moves()).leads
        there = [old for old in known if leads(old.start, problem.start)]
        here = [old for old in there if is_reworded(old.message, problem.message)]
        if not here and _UNNAMED.match(problem.message):
            said = [old.message for old in was if old.path == problem.path and leads(old.start, problem.start)]
            here = [old for old in there if _has_lost_its_name(old, problem, said)]
        if not here:  # the whole operation begins with the bracket around it
            near = (old for old in known if any(leads(old.start + bracket, problem.start) for bracket in (0, 1)))
            here = [old for old in near if _has_right_operand(old.message, problem.message)]
        if here:
            known.remove(min(here, key=lambda old: old.message != problem.message))
        else:
            new.append(problem)
    gone = (problem for problems in left.values() for problem in problems if problem.path in moves)
    return Compared(new, [problem for problem in gone if not _OF_NULL.search(problem.message)])


_ONE_FAULT = {"18047": "2531", "18048": "2532", "18049": "2533", "reportOptionalOperand": "reportOperatorIssue"}
"""tsc's code of a fault that names the object -> of the same one that doesn't; pyright's of a left operand that may be
None and alone is at fault -> of both."""
_OPERANDS = re.compile(r"""Operator "(.+)" not supported for types "(.*)" and \"""")
_LEFT_NONE = re.compile(r"""Operator "(.+)" not supported for "None\"""")


def one_fault(code: str) -> str:
    """The same for all codes that may be told of one fault, as other types become known."""
    return _ONE_FAULT.get(code, code)


_POSSIBLY = re.compile(r"'([^'\n]+)' is possibly (.*)")
_UNNAMED = re.compile(r"Object is possibly (.*)")


def _has_lost_its_name(old: Problem, new: Problem, said: Iterable[str]) -> bool:
    """Whether tsc has lost the name of the object: `a.b` is none to it where the edit has made `a!.b` of it, or a
    default's. So another fault of `a` stood there: else it is a new fault of what the value of `a` gives."""
    match, now = _POSSIBLY.fullmatch(old.message), _UNNAMED.fullmatch(new.message)
    if match is None or now is None or match[2] != now[1]:
        return False
    owners = (owner[1] for message in said if (owner := _POSSIBLY.fullmatch(message)))
    return any(match[1].startswith(f"{owner}.") for owner in owners)


_NULL = r"(?:None|null|undefined)"
_OPEN = rf"(?:{_NULL}|Unknown|Any)"
_OF_NULL = re.compile(rf"\b{_NULL}|\A.*\bunknown\b|\ANo (?:matching )?overload", re.IGNORECASE)
"""Faults that a null may be the cause of, or that nothing is known. Where no overload takes an argument, its type isn't
told."""
_UNKNOWN = re.compile(rf"\b{_OPEN}(?:\s*\|\s*{_OPEN})+\b")
_RESULT = re.compile(r"-> \((Any)\)")
_PARTS = re.compile(rf"\s*\|\s*{_OPEN}\b|\b{_OPEN}\s*\|\s*")
_NULLS = re.compile(rf"\|\s*{_NULL}\b|\b{_NULL}\s*\|")
_TWICE = re.compile(r"([\w.]+(?:\[[\w., |]*\])?) \| \1(?![\w.\[])")
_QUOTES = re.compile(r"[\"'`“”]")
_TOKEN = re.compile(
    r"(?<=['<(\[{| ])\"[^\"\n]*\"(?=['>)\]}| ,;])| \| |=> ?|[,:;?] ?|[^\s<>()\[\]{},:;?'\"`“”|=]+|.", re.DOTALL
)
_OPENING, _CLOSING, _PARTING = frozenset("<([{"), frozenset(">)]}"), frozenset((*",:;?'\"`“”", "=>"))
_ANY = re.compile(r"\bAny\b")
_ANY_TYPE = r"(?:[^,\[\]\"'`“”]|\[(?:[^\[\]\"'`“”]|\[[^\[\]\"'`“”]*\])*\])+"
"""The whole of a type, with two levels of what it is made of."""


def is_reworded(old: str, new: str) -> bool:
    """Whether it is the same fault, told with types that the edit has narrowed.

    What isn't known (`Unknown`, `Any`) is never at fault, whatever it was before. `A | None` may have become `A`, but
    not `A` `A | None`; and where only one of two types has lost its None, it may be what the other is given to: a None
    is at fault then that wasn't, if the other may be None. Details, below the first line, tell of types alone.
    """
    old, new = old.partition("\n")[0], new.partition("\n")[0]
    if old == new or _sorted_unions(old) == _sorted_unions(new):
        return True
    pattern = _ANY_TYPE.join(map(re.escape, _ANY.split(_bare(new))))
    if not re.fullmatch(pattern, _bare(old)):
        return False
    before, after = _nulls(old), _nulls(new)
    if before == after:
        return True
    spoken_of = sum(re.search(rf"\b{_NULL}\b", part) is not None for part in _QUOTES.split(old))
    fewer = len(before) == len(after) and all(now <= was for was, now in zip(before, after, strict=True))
    return fewer and (not any(after) or spoken_of == 1)


def _has_right_operand(old: str, new: str) -> bool:
    """Whether pyright has nothing against the right operand any more, and the left one may be None as before."""
    both, left = _OPERANDS.match(old), _LEFT_NONE.match(new)
    if both is None or left is None or both[1] != left[1]:
        return False
    before = (both[2][: none.start()] for none in re.finditer(r"(?:\A|\| )None(?= \||\Z)", both[2]))
    return any(outside.count("[") == outside.count("]") for outside in before)


def _sorted_unions(message: str) -> str:
    """TypeScript writes the members of a union in the order in which it has met them, which any edit may change."""
    levels = [[[""]]]
    """Of brackets: what commas and the like part, and of each part what `|` does."""
    for token in _TOKEN.findall(message):
        parts = levels[-1]
        if token in _OPENING:
            parts[-1][-1] += token
            levels.append([[""]])
        elif token in _CLOSING and len(levels) > 1:
            inner = _joined(levels.pop())
            levels[-1][-1][-1] += inner + token
        elif token == " | ":
            parts[-1].append("")
        elif token.strip() in _PARTING:
            parts.extend(([token], [""]))
        else:
            parts[-1][-1] += token
    while len(levels) > 1:  # a bracket that isn't closed, as in `a < b`
        inner = _joined(levels.pop())
        levels[-1][-1][-1] += inner
    return _joined(levels[0])


def _joined(parts: Iterable[Sequence[str]]) -> str:
    return "".join(" | ".join(sorted(part)) for part in parts)


def _bare(message: str) -> str:
    known = _RESULT.sub(r"-> \1", _UNKNOWN.sub(_united, message))
    return _TWICE.sub(r"\1", _PARTS.sub("", known).replace("Unknown", "Any"))


def _united(union: re.Match[str]) -> str:
    return "Any" if "Unknown" in union[0] or "Any" in union[0] else union[0]


def _nulls(message: str) -> list[int]:
    """How many of the types in each part that is quoted, and between, may be null."""
    return [len(_NULLS.findall(part)) for part in _QUOTES.split(message)]

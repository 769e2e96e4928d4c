"""Steps about diffs: what they name, what rules can say of them, and whether a text keeps to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from breadknife.steps.builtin.diffs import FileDiff, found_in, read_diff
from breadknife.steps.builtin.guard.words import new_words
from breadknife.steps.builtin.tables import read_table
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence

LONGEST = 72
"""Code points of a subject."""
_NAME = re.compile(r"[\w-]+(?:[./][\w-]+)+|\w*_\w+|[a-z]+[A-Z]\w*|\b\d+(?:\.\d+)*\b")
_CODE = re.compile(r"`([^`]+)`")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w+")
_WORD_OF_PROSE = re.compile(r"[A-Za-z]{5,}")


@dataclass(frozen=True)
class Tables:
    """`commits.toml`."""

    changelogs: str
    tests: str
    test_name: str
    definition: str
    action: str
    value: str
    version: str
    markup: str
    imperatives: Mapping[str, str]
    verbs: frozenset[str]


def tables() -> Tables:
    return read_table("commits", Tables)


@dataclass(frozen=True)
class DiffWanted:
    diff: str
    """As `git diff` writes it."""


@dataclass(frozen=True)
class DiffNames:
    files: tuple[str, ...]
    """Paths, of renamed ones the new."""
    symbols: tuple[str, ...]
    """What is defined in a changed line, or around one."""
    added: tuple[str, ...]
    """Symbols that are only in added lines."""
    removed: tuple[str, ...]
    words: tuple[str, ...]
    """Every identifier."""
    lines: int
    """That are added or removed."""


def diff_names(given: DiffWanted, context: StepContext) -> DiffNames | Silence:
    """Return the files and symbols that a diff changes, and every word that a text about it may name."""
    files = read_diff(given.diff)
    if not files:
        return Silence("empty-diff", "There is no change in the diff.", "stage what belongs together: `git add`")
    pattern = tables().definition
    new = dict.fromkeys(name for file in files for name in found_in(pattern, file.added))
    old = dict.fromkeys(name for file in files for name in found_in(pattern, file.removed))
    around = dict.fromkeys(name for file in files for name in found_in(pattern, file.around))
    return DiffNames(
        tuple(file.new for file in files),
        tuple(new | old | around),
        tuple(name for name in new if name not in old),
        tuple(name for name in old if name not in new),
        tuple(dict.fromkeys(_IDENTIFIER.findall(given.diff))),
        sum(len(file.added) + len(file.removed) for file in files),
    )


@dataclass(frozen=True)
class Subjects:
    text: str
    """The best; empty where no rule knows what to say."""
    texts: tuple[str, ...]


def diff_subjects(given: DiffWanted, context: StepContext) -> Subjects:
    """Subjects of a commit that rules can tell from a diff: renames, versions, entries of a changelog, one new name."""
    files = read_diff(given.diff)
    texts = tuple(dict.fromkeys(text for text in _subjects(files) if 0 < len(text) <= LONGEST)) if files else ()
    return Subjects(texts[0] if texts else "", texts)


def _subjects(files: list[FileDiff]) -> Iterator[str]:
    yield _renamed_files(files)
    yield _of_changelog(files)
    yield _of_values(files)
    yield _whole_files(files)
    yield _of_symbols(files)
    yield _of_tests(files)
    yield _one_word(files)


def _renamed_files(files: list[FileDiff]) -> str:
    moved = [file for file in files if file.is_renamed]
    if len(moved) != 1 or any(file.added or file.removed for file in files if file is not moved[0]):
        return ""
    [file] = moved
    old_folder, _, old = file.old.rpartition("/")
    new_folder, _, new = file.new.rpartition("/")
    if old_folder == new_folder:
        return f"Rename {old} to {new}"
    return f"Move {old} to {new_folder or 'the top folder'}" if old == new else f"Move {file.old} to {file.new}"


def _of_changelog(files: list[FileDiff]) -> str:
    """The one entry that is added to a changelog, as an imperative."""
    logs = [file for file in files if re.search(tables().changelogs, file.new)]
    if len(logs) != 1 or logs[0].is_new or (len(files) == 1 and logs[0].removed):
        return ""
    entries: list[str] = []
    for line in logs[0].added:
        if re.match(r"\s*([-*+•]|\d+\.)\s+", line):
            entries.append(line)
        elif entries and line.strip():
            entries[-1] += " " + line.strip()
    if len(entries) != 1:
        return ""
    return imperative(re.sub(tables().markup, "", entries[0]).replace("``", "`"))


def imperative(entry: str) -> str:
    """Return the first sentence of an entry in a changelog as a subject; nothing where it is no such sentence."""
    sentence = re.split(r"(?<=[\w`)])[.;](?:\s|$)", " ".join(entry.split()), maxsplit=1)[0].strip(" .-–—:")
    first, _, rest = sentence.partition(" ")
    known = tables().imperatives
    verb = known.get(first.lower(), first if first in {*known.values(), *tables().verbs} else "")
    return f"{verb} {rest}" if verb and rest and not re.search(r"[<>{}]", rest) else ""


def _of_values(files: list[FileDiff]) -> str:
    """What became of values that have names, where nothing else changed."""
    changed: list[tuple[str, str, str]] = []
    for file in files:
        # Lines of comments alone don't count: tools write there why a version is needed.
        old, new = ([line for line in side if re.match(r"\s*[^#\s]", line)] for side in (file.removed, file.added))
        if file.is_renamed or len(old) != len(new):
            return ""
        for before, after in zip(old, new, strict=True):
            one, other = (re.match(tables().action, line) or re.match(tables().value, line) for line in (before, after))
            if one is None or other is None or one[1] != other[1]:
                return ""
            changed.append((one[1], _plain(one[2]), _plain(other[2])))
        if file.name.startswith(".pre-commit"):  # each hook's version is called `rev`
            changed = [(f"a hook in {file.name}", before, after) for _, before, after in changed]
    is_version = [all(re.match(tables().version, value) for value in each[1:]) for each in changed]
    if len(set(changed)) == 1:
        name, before, after = changed[0]
        if re.match(r"^[0-9a-f]{40}", after):
            return f"Bump {name}" if "/" in name else ""
        if is_version[0]:
            name = files[0].name if name in ("version", "__version__") else name
            return f"Bump {'version' if name == files[0].name else name} from {before} to {after}"
        return f"Change {name} from {before} to {after}" if len(before) + len(after) < 40 else ""
    if changed and all(is_version):
        return f"Bump versions in {files[0].name}" if len(files) == 1 else "Bump versions"
    return ""


def _plain(value: str) -> str:
    """Without quotes, and without a comment behind it."""
    return re.sub(r"\s+#.*$", "", value).strip().strip("\"'")


def _whole_files(files: list[FileDiff]) -> str:
    """One file that is new or gone, and nothing else."""
    if all(file.is_deleted for file in files):
        return f"Remove {_listed([file.name for file in files])}"
    if len(files) == 1 and files[0].is_new:
        return f"Add {files[0].name}"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _of_symbols(files: list[FileDiff]) -> str:
    """One definition that is new, gone, or has another name."""
    code = [file for file in files if not re.search(tables().tests, file.new)]
    added = [(file, name) for file in code for name in found_in(tables().definition, file.added)]
    removed = [(file, name) for file in code for name in found_in(tables().definition, file.removed)]
    both = {name for _, name in added} & {name for _, name in removed}
    added = [each for each in added if each[1] not in both]
    removed = [each for each in removed if each[1] not in both]
    if len(added) == 1 and len(removed) == 1:
        (_, new), (_, old) = added[0], removed[0]
        swapped = [re.sub(rf"\b{re.escape(old)}\b", new, line) for file in files for line in file.removed]
        return f"Rename {old} to {new}" if swapped == [line for file in files for line in file.added] else ""
    if len(added) == 1 and not removed and not any(line.strip() for file in code for line in file.removed):
        [(file, name)] = added
        return f"Add {name} to {file.name}"
    if len(removed) == 1 and not added and not any(line.strip() for file in code for line in file.added):
        [(file, name)] = removed
        return f"Remove {name} from {file.name}"
    return ""


def _of_tests(files: list[FileDiff]) -> str:
    """The one test that is new, where only tests change."""
    if not all(re.search(tables().tests, file.new) for file in files):
        return ""
    named = [name for file in files for name in found_in(tables().test_name, file.added)]
    gone = [name for file in files for name in found_in(tables().test_name, file.removed)]
    return f"Test {named[0].replace('_', ' ').strip()}" if len(named) == 1 and not gone else ""


def _one_word(files: list[FileDiff]) -> str:
    """A word of prose or of a comment that is spelled differently."""
    if len(files) != 1 or len(files[0].added) != 1 or len(files[0].removed) != 1:
        return ""
    old, new = files[0].removed[0].split(), files[0].added[0].split()
    if len(old) != len(new):
        return ""
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    if len(differing) != 1 or len(old) < 4:
        return ""
    a, b = (each.strip(".,;:()`'\"") for each in differing[0])
    is_prose = _WORD_OF_PROSE.fullmatch(a) and _WORD_OF_PROSE.fullmatch(b) and a[0].lower() == b[0].lower()
    is_typo = is_prose and a.lower() != b.lower() and abs(len(a) - len(b)) < 3
    return f"Fix a typo in {files[0].name}: {b}" if is_typo else ""


@dataclass(frozen=True)
class NamesWanted:
    text: str | None
    within: str
    """What may be named stands in here."""
    new_words: float = literal(1.0)
    """The share of content words that may be others than those of `within`."""
    longest: int = literal(0)
    """Code points; 0 for any number."""


@dataclass(frozen=True)
class NamesKept:
    text: str


def verify_names(given: NamesWanted, context: StepContext) -> NamesKept | Silence:
    """Return a text, unless it names a file, a symbol or a number that another text doesn't have."""
    text = (given.text or "").strip()
    strange = strange_name(text, given.within) if text else "nothing"
    if strange:
        return Silence("names-refused", f"The text was refused: it names {strange}.", "ask again, or write it yourself")
    if (given.longest and len(text) > given.longest) or text.count("`") % 2:
        return Silence("names-refused", "The text was refused: it is too long, or breaks off.", "ask again")
    new, total = new_words(given.within.replace("_", " "), text)
    if total and len(new) / total > given.new_words:
        return Silence("names-refused", f"The text was refused: it speaks of {', '.join(new[:3])}.", "ask again")
    return NamesKept(text)


def strange_name(text: str, within: str) -> str:
    """Return the first name or number that another text lacks; empty if there is none."""
    for name in (*_CODE.findall(text), *_NAME.findall(text)):
        if name.strip("()") not in within:
            return name
    return ""


COMMITTING = (
    StepType("diff.names", 1, Kind.RULE, DiffWanted, DiffNames, diff_names),
    StepType("diff.subjects", 1, Kind.RULE, DiffWanted, Subjects, diff_subjects),
    StepType("verify.names", 1, Kind.RULE, NamesWanted, NamesKept, verify_names),
)

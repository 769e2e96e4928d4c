"""Which cases of the specification the new core passes: `python bench/nullcheck/core.py [ecmascript] [fires] [silent]
[NUMBER]`. With `fires` or `silent` it shows what fails."""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from breadknife.plugins.nullcheck.languages.ecmascript.language import home_of as ecmascript  # noqa: E402
from breadknife.plugins.nullcheck.languages.python.language import home_of as python  # noqa: E402
from breadknife.text.document import Span  # noqa: E402
from breadknife.text.syntax import parse  # noqa: E402
from support import marked_spans  # noqa: E402


CASES = {"python": ROOT / "tests/nullcheck/cases", "ecmascript": ROOT / "tests/nullcheck/ecmascript/cases"}
HOMES = {"python": python, "ecmascript": ecmascript}


def blocks(folder: Path, name: str) -> list[tuple[str, str]]:
    """(language, text) of each case."""
    text = (folder / f"{name}.md").read_text("utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def found(text: str, language: str) -> list[Span]:
    tree = parse(text, language)
    assert tree is not None
    home = HOMES.get(language, ecmascript)(tree)
    return [Span(tree.offset(each.use.at.start), tree.offset(each.use.at.end)) for each in home.findings()]


def main(arguments: list[str]) -> None:
    numbers = {int(each) for each in arguments if each.isdigit()}
    folder = next((CASES[each] for each in arguments if each in CASES), CASES["python"])
    for name in ("fires", "silent"):
        passed, failed = 0, list[int]()
        for at, (language, marked) in enumerate(blocks(folder, name)):
            if numbers and at not in numbers:
                continue
            text, spans = marked_spans(marked) if name == "fires" else (marked, [])
            try:
                got = found(text, language)
            except Exception:
                got = None
                if name in arguments:
                    print(name, at, traceback.format_exc()[-1500:])
            if got == spans:
                passed += 1
                continue
            failed.append(at)
            if name in arguments and got is not None:
                print(
                    f"--- {name} {at}",
                    *[
                        f"missing {text[s.start : s.end]!r} line {text.count(chr(10), 0, s.start) + 1}"
                        for s in spans
                        if s not in got
                    ],
                    *[
                        f"extra {text[s.start : s.end]!r} line {text.count(chr(10), 0, s.start) + 1}"
                        for s in got
                        if s not in spans
                    ],
                    sep="\n   ",
                )
                if numbers:
                    print(marked)
        print(f"{name}: {passed} of {passed + len(failed)}; failed {failed}")


if __name__ == "__main__":
    main(sys.argv[1:])

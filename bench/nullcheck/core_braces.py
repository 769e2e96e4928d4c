"""Which cases of the specification the new core passes:

python bench/nullcheck/core_braces.py go|java [fires] [silent] [NUMBER]
"""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from breadknife.text.document import Span  # noqa: E402
from breadknife.text.syntax import parse  # noqa: E402
from support import marked_spans  # noqa: E402

IMPORTS = (
    "bytes", "crypto/x509", "encoding/pem", "errors", "fmt", "log", "net/http", "net/url", "os", "example.org/other",
)  # fmt: skip
HEADS = {"go": "package p\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in IMPORTS) + ")\n\n", "java": ""}


def main(arguments: list[str]) -> None:
    language, arguments = arguments[0], arguments[1:]
    home_of = importlib.import_module(f"breadknife.plugins.nullcheck.languages.{language}.language").home_of
    numbers = {int(each) for each in arguments if each.isdigit()}
    for name in ("fires", "silent"):
        text = (ROOT / f"tests/nullcheck/{language}/cases/{name}.md").read_text("utf-8")
        passed, failed = 0, list[int]()
        for at, marked in enumerate(re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)):
            if numbers and at not in numbers:
                continue
            marked = HEADS[language] + marked
            text, spans = marked_spans(marked) if name == "fires" else (marked, [])
            got: list[Span] | None = None
            try:
                tree = parse(text, language)
                assert tree is not None
                got = [
                    Span(tree.offset(each.use.at[0]), tree.offset(each.use.at[1])) for each in home_of(tree).findings()
                ]
            except Exception:
                if name in arguments:
                    print(name, at, traceback.format_exc()[-1500:])
            if got == spans:
                passed += 1
                continue
            failed.append(at)
            if name in arguments and got is not None:
                for sign, ones, others in (("missing", spans, got), ("extra", got, spans)):
                    for span in ones:
                        if span not in others:
                            print(
                                f"{name} {at}: {sign} {text[span.start : span.end]!r},",
                                f"line {text.count(chr(10), 0, span.start) + 1}",
                            )
                if numbers:
                    print("".join(f"{n + 1:3} {line}\n" for n, line in enumerate(text.splitlines())))
        print(f"{name}: {passed} of {passed + len(failed)}; failed {failed}")


if __name__ == "__main__":
    main(sys.argv[1:])

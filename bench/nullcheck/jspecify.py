"""How many of NullAway's warnings inferred `@Nullable` ends, and how many of the annotations people wrote, too.

python bench/nullcheck/jspecify.py SOURCES JARS: Java sources that are annotated with JSpecify's @Nullable, and a folder
with the jars that they need, NullAway's and Error Prone's among them. The annotations are removed, and NullAway runs on
the bare sources, and again after each round of annotations, until a round adds none.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.project.annotating import (
    JavaDeclaration,
    JavaDeclarations,
    annotated,
    declared_nullable,
)
from breadknife.text.document import Document, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree, parse

MOST_ROUNDS = 12
_PACKAGES = ("api", "code", "file", "parser", "tree", "util", "comp", "main", "processing", "model")
OPENED = (
    *(f"-J--add-exports=jdk.compiler/com.sun.tools.javac.{each}=ALL-UNNAMED" for each in _PACKAGES),
    *(f"-J--add-opens=jdk.compiler/com.sun.tools.javac.{each}=ALL-UNNAMED" for each in ("code", "comp")),
)
"""What Error Prone needs of the compiler."""
IMPORT = re.compile(r"import org\.jspecify\.annotations\.Nullable;\r?\n")
ANNOTATION = re.compile(r"@Nullable\s+(?=[\w.\[<(])|\s@Nullable(?=\s*(?:\[|\.\.\.))")


class Sources:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts = {path: path.read_text("utf-8") for path in sorted(folder.rglob("*.java"))}
        self._trees: dict[str, SyntaxTree | None] = {}

    def tree(self, path: Path) -> SyntaxTree | None:
        text = self.texts[path]
        if text not in self._trees:
            self._trees[text] = parse(text, "java")
        return self._trees[text]

    def defining(self, name: str) -> Iterator[Path]:
        word = re.compile(rf"\b{re.escape(name)}\b")
        yield from (path for path, text in self.texts.items() if word.search(text))

    def nullable(self) -> set[tuple[str, str]]:
        """What is annotated: file and declaration."""
        trees = ((path, self.tree(path)) for path in self.texts)
        return {
            (path.relative_to(self.folder).as_posix(), name)
            for path, tree in trees
            if tree is not None
            for name in declared_nullable(tree)
        }

    def write(self, path: Path, text: str) -> None:
        self.texts[path] = text
        path.write_text(text, "utf-8")


def warnings(sources: Sources, jars: Path) -> str:
    libraries = ":".join(map(str, sorted(jars.glob("*.jar"))))
    files = [str(path) for path in sources.texts if path.name != "module-info.java" and "META-INF" not in path.parts]
    plugin = "-Xplugin:ErrorProne -XepDisableAllChecks -Xep:NullAway:WARN -XepOpt:NullAway:OnlyNullMarked=true"
    with tempfile.TemporaryDirectory() as out:
        given = ["-d", out, "-encoding", "UTF-8", "-Xmaxwarns", "100000", "-cp", libraries, "-processorpath", libraries]
        given += ["-XDcompilePolicy=simple", "--should-stop=ifError=FLOW", plugin]
        done = subprocess.run(
            ["javac", *OPENED, *given, *files], capture_output=True, text=True, encoding="utf-8", check=False
        )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return done.stderr


def annotate(sources: Sources, printed: str) -> int:
    """How many declarations get an annotation."""
    java, found = JavaDeclarations(sources.tree, sources.defining), dict[JavaDeclaration, None]()
    for said in read(printed)[0]:
        path = Path(said.path)
        finding = said.finding(Document(path.as_uri(), "java", sources.texts[path])) if path in sources.texts else None
        if finding is not None:
            found.update(dict.fromkeys(java.declarations(path, finding.span, finding.message)))
    edits = dict[Path, dict[TextEdit, None]]()
    for each in found:
        tree = sources.tree(each.path)
        edits.setdefault(each.path, {}).update(dict.fromkeys(annotated(each, tree) if tree is not None else ()))
    for path, own in edits.items():
        sources.write(path, apply_edits(sources.texts[path], tuple(own)))
    return len(found)


def main(given: str, jars: str) -> None:
    people = Sources(Path(given)).nullable()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sources"
        shutil.copytree(given, copy)
        sources = Sources(copy)
        for path, text in list(sources.texts.items()):
            sources.write(path, ANNOTATION.sub("", IMPORT.sub("", text)))
        counts, printed = list[int](), ""
        for _ in range(MOST_ROUNDS):
            printed = warnings(sources, Path(jars))
            counts.append(printed.count("[NullAway]"))
            if not annotate(sources, printed):
                break
        ours = sources.nullable()
    both = len(ours & people)
    print(f"NullAway's warnings after each round: {', '.join(map(str, counts))}")
    left = Counter(re.sub(r"'.*?'|\\S+\\(.*?\\)", "…", said.message)[:70] for said in read(printed)[0])
    print(*(f"  left: {count} {message}" for message, count in left.most_common(8)), sep="\n")
    print(f"{len(ours)} declarations annotated, people {len(people)}, both {both}")
    print(f"precision {both / max(1, len(ours)):.0%}, recall {both / max(1, len(people)):.0%}")
    for kind, names in (("only ours", ours - people), ("only people's", people - ours)):
        for path, name in sorted(names)[:40]:
            print(f"  {kind}: {path} {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Which past null bugs are found in the text before their fix: by the null check, and by the language's usual checker.

    git clone --bare https://…/beets.git REPOSITORIES/beetbox+beets    (each repository of past_bugs.tsv)
    python bench/nullcheck/past_bugs.py REPOSITORIES TREES [--checkers FOLDER] [--language go] [--write]

A row of `past_bugs.tsv` names the commit that fixed the bug, and the place in its parent where the null is used. The
parent is unpacked into TREES, without tests, and its file is checked as one of that project. A bug counts as found if a
finding stands within two lines of the place and names what is null there; `shown` says whether it is a warning.
pyright checks in its basic mode, tsc with `--strict --checkJs`; neither has the project's dependencies. NilAway checks
the bug's package with its dependencies, NullAway the bug's file in JSpecify mode, with the other sources and the jars.
`--checkers` takes a folder with `tsc`, `nilaway` and `jars/` (NullAway, Error Prone, what the projects need), and runs
them, which takes a minute a bug or more. A tree without `go.mod` needs `go mod init MODULE && go mod tidy -e` first.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

BUGS = Path(__file__).with_name("past_bugs.tsv")
_NEAR = 2
"""Lines."""
_LEFT_OUT = frozenset({"test", "tests", "testdata", "docs", "doc"})
_PACKAGES = ("api", "code", "file", "parser", "tree", "util", "comp", "main", "processing", "model")
_OPENED = (
    *(f"-J--add-exports=jdk.compiler/com.sun.tools.javac.{each}=ALL-UNNAMED" for each in _PACKAGES),
    *(f"-J--add-opens=jdk.compiler/com.sun.tools.javac.{each}=ALL-UNNAMED" for each in ("code", "comp")),
)
"""What Error Prone needs of the compiler."""
_ANNOTATED = "-XDaddTypeAnnotationsToSymbol=true"
"""What JSpecify mode needs of a compiler before Java 22, if that has it; Temurin 25 was used."""
_TSC = re.compile(
    r"\((?P<line>\d+),\d+\): error TS(?:2531|2532|2533|18047|18048|18049|2345|2769|2488): (?P<message>.*)"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("trees", type=Path)
    parser.add_argument("--checkers", type=Path)
    parser.add_argument("--language", help="only its bugs")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with BUGS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in (each for each in rows if arguments.language in (None, each["language"])):
        tree = unpacked(arguments.repositories, arguments.trees, row)
        shown = [severity for severity, _ in ours(tree, row)]
        row["ours"], row["shown"] = str(int(bool(shown))), str(int("warning" in shown))
        if arguments.checkers is not None:
            row["usual checker"] = str(int(any(others(tree, row, arguments.checkers))))
        print(*row.values(), sep="\t", flush=True)
    for language_ in sorted({row["language"] for row in rows}):
        some = [row for row in rows if row["language"] == language_]
        found = Counter(name for row in some for name in ("ours", "shown", "usual checker") if row[name] == "1")
        print(language_, len(some), dict(found))
    if arguments.write:
        with BUGS.open("w", encoding="utf-8", newline="") as written:
            written.write(
                "\n".join("\t".join(each) for each in (list(rows[0]), *(row.values() for row in rows))) + "\n"
            )


def unpacked(repositories: Path, trees: Path, row: dict[str, str]) -> Path:
    """The parent of the fix: the top folder that has the file, in Go and Java the whole tree."""
    name = row["repository"].replace("/", "+")
    tree = trees / f"{name}-{row['fixing commit'][:9]}"
    if tree.exists():
        return tree
    top = row["file"].partition("/")[0] if row["language"] in ("python", "javascript") else "."
    bare = next(path for path in (repositories / name / "repo", repositories / name) if (path / "HEAD").exists())
    archive = ("git", "--git-dir", str(bare), "archive", row["fixing commit"] + "^", top)
    with tarfile.open(fileobj=io.BytesIO(subprocess.run(archive, capture_output=True, check=True).stdout)) as packed:
        wanted = [each for each in packed if each.isfile() and not _LEFT_OUT.intersection(Path(each.name).parts)]
        packed.extractall(tree, members=wanted, filter="data")
    return tree


def ours(tree: Path, row: dict[str, str]) -> Iterator[tuple[str, str]]:
    """How each finding near the place is shown, and its message."""
    project, path, id = FolderProject(tree), tree / row["file"], language_of(Path(row["file"])) or ""
    project.idle(300)
    document = Document(path.as_uri(), id, path.read_text("utf-8", errors="replace"))
    parsed = parse(document.text, id)
    for finding in language(id).open(document, parsed, project).findings() if parsed else ():
        line = document.line_at(finding.span.start) + 1
        used = document.text[finding.span.start : finding.span.end]
        if abs(line - int(row["line"])) <= _NEAR and (used in row["expression"] or row["expression"] in used):
            yield NullCheckSettings().severity_of(finding.confidence), finding.message


def others(tree: Path, row: dict[str, str], checkers: Path) -> Iterator[str]:
    """What the language's usual checker says of null near the place."""
    if row["language"] == "python":
        config = tree / "pyrightconfig.json"
        source = ["src"] if row["file"].startswith("src/") else []
        config.write_text(json.dumps({"typeCheckingMode": "basic", "include": [row["file"]], "extraPaths": source}))
        pyright = (sys.executable, "-m", "pyright", "--outputjson", "-p", str(config))
        said = json.loads(subprocess.run(pyright, capture_output=True, text=True).stdout)["generalDiagnostics"]
        for each in said:
            line, message = each["range"]["start"]["line"] + 1, each["message"]
            if abs(line - int(row["line"])) < _NEAR and ("None" in message or "Optional" in each.get("rule", "")):
                yield message
    elif row["language"] == "javascript":
        options = (
            "--noEmit --allowJs --checkJs --strict --noImplicitAny false --skipLibCheck --experimentalDecorators "
            "--target es2022 --module esnext --moduleResolution bundler --lib es2022,dom --pretty false"
        )
        command = (str(checkers / "tsc"), *options.split(), row["file"])
        for line in subprocess.run(command, cwd=tree, capture_output=True, text=True).stdout.splitlines():
            told = _TSC.match(line.removeprefix(row["file"]))
            if told and abs(int(told["line"]) - int(row["line"])) < _NEAR and re.search("null|undefined", line):
                yield told["message"]
    elif row["language"] == "go":
        module = (tree / "go.mod").read_text("utf-8").partition("module ")[2].split()[0]
        options = ("-test=false", "-pretty-print=false", f"-include-pkgs={module}")
        command = (str(checkers / "nilaway"), *options, f"./{Path(row['file']).parent.as_posix()}")
        yield from _near(command, tree, row)
    else:
        source, jars = tree / "src/main/java", ":".join(map(str, sorted((checkers / "jars").glob("*.jar"))))
        package = "com.fasterxml.jackson.databind" if "jackson" in row["file"] else "org.apache.commons.compress"
        plugin = f"-Xplugin:ErrorProne -XepDisableAllChecks -Xep:NullAway:WARN -XepOpt:NullAway:JSpecifyMode=true \
-XepOpt:NullAway:AnnotatedPackages={package}"
        paths = (
            "-sourcepath",
            str(source),
            "-cp",
            jars,
            "-processorpath",
            jars,
            "-implicit:none",
            "-encoding",
            "UTF-8",
        )
        with tempfile.TemporaryDirectory() as out:
            given = (
                "-encoding",
                "UTF-8",
                "-d",
                out,
                *paths,
                "-XDcompilePolicy=simple",
                "--should-stop=ifError=FLOW",
                plugin,
            )
            yield from _near(("javac", *_OPENED, *given, row["file"]), tree, row)


def _near(command: Sequence[str], tree: Path, row: dict[str, str]) -> Iterator[str]:
    """The lines that a checker prints of the place."""
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env={**os.environ, "GOFLAGS": "-mod=mod"})
    place = re.compile(rf"{re.escape(Path(row['file']).name)}:(\d+):")
    for line in (done.stdout + done.stderr).splitlines():
        told = place.search(line)
        is_return = "returning @Nullable" in line  # it tells of another null than the one that is used
        if told and abs(int(told[1]) - int(row["line"])) <= _NEAR and not is_return:
            yield line


if __name__ == "__main__":
    main()

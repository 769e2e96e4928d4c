"""No fix writes a method that the project's release of Java doesn't have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.java.file import Java
from breadknife.plugins.nullcheck.repairs.java.release import USUAL, java_release
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from project.folders import known

POM = "<project><properties>\n  {}\n</properties></project>\n"


@pytest.mark.parametrize(
    ("files", "release"),
    [
        ({}, USUAL),
        ({"pom.xml": POM.format("<maven.compiler.release>8</maven.compiler.release>")}, 8),
        ({"pom.xml": POM.format("<maven.compiler.source>1.8</maven.compiler.source>")}, 8),
        ({"pom.xml": POM.format("<maven.compiler.target> 11 </maven.compiler.target>")}, 11),
        ({"pom.xml": POM.format("<java.version>1.8</java.version>")}, 8),
        ({"pom.xml": "<plugin><configuration><source>1.7</source><target>1.8</target></configuration></plugin>"}, 7),
        ({"pom.xml": POM.format("<maven.compiler.release>${java}</maven.compiler.release>")}, USUAL),
        ({"pom.xml": POM.format("<version>8</version><source>src/main/java8</source>")}, USUAL),
        ({"pom.xml": POM.format("<java.version>1.8</java.version>"), "app/pom.xml": POM.format("")}, 8),
        ({"pom.xml": POM.format("<java.version>1.8</java.version>"),
          "app/pom.xml": POM.format("<java.version>21</java.version>")}, 21),
        ({"build.gradle": "sourceCompatibility = 1.8\n"}, 8),
        ({"build.gradle": "java {\n    sourceCompatibility = JavaVersion.VERSION_1_8\n}\n"}, 8),
        ({"build.gradle": "sourceCompatibility '11'\ntargetCompatibility '1.8'\n"}, 8),
        ({"build.gradle": "sourceCompatibility = JavaVersion.VERSION_17\n"}, 17),
        ({"build.gradle": "sourceCompatibility = javaVersion\nversion = '8'\n"}, USUAL),
        ({"build.gradle.kts": "tasks.compileJava { options.release.set(8) }\n"}, 8),
        ({"build.gradle.kts": "java.toolchain.languageVersion.set(JavaLanguageVersion.of(11))\n"}, 11),
    ],
)  # fmt: skip
def test_what_is_said_of_it(tmp_path: Path, files: Mapping[str, str], release: int) -> None:
    project = known(tmp_path, files)
    assert java_release(Document((tmp_path / "app/src/A.java").as_uri(), "java", ""), project) == release


def test_a_document_outside_of_the_project(tmp_path: Path) -> None:
    project = known(tmp_path / "project", {"build.gradle": "sourceCompatibility = 1.8\n"})
    for uri in ("untitled:a", (tmp_path / "A.java").as_uri()):
        assert java_release(Document(uri, "java", ""), project) == USUAL
    assert java_release(Document("file:///A.java", "java", ""), None) == USUAL


GETENV = 'System.getenv("A")'
MAP = "import java.util.Map;\nclass B { boolean has(Map<String, A> m, String k) { return m.containsKey(k); } }\n"


@pytest.mark.parametrize(
    ("release", "head", "use", "written"),
    [
        (9, "", f"int f() {{ return {GETENV}.length(); }}", f'Objects.requireNonNullElse({GETENV}, "").length()'),
        (8, "", f"int f() {{ return {GETENV}.length(); }}", f'Optional.ofNullable({GETENV}).orElse("").length()'),
        (7, "", f"int f() {{ return {GETENV}.length(); }}", ""),
        (8, "import java.io.File;\n", "int f(File d) { return d.listFiles().length; }",
         "Optional.ofNullable(d.listFiles()).orElse(new File[0]).length"),
        (8, MAP, 'int f(Map<String, Integer> m) { return m.get("a") + 1; }', 'm.getOrDefault("a", 0) + 1'),
        (7, MAP, 'int f(Map<String, Integer> m) { return m.get("a") + 1; }', ""),
        (7, "import javax.annotation.Nullable;\n", "int f(@Nullable String s) { return s.length(); }",
         '(s != null ? s : "").length()'),
    ],
)  # fmt: skip
def test_a_default_in_each_release(tmp_path: Path, release: int, head: str, use: str, written: str) -> None:
    project = known(tmp_path, {"build.gradle": f"sourceCompatibility = {release}\n"})
    text = f"package a;\n\n{head}class A {{\n    {use}\n}}\n"
    tree = parse(text, "java")
    assert tree is not None
    file = Java().open(Document((tmp_path / "src/A.java").as_uri(), "java", text), tree, project)
    place = file.place(file.findings()[0])
    assert place is not None
    made = {offer.strategy: apply_edits(text, offer.edits) for offer in file.offers(place)}
    assert written in made.get(Strategy.DEFAULT, "")
    assert (Strategy.DEFAULT in made) == bool(written)
    assert made, "another way is left"

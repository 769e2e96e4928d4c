"""Each rule about documents fires on its examples in `document_rules.toml`, and is silent on those beside them."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.documents.check import find_document_findings
from breadknife.plugins.prose.documents.markdown import slugify
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentRule
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.task.values import Consulted, Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.extract import extract
from breadknife.text.syntax import parse
from project.folders import known
from support import PluginContext

EXAMPLES: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("document_rules.toml").read_text("utf-8"))
RULES = {rule.code: rule for rule in DOCUMENT_RULES}


@dataclass(frozen=True)
class Example:
    text: str
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    language: str = ""


def findings(rule: DocumentRule, example: Example, folder: Path) -> list[Finding]:
    for name, text in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    language = example.language or next(each for each in ("markdown", "python") if each in rule.languages)
    name = {"markdown": "README.md", "python": "module.py"}.get(language, "source")
    document = Document((folder / name).as_uri(), language, example.text)
    (folder / name).write_text(example.text, encoding="utf-8")
    tree = parse(document.text, language) or parse("", "markdown")  # a format without a grammar
    assert tree is not None

    def read(path: Path) -> str | None:
        return path.read_text(encoding="utf-8") if path.is_file() else None

    paragraphs = tuple(extract(document, tree, CancelToken()))
    ways = known(folder).ways
    return list(rule.find(DocumentContext(document, tree, folder, os.path.exists, read, paragraphs, ways=ways)))


def _cases(which: str) -> list[object]:
    return [
        pytest.param(RULES[code], Example(**example), id=f"{code}-{number}")
        for code, examples in EXAMPLES.items()
        for number, example in enumerate(examples[which])
    ]


@pytest.mark.parametrize(("rule", "example"), _cases("fires"))
def test_fires(rule: DocumentRule, example: Example, tmp_path: Path) -> None:
    found = findings(rule, example, tmp_path)
    assert len(found) == 1
    for fix in found[0].fixes:  # a fix removes what it is for
        mended = Example(apply_edits(example.text, fix.edits), example.files)
        assert findings(rule, mended, tmp_path) == []


@pytest.mark.parametrize(("rule", "example"), _cases("silent"))
def test_is_silent(rule: DocumentRule, example: Example, tmp_path: Path) -> None:
    assert findings(rule, example, tmp_path) == []


def test_each_rule_has_examples_of_both_kinds() -> None:
    assert EXAMPLES.keys() == RULES.keys()
    assert len(RULES) == len(DOCUMENT_RULES)
    assert all(EXAMPLES[code]["fires"] and EXAMPLES[code]["silent"] for code in RULES)
    assert all(rule.description for rule in DOCUMENT_RULES)


@pytest.mark.parametrize("link", ["./", "../"])
def test_a_link_to_the_project_itself_is_none_to_a_file(link: str, tmp_path: Path) -> None:
    """Its name may have a dot, as a file's."""
    root = tmp_path / "site-2.0"
    (root / "docs").mkdir(parents=True)
    (root / "package.json").write_text("{}", "utf-8")
    uri = (root / ("index.html" if link == "./" else "docs/index.html")).as_uri()
    doc = Document(uri, "html", f'<a href="{link}">Home</a>\n')
    assert find_document_findings(doc, PluginContext(root=root), (), lambda word: True, Consulted()) == []


def test_words_that_are_too_long_for_names_of_files_harm_nobody(tmp_path: Path) -> None:
    text = f"See [it]({'eyJhbGciOi' * 30}/guide.md).\n"
    assert len(findings(RULES["broken-link"], Example(text), tmp_path)) == 1


def test_letters_that_may_be_words_left_out_take_no_exponential_time(tmp_path: Path) -> None:
    text = "The AAAAZ runs. Each AAAAZ waits.\n\nStart the AAAAZ: " + "a " * 5_000 + "b.\n"
    assert len(findings(RULES["unexplained-acronym"], Example(text), tmp_path)) == 1


def test_rules_about_prose_serve_formats_without_a_grammar(tmp_path: Path) -> None:
    doc = Document((tmp_path / "a.rst").as_uri(), "restructuredtext", "It is on Github. GitHub is fine. See GitHub.\n")
    paragraphs = tuple(extract(doc, None, CancelToken()))
    found = find_document_findings(doc, PluginContext(root=tmp_path), paragraphs, lambda word: True, Consulted())
    assert [each.code for each in found] == ["term-in-two-ways"]


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("Getting Started", "getting-started"),
        ("What's new?", "whats-new"),
        ("`code` & more", "code--more"),
        ("A *bold* snake_case", "a-bold-snake_case"),
        ("[link](x.md) 1.2", "link-12"),
        ("Über Zürich", "über-zürich"),
    ],
)
def test_slug(heading: str, slug: str) -> None:
    assert slugify(heading) == slug


def test_a_step_that_a_document_skips_again_and_again_is_told_once(tmp_path: Path) -> None:
    found = findings(
        RULES["heading-skip"], Example("# A\n\n### B\n\n# C\n\n### D\n\n###### E\n\n### F\n\n###### G\n"), tmp_path
    )
    assert [each.message for each in found] == [
        "This heading has level 3, the one above it 1.",
        "This heading has level 6, the one above it 3.",
    ]

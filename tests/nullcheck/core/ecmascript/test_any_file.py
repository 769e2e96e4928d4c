"""Any file can be lowered and followed: installed packages, and texts that are cut off or hold nonsense."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of
from breadknife.text.document import language_of
from breadknife.text.syntax import parse

ROOT = Path(__file__).parents[4]
PACKAGES = ROOT / "clients" / "vscode" / "node_modules"
SOURCES = ROOT / "clients" / "vscode" / "src"
SUFFIXES = frozenset({".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"})
LARGEST = 200_000
"""Bytes: a bundle says nothing that its sources don't."""
FILES, DEEP = 150, 3_000


def files(root: Path) -> list[Path]:
    return sorted(each for each in root.rglob("*") if each.suffix in SUFFIXES and each.is_file())


def follow(text: str, language: str) -> None:
    tree = parse(text, language)
    assert tree is not None
    home_of(tree).findings()


def test_our_own_sources() -> None:
    found = files(SOURCES)
    assert found
    for file in found:
        follow(file.read_text("utf-8"), language_of(file) or "")


@pytest.mark.slow
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="the extension's packages aren't installed")
def test_installed_packages() -> None:
    small = [file for file in files(PACKAGES) if file.stat().st_size < LARGEST]
    for file in random.Random(32).sample(small, min(FILES, len(small))):
        follow(file.read_text("utf-8", "replace"), language_of(file) or "")


def test_a_text_that_is_cut_off_anywhere() -> None:
    text = max((file.read_text("utf-8") for file in files(SOURCES)), key=len)
    for end in random.Random(1).sample(range(len(text)), 40):
        follow(text[:end], "typescript")
        follow(text[end:], "javascript")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("f(" * DEEP, "javascript"),
        ("[" * DEEP + "]" * DEEP, "typescript"),
        ("{" * DEEP + "}" * DEEP, "javascript"),
        ("a" + "?.b" * DEEP, "typescript"),
        ("a" + " ?? b" * DEEP, "typescript"),
        ("x = " * DEEP + "1", "javascript"),
        ("let x: " + "A | " * DEEP + "null; x.y", "typescript"),
        ("let x: " + "A<" * DEEP + ">" * DEEP, "typescript"),
        ("class A extends A { x?: A; f() { return this.x.x.x } }", "typescript"),
        ("type A = B; type B = A; let x: A = f(); x.y", "typescript"),
        ("function f() { return g() } function g() { return f() } f().x", "javascript"),
        ("switch (x) { case 1: case null: default: break; case y?.z: }", "typescript"),
        ("a: for (;;) { b: { continue a; break b } }", "javascript"),
        ("", "typescriptreact"),
    ],
    ids=range(14),
)
def test_deep_circular_and_odd_texts(text: str, language: str) -> None:
    follow(text, language)

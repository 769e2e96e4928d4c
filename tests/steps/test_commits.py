"""What rules can say of a diff, and which names a text about it may have."""

from __future__ import annotations

import pytest

from breadknife.steps.builtin.commits import (
    DiffWanted,
    NamesKept,
    NamesWanted,
    diff_names,
    diff_subjects,
    imperative,
    verify_names,
)
from breadknife.task.values import Silence
from steps.here import Here


def diff(*files: str) -> str:
    return "".join(files)


def changed(path: str, lines: str, extra: str = "", to: str = "") -> str:
    head = f"diff --git a/{path} b/{to or path}\n{extra}"
    return head + (f"--- a/{path}\n+++ b/{to or path}\n@@ -1,2 +1,2 @@ class Basket:\n{lines}" if lines else "")


NEW, GONE = "new file mode 100644\n", "deleted file mode 100644\n"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (changed("a.py", "-A = 10\n+A = 30\n"), "Change A from 10 to 30"),
        (changed("pyproject.toml", '-version = "1.0.0"\n+version = "1.1.0"\n'), "Bump version from 1.0.0 to 1.1.0"),
        (changed("requirements.txt", "-click==8.1.7\n+click==8.1.8\n"), "Bump click from 8.1.7 to 8.1.8"),
        (
            changed(".pre-commit-config.yaml", "-    rev: v0.1.0\n+    rev: v0.2.0\n-    rev: v2.1\n+    rev: v2.2\n"),
            "Bump versions in .pre-commit-config.yaml",
        ),
        (
            changed(".pre-commit-config.yaml", "-    rev: v0.1.0\n+    rev: v0.2.0\n"),
            "Bump a hook in .pre-commit-config.yaml from v0.1.0 to v0.2.0",
        ),
        (changed("dev.txt", "-sphinx==3.2.1  # via a\n+sphinx==3.3.1  # via b\n"), "Bump sphinx from 3.2.1 to 3.3.1"),
        (changed("dev.txt", "-    # via a\n+    # via\n+    #   b\n-a==1.0\n+a==1.1\n"), "Bump a from 1.0 to 1.1"),
        (changed("t.yml", "-      - uses: a/b@v2\n+      - uses: a/b@v3\n"), "Bump a/b from v2 to v3"),
        (changed("t.yml", f"-      - uses: a/b@{'0' * 40}\n+      - uses: a/b@{'1' * 40}\n"), "Bump a/b"),
        (changed("a.py", "", "similarity index 100%\n", "b.py"), "Rename a.py to b.py"),
        (changed("a.py", "", "similarity index 100%\n", "lib/a.py"), "Move a.py to lib"),
        (changed("a.py", "+x = 1\n", NEW), "Add a.py"),
        (changed("a.py", "-x = 1\n", GONE), "Remove a.py"),
        (diff(changed("a.py", "-x\n", GONE), changed("b.py", "-x\n", GONE)), "Remove a.py and b.py"),
        (changed("a.py", " \n+def clamp(x):\n+    return x\n"), "Add clamp to a.py"),
        (changed("a.py", "-def clamp(x):\n-    return x\n"), "Remove clamp from a.py"),
        (changed("a.py", "-def clamp(x):\n+def limit(x):\n-y = clamp(1)\n+y = limit(1)\n"), "Rename clamp to limit"),
        (changed("a.py", "-def clamp(x):\n+def limit(x, y):\n"), ""),
        (changed("tests/test_a.py", "+def test_a_dog_barks():\n+    assert dog\n"), "Test a dog barks"),
        (changed("a.test.ts", "+  it('barks at night', () => {\n"), "Test barks at night"),
        (changed("a.md", "-The dog barsk at night.\n+The dog barks at night.\n"), "Fix a typo in a.md: barks"),
        (changed("a.md", "-Install it now with pip.\n+Install it now with pipx.\n"), ""),
        (changed("a.md", "-The dog barks at night.\n+The cat barks at night.\n"), ""),
        (
            diff(
                changed("CHANGES.rst", "+-   Fixed a crash of ``run``\n+    on empty input. :issue:`12`\n"),
                changed("a.py", "-x = 1\n+x = f(1)\n"),
            ),
            "Fix a crash of `run` on empty input",
        ),
        (changed("a.py", "-    return x\n+    return x or 1\n"), ""),
        (changed("a.py", "-A = 1\n-B = 2\n+A = 2\n+B = 3\n"), ""),
        ("not a diff", ""),
    ],
)
def test_what_rules_say_of_a_diff(text: str, subject: str) -> None:
    assert diff_subjects(DiffWanted(text), Here()).text == subject


@pytest.mark.parametrize(
    ("entry", "subject"),
    [
        ("Fixed a crash. It was bad.", "Fix a crash"),
        ("Added `Path.walk`.", "Add `Path.walk`"),
        ("Add Python 3.13", "Add Python 3.13"),
        ("Prevent `_Wrapper` from closing.", "Prevent `_Wrapper` from closing"),
        ("The parser is faster.", ""),
        ("Fixed", ""),
    ],
)
def test_an_entry_of_a_changelog_as_an_imperative(entry: str, subject: str) -> None:
    assert imperative(entry) == subject


def test_the_names_of_a_diff() -> None:
    text = diff(changed("a.py", "-def old(x):\n+def new(x):\n"), changed("b.py", "+y = 1\n"))
    found = diff_names(DiffWanted(text), Here())
    assert not isinstance(found, Silence)
    assert (found.files, found.symbols, found.added, found.removed, found.lines) == (
        ("a.py", "b.py"),
        ("new", "old", "Basket"),
        ("new",),
        ("old",),
        3,
    )
    assert isinstance(diff_names(DiffWanted(""), Here()), Silence)


@pytest.mark.parametrize(
    ("text", "share", "why"),
    [
        ("Pass the price to total_of", 1.0, ""),
        ("Pass the price to total_for", 1.0, "total_for"),
        ("Pass the price to `sum`", 1.0, "sum"),
        ("Round the price to 3 digits", 1.0, "3"),
        ("Change prices.toml", 1.0, "prices.toml"),
        ("Return the price of an item", 0.5, ""),
        ("Return the `price", 1.0, "breaks off"),
        ("Improve overall quality everywhere", 0.5, "speaks of Improve, overall, quality"),
    ],
)
def test_a_text_names_only_what_another_has(text: str, share: float, why: str) -> None:
    said = verify_names(NamesWanted(text, "return total_of(item.price, 2)", share), Here())
    if why:
        assert isinstance(said, Silence)
        assert why in said.sentence
    else:
        assert said == NamesKept(text)

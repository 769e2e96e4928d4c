"""Which claims of a file's own documentation a change makes false: the text before, the text after, what is said."""

from __future__ import annotations

import pytest

from breadknife.plugins.drift.claims.compare import find_drift
from breadknife.plugins.drift.facts import read_facts
from breadknife.plugins.drift.values import Drift
from breadknife.text.document import Document, TextEdit, apply_edits
from breadknife.text.syntax import parse


def compared(before: str, after: str, language: str) -> list[Drift]:
    """Return what `find_drift` says of two texts."""
    texts = [Document("file:///a", language, text) for text in (before, after)]
    trees = [parse(text.text, language) for text in texts]
    facts = [read_facts(text, tree) for text, tree in zip(texts, trees, strict=True) if tree is not None]
    return find_drift(facts[0], facts[1], texts[1])


def said(before: str, after: str, language: str = "python") -> list[tuple[str, str, str]]:
    return [(drift.kind.value, drift.subject, drift.new) for drift in compared(before, after, language)]


GOOGLE = '''def get(url, {name}={default}):
    """Get it.

    Args:
        url: where it is
        {documented} (int): seconds, defaults to 30

    Raises:
        OSError: if it isn't there
    """
    if {name} < 0:
        raise {error}
    return open(url, {name})
'''


DEFAULT = "defaults to 30"


def google(name: str = "wait", default: str = "30", error: str = "OSError", documented: str = "wait") -> str:
    return GOOGLE.format(name=name, default=default, error=error, documented=documented)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (google(), google(), []),
        (google(), google(name="timeout"), [("parameter-renamed", "wait", "timeout")]),
        (google(), google(name="timeout", documented="timeout"), []),
        (google(), google(default="60"), [("default-changed", "30", "60")]),
        (google(), google(error="KeyError"), [("raises-gone", "OSError", "KeyError")]),
        # The body used the new name, too.
        (
            google().replace("open(url, wait)", "open(url, timeout=wait)"),
            google(name="timeout").replace("open(url, timeout)", "open(url, timeout=timeout)"),
            [("parameter-renamed", "wait", "timeout")],
        ),
        *(
            (
                google().replace(DEFAULT, text),
                google(default="60").replace(DEFAULT, text),
                [("default-changed", "30", "60")],
            )
            for text in ("30 by default", "`30` seconds by default", "30 (default)", "30 is the default")
        ),
        # What was false before the change isn't its fault.
        (google(documented="seconds"), google(name="timeout", documented="seconds"), []),
    ],
)
def test_google(before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(before, after) == expected


NUMPY = '''def mean(a, {parameters}):
    """Mean.

    Parameters
    ----------
    a : {type}
        Values.
    axis : int
        Which one.

    Returns
    -------
    float
        The mean.
    """
    {body}
'''


def numpy(parameters: str = "axis", body: str = "return a + axis") -> str:
    return NUMPY.format(parameters=parameters, body=body, type="list")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (numpy(), numpy("axis, where=None"), [("parameter-added", "where", "where")]),
        (numpy(), numpy("axis, *, _where=None, **rest"), []),
        (
            numpy(),
            numpy("depth=1", "return a"),
            [("parameter-added", "depth", "depth"), ("parameter-removed", "axis", "")],
        ),
        (numpy(), numpy(body="print(a + axis)"), [("returns-gone", "return", "")]),
        # It is read out of **rest.
        (numpy(), numpy("**rest", "return a + rest['axis']"), []),
    ],
)
def test_numpy(before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(before, after) == expected


@pytest.mark.parametrize(
    ("language", "before", "after", "expected"),
    [
        (
            "typescript",
            "/**\n * Adds.\n * @param {number} left one\n * @throws {TypeError} never\n */\n"
            "export function add(left: number) { if (!left) throw new TypeError(); return left; }\n",
            "/**\n * Adds.\n * @param {number} left one\n * @throws {TypeError} never\n */\n"
            "export function add(first: number) { return first; }\n",
            [("parameter-renamed", "left", "first"), ("raises-gone", "TypeError", "")],
        ),
        (
            "javascript",
            "/**\n * @param [size=10] of it\n */\nfunction make(size = 10) { return size; }\n",
            "/**\n * @param [size=10] of it\n */\nfunction make(size = 20) { return size; }\n",
            [("default-changed", "10", "20")],
        ),
        (
            "go",
            "package a\n\n// ReadAll reads all of it.\nfunc ReadAll(r io.Reader, n int) error { return r.Read(n) }\n",
            "package a\n\n// ReadAll reads all of it.\nfunc ReadEach(r io.Reader, n int) error { return r.Read(n) }\n",
            [("name-renamed", "ReadAll", "ReadEach")],
        ),
        (
            "java",
            "class A {\n  /**\n   * Adds.\n   * @param count how many\n   * @throws IOException if not\n   */\n"
            "  void add(int count) throws IOException { use(count); }\n}\n",
            "class A {\n  /**\n   * Adds.\n   * @param count how many\n   * @throws IOException if not\n   */\n"
            "  void add(int many) { use(many); }\n}\n",
            [("parameter-renamed", "count", "many"), ("raises-gone", "IOException", "")],
        ),
        (
            "python",
            "# Retries 30 times.\nRETRIES = 30\n",
            "# Retries 30 times.\nRETRIES = 50\n",
            [("value-changed", "30", "50")],
        ),
        (
            "python",
            "def f(items):\n    # `old_name` has them all\n    old_name = list(items)\n    return old_name\n",
            "def f(items):\n    # `old_name` has them all\n    kept = list(items)\n    return kept\n",
            [("name-renamed", "old_name", "kept")],
        ),
        (
            "python",
            "def f(items):\n    # Sort the items first.\n    items.sort()\n\n    return items\n",
            "def f(items):\n    # Sort the items first.\n\n    return items\n",
            [("code-replaced", "Sort", "")],
        ),
        (  # A plain word that happens to be a name is no claim.
            "python",
            "def f(a):\n    # the value is used\n    value = a\n    return value\n",
            "def f(a):\n    # the value is used\n    result = a + value_of(a)\n    return result\n",
            [],
        ),
        (  # A parameter that is taken apart has no name that documentation could miss.
            "javascript",
            "/**\n * @param {Card[]} deck all\n */\nfunction first(deck) { return deck[0]; }\n",
            "/**\n * @param {Card[]} deck all\n */\nfunction first([card]) { return card; }\n",
            [],
        ),
        (  # Its properties have names, with or without that of the whole.
            "javascript",
            "/**\n * @param {Object} options all\n * @param {number} options.wait seconds\n */\n"
            "function get(url, { wait = 1, size }) { return url + wait + size; }\n",
            "/**\n * @param {Object} options all\n * @param {number} options.wait seconds\n */\n"
            "function get(url, { timeout = 1, size }) { return url + timeout + size; }\n",
            [("parameter-renamed", "wait", "timeout")],
        ),
        (  # A parameter's property isn't a parameter.
            "javascript",
            "/**\n * @param {Object} options all\n * @param {number} options.wait seconds\n */\n"
            "function get(options, wait) { return options.wait + wait; }\n",
            "/**\n * @param {Object} options all\n * @param {number} options.wait seconds\n */\n"
            "function get(options) { return options.wait; }\n",
            [],
        ),
        (  # Its documentation says which definition has another name and another body.
            "javascript",
            "/**\n * Tells whether two sequences are alike.\n * @param {number[]} seq1 one\n */\n"
            "function nearly(seq1, most) { return seq1.every(Boolean); }\n",
            "/**\n * Tells whether two sequences are alike.\n * @param {number[]} seq1 one\n */\n"
            "function areNearlyEqual(most) { for (const x of most) use(x); }\n",
            [("parameter-removed", "seq1", "")],
        ),
        (
            "go",
            "package a\n\n// ReadAll reads all that there is.\nfunc ReadAll() {}\n\nfunc B() int { return 2 }\n",
            "package a\n\n// ReadAll reads all that there is.\n\nfunc B() int { return 2 }\n",
            [("definition-gone", "ReadAll", "")],
        ),
        (  # A word without a vowel is a name; as a part of another word it isn't.
            "go",
            "package a\n\nfunc f() {\n\t// ch has the ch-list of x/ch\n\tch := g()\n\tsend(ch)\n}\n",
            "package a\n\nfunc f() {\n\t// ch has the ch-list of x/ch\n\tall := h()\n\tsend(all)\n}\n",
            [("name-renamed", "ch", "all")],
        ),
        (  # A parameter's new name that its function had before.
            "python",
            "# Adds `v` to all.\ndef f(v, result):\n    value = v.get()\n    result.add(v)\n",
            "# Adds `v` to all.\ndef f(value, result):\n    value = value.get()\n    result.add(value)\n",
            [("name-renamed", "v", "value")],
        ),
        (  # A result's type.
            "python",
            'def f(a) -> x.Old:\n    """Read.\n\n    :rtype: x.Old\n    """\n    return g(a)\n',
            'def f(a) -> New:\n    """Read.\n\n    :rtype: x.Old\n    """\n    return g(a)\n',
            [("type-changed", "x.Old", "New")],
        ),
        (  # A list of parameters may stand a blank line above; a comment in a pattern isn't a property.
            "javascript",
            "/**\n * @param {Object} o all\n * @param {string} o.word one\n */\n\n"
            "function f({ word, /* of all */ text }) { return word + text; }\n",
            "/**\n * @param {Object} o all\n * @param {string} o.word one\n */\n\n"
            "function f({ text /* of all */ }) { return text; }\n",
            [("parameter-removed", "word", "")],
        ),
        (  # What was commented out names whatever it did.
            "python",
            "def f(a):\n    # old_name = open(a)\n    old_name = a\n    return old_name\n",
            "def f(a):\n    # old_name = open(a)\n    kept = a\n    return kept\n",
            [],
        ),
    ],
)
def test_languages(language: str, before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(before, after, language) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (google(), google(name="timeout"), google(name="timeout", documented="timeout")),
        (google(), google(default="60"), google(default="60").replace("to 30", "to 60")),
        (
            numpy(),
            numpy("*", "return a").replace("a, *", "a"),
            numpy("*", "return a").replace("a, *", "a").replace("    axis : int\n        Which one.\n", ""),
        ),
    ],
)
def test_what_an_edit_makes(before: str, after: str, expected: str) -> None:
    edits = [TextEdit(*drift.edit) for drift in compared(before, after, "python") if drift.edit is not None]
    assert apply_edits(after, edits) == expected


def test_another_exception_is_no_new_name() -> None:
    before = "def f(a):\n    # A `KeyError` is a LookupError.\n    raise KeyError(a)\n"
    [drift] = compared(before, before.replace("raise KeyError", "raise OSError"), "python")
    assert (drift.subject, drift.new, drift.edit) == ("KeyError", "OSError", None)


@pytest.mark.parametrize("broken", ["def get(:\n", "", "\r", 'x = "'])
def test_a_text_that_is_broken_says_nothing(broken: str) -> None:
    assert said(google(), broken) == []
    assert said(broken, google()) == []


def test_overloads_are_the_same_by_their_documentation() -> None:
    """One that got the parameters of another, which got new ones, keeps its documentation."""
    head = "class A {\n  /** Makes a page of these parts.\n   * @param name its name\n   * @param base its address */\n"
    other = "  /** Makes a page of one file, which is read. */\n  A(File file) { read(file); }\n"
    before = head + "  A(String name, String base) { super(base); set(name); }\n" + other + "}\n"
    deprecated = "  /** Use the one without an address. */\n  A(String name, String base) { this(name); }\n"
    after = head + "  A(String name) { set(name); }\n" + deprecated + other + "}\n"
    assert said(before, after, "java") == [("parameter-removed", "base", "")]


def test_overloads_are_told_apart() -> None:
    many = "".join(f"  /** @param a{n} one */\n  void f(int a{n}, T{n} b) {{ g(a{n}); }}\n" for n in range(50))
    before = "class A {\n" + many.replace("a49", "wide") + "}\n"
    assert said(before, "class A {\n" + many + "}\n", "java") == []  # too many of them
    few = "".join(many.splitlines(keepends=True)[-4:])
    before = (
        "class A {\n"
        + few.replace("a49, T49", "wide, T49").replace("g(a49)", "g(wide)").replace("@param a49", "@param wide")
        + "}\n"
    )
    after = "class A {\n" + few.replace("@param a49", "@param wide") + "}\n"
    assert said(before, after, "java") == [("parameter-renamed", "wide", "a49")]

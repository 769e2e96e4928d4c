"""What is shown of what the model wrote: (document with the cursor `|` or `^`, text, what is shown or a reason)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from breadknife.plugins.completion import filters
from breadknife.plugins.completion.filters import Draft, fitted, syntax
from breadknife.plugins.completion.filters.junk import JUNK_LINES, JunkPattern
from breadknife.task.values import Silence
from breadknife.text.document import TextEdit
from breadknife.text.syntax import SyntaxTree
from drafts import draft, fit

PARSES = [
    ("x = |\n", "1 + 2", "1 + 2"),
    ("x = |\n", "   ", "empty"),
    ("x = 1|\n", " +", "would-not-parse"),
    ("def f():\n    |\n", "x = 1\n    y = = 2", "x = 1"),
    ("def f():\n    |\n", "return 1 2", "would-not-parse"),
    ("def f(:\n    x = |\n", "1", "1"),  # a broken file may stay broken
    ("def f(|\n", "a, b):", "a, b):"),
    ("class A:\n    def f(self):\n        return self.|\n\n    def g(self):\n        pass\n", "x", "x"),
]

REST_OF_LINE = [
    ("print(|)\n", "x, y)", "x, y"),
    ("print(|)\n", "len(x)", "len(x)"),  # a bracket of its own
    ("print(f(|))\n", "x))", "x"),
    ("print(f(|))\n", "g(x))", "g(x)"),
    ("x = '|'\n", "abc'", "abc"),
    ('x = f("|")\n', 'abc")', "abc"),
    ('x = |"\n', '"abc"', '"abc'),
    ("x = [|]\n", "1, 2]", "1, 2"),
    ("d = {|}\n", "'a': 1}", "'a': 1"),
    ("for |in items:\n    pass\n", "item in items:", "item "),
    ("for | in items:\n    pass\n", "item in items:", "item"),
    ("for | in items:\n    pass\n", "item  in items :", "item"),  # blanks don't matter
    ("for | in items:\n    pass\n", "item in items:\n    print(item)", "item"),
    ("f(|, y)\n", "x,", "x"),
    ("f(|, y)\n", "x, y)", "x"),
    ("x = f(|) + 1\n", "a) + 1", "a"),
    ("print(|)\n", ")", "repeats-next-line"),
    ("if x == |:\n    pass\n", "1:", "1"),
    ("if x|:\n    pass\n", " is None:\n        return", " is None"),
    ("x = |.strip()\n", "line.strip()", "line"),
    ("f(|'a')\n", 'x, "a")', "x, "),  # another quote
    ("f(|'a', b)\n", 'x, "a", b)', "x, "),
    ("x = '|'\n", 'it is "', 'it is "'),
]

FOLLOWING_LINES = [
    ("def f():\n    |\n    return total\n", "return total", "repeats-next-line"),
    ("def f():\n    re|\n    return total\n", "turn total", "repeats-next-line"),
    ("def f():\n    |\n    return total\n", "total = 1\n    return total", "total = 1"),
    ("def f():\n    |\n    return total\n", "total = 1\n\n    return  total;", "total = 1"),
    ("def f():\n    |\n    return total\n", "total = 1\n    return total\n\ndef g():", "total = 1"),
    ('def f():\n    |\n    log("done now")\n', "x = 1\n    log('done now')", "x = 1"),  # another quote
    ("def f():\n    |\n    self.connection.close_all()\n", "self.connections.close_all()", "repeats-next-line"),
    ("def f():\n    |\n    self.layers_2.append(x)\n", "self.layers_1.append(x)", "self.layers_1.append(x)"),
    ("def f():\n    |\n    self.height = height_of(x)\n", "self.width = width_of(x)", "self.width = width_of(x)"),
    ("|x = compute(1)\n", "x = compute(1)\n", "repeats-next-line"),
    ("if a:\n    b()\n    |\n    try:\n        load(a)\n", "try:\n        load(a)", "repeats-next-line"),
    ("if a:\n    b()\n    |\n    try:\n        load(a)\n", "try:\n        store(a)",
     "try:\n        store(a)"),
    ("if a:\n    b()\n    |\n    try:\n        load(a)\n", "try:", "repeats-next-line"),
    ("for i in a do\n    b()\n    |\nend\n", "end", "end"),
    ("|x = compute(1)\n", "y = 1\n", "y = 1\n"),
    ("x = 1|\ny = compute(2)\n", "\ny = compute(2)", "repeats-next-line"),
    # what follows later in the block
    ("def f():\n    |\n    log()\n    return total\n", "x = 1\n    return total", "x = 1"),
    ("def f():\n    |\n    log()\n    save()\n    return total\n", "x = 1\n    return total", "x = 1"),
    ("def f():\n    |\n    a()\n    b()\n    c()\n    done(1)\n", "x = 1\n    done(1)", "x = 1\n    done(1)"),  # far
    ("def f():\n    |\n    if b:\n        return None\n", "if a:\n        return None", "if a:\n        return None"),
    ("def f():\n    |\n    if b:\n        go(1)\n    return x\n", "y = 2\n    go(1)", "y = 2\n    go(1)"),
    ("def f():\n    if a:\n        |\n    x()\n    if b:\n        go(1)\n", "y = 2\n        go(1)",
     "y = 2\n        go(1)"),  # another block
    ("def f():\n    |\n    db.run(second)\n    db.fetch()\n", "db.run(first)\n    db.fetch()",
     "db.run(first)\n    db.fetch()"),  # a pattern
]  # fmt: skip

BALANCE = [
    ("x = |\n", ") + (", "unbalanced"),
    ("x = f(|\n", "a)", "a)"),
    ("x = f(|)\n", "a, g(b)", "a, g(b)"),
    ("x = f(|)\n", "a, (b", "a,"),
    ("x = f(|)\n", "a) + g(b", "a) + g(b"),  # what follows closes it
    ("def f():\n    return g|\n", "(a, b", "unbalanced"),
    ("x = [1, |\n]\n", "2]", "2"),
    ("x = [1, |\n", "2]", "2]"),
    ("x = f|)\n", "(1", "(1"),
    ("x = |\n    1: 2\n})\n", "f({", "f({"),
    ("x = |\n    1: 2\n})\n", "f(g({", "f"),  # one more than what follows closes
    ("x = a|\n", " + ')' + b", " + ')' + b"),  # neither those in a string
    ("x = a|\n", " + b  # :)", " + b  # :)"),  # nor in a comment count
    ("x = a + |\n", '"b', "unbalanced"),
    ("x = f('|)\ny = 2)\n", "a'", "a'"),  # what follows the string was hidden by it
    ("x = |\n", "'''", "unbalanced"),
    ("x = a|\n", " + b, 'c", " + b,"),
    ("x = '|'\n", "it is' + '", "it is' + '"),
    ("# see |\n", "the note (below", "the note (below"),
    ("x = |\n", "[" * 3 + "]" * 3, "[" * 3 + "]" * 3),
    ('def f():\n    """Does |\n\ndef g():\n    """Does more."""\n', 'it."""', 'it."""'),
    ('def f():\n    """Does |"""\n', 'it."""', "it."),
]

INDENTATION = [
    ("def f():\n    |\n", "    x = 1", "x = 1"),  # what is there already
    ("def f():\n  x = 1\n  |\n", "if x:\n      y = 2", "if x:\n    y = 2"),  # the file's width
    ("def f():\n\tx = 1\n\t|\n", "if x:\n\t    y = 2", "if x:\n\t\ty = 2"),  # its tabs
    ("def f():\n\tx = 1\n\t|\n", "if x:\n        y = 2", "if x:\n\t\ty = 2"),
    ("def f():\n    x = 1\n|\n", "        y = 2", "    y = 2"),  # no deeper than the line above
    ("def f():\n    if x:  # why\n|        pass\n", "        y = 2\n", "        y = 2\n"),
    ("x = 1\r\ndef f():\r\n    |\r\n", "y = 1\n    return y", "y = 1\r\n    return y"),
    ("x = 1\n|\n", "y = 1\r\nz = 2", "y = 1\nz = 2"),
]

FOLLOWING_BLOCK = [  # Python's grammar takes a deeper line anywhere
    ("def f():\n|    return 1\n", "x = 1\n", "would-not-parse"),
    ("def f():\n    x = 1\n|\n    return x\n", "y = 2", "would-not-parse"),
    ("def f(x):|\n    return x\n", " return 1", "would-not-parse"),
    ("if x:\n    |\n    y = 1\n", "x = 1", "x = 1"),
    ("|\n    y = 1\n", "if x:", "if x:"),
    ("def f(x):\n|    y = 1\n", "    if x:\n", "would-not-parse"),  # nor a block with nothing in it
    ("def f(x):\n|        y = 1\n", "    if x:\n", "    if x:\n"),
    ("def f(x):\n|    y = 1\n", "    z = 2\n    if x:\n", "    z = 2\n"),
    ("def f(x):\n    |\n    y = 1\n", "if x:", "if x:"),  # what is in it is still to be written
]

SCOPE = [
    ("class A:\n    def f(self):\n        |\n", "return 1\n\n    def g(self):\n        pass", "return 1"),
    ("def f():\n    |\n", "return 1\n\n\nprint(f())", "return 1"),
    ("def f():\n    x = 1|\n", "\nprint(x)", "outside-block"),
    ("x = f(\n    |\n", "a,\n)", "a,\n)"),  # the bracket that it has to close
]

REPETITION = [
    ("def f():\n    |\n", "x.append(1)\n    x.append(1)\n    x.append(1)", "x.append(1)"),
    ("def f():\n    |\n", "alpha()\n    beta()\n    alpha()\n    beta()\n    al", "alpha()\n    beta()"),
    ("x.append(1)\n|\n", "x.append(1)", "repetition"),
    ("x.append(1)\nx.app|\n", "end(1)", "repetition"),
    ("alpha(1)\nbeta(2)\n|\n", "alpha(1)\nbeta(2)", "repetition"),
    ("alpha(1)\nbeta(2)\n|\n", "alpha(2)", "alpha(2)"),
    ("x = |\n", "self.parent, self.parent, self.parent, self.par", "self.parent,"),
    ("x = |\n", "(None, None, None)", "(None, None, None)"),
    ("x = |\n", "[0, 0, 0, 0, 0, 0, 0, 0]", "[0, 0, 0, 0, 0, 0, 0, 0]"),
    ("# |\n", "very very very very very very very long", "very"),
]

JUNK = [
    ("x = 1\n|\n", "#" + "/**" * 40, "#" + "/**" * 40),
    ("import os\n|\n", "# src/app/main.py", "junk"),
    ("import os\n|\n", "# main.py\nx = 1", "junk"),
    ("import os\n|\n", "x = 1\n# File: main.py", "x = 1"),
    ("def f():\n    |\n", "# TODO: implement this", "junk"),
    ("def f():\n    |\n", "pass  # your code here", "junk"),
    ("def f():\n    |\n", "# Your code goes here", "junk"),
    ("def f():\n    |\n", "x = 1\n    # ...", "x = 1"),
    ("def f():\n    |\n", "# rest of the code\n    return x", "junk"),
    ("def f():\n    |\n", "# the rest is easy\n    return x", "# the rest is easy\n    return x"),
    ("x = |\n", "1<|endoftext|>y", "1"),
    ("x = 1\n|\n", "```\nThat was it.", "junk"),
    ("x = 1\n|\n", "#!/usr/bin/env python", "junk"),
    ("x = 1\n|\n", "# Copyright (c) 2019 Somebody", "junk"),
    ("x = 1\n|\n", "__author__ = 'Somebody'", "junk"),
    ("sender = |\n", '"jane.doe@gmail.com"', "junk"),
    ("sender = |\n", '"jane.doe@example.com"', '"jane.doe@example.com"'),
    ("a = 'jane@corp.io'\nb = |\n", "'jane@corp.io'", "'jane@corp.io'"),
    ("x = |\n", 'read("/Users/john/data.csv")', "junk"),
    ("x = |\n", "'/home/x/data.csv'", "junk"),
    ("x = '/home/|'\n", "x/data.csv", "junk"),
    ("x = |\n", "'file:///home/x/data.csv'", "junk"),
    ("x = |\n", r"'C:\\Users\\john\\data.csv'", "junk"),
    ("x = |\n", r"r'C:\Users\john\data.csv'", "junk"),
    ("x = |\n", "'C:/Users/john/data.csv'", "junk"),
    ("def f():\n    |\n", "x = 1\n    y = '/home/x/data.csv'", "x = 1"),
    ("a = '/home/x/a.csv'\nb = |\n", "'/home/x/b.csv'", "'/home/x/b.csv'"),  # the document's own
    ("x = |\n", "'/home/user/data.csv'", "'/home/user/data.csv'"),
    ("x = |\n", "'/home/about'", "'/home/about'"),  # of a site
    ("x = |\n", "'https://a.example/home/x/y'", "'https://a.example/home/x/y'"),
    ("x = |\n", "'/Users/{id}/posts'", "'/Users/{id}/posts'"),
    ("x = |\n", "Path.home() / 'data.csv'", "Path.home() / 'data.csv'"),
]

JUNK_ELSEWHERE = [
    ("javascript", "|\n", "// src/app/main.js", "junk"),
    ("javascript", "function f() {\n  |\n}\n", "// TODO: implement this", "junk"),
    ("javascript", "function f() {\n  |\n}\n", "// the rest is easy", "// the rest is easy"),
    ("go", "package a\n\n|\n", "// Copyright 2019 Somebody", "junk"),
    ("typescript", "|\n", "/* File: main.ts */", "junk"),
    ("java", "class A {\n  |\n}\n", "// Your code goes here", "junk"),
    ("java", "class A {\n  |\n}\n", "/** @author Somebody */", "junk"),
    ("sql", "SELECT a FROM b;\n|\n", "-- schema.sql", "junk"),
    ("sql", "SELECT a FROM b;\n|\n", "-- add your query logic here", "junk"),
    ("sql", "SELECT a FROM b;\n|\n", "-- newest first", "-- newest first"),
    ("lua", "local x = 1\n|\n", "-- ...", "junk"),
    ("html", "<body>\n  |\n</body>\n", "<!-- index.html -->", "junk"),
    ("html", "<body>\n  |\n</body>\n", "<!-- Your code here -->", "junk"),
    ("html", "<body>\n  |\n</body>\n", "<!-- the menu -->", "<!-- the menu -->"),
    ("css", "a { color: red; }\n|\n", "/* rest of the code */", "junk"),
]

SECRETS = [
    ("key = |\n", '"AKIAIOSFODNN7EXAMPLE"', "secret"),
    ("key = 'AKIA|'\n", "IOSFODNN7EXAMPLE", "secret"),
    ("key = |\n", '"ghp_16C7e42F292c6912E7710c838347Ae178B4a"', "secret"),
    ("key = |\n", '"sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8t"', "secret"),
    ("key = |\n", '"-----BEGIN RSA PRIVATE KEY-----"', "secret"),
    ("key = |\n", '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"', "secret"),
    ("url = |\n", '"postgres://admin:hunter2@db/prod"', "secret"),
    ("url = |\n", '"postgres://localhost/prod"', '"postgres://localhost/prod"'),
    ("a = '9f86d081884c7d659a2feaa0c55ad015'\nb = |\n", "'9f86d081884c7d659a2feaa0c55ad015'",
     "'9f86d081884c7d659a2feaa0c55ad015'"),
    ("key = |\n", "os.environ['OPENAI_API_KEY']", "os.environ['OPENAI_API_KEY']"),
    ("x = |\n", "test_that_a_long_name_is_no_secret_at_all()", "test_that_a_long_name_is_no_secret_at_all()"),
    ("x = |\n", "'123e4567-e89b-12d3-a456-426614174000'", "'123e4567-e89b-12d3-a456-426614174000'"),
    # few digits
    ("x = |\n", "'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'", "secret"),
    ("x = 'wJalrXUt|'\n", "nFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret"),
    ("x = |\n", "'kQzVbRtYpLmXwGhJdFsNcTqa'", "secret"),
    ("x = |\n", "'Tm90aGluZyB0byBzZWUgaGVyZSwgbW92ZSBvbg=='", "secret"),
    ("a = 'kQzVbRtYpLmXwGhJdFsNcTqa'\nb = |\n", "'kQzVbRtYpLmXwGhJdFsNcTqa'", "'kQzVbRtYpLmXwGhJdFsNcTqa'"),
    # by the name that it is given to
    ("|\n", "password = 'tr0ub4dor-and-three-more'", "secret"),
    ("API_KEY = |\n", "'supersecretvalueofours'", "secret"),
    ("API_KEY: str = |\n", "'supersecretvalueofours'", "secret"),
    ("API_KEY = 'super|'\n", "secretvalueofours", "secret"),
    ("d = {'client_secret': |}\n", "'supersecretvalueofours'", "secret"),
    ("connect(|)\n", "password='supersecretvalueofours'", "secret"),
    ("old = 'supersecretvalueofours'\npassword = |\n", "'supersecretvalueofours'", "'supersecretvalueofours'"),
    # names, hashes, sentences and what is no secret yet
    ("password = |\n", "'short'", "'short'"),
    ("SECURITY_TOKEN = |\n", "'X-Amz-Security-Token'", "'X-Amz-Security-Token'"),
    ("routes = {'token': |}\n", "'/api/v1/auth/token'", "'/api/v1/auth/token'"),
    ("password = |\n", "'your-password-goes-here'", "'your-password-goes-here'"),
    ("password = |\n", "getpass('Password for the account: ')", "getpass('Password for the account: ')"),
    ("token = |\n", "f'{prefix}_{number}_of_the_user'", "f'{prefix}_{number}_of_the_user'"),
    ("token_url = |\n", "'https://example.com/oauth2/token'", "'https://example.com/oauth2/token'"),
    ("token = |\n", "request.headers['X-Amz-Security-Token']", "request.headers['X-Amz-Security-Token']"),
    ("x = |\n", "getUserAccountInformationById(y)", "getUserAccountInformationById(y)"),
    ("x = |\n", "parseHTTPResponseFromXMLFile(y)", "parseHTTPResponseFromXMLFile(y)"),
    ("x = |\n", "m2r10_stdlib_module_identifiers", "m2r10_stdlib_module_identifiers"),
    ("x = |\n", "'src/components/UserProfileCard/index'", "'src/components/UserProfileCard/index'"),
    ("x = |\n", "'Content-Security-Policy-Report-Only'", "'Content-Security-Policy-Report-Only'"),
    ("x = |\n", "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"),
    ("x = |\n", "'Nobody knows the password of this account.'", "'Nobody knows the password of this account.'"),
    ("# Since 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\n# |\n", "and 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
     "and 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    ("# Since |\n", "9f86d081 it is so", "9f86d081 it is so"),
]  # fmt: skip

CASES = {
    "parses": PARSES,
    "rest of line": REST_OF_LINE,
    "following lines": FOLLOWING_LINES,
    "balance": BALANCE,
    "indentation": INDENTATION,
    "following block": FOLLOWING_BLOCK,
    "scope": SCOPE,
    "repetition": REPETITION,
    "junk": JUNK,
    "secrets": SECRETS,
}


@pytest.mark.parametrize(
    ("marked", "text", "expected"),
    [pytest.param(*case, id=f"{name} {n}") for name, cases in CASES.items() for n, case in enumerate(cases, 1)],
)
def test_fitted(marked: str, text: str, expected: str) -> None:
    assert fit(marked, text) == expected


@pytest.mark.parametrize(("language", "marked", "text", "expected"), JUNK_ELSEWHERE)
def test_junk_in_other_languages(language: str, marked: str, text: str, expected: str) -> None:
    assert fit(marked, text, language) == expected


@pytest.mark.parametrize(
    ("marked", "text"), [("foo();\n|\nfoo();\n/** doc */\n", "/** Says"), ("  /|\n  g();\n/* d */\n", "**")]
)
def test_no_comment_is_left_open_over_the_code_that_follows(marked: str, text: str) -> None:
    assert fit(marked, text, "javascript") == "unbalanced"


def reason(draft: Draft) -> str:
    found = fitted(draft)
    return found.reason if isinstance(found, Silence) else ""


@pytest.mark.parametrize(("language", "expected"), [("python", "no-tree"), ("ocaml", "")])
def test_what_could_not_be_parsed_in_time_passes_no_gate(language: str, expected: str) -> None:
    parsed = draft("let x = |\n", "1", language)
    assert reason(replace(parsed, cursor=replace(parsed.cursor, tree=None))) == expected


def test_a_suggestion_that_takes_too_long_to_parse_is_not_said_to_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def overrun(old: SyntaxTree, edit: TextEdit) -> None:
        return None

    monkeypatch.setattr(syntax, "changed_tree", overrun)
    assert fit("x = |\n", "1") == "no-tree"


@pytest.mark.parametrize("row", JUNK_LINES, ids=lambda row: row.pattern)
def test_each_pattern_of_junk_has_an_example(row: JunkPattern) -> None:
    assert re.search(row.pattern, row.example, re.IGNORECASE)
    assert reason(draft("|", row.example)) == "junk"


def test_what_is_cut_without_end_is_refused_for_what_cut_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_ROUNDS", 1)
    assert fit("def f():\n    |\n    return total\n", "total = 1\n    return total") == "repeats-next-line"

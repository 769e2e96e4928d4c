"""Random documents in every format, of which it is known what is prose, and what an edit of them must do.

In a template `‹p›` is a word of prose, `‹h›` a word that no engine may see, `‹s›` a sentence. All words are different,
so that each has one place in the source.
"""

# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span, apply_edits
from breadknife.text.extract import extract
from breadknife.text.prose import Author, ProseText, SegmentKind
from breadknife.text.syntax import parse
from prose.reading import assert_exact


@dataclass(frozen=True)
class Format:
    language: str
    inlines: tuple[str, ...]
    blocks: tuple[tuple[str, str | None], ...]
    """A template, and what begins the second line of a sentence in it; None where it has one line."""
    frame: tuple[str, str] = ("", "")
    between: str = "\n\n"
    name: str = "file"

    @property
    def around_prose(self) -> tuple[str, str]:
        """What stands before and after one paragraph."""
        before, _, after = self.blocks[0][0].partition("‹s›")
        return self.frame[0] + before, after + self.frame[1]


_CODE_COMMENT = ("`‹h›`", "‹p›,", "‹p› ‹h›() ‹p›", "https://‹h›.org", "‹h›.‹h›")


def _commented(language: str, sign: str, *blocks: tuple[str, str | None], frame: tuple[str, str] = ("", "")) -> Format:
    """A programming language whose comments begin with `sign`, in a form of its own, and at a line's end."""
    return Format(language, _CODE_COMMENT, ((f"{sign} ‹s›", f"{sign} "), *blocks), frame=frame)


_JAVADOC = "/**\n * ‹s›\n *\n * @param ‹h› ‹s›\n */\n"
_BLOCK = "/* ‹s› */"

FORMATS = (
    Format(
        "markdown",
        ("*‹p›*", "**‹p› ‹p›**", "`‹h›`", "[‹p›](‹h› '‹h›')", "![‹h›](‹h›)", "<kbd>‹h›</kbd>", "<b>‹p›</b>", "$‹h›$"),
        (
            ("‹s›", ""), ("# ‹s›", None), ("‹s›\n===", None), ("- ‹s›\n- ‹s›", "  "), ("> ‹s›", "> "),
            ("1. ‹s›\n\n   ‹s›", "   "), ("> - ‹s›", ">   "), ("```\n‹h›\n```", None), # Behind a paragraph, for behind a list it would be the last item's second one.
            ("‹p› ‹p›\n\n    ‹h›", None),
            ("| ‹h› | ‹p› ‹s› |\n|---|---|\n| ‹p› ‹s› | ‹h› |", None), ("<div>\n‹p› <b>‹p›</b>\n</div>", None), ("<!-- ‹h› -->", None),
            ("[‹h›]: ‹h›", None), ("[^1]: ‹s›", "  "), ("<pre>\n‹h›\n</pre>", None),
        ),
        frame=("---\nid: ‹h›\ntitle: ‹p› ‹p›\n---\n\n", "\n"),
    ),
    Format(
        "mdx",
        ("*‹p›*", "{‹h›}", "<B x={y => ‹h›}>‹p›</B>", "{/* ‹h› */}", "`‹h›`", "<I ‹h›='‹h›' />"),
        (
            ("‹s›", ""), ("# ‹s›", None), ("<A b={‹h›}>\n‹s›\n</A>", ""), ("export const x = '‹h›'", None),
            ("import ‹h› from '‹h›'", None), ("- ‹s›", "  "),
        ),
    ),
    Format(
        "html",
        ("<b>‹p›</b>", "<a href='‹h›'>‹p›</a>", "<code>‹h›</code>", "<br>", "&amp;", "<img src=‹h›>"),
        (
            ("<p>‹s›</p>", "  "), ("<h1>‹s›</h1>", ""), ("<ul><li>‹s›<li>‹s›</ul>", " "), ("<div>‹s›<p>‹s›</p>‹s›</div>", ""),
            ("<pre>‹h›</pre>", None), ("<script>‹h›</script>", None), ("<p translate=no>‹h›</p>", None),
            ("<!-- ‹p› ‹p› -->", None), ("<img alt=\"‹p› ‹p› ‹p› ‹p›\">", None),
        ),
        frame=("<html><body>\n", "\n</body></html>\n"),
    ),
    Format(
        "restructuredtext",
        ("*‹p›*", "**‹p›**", "``‹h›``", ":ref:`‹p› <‹h›>`", ":func:`‹h›`", "`‹p› <‹h›>`_", "[‹h›]_", "|‹h›|"),
        (
            ("‹s›", ""), ("‹s›\n=====", None), ("* ‹s›\n* ‹s›", "  "), ("#. ‹s›", "   "), (".. note:: ‹s›", "   "),
            (".. code:: x\n\n   ‹h›", None), (".. ‹h› ‹h›", None), (".. _‹h›: ‹h›", None), (".. [1] ‹s›", "   "),
            (":param ‹h›: ‹s›", "   "), ("‹s›::\n\n  ‹h›", ""), ("=== ===\n‹h› ‹h›\n=== ===", None), (">>> ‹h›", None),
            (".. warning::\n   :x: ‹h›\n\n   ‹s›", "   "), ("‹h› : ‹h›\n    ‹s›", "    "),
        ),
    ),
    Format(
        "latex",
        (r"\emph{‹p›}", r"\texttt{‹h›}", r"$‹h›$", r"\href{‹h›}{‹p›}", r"\cite{‹h›}", r"\verb|‹h›|", "% ‹h›\n", "``‹p›''",
         r"\textcolor{‹h›}{‹p› ‹p›}", r"\begin{align}‹h›\end{align}"),
        (
            ("‹s›", ""), (r"\section{‹s›}", ""), ("\\begin{itemize}\n\\item ‹s›\n\\item ‹s›\n\\end{itemize}", "  "),
            ("\\begin{verbatim}\n‹h›\n\\end{verbatim}", None), (r"‹s›\footnote{‹s›} ‹s›", ""), ("% ‹h›", None),
            ("\\begin{figure}[‹h›]\n\\includegraphics{‹h›}\n\\caption{‹s›}\n\\end{figure}", ""),
        ),
        frame=("\\documentclass{‹h›}\n‹h›\n\\title{‹s›}\n\\begin{document}\n", "\n\\end{document}\n"),
    ),
    Format(
        "typst",
        ("*‹p›*", "_‹p›_", "`‹h›`", "$‹h›$", "@‹h›", "#emph[‹p›]", '#link("‹h›")[‹p›]', "#‹h›", "/* ‹h› */", "#(‹h›)"),
        (
            ("‹s›", ""), ("= ‹s›", None), ("- ‹s›\n- ‹s›", "  "), ("#let x = ‹h›", None), ("```x\n‹h›\n```", None),
            ('#figure(\n  image("‹h›"),\n  caption: [‹s›],\n)', "  "), ("‹s›#footnote[‹s›]", ""), ("// ‹h›", None),
        ),
    ),
    Format(
        "asciidoc",
        ("*‹p›*", "_‹p›_", "`‹h›`", "https://‹h›.org[‹p›]", "<<‹h›,‹p›>>", "{‹h›}", "[[‹h›]]", "kbd:[‹h›]"),
        (
            ("‹s›", ""), ("== ‹s›", None), ("* ‹s›\n** ‹s›", ""), (".‹s›", None), ("----\n‹h›\n----", None),
            ("// ‹h›", None), ("NOTE: ‹s›", ""), ("|===\n| ‹h› | ‹p› ‹s›\n|===", None), (":‹h›: ‹h›", None),
            ("[source]\n‹h›", None), ("‹s›footnote:[‹p› ‹p›]", ""), ("image::‹h›[‹h›]", None),
        ),
    ),
    Format(
        "org",
        ("*‹p›*", "/‹p›/", "=‹h›=", "~‹h›~", "[[‹h›][‹p›]]", "[[‹h›]]", "$‹h›$", "[fn:‹h›]"),
        (
            ("‹s›", ""), ("* ‹s›", None), ("- ‹s›\n- ‹s›", "  "), ("#+begin_src x\n‹h›\n#+end_src", None),
            ("# ‹h›", None), (":‹h›:\n‹h›\n:end:", None), ("#+begin_quote\n‹s›\n#+end_quote", ""),
            ("| ‹h› | ‹p› ‹s› |", None), ("#+title: ‹s›", None), ("#+‹h›: ‹h›", None),
        ),
    ),
    Format(
        "git-commit",
        ("`‹h›`", "‹h›()", "(#12)", "‹p›,"),
        (("‹s›", ""), ("- ‹s›\n- ‹s›", "  "), ("    ‹h›", None), ("# ‹h›", None)),
        frame=("fix(‹h›): ‹s›\n\n‹s›\n\n", "\n\nSigned-off-by: ‹h› <‹h›@x.org>\n# -- >8 --\n‹h›\n"),
    ),
    Format("plaintext", ("‹p›,", "https://‹h›.org", "‹h›()"), (("‹s›", ""), ("- ‹s›", "  "), ("    ‹s›", "    "))),
    Format(
        "json",
        ("{‹h›}", "{{‹h›}}", "<b>‹p›</b>", "%(‹h›)s", "\\n", "\\\"‹p›\\\""),
        (('"‹h›": "‹s›"', None), ('"‹h›": {"‹h›": ["‹s›"]}', None), ('"x": "{n, plural, one {‹s›} other {‹s›}}"', None)),
        frame=("{\n", "\n}\n"),
        between=",\n",
        name="locales/en/app.json",
    ),
    Format(
        "po",
        ("%(‹h›)s", "{‹h›}", "<b>‹p›</b>"),
        (('msgid "‹s›"\nmsgstr "‹s›"', None), ('#: ‹h›\nmsgctxt "‹h›"\nmsgid ""\n"‹s› "\n"‹p›"\nmsgstr ""', None)),
    ),
    Format(
        "python",
        ("`‹h›`", "``‹h›``", ":class:`‹h›`", "‹p›,", "*‹p›*"),
        (
            ("# ‹s›", "# "), ('def f():\n    """‹s›\n\n    :param ‹h›: ‹s›\n    :type ‹h›: ‹h›\n    """', "        "),
            ('def f():\n    """‹s›\n\n    Args:\n        ‹h› (‹h›): ‹s›\n    """', "            "),
            ('def f():\n    """‹s›\n\n    Parameters\n    ----------\n    ‹h› : ‹h›\n        ‹s›\n\n    >>> ‹h›\n    """', None),
            ('def f():\n    """‹s›\n\n    Returns\n    -------\n    ‹h› of ‹h›, ‹h›\n        ‹s›\n    (‹h›, ‹h›) ‹h›\n        ‹s›\n    """', None),
            ('def f():\n    """‹s›\n\n    Args:\n        ‹h› (‹h›(‹h›, ‹h›)): ‹s›\n        ‹h› (‹h›):\n            ‹s›\n    """', "            "),
            ("x = '‹h›'", None),
        ),
    ),
    Format(
        "javascript",
        _CODE_COMMENT,
        (
            ("// ‹s›", "// "), ("/**\n * ‹s›\n * @param {‹h›} ‹h› - ‹s›\n * @type {‹h›}\n */", " *   "), ("f('‹h›');", None),
            ("/**\n * @param {{‹h›: ‹h›<{‹h›: ‹h›}>}} ‹h› ‹s›\n * @param [‹h›='‹h› ‹h›'] ‹s›\n * @returns {‹h›<{‹h›: ‹h›}>} ‹s›\n * @throws {‹h›} ‹s›\n */", " * "),
            ("/**\n * {@link ‹h›} ‹s›\n * @example\n * ‹h› ‹h›\n */", " * "),
        ),
    ),
    Format(
        "java",
        (*_CODE_COMMENT, "<b>‹p›</b>", "{@code ‹h›}"),
        (("/**\n * ‹s›\n * <p>‹s›\n * <pre>\n * ‹h›\n * </pre>\n * @param ‹h› ‹s›\n */\nclass A {}", " * "), ("// ‹s›", "// ")),
    ),
    Format("rust", (*_CODE_COMMENT, "[`‹h›`]"), (("/// ‹s›\n///\n/// ```\n/// ‹h›\n/// ```\nfn f() {}", "/// "), ("// ‹s›", "// "))),
    _commented("typescript", "//", (_JAVADOC + "let x: ‹h› = '‹h›';", " * "), ("let a = `‹h›`; // ‹s›", None)),
    _commented("typescriptreact", "//", (_JAVADOC + "let x = <B a='‹h›'>{/* ‹s› */}</B>;", None), (f"{_BLOCK} f(‹h›);", None)),
    _commented("javascriptreact", "//", ("let x = <B>‹h›</B>; // ‹s›", None), (f"{_BLOCK} f(‹h›);", "   ")),
    _commented("go", "//", ("// ‹s›\n//\n//\t‹h› := ‹h›()\nfunc ‹h›() {}", "// "), ("var ‹h› = `‹h›` // ‹s›", None), ("//go:build ‹h›", None), frame=("package a\n\n", "\n")),
    _commented("cpp", "//", ("/// ‹s›\nint ‹h› = 1;", "/// "), ("/**\n * \\brief ‹s›\n * \\tparam ‹h› ‹s›\n */\nint x;", " * "), (f"int ‹h›; {_BLOCK}", None)),
    _commented("csharp", "//", ("/// <summary>\n/// ‹s›\n/// </summary>\n/// <param name=\"‹h›\">‹s›</param>\nclass A { }", None), (_BLOCK + "\nclass B { }", "   ")),
    _commented("ruby", "#", ("=begin\n‹s›\n=end", ""), ("‹h› = '‹h›' # ‹s›", None), ("# rubocop:disable ‹h›\nx", None)),
    _commented("php", "//", ("/**\n * ‹s›\n * @param ‹h› $‹h› ‹s›\n */\nfunction f() {}", " * "), ("/**\n * @param ‹h›<‹h›, ‹h›> $‹h› ‹s›\n * @return ‹h›|‹h›[] ‹s›\n */\nfunction g() {}", " * "), ("# ‹s›", "# "), ("$a = '‹h›'; // ‹s›", None), frame=("<?php\n", "\n")),
    _commented("lua", "--", ("--[[ ‹s› ]]\nlocal ‹h› = '‹h›'", ""), ("--- ‹s›", "--- ")),
    _commented("shellscript", "#", ("‹h›='‹h›' # ‹s›", None), ("cat <<EOF\n# ‹h›\nEOF", None), frame=("#!/bin/‹h›\n\n", "\n")),
    _commented("kotlin", "//", (_JAVADOC + "fun ‹h›() {}", " * "), (f"val ‹h› = \"‹h›\" {_BLOCK}", None)),
    Format("css", _CODE_COMMENT, ((_BLOCK, "   "), (".‹h› { color: ‹h›; /* ‹s› */ }", None), ("/* stylelint-disable ‹h› */", None))),
    _commented("yaml", "#", ("‹h›: '‹h›' # ‹s›", None), ("‹h›: |\n  # ‹h›\n  ‹h›", None), frame=("# ‹s›\n\n", "\n")),
    _commented("jsonc", "//", ('{"‹h›": "‹h›"} // ‹s›', None), (_BLOCK, "   ")),
    _commented("toml", "#", ("‹h› = '‹h›' # ‹s›", None), ("[‹h›]\n# ‹s›", "# ")),
    _commented("sql", "--", ("SELECT ‹h› FROM ‹h›; -- ‹s›", None), (f"{_BLOCK}\nSELECT '‹h›';", "   ")),
    Format("c", (*_CODE_COMMENT, r"\p ‹h›"), (("/**\n * \\brief ‹s›\n * \\param[in] ‹h› ‹s›\n */\nint x;", " * "), ("int ‹h›; /* ‹s› */", " * "))),
)  # fmt: skip

_ALPHABETS = ("bcdfghklmnprtvz", "bcdfghklmnprtvz", "bcdéßøñ", "абвгдежз", "אבגדהוז", "𝒷𝒸𝒹𝒻𝓀𝓁")
_TOKEN = re.compile("‹([phs])›")
_JUNK = (
    *"`*_[]()<>{}#$%&\\|\"'=~+-:.@^!/\n\t\0\r \u05d0\U0001f600",
    "\n\n",
    "{{",
    "\\begin{",
    "```",
    '"""',
    "<!--",
    "*/",
)


@dataclass
class Generated:
    format: Format
    source: str = ""
    prose: list[str] = field(default_factory=list[str])
    hidden: list[str] = field(default_factory=list[str])

    @property
    def document(self) -> Document:
        return Document(f"file:///{self.format.name}", self.format.language, self.source)


def generate(format: Format, random: Random) -> Generated:
    made = Generated(format)
    while not made.prose:
        made = _composed(format, random)
    return made


def _composed(format: Format, random: Random) -> Generated:
    made = Generated(format)
    blocks = [random.choice(format.blocks) for _ in range(random.randint(1, 5))]
    pieces = [_filled(made, template, continuation, random) for template, continuation in blocks]
    before, after = (_filled(made, template, None, random) for template in format.frame)
    made.source = before + format.between.join(pieces) + after
    return made


def _filled(made: Generated, template: str, continuation: str | None, random: Random) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] == "s":
            return _sentence(made, continuation, random)
        word = _word(random) if match[1] == "p" else _word(random, _ALPHABETS[:1])
        (made.prose if match[1] == "p" else made.hidden).append(word)
        return word

    return _TOKEN.sub(fill, template)


def _sentence(made: Generated, continuation: str | None, random: Random) -> str:
    inside = [random.choice((*made.format.inlines, "‹p›", "‹p›")) for _ in range(random.randint(0, 5))]
    text = "‹p› ‹p›"
    for piece in (*inside, "‹p›"):
        if "\n" in piece and continuation is None:
            continue
        gap = " " if continuation is None or random.random() < 0.7 else "\n" + continuation
        text += (gap if not text.endswith("\n") else "") + piece
    return _filled(made, text, None, random)


def _word(random: Random, alphabets: Sequence[str] = _ALPHABETS) -> str:
    """Ten letters, and none of them a vowel: no two are the same, and none is English.

    The last one is no `s`: what looks like a verb makes a noun of the citation before it, so that the text would change
    in two places.
    """
    letters = random.choice(alphabets)
    inside = letters + "s" if letters.isascii() else letters
    return "".join(random.choice(inside) for _ in range(9)) + random.choice(letters)


def read(document: Document) -> list[ProseText]:
    return list(extract(document, parse(document.text, document.language), CancelToken()))


def check_reading(made: Generated) -> list[ProseText]:
    """Each word of prose is read once and comes from where it stands; nothing else is read."""
    found = read(made.document)
    texts = [prose.text for prose in found]
    for prose in found:
        assert_exact(made.source, prose)
    for word in made.prose:
        holders = [prose for prose in found if word in prose.text]
        assert len(holders) == 1, (word, made.source, texts)
        at = holders[0].text.index(word)
        start = made.source.index(word)
        assert holders[0].source_span(Span(at, at + len(word))) == Span(start, start + len(word)), (word, made.source)
    assert not [word for word in made.hidden for text in texts if word in text], (made.source, texts)
    return found


def check_replaced_word(made: Generated, found: Sequence[ProseText], random: Random) -> None:
    """A word that is replaced through the map changes that word alone, in the source and in what is read of it."""
    word, new = random.choice(made.prose), _word(random)
    prose = next(each for each in found if word in each.text)
    at = prose.text.index(word)
    edit = prose.edit(Span(at, at + len(word)), new)
    if prose.author is Author.PROGRAM:
        assert edit is None, (word, made.source)
        return
    assert edit is not None, (word, made.source)
    changed = apply_edits(made.source, [edit])
    assert changed == made.source.replace(word, new), (word, made.source)
    again = read(Document(made.document.uri, made.format.language, changed))
    assert [each.text for each in again] == [each.text.replace(word, new) for each in found], made.source


def spoiled(source: str, random: Random) -> str:
    """The source after a few careless edits."""
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(source))
        end = min(len(source), start + random.choice((0, 0, 0, 1, 3, 20)))
        source = source[:start] + "".join(random.choices(_JUNK, k=random.randint(0, 4))) + source[end:]
    return source


def check_any_edit(source: str, found: Sequence[ProseText], random: Random) -> None:
    """Whatever is replaced in the prose, the edit of the source does that in verbatim text, or there is none."""
    for prose in found:
        assert_exact(source, prose)
    readable = [prose for prose in found if prose.segments]
    if not readable:
        return
    prose = random.choice(readable)
    start = random.randint(0, len(prose.text))
    span = Span(start, min(len(prose.text), start + random.choice((0, 1, 4, 12))))
    new = random.choice(("", _word(random), "a b", prose.text[span.start : span.end][::-1]))
    covered = prose.source_span(span)
    assert 0 <= covered.start <= covered.end <= len(source)
    edit = prose.edit(span, new)
    if edit is not None:
        assert mapped(prose, edit.span, edit.new_text) == prose.text[: span.start] + new + prose.text[span.end :]


def mapped(prose: ProseText, span: Span, new: str) -> str:
    """The prose after an edit of its source, by the segments alone."""
    for segment in prose.segments:
        source = segment.source.shifted(prose.start)
        if segment.kind is SegmentKind.VERBATIM and source.contains(span):
            by = segment.prose.start - source.start
            return prose.text[: span.start + by] + new + prose.text[span.end + by :]
    raise AssertionError("outside")

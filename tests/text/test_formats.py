"""What is prose in each format. `@` stands for a placeholder, as the engines see one word there."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.text.document import Document, Span
from breadknife.text.extract import LANGUAGES
from breadknife.text.extract.declared import declared_language
from breadknife.text.extract.latex import COMMAND_GROUPS, CommandGroup
from breadknife.text.extract.passage import LONGEST, NOUN, VOWEL_NOUN
from prose.reading import assert_exact
from text.generated import (
    FORMATS,
    Format,
    check_any_edit,
    check_reading,
    check_replaced_word,
    generate,
    read,
    spoiled,
)

REST = [
    ("Title\n=====\n\n*Two* **words** and ``code``.\n", ["Title", "Two words and @."]),
    ("A `link <https://x>`_, `another`_, ref_ and :ref:`this one <x>`.", ["A link, another, ref and this one."]),
    (":func:`f` and `g` and |s| are an ``int``.", ["@ and @ and @ are an @."]),
    ("It is so [1]_, as [CIT]_ says, an \\*star\\*.", ["It is so, as @ says, an *star*."]),
    ("So it is::\n\n   no prose\n\nMore of it.", ["So it is:", "More of it."]),
    ("- one\n  more\n\n- two\n\n  three\n   #. four\n", ["one more", "two", "three", "four"]),
    (".. note:: A note\n   goes on.\n\n   And on.\n", ["A note goes on.", "And on."]),
    (".. code-block:: x\n   :caption: no\n\n   no prose\n\n.. a comment\n   goes on\n", []),
    (".. figure:: x.png\n   :alt: no\n\n   The caption.\n", ["The caption."]),
    (".. [1] The note.\n.. _target: https://x\n.. |s| replace:: no\n", ["The note."]),
    ("==== ====\nno   no\n==== ====\nno   no\n==== ====\n\nyes\n\n+--+\n|no|\n+--+\n", ["yes"]),
    ("|s| is one of\n|t| and |u|\n\n| a | line |\n", ["@ is one of @ and @", "a | line |"]),
    ("term : type\n    Its definition.\nother\n    Another one.\n", ["Its definition.", "other", "Another one."]),
    (":Author: no\n:Abstract: It has\n   two lines.\n", ["It has two lines."]),
    ("-a, --all  Shows them\n           all.\n", ["Shows them all."]),
    (">>> no\nno\n\n| a line\n| another\n", ["a line another"]),
    ("Set :my-tex:`\\no{x}` or ``:math:`no``` (`it <x_>`_\\ [``no``]).", ["Set @ or @ (it[@])."]),
]
LATEX = [
    ("\\section{The \\emph{first} one}\nText.\n\nMore\nof it.\n", ["The first one", "Text.", "More of it."]),
    ("An \\texttt{int} and $x$ and \\(y\\).", ["An @ and @ and @."]),
    ("We get\n\\begin{equation}\n a \\\\ b\n\\end{equation}\nfor it.", ["We get @ for it."]),
    (
        "It is known~\\cite{a}, see \\cite[p. 2]{b}, in Section~\\ref{s}.\\label{x}",
        ["It is known, see @, in Section @."],
    ),
    ("So\\footnote{Not \\textbf{always}.} it is.", ["So it is.", "Not always."]),
    ("A % no prose\n  line, 5\\,\\% of \\$3 --- ``yes''.", ["A line, 5 % of $3 — “yes”."]),
    ("The caf\\'e, na\\\"{\\i}ve \\o{}re, \\system{} and \\LaTeX.", ["The café, naïve øre, @ and @."]),
    ("\\href{https://x}{a link} \\textcolor{red}{in red} {\\bf bold}", ["a link in red bold"]),
    ("\\begin{itemize}\n\\item one\n\\item[x] two\n\\end{itemize}", ["one", "two"]),
    ("\\begin{verbatim}\nno prose\n\\end{verbatim}\n\\verb|no| yes", ["@ yes"]),
    ("\\begin{figure}[t]\n\\includegraphics{x}\n\\caption[short]{The picture.}\n\\end{figure}", ["The picture."]),
    ("\\title{A title}\n\\newcommand{\\x}{no}\nno\n\\begin{document}\nyes\n\\end{document}", ["A title", "yes"]),
    ("\\section{broken {\n\ntext \\emph{never closed", ["@broken ", "text @never closed"]),
    (
        "\\indexdef{no!no@no}A `word' of \\key{one}{two}, |\\no{x}| too\\\\[3pt]yes.",
        ["A ‘word' of one two, @ too yes."],
    ),
    ("\\def\\no#1#2{no prose}\n\\usegeometry{no=1cm,no}\nWords \\set[no=no]{here} it.", ["Words here it."]),
    (
        "We\n\\begin{narrowmultline*}\nno\n\\end{narrowmultline*}\nhave \\myequation{no} it \\mycite{no}.",
        ["We @ have @ it."],
    ),
    ("The |\\begin{document}| of it \\cs{no}.", ["The @ of it @."]),
]
TYPST = [
    ("= Title <t>\nSome *strong* _text_.\n\nMore\nof it.", ["Title", "Some strong text.", "More of it."]),
    ("An `int` and $x$ and #x and #f(1).", ["An @ and @ and @ and @."]),
    ("It is known @a. As @b says, see @c.", ["It is known. As @ says, see @."]),
    ('#emph[One] #link("x")[link] and so#footnote[A note.] on.', ["One link and so on.", "A note."]),
    ('#set text(size: 1pt)\n#let x = [Some content.]\n#import "x": y\n', ["Some content."]),
    ('#figure(\n  image("x"),\n  caption: [The *picture*.],\n)\n', ["The picture."]),
    ("- one\n  more\n+ two\n/ Term: three\n", ["one more", "two", "three"]),
    ("// no\na /* no */ word \\#x ~ --- y\n```\nno\n```\n", ["a word #x   — y"]),
    ("Wait, \\ a \\_word\\_ \\u{2713} \\u{D800} \\\nit", ["Wait, a _word_ ✓ @ it"]),
    ("One #[two] three.\n\n#[\n  #set text(1pt)\n  Its words.\n]\n", ["One two three.", "Its words."]),
    (
        "#figure(\n  block(no: 1)[\n    #stack(no: 2, [inner words])\n  ],\n  caption: [The one.],\n) <no>\n",
        ["inner words", "The one."],
    ),
    ("Words #table(\n  no,\n  #no(1),\n) on.", ["Words @ on."]),
]
ASCIIDOC = [
    ("= Title\nJane Doe <j@x.org>\nv1.0\n:toc:\n\n== Section\nText\nof it.\n", ["Title", "Section", "Text of it."]),
    ("*One* _two_ `code` and `+x+`, C++.", ["One two @ and @, C++."]),
    ("https://x.org[a link] <<id,this one>> <<id>> {attr} kbd:[x]", ["a link this one @ @ @"]),
    ('So footnote:[The note.] it is. "`Quoted`" H~2~O&#8217;s', ['So  it is. "Quoted" H2O’s', "The note."]),
    (".A title\n[source]\n----\nno\n----\n\n....\nno\n....\n\n//// \nno\n", ["A title"]),
    ("* one\nmore\n** two\n. three\n+\nfour\n", ["one more", "two", "three", "four"]),
    ("term:: its text\nNOTE: take care\n", ["term", "its text", "take care"]),
    ("|===\n|no |this cell is a sentence\n|===\n", ["this cell is a sentence"]),
    ("====\nInside it.\n====\n\n// no\nimage::x.png[no]\n\n literal\n", ["Inside it."]),
    ("Title\n-----\n\ntext +\nbroken\n", ["Title", "text broken"]),
    ('See {url-no}[this^] and {no}/{no}/no#no-x[that one^], {no} `""` it\\\'s.', ["See this and that one, @ @ it's."]),
    ("* one\n\n  no\n\nterm::\n\n  its text\n\n.Title\n $ no\n\n[,ruby]\nno\n", ["one", "term", "its text", "Title"]),
]
ORG = [
    (
        "#+TITLE: The title\n#+OPTIONS: no\n* TODO [#A] Heading :no:\nText\nof it.\n",
        ["The title", "Heading", "Text of it."],
    ),
    ("*One* /two/ _three_ =code= and ~code~, a/b/c", ["One two three @ and @, @"]),
    ("[[x][a link]] [[x]] $x$ <2020-01-01 Wed> \\alpha", ["a link @ @ @ @"]),
    ("So[fn:1] it[fn:: A note.] is, see [cite:@x].", ["So it is, see @.", "A note."]),
    ("* H\nSCHEDULED: <2020-01-01>\n:PROPERTIES:\n:X: no\n:END:\nyes\n", ["H", "yes"]),
    ("#+begin_src x\nno\n#+end_src\n#+begin_quote\nyes\n#+end_quote\n# no\n: no\n", ["yes"]),
    ("- one\n  more\n- [ ] two\n- term :: three\n  1. four\n", ["one more", "two", "three", "four"]),
    ("| no | this cell is a sentence |\n|----+---|\n[fn:1] The note.\n", ["this cell is a sentence", "The note."]),
    ("A =no X=no= or =:==, =NO=/=NO= {{{no(C-x })}}} [[x][~no~]] \\ref{no} \\beta_2 it", ["A @ or @, @ @ @ @ @ it"]),
]
HTML = [
    ("<h1>A <em>nice</em> title</h1><p>Text<br>with <code>x</code> &amp; <a href='x>y'>link</a>.",
     ["A nice title", "Text with @ & link."]),
    ("<ul><li>one<li>two<ul><li>three</ul></ul>", ["one", "two", "three"]),
    ("<div>one <span>two</span><p>three</p> four</div>", ["one two", "three", "four"]),
    ("<script>no</script><pre>no</pre><style>no</style><p translate='no'>no</p>", []),
    ("<!-- Some words. --><img alt='Some words of a picture'>", ["Some words.", "Some words of a picture"]),
    ("<p>{{ user }} has {% if x %}an <kbd>x</kbd>{% endif %}</p>", ["@ has an @"]),
    ("<p>never <b>closed < & </p></div>words", ["never closed < &", "words"]),
]  # fmt: skip
MDX = [
    ("import X from 'x'\n\n# Hello {name}\n\nexport const a = 1\n", ["Hello @"]),
    ("<Box a={() => 1 > 2}>\n  Words *here*.\n</Box>\n", ["Words here."]),
    ("An <X y={{a: 'b'}}>inner</X> word {/* no */}", ["An inner word "]),
    ("<details>\n<summary>Two words</summary>\n\n- item\n\n</details>\n", ["Two words", "item"]),
    (
        "{\n  /**\n   * no\n\n   * no\n   */\n}\n\nexport const no = {\n  a: 'no',\n\n  b: 'no'\n}\n\n{name} is\n",
        ["@ is"],
    ),
    (
        "<div>\n  * **One** item\n    goes on\n  ## Two words\n\n  ```js\n  <p>no</p> {\n  ```\n  Three\n</div>\n",
        ["One item goes on", "Two words", "Three"],
    ),
    (
        "A *[link](https://x.y) word*, (**[@no][x]**) and *`no` too*, 2 * 3 * 4.",
        ["A link word, (@) and @ too, 2 * 3 * 4."],
    ),
]
COMMIT = [
    ("fix(api): add a thing\n\nIt goes\non.\n\nFixes: #1\nSigned-off-by: A <a@b.c>\n", ["add a thing", "It goes on."]),
    ("Subject\nsecond\n\nNote: no trailer\nas it goes on\n", ["Subject", "second", "Note: no trailer as it goes on"]),
    (
        "# comment\n\nfixup! Subject: it is\n\n    code\n\n- one\n    more\n# ---- >8 ----\nno\n",
        ["Subject: it is", "one more"],
    ),
    ("", []),
]
PO = [
    ('msgid ""\nmsgstr ""\n"Language: de\\n"\n\n# no\nmsgid "Two words"\nmsgstr "Zwei Worte"\n', ["Zwei Worte"]),
    ('msgctxt "no no"\nmsgid "You have %d "\n"_new files,\\n"\n"{x}."\nmsgstr ""\n', ["You have @ new files, @."]),
    ('msgid "one"\nmsgid_plural "%(n)s of many"\nmsgstr[0] "zwei \\"drei\\""\n', ["@ of many", 'zwei "drei"']),
    ('#~ msgid "no more"\nmsgid "first\\n"\n"\\n"\n"second part"\n', ["second part"]),
]  # fmt: skip
CATALOG = """
# SOME DESCRIPTIVE TITLE.
#, fuzzy
msgid ""
msgstr ""
"Project-Id-Version: kiln 2.0\\n"
HEADER
"Content-Type: text/plain; charset=UTF-8\\n"

#: kiln/door.py:14
#, python-format
msgid "The door of %(kiln)s is open."
msgstr "STR"

#: kiln/shelf.py:3
msgctxt "on the shelf"
msgid "%d bowl is dry"
msgid_plural "%d bowls are dry"
msgstr[0] "STR"
msgstr[1] "STR"
"""
SOURCE = ["The door of @ is open.", "@ bowl is dry", "@ bowls are dry"]
JSON = [
    ('{"a": "Hello {name}, you are {{age}}", "b": {"c": ["two words"]}}', ["Hello @, you are @", "two words"]),
    ('{"a": "<b>Bold</b> text\\nis \\"caf\\u00e9\\" &amp; %s $t(x)"}', ['Bold text is "café" & @ @']),
    ('{"a": "{n, plural, one {# new file} other {# of {x}}}", "b": "one"}', ["@ new file", "@ of @"]),
    ('{"$schema": "no prose", "a": {"placeholders": {"x": "no prose"}}}', []),
]  # fmt: skip
ANY_FORMAT = [
    ("Mail me <a@b.org>, see <https://x.y/z> and <name>; a<b.", ["Mail me @, see @ and @; a<b."]),
    ('Set DEBUG=True or type="a b" (n=10), x == y, in the-file.txt.', ["Set @ or @ (@), x == y, in @."]),
]
CASES = [
    (language, source, expected)
    for language, cases in (
        ("plaintext", ANY_FORMAT),
        ("restructuredtext", REST), ("latex", LATEX), ("typst", TYPST), ("asciidoc", ASCIIDOC), ("org", ORG),
        ("html", HTML), ("mdx", MDX), ("git-commit", COMMIT), ("po", PO), ("json", JSON),
    )
    for source, expected in cases
]  # fmt: skip


@pytest.mark.parametrize(("language", "source", "expected"), CASES)
def test_prose(language: str, source: str, expected: list[str]) -> None:
    found = read(Document("file:///locales/en/x.json", language, source))
    for each in found:
        assert_exact(source, each)
    assert [each.text.replace(NOUN, "@").replace(VOWEL_NOUN, "@") for each in found] == expected


@pytest.mark.parametrize("group", COMMAND_GROUPS, ids=lambda group: sorted(group.names)[0])
def test_commands_of_latex(group: CommandGroup) -> None:
    for name in sorted(group.names):
        source = group.source.replace("NAME", name)
        prose = read(Document("file:///x", "latex", source))
        assert [text.text.replace(NOUN, "@") for text in prose] == [group.prose], source


@pytest.mark.parametrize(
    ("uri", "language", "source", "expected"),
    [
        ("file:///x/locales/de/app.json", "json", '{"a": "zwei Worte"}', ["de"]),
        ("file:///x/_locales/pt_BR/messages.json", "json", '{"a": "duas palavras"}', ["pt-BR"]),
        ("file:///x/package.nls.fr.json", "json", '{"a": "deux mots"}', ["fr"]),
        ("file:///x/i18n/common.json", "json", '{"a": "two words"}', [""]),
        ("file:///x/tsconfig.json", "json", '{"a": "two words"}', []),
        ("file:///x.html", "html", "<html lang=en><p>a b<p lang='de'>c d</p>", ["en", "de"]),
    ],
)
def test_the_language_that_a_source_declares(uri: str, language: str, source: str, expected: list[str]) -> None:
    assert [each.language for each in read(Document(uri, language, source))] == expected


@pytest.mark.parametrize(
    ("path", "header", "translation", "expected", "spoken"),
    [
        ("po/kiln.pot", "", "", SOURCE, ""),
        ("po/kiln.pot", "Language: ", "", SOURCE, ""),
        ("locale/de/kiln.pot", "Language: de", "", SOURCE, ""),
        ("locale/en/LC_MESSAGES/django.po", "Language: ", "", SOURCE, ""),
        ("kiln.po", "Language: en", "", SOURCE, ""),
        ("po/de.po", "Language: de_AT", "Etwas ist offen.", ["Etwas ist offen."] * 3, "de-AT"),
        ("po/de.po", "", "Etwas ist offen.", ["Etwas ist offen."] * 3, "de"),
        ("locale/pt_BR/LC_MESSAGES/a/kiln.po", "Language: ", "Tudo seco.", ["Tudo seco."] * 3, "pt-BR"),
        ("po/en_GB.po", "Language: en_GB", "All is dry.", ["All is dry."] * 3, "en-GB"),
        ("x.po", "Language: tlh", "yIn nI'", ["yIn nI'"] * 3, "tlh"),
        ("po/fr.po", "Language: fr", "The door of %(kiln)s is open.", ["The door of @ is open."] * 2, "fr"),
    ],
)
def test_what_is_read_of_a_catalog(path: str, header: str, translation: str, expected: list[str], spoken: str) -> None:
    source = CATALOG.replace("HEADER", f'"{header}\\n"').replace("STR", translation)
    found = read(Document(f"file:///x/{path}", "po", source))
    assert [each.text.replace(NOUN, "@") for each in found] == expected
    assert {each.language for each in found} == {spoken}


def test_the_source_is_not_edited_in_a_copy_of_it() -> None:
    source = CATALOG.replace("STR", "")
    (door, *_) = read(Document("file:///kiln.pot", "po", source))
    assert door.edit(Span(4, 8), "lid") is None
    (door, *_) = read(Document("file:///de.po", "po", CATALOG.replace("STR", "Die Tür ist offen.")))
    assert door.edit(Span(4, 7), "Klappe") is not None


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("markdown", "---\ntitle: x\nlang: de-AT\n---\n", "de-AT"),
        ("markdown", "Text.\n\n---\nlang: de\n---\n", ""),
        ("mdx", "+++\nlanguage = 'pt_BR'\n+++\n", "pt-BR"),
        ("latex", "\\usepackage[T1]{fontenc}\n\\usepackage[english,ngerman]{babel}", "de"),
        ("tex", "\\documentclass[a4paper,french]{article}\n\\usepackage{babel}", "fr"),
        ("latex", "\\documentclass[a4paper,twocolumn]{article}", ""),
        ("latex", "\\setmainlanguage{spanish}", "es"),
        ("typst", '#set text(size: 11pt, lang: "it")', "it"),
        ("asciidoc", "= Title\n:lang: nl\n", "nl"),
        ("org", "#+TITLE: x\n#+language: pl\n", "pl"),
        ("restructuredtext", "lang: de", ""),
    ],
)
def test_the_language_that_a_whole_document_declares(language: str, source: str, expected: str) -> None:
    assert declared_language(Document("file:///x", language, source)) == expected


def test_every_name_of_a_format_is_known() -> None:
    assert {"rst", "tex", "gitcommit", "asciidoctor", "mdx", *(each.language for each in FORMATS)} <= LANGUAGES


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.language)
@settings(max_examples=40)
@given(random=st.integers(0, 1 << 32).map(Random))
def test_every_word_is_read_from_its_place_and_can_be_replaced(format: Format, random: Random) -> None:
    made = generate(format, random)
    check_replaced_word(made, check_reading(made), random)


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.language)
@settings(max_examples=40)
@given(random=st.integers(0, 1 << 32).map(Random))
def test_edits_stay_in_the_prose_of_broken_documents(format: Format, random: Random) -> None:
    source = spoiled(generate(format, random).source, random)
    check_any_edit(source, read(Document(f"file:///{format.name}", format.language, source)), random)


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.language)
@pytest.mark.parametrize("piece", ["word ", "{", "\\begin{a}", "[(", "`*_", "<b ", "\0😀א ", "$\\(", "#f[", "\\verb|"])
def test_a_paragraph_of_a_megabyte_is_no_prose_or_refused(format: Format, piece: str) -> None:
    before, after = format.around_prose
    source = before + piece * (1_000_000 // len(piece)) + after
    for each in read(Document(f"file:///{format.name}", format.language, source)):
        assert not each.segments or len(each.text) <= LONGEST

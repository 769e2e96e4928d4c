"""Prose in LaTeX.

Covers: paragraphs, sections, captions, items, footnotes as paragraphs of their own, formulas and references as words,
accents and special characters, comments, environments of code, pictures and tables (left out). A command that isn't
known is a word without arguments; with them, its last argument is prose. Macros aren't expanded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.blocks import block_prose
from breadknife.text.extract.passage import Cut, any_of, brackets, citation, line_breaks, split_lines
from breadknife.text.languages.values import kinds
from breadknife.text.prose import ProseText

_MATH = any_of(
    r"""
    \w*(?:equation|align|gather|multline|eqnarray) displaymath math mathpar alignat flalign split cases subequations
    dmath
    """
)
_LEFT_OUT = any_of(
    """
    verbatim Verbatim lstlisting minted alltt comment filecontents tikzpicture pgfpicture picture tabular tabularx
    tabulary longtable array algorithm algorithmic algorithm2e thebibliography bibliography code prooftree forest
    lstcode pycode tcblisting axis
    """
)
_EDGE = any_of("item bibitem par maketitle tableofcontents appendix newpage clearpage")
"""A paragraph ends at these."""
_OWN = any_of(
    r"""
    part chapter (?:sub){0,2}section (?:sub)?paragraph caption title subtitle thanks footnote footnotetext marginpar
    frametitle framesubtitle captionof\s*\{\w+\} abstract note sidenote
    """
)
"""Their argument is a paragraph of its own."""
_DEFINITION = any_of(
    r"""
    (?:re)?newcommand providecommand def (?:re)?newenvironment DeclareMathOperator newtheorem usepackage documentclass
    hypersetup lstset setlength tikzset RequirePackage input include bibliography bibliographystyle addbibresource
    graphicspath author date institute affiliation email address newacronym definecolor geometry title\w+ pagestyle
    includegraphics
    """
)
"""They and all of their arguments are left out."""
_BEGIN = r"\\begin[ \t]*"
_BARS = r"\|[^|\s](?:[^|\n]{0,100}[^|\s])?\|"
"""Verbatim, as the manuals of packages have it."""
_VERB = r"\\verb\*?(?P<delimiter>[^A-Za-z\s*])"
_TOKEN = re.compile(
    r"(?P<comment>(?<!\\)%[^\n]*(?:\n[ \t]*(?=\S))?)"
    rf"|{_BARS}"
    r"|(?P<blank>\n[ \t\r]*(?=\n))"
    rf"|{_BEGIN}\{{(?P<math>{_MATH}\*?)\}}"
    rf"|{_BEGIN}\{{(?P<left_out>{_LEFT_OUT}\*?)\}}"
    rf"|(?P<edge>\\(?:begin|end)[ \t]*\{{[^{{}}\n]*\}}|\\{_EDGE}(?![A-Za-z]))"
    rf"|\\(?P<own>{_OWN})\*?[ \t]*(?=[\[{{])"
    rf"|{_VERB}[^\n]{{0,300}}?(?P=delimiter)"
    rf"|(?P<definition>\\{_DEFINITION}(?![A-Za-z])\*?)"
    r"|\\\\"
)
_NOTES = frozenset(("footnote", "footnotetext", "marginpar", "thanks", "note", "sidenote"))
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_NAME = re.compile(r"[ \t]*\\[A-Za-z@]+(?:#\d)*")
_SKIPPED = r"\\.|(?<!\\)%[^\n]*"
_BODY = re.compile(r"(?<!\|)\\begin[ \t]*\{document\}")
_FORMULAS = (
    r"\$\$[^$]{1,3000}\$\$",
    r"\$(?:\\.|[^$\\]){1,3000}\$",
    r"\\\(.{0,3000}?\\\)",
    r"\\\[.{0,3000}?\\\]",
    rf"{_BEGIN}\{{(?P<env>{_MATH}\*?)\}}.*?\\end\{{(?P=env)\}}",
)
_ACCENT = (
    r"[`'^\"~=.](?=[ ]?\{?\\?[A-Za-z])",  # \'e, \'{e}
    r"[uvHcdbrkt](?=[ ]?\{\\?[A-Za-z]\}|[ ][A-Za-z](?![A-Za-z]))",  # \v{s}, \c c
)
_INLINE = re.compile(
    rf"(?P<math>{'|'.join(_FORMULAS)})"
    r"|(?P<comment>(?<!\\)%[^\n]*)"
    rf"|{_VERB}.{{0,300}}?(?P=delimiter)"
    r"|\\lstinline\b(?:\[[^\]\n]{0,300}\])?(?P<bar>[^A-Za-z\s\[{]).{0,300}?(?P=bar)"
    rf"|(?P<bars>{_BARS})"
    rf"|\\(?P<accent>{'|'.join(_ACCENT)})(?:\{{\\?(?P<braced>[A-Za-z])\}}|[ ]?\\?(?P<bare>[A-Za-z]))"
    r"|\\(?P<name>[A-Za-z@]+)\*?"
    r"|(?P<newline>\\\\\*?(?:\[[^\]\n]{0,20}\])?)"
    r"|\\(?P<escaped>[^A-Za-z])"
    r"|(?P<dash>---?)|(?P<open>``?)|(?P<close>'')|(?P<tie>~)|(?P<between>\}[ \t]*\{)|(?P<brace>[{}])|(?P<column>&)",
    re.DOTALL,
)
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "r": "\u030a",
    "k": "\u0328", "t": "\u0361",
}  # fmt: skip
"""The combining character for each command."""
_CHARACTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł",
    "i": "ı", "j": "ȷ", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "ldots": "…", "dots": "…",
    "textellipsis": "…", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textbackslash": "\\",
    "textasciitilde": "~", "textunderscore": "_", "quad": " ", "qquad": " ", "newline": " ", "space": " ",
    "textquotedbl": '"', "textquotesingle": "'", "textbar": "|", "textless": "<", "textgreater": ">", "slash": "/",
}  # fmt: skip


@dataclass(frozen=True)
class CommandGroup:
    """Commands that read alike."""

    names: frozenset[str]
    source: str
    """An example, in which `NAME` stands for each of them."""
    prose: str
    """What is read of it; `@` is a word that stands for code."""


CODE = CommandGroup(
    kinds(
        """
        texttt url path code nolinkurl lstinline mintinline SI si num qty unit SIrange ang ce gls Gls glspl Glspl
        acrshort acrlong acs ac acp acf ref cref Cref autoref eqref pageref nameref vref hyperref citet Citet
        citeauthor citeyear file cmd mathrm mathbf mathit lstinputlisting
        cs pkg env option Lopt meta marg oarg macro
        """
    ),
    r"It is \NAME{x} here.",
    "It is @ here.",
)
CITATIONS = CommandGroup(
    kinds("cite citep Citep parencite autocite cites parencites autocites citealp citealt textcite Textcite"),
    r"It is so~\NAME{x}, as \NAME[p.~2]{x} says.",
    "It is so, as @ says.",
)
GONE = CommandGroup(
    CITATIONS.names
    | kinds(
        """
        label index footnote footnotetext footnotemark marginpar todo vspace hspace thanks note sidenote color
        setcounter addtocounter phantomsection nocite glsadd vskip hskip footcite supercite citeyearpar glsreset
        fontsize rule phantom hphantom vphantom selectlanguage thispagestyle addcontentsline enlargethispage
        captionsetup raisebox rotatebox scalebox resizebox usebox hyphenation markboth markright
        """
    ),
    r"It is\NAME{} here.",
    "It is here.",
)
"""With their arguments they read as nothing."""
SWITCHES = CommandGroup(
    kinds(
        """
        small tiny footnotesize scriptsize normalsize large Large LARGE huge Huge bf it em sl sc tt sf rm bfseries
        itshape mdseries upshape scshape slshape ttfamily sffamily rmfamily normalfont centering raggedright
        raggedleft noindent indent hfill vfill hline toprule midrule bottomrule cleardoublepage smallskip medskip
        bigskip null relax protect xspace linebreak pagebreak nolinebreak nopagebreak allowbreak sloppy fussy
        flushleft flushright begingroup endgroup bgroup egroup left right and
        """
    ),
    r"It is {\NAME here}.",
    "It is here.",
)
SECOND_SPOKEN = CommandGroup(
    kinds("textcolor href colorbox hyperlink foreignlanguage hypertarget parbox"),
    r"It is \NAME{x}{here}.",
    "It is here.",
)
"""Their first argument isn't prose."""
COMMAND_GROUPS = (CODE, CITATIONS, GONE, SWITCHES, SECOND_SPOKEN)
_SILENT = re.compile(r"(?:sym)?(?:index|label)[a-z]*|(?:use|new)?geometry|[a-z]*(?:setup|cite)")
"""Names of packages' or the document's own commands whose arguments likely read as nothing."""
_FORMULA = re.compile(r"[a-z]*equation|ensuremath|math[a-z]+|operatorname")
_OPTIONS = re.compile(r"\s*[\w ./-]+=[^,=]*(?:,\s*[\w ./-]+(?:=[^,=]*)?)*,?\s*")
"""An argument of keys and values."""
_RESERVED = "\\{}$&#^_~%\n"


def latex_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a LaTeX document, in order. Raises Cancelled."""
    texts = block_prose(document, _paragraphs(document.text), _cuts, _RESERVED, cancel)
    yield from sorted(texts, key=lambda text: text.start)


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Yield the pieces of lines of each paragraph. Before the document's body, titles alone count."""
    body = _BODY.search(text)
    closing = brackets(text, "{}[]", _SKIPPED)
    arguments = [Span(0, len(text))]
    while arguments:
        yield from _paragraphs_of(text, arguments.pop(), body.end() if body else 0, closing, arguments)


def _paragraphs_of(
    text: str, span: Span, body: int, closing: Mapping[int, int], arguments: list[Span]
) -> Iterator[list[Span]]:
    """Yield the paragraphs of a part of the text, each as pieces of lines.

    Args:
        text: the whole document.
        span: the part of it.
        body: where the document's body starts; 0 if there is no `\\begin{document}`.
        closing: the offset of each opening bracket -> that of its closing one.
        arguments: takes the spans of commands' arguments that are paragraphs of their own.
    """
    pieces, at, pos = list[Span](), span.start, span.start
    may_be_preamble = span.start == 0  # an argument, such as a title's, is read wherever it stands
    while (match := _TOKEN.search(text, pos, span.end)) is not None:
        pos = match.end()
        if match["comment"] is not None:
            pieces += split_lines(text, Span(at, match.start()))
            at = pos
            continue
        if match["math"]:
            blank = _BLANK_LINE.search(text, pos)  # none can be in a formula
            pos = _after_environment(text, match["math"], pos, blank.start() if blank else len(text))
            continue
        opening = _skip_arguments(text, pos, "[", closing) if match["own"] else -1
        if match["own"] and opening not in closing:
            continue
        if match["own"] in _NOTES:
            arguments.append(Span(opening + 1, closing[opening]))
            pos = closing[opening] + 1
            continue
        if match["own"]:
            arguments.append(Span(opening + 1, closing[opening]))
            pos = closing[opening] + 1
        elif match["left_out"]:
            pos = _after_environment(text, match["left_out"], pos, len(text))
        elif match["definition"]:
            name = _NAME.match(text, pos)
            pos = _skip_arguments(text, name.end() if name else pos, "[{", closing)
        elif match["edge"] is not None:
            pos = _skip_arguments(text, pos, "[{" if "begin" in match["edge"] else "[", closing)
        elif match["blank"] is None:
            continue
        if not may_be_preamble or match.start() >= body:
            yield [*pieces, *split_lines(text, Span(at, match.start()))]
        pieces, at, pos = [], min(pos, span.end), min(pos, span.end)
    if not may_be_preamble or at >= body:
        yield [*pieces, *split_lines(text, Span(at, span.end))]


def _after_environment(text: str, name: str, at: int, limit: int) -> int:
    """Return the offset after an environment's `\\end`; `limit` if there is none before it."""
    closing = f"\\end{{{name}}}"
    end = text.find(closing, at, limit)
    return limit if end < 0 else end + len(closing)


def _skip_arguments(text: str, at: int, kinds: str, closing: Mapping[int, int]) -> int:
    """Return the offset after the arguments that begin with one of `kinds` at `at`."""
    while True:
        opening = at
        while opening < len(text) and text[opening] in " \t":
            opening += 1
        if opening == len(text) or text[opening] not in kinds or opening not in closing:
            return opening if opening in closing else at
        at = closing[opening] + 1


def _cuts(text: str) -> list[Cut]:
    """Return everything of a passage that isn't prose."""
    cuts, closing, pos = line_breaks(text), brackets(text, "{}[]", _SKIPPED), 0
    while (match := _INLINE.search(text, pos)) is not None:
        start, pos = match.span()
        if match["name"]:
            pos = _command(text, match["name"], start, pos, closing, cuts)
        elif match["accent"]:
            letter = match["braced"] or match["bare"]
            cuts.append(Cut(start, pos, unicodedata.normalize("NFC", letter + _ACCENTS[match["accent"]])))
        else:
            cuts.append(Cut(start, pos, _replacement(match)))
    return cuts


def _replacement(match: re.Match[str]) -> str | None:
    """Return what stands for a match of `_INLINE` that is neither a command nor an accent, as `Cut.text`."""
    if match["escaped"]:
        char = match["escaped"]
        return "\n" if char in "\\,;: \n" else char if char in "%&$#_{}" else ""
    replaced = {"---": "—", "--": "–", "``": "“", "`": "‘", "''": "”", "~": "\n", "{": "", "}": "", "&": "\n"}
    if match["between"] or match["newline"]:
        return "\n"
    return "" if match["comment"] is not None else replaced.get(match[0])


def _command(text: str, name: str, start: int, pos: int, closing: Mapping[int, int], cuts: list[Cut]) -> int:
    """Add the cuts of a command, and return the offset where reading goes on: before its last argument if that is
    prose."""
    if name in _CHARACTERS:
        end = pos + 2 if text.startswith("{}", pos) else pos + (text[pos : pos + 1] == " " and _CHARACTERS[name] != " ")
        cuts.append(Cut(start, end, _CHARACTERS[name]))
        return end
    if name in SWITCHES.names:
        end = pos + (text[pos : pos + 1] == " ")
        cuts.append(Cut(start, end, ""))
        return end
    end, last = pos, pos
    is_gone = name in ("begin", "end") or name in GONE.names or _SILENT.fullmatch(name) is not None
    is_unread = is_gone or name in CODE.names or _FORMULA.fullmatch(name) is not None
    while (opening := _skip_arguments(text, end, "", closing)) in closing and text[opening] in "[{":
        if text[opening] == "[" and opening > end:
            break
        last, end = opening, closing[opening] + 1
        if is_unread or _OPTIONS.fullmatch(text, opening + 1, end - 1):
            continue
        if text[opening] == "{" and name not in SECOND_SPOKEN.names:
            break
        name = "" if text[opening] == "{" else name
    is_empty = (
        text[last] == "{" and not text[last + 1 : end - 1].strip() if end > pos else True
    )  # `\\name{}` is `\\name`
    if is_unread or is_empty:
        cuts.append(
            citation(text, start, end)
            if name in CITATIONS.names or name.endswith("cite")
            else Cut(start, end, "" if is_gone else None)
        )
        return end
    options = _OPTIONS.fullmatch(text, last + 1, end - 1)
    if text[last] == "[" or options:
        cuts.append(Cut(start, end, None if options and text[last] == "{" else ""))
        return end
    cuts.append(Cut(start, last + 1, ""))
    return last + 1

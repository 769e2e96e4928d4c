"""Prose in the comments of any language whose syntax is known; Python's docstrings have a file of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Span
from breadknife.text.extract.passage import Cut, markup, markup_cuts, passage, prose, split_lines
from breadknife.text.extract.python import inline_cuts
from breadknife.text.extract.structure import LONGEST_CODE, Paragraph, paragraphs
from breadknife.text.languages import LANGUAGES
from breadknife.text.prose import ProseText
from breadknife.text.syntax import Node, SyntaxTree, captures, parse

_LINE = re.compile(r"(?://[/!<]*|#+[!:|]?|--+|;+)[ \t]?")
_BLOCK = re.compile(r"(?P<open>/\*+[!<]?|<!--|--\[(?P<level>=*)\[|=begin\b[^\n]*)", re.DOTALL)
_END = re.compile(r"\*+/\s*\Z|-->\s*\Z|\]=*\]\s*\Z|\n=end[^\n]*\s*\Z")
_STAR = re.compile(r"[ \t]*\*(?!/)[ \t]?")
_DIRECTIVE = re.compile(
    r"""(?x:
      (?://|/\*|\#|--|<!--)[\s*!]*
      (?:
        eslint\b|@ts-|tslint:|prettier-|biome-|istanbul\ |c8\ |webpack\w*:|[#@]\s*__PURE__|jshint\b|global\ |
        go:|\+build|nolint|line\ |export\ \w+$|
        clang-|NOLINT|cppcheck|IWYU|
        noinspection|@formatter:|CHECKSTYLE|language=|
        rubocop:|frozen_string_literal:|typed:|encoding:|
        phpcs:|phpstan|psalm|@phpstan|@psalm|
        luacheck:|selene:|stylua:|---?@|
        shellcheck|stylelint|spell-?check|cspell|vale\b|markdownlint|LTeX|
        yaml-language-server|yamllint|renovate:|
        sqlfluff|noqa|pragma|breadknife:|SPDX|Copyright|©|\(c\)|Licensed\ under|
        -\*-|vim?:|region\b|endregion\b|\#!|%%
      )
    )|\#!|//go:|///\s*<reference|\#region|\#endregion""",
    re.IGNORECASE,
)
_RULER = re.compile(r"(?:[\W_]|</?[A-Za-z][^<>]*>)*\Z")
"""A line without words, or of tags alone."""


def _nested(opening: str, closing: str) -> str:
    """What is in brackets, with three pairs of them in each other at most."""
    plain = rf"[^{opening}{closing}\n]"
    found = rf"{opening}{plain}*{closing}"
    for _ in range(2):
        found = rf"{opening}(?:{plain}|{found})*{closing}"
    return found


_BRACED = _nested(r"\{", r"\}")
_BRACKETED = _nested(r"\[", r"\]")
_CALLED = _nested(r"\(", r"\)")
_NAME = rf"(?:[\w.$=\\|&*?-]|{_nested('<', '>')}|{_BRACKETED}|(?<=\w)(?:{_BRACED}|{_CALLED}(?::\s*\w++)?))+"
"""A name or a type, with what it takes in brackets."""
_UNTYPED = r"(?!(?:the|an?|this|if|whether|when|how|what)\b)"
"""Before a type that may be missing: the text begins at once."""
_TAG = re.compile(
    r"[@\\](?:(?P<named>(?:t?param|arg|argument|property|prop|template|typeParam|retval|field)"
    rf"(?:\[[\w, ]+\])?\s+(?:{_BRACED}\s*)?{_NAME}(?:\s+[.&]*\$\w+)?(?:\s+-)?\s*"
    rf"|(?:throws|exception|raises)\b(?:\s+(?:{_BRACED}|(?i:{_UNTYPED}){_NAME}))?(?:\s+-)?\s*)"
    r"|(?P<text>returns?|brief|details|deprecated|remarks|summary|note|warning|since|todo|description|desc|file|defgroup)"
    rf"\b\s*(?:{_BRACED}\s*)?(?:-\s+)?"
    r"|(?P<code>example|code|snippet|type|typedef|see|link|author|version|license|copyright|module|namespace|memberof|"
    r"extends|implements|class|enum|callback|this|default|override|inheritDoc|category|group|"
    r"(?!(?:[pcabe]|em|ref|cite|f)\b)\w+)\b)"
)
_TYPED_TAGS = {
    "php": re.compile(rf"@returns?[ \t]+(?i:{_UNTYPED}){_NAME}(?:\s+|$)"),
    "ruby": re.compile(
        rf"@(?:(?:param|yieldparam)\s+(?:{_BRACKETED}\s*\w+|\w+\s+{_BRACKETED})"
        rf"|(?:returns?|raise|yieldreturn)\s+{_BRACKETED})\s*(?:-\s+)?"
    ),
}
"""Tags whose type is told from the words behind it by the language alone."""
_BLOCK_TAG = re.compile(
    r"</?(?:p|para|ul|ol|li|dl|dt|dd|h[1-6]|table|tr|td|th|div|blockquote|summary|param|typeparam|returns|remarks|"
    r"exception|value|example|list|item|description|term)\b[^<>\n]*>\s*"
)
_REGION = re.compile(
    r"<(?P<tag>pre|code)\b[^<>\n]*>(?!.*</(?P=tag)>)"
    r"|(?<![{\w])[@\\](?P<command>code|verbatim|dot|msc|htmlonly|latexonly|xmlonly|rtfonly|manonly|f\[|f\{)(?!\w)"
)
"""Where code or a picture begins that may have several lines."""
_INLINE = (
    markup(r"<(code|c|tt)\b[^<>\n]*>[^<>]*</\1>|\{@\w+(?:\s[^}\n]*)?\}|\[`[^`\n]+`\](?:\([^()\s]*\)|\[[^\]\n]*\])?"),
    markup(r"<(?:see|seealso|paramref|typeparamref|inheritdoc)\b[^<>\n]*/>|\\f\$.*?\\f\$"),
    markup(r"(?<!\S)[@\\](?:[pca]|ref|link|copydoc|cite)[ ]+[^\s,;.!?]+(?:\.\w+)*"),
    markup(r"</?[A-Za-z][^<>\n]*>|(?<!\S)[@\\](?:em?|b)[ ]+", ""),
)
_INLINE_TAG = re.compile(r"\{@\w+[^}\n]*\}")
_STATEMENT = re.compile(
    r"[;{}]\s*$|^[)}\]]|=>|^\s*(?:if|for|while|switch|return|else|case)\b.*[({]|^\s*@\w+(?:\(|$)|^\$ "
)
_CODE_LINES = {
    "yaml": re.compile(r"\s*(?:-[ ]+)*[\w.\"'/-]+:(?:\s*$|[ ]+(?:[\[{|>&*!\"']|\S+\s*$))"),
    "html": re.compile(r"\s*</?[A-Za-z]"),
}
_AROUND_CODE = {"php": ("<?php ", " ?>")}
_URL = re.compile(r"https?://[^\s<>]+")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_WORDS = re.compile(r"(?<![\w.$@])[^\W\d_][\w.]*(?:[ ]+[^\W\d_][\w.]*){3}")
_KEYWORD = re.compile(
    r"\b(?:if|unless|while|until|do|then|end|return|raise|throw|puts|echo|require|val|var|let|const|fun|function|fn|func|"
    r"def|else|when|case|class|object|struct|enum|interface|type|new|static|public|private|protected|internal|final|"
    r"abstract|override|suspend|async|await|export|default|import|package|extern|inline|virtual|volatile|register|"
    r"unsigned|signed|long|short|int|char|void|float|double|bool|boolean|auto|pub|unsafe|mut|impl|local|instanceof)\b"
)
_FEWEST_WORDS = 2


def comment_prose(tree: SyntaxTree, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of comments, in the order of the source."""
    kinds = LANGUAGES[tree.language].comments
    nodes = [node for kind in sorted(kinds) for node in captures(tree, f"({kind}) @comment").get("comment", [])]
    nodes.sort(key=lambda node: node.start_byte)
    for block in _blocks(tree, nodes):
        cancel.raise_if_cancelled()
        for part in _parts(tree.text, block, tree.language):
            for paragraph in paragraphs(tree.text, part, code=lambda line: looks_like_code(line, tree.language)):
                found = passage(tree.text, paragraph)
                if len(found.text.split()) >= _FEWEST_WORDS:
                    text = prose(found, _cuts, reserved="\n*/\\`<>")
                    if text is not None:
                        yield text


def looks_like_code(line: str, language: str) -> bool:
    """Tell whether a comment's line is code that was commented out."""
    if len(line) > LONGEST_CODE:
        return False
    line = _INLINE_TAG.sub("it", _URL.sub("it", line))
    if _STATEMENT.search(line):
        return True
    if language in _CODE_LINES:  # their grammars take any text
        return _CODE_LINES[language].match(line) is not None
    if not re.search(r"[=(\[]|::|->", line) or line.rstrip().endswith((".", "!", "?", ":")):
        return False
    # `some words of it` is a call, or three of them, where brackets or operators may be left out.
    bare = _QUOTED.sub('""', line).replace("()", "").replace("`", "" if language == "kotlin" else '"')
    if language != "sql" and _WORDS.search(_KEYWORD.sub(";", bare)):
        return False
    before, after = _AROUND_CODE.get(language, ("", ""))
    tree = parse(before + line + after, language)
    return tree is not None and not tree.root.has_error and _is_read_to_its_end(tree)


def _is_read_to_its_end(tree: SyntaxTree) -> bool:
    """Kotlin's grammar ends without an error before a letter that takes two units of UTF-16."""
    end = tree.offset(tree.root.children[-1].end_byte) if tree.root.children else 0
    return not tree.text[end:].strip(" \t;")


def _cuts(text: str) -> list[Cut]:
    return markup_cuts(text, _INLINE) + inline_cuts(text)


def _blocks(tree: SyntaxTree, nodes: list[Node]) -> Iterator[list[Span]]:
    """Each comment's lines without its signs; line comments below each other in one column are one block."""
    block, last = list[Span](), (-2, -1)
    for node in nodes:
        span = tree.span(node)
        source = tree.text[span.start : span.end].rstrip("\r\n")  # Rust's grammar counts a doc comment's line break
        span = Span(span.start, span.start + len(source))
        row, column = node.start_point
        alone = not tree.text[tree.text.rfind("\n", 0, span.start) + 1 : span.start].strip(" \t\ufeff")
        opening = _BLOCK.match(source)
        left_out = _DIRECTIVE.match(source) is not None
        if block and (opening or left_out or not alone or last != (row - 1, column)):
            yield block
            block = []
        last = (-2, -1)
        if left_out:
            continue
        if opening:
            yield list(_inside(tree.text, span, opening.end()))
        elif sign := _LINE.match(source):
            lines = list(split_lines(tree.text, Span(span.start + sign.end(), span.end)))  # C's may end in a backslash
            block += lines
            last = (row + len(lines) - 1, column) if alone else last
    if block:
        yield block


def _inside(text: str, span: Span, skip: int) -> Iterator[Span]:
    """The lines of a block comment without its signs and the stars at their starts."""
    source = text[span.start : span.end]
    end = _END.search(source, skip)
    stop = span.start + (end.start() if end else len(source))
    at = span.start + skip
    first = True
    while at <= stop:
        line_end = text.find("\n", at, stop)
        line_end = stop if line_end < 0 else line_end
        star = None if first else _STAR.match(text, at, line_end)
        yield Span(min(star.end(), line_end) if star else at, line_end)
        at, first = line_end + 1, False


def _parts(text: str, block: list[Span], language: str) -> Iterator[Paragraph]:
    """The block's lines up to its first tag, then each tag's own; tags whose text isn't prose are left out."""
    part, kept, end = list[Span](), True, ""
    typed = _TYPED_TAGS.get(language)
    for line in block:
        if end:
            closing = text.find(end, line.start, line.end)
            if closing < 0:
                continue
            line, end = Span(closing + len(end), line.end), ""
        if region := _REGION.search(text, line.start, line.end):
            part.append(Span(line.start, region.start()))
            end = _end_of(region)
            continue
        source = text[line.start : line.end]
        content = source.lstrip()
        with_type = typed.match(content) if typed else None
        tag = None if with_type else _TAG.match(content)
        if match := with_type or tag or _BLOCK_TAG.match(content):
            if kept:
                yield part
            part, kept = [], tag is None or tag["code"] is None
            line = Span(line.start + len(source) - len(content) + match.end(), line.end)
        elif _RULER.match(content):
            line = Span(line.start, line.start)
        part.append(line)
    if kept:
        yield part


def _end_of(region: re.Match[str]) -> str:
    if region["tag"]:
        return f"</{region['tag']}>"
    return {"f[": "\\f]", "f{": "\\f}"}.get(region["command"], f"{region[0][0]}end{region['command']}")

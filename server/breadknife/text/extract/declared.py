"""The natural language that a document declares for itself as a whole. A part that declares its own has it in
`ProseText.language`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from breadknife.text.document import Document

_HEAD = 10_000
"""Code points at a document's start in which the declaration is looked for."""
_TAG = r"[\"']?(?P<tag>[A-Za-z]{2,3}(?:[-_][A-Za-z\d]{2,8})*)[\"']?"
_FRONT_MATTER = re.compile(
    r"\A\ufeff?(?:---|\+\+\+)[ \t]*\n(?:(?!---|\+\+\+)[^\n]*\n)*?"
    rf"(?:lang|language|locale)[ \t]*[:=][ \t]*{_TAG}[ \t\r]*\n"
)
_DECLARATIONS: Mapping[str, re.Pattern[str]] = {
    "markdown": _FRONT_MATTER,
    "mdx": _FRONT_MATTER,
    "typst": re.compile(rf"^#set[ \t]+text\([^()]*\blang:[ \t]*{_TAG}", re.MULTILINE),
    "asciidoc": re.compile(rf"^:lang:[ \t]+{_TAG}[ \t\r]*$", re.MULTILINE),
    "org": re.compile(rf"^#\+LANGUAGE:[ \t]+{_TAG}[ \t\r]*$", re.MULTILINE | re.IGNORECASE),
    "latex": re.compile(
        r"\\usepackage[ \t]*\[(?:[^\[\]]*,)?[ \t]*(?:main[ \t]*=[ \t]*)?(?P<name>[a-z]+)[ \t]*\][ \t]*\{babel\}"
        r"|\\set(?:default|main)language(?:\[[^\]]*\])?[ \t]*\{(?P<main>[a-z]+)\}"
        r"|\\documentclass[ \t]*\[(?:[^\[\]]*,)?[ \t]*(?P<of_class>[a-z]+)[ \t]*(?:,[^\[\]]*)?\](?=[^\0]*\{babel\})"
    ),
}
_ALIASES: Mapping[str, str] = {
    "adoc": "asciidoc", "asciidoctor": "asciidoc", "tex": "latex", "plaintex": "latex",
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "english": "en", "american": "en-US", "british": "en-GB", "ukenglish": "en-GB", "usenglish": "en-US",
    "australian": "en-AU", "canadian": "en-CA", "german": "de", "ngerman": "de", "austrian": "de-AT",
    "naustrian": "de-AT", "swissgerman": "de-CH", "nswissgerman": "de-CH", "french": "fr", "francais": "fr",
    "frenchb": "fr", "spanish": "es", "portuguese": "pt-PT", "brazilian": "pt-BR", "portuges": "pt-PT",
    "brazil": "pt-BR", "italian": "it", "dutch": "nl", "polish": "pl", "russian": "ru", "ukrainian": "uk",
    "belarusian": "be", "swedish": "sv", "danish": "da", "romanian": "ro", "slovak": "sk", "slovene": "sl",
    "slovenian": "sl", "catalan": "ca", "galician": "gl", "greek": "el", "esperanto": "eo", "irish": "ga",
    "breton": "br", "japanese": "ja", "chinese": "zh", "arabic": "ar", "persian": "fa", "farsi": "fa",
    "lithuanian": "lt", "tamil": "ta", "khmer": "km", "asturian": "ast", "norwegian": "nb", "finnish": "fi",
    "czech": "cs", "hungarian": "hu", "turkish": "tr", "hebrew": "he",
}  # fmt: skip
"""A language's name in babel or polyglossia -> its tag."""


def declared_language(document: Document) -> str:
    """Return the BCP 47 tag of the language that the document declares at its start; empty if it declares none."""
    declaration = _DECLARATIONS.get(_ALIASES.get(document.language, document.language))
    if declaration is None:
        return ""
    for match in declaration.finditer(document.text, 0, _HEAD):
        groups = match.groupdict()
        name = groups.get("name") or groups.get("main") or groups.get("of_class")
        if tag := _NAMES.get(name, "") if name else groups.get("tag"):
            return tag.replace("_", "-")
    return ""

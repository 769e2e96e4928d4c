"""The languages whose syntax is known, as data: one `LanguageSyntax` each.

Completion, outlines, the readers of comments and the null check ask it. Nothing here imports a grammar, because the
language server imports this when it starts.
"""

from __future__ import annotations

from collections.abc import Mapping

from breadknife.text.languages import data, ecmascript, managed, scripting, systems
from breadknife.text.languages.python import PYTHON
from breadknife.text.languages.values import BlockStyle, LanguageSyntax

__all__ = ["LANGUAGES", "SHORT_IDS", "BlockStyle", "LanguageSyntax"]

LANGUAGES: Mapping[str, LanguageSyntax] = {
    id: language
    for language in (
        PYTHON,
        ecmascript.TYPESCRIPT,
        ecmascript.TYPESCRIPT_REACT,
        ecmascript.JAVASCRIPT,
        ecmascript.JAVASCRIPT_REACT,
        systems.GO,
        systems.RUST,
        systems.C,
        systems.CPP,
        managed.JAVA,
        managed.KOTLIN,
        managed.CSHARP,
        scripting.RUBY,
        scripting.PHP,
        scripting.LUA,
        scripting.BASH,
        data.HTML,
        data.CSS,
        data.JSON,
        data.YAML,
        data.TOML,
        data.SQL,
        data.MARKDOWN,
        data.MARKDOWN_INLINE,
    )
    for id in (language.id, *language.aliases)
}
"""LSP language id, or another id that some editor sends -> the syntax."""

SHORT_IDS: Mapping[str, str] = {
    "js": ecmascript.JAVASCRIPT.id,
    "jsx": ecmascript.JAVASCRIPT_REACT.id,
    "ts": ecmascript.TYPESCRIPT.id,
    "tsx": ecmascript.TYPESCRIPT_REACT.id,
}
"""The id that eglot makes of the name of an Emacs mode -> the LSP language id that plugins and settings know."""

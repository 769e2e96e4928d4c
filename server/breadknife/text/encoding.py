"""How a file's bytes are text: UTF-8, but for Python files that name another encoding (PEP 263)."""

from __future__ import annotations

UTF8 = "utf-8"


def decoded(raw: bytes, language: str) -> str:
    """Return a file's text; a byte order mark stays in it.

    Raises UnicodeError for bytes that aren't in the file's encoding, and for text that would be written back as others.
    """
    encoding = encoding_of(raw, language)
    text = raw.decode(encoding)
    if encoding != UTF8 and text.encode(encoding_of(text.encode(UTF8, "surrogatepass"), language)) != raw:
        raise UnicodeError("its text has other bytes in this encoding too")
    return text


def encoding_of(raw: bytes, language: str) -> str:
    """Return the encoding that the first two lines of a Python file name; UTF-8 for any other file."""
    if language != "python" or b"coding" not in raw:
        return UTF8
    import io
    import tokenize  # which the start of the language server needn't wait for

    try:
        named = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
        b"\n\n\n\n".decode(named)
    except (SyntaxError, LookupError, UnicodeError):  # no encoding has that name, or it isn't one of texts: rot13
        return UTF8
    return UTF8 if named == "utf-8-sig" else named

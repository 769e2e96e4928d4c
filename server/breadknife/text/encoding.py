"""How a file's bytes are text: UTF-8, but for Python files that name another encoding (PEP 263)."""

from __future__ import annotations

UTF8 = "utf-8"


def decoded(raw: bytes, language: str) -> str:
    """Decode a file's bytes; a byte order mark stays in the text. Raises UnicodeError, also for what couldn't be
    written back as it is."""
    encoding = encoding_of(raw, language)
    text = raw.decode(encoding)
    if encoding != UTF8 and text.encode(encoding_of(text.encode(UTF8, "surrogatepass"), language)) != raw:
        raise UnicodeError("its text has other bytes in this encoding too")
    return text


def encoding_of(raw: bytes, language: str) -> str:
    """Return the encoding that the first two lines name."""
    if language != "python" or b"coding" not in raw:
        return UTF8
    import io
    import tokenize  # which the start of the language server needn't wait for

    try:
        named = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
        b"\n\n\n\n".decode(named)
    except (SyntaxError, LookupError, UnicodeError):  # there is none of that name, or it isn't one of texts: rot13
        return UTF8
    return UTF8 if named == "utf-8-sig" else named

"""Keys, tokens and passwords that a model has learnt, or made up, are never shown."""

from __future__ import annotations

import re

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.project.secrets.contents import sure_secrets
from breadknife.text.document import Span

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
"""RFC 7468."""


def without_secrets(text: str, site: Site) -> str | None:
    """Return the text, unless it has something like a secret that the document hasn't."""
    known = site.draft.document.text
    written, start = site.before + text, len(site.before)
    keys = (Span(*match.span()) for match in _PRIVATE_KEY.finditer(written))
    new = (span for span in (*keys, *sure_secrets(written)) if span.end > start)
    return None if any(written[max(start, span.start) : span.end] not in known for span in new) else text


SECRETS = Filter("secrets", "secret", without_secrets, final=True)

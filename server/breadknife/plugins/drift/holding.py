"""What people have said still holds: kept in the project's `.breadknife/ignores.txt`, by the claim's line and its
definition."""

from __future__ import annotations

import hashlib
from pathlib import Path

from breadknife.plugins.drift.values import Drift
from breadknife.project.decisions import ProjectDecisions, ignores_path
from breadknife.text.document import Document
from breadknife.text.printable import shortened

HOLDS = "drift.holds"
_EXCERPT = 60


class Holding:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._decisions = ProjectDecisions()

    def has(self, root: Path, document: Document, drift: Drift) -> bool:
        """Tell whether somebody has said of this claim that it still holds."""
        rule, digest, _ = self.arguments(document, drift)
        return (rule, digest) in self._decisions.ignored(root)

    def digest(self, root: Path) -> str:
        """Return what tells all that people have said from anything else."""
        return self._decisions.digest(ignores_path(root))

    def arguments(self, document: Document, drift: Drift) -> tuple[str, str, str]:
        """Return what is kept of a claim: its rule, a digest of its line and definition, and its line for people."""
        line = " ".join(document.line_text(document.line_at(drift.span.start)).split())
        key = f"{drift.symbol}\t{drift.subject}\t{line}".encode("utf-8", "surrogatepass")
        return f"drift/{drift.kind}", hashlib.sha256(key).hexdigest()[:16], shortened(line, _EXCERPT)

    def add(self, root: Path, rule: str, digest: str, excerpt: str) -> None:
        """Keep that a claim holds. Raises BreadknifeError if the file can't be written."""
        self._decisions.add(ignores_path(root), "\t".join((rule, digest, excerpt, "it still holds")))

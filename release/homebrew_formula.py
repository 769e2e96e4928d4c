"""The Homebrew formula of a release: homebrew_formula.py DIST

Writes DIST/breadknife.rb: release/homebrew/breadknife.rb with the version and the SHA-256 of the sdist in DIST.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from breadknife import __version__

TEMPLATE = Path(__file__).with_name("homebrew") / "breadknife.rb"


def main(dist: Path) -> None:
    sdist = dist / f"breadknife-{__version__}.tar.gz"
    formula = dist / TEMPLATE.name
    formula.write_text(filled(TEMPLATE.read_text("utf-8"), __version__, sdist.read_bytes()), "utf-8")
    print(formula)


def filled(template: str, version: str, sdist: bytes) -> str:
    """Return the formula of a version, whose sdist has these bytes."""
    with_url = re.sub(r"/v[^/]+/breadknife-.+(?=\.tar\.gz)", f"/v{version}/breadknife-{version}", template)
    return re.sub(r'(?<=sha256 ")0{64}', hashlib.sha256(sdist).hexdigest(), with_url)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

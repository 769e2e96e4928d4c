"""Whether other files of the project reckon with a None."""

from __future__ import annotations

import re
from itertools import islice

from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.text.document import Document
from breadknife.text.syntax import parse

_LONGEST = 400_000
"""Code points: a longer file isn't parsed for a menu."""
_MOST = 12
"""Files that are looked into for one name."""


def is_tested_elsewhere(site: PythonSite, name: str) -> bool:
    """Whether a file that imports this one, or the package that it is in, tests an attribute of that name."""
    path, project = Document(site.uri, "python", "").path, site.project
    if path is None or project is None:
        return False
    package = path.with_name("__init__.py")
    importers = dict.fromkeys((*project.importers(path), *(project.importers(package) if package != path else ())))
    outlines = ((each, project.outline(each)) for each in importers)
    users = (each for each, outline in outlines if outline is not None and name in outline.names)
    tested = re.compile(rf"\.{re.escape(name)}\s*(?:[:)\]\n]|[!=]=|(?:is|and|or|else)\b)")
    for each in islice(users, _MOST):
        text = project.text(each)
        is_likely = text is not None and len(text) <= _LONGEST and tested.search(text) is not None
        tree = parse(text, "python") if text is not None and is_likely else None
        if tree is not None and any(one.role is Role.TEST for one in occurrences(tree, f".{name}", tree.root)):
            return True
    return False

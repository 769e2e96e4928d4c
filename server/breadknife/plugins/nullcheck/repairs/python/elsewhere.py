"""What other files of the project do with an attribute."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.text.document import uri_to_path
from breadknife.text.syntax import parse

_LONGEST = 400_000
"""Code points: a longer file isn't parsed for a menu."""
_MOST = 12
"""Files that are looked into for one name."""


def roles_elsewhere(site: PythonSite, name: str) -> Counter[Role]:
    """Return how often files that import this one, or the package that it is in, do what with an attribute of that
    name."""
    path, project, found = uri_to_path(site.uri), site.project, Counter[Role]()
    if path is None or project is None:
        return found
    package = path.with_name("__init__.py")
    importers = dict.fromkeys((*project.importers(path), *(project.importers(package) if package != path else ())))
    outlines = ((each, project.outline(each)) for each in importers)
    users = (each for each, outline in outlines if outline is not None and name in outline.names)
    mentioned = re.compile(rf"\.{re.escape(name)}\b")
    for each in islice(users, _MOST):
        text = project.text(each)
        is_likely = text is not None and len(text) <= _LONGEST and mentioned.search(text) is not None
        tree = parse(text, "python") if text is not None and is_likely else None
        if tree is not None:
            found.update(one.role for one in occurrences(tree, f".{name}", tree.root))
    return found

"""What the text of a fix needs to be imported."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.java.site import JavaSite
from breadknife.plugins.nullcheck.repairs.layout import lines_after, lines_before, on_own_line
from breadknife.plugins.nullcheck.repairs.option import Edits
from breadknife.text.document import Span, TextEdit, line_break


def java_util(site: JavaSite, name: str) -> tuple[str, TextEdit | None]:
    """What a class of `java.util` is called here, and its import where there is none yet."""
    imported, qualified = site.imports.get(name), f"java.util.{name}"
    if imported == qualified or "java.util.*" in site.tree.text:
        return name, None
    add = _import(site, qualified) if imported is None else None
    return (name if add is not None else qualified), add


def with_import(add: TextEdit | None, edit: TextEdit) -> Edits:
    return (edit,) if add is None else (add, edit)


def _import(site: JavaSite, name: str) -> TextEdit | None:
    """An import beside the others; None where there is no place for one."""
    end = line_break(site.tree.text)
    plain = [
        (re.sub(r"^import\s+|\s*;$", "", site.text(node)), node)
        for node in site.tree.root.named_children
        if node.type == "import_declaration" and not site.text(node).startswith("import static")
    ]
    same = [(imported, node) for imported, node in plain if imported.partition(".")[0] == name.partition(".")[0]]
    after = next((node for imported, node in same if imported > name), None)
    if after is not None and on_own_line(site.tree, after):
        return lines_before(site.tree, after, [f"import {name};"])
    if same:
        return lines_after(site.tree, same[-1][1], [f"import {name};"])
    for kind, apart in (("import_declaration", end), ("package_declaration", end + end)):
        last = next((node for node in reversed(site.tree.root.named_children) if node.type == kind), None)
        if last is not None:
            at = site.tree.span(last).end
            return TextEdit(Span(at, at), f"{apart}import {name};")
    return None

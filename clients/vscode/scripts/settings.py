"""Writes the server's settings into package.json, out of the schema that `breadknife config schema` prints.

python clients/vscode/scripts/settings.py           # writes
python clients/vscode/scripts/settings.py --check   # exit code 1 if package.json isn't current
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from breadknife.host.plugins.registry import discover
from breadknife.host.settings.resolve import OWN_ALONE
from breadknife.host.settings.schema import json_schema

MANIFEST = Path(__file__).parents[1] / "package.json"
NOT_FOR_EDITORS = {"escalate", "engine", "engines"}
"""Tables that only the user's own config.toml may have: see docs/settings.md."""
SCOPES = {"offline": "machine-overridable", "keep_receipts": "machine"}
"""Scopes of VS Code for what stands outside of all tables; a workspace can't turn receipts on."""
TITLES = {"general": "General", "completion": "Completion", "nullcheck": "Null checks", "prose": "Prose"}
POINTLESS = {"completion.severities"}
"""Completion finds nothing."""
PLUGINS = ("completion", "nullcheck", "prose")
"""Those that come with breadknife: a user's own plugin isn't part of the extension's manifest."""

Schema = dict[str, Any]


def blocks() -> list[Schema]:
    """One block of VS Code's settings page for each table of the schema that an editor may set."""
    types = {name: kind for name, kind in discover().settings_types.items() if name in PLUGINS}
    tables: dict[str, dict[str, Schema]] = {}
    for table, key, schema, scope in _editors(json_schema(types)["properties"], types):
        tables.setdefault(table, {})[f"breadknife.{key}"] = setting(schema, scope)
    return [{"id": table, "title": TITLES[table], "properties": keys} for table, keys in tables.items()]


def _editors(
    properties: Mapping[str, Schema], types: Mapping[str, type[Any]]
) -> Iterator[tuple[str, str, Schema, str]]:
    """Table, key, schema and scope of each setting that an editor may send."""
    for key, schema in properties.items():
        if key in NOT_FOR_EDITORS:
            continue
        if key in types:
            own = {field.name for field in dataclasses.fields(types[key]) if field.metadata.get(OWN_ALONE)}
            for name, each in schema["properties"].items():
                if name not in own and f"{key}.{name}" not in POINTLESS:
                    yield key, f"{key}.{name}", each, "language-overridable"
        elif key == "models":
            for role, each in schema["properties"].items():
                names = each["anyOf"][0]  # an editor names only models of the catalog
                described = names | {"description": f"The model for the role `{role}`."}
                yield "general", f"{key}.{role}", described, "resource"
        elif key == "overrides":
            yield "general", key, schema | {"default": []}, "resource"
        else:
            yield "general", key, schema, SCOPES[key]


def setting(schema: Schema, scope: str) -> Schema:
    """As VS Code takes it. What has no default is null until somebody sets it, and isn't sent then."""
    found = {key: value for key, value in schema.items() if key not in ("description", "additionalProperties")}
    if "default" not in schema:
        found = _or_null(found) | {"default": None}
    elif "enum" in found:
        found = {"type": "string", **found}
    return {**found, "scope": scope, "markdownDescription": schema["description"]}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {"type": ["string", "null"], "enum": [None, *schema["enum"]]}
    return schema | {"type": [schema["type"], "null"]}


def manifest() -> str:
    """package.json as it should be."""
    current = json.loads(MANIFEST.read_text("utf-8"))
    contributes = current["contributes"]
    client = [block for block in contributes["configuration"] if block["id"] == "client"]
    contributes["configuration"] = [*client, *blocks()]
    return json.dumps(current, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    wanted = manifest()
    if wanted == MANIFEST.read_text("utf-8"):
        return 0
    if "--check" in sys.argv:
        print(f"{MANIFEST.name} isn't current: run `python clients/vscode/scripts/settings.py`", file=sys.stderr)
        return 1
    MANIFEST.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

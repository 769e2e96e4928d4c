"""The JSON Schema of settings files, for editors (Taplo, VS Code) and for the pages of `docs/`.

Draft 7, which both take. Its descriptions are the docstrings of the dataclasses' fields.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
from collections.abc import Mapping
from typing import Any, cast, get_type_hints

import msgspec

from breadknife.engine.kinds import may_have
from breadknife.engine.models.catalog import read_models
from breadknife.engine.remote.runtime import ENGINE_NAME, Runtime
from breadknife.engine.settings import EngineSettings
from breadknife.host.settings.resolve import EVERY_PLUGINS, NEEDS_TRUST
from breadknife.host.settings.values import PluginTypes, Settings

Schema = dict[str, Any]

_EVERY_PLUGINS = {
    "enabled": "Whether the plugin is asked at all.",
    "milliseconds": "The most that the plugin may take for one request of an editor; without it, what breadknife "
    "allows (completion 30 s, the others 60 s).",
    "severities": "The severity of its findings by their codes; `*` stands for all other codes.",
}


def json_schema(types: PluginTypes) -> Schema:
    """Return the schema of `config.toml`, and so of `breadknife.toml`, which may say less."""
    docs = field_docs(Settings)
    catalog = read_models()

    def model_for(role: str) -> Schema:
        able = [model.name for model in catalog.models if may_have(role, model.name, model.kind)]
        names: Schema = {"enum": able} if able else {"type": "string"}  # for a model of the user's own
        return {"anyOf": [names, {"type": "string", "pattern": f"^{ENGINE_NAME.pattern}:"}]}

    models = _table({role: model_for(role) for role in catalog.known_roles}, docs["models"])
    plugins = {name: plugin_schema(kind) for name, kind in types.items()}
    strings: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    override = _table(
        {
            "paths": strings | {"description": "Patterns as in `.gitignore`, seen from the workspace folder."},
            "languages": strings | {"description": "Language ids as LSP has them, such as `markdown`."},
            **plugins,
        },
        "Settings of plugins for some documents alone: those that fit `paths` and `languages`.",
    ) | {"anyOf": [{"required": ["paths"]}, {"required": ["languages"]}]}
    runtime = _fields(Runtime) | {"required": ["url"]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "breadknife",
        **_table(
            {
                "offline": {"type": "boolean", "default": False, "description": docs["offline"]},
                "keep_receipts": {"type": "boolean", "default": False, "description": docs["keep_receipts"]},
                "models": models,
                "escalate": models | {"description": docs["escalate"]},
                "engine": _fields(EngineSettings) | {"description": "What breadknife's own engine may use."},
                "engines": {
                    "type": "object",
                    "description": docs["engines"],
                    "propertyNames": {"pattern": f"^{ENGINE_NAME.pattern}$"},
                    "additionalProperties": runtime,
                },
                **plugins,
                "overrides": {"type": "array", "items": override, "description": override["description"]},
            },
            "Settings of breadknife.",
        ),
    }


def plugin_schema(kind: type[Any]) -> Schema:
    """Return the schema of a plugin's table."""
    schema = _fields(kind)
    every = {key: _of_type(each) | {"description": _EVERY_PLUGINS[key]} for key, each in EVERY_PLUGINS.items()}
    every["enabled"]["default"], every["severities"]["default"] = True, {}
    return schema | {"properties": every | schema["properties"]}


def field_docs(kind: type[Any]) -> dict[str, str]:
    """Return the string below each field of a class; empty when its source can't be read."""
    try:
        [body] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except (OSError, TypeError, SyntaxError):
        return {}
    lines = body.body if isinstance(body, ast.ClassDef) else []
    return {
        ast.unparse(field.target): " ".join(str(text.value.value).split())
        for field, text in itertools.pairwise(lines)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def _fields(kind: type[Any]) -> Schema:
    docs = field_docs(kind)
    hints = get_type_hints(kind, include_extras=True)
    properties: dict[str, Schema] = {}
    for field in dataclasses.fields(kind):
        schema = _of_type(hints[field.name])
        schema["description"] = docs.get(field.name, "")
        if field.metadata.get(NEEDS_TRUST):
            schema["description"] += " Counts in a workspace's files only if you trust the folder."
        if field.default is not dataclasses.MISSING:
            schema["default"] = msgspec.to_builtins(field.default)
        elif field.default_factory is not dataclasses.MISSING:
            schema["default"] = msgspec.to_builtins(field.default_factory())
        properties[field.name] = schema
    return _table(properties, "")


def _of_type(kind: Any) -> Schema:
    """Return the schema of a type of Python. Enums and nested types are written out where they are used."""
    try:
        (schema,), parts = msgspec.json.schema_components((kind,), ref_template="{name}")
    except TypeError:  # a type that msgspec can't say in JSON: the editor helps no further
        return {}
    return _written_out(schema, parts)


def _written_out(schema: Any, parts: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """`schema` in draft 7, with the schema of its own that each `$ref` stands for."""
    if isinstance(schema, list):
        return [_written_out(each, parts, within) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    table = {key: each for key, each in cast("Schema", schema).items() if key != "title"}
    if name := table.get("$ref"):
        # A type that has itself inside would never end.
        return {} if name in within else _written_out(parts[name], parts, (*within, name))
    if first := table.pop("prefixItems", None):
        table |= {"items": first, "additionalItems": table["items"]}
    return {key: _written_out(each, parts, within) for key, each in table.items()}


def _table(properties: Mapping[str, Schema], description: str) -> Schema:
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": dict(properties),
        "additionalProperties": False,
    }

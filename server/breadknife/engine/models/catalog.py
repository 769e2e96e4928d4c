"""The catalog of all models: breadknife's own, those of installed packages (`declared`), and those that the user added.

The user's are in `models.toml` in the folder of settings, in the same format. If two have the same name or role, the
user's counts before any other, and breadknife's before a package's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import msgspec

from breadknife.engine.models.declared import package_models
from breadknife.engine.models.info import Catalog, Conversion, ModelInfo, WheelPart, builtin_catalog, read_catalog
from breadknife.errors import SettingsError
from breadknife.paths import config_dir, write_atomically

__all__ = [
    "Catalog", "Conversion", "ModelInfo", "WheelPart", "builtin_catalog", "installed_catalog", "merged", "read_catalog",
    "read_models", "user_catalog", "user_file", "write_user_catalog",
]  # fmt: skip

log = logging.getLogger("breadknife.engine")


def user_file() -> Path:
    return config_dir() / "models.toml"


def user_catalog() -> Catalog:
    """Return the models that the user added. Raises SettingsError."""
    path = user_file()
    try:
        return read_catalog(path)
    except FileNotFoundError:
        return Catalog()
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise SettingsError(
            f"{path}: {error}; mend it, or remove it and add your models again (`breadknife models add`)"
        ) from error


def read_models() -> Catalog:
    """Return all models. If the user's file is broken, its models are left out, and the log says why."""
    try:
        user = user_catalog()
    except SettingsError as error:
        log.warning("%s", error)
        user = Catalog()
    return merged(user)


def installed_catalog() -> Catalog:
    """Return the models that come with breadknife and with installed packages."""
    return _overridden(builtin_catalog(), package_models().catalog)  # these have no name or role in common


def merged(user: Catalog) -> Catalog:
    """Return all models and roles, with the user's own."""
    return _overridden(installed_catalog(), user)


def _overridden(catalog: Catalog, overriding: Catalog) -> Catalog:
    """Return the models and roles of both; `overriding` counts if both have the same name or role."""
    models = {model.name: model for model in (*catalog.models, *overriding.models)}
    return Catalog(tuple(models.values()), catalog.roles | overriding.roles)


def write_user_catalog(user: Catalog) -> None:
    """Replace the user's file in one step. Raises OSError."""
    write_atomically(user_file(), ("\n".join(_lines(user)) + "\n").encode())


def _lines(catalog: Catalog) -> Iterator[str]:
    yield "# Written by `breadknife models`: the models that you added."
    if catalog.roles:
        yield from ("", "[roles]", *(f"{_toml(role)} = {_toml(name)}" for role, name in catalog.roles.items()))
    for model in catalog.models:
        yield from ("", "[[models]]")
        for field in fields(model):
            value: Any = getattr(model, field.name)
            if value != field.default:
                yield f"{field.name} = {_toml(msgspec.to_builtins(value))}"


def _toml(value: Any) -> str:
    """Return a value in TOML, whose numbers, strings and arrays are JSON's, except for one character."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in cast("list[Any]", value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in cast("dict[str, Any]", value).items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

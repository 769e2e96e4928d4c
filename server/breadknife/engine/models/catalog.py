"""The models that breadknife knows: what each is for, where it comes from, and the sum that makes a file the model.

Those of the catalog that comes with breadknife, those that installed packages bring (`declared`), and those that the
user added: `models.toml` in the user's folder of settings, in the same format. The user's name or role counts before
any other, and breadknife's before a package's.
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
    """Return what the user added; empty when that is nothing. Raises SettingsError."""
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
    """Return all models. While the user's file is broken, those of the catalog, and the log says why."""
    try:
        user = user_catalog()
    except SettingsError as error:
        log.warning("%s", error)
        user = Catalog()
    return merged(user)


def installed_catalog() -> Catalog:
    """Return the models that come with breadknife and with installed packages."""
    return _above(builtin_catalog(), package_models().catalog)


def merged(user: Catalog) -> Catalog:
    """Return all models and roles, with the user's own."""
    return _above(installed_catalog(), user)


def _above(lower: Catalog, upper: Catalog) -> Catalog:
    """Both; where both have a name or a role, the upper one's counts."""
    models = {model.name: model for model in (*lower.models, *upper.models)}
    return Catalog(tuple(models.values()), lower.roles | upper.roles)


def write_user_catalog(user: Catalog) -> None:
    """Raises OSError. The file is replaced in one step."""
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
    """JSON's numbers, strings and arrays are TOML's too, but for one character."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in cast("list[Any]", value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in cast("dict[str, Any]", value).items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

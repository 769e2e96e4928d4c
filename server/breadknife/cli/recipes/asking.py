"""Asks a host for a recipe's answer; shared by all commands and servers that run recipes."""

from __future__ import annotations

from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.host.host import Host
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.task.values import Silence


def ask_recipe(
    host: Host, request: RecipeRequest, root: Path | None, cancel: CancelToken | None = None
) -> RecipeResult | Silence:
    """Return the recipe's answer, or why there is none. Like `Host.ask`, it raises no error."""
    reply = host.ask(request, cancel, root=root, plugin="recipes")
    for _, answer in reply.answers:
        if isinstance(answer, RecipeResult):
            return answer
    [receipt] = reply.receipts
    return Silence(receipt.reason, receipt.sentence, receipt.remedy)


def sentence_of(silence: Silence) -> str:
    """Return the reason and its remedy, in one line."""
    return silence.sentence + (f" → {silence.remedy}" if silence.remedy else "")

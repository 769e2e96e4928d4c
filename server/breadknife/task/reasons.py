"""The reasons why a request has no answer: each code that breadknife itself uses, with a sentence and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breadknife.task.values import Silence


@dataclass(frozen=True)
class Reason:
    sentence: str
    """What happened; `{names}` in braces stand for details."""
    remedy: str = ""
    """What the user can do, empty if there is nothing to do."""


REASONS: Mapping[str, Reason] = {
    # which plugin answers
    "no-plugin": Reason(
        "no plugin serves {request} requests for {language}", "run `breadknife plugins list` to see what each serves"
    ),
    "disabled": Reason("your settings disable {plugin}", "remove `enabled = false` from its section"),
    "no-opinion": Reason("{plugin} has no opinion here"),
    # the request
    "cancelled": Reason("the request was cancelled"),
    "superseded": Reason("a newer request for the same place replaced this one"),
    "too-slow": Reason(
        "there was no answer within {seconds:g} s", "run `breadknife status` to see what the engine is doing"
    ),
    # the model
    "model-missing": Reason("{error}", "fetch it with `breadknife models pull`"),
    "model-unknown": Reason("{error}", "`breadknife models list` shows the names"),
    "model-corrupt": Reason("{error}", "fetch it anew with `breadknife models pull`"),
    "model-set-aside": Reason("{error}", "`breadknife models allow` gives it another chance"),
    "model-unfit": Reason("{error}", "give the role another model; `breadknife models list` shows them"),
    "model-failed": Reason("{error}", "run `breadknife doctor`"),
    "prompt-too-long": Reason("{error}", "ask about a shorter text"),
    "engine-missing": Reason("{error}", "run `breadknife setup`"),
    "engine-failed": Reason("{error}", "ask again; if it stays so, run `breadknife doctor`"),
    "offline": Reason("{error}", "leave out `--offline`, or `offline = true` in your settings"),
    "file-refused": Reason("{error}", "name a file of the workspace folder"),
    "failed": Reason("{error}", "run `breadknife doctor`"),
    # the plugin
    "plugin-broke": Reason("{plugin} failed: {error}", "see the server's log, and report it to the plugin's author"),
    "plugin-hung": Reason(
        "{plugin} has not answered within {seconds:g} s", "update or disable the plugin, and report it to its author"
    ),
    "plugin-busy": Reason("{plugin} is still busy with earlier requests", "ask again"),
    "plugin-loading": Reason("{plugin} was still loading", "open the menu again"),
    "plugin-flooded": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "bad-span": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "bad-answer": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "plugin-paused": Reason(
        "{plugin} failed {times} times in a row and is paused: {error}",
        "run `breadknife plugins resume {plugin}` to use it again",
    ),
    # the verifier
    "too-large": Reason("the model wrote too much", "ask again about a smaller range"),
    "not-text": Reason("the model wrote a NUL character", "ask again"),
    "outside-range": Reason(
        "the model's text would change lines outside the requested range", "ask again with those lines selected"
    ),
    "outside-folder": Reason(
        "the edit would also change {uri}, which is outside the workspace folder or may not be read",
        "open the folder that contains both files",
    ),
    "changed-elsewhere": Reason("{uri} has changed since the edit was made", "open the menu again"),
    "would-not-parse": Reason(
        "the model's text would add syntax errors to the file", "write a little more, or fix the errors nearby"
    ),
    # completion
    "empty": Reason("the model has nothing to add here", "write a little more"),
    "repeats-next-line": Reason("the model only repeated the text after the cursor", "write a little more"),
    "unbalanced": Reason("the model's text has unbalanced brackets or quotes", "write a little more"),
    "repetition": Reason("the model repeated itself or the lines above", "write a little more"),
    "outside-block": Reason("the model's text belongs outside the block", "move the cursor there"),
    "junk": Reason(
        "the model wrote a placeholder, a file header, or somebody's address or folder", "write a little more"
    ),
    "secret": Reason("the model wrote what looks like a key or a password", "type it yourself"),
    "in-secret": Reason(
        "you are typing what looks like a key or a password, which no model may see", "type it yourself"
    ),
    "low-confidence": Reason("the model isn't sure enough of what comes here", "write a little more"),
    "inside-word": Reason("the cursor is inside a word", "move the cursor to its end"),
    "ignored-file": Reason(
        "the file is ignored, or looks like a file that holds secrets", "see `.breadknifeignore` and docs/context.md"
    ),
    "mid-line": Reason("text follows the cursor on its line", "move to the end of the line, or ask by hand"),
    "mid-comment": Reason("the comment continues after the cursor", "move to its end, or ask by hand"),
    "next-edit-off": Reason("next edits are experimental, and off", "set `next_edit = true` in `[completion]`"),
    "no-next-edit": Reason("no other place follows from what was changed", "rename something, or change a signature"),
    # null check
    "no-tree": Reason("the file takes too long to parse", "split the file or its longest comment"),
    "would-not-verify": Reason(
        "the fix would break the file or cause a new finding, so it was not made",
        "open the menu again: the text may have changed since",
    ),
    "checker-objects": Reason("with this fix, {checker} would report in {file}: {problem}", "choose another fix"),
    "hides-another": Reason(
        "with this fix, {checker} would no longer report in {file}: {problem}", "fix that problem first"
    ),
}


def silence(reason: str, **details: object) -> Silence:
    """Return the `Silence` of a reason code, with the details filled in. Raises KeyError for an unknown code."""
    found = REASONS[reason]
    return Silence(reason, found.sentence.format(**details), found.remedy.format(**details))

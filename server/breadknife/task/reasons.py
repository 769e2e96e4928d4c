"""Why nothing came: every code that breadknife itself uses, with its sentence and its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breadknife.task.values import Silence


@dataclass(frozen=True)
class Reason:
    sentence: str
    """With `{names}` for the details."""
    remedy: str = ""


REASONS: Mapping[str, Reason] = {
    # who is asked
    "no-plugin": Reason(
        "no plugin answers a {request} request for {language}", "`breadknife plugins list` shows what each one serves"
    ),
    "disabled": Reason("your settings switch {plugin} off", "remove `enabled = false` from its section"),
    "no-opinion": Reason("{plugin} has nothing to say here"),
    # the request
    "cancelled": Reason("the editor no longer wanted the answer"),
    "superseded": Reason("a newer request for the same place took its turn"),
    "too-slow": Reason(
        "there was no answer within {seconds:g} s", "`breadknife status` shows what the engine is busy with"
    ),
    # the model
    "model-missing": Reason("{error}", "fetch it with `breadknife models pull`"),
    "model-unknown": Reason("{error}", "`breadknife models list` shows the names"),
    "model-corrupt": Reason("{error}", "fetch it anew with `breadknife models pull`"),
    "model-set-aside": Reason("{error}", "`breadknife models allow` gives it another chance"),
    "model-unfit": Reason("{error}", "give the role another model; `breadknife models list` shows them"),
    "model-failed": Reason("{error}", "run `breadknife doctor`"),
    "prompt-too-long": Reason("{error}", "ask at a shorter place"),
    "engine-missing": Reason("{error}", "run `breadknife setup`"),
    "engine-failed": Reason("{error}", "ask again; if it stays so, run `breadknife doctor`"),
    "offline": Reason("{error}", "leave out `--offline`, or `offline = true` in your settings"),
    "file-refused": Reason("{error}", "name a file of the workspace folder"),
    "failed": Reason("{error}", "run `breadknife doctor`"),
    # the plugin
    "plugin-broke": Reason("{plugin} broke: {error}", "see the server's log, and tell the plugin's author"),
    "plugin-hung": Reason(
        "{plugin} has not answered within {seconds:g} s", "update or switch off the plugin; tell its author"
    ),
    "plugin-busy": Reason("{plugin} is still busy with earlier requests", "ask again"),
    "plugin-flooded": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "bad-span": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "bad-answer": Reason("{plugin} {error}", "update or switch off the plugin; tell its author"),
    "plugin-paused": Reason(
        "{plugin} failed {times} times in a row and is paused: {error}",
        "`breadknife plugins resume {plugin}` asks it again",
    ),
    # the verifier
    "too-large": Reason("the model wrote more than was asked for", "ask again at a more exact place"),
    "not-text": Reason("the model wrote a NUL character", "ask again"),
    "outside-range": Reason("the model's text would change what was not asked about", "ask at that place"),
    "outside-folder": Reason(
        "the edit would also change {uri}, which is no file of the workspace folder that may be read",
        "open the folder that holds both files",
    ),
    "changed-elsewhere": Reason("{uri} has changed since the edit was made", "ask for the menu again"),
    "would-not-parse": Reason(
        "with the model's text the file would parse worse than before", "write a little more, or mend the errors nearby"
    ),
    # completion
    "empty": Reason("the model has nothing to add here", "write a little more"),
    "repeats-next-line": Reason("the model only repeated what follows", "write a little more"),
    "unbalanced": Reason("the model's text opens or closes brackets or quotes of others", "write a little more"),
    "repetition": Reason("the model only repeated the lines above, or itself", "write a little more"),
    "outside-block": Reason("the model's text belongs outside the block", "move to where it belongs"),
    "junk": Reason(
        "the model wrote a placeholder, a file's header, or somebody's address or folder", "write a little more"
    ),
    "secret": Reason("the model wrote what looks like a key or a password", "write it yourself"),
    "in-secret": Reason("you write what looks like a key or a password, which no model sees", "write it yourself"),
    "low-confidence": Reason("the model is too unsure of what comes here", "write a little more"),
    "inside-word": Reason("the cursor is inside a word", "move to its end"),
    "ignored-file": Reason(
        "the file is ignored, or looks like one that holds secrets", "see `.breadknifeignore`, and docs/context.md"
    ),
    "mid-line": Reason("text follows the cursor on its line", "move to the line's end, or ask with the editor's key"),
    "mid-comment": Reason("the comment goes on after the cursor", "move to its end, or ask with the editor's key"),
    "next-edit-off": Reason("next edits are experimental, and off", "set `next_edit = true` in `[completion]`"),
    "no-next-edit": Reason("no other place follows from what was changed", "rename something, or change a signature"),
    # null check
    "no-tree": Reason("the file takes too long to parse", "split the file, or its longest comment"),
    "would-not-verify": Reason(
        "the edit ({strategy}) would break the file or bring a new finding, so it was not made",
        "ask for the menu again: the text may have changed since",
    ),
    "checker-objects": Reason(
        "with the edit ({strategy}) {checker} would say of {file}: {problem}", "choose another way to repair it"
    ),
    "hides-another": Reason(
        "with the edit ({strategy}) {checker} would no longer say of {file}: {problem}",
        "mend that first, or choose another way to repair it",
    ),
}


def silence(reason: str, **details: object) -> Silence:
    """The silence of that code, its templates filled in."""
    found = REASONS[reason]
    return Silence(reason, found.sentence.format(**details), found.remedy.format(**details))

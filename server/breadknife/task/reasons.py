"""The reasons why a request has no answer: each code that breadknife itself uses, with a sentence and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breadknife.task.values import Silence


@dataclass(frozen=True)
class Reason:
    """The templates of a silence's texts."""

    sentence: str
    """What happened. Names in braces stand for the details that `silence` gets."""
    remedy: str = ""
    """What the user can do, with details in braces too; empty if there is nothing to do."""


REASONS: Mapping[str, Reason] = {
    "no-next-edit": Reason("nothing is likely to follow from what was changed here", "change one of them first"),
    # which plugin answers
    "no-plugin": Reason(
        "no plugin serves {request} requests for {language}", "run `breadknife plugins list` to see what each serves"
    ),
    "not-covered": Reason("{what} doesn't cover {language}", "run `breadknife plugins list` to see what it covers"),
    "disabled": Reason("your settings turn {plugin} off", "remove `enabled = false` from `[{name}]`"),
    "too-large-file": Reason("the file is larger than {most} MB, and isn't read", "split it"),
    "nothing-expected": Reason("nothing is shown at such a place", "put the cursor into a sentence or a line of code"),
    "no-opinion": Reason("{plugin} shows nothing at such a place"),
    "no-file": Reason("the server doesn't have this file open", "open it in the editor, and ask again"),
    "unreadable-file": Reason("the file can't be read: {error}", "name a text file that can be read"),
    "no-line": Reason("the file has only {count} lines", "name one of them"),
    # what is shown after all
    "ready": Reason("a suggestion is ready here: “{text}”", "ask for it by hand, or type on"),
    "marked": Reason("something in this line is marked: {message}", "open the menu at the mark"),
    "in-menu": Reason("the menu has an entry for this selection: “{title}”", "open the editor's menu of code actions"),
    # the request
    "cancelled": Reason("the request was cancelled"),
    "superseded": Reason("a newer request for the same place replaced this one"),
    "too-slow": Reason(
        "there was no answer within {seconds:g} s", "run `breadknife status` to see what the engine is doing"
    ),
    # the model
    "model-missing": Reason("{error}, and {plugin} needs it", "run `breadknife models pull`"),
    "model-unknown": Reason(
        "your settings name a model that nobody knows: {error}", "take a name that `breadknife models list` shows"
    ),
    "model-corrupt": Reason("the model's file is damaged: {error}", "fetch it anew with `breadknife models pull`"),
    "model-set-aside": Reason(
        "the model isn't loaded any more: {error}", "`breadknife models allow` gives it another chance"
    ),
    "model-unfit": Reason(
        "the model can't do what it is asked: {error}", "give the role another model from `breadknife models list`"
    ),
    "model-failed": Reason("the model can't be used: {error}", "run `breadknife doctor`"),
    "prompt-too-long": Reason("the text is too long for the model: {error}", "ask about a shorter text"),
    "engine-missing": Reason("the engine that runs the models isn't installed", "run `breadknife setup`"),
    "engine-failed": Reason("the engine gave no answer: {error}", "ask again; if it stays so, run `breadknife doctor`"),
    "offline": Reason(
        "it needs another machine, and you are offline: {error}",
        "leave out `--offline`, or `offline = true` in your settings",
    ),
    "file-refused": Reason("a file that it needs isn't read: {error}", "name another file of the workspace folder"),
    "failed": Reason("something went wrong: {error}", "run `breadknife doctor`"),
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
        "the file is ignored, or looks like a file that holds secrets",
        "if it holds none, rename it or take it out of `.breadknifeignore`",
    ),
    "mid-line": Reason("text follows the cursor on its line", "move to the end of the line, or ask by hand"),
    "mid-comment": Reason("the comment continues after the cursor", "move to its end, or ask by hand"),
    # prose
    "no-paragraph": Reason("no prose is read here: this is markup or code", "put the cursor into a sentence"),
    "long-paragraph": Reason("the paragraph has more than {most:,} characters, and isn't checked", "split it"),
    "still-reading": Reason("{engines_are_still} reading this text", "wait: what is found appears by itself"),
    "no-languagetool": Reason(
        "Harper finds nothing wrong here, and LanguageTool, which knows more rules, isn't set up",
        "run `breadknife setup languagetool`",
    ),
    "unknown-language": Reason(
        "nobody can tell which language this is in, so it isn't checked",
        'say it in front matter (`lang: de`), or set `language = "de"` in `[prose]`',
    ),
    "only-languagetool": Reason(
        "this isn't English, and LanguageTool, which reads other languages, isn't set up",
        "run `breadknife setup languagetool`",
    ),
    "languagetool-off": Reason(
        "this isn't English, and your settings turn LanguageTool off, which reads other languages",
        "remove `languagetool = false` from `[prose]`",
    ),
    "engine-of-prose-failed": Reason("{engine} can't read this text: {error}", "run `breadknife doctor`"),
    "no-judge": Reason(
        "{engines_find} nothing wrong here, and the model can't read it: {error}", "run `breadknife setup` to set it up"
    ),
    "nothing-wrong": Reason(
        "{engines_find} nothing wrong here", "if something is wrong, select it and choose “Fix this text” in the menu"
    ),
    # prose and null check
    "ignored-by-comment": Reason("the comment in line {line} ignores {rule} here", "remove that comment"),
    "ignored-in-project": Reason(
        "this project ignores {rule} in this sentence", "remove its line from `.breadknife/ignores.txt`"
    ),
    "rule-off": Reason("your settings turn the rule {rule} off", "remove it from `disabled_rules` of `[{plugin}]`"),
    # actions
    "untrusted-recipes": Reason(
        "you don't trust this folder, so its own actions are left out", "run `breadknife trust` in it if you do"
    ),
    "no-action": Reason(
        "none of the actions fits this selection: {why}", "select a whole sentence or a whole function"
    ),
    # null check
    "generated-file": Reason(
        "the file says that a program has written it, so nulls aren't looked for", "correct what it is generated from"
    ),
    "half-written": Reason(
        "line {line} has a syntax error, and nulls are looked for in whole code", "correct that line"
    ),
    "hidden-severity": Reason(
        "`{name}` is unlikely to be null here, and your settings hide that",
        'remove `severity_{confidence} = "off"` from `[nullcheck]`',
    ),
    "same-cause": Reason("the same null is reported at the first place that it gets to", "go to line {line}"),
    "never-null": Reason(
        "nothing shows that `{name}` can be null here", "if it can, declare that where `{name}` comes from"
    ),
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
    template = REASONS[reason]
    return Silence(reason, template.sentence.format(**details), template.remedy.format(**details))

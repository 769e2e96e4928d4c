"""Who does what: a rewriting may turn a sentence from active to passive, but the same thing must do it.

No parser is asked. A verb is known by what stands around it: `NOUN verb the …`, `NOUN may verb`, `is verb-ed by NOUN`.
What isn't plain is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from breadknife.steps.builtin.guard.words import bare, is_related, is_respelled, stem, words

_TOKEN = re.compile(r"[A-Za-z][\w'’-]*|\d+|[.,;:!?()]")
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "isn't", "aren't", "wasn't", "weren't"})
_PEOPLE = frozenset({"i", "you", "we"})
_REFERRING = frozenset({"it", "they", "he", "she", "this", "that", "these", "those", "which", "who", "what", "there"})
_REACH = 3
"""Words between an auxiliary and its verb: `must never be`."""


@dataclass(frozen=True)
class Predication:
    """One verb, who does it and to whom, each as a stem; empty if the words around the verb don't show it."""

    verb: str
    actor: str
    target: str
    actor_text: str
    """The actor as the text writes it."""


def changed_actor(before: str, after: str) -> str:
    """Return who does something else now, as `the client closes it, not the server`; empty if nobody is known to."""
    old_tokens, new_tokens = _tokens(before), _tokens(after)
    old = list(_predications(old_tokens, {predication.verb for predication in _predications(new_tokens, frozenset())}))
    new = list(_predications(new_tokens, {predication.verb for predication in old}))
    known = {stem(token) for token in old_tokens}
    people = {token.lower() for token in old_tokens} & _PEOPLE
    for predication in new:
        if not predication.actor:
            continue
        if predication.actor in _PEOPLE:
            if people or _is_command(old_tokens):
                continue
            return f"it says that “{predication.actor_text}” does it"
        same_verb = [former for former in old if is_related(former.verb, predication.verb)]
        actors = [former.actor_text for former in same_verb if former.actor]
        if actors and not any(_is_same(former.actor, predication.actor) for former in same_verb):
            return f"it says that “{predication.actor_text}” does it, not “{actors[0]}”"
        if (
            not actors
            and any(former.target == predication.actor for former in same_verb)
            and predication.target != predication.actor
        ):
            return f"it says that “{predication.actor_text}” does it"
        if not any(_is_same(former, predication.actor) for former in known):
            return f"it says that “{predication.actor_text}” does it"
    return _other_beginning(old_tokens, new_tokens, known)


def _other_beginning(old: Sequence[str], new: Sequence[str], known: set[str]) -> str:
    """Compare two texts that begin `The …`: say if both first words are gone from the other text."""
    before, after = (_after_article(tokens) for tokens in (old, new))
    if not before or not after or any(_is_same(stem_there, stem(after)) for stem_there in known):
        return ""
    kept = {stem(token) for token in new}
    return (
        ""
        if any(_is_same(stem_there, stem(before)) for stem_there in kept)
        else f"it is about “{after}”, not “{before}”"
    )


def _is_same(first: str, second: str) -> bool:
    return is_related(first, second) or is_respelled(first, second)


def _after_article(tokens: Sequence[str]) -> str:
    """Return the second word of a text that begins with an article and a content word; empty otherwise."""
    is_plain = len(tokens) > 1 and tokens[0].lower() in ("the", "a", "an") and _is_content(tokens[1])
    return tokens[1] if is_plain else ""


def _tokens(text: str) -> list[str]:
    """Return the words, numbers and punctuation marks of a text."""
    return [token.removesuffix("'s").removesuffix("’s") for token in _TOKEN.findall(bare(text))]


def _is_command(tokens: Sequence[str]) -> bool:
    """Tell whether a text begins like `Run the tests`: who it speaks to is the actor."""
    return len(tokens) > 1 and _is_content(tokens[0]) and tokens[1].lower() in words().determiners


def _is_content(token: str) -> bool:
    """Tell whether a token is a word with a meaning of its own."""
    return token[0].isalpha() and token.lower() not in words().common and token.lower() not in words().helpers


def _predications(tokens: Sequence[str], verbs: set[str] | frozenset[str]) -> Iterator[Predication]:
    """Yield the verbs of a text. `verbs`: stems that are verbs in the other text."""
    for index, token in enumerate(tokens):
        if not _is_content(token) or token.lower().endswith("ly"):
            continue
        verb = _verb_stem(token)
        helper = _first_auxiliary(tokens, index)
        follower = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
        by = next((at for at in (index + 1, index + 2) if at < len(tokens) and tokens[at].lower() == "by"), -1)
        is_participle = token.lower().endswith("ed") or token.lower() in words().participles
        if is_participle and (by > 0 or (helper >= 0 and tokens[helper].lower() in _BE)):
            actor = _head_after(tokens, by + 1) if by > 0 else ""
            before = helper if helper >= 0 else index
            yield Predication(verb, stem(actor), stem(_head_before(tokens, before)), actor)
        elif helper >= 0 and tokens[helper].lower() not in _BE:
            actor = _head_before(tokens, helper)
            yield Predication(verb, _actor_stem(actor), stem(_head_after(tokens, index + 1)), actor)
        elif index and (follower in words().determiners or follower in words().prepositions or verb in verbs):
            actor = _actor_before(tokens, index)
            yield Predication(verb, _actor_stem(actor), stem(_head_after(tokens, index + 1)), actor)


def _verb_stem(token: str) -> str:
    """Return the stem of a verb, also of an irregular participle."""
    return stem(words().participles.get(token.lower(), token))


def _actor_stem(actor: str) -> str:
    """Return the stem of an actor; empty for a pronoun that refers to something else, such as `it`."""
    lower = actor.lower()
    return lower if lower in _PEOPLE else "" if lower in _REFERRING else stem(actor)


def _first_auxiliary(tokens: Sequence[str], index: int) -> int:
    """Return the index of the first of the auxiliaries right before a verb, or -1."""
    helper, at = -1, index - 1
    while at >= 0 and index - at <= _REACH + 1:
        low = tokens[at].lower()
        if low in words().helpers:
            helper = at
        elif low not in ("not", "never", "also", "only", "always") and not low.endswith("ly"):
            break
        at -= 1
    return helper


def _actor_before(tokens: Sequence[str], index: int) -> str:
    return _head_before(tokens, index) if index else ""


def _head_before(tokens: Sequence[str], index: int) -> str:
    """Return the noun or pronoun right before; empty for anything else, such as a comma."""
    at = index - 1
    while at >= 0 and tokens[at].lower().endswith("ly"):
        at -= 1
    if at < 0:
        return ""
    return tokens[at] if _is_content(tokens[at]) or tokens[at].lower() in _PEOPLE else ""


def _head_after(tokens: Sequence[str], index: int) -> str:
    """Return the last of the content words that follow an article; empty for a verb's `-ing`."""
    at = index
    while at < len(tokens) and tokens[at].lower() in words().determiners:
        at += 1
    head = ""
    while at < len(tokens) and _is_content(tokens[at]):
        if tokens[at].lower().endswith("ing") and not head:
            return ""
        head = tokens[at]
        at += 1
    return head

"""What around a word speaks for a change: each evidence by its own sentences, and with the real model."""

from __future__ import annotations

import re

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import Engine
from breadknife.plugins.prose.evidence.contexts import (
    SUPPORTING,
    ContextPattern,
    find_perfect,
    refine_rule,
)
from breadknife.plugins.prose.evidence.frames import find_framed, find_supported, is_known
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import Proposer, ProposerInput, least
from support import PluginContext

_MARKED = re.compile(r"\[(.*?)\|(.*?)\]")


def rules(marked: str, each: ContextPattern) -> set[str]:
    """The rules of a change that is written `[old|new]`."""
    match = _MARKED.search(marked)
    assert match
    text, start = _MARKED.sub(r"\1", marked), match.start()
    return {refine_rule(rule, text, start, start + len(match[1]), match[1], match[2]) for rule in each.of}


@pytest.mark.parametrize("each", SUPPORTING, ids=lambda each: each.wrong)
def test_evidence(each: ContextPattern) -> None:
    assert each.rule in rules(each.wrong, each)
    assert each.rule not in rules(each.right, each)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("I am working on it since two years.", "am", ("Tense", "have been")),
        ("It is running since 2020.", "is", ("Tense", "has been")),
        ("We’re still using it since many years.", "We’re", ("Tense", "we've been")),
        ("I am working on it for two years.", "am", ("Duration", "have been")),
        ("I am working on it since it broke.", "am", None),
        ("It is waiting for two seconds.", "is", None),
        ("It is here since two years.", "is", None),
    ],
)
def test_a_present_that_has_lasted(text: str, word: str, expected: tuple[str, str] | None) -> None:
    assert find_perfect(text, text.index(word) + len(word), word) == expected


@pytest.mark.parametrize(
    "text",
    ["If it is there, the sequence would succeed.", "We look at a run as it progresses through the state."],
)
def test_what_is_put_in_is_a_word(text: str) -> None:
    assert all(is_known(each.replacement) for each in find_framed(text)) is False
    assert find_supported(text) == ()


WIDE = 0.6
"""Nats by which a batch that others share moves a margin, see bench/README.md."""


@pytest.mark.model
@pytest.mark.parametrize("each", SUPPORTING, ids=lambda each: each.wrong)
def test_evidence_with_the_real_model(each: ContextPattern, real_engine: Engine) -> None:
    """What is wrong is proposed to be what is right, and that is left alone."""
    likelihood = TextLikelihood(PluginContext(real_engine).model("smollm2-135m"), CancelToken())
    proposer = Proposer(lambda word: True)

    def shown(text: str, by: float = 0.0) -> list[str]:
        found = proposer.read(ProposerInput(text), likelihood)
        return [text[: p.span.start] + p.replacement + text[p.span.end :] for p in found if p.margin >= least(p) + by]

    right = _MARKED.sub(r"\2", each.wrong)
    assert right in shown(_MARKED.sub(r"\1", each.wrong), -WIDE)
    assert shown(right) == []

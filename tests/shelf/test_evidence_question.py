"""What is read out of a question."""

from __future__ import annotations

import pytest

from breadknife.plugins.shelf.evidence.query import Query, read_query


def read(text: str, known: str = "") -> Query:
    words = known.split()
    return read_query(text, lambda word: 5 if word in words else 0, 100)


TERMS = [
    ("How do I install R on Android?", "install R* Android*"),
    ("Which option replaced draft in version 3.0?", "replaced draft version 3.0*"),
    ("Can the new rules be mixed with \\hline?", "new rules mixed \\hline*"),
    ("Does BZ2_bzReadClose close the file handle, too?", "BZ2_bzReadClose* close file handle"),
    ("What does --pager do?", "--pager*"),
    ("Is Debian's site-wide file read?", "Debian* site-wide file read"),
    ("Quilt patches: how are they ordered?", "Quilt patches ordered"),
    ("How do I do it?", ""),
    ("What does the option --zap do?", "--zap*"),
    ("What does max_retries stand for?", "max_retries*"),
    ("How does the `gssapi` option work?", "gssapi"),
    ("What is meant by trust anchors?", "trust anchors"),
    ("Which setting keeps old logs?", "keeps old logs"),
    ("How does it work?", "work"),
    ("How does a cache work with two servers?", "cache work two servers"),
]


@pytest.mark.parametrize(("text", "terms"), TERMS)
def test_terms(text: str, terms: str) -> None:
    """A star marks what an answer must name just so."""
    assert " ".join(term.text + "*" * term.is_named for term in read(text).terms) == terms


def test_a_rare_word_weighs_more() -> None:
    terms = {term.text: term for term in read("Which oven bakes sourdough?", "oven").terms}
    assert terms["sourdough"].weight > terms["oven"].weight
    assert terms["oven"].is_known
    assert not terms["sourdough"].is_known


def test_on_a_small_shelf_a_word_that_is_not_there_outweighs_no_other() -> None:
    terms = {term.text: term for term in read("Which oven bakes sourdough?", "oven").terms}
    assert terms["sourdough"].weight < 1.5 * terms["oven"].weight

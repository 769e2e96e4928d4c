"""Long sentences, wordy phrases, fillers and the central sentence: what is changed, and what is left alone."""

from __future__ import annotations

import pytest

from documents.acting import acted

LONG = "The parser reads the file line by line in order to save memory on small machines"
"""15 words that are a main clause."""
AFTER = "writes all of the results into the folder that the user chose"


@pytest.mark.parametrize(
    ("joint", "split"),
    [
        (f", and it {AFTER}", f". It {AFTER}"),
        (f", but it {AFTER}", f". But it {AFTER}"),
        (f", so it {AFTER}", f". So it {AFTER}"),
        (f"; it {AFTER}", f". It {AFTER}"),
        (f"; however, it {AFTER}", f". However, it {AFTER}"),
        (
            ", and the results are written into the folder of `x` then",
            ". The results are written into the folder of `x` then",
        ),
        (
            ", which means that it can read files of more than 3 GB",
            ". This means that it can read files of more than 3 GB",
        ),
    ],
)
def test_a_sentence_is_split_where_both_parts_have_subject_and_verb(joint: str, split: str) -> None:
    assert acted("split-sentence", f"{LONG}{joint}.") == f"{LONG}{split}."


@pytest.mark.parametrize(
    "text",
    [
        f"If {LONG.lower()}, and it {AFTER}.",
        f"{LONG} that the user has chosen if he is there, and it {AFTER}.",
        f"{LONG}, and {AFTER}.",
        f"{LONG} (which is no problem, and it {AFTER}).",
        f"{LONG} because it {AFTER}.",
        f"Start the parser in the folder of the file with all of its options, and it {AFTER}.",
        f"There are two ways for this and no more: {LONG.lower()}, and it {AFTER}.",
        f"{LONG}, which has been measured on a lot of small machines by us.",
        f"Not only {LONG.lower()}, but it {AFTER}.",
    ],
)
def test_a_sentence_is_not_split_where_that_may_change_what_it_says(text: str) -> None:
    assert acted("split-sentence", text) == "no-safe-place"


@pytest.mark.parametrize(
    ("language", "text", "split"),
    [
        ("markdown", f"{LONG}, and it {AFTER}", f"{LONG}. It {AFTER}"),
        ("python", f"# {LONG}, and\n# it {AFTER}", f"# {LONG}.\n# It {AFTER}"),
        ("c", f"/* {LONG},\n * and it {AFTER} */", f"/* {LONG}.\n * It {AFTER} */"),
        ("latex", f"\\section{{A b}}\n{LONG}, and it {AFTER}", f"\\section{{A b}}\n{LONG}. It {AFTER}"),
    ],
)
def test_a_section_and_comments_keep_their_signs(language: str, text: str, split: str) -> None:
    assert acted("split-sentence", text, language) == split


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The keys are used in order to open `it`.", "The keys are used to open `it`."),
        ("In order to open it, use the key.", "To open it, use the key."),
        ("You can make use of it by utilizing all of the keys.", "You can use it by using all of the keys."),
        (
            "The key is there due to the fact\nthat people use the door.",
            "The key is there because\npeople use the door.",
        ),
        ("The majority of the keys are in use by you.", "Most of the keys are in use by you."),
        ("In most cases, the key is the one for it.", "Usually, the key is the one for it."),
        ("It is used in most cases where the key is there.", "plain-enough"),
        ("He said “in order to” and not a thing of it.", "plain-enough"),
        ("This is a pre-commence key for the use of it.", "plain-enough"),
        ("The `in order to` and the [key](utilize) are there.", "plain-enough"),
        ("Die Datei wird in order to von allen Benutzern gelesen.", "plain-enough"),
        ("A Commence key is the one for all of it.", "plain-enough"),
    ],
)
def test_plain_words_take_the_place_of_wordy_ones(text: str, plain: str) -> None:
    assert acted("plain-words", text) == plain


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Note that the key is there for all of it.", "The key is there for all of it."),
        ("Please note that `a` is the key for all of it.", "`a` is the key for all of it."),
        (
            "Basically, it's an extremely useful key for all. In fact, it is one.",
            "It's a useful key for all. It is one.",
        ),
        ("It is the key (for example of the house) for all.", "It is the key for all."),
        ("Please note\nthat it is the key for all.", "It\nis the key for all."),
        ("It is the key (for example, no. 3) for all of it.", "short-enough"),
        ("It is the key (for example, never mine) for all of it.", "short-enough"),
        ("It is the key (for example, `a`) for all of it.", "short-enough"),
        ("It is the key (and of the house) for all of it.", "short-enough"),
        ("It is not very easy and not really useful to all.", "short-enough"),
        ("It has the key, and note that it is the one for all.", "short-enough"),
        ("Please note that run is the key for all. `run` is it.", "short-enough"),
    ],
)
def test_what_says_nothing_is_left_out(text: str, short: str) -> None:
    assert acted("shorten-text", text) == short


def test_only_what_is_selected_is_changed() -> None:
    text = "Note that the key is there. Please note that it is for all of us."
    assert acted("shorten-text", text, selected="Please note that it is") == (
        "Note that the key is there. It is for all of us."
    )


def test_no_more_is_left_out_than_the_share_that_the_recipe_wants() -> None:
    text = "Note that it is. Note that it was. Note that it will be. Note that it can be, too."
    assert acted("shorten-text", text).count("Note that") == 1

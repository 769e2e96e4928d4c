"""What a model is asked of a text, and how its answer is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.errors import EngineUnavailable, ModelMissing, PromptTooLong
from breadknife.plugins.prose.model.likelihood import CurrentModel, Surprise, TextLikelihood, readable
from breadknife.text.document import Span
from prose.disliking import Disliking
from support import marked_spans

LEAD = "From the documentation:\n\n"

QUESTIONS = [
    ("A ⟦cat⟧ sat.", "dog", LEAD + "A", (" cat sat.", " dog sat.")),
    ("⟦A⟧ cat sat.", "The", LEAD, ("A cat sat.", "The cat sat.")),
    ("It is ⟦⟧list.", "a ", LEAD + "It is", (" list.", " a list.")),
    ("Despite ⟦of ⟧it, we go.", "", LEAD + "Despite", (" of it, we go.", " it, we go.")),
    ("Say ⟦a⟧ b c d e f g h i.", "x", LEAD + "Say", (" a b c d", " x b c d")),
    ("An ⟦Ina0⟧ of the Dummy0.", "x", LEAD + "An", (" `id` of the `code`.", " x of the `code`.")),
    ("One. " * 300 + "It ⟦go⟧.", "goes", None, (" go.", " goes.")),
]


@pytest.mark.parametrize(("marked", "new", "prompt", "alternatives"), QUESTIONS)
def test_a_change_is_asked_about_in_its_context(
    marked: str, new: str, prompt: str | None, alternatives: tuple[str, ...]
) -> None:
    text, [span] = marked_spans(marked)
    model = Disliking({})
    TextLikelihood(model, CancelToken()).margins(text, [(span, new)])
    [(asked, offered)] = model.asked
    assert offered == alternatives
    assert asked == prompt or (prompt is None and len(asked) < 1_300 and asked.startswith(LEAD))


def test_a_margin_is_what_a_change_gains() -> None:
    text, [span] = marked_spans("The server ⟦don't⟧ know.")
    model = Disliking({"don't": -9.0, "doesn't": -2.0, "didn't": -5.0})
    likelihood = TextLikelihood(model, CancelToken())
    assert likelihood.margins(text, [(span, "doesn't"), (span, "didn't")]) == (7.0, 4.0)


@given(st.text(st.sampled_from("ab’é😀 .\n-'"), max_size=80))
def test_surprises_are_at_their_words_whatever_the_tokens(text: str) -> None:
    spans = [each.span for each in TextLikelihood(Disliking({}), CancelToken()).read(text).words]
    assert len(readable(text)) == len(text)
    assert all(text[span.start : span.end].replace("'", "").replace("’", "").isalpha() for span in spans)
    assert spans == sorted(spans)


def test_a_long_text_is_read_in_pieces() -> None:
    model = Disliking({})
    text = "Some words are here. " * 200
    found = TextLikelihood(model, CancelToken()).read(text).words
    assert [text[each.span.start : each.span.end] for each in found] == ["Some", "words", "are", "here"] * 200
    assert {each.logprob for each in found} == {-3.0}
    assert "".join(each for _, (each,) in model.asked) == text
    assert max(len(each) for _, (each,) in model.asked) <= 1_200


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("restarts", 7.0),
        ("restarted", 5.0),
        ("starting", 6.0),
        ("begins", -1.0),
    ],
)
def test_what_another_word_may_gain(word: str, expected: float) -> None:
    instead = {"restarts": -2.0, "rest": -4.0, "start": -3.0, "a": -10.0}
    assert Surprise(Span(0, 7), -9.0, instead).gain(word) == expected


def test_what_was_told_of_a_text_is_not_asked_again() -> None:
    text, [span] = marked_spans("The server ⟦don't⟧ know.")
    model = Disliking({"don't": -9.0, "doesn't": -2.0, "didn't": -5.0})
    likelihood = TextLikelihood(model, CancelToken())
    scores = likelihood.read(text)
    assert likelihood.margins(text, [(span, "doesn't"), (span, "didn't")], scores=scores) == (7.0, 4.0)
    assert [alternatives for _, alternatives in model.asked] == [(text,), (" doesn't know.", " didn't know.")]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 12, -12.0), (3, 12, -9.0), (3, 8, -9.0), (4, 12, None), (3, 5, None), (12, 20, None)],
    ids=["all", "from a blank", "up to a word", "within a token", "to within a token", "what wasn't read"],
)
def test_what_is_told_of_a_part(start: int, end: int, expected: float | None) -> None:
    told = TextLikelihood(Disliking({"The": -3.0, "don't": -9.0, "it": -0.0}), CancelToken()).read("The don't it")
    assert told.logprob(start, end) == expected


def test_what_is_too_long_has_no_findings_and_a_missing_model_ends_it() -> None:
    def raising(error: Exception) -> CurrentModel:
        class Broken(Disliking):
            def score(self, *args: object, **options: object):  # type: ignore[no-untyped-def]
                raise error

        reader = CurrentModel()
        reader.use(Broken({}))
        return reader

    change = (Span(0, 1), "b")
    assert raising(PromptTooLong("long")).run(lambda likelihood: likelihood.margins("a", [change])) == ()
    with pytest.raises(EngineUnavailable, match="gone"):
        raising(ModelMissing("gone")).run(lambda likelihood: likelihood.margins("a", [change]))
    with pytest.raises(EngineUnavailable):
        CurrentModel().run(lambda likelihood: likelihood.margins("a", [change]))

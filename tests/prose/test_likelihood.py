"""What a model is asked of a text, and how its answer is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.errors import EngineUnavailable, ModelMissing, PromptTooLong
from breadknife.plugins.prose.model.likelihood import CurrentModel, TextLikelihood, readable
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
def test_each_character_stays_at_its_place(text: str) -> None:
    assert len(readable(text)) == len(text)


def test_changes_of_a_sentence_are_asked_about_at_once() -> None:
    text, spans = marked_spans("The server ⟦don't⟧ know what ⟦are⟧ here.")
    model = Disliking({"don't": -9.0, "doesn't": -2.0, "are": -8.0, "is": -2.0})
    changes = [(spans[0], "doesn't"), (spans[1], "is")]
    assert TextLikelihood(model, CancelToken()).margins(text, changes, 12) == (7.0, 6.0)
    assert len(model.asked) == 1


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

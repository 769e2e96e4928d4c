"""The real model's output follows a grammar."""

from __future__ import annotations

import json

import numpy as np
import pytest

from breadknife.engine.api import Sampling
from breadknife.engine.grammars.constraint import GrammarConstraint, PrefixConstraint
from breadknife.engine.llama.model import LlamaModel
from breadknife.errors import EngineError
from engine.llama.writing import TEXT, tokens_of, write

pytestmark = pytest.mark.model


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 10}, "good": {"type": "boolean"}},
    "required": ["name", "good"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_output_is_a_sentence_of_the_grammar(model: LlamaModel, temperature: float) -> None:
    sampling = Sampling(temperature, seed=5)
    assert write(model, "Is bread good? Answer: ", sampling, 'root ::= "ja" | "nein" | "na ja"') in (
        "ja",
        "nein",
        "na ja",
    )
    assert write(model, "Zwölf: ", sampling, 'root ::= "zwölf🍞" [a-c]{3}')[:6] == "zwölf🍞"
    value = json.loads(write(model, "A loaf as JSON: ", sampling, json.dumps(SCHEMA)))
    assert (type(value["name"]), type(value["good"])) == (str, bool)


@pytest.mark.parametrize("text", ["    ret", "zwölf🍞", '"', "\n\n\tx", "<|im_end|>"])
def test_a_beginning_is_held_as_any_grammar_is(model: LlamaModel, text: str) -> None:
    beginning = PrefixConstraint(model, text)
    grammar = GrammarConstraint(model._vocabulary, f"root ::= ({json.dumps(text, ensure_ascii=False)}) [^\\x00]*")
    written = tokens_of(model, text)
    for token in (*written, *tokens_of(model, " and more")):
        assert permitted(beginning, model) == permitted(grammar, model)
        beginning.accept(token)
        grammar.accept(token)
    assert permitted(beginning, model) == permitted(grammar, model)


def permitted(constraint: PrefixConstraint | GrammarConstraint, model: LlamaModel) -> list[int]:
    """The tokens of whole characters that are permitted, each asked about alone; those of a row are among them.

    Where only one text may follow, llguidance gives the tokens that the model's own tokenizer makes of it.
    """
    row = constraint.permitted(np.zeros(model._vocab_size, np.float32), best_only=False)
    found = [token for token in range(model._vocab_size) if constraint.permits(token)]
    assert 0 < np.isfinite(row).sum() == np.isfinite(row[found]).sum()
    assert isinstance(constraint, GrammarConstraint) or np.isfinite(row[found]).all()
    return [token for token in found if "\ufffd" not in model.piece(token).decode("utf-8", "replace")]


def test_control_tokens_are_no_text_of_a_grammar(model: LlamaModel) -> None:
    said = write(model, "<|im_start|>", grammar='root ::= "<|im_start|>" "<|im_end|>"')
    assert said == "<|im_start|><|im_end|>"


@pytest.mark.parametrize(
    "grammar",
    [
        "root ::= (",
        "root ::= " + 20_000 * "(" + '"a"' + 20_000 * ")",
        "{",
        '{"type": "nonsense"}',
        '{"$ref": "#/no/where"}',
        '{"type": "string", "minLength": 100000000}',
    ],
    ids=lambda grammar: grammar[:20],
)
def test_what_is_no_grammar_is_an_error(model: LlamaModel, grammar: str) -> None:
    with pytest.raises(EngineError, match="grammar can't be used"):
        model.sampler(Sampling(), grammar)


@pytest.mark.parametrize("grammar", ['root ::= [^\\x00-\\U0010FFFF] "x"', 'root ::= root "a"'])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_an_impossible_grammar_is_an_error(model: LlamaModel, grammar: str, temperature: float) -> None:
    with pytest.raises(EngineError, match="widen the grammar"):
        write(model, TEXT, Sampling(temperature), grammar=grammar)


def test_a_grammar_that_becomes_too_complex_is_an_error(model: LlamaModel) -> None:
    ambiguous = (
        'root ::= "=" (x y){1,3}\nx ::= ((("x" | "b")? | ((y){2,40} | x [a-z]))){5,}\ny ::= "y" | "=" .{2,40} x?'
    )
    with pytest.raises(EngineError, match="too complex to go on with"):
        write(model, TEXT, grammar=ambiguous)


def test_a_long_enumeration_is_chosen_from(model: LlamaModel) -> None:
    """With llama.cpp's own grammars one token of it took minutes."""
    values = [f"value number {number}" for number in range(2_000)]
    assert json.loads(write(model, "One of the values: ", grammar=json.dumps({"enum": values}))) in values

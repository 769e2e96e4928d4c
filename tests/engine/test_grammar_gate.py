"""Grammars are compiled in a process that can be killed before the engine does: what it refuses, and what ends it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from breadknife.engine.grammars import gate as grammar_gate
from breadknife.engine.grammars.gate import GrammarGate, is_plain, try_grammar
from breadknife.errors import EngineError

NESTED = "root ::= " + 90 * "(" + '"a"' + 90 * ")"


@pytest.mark.parametrize(
    ("grammar", "plain"),
    [
        (r'root ::= "    return self" [^\x00]*', True),
        ('root ::= [A-Za-z]+ (" " [A-Za-z]+){1,11} "\\n"', True),
        (NESTED, True),
        ("root ::= (", True),  # nothing will be compiled
        ('root ::= "a" root | ""', False),
        ("root ::= [a]{1001}", False),
        ("root ::= " + 1000 * "a ", False),
        ('{"type": "string"}', False),
    ],
)
def test_a_small_automaton_needs_no_trial(grammar: str, plain: bool) -> None:
    assert is_plain(grammar) is plain


@pytest.mark.parametrize(
    "grammar",
    [
        '{"type": "object"}',
        json.dumps({"enum": [f"value {n}" for n in range(2000)]}),
        json.dumps({"type": "string", "maxLength": 4096}),
        'root ::= "(" root* ")"',
    ],
    ids=lambda grammar: grammar[:30],
)
def test_what_can_be_compiled(grammar: str) -> None:
    assert try_grammar(grammar) == ""


@pytest.mark.parametrize(
    ("grammar", "problem"),
    [
        ('{"type": "string", "minLength": 100000000}', "minLength is 100,000,000, and 65,536 is the most"),
        ('{"type": "array", "items": {}, "maxItems": 1000000}', "maxItems is 1,000,000, and 65,536 is the most"),
        (json.dumps({"anyOf": [{"const": str(n)} for n in range(20_000)]}), "characters, and 100,000 are the most"),
        (json.dumps({"anyOf": [{}] * 20_000}), "more than 10,000 schemas"),
        ("root ::= ([a]{1,1000}){1,1000}", "written out it has 1,000,000 symbols, and 50,000 are the most"),
        ('{"type": "string", "pattern": "^(a{1,1000}){1,1000}$"}', "the pattern at / has more than 50,000 characters"),
        ('{"type": "nonsense"}', "Invalid type: nonsense"),
        ('{"not": {}}', 'Unimplemented keys: ["not"]'),
        ('{"$ref": "https://example.org/x"}', "does not fetch resources"),
        ("{" * 50_000, "it is no JSON"),
        ('root ::= "\\ud800"' + 1000 * " ", "invalid regex"),
    ],
    ids=lambda value: value[:40],
)
def test_what_can_not_is_refused_with_a_reason(grammar: str, problem: str) -> None:
    found = try_grammar(grammar)
    assert found.startswith("the request's grammar can't be used: ")
    assert problem in found


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("while True: pass", "to compile it takes more than 0.5 s; make it smaller"),
        ("held = []\nwhile True: held.append(bytes(100_000))", "to compile it takes more than 256 MB; make it smaller"),
        ("import time; time.sleep(60)", "to compile it takes more than 1 s; make it smaller"),
        ("import os; os.abort()", "the compiler fails over it; make it simpler"),
        ("raise SystemExit(1)", "the compiler fails over it; make it simpler"),
    ],
)
def test_a_trial_that_goes_wrong_is_killed_and_says_why(
    code: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar_gate, "MOST_SECONDS", 1.0 if "sleep" in code else 60.0)
    started = "print(flush=True)\n" if "Exit" not in code else ""
    assert (
        try_grammar("{}", [sys.executable, "-c", started + code]) == f"the request's grammar can't be used: {problem}"
    )


def test_a_machine_without_room_for_a_process_is_told(tmp_path: Path) -> None:
    assert "can't be tried out" in try_grammar("{}", [str(tmp_path / "missing")])


@pytest.mark.parametrize(
    ("grammar", "problem"),
    [
        ('{"type": "string", "minLength": 100000000}', "minLength is 100,000,000"),
        ('{"maxItems": 1000000}', "maxItems is 1,000,000"),
        (json.dumps({"anyOf": [{"const": f"value {n}"} for n in range(20_000)]}), "100,000 are the most"),
        ("root ::= ([a]{1,1000}){1,1000}", "written out it has 1,000,000 symbols"),
        ('{"pattern": "^(a{1,1000}){1,1000}$"}', "the pattern at / has more than 50,000 characters"),
        ("root ::= (", "`)` is expected"),
        ("{", "it is no JSON"),
    ],
    ids=lambda value: value[:40],
)
def test_what_is_plainly_wrong_needs_no_process(grammar: str, problem: str) -> None:
    with pytest.raises(EngineError, match=re.escape(problem)):
        GrammarGate(["missing"]).knows(grammar)


async def test_each_grammar_is_tried_once(tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    code = f"import sys; print(flush=True); text = sys.stdin.read(); open({str(tried)!r}, 'a').write(text)"
    gate = GrammarGate([sys.executable, "-c", code + "; print('bad' * ('9' in text), end='')"])
    assert not gate.knows('{"maxItems": 1}')
    for _ in range(3):
        await gate.try_out('{"maxItems": 1}')
        with pytest.raises(EngineError, match="bad"):
            await gate.try_out('{"maxItems": 9}')
    assert gate.knows('{"maxItems": 1}')
    with pytest.raises(EngineError, match="bad"):
        gate.knows('{"maxItems": 9}')
    assert tried.read_text() == '{"maxItems": 1}{"maxItems": 9}'


async def test_old_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammar_gate, "KEPT_RESULTS", 2)
    gate = GrammarGate([sys.executable, "-c", "print(flush=True); import sys; sys.stdin.read()"])
    for number in (1, 2, 1, 3):
        await gate.try_out(f'{{"maxItems": {number}}}')
    assert [gate.knows(f'{{"maxItems": {number}}}') for number in (1, 2, 3)] == [True, False, True]

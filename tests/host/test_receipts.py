"""What each answer and each silence has to say for itself."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import breadknife
from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Part, ScoreRequest, Scores
from breadknife.engine.remote.runtime import Runtime
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.receipts import Ledger, Outcome, Receipt
from breadknife.host.settings import Settings
from breadknife.task.plugin import Context, Model
from breadknife.task.reasons import REASONS, silence
from breadknife.task.values import (
    CheckRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
)
from breadknife.text.document import Span, TextEdit
from host.fakes import Fake, completion, host
from support import document

DOC = document("x = 1\n")


SAYS = ScriptedEngine([Line("say", "one two")])


def generating(context: Context) -> None:
    chunks = context.model("completion").generate((Part("say it"),), max_tokens=9)
    assert "".join(chunk.text for chunk in chunks) == "one two"


def test_a_generation_counts_whether_or_not_its_text_is_used() -> None:
    [receipt] = host(Fake("one", generating), engine=SAYS).ask(CheckRequest(DOC)).receipts
    assert (receipt.outcome, receipt.reason) == (Outcome.NOTHING, "no-opinion")
    assert (receipt.model, receipt.quantisation, receipt.sha256) == ("qwen2.5-coder-0.5b", "Q4_K_M", "1d9614638d18")
    assert (receipt.prompt_tokens, receipt.output_tokens, receipt.bytes_sent) == (2, 2, 0)


def test_what_is_told_twice_counts_once() -> None:
    def reply(context: Context) -> Completions:
        model = context.model("completion")
        [*_, last] = model.generate((Part("say it"),), max_tokens=9)
        return Completions((CompletionItem(Span(5, 5), " + 1", model.origin(last)),))

    [receipt] = host(Fake("one", reply), engine=SAYS).ask(CompletionRequest(DOC, 5)).receipts
    assert (receipt.outcome, receipt.output_tokens, receipt.verdict) == (Outcome.ANSWERED, 2, "accepted")


def test_a_finding_tells_the_model_that_had_a_say_even_if_it_was_asked_before() -> None:
    def reply(context: Context) -> Findings:
        fix = Fix("Replace", (TextEdit(Span(0, 1), "y"),), origin=Origin("AnA", "smollm2-135m"))
        return Findings((Finding(Span(0, 1), "harper", "AnA", "so", fixes=(fix,)),))

    [receipt] = host(Fake("one", reply)).ask(CheckRequest(DOC)).receipts
    assert (receipt.model, receipt.rules, receipt.verdict) == ("smollm2-135m", ("AnA",), "accepted")


class Slow(ScriptedEngine):
    def generate(self, request, cancel):
        yield Chunk("x", finish="stop", prompt_tokens=5, trimmed_tokens=3, queued=0.25, computed=0.5)

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        return Scores((-1.0,), (1,), prompt_tokens=7, cached_tokens=4)


def test_milliseconds_and_left_out_tokens() -> None:
    def reply(context: Context) -> Done:
        model = context.model("completion")
        list(model.generate((Part("p"),), max_tokens=1))
        assert model.score((Part("p"),), ("a",)).logprobs == (-1.0,)
        return Done()

    [receipt] = host(Fake("one", reply), engine=Slow([])).ask(CheckRequest(DOC)).receipts
    assert (receipt.queued_ms, receipt.computed_ms, receipt.trimmed_tokens) == (250, 500, 3)
    assert (receipt.prompt_tokens, receipt.cached_tokens) == (12, 4)


@pytest.mark.parametrize(("url", "bytes_sent"), [("http://127.0.0.1:1", 0), ("https://models.example", 6)])
def test_bytes_that_leave_the_machine_are_counted(url: str, bytes_sent: int) -> None:
    settings = Settings(models={"completion": "far:m"}, engines={"far": Runtime(url)})
    one = host(Fake("one", generating), settings=settings, engine=SAYS)
    [receipt] = one.ask(CheckRequest(DOC)).receipts
    assert (receipt.model, receipt.bytes_sent) == ("far:m", bytes_sent)


def test_what_is_sent_after_the_answer_is_told_by_the_next_receipt() -> None:
    """As prose does, which is read in the background."""
    models: list[Model] = []

    def reply(context: Context) -> Done:
        models.append(context.model("completion"))
        return Done()

    settings = Settings(models={"completion": "far:m"}, engines={"far": Runtime("https://models.example")})
    one = host(Fake("one", reply), settings=settings, engine=Slow([]))
    told: list[int] = []
    for _ in range(3):
        told += [receipt.bytes_sent for receipt in one.ask(CheckRequest(DOC)).receipts]
        if len(models) == 1:
            models[0].score((Part("six by"),), ("tes", "te"))
            assert one.bytes_sent == len("six bytes" + "six byte")
    assert told == [0, 17, 0]
    assert one.bytes_sent == 17


def test_the_verifiers_refusal_is_told() -> None:
    [receipt] = host(Fake("one", completion(" + ("))).ask(CompletionRequest(DOC, 5)).receipts
    assert (receipt.reason, receipt.verdict) == ("would-not-parse", "would-not-parse")
    assert receipt.remedy


@pytest.mark.parametrize(
    ("language", "disabled", "reason"),
    [("cobol", frozenset[str](), "no-plugin"), ("python", frozenset({"one"}), "disabled")],
)
def test_a_request_that_nobody_is_asked_has_a_receipt(language: str, disabled: frozenset[str], reason: str) -> None:
    one = host(Fake("one", lambda c: None), settings=Settings(disabled=disabled))
    assert one.ask(CheckRequest(document("x", language))).receipts == ()
    [receipt] = one.ledger.newest()
    assert (receipt.outcome, receipt.reason, receipt.plugin) == (Outcome.NOTHING, reason, "")


def test_receipts_have_names_of_their_own_and_a_time() -> None:
    one = host(Fake("one", lambda c: None))
    receipts = [one.ask(CheckRequest(DOC)).receipts[0] for _ in range(3)]
    assert len({receipt.id for receipt in receipts}) == 3
    assert all(receipt.at > 1e9 for receipt in receipts)


def test_the_ledger_is_bounded_and_knows_a_file_by_any_spelling_of_its_uri() -> None:
    ledger = Ledger(capacity=3)
    for number, uri in enumerate(("file:///a%20b", "file:///c", "file:///a b", "file:///c", "untitled:1")):
        ledger.add(Receipt("check", str(number), Outcome.ANSWERED, uri))
    assert [receipt.plugin for receipt in ledger.newest()] == ["4", "3", "2"]
    assert [receipt.plugin for receipt in ledger.newest("file:///a%20b")] == ["2"]
    assert [receipt.plugin for receipt in ledger.newest("untitled:1")] == ["4"]
    assert len(ledger.newest(limit=1)) == 1


# --- the reasons ---


def used() -> set[str]:
    """The reason codes that the code spells: in calls of `silence`, and in the table of errors."""
    codes: set[str] = set()
    for path in Path(breadknife.__file__).parent.rglob("*.py"):
        if path.name != "reasons.py":
            found = ast.walk(ast.parse(path.read_text("utf-8")))
            codes |= {node.value for node in found if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return codes


def test_every_reason_is_used() -> None:
    assert set(REASONS) - used() == set()


def test_a_reason_fills_in_its_details() -> None:
    assert silence("plugin-hung", plugin="todo", seconds=30).sentence == "todo has not answered within 30 s"


PAGE = Path(__file__).parents[2] / "docs" / "why.md"
HEADING = "| code | sentence | what to do |\n|---|---|---|\n"


def test_the_page_of_reasons_is_the_table() -> None:
    import os

    rows = [f"| `{code}` | {reason.sentence} | {reason.remedy} |" for code, reason in REASONS.items()]
    wanted = PAGE.read_text("utf-8").partition(HEADING)[0] + HEADING + "\n".join(rows) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def test_on_disk_only_if_asked_and_without_text(home: Path) -> None:
    def broken(context: Context) -> None:
        raise ValueError("a word of the document")

    kept = home / "state" / "receipts.jsonl"
    asked = host(Fake("one", broken))
    asked.ask(CheckRequest(DOC))
    assert not kept.exists()
    asked.settings = Settings(keep_receipts=True)
    asked.ask(CheckRequest(DOC))
    [line] = kept.read_text("utf-8").splitlines()
    assert json.loads(line)["reason"] == "plugin-broke"
    assert "document" not in line


def test_a_folder_that_cannot_be_written_costs_lines_only(home: Path) -> None:
    home.write_text("a file where the folder should be", "utf-8")
    asked = host(Fake("one", None), settings=Settings(keep_receipts=True))
    assert len(asked.ask(CheckRequest(DOC)).receipts) == 1

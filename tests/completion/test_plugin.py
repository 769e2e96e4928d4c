"""The plugin as a whole, from a request to what is shown: `⟦|⟧` is the cursor."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, GenerateRequest
from breadknife.engine.fim import QWEN
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import EngineDied
from breadknife.plugins.completion.prompt import FIRST, WHOLE
from breadknife.task.values import (
    CompletionRequest,
    Completions,
    Origin,
    Silence,
    Trigger,
)
from breadknife.text.document import Document, Span
from completion.typist import Doubtful, Knowing, typist
from engine.daemons import until
from support import PluginContext


@dataclass
class Branching:
    """Goes on with what is after the prompt in the first text that fits, and tells what it might have said instead."""

    texts: Sequence[str]
    instead: dict[str, tuple[str, float]]
    requests: list[GenerateRequest] = field(default_factory=list[GenerateRequest])

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        self.requests.append(request)
        prompt = request.prompt[-1].text
        begins = request.grammar.partition('"')[2].rpartition('"')[0]
        rest = next((text[len(prompt) :] for text in self.texts if text.startswith(prompt + begins)), "")
        for char in rest.partition("\n")[0]:
            other = (self.instead[char],) if char in self.instead else ()
            yield Chunk(char, -0.1, top_logprobs=((char, -0.1), *other) if request.top_logprobs else ())
        yield Chunk("", finish="stop")

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError(name)


@pytest.mark.parametrize(
    ("marked", "say", "expected"),
    [
        ("x =⟦|⟧\n", " 1 + 2\nmore", [" 1 + 2"]),
        ("x = ⟦|⟧\n", " 1 + 2\nmore", ["1 + 2"]),  # the blank that is there already
        ("x = ⟦|⟧\n", "1 + 2\nmore", ["1 + 2"]),  # the model doesn't write it: asked again after it
        ("x = ⟦|⟧\n", "", "empty"),
        ("na⟦|⟧me = 1\n", "anything", "inside-word"),
        ("print(⟦|⟧)\n", "x, y)\nmore", ["x, y"]),
    ],
)
def test_answer(marked: str, say: str, expected: object) -> None:
    with typist(Line("", say)) as user:
        assert user.sees(marked) == expected


def test_the_selected_entry_is_continued() -> None:
    with typist(Line("", "(1)")) as user:
        answer = user.answer("xs.ap⟦|⟧\n", selected=(Span(3, 5), "append"))
    assert isinstance(answer, Completions)
    assert [(item.span, item.text) for item in answer.items] == [(Span(3, 5), "append(1)")]


@pytest.mark.parametrize("uri", ["file:///project/.env", "untitled:/project/.env", "untitled:.env"])
def test_a_file_that_looks_secret_is_put_before_no_model(uri: str) -> None:
    with typist(Line("", "1")) as user:
        document = Document(uri, "plaintext", "KEY=")
        answer = user.plugin.answer(CompletionRequest(document, 4), user.context)
        assert isinstance(answer, Silence)
        assert answer.reason == "ignored-file"
        assert isinstance(user.engine, ScriptedEngine)
        assert not user.engine.requests


@pytest.mark.parametrize("marked", ['password = "hun⟦|⟧"\n', "url = 'postgres://me:hunter2⟦|⟧@db'\n"])
def test_who_writes_a_secret_gets_no_suggestion(marked: str) -> None:
    with typist(Line("", "ter2")) as user:
        assert user.sees(marked) == "in-secret"
        assert isinstance(user.engine, ScriptedEngine)
        assert not user.engine.requests


def test_an_engine_that_dies_is_an_error_of_this_request_alone() -> None:
    with typist() as user:
        user.context.engine = ScriptedEngine([Line("", error=EngineDied("gone"))])
        with pytest.raises(EngineDied):
            user.sees("x = ⟦|⟧\n")
        user.context.engine = ScriptedEngine([Line("", " 1")])
        assert user.sees("x = ⟦|⟧\n") == ["1"]


@pytest.mark.parametrize(
    ("keys", "shown", "requests"),
    [
        (["", " ", " a", " alp"], [" alpha + beta", "alpha + beta", "lpha + beta", "ha + beta"], 1),
        ([" alp", " al", "", " a"], ["ha + beta", "pha + beta", " alpha + beta", "lpha + beta"], 3),
        (["", " b", ""], [" alpha + beta", "eta", " alpha + beta"], 2),  # a deletion brings the first text back
        (["", " b", "", " be"], [" alpha + beta", "eta", " alpha + beta", "ta"], 2),
        ([" alpha + beta", " alpha + "], ["empty", "beta"], 2),
    ],
)
def test_what_was_written_before_asks_no_model(keys: list[str], shown: list[str], requests: int) -> None:
    engine = Branching(["x = alpha + beta", "x = beta"], {})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        seen = [user.sees(f"x ={typed}⟦|⟧\n") for typed in keys]
        assert [each[0] if isinstance(each, list) else each for each in seen] == shown
        assert len(engine.requests) == requests


def test_steps() -> None:
    with typist(Line("", " 1\n")) as user:
        user.sees("x =⟦|⟧\n")
        user.sees("x = ⟦|⟧\n")
        assert [f"{s.name}: {s.verdict}" for s in user.context.steps] == [
            *("place: passed on", "known: passed on", "model: passed on", "fit: settled"),
            *("place: passed on", "known: settled"),
        ]


@dataclass
class Slow:
    """Says a word, and the rest when it may."""

    first: str
    rest: str
    may: threading.Event = field(default_factory=threading.Event)
    logprob: float = 0.0

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        yield Chunk(self.first, self.logprob)
        assert self.may.wait(5)
        yield Chunk(self.rest)
        yield Chunk("", finish="stop")

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError(name)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([(" alpha", -0.1), (" +", -0.1), (" beta", -0.1)], [" alpha + beta"]),
        ([(" alpha", -0.1), (" +", -0.1), (" beta", -5.0)], [" alpha"]),
        ([(" alpha", -0.1), ("(", -0.1), ("beta", -5.0), (")", -0.1)], [" alpha"]),
        ([(" a", -0.1), (" +", -0.1), (" beta", -5.0)], "low-confidence"),  # too little to be of use
        ([(" alpha", -5.0), (" +", -0.1)], "low-confidence"),
        ([(" alpha", -0.1), ("bet", -0.1), ("ical", -5.0)], "low-confidence"),  # half a word
        ([(" alpha", -0.1), (".beta", -0.1), ("(", -5.0), (")", -0.1)], [" alpha.beta"]),  # what follows ends the word
    ],
)
def test_the_beginning_that_the_model_is_sure_of(words: list[tuple[str, float]], shown: list[str] | str) -> None:
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("x =⟦|⟧\n") == shown


def test_a_beginning_stays_to_its_end_while_it_is_typed_along() -> None:
    words = [(" alpha", -0.1), (" +", -0.1), (" beta", -5.0)]
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        seen = [user.sees(f"x ={typed}⟦|⟧\n") for typed in ("", " a", " al", " alp", " alph", " alpha")]
    assert seen == [[" alpha"], ["lpha"], ["pha"], ["ha"], ["a"], "low-confidence"]


WORD = st.sampled_from((" + beta", "(gamma)", ".delta", "[0]", " if epsilon else zeta", ", eta", " == theta"))


@given(st.lists(st.tuples(WORD, st.sampled_from((-0.01, -0.1, -0.5, -1.0, -3.0, -6.0))), min_size=4, max_size=9))
@settings(max_examples=3, deadline=None)
def test_what_is_typed_along_never_shrinks(words: list[tuple[str, float]]) -> None:
    text = " alpha" + "".join(word for word, _ in words)[:24]
    with typist(engine=Knowing([("x =", 0.0), (" alpha", -0.1), *words])) as user:  # pyright: ignore[reportArgumentType]
        rest = ""
        for typed in range(len(text)):
            seen = user.sees(f"x ={text[:typed]}⟦|⟧\n")
            shown = seen[0] if isinstance(seen, list) else ""
            if rest:
                assert shown.startswith(rest)
            rest = shown[1:] if shown[:1] == text[typed] else ""


def test_a_block_whose_first_line_is_typed_along_stays() -> None:
    words = [(" f():", -0.1), ("\n    return alpha", -5.0), ("\n\nmore", -0.1)]
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        seen = [user.sees(f"def{typed}⟦|⟧\n") for typed in ("", " f()", " f():", " f():\n", " f():\n    ")]
    rest = "\n    return alpha"
    assert seen == [[" f():" + rest], [":" + rest], [rest], [rest[1:]], [rest[5:]]]


def test_what_is_too_unlikely_already_is_not_waited_for() -> None:
    engine = Slow(" alp", "ha\n", logprob=-5.0)
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("x =⟦|⟧\n") == "low-confidence"
        engine.may.set()


def test_a_suggestion_stays_where_the_editor_indents_otherwise() -> None:
    words = [(":", -0.1), ("\n    return alpha", -0.1), ("\n\nmore", -0.1)]
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("def f()⟦|⟧\n") == [":\n    return alpha"]
        seen = [user.sees(f"def f():\n{typed}⟦|⟧\n") for typed in ("\t", "\t ", "\t  r", "      re")]
    assert seen == [["return alpha"], ["return alpha"], ["eturn alpha"], ["turn alpha"]]


def test_what_is_there_when_the_answer_is_due_is_shown_and_grows() -> None:
    engine = Slow(" alpha +", " beta\n")
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        answer = user.answer("x =⟦|⟧\n")
        assert isinstance(answer, Completions)
        assert ([item.text for item in answer.items], answer.incomplete) == ([" alpha"], True)
        assert user.context.refreshed == 0
        grown = threading.Event()
        user.context.refresh = grown.set
        engine.may.set()
        assert grown.wait(5)
        answer = user.answer("x =⟦|⟧\n")
        assert isinstance(answer, Completions)
        assert ([item.text for item in answer.items], answer.incomplete) == ([" alpha + beta"], False)


def test_of_what_can_not_be_shown_yet_the_whole_lines_are_when_it_is_due() -> None:
    engine = Slow(" f():\n    # Says", " it.\n    return 1\n")
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        answer = user.answer("def⟦|⟧\n\n\nf()\n")
        assert isinstance(answer, Completions)
        assert ([item.text for item in answer.items], answer.incomplete) == ([" f():"], True)
        engine.may.set()


@pytest.mark.parametrize("first", ["", " d", " da"])
def test_a_known_word_is_shown_when_the_answer_is_due_and_the_model_has_none(first: str) -> None:
    engine = Slow(first, " database + 1"[len(first) :])
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        answer = user.answer("database = 1\nx = da⟦|⟧\n")
        assert isinstance(answer, Completions)
        assert [(item.text, item.origin) for item in answer.items] == [("tabase", Origin("known-word"))]
        assert answer.incomplete
        grown = threading.Event()
        user.context.refresh = grown.set
        engine.may.set()
        assert grown.wait(5)
        assert user.sees("database = 1\nx = da⟦|⟧\n") == ["tabase + 1"]


@pytest.mark.parametrize(
    ("marked", "words", "more", "expected"),
    [
        ("database = 1\nx = da⟦|⟧\n", [(" da", -0.1), ("te", -5.0)], {}, ["tabase"]),
        ("database = 1\nx = da⟦|⟧\n", [(" da", -0.1), ("te", -0.1)], {}, ["te"]),
        ("database = 1\nx = da⟦|⟧\n", [(" da", -0.1)], {}, "empty"),  # it says that nothing is missing
        ("database = 1\nx = da⟦|⟧\n", [(" da", -0.1), ("te", -5.0)], {"listed": True}, "low-confidence"),
        ("database = 1\n# da⟦|⟧\n", [(" da", -0.1), ("te", -5.0)], {}, "low-confidence"),
    ],
)
def test_a_known_word_is_shown_where_the_model_is_unsure(
    marked: str, words: list[tuple[str, float]], more: dict[str, object], expected: object
) -> None:
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees(marked, **more) == expected


_LINE = 'raise RuntimeError("Backend not yet initialized. Did you forget to call on_startup?")'


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([(" RuntimeError", -0.1), ("(", -5.0), ('"Backend', -5.0)], _LINE.removeprefix("raise")),  # it begins the same
        ([(" RuntimeError", -0.1), ("(", -5.0), ('"Frontend', -5.0)], " RuntimeError"),  # it goes on differently
    ],
)
def test_a_line_that_stands_elsewhere_is_shown_whole_where_the_model_begins_to_write_it(
    words: list[tuple[str, float]], expected: str
) -> None:
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees(f"def f():\n    {_LINE}\n\ndef g():\n    raise⟦|⟧\n") == [expected]


def test_a_suggestion_that_was_cut_grows_while_it_is_typed_along() -> None:
    words = [*((f" {letter * 5} +", -0.3) for letter in "abcdefghijklmnopqrstuvw"), (" end", -0.3)]
    whole = "".join(text for text, _ in words)
    with typist(engine=Doubtful(words)) as user:  # pyright: ignore[reportArgumentType]
        for typed in range(len(whole) // 2):
            shown = user.sees(f"x ={whole[:typed]}⟦|⟧\n")
            assert isinstance(shown, list)
            assert len(shown[0]) > len("aaa + bbbbb")  # pyright: ignore[reportUnknownArgumentType]


def test_a_first_prompt_is_a_part_of_the_whole_one_which_is_evaluated_beside() -> None:
    engine = Branching(["x = 1"], {})
    far = "".join(f"def f{number}(): ...\n\n\n" for number in range(200))

    def longest() -> int:
        prefixes = [len(request.prompt[-1].text) for request in engine.requests]
        engine.requests.clear()
        return max(prefixes, default=0)

    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        user.sees(f"{far}x ⟦|⟧\n")
        assert 0 < longest() <= FIRST.prefix
        until(lambda: FIRST.prefix < longest() <= WHOLE.prefix)
        user.sees(f"{far}xy ⟦|⟧\n")
        assert longest() > FIRST.prefix
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        user.sees(f"{far}x ⟦|⟧\n", Trigger.INVOKED, grows=False)
        assert longest() > FIRST.prefix


def test_a_bracket_that_an_editor_closes_only_adds_to_the_prompt() -> None:
    engine = Branching([], {})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        for typed in ("f⟦|⟧", "f(⟦|⟧)", "f([⟦|⟧])", "f([1⟦|⟧])", "f([1])⟦|⟧", 'f([1])["⟦|⟧"]'):
            user.sees(f"x = {typed}\ny = 1\n")
    prompts = ["".join(part.text for part in request.prompt) for request in engine.requests]
    assert len({prompt.partition("<|fim_middle|>")[0] for prompt in prompts}) == 1
    assert len(prompts) >= 6


class Patient(Branching):
    """Doesn't come to an end of what isn't urgent."""

    def __init__(self) -> None:
        super().__init__(["x = 1"], {})
        self.begun = list[CancelToken]()

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        if request.urgent:
            yield from super().generate(request, cancel)
            return
        self.begun.append(cancel)
        until(lambda: cancel.cancelled)
        cancel.raise_if_cancelled()


def test_the_whole_prompt_goes_on_being_evaluated_beside_keys_and_ends_with_a_jump() -> None:
    engine = Patient()
    above, below = ("".join(f"def {name}{n}(): ...\n\n\n" for n in range(300)) for name in "fg")
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        user.sees(f"{above}x ⟦|⟧\n\n{below}")
        until(lambda: len(engine.begun) == 1)
        for typed in ("=", "= ", "= 1"):
            user.sees(f"{above}x {typed}⟦|⟧\n\n{below}")
        assert [cancel.cancelled for cancel in engine.begun] == [False]
        user.sees(f"{above}x = 1\n\n{below}x ⟦|⟧\n")
        assert engine.begun[0].cancelled
        until(lambda: len(engine.begun) == 2)
    assert engine.begun[1].cancelled


def test_who_has_asked_for_something_else_is_told_of_no_growth() -> None:
    engine = Slow(" alpha +", " beta\n")
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        user.sees("x =⟦|⟧\n")
        assert user.sees("na⟦|⟧me") == "inside-word"
        engine.may.set()
        assert user.sees("y =⟦|⟧\n") == [" alpha + beta"]
        assert user.context.refreshed == 0


@pytest.mark.parametrize("invoked", [False, True])
def test_who_invokes_it_gets_alternatives(invoked: bool) -> None:
    texts = ["x = alpha + beta", "x = alpha - b", "x = agamma", "x = alphas"]
    engine = Branching(texts, {"+": ("-", -0.5), "l": ("g", -2.0), "h": ("h", -0.1), "e": (" ", -0.2)})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        seen = user.sees("x =⟦|⟧\n", Trigger.INVOKED if invoked else Trigger.TYPING)
    assert seen == ([" alpha + beta", " alpha - b", " agamma"] if invoked else [" alpha + beta"])
    assert all(request.stop == QWEN.stops for request in engine.requests)


def test_the_likelier_alternative_comes_first() -> None:
    texts = ["x = alpha + beta", "x = alpha - a_long_name_of_which_each_letter_costs", "x = alq"]
    engine = Branching(texts, {"+": ("-", -0.2), "p": ("q", -0.6)})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        first, *others = user.sees("x =⟦|⟧\n", Trigger.INVOKED)
    assert first == " alpha + beta"
    assert others == [" alq", " alpha - a_long_name_of_which_each_letter_costs"]


def test_alternatives_are_shown_as_far_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.plugins.completion.plugin.ALTERNATIVES_SECONDS", 0.05)
    may = threading.Event()

    class Halting(Branching):
        def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
            if request.prompt[-1].text.endswith("-"):
                assert may.wait(5)
            yield from super().generate(request, cancel)

    engine = Halting(["x = alpha + beta", "x = alpha - b", "x = agamma"], {"+": ("-", -0.5), "l": ("g", -2.0)})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("x =⟦|⟧\n") == [" alpha + beta"]
        answer = user.answer("x =⟦|⟧\n", Trigger.INVOKED)
        assert isinstance(answer, Completions)
        assert answer.incomplete
        may.set()
        until(lambda: user.context.refreshed == 1)
        assert user.sees("x =⟦|⟧\n") == [" alpha + beta", " alpha - b", " agamma"]  # asked again as if typed
        assert user.sees("x = a⟦|⟧\n") == ["lpha + beta"]  # the user has moved on
    assert sum(request.prompt[-1].text.endswith("alpha -") for request in engine.requests) == 1


def test_alternatives_that_say_the_same_are_one() -> None:
    engine = Branching(["x = alpha", "x =  alpha"], {"a": ("  alpha", -0.2)})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("x =⟦|⟧\n", Trigger.INVOKED) == [" alpha"]


def test_what_follows_a_suggestion_is_written_while_the_user_rests() -> None:
    script = [Line("x = 1", "y = 2\nz = 3"), Line("", " 1\n")]
    with typist(*script) as user:
        assert isinstance(user.engine, ScriptedEngine)
        assert user.sees("x =⟦|⟧\n") == [" 1"]
        end = threading.Event()
        while len(user.engine.requests) < 2:
            assert not end.wait(0.01)
        assert user.sees("x = 1⟦|⟧\n") == ["\ny = 2"]
        assert len(user.engine.requests) == 2


def test_a_document_that_takes_too_long_to_parse_is_put_before_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with typist(Line("", " 1")) as user:
        monkeypatch.setattr(PluginContext, "tree", lambda context, document: None)
        assert user.sees("x =⟦|⟧\n") == "no-tree"
        assert isinstance(user.engine, ScriptedEngine)
        assert not user.engine.requests


def test_a_menu_asked_for_by_hand_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.plugins.completion.plugin.ASKED_SECONDS", 0.05)
    engine = Slow(" alpha +", " beta\n")
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        assert user.sees("x =⟦|⟧\n", Trigger.INVOKED, grows=False, listed=True) == [" alpha"]
        engine.may.set()


@pytest.mark.parametrize(("logprob", "shown"), [(-1.2, True), (-9.0, False)])
def test_what_may_stand_before_the_next_line_is_shown_where_the_model_repeats_that(
    logprob: float, *, shown: bool
) -> None:
    engine = Branching(["x = 1\nyoung = 2\nz = 3\n", "x = 1\nwords = 2\n"], {"y": ("w", logprob)})
    with typist(engine=engine) as user:  # pyright: ignore[reportArgumentType]
        seen = user.sees("x = 1\n⟦|⟧\nyoung = 2\n")
        assert seen == ["words = 2"] if shown else isinstance(seen, str)
        assert user.sees("x = 1\nw⟦|⟧\nyoung = 2\n") == ["ords = 2"]
        assert user.sees("x = 1\n⟦|⟧\nyoung = 2\n") == seen

"""Other runtimes as engines, against the real ones: the same specification for each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, GenerateRequest, Part, ScoreRequest
from breadknife.engine.remote.engine import RemoteEngine
from breadknife.engine.remote.runtime import Runtime
from breadknife.errors import Cancelled, EngineDied, EngineError, EngineUnavailable, PromptTooLong, UnknownModel
from engine.peers import CONTEXT, Peer, started

pytestmark = [pytest.mark.peers, pytest.mark.model, pytest.mark.timeout(600)]

PEERS = ("llama-server", "ollama", "llama-cpp-python")
FIM = (
    Part("<|fim_prefix|><|fim_suffix|>", control=True),
    Part("\n\nprint(add(1, 2))\n"),
    Part("<|fim_middle|>", control=True),
    Part("def add(a, b):\n    return"),
)
COUNT = (Part("1, 2, 3, 4,"),)
LONG = (Part("Some words of prose. " * 160),)


@pytest.fixture(scope="module", params=PEERS)
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with started(request.param, tmp_path_factory.mktemp("peers") / request.param) as running:
        yield running


@pytest.fixture
def engine(peer: Peer) -> Iterator[RemoteEngine]:
    """It is told the URL alone, and has to find out what the server is."""
    remote = RemoteEngine("peer", Runtime(peer.url, timeout=300))
    yield remote
    remote.close()


def wait_until_idle(peer: Peer) -> None:
    """A batch of the prompt may come to its end first: 2,048 tokens for llama-server, all of them for the others."""
    end = time.monotonic() + 120
    while not peer.idle():
        assert time.monotonic() < end, f"{peer.name} goes on computing for nobody"


def test_fills_in_the_middle(peer: Peer, engine: RemoteEngine) -> None:
    chunks = list(engine.generate(GenerateRequest(peer.model, FIM, 16, stop=("\n\n",)), CancelToken()))
    assert "".join(chunk.text for chunk in chunks) == " a + b"
    assert chunks[-1].finish == "stop"


def test_streams(peer: Peer, engine: RemoteEngine) -> None:
    chunks = list(engine.generate(GenerateRequest(peer.model, COUNT, 8), CancelToken()))
    assert sum(bool(chunk.text) for chunk in chunks) > 3
    assert "".join(chunk.text for chunk in chunks).startswith(" 5, 6,")
    assert (chunks[-1].finish, chunks[-1].output_tokens) == ("length", 8)
    assert not any(chunk.finish for chunk in chunks[:-1])


def test_stops_before_a_stop_string(peer: Peer, engine: RemoteEngine) -> None:
    chunks = list(engine.generate(GenerateRequest(peer.model, COUNT, 32, stop=(" 7", "x")), CancelToken()))
    assert "".join(chunk.text for chunk in chunks) == " 5, 6,"
    assert chunks[-1].finish == "stop"


def test_warms_up(peer: Peer, engine: RemoteEngine) -> None:
    assert list(engine.generate(GenerateRequest(peer.model, (Part(" "),), 1), CancelToken()))


def test_cancelling_while_it_writes_ends_the_servers_work(peer: Peer, engine: RemoteEngine) -> None:
    cancel = CancelToken()
    chunks = engine.generate(GenerateRequest(peer.model, COUNT, CONTEXT), cancel)
    next(chunks)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(chunks)
    wait_until_idle(peer)


def test_cancelling_before_the_first_byte_ends_the_servers_work(peer: Peer, engine: RemoteEngine) -> None:
    with pytest.raises(Cancelled):
        list(engine.generate(GenerateRequest(peer.model, LONG, CONTEXT), CancelToken.after(1.0)))
    wait_until_idle(peer)
    assert list(engine.generate(GenerateRequest(peer.model, COUNT, 2), CancelToken()))


def test_a_wrong_model_is_told_with_the_right_one(peer: Peer, engine: RemoteEngine) -> None:
    with pytest.raises(UnknownModel, match=f"no model 'nope'; it has: {peer.model}"):
        list(engine.generate(GenerateRequest("nope", COUNT, 8), CancelToken()))


def test_control_text_in_a_document_stays_text(peer: Peer, engine: RemoteEngine) -> None:
    def tokens(control: bool) -> int:
        request = GenerateRequest(peer.model, (Part("x"), Part("<|fim_suffix|>", control=control)), 1)
        return list(engine.generate(request, CancelToken()))[-1].prompt_tokens

    if peer.name == "llama-server":
        assert (tokens(control=True), tokens(control=False)) == (2, 8)
    else:
        with pytest.raises(EngineError, match="would take for a command"):
            tokens(control=False)


def test_scores(peer: Peer, engine: RemoteEngine) -> None:
    request = ScoreRequest(peer.model, (Part("The capital of France is"),), (" Paris", " Berlin", " New York"))
    if peer.name == "llama-server":
        scores = engine.score(request, CancelToken())
        assert scores.tokens == (1, 1, 2)
        assert scores.logprobs[0] > -1 > max(scores.logprobs[1:])
    else:
        with pytest.raises(EngineError, match="log-probabilities"):
            engine.score(request, CancelToken())


def test_embeds(peer: Peer, engine: RemoteEngine) -> None:
    request = EmbedRequest(peer.model, ("a cat", "a kitten", "tax law"))
    if peer.name == "llama-cpp-python":
        with pytest.raises(EngineError, match="embedding=True"):
            engine.embed(request, CancelToken())
        return
    cat, kitten, law = engine.embed(request, CancelToken()).vectors
    assert sum(x * x for x in cat) == pytest.approx(1)
    assert sum(map(float.__mul__, cat, kitten)) > sum(map(float.__mul__, cat, law))


SCHEMA = '{"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}'


def test_keeps_to_a_schema_or_says_that_it_cannot(peer: Peer, engine: RemoteEngine) -> None:
    request = GenerateRequest(peer.model, (Part("A person as JSON: "),), 12, grammar=SCHEMA)
    if peer.name == "llama-cpp-python":
        with pytest.raises(EngineError, match="grammar"):
            list(engine.generate(request, CancelToken()))
    else:
        text = "".join(chunk.text for chunk in engine.generate(request, CancelToken()))
        assert text.lstrip().startswith('{"age"') or text.lstrip().startswith('{ "age"')


def test_a_prompt_that_is_too_long_is_said(peer: Peer, engine: RemoteEngine) -> None:
    if peer.name == "ollama":
        pytest.skip("Ollama cuts a prompt without a word")
    kind = PromptTooLong if peer.name == "llama-server" else EngineDied  # which ends its stream without a word
    with pytest.raises(kind):
        list(engine.generate(GenerateRequest(peer.model, (Part("word " * 2 * CONTEXT),), 4), CancelToken()))


def test_z_a_killed_server_is_one_clear_error(peer: Peer, engine: RemoteEngine) -> None:
    """The last test: afterwards the server is gone."""
    chunks = engine.generate(GenerateRequest(peer.model, COUNT, CONTEXT), CancelToken())
    assert next(chunks).text
    peer.kill()
    with pytest.raises(EngineDied, match="in the middle of a request"):
        list(chunks)
    with pytest.raises(EngineUnavailable, match=f"{peer.url} can't be reached"):
        list(engine.generate(GenerateRequest(peer.model, COUNT, 8), CancelToken()))

"""`breadknife engine serve-openai` as a process, a real model in the real daemon, and OpenAI's own client."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from breadknife.cli.engine.serve_openai import kept_token
from breadknife.engine.client import DaemonEngine
from breadknife.engine.models.adding import AddRequest, add_model, forget_model
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import SettingsError
from engine.gguf_files import lora

pytestmark = pytest.mark.model
ROOT = Path(__file__).parents[2]
MODEL = "smollm2-135m"


@contextmanager
def command(*arguments: str) -> Iterator[dict[str, str]]:
    """The environment variables that the command prints; the command runs meanwhile."""
    line = [sys.executable, "-m", "breadknife", "engine", "serve-openai", "--port", "0", *arguments]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline().strip() for _ in range(2)]
            yield dict(line.split("=", 1) for line in lines if not line.startswith("#"))
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(tests_home: Path) -> Iterator[dict[str, str]]:
    ModelStore().verified(builtin_catalog().model(MODEL))
    with command() as variables:
        yield variables


@pytest.fixture
def client(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> openai.OpenAI:
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    return openai.OpenAI(max_retries=0, timeout=120)


def test_models(client: openai.OpenAI) -> None:
    assert MODEL in {model.id for model in client.models.list()}


def test_the_same_seed_is_the_same_text(client: openai.OpenAI) -> None:
    def complete(seed: int) -> str:
        answer = client.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=12, seed=seed)
        assert (answer.choices[0].finish_reason, answer.usage and answer.usage.completion_tokens) == ("length", 12)
        return answer.choices[0].text

    assert complete(1) == complete(1) != complete(2)


def test_a_stream_says_what_the_whole_answer_says(client: openai.OpenAI) -> None:
    asked: dict = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Say hello."}],
        "temperature": 0,
        "max_tokens": 24,
    }
    whole = client.chat.completions.create(**asked).choices[0].message.content
    pieces = [chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**asked, stream=True)]
    assert len(pieces) > 3
    assert "".join(pieces) == whole


def test_control_tokens_in_a_message_are_text(client: openai.OpenAI) -> None:
    """As many tokens as their characters make, and not one each."""

    def tokens(text: str) -> int:
        answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}], max_tokens=1)
        assert answer.usage
        return answer.usage.prompt_tokens

    assert tokens("a<|im_end|><|im_end|>") - tokens("a") > 4


def test_stop_strings(client: openai.OpenAI) -> None:
    asked: dict = {"model": MODEL, "prompt": "1, 2, 3, 4, 5,", "temperature": 0, "max_tokens": 16}
    whole = client.completions.create(**asked).choices[0].text
    stopped = client.completions.create(**asked, stop=[" 8"]).choices[0]
    assert (stopped.text, stopped.finish_reason) == (whole.partition(" 8")[0], "stop")


def test_json_that_fits_a_schema(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}, "people": {"type": "integer"}},
        "required": ["city", "people"],
        "additionalProperties": False,
    }
    answer = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "How many people live in Paris? Answer as JSON."}],
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
        temperature=0,
        max_tokens=100,
    )
    found = json.loads(answer.choices[0].message.content or "")
    assert set(found) == {"city", "people"}
    assert isinstance(found["people"], int)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "nonsense"}, "Invalid type: nonsense"),
        ({"type": "string", "minLength": 10**8}, "minLength is 100,000,000"),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 10**6}, "maxItems is 1,000,000"),
        ({"anyOf": [{"const": f"value {number}"} for number in range(20_000)]}, "characters, and 100,000 are the most"),
        ({"type": "string", "pattern": "^(a{1,1000}){1,1000}$"}, "repeat less in it"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_schema_that_is_refused(client: openai.OpenAI, schema: dict[str, Any], problem: str) -> None:
    with pytest.raises(openai.BadRequestError, match=problem) as raised:
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "a"}],
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
        )
    assert raised.value.param == "response_format"


def test_embeddings_of_like_texts_are_near(client: openai.OpenAI) -> None:
    texts = ["The cat sleeps on the sofa.", "A kitten naps on the couch.", "def main(): return 404"]
    cat, kitten, code = (each.embedding for each in client.embeddings.create(model=MODEL, input=texts).data)

    def near(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert near(cat, cat) == pytest.approx(1, abs=1e-3)
    assert near(cat, kitten) > near(cat, code)


def test_log_probabilities(client: openai.OpenAI) -> None:
    asked: dict = {"model": MODEL, "prompt": "The sun rises in the", "max_tokens": 3, "temperature": 0}
    answer = client.completions.create(**asked, logprobs=3).choices[0]
    assert answer.logprobs
    assert "".join(answer.logprobs.tokens or []) == answer.text
    chosen = answer.logprobs.token_logprobs or []
    assert len(chosen) == 3
    for top, logprob in zip(answer.logprobs.top_logprobs or [], chosen, strict=True):
        assert len(top) == 3
        assert max(top.values()) == pytest.approx(logprob, abs=1e-4), "at temperature 0 the likeliest is taken"


def test_a_prompt_that_is_too_long(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.completions.create(model=MODEL, prompt="word " * 5000)
    assert raised.value.code == "context_length_exceeded"


def test_a_wrong_token(served: dict[str, str]) -> None:
    client = openai.OpenAI(base_url=served["OPENAI_BASE_URL"], api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


def running() -> int:
    with closing(DaemonEngine()) as engine:
        status = engine.status()
    assert status
    return sum(lane.running + lane.waiting for lane in status.lanes)


def test_two_at_once_and_one_hangs_up(client: openai.OpenAI) -> None:
    """The other one's answer is whole, and the engine has nothing left to do."""
    ends: list[str | None] = []

    def other() -> None:
        chunks = client.completions.create(model=MODEL, prompt="1, 2, 3,", max_tokens=40, stream=True, temperature=0)
        ends.extend(chunk.choices[0].finish_reason for chunk in chunks)

    thread = threading.Thread(target=other)
    with client.completions.create(model=MODEL, prompt="A list of words:", max_tokens=3000, stream=True) as stream:
        next(stream)
        thread.start()
        for _ in range(5):
            next(stream)
    thread.join()
    assert ends[-1] == "length"
    end = time.monotonic() + 10
    while running():
        assert time.monotonic() < end, "the engine still computes for who has hung up"
        time.sleep(0.1)


# Models of the user's own


@pytest.fixture
def add(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Adds a file of this content and name, until the test ends."""
    names: list[str] = []

    def add(name: str, content: bytes, base: str = "") -> Path:
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(content)
        add_model(AddRequest(str(path), base=base), ModelStore(), lambda progress: None, offline=True)
        names.append(name)
        return path

    yield add
    for name in names:
        forget_model(name)


def variant(title: bytes) -> bytes:
    """The model, but for its title."""
    content = ModelStore().verified(builtin_catalog().model(MODEL)).read_bytes()
    return content.replace(b"Smollm2 135M", title, 1)


def test_a_model_of_ones_own_and_its_adapter(client: openai.OpenAI, add: Callable[..., Path]) -> None:
    def complete(model: str) -> str:
        answer = client.completions.create(model=model, prompt="The sun rises in the", temperature=0, max_tokens=8)
        return answer.choices[0].text

    add("mine", variant(b"Another 135M"))
    add("style", lora(576, 5.0), "mine")
    plain = complete(MODEL)
    assert [complete("mine") == plain, complete("style") == plain, complete("mine") == plain] == [True, False, True]


def test_a_model_that_was_changed_is_refused_and_the_engine_stays_up(
    client: openai.OpenAI, add: Callable[..., Path]
) -> None:
    add("changed", variant(b"Firstly 135M")).write_bytes(variant(b"Changed 135M"))
    with pytest.raises(openai.InternalServerError, match="if you changed it yourself"):
        client.completions.create(model="changed", prompt="a")
    assert client.completions.create(model=MODEL, prompt="a", max_tokens=1).choices


# The command


def test_a_token_file_is_made_for_the_user_alone_and_used_again(tmp_path: Path) -> None:
    path = tmp_path / "token"
    for _ in range(2):
        with command("--token-file", str(path)) as variables:
            assert "OPENAI_API_KEY" not in variables
            token = path.read_text().strip()
            assert openai.OpenAI(base_url=variables["OPENAI_BASE_URL"], api_key=token).models.list().data
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("secret")
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        kept_token(path)


def test_a_port_that_is_taken(served: dict[str, str]) -> None:
    port = served["OPENAI_BASE_URL"].rpartition(":")[2].partition("/")[0]
    line = [sys.executable, "-m", "breadknife", "engine", "serve-openai", "--port", port]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name another one, or 0 for any" in done.stderr


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "openai.md").read_text("utf-8"), re.DOTALL)


def in_shell(line: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, env=os.environ | variables, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("code", snippets("python"))
def test_the_documented_python(served: dict[str, str], code: str) -> None:
    done = in_shell([sys.executable, "-c", code], served)
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell and curl")
@pytest.mark.parametrize("code", [code for code in snippets("sh") if "curl" in code])
def test_the_documented_curl(served: dict[str, str], code: str) -> None:
    done = in_shell(["sh", "-ec", code], served)
    answer = json.loads(done.stdout)
    assert answer.get("choices") or answer.get("data"), done.stderr or answer

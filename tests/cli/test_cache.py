"""`breadknife cache`, `--cache-dir` and `--cache-url`: nothing is found otherwise, whatever is kept or shared."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from breadknife.cli.cache import stores
from breadknife.cli.cache.shared import KEY, SharedCache, folder_of
from breadknife.disk_cache import DiskCache, describe
from cli.commands import within

SETTINGS = "[prose]\nlanguagetool = false\nmodel = false\n"
FOUND = "text.md:1:9: "
SECRET = "a secret of this team"


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a finding, and a key for what is shared."""
    path = tmp_path / "project"
    path.mkdir()
    (path / "breadknife.toml").write_text(SETTINGS)
    (path / "text.md").write_text("This is an useful option.\n")
    (path / "code.py").write_text("def f(): pass\n")
    monkeypatch.setenv(KEY, SECRET)
    for name in ("BREADKNIFE_CACHE_DIR", "BREADKNIFE_CACHE_URL"):
        monkeypatch.setenv(name, "")  # so that what a command sets is taken back
    return path


def lint(folder: Path, *arguments: str) -> str:
    """Lint, with the one finding, and return what stderr says."""
    result = within(folder, "lint", ".", *arguments)
    assert (result.returncode, result.stdout[: len(FOUND)]) == (1, FOUND), result.stderr
    return result.stderr


def kept(folder: Path) -> dict[str, int]:
    """How many answers each file of a folder has."""
    return {found.path.name: found.answers for path in folder.glob("*.sqlite") if (found := describe(path))}


# --- one cache on this machine


def test_what_is_kept_is_shown_and_removed(folder: Path, home: Path) -> None:
    lint(folder)
    shown = within(folder, "cache", "info", "--json")
    files = {each["name"]: each["answers"] for each in json.loads(shown.stdout)["files"]}
    assert files == kept(home / "cache")
    assert files["names.sqlite"] == 2
    assert files["prose.sqlite"] > 0
    assert "names and words of texts" in within(folder, "cache", "info").stdout
    assert within(folder, "cache", "prune").stdout == "0 answers removed, 0 MB freed\n"
    assert within(folder, "cache", "clear").stdout.startswith(f"{sum(files.values())} answers removed, ")
    assert set(kept(home / "cache").values()) == {0}
    lint(folder)


def test_prune_keeps_what_was_asked_for(folder: Path, home: Path) -> None:
    path = home / "cache" / "names.sqlite"
    for age in (1, 20):
        DiskCache(path, lambda age=age: time.time() - age * 86_400.0).put(bytes(age), b"")
    assert within(folder, "cache", "prune").stdout.startswith("1 answer removed")
    assert kept(home / "cache") == {"names.sqlite": 1}
    assert within(folder, "cache", "prune", "--days", "0").stdout.startswith("1 answer removed")


def test_what_is_damaged_is_no_matter(folder: Path, home: Path) -> None:
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "names.sqlite").write_bytes(b"no database" * 1000)
    assert within(folder, "cache", "info").returncode == 0
    cleared = within(folder, "cache", "clear")
    assert cleared.returncode == 0, cleared.stderr
    lint(folder)


def test_another_folder(folder: Path, home: Path, tmp_path: Path) -> None:
    lint(folder, "--cache-dir", str(tmp_path / "kept"))
    assert kept(tmp_path / "kept")["prose.sqlite"] > 0
    assert not kept(home / "cache")


# --- shared with other machines


class _Server(BaseHTTPRequestHandler):
    """GET and PUT, as Bazel's remote caches have them."""

    blobs: dict[str, bytes]
    status = 0
    """What every request is answered with, if it isn't 0."""
    lies = False
    silent = threading.Event()

    def do_GET(self) -> None:
        blob = self.blobs.get(self.path)
        if blob is not None and self.lies:
            blob = blob[:-9] + b"123456789"
        self.answer(self.status or (200 if blob is not None else 404), blob or b"")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "/ac/" in self.path:
            body += b"\x4a\x0b\x0a\x09127.0.0.1"  # who has written it: a real server adds that
        if not self.status:
            self.blobs[self.path] = body
        self.answer(self.status or 200, b"")

    def answer(self, status: int, body: bytes) -> None:
        if status == 1:  # never
            self.silent.wait(60)
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def serving(**attributes: object) -> Generator[tuple[str, dict[str, bytes]]]:
    blobs: dict[str, bytes] = {}
    handler = type("Server", (_Server,), {"blobs": blobs, **attributes})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _Server.silent.clear()
        yield f"http://127.0.0.1:{server.server_port}/team", blobs
        _Server.silent.set()
        server.shutdown()


@pytest.mark.parametrize("is_server", [True, False])
def test_a_second_machine_has_what_the_first_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_server: bool
) -> None:
    with serving() as (address, blobs):
        url = address if is_server else str(tmp_path / "shared")
        assert lint(folder, "--cache-url", url) == ""
        found = kept(folder_of(url))
        monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "second"))
        (tmp_path / "second").mkdir()
        blobs_before = dict(blobs)
        shared = SharedCache.of(url, offline=False)
        assert shared is not None
        shared.fetch(folder_of(url))
        assert kept(folder_of(url)) == {name: count for name, count in found.items() if name != "digests.sqlite"}
        monkeypatch.setenv("BREADKNIFE_CACHE_DIR", "")
        assert lint(folder, "--cache-url", url) == ""
        assert blobs == blobs_before  # nothing new, so nothing is written


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"status": 500}, "answers 500"),
        ({"status": 507}, "answers 507"),
        ({"status": 302}, "answers 302"),
        ({"status": 1}, "hasn't answered within 0.3 s"),
    ],
)
def test_a_bad_server_costs_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, attributes: dict[str, object], told: str
) -> None:
    monkeypatch.setattr(stores, "SECONDS", 0.3 if attributes["status"] == 1 else 20.0)
    with serving(**attributes) as (url, _):
        said = lint(folder, "--cache-url", url)
    assert said == f"breadknife: nothing is shared: {url} {told}\n"


def test_a_server_that_is_not_there(folder: Path) -> None:
    with serving() as (url, _):
        pass
    said = lint(folder, "--cache-url", url.replace("127", "user:password@127"))
    assert said.count("\n") == 1
    assert "can't be reached" in said
    assert "password" not in said


def test_one_that_sends_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "LARGEST", 1000)
    with serving() as (url, blobs):
        lint(folder, "--cache-url", url)
        for name in blobs:
            blobs[name] = bytes(1001)
        assert "more than 0 MB came" in lint(folder, "--cache-url", url)


def test_a_full_one_is_read_and_not_written(folder: Path) -> None:
    with serving() as (url, blobs):
        lint(folder, "--cache-url", url)
        (folder / "text.md").write_text("This is an useful option.\n\nIt is an useful one.\n")
        before = dict(blobs)
        reads = _Server.do_PUT
        _Server.do_PUT = lambda self: self.answer(507, b"")
        try:
            said = lint(folder, "--cache-url", url)
        finally:
            _Server.do_PUT = reads
        assert said == f"breadknife: others don't get what was found out: {url} answers 507\n"
        assert blobs == before


def test_what_is_not_signed_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An answer that says that nothing was found would hide a finding."""
    with serving() as (url, blobs):
        lint(folder, "--cache-url", url)
        [(name, pointer)] = [(name, blob) for name, blob in blobs.items() if "/ac/" in name]
        monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "second"))
        monkeypatch.setenv("BREADKNIFE_CACHE_DIR", "")
        blobs[name] = pointer.replace(b'"signature":"', b'"signature":"0')
        assert "isn't signed with the key" in lint(folder, "--cache-url", url)
        blobs[name] = b"\x00\xff"
        assert "isn't signed with the key" in lint(folder, "--cache-url", url)
        blobs[name] = pointer
        for other in blobs:
            if "/cas/" in other:
                blobs[other] = b"poison"
        assert "is something else" in lint(folder, "--cache-url", url)
        assert kept(folder_of(url)) != {}


def test_a_run_without_the_key_shares_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "short")
    with serving() as (url, blobs):
        assert lint(folder, "--cache-url", url).startswith(f"breadknife: nothing is shared: set {KEY} to a secret")
        assert blobs == {}


def test_offline_forbids_a_server(folder: Path, tmp_path: Path) -> None:
    with serving() as (url, blobs):
        result = within(folder, "lint", ".", "--cache-url", url, "--offline")
        assert (result.returncode, result.stdout) == (2, "")
        assert "--offline forbids" in result.stderr
        assert blobs == {}

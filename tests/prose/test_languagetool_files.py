"""LanguageTool's files: which there must be, how they come here, and what is said when they are others."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import re
import shutil
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from language_tool_python import download_lt

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.cli import doctor
from breadknife.engine.models.progress import PullProgress
from breadknife.errors import BreadknifeError, DownloadFailed, EngineUnavailable
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.jvm import installed, jars
from breadknife.plugins.prose.engines.jvm.release import PinnedRelease
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.setup import languagetool_jars

JARS = {"libs/languagetool-server.jar": b"a server", "libs/core-x.jar": b"a core"}
LOCKED = {**JARS, "languagetool-server.jar": b"a server"}
"""The server's jar also lies beside `libs/`."""


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def row(coordinates: str, data: bytes) -> str:
    return f"{coordinates} {hashlib.sha256(data).hexdigest()} {len(data)}\n"


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of a small LanguageTool."""
    text = row("org.lt:languagetool-server:6.8", b"a server") + row("org.lt:core:6.8:x", b"a core")
    (tmp_path / "lock").write_text(f"# A comment.\n{text}")
    monkeypatch.setattr(jars, "LOCK", tmp_path / "lock")


def test_the_lock_that_we_ship() -> None:
    found = jars.artifacts()
    assert len(found) == 170
    assert all(re.fullmatch(r"[0-9a-f]{64}", each.pin.sha256) and each.pin.size > 0 for each in found)
    files = [each.file for each in found]
    assert len(set(files)) == len(files)
    assert {each.version for each in found if each.group == "org.languagetool"} >= {installed.VERSION}
    assert {"languagetool-server.jar", "lucene-gosen-ipadic.jar"} <= {*files}


@pytest.mark.java
def test_what_is_installed_here_is_what_is_locked() -> None:
    assert jars.refusal(installed.folder()) is None


CHANGES: list[tuple[str, Callable[[Path], object], str | None]] = [
    ("nothing", lambda folder: None, None),
    ("a file of the system's", lambda folder: (folder / ".DS_Store").touch(), None),
    ("another content", lambda folder: (folder / "libs/core-x.jar").write_bytes(b"a cor3"),
     r"libs.core-x\.jar is not the file of LanguageTool .*: its SHA-256 is [0-9a-f]{64}, the right one [0-9a-f]{64}$"),
    ("an empty file", lambda folder: (folder / "libs/core-x.jar").write_bytes(b""),
     r"libs.core-x\.jar is not the file"),
    ("a missing jar", lambda folder: (folder / "libs/core-x.jar").unlink(), r"libs.core-x\.jar is missing"),
    ("one jar more", lambda folder: (folder / "libs/more.jar").touch(), r"libs.more\.jar isn't part of LanguageTool"),
    ("a class beside it", lambda folder: write(folder, {"org/A.class": b""}), r"org.A\.class isn't part of"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [each[1:] for each in CHANGES], ids=[each[0] for each in CHANGES])
@pytest.mark.parametrize("released", [False, True], ids=["from Maven", "from the release"])
@pytest.mark.parametrize("before", [False, True], ids=["never seen", "seen before"])
def test_a_file_that_differs_is_refused(
    lock: None, tmp_path: Path, change: Callable[[Path], object], expected: str | None, released: bool, before: bool
) -> None:
    folder = write(tmp_path / "LanguageTool", LOCKED)
    if released:
        jars.record_release(folder)
    if before:
        assert jars.refusal(folder) is None
    change(folder)
    for _ in range(2):
        found = jars.refusal(folder)
        assert found is None if expected is None else re.search(expected, found or "")


def test_what_was_summed_is_not_read_again(lock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "LanguageTool", LOCKED)
    assert jars.refusal(folder) is None
    with monkeypatch.context() as context:
        context.setattr(jars.hashlib, "file_digest", lambda *_: pytest.fail("it is read again"))
        assert jars.refusal(folder) is None
    os.utime(folder / "libs/core-x.jar", (1, 1))
    assert jars.refusal(folder) is None


def test_other_files_are_not_started(lock: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(installed.folder(), {**LOCKED, "libs/core-x.jar": b"not it"})
    monkeypatch.setattr(languagetool, "launch", lambda *_: pytest.fail("it is started"))
    monkeypatch.setattr(children, "find_program", lambda name: sys.executable)
    with pytest.raises(EngineUnavailable, match=r"core-x\.jar is not the file .* run `breadknife setup languagetool`"):
        LanguageToolEngine("en-US").check("text")


def test_the_doctor_names_the_file_and_the_remedy(lock: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(installed.folder(), {**LOCKED, "libs/core-x.jar": b"not it"})
    monkeypatch.setattr(installed, "java_version", lambda: 17)
    [found] = doctor.languagetool()
    assert (found.state, found.remedy) == ("problem", jars.REMEDY)
    assert "core-x.jar is not the file of LanguageTool" in found.detail


def test_it_gives_up_after_three_failures(lock: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A "Java" that ends at once."""
    write(installed.folder(), LOCKED)
    monkeypatch.setattr(children, "find_program", lambda name: sys.executable)
    engine = LanguageToolEngine("en-US")
    with pytest.raises(EngineUnavailable, match="did not start, 3 times in a row: Java made no key for it"):
        engine.check("text")
    with pytest.raises(EngineUnavailable):
        engine.check("text")
    engine.close()


@pytest.mark.parametrize(
    ("jar", "java", "expected"),
    [
        (False, 17, "`breadknife setup languagetool`"),
        (True, None, "there is no Java"),
        (True, 11, "Java 11 is too old"),
        (True, 17, None),
    ],
)
def test_obstacle(
    home: Path, monkeypatch: pytest.MonkeyPatch, jar: bool, java: int | None, expected: str | None
) -> None:
    monkeypatch.setattr(installed, "java_version", lambda: java)
    if jar:
        write(installed.folder(), {installed.SERVER_JAR: b""})
    found = installed.obstacle()
    assert found is None if expected is None else expected in (found or "")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed.importlib.util, "find_spec", lambda name: None)
    assert installed.obstacle() == "it is not installed (`breadknife setup languagetool`)"


# --- setup ----------------------------------------------------------------------------------------------------------


def install() -> Path:
    def ignore(progress: PullProgress) -> None: ...

    return languagetool_jars.install(ignore, CancelToken())


def partial(temporary: Path, report: object, cancel: object) -> Path:
    (temporary / "half.jar").touch()
    raise DownloadFailed("the line went dead")


def complete(temporary: Path, report: object, cancel: object) -> Path:
    return write(temporary / "LanguageTool", LOCKED)


@pytest.fixture
def sources(lock: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object, object], None]:
    """Sets what Maven and the library do."""

    def set_sources(maven: object, library: object) -> None:
        monkeypatch.setattr(languagetool_jars, "_with_maven", maven)
        monkeypatch.setattr(languagetool_jars, "_with_library", library)

    return set_sources


def test_setup_is_all_or_nothing(sources: Callable[[object, object], None]) -> None:
    sources(partial, partial)
    with pytest.raises(BreadknifeError, match="the line went dead; the line went dead"):
        install()
    parent = installed.folder().parent
    assert list(parent.iterdir()) == []
    installed.folder().mkdir()  # left over from a crash
    sources(partial, complete)
    assert install() == installed.folder()
    assert list(parent.iterdir()) == [installed.folder()]
    sources(partial, partial)
    assert install() == installed.folder()


def test_setup_replaces_files_that_differ(sources: Callable[[object, object], None]) -> None:
    write(installed.folder(), {**LOCKED, "libs/core-x.jar": b"not it"})
    sources(complete, partial)
    install()
    assert jars.refusal(installed.folder()) is None


def test_setup_says_so_where_files_that_differ_can_not_be_replaced(
    sources: Callable[[object, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where nobody can remove a jar that runs."""
    write(installed.folder(), {**LOCKED, "libs/core-x.jar": b"not it"})
    sources(complete, partial)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(BreadknifeError, match="can't be written"):
        install()


MAVEN = """\
import pathlib, sys
[out] = [each.partition("=")[2] for each in sys.argv if each.startswith("-DoutputDirectory=")]
pathlib.Path(out).mkdir(parents=True)
for name, data in {jars!r}.items():
    (pathlib.Path(out) / pathlib.Path(name).name).write_bytes(data)
"""


@pytest.mark.skipif(os.name == "nt", reason="the Maven that is put on the path is a shell script")
@pytest.mark.parametrize(
    ("core", "expected"), [(b"a core", None), (b"not it", r"Maven fetched other files .*core-x\.jar is not the file")]
)
def test_what_maven_fetches_is_checked(
    lock: None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, core: bytes, expected: str | None
) -> None:
    fetched = {**JARS, "libs/core-x.jar": core}
    write(tmp_path / "bin", {"maven.py": MAVEN.format(jars=fetched).encode()})
    write(tmp_path / "bin", {"mvn": f'#!/bin/sh\nexec {sys.executable} {tmp_path}/bin/maven.py "$@"\n'.encode()})
    (tmp_path / "bin/mvn").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(languagetool_jars, "_with_library", partial)
    if expected is None:
        assert jars.refusal(install()) is None
    else:
        with pytest.raises(DownloadFailed, match=expected):
            install()
        assert not installed.folder().exists()


ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as archive:
    archive.writestr("LanguageTool-6.8/languagetool-server.jar", b"a server")
    archive.writestr("LanguageTool-6.8/org/rules.xml", b"rules")


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch, lock: None, home: Path) -> Iterator[None]:
    """A site that has an archive in LanguageTool's place, of which the library knows nothing; and no Maven."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(ARCHIVE.getvalue())))
            self.end_headers()
            self.wfile.write(ARCHIVE.getvalue())

        def log_message(self, format: str, *args: object) -> None: ...

    monkeypatch.setattr(languagetool_jars, "_with_maven", partial)
    monkeypatch.setattr(download_lt, "_get_zip_hash", lambda name: None)
    monkeypatch.setattr(download_lt, "confirm_java_compatibility", lambda *_: None)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(PinnedRelease, "download_url", f"http://127.0.0.1:{server.server_address[1]}/lt.zip")
        yield
        server.shutdown()


def test_another_archive_than_the_release_is_not_unpacked(release: None) -> None:
    with pytest.raises(DownloadFailed, match=r"the archive's SHA-256 is [0-9a-f]{64}, the right one 6a7f6b67"):
        install()
    assert list(installed.folder().parent.iterdir()) == []


def test_what_came_out_of_the_release_is_remembered(release: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languagetool_jars, "_RELEASE_SHA256", hashlib.sha256(ARCHIVE.getvalue()).hexdigest())
    folder = install()
    assert jars.refusal(folder) is None
    (folder / "org/rules.xml").write_bytes(b"other")
    assert "rules.xml is not the file of LanguageTool" in (jars.refusal(folder) or "")


def test_the_library_knows_the_same_release() -> None:
    assert download_lt._get_zip_hash(installed.VERSION) == languagetool_jars._RELEASE_SHA256

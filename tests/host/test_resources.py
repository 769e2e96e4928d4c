"""Files as bytes: those of the workspace folder that plugins may read, and no others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from breadknife.errors import FileRefused
from breadknife.host import resources
from breadknife.host.resources import read_resource

PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.png").write_bytes(PNG)
    for name, data in {
        "a.png": PNG,
        "sub/b.dat": PNG,
        "c.pdf": b"%PDF-1.7",
        "d.docx": b"PK\x03\x04",
        "e.webp": b"RIFF\0\0\0\0WEBPVP8 ",
        "f.unknown": b"",
        ".env": b"KEY=1",
        "ignored.png": PNG,
        ".gitignore": b"ignored.png\n",
    }.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.png", "image/png"),
        ("sub/b.dat", "image/png"),
        ("sub/../a.png", "image/png"),
        ("c.pdf", "application/pdf"),
        ("d.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("e.webp", "image/webp"),
        ("f.unknown", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("spelling", ["relative", "absolute", "uri"])
def test_what_is_read(root: Path, name: str, media_type: str, spelling: str) -> None:
    path = {"relative": name, "absolute": root / name, "uri": (root / name).as_uri()}[spelling]
    found = read_resource(path, root)
    assert (found.media_type, found.data) == (media_type, (root / name).read_bytes())
    assert found.uri == Path(os.path.normpath(root / name)).as_uri()


@pytest.mark.parametrize(
    "name",
    ["../outside.png", ".env", "ignored.png", "sub", "missing.png", "a\0b", "link.png", "file:///etc/passwd", "pipe"],
)
def test_what_is_refused(root: Path, tmp_path: Path, name: str) -> None:
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    os.mkfifo(root / "pipe")
    with pytest.raises(FileRefused):
        read_resource(name, root)


def test_a_large_file_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "MAX_BYTES", 5)
    with pytest.raises(FileRefused, match=r"a\.png isn't read: larger than"):
        read_resource("a.png", root)


def test_without_a_folder_nothing_is_read(root: Path) -> None:
    with pytest.raises(FileRefused, match="no workspace folder"):
        read_resource(root / "a.png", None)


def test_a_home_is_no_workspace_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    with pytest.raises(FileRefused):
        read_resource("a.png", root)

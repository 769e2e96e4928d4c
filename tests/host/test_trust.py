from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.errors import SettingsError
from breadknife.host.settings import load
from breadknife.host.trust import is_trusted, revoke, trust, trust_file, trusted_folders


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    for name in ("app/src", "other", "application"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "app" / "link").symlink_to(tmp_path / "other")
    (tmp_path / "way-in").symlink_to(tmp_path / "app")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "trusted"),
    [
        ("app", True),
        ("app/src", True),
        ("app/src/not-there.toml", True),
        ("way-in/src", True),
        ("app/link", False),
        ("app/link/x.toml", False),
        ("app/../other", False),
        ("other", False),
        ("application", False),
        (".", False),
    ],
)
def test_trust_is_for_a_folder_and_what_is_really_in_it(folder: Path, path: str, trusted: bool) -> None:
    trust(folder / "app")
    assert is_trusted(folder / path) is trusted


def test_trust_is_taken_back(folder: Path) -> None:
    assert trust(folder / "way-in") == (folder / "app").resolve()
    trust(folder / "app" / "src")
    assert revoke(folder / "app")
    assert not revoke(folder / "app")
    assert trusted_folders() == ((folder / "app" / "src").resolve(),)


def test_only_folders_are_trusted(folder: Path) -> None:
    with pytest.raises(SettingsError, match="no such folder"):
        trust(folder / "nowhere")
    assert not trust_file().exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"folders": "/"}', '{"folders": [1]}', "{}", "\xff"])
def test_a_damaged_file_trusts_nothing_and_says_so(folder: Path, content: str) -> None:
    trust_file().parent.mkdir(parents=True)
    trust_file().write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"trusted\.json.*no folder is trusted"):
        is_trusted(folder)


@pytest.mark.parametrize(
    ("told", "editor", "trusted"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_a_plugin_is_told_of_trust(folder: Path, told: bool, editor: bool | None, trusted: bool) -> None:
    if told:
        trust(folder / "app")
    settings, _ = load(folder / "app", {}, trusted=editor)
    assert settings.trusted is trusted
    assert settings.for_path("a.py", "python").trusted is trusted

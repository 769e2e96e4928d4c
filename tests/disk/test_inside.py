"""Whether a path stays inside a folder: against what the system makes of the same links."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.disk.inside import resolve_inside
from breadknife.errors import FileRefused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="few users may make links there")

NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a"])
TARGETS = st.sampled_from(
    [
        "a",
        "b",
        "d",
        "d/a",
        "e",
        "e/a",
        ".",
        "..",
        "../a",
        "../d/b",
        "../..",
        "../../x",
        "/x",
        "ROOT/a",
        "ROOT/d",
        "ROOT/../x",
    ]
)
PARTS = st.lists(st.sampled_from(["a", "b", "d", "e", "..", "."]), max_size=5)


@given(st.dictionaries(NAMES, TARGETS, max_size=4), PARTS)
def test_as_the_system_does_where_no_link_leads_out(
    tmp_path_factory: pytest.TempPathFactory, links: dict[str, str], path: list[str]
) -> None:
    root = tmp_path_factory.mktemp("root")
    (root / "d/e").mkdir(parents=True)
    for name, target in links.items():
        (root / name).symlink_to(target.replace("ROOT", str(root)))
    asked = os.path.normpath(os.path.join(root, *path))  # as paths come here
    try:
        found = resolve_inside(asked, root)
    except FileRefused as error:
        if "circle" in str(error):
            with pytest.raises(OSError, match="symbolic"):
                os.path.realpath(asked, strict=True)
        else:
            assert leads_out(asked, root)
    else:
        assert found == os.path.realpath(asked)
        assert found == str(root) or found.startswith(f"{root}/")


def leads_out(path: str, root: Path) -> bool:
    """Whether the way to it, one link after the other, is ever outside, or by a name that only a link can tell."""
    for _ in range(50):
        if path != str(root) and not path.startswith(f"{root}/"):
            return True
        here = str(root)
        for name in os.path.relpath(path, root).split("/"):
            here = os.path.join(here, name)
            if os.path.islink(here):
                rest = path[len(here) :].lstrip("/")
                path = os.path.normpath(os.path.join(os.path.dirname(here), os.readlink(here), rest))
                break
        else:
            return False
    return True


@pytest.mark.parametrize("root", ["real", "link"])
def test_the_folder_itself_may_be_a_link(tmp_path: Path, root: str) -> None:
    (tmp_path / "real/sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    for path in ("real/sub/x", "link/sub/x"):
        if (root, path[:4]) != ("real", "link"):
            assert resolve_inside(tmp_path / path, tmp_path / root) == str(tmp_path / "real/sub/x")


@pytest.mark.parametrize("path", ["", "..", "../rootlike/a", "/etc/passwd"])
def test_what_is_beside_it_is_outside(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    if path:
        with pytest.raises(FileRefused):
            resolve_inside(root / path, root)
    else:
        assert resolve_inside(root, root) == str(root)


def test_nothing_outside_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On some systems that would mount a network share."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a").symlink_to("/net/somebody/a")
    (tmp_path / "root/b").symlink_to("../../net/b")
    looked: list[str] = []
    readlink = os.readlink
    monkeypatch.setattr(os, "readlink", lambda path: looked.append(path) or readlink(path))
    for name in ("a", "b"):
        with pytest.raises(FileRefused):
            resolve_inside(tmp_path / "root" / name / "c", tmp_path / "root")
    assert all(path.startswith(f"{tmp_path / 'root'}/") for path in looked)

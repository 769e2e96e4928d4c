"""LanguageTool's jars: fetched whole or not at all, from whichever source has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.plugins.prose.engines import languagetool
from breadknife.setup import languagetool_jars
from breadknife.setup.languagetool_jars import downloaded, install
from breadknife.setup.values import Step


def ignore(step: Step) -> None:
    pass


def test_all_or_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def partial(temporary: Path, report: object, cancel: object) -> Path:
        (temporary / "half.jar").touch()
        raise DownloadFailed("the line went dead")

    def complete(temporary: Path, report: object, cancel: object) -> Path:
        folder = temporary / "LanguageTool"
        folder.mkdir()
        (folder / "languagetool-server.jar").touch()
        return folder

    monkeypatch.setattr(languagetool_jars, "_with_maven", partial)
    monkeypatch.setattr(languagetool_jars, "_with_library", partial)
    with pytest.raises(BreadknifeError, match="the line went dead; the line went dead"):
        install(ignore, CancelToken())
    parent = languagetool.folder().parent
    assert list(parent.iterdir()) == []
    languagetool.folder().mkdir()  # left over from a crash
    monkeypatch.setattr(languagetool_jars, "_with_library", complete)
    assert install(ignore, CancelToken()) == languagetool.folder()
    assert list(parent.iterdir()) == [languagetool.folder()]
    monkeypatch.setattr(languagetool_jars, "_with_library", partial)
    assert install(ignore, CancelToken()) == languagetool.folder()


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("[INFO] Downloaded from central: x/languagetool-core-6.8.jar (2.8 MB at 9.1 MB/s)", 2_800_000),
        ("[INFO] Downloaded from central: x/annotations-3.0.jar (920 B at 9.1 kB/s)", 920),
        ("[INFO] Downloaded from central: x/languagetool-core-6.8.pom (12 kB at 340 kB/s)", 0),
        ("[INFO] Downloading from central: x/languagetool-core-6.8.jar", 0),
    ],
)
def test_what_maven_says_of_a_jar(line: str, size: int) -> None:
    assert downloaded(line) == size

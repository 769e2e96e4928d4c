"""What is shown while Maven fetches LanguageTool's jars."""

from __future__ import annotations

import pytest

from breadknife.setup.languagetool_jars import downloaded


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

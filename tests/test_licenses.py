"""What is packed says where it comes from: each data file is named in NOTICE, and the licence texts travel along."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXPECTED = {
    "LICENSE": "Apache License",
    "NOTICE": "misspellings.csv",
    "LICENSES/CC-BY-SA-3.0.txt": "Attribution-ShareAlike 3.0 Unported",
    "LICENSES/MIT.txt": "Permission is hereby granted",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True)
    return folder


def test_the_wheel_has_the_licence_texts(built: Path) -> None:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        said = Parser().parsestr(wheel.read(metadata).decode())
        assert said["License-Expression"] == "Apache-2.0 AND CC-BY-SA-3.0 AND MIT"
        assert sorted(said.get_all("License-File", [])) == sorted(EXPECTED)
        for name, text in EXPECTED.items():
            assert text in wheel.read(metadata.replace("METADATA", f"licenses/{name}")).decode(), name


def test_the_sdist_has_the_licence_texts(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert EXPECTED.keys() <= names


def test_notice_names_every_data_file(built: Path) -> None:
    """A new one is written down there, with its source and licence, before it is shipped."""
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        data = {name for name in wheel.namelist() if ".dist-info/" not in name and not name.endswith((".py", ".lua"))}
    lines = (ROOT / "NOTICE").read_text("utf-8").splitlines()
    assert data == {line for line in lines if line.startswith("breadknife/")}


@pytest.mark.parametrize(
    ("name", "source", "licence"),
    [
        ("misspellings.csv", "crate typos-dict", "CC BY-SA 3.0"),
        ("english.txt", "bench/prose/word_counts.py", "Apache-2.0"),
        ("trade.txt", "bench/prose/word_counts.py", "Apache-2.0"),
    ],
)
def test_a_word_list_says_its_source_and_licence(name: str, source: str, licence: str) -> None:
    text = (ROOT / "server/breadknife/plugins/prose/project" / name).read_text("utf-8")
    header = " ".join(line.removeprefix("# ") for line in text.splitlines()[:10] if line.startswith("#"))
    assert source in header
    assert licence in header

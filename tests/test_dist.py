"""What `make dist` has made, installed as a user would, on a machine without a compiler."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from breadknife import __version__
from breadknife.setup.engine_source import local_version

pytestmark = [pytest.mark.dist, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
ALLOWED = ("sh", "uname")
"""All that there is on the machine's path."""
VSIX_BYTES = 500_000
"""Of the VSIX without breadknife's wheel."""


@pytest.fixture(scope="session")
def dist() -> Path:
    if not list(DIST.glob("breadknife-*.whl")):
        assert not os.environ.get("CI"), "`make dist` has not been run"
        pytest.skip("`make dist` has not been run")
    return DIST


@dataclass(frozen=True)
class Machine:
    """A user's environment with nothing in it, and a home with the models."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "VIRTUAL_ENV")}
        return own | {"PATH": str(self.folder / "bin"), "BREADKNIFE_HOME": str(self.folder / "home")}

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [self.python, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def install(self, dist: Path, what: str) -> None:
        self.run("-m", "pip", "install", "--quiet", "--find-links", dist, what)

    def has(self, module: str) -> bool:
        return self.run("-c", f"import importlib.util as u; print(bool(u.find_spec({module!r})))").strip() == "True"


@pytest.fixture
def machine(tmp_path: Path, tests_home: Path) -> Machine:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (tmp_path / "bin").mkdir()
    for name in ALLOWED:
        if (Path("/bin") / name).exists():
            (tmp_path / "bin" / name).symlink_to(Path("/bin") / name)
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "data" / "models").symlink_to((tests_home / "data" / "models").resolve())
    return Machine(tmp_path)


@pytest.mark.model
def test_from_nothing_to_a_completion(machine: Machine, dist: Path) -> None:
    """The core alone checks; the engine comes while an editor is open, and completes."""
    machine.install(dist, "breadknife")
    assert not machine.has("llama_cpp")
    assert not machine.has("numpy")
    (machine.folder / "a.md").write_text("This is an useful start.\n", "utf-8")
    found = json.loads(machine.run("-m", "breadknife", "lint", "--format", "json", "a.md", code=1))
    assert [finding["code"] for finding in found] == ["AnA"]

    seen = json.loads(machine.run(ROOT / "tests" / "dist_session.py", machine.folder, dist))
    assert seen["before"] == [0, "engine-missing", "run `breadknife setup`"]
    assert sum("`breadknife setup` installs it" in message for message in seen["messages"]) == 1
    assert (seen["setup"][-1]["part"], seen["setup"][-1]["state"]) == ("engine", "done")
    assert f"from a wheel: llama-cpp-python {local_version()}" in seen["setup"][-1]["message"]
    assert "counts" in seen["suggestion"]
    assert seen["model"] == "qwen2.5-coder-0.5b"


def test_the_extra_takes_our_build(machine: Machine, dist: Path) -> None:
    machine.install(dist, "breadknife[engine]")
    said = machine.run("-c", "import llama_cpp; print(llama_cpp.__version__)")
    assert said.strip() == local_version()
    said = machine.run(
        "-c", "import llama_cpp as l; l.llama_backend_init(); print(l.llama_print_system_info().decode())"
    )
    assert "CPU : " in said, "a library for this processor was found among those in the wheel"


def test_the_engines_wheel_is_for_every_python_and_tells_nothing_of_this_machine(dist: Path) -> None:
    [wheel] = dist.glob(f"llama_cpp_python-{local_version()}-py3-none-*.whl")
    if sys.platform == "linux":
        assert "manylinux" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert any(name.endswith("licenses/vendor/llama.cpp/LICENSE") for name in names)
        for name in names:
            assert str(Path.home()).encode() not in archive.read(name), name
    assert sum("ggml-cpu" in name for name in names) > 1 or sys.platform == "darwin"


def test_the_wheel_brings_the_neovim_plugin(machine: Machine, dist: Path) -> None:
    machine.install(dist, "breadknife")
    said = machine.run("-m", "breadknife", "setup", "neovim")
    found = re.search(r'runtimepath:append\("(.*)"\)', said)
    assert found
    assert (Path(found[1]) / "plugin" / "breadknife.lua").is_file()


def test_the_sdist_has_what_the_wheel_is_made_of(dist: Path) -> None:
    [sdist] = dist.glob("breadknife-*.tar.gz")
    [wheel] = dist.glob("breadknife-*.whl")
    with tarfile.open(sdist) as archive, zipfile.ZipFile(wheel) as made:
        inside = {name.partition("/")[2].removeprefix("server/") for name in archive.getnames()}
        inside |= {f"breadknife/{name}" for name in inside if name.startswith("clients/")}
        assert {name for name in made.namelist() if ".dist-info/" not in name} <= inside


def test_the_neovim_repository_is_what_a_plugin_manager_clones(dist: Path, tmp_path: Path) -> None:
    start = tmp_path / "site" / "pack" / "x" / "start"
    url = (dist / "breadknife.nvim").as_uri()
    subprocess.run(
        ["git", "clone", "--quiet", "--branch", f"v{__version__}", url, start / "breadknife.nvim"], check=True
    )
    nvim = Path(sys.executable).with_name("nvim")
    script = "lua io.write(vim.fn.exists(':Breadknife'), ' ', #vim.fn.globpath(vim.o.rtp, 'doc/breadknife.txt'))"
    command = [nvim if nvim.exists() else "nvim", "--clean", "--headless", "--cmd"]
    command += [f"set packpath^={tmp_path / 'site'}", "-c", script, "-c", "qa!"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    exists, _, length = done.stdout.partition(" ")
    assert (exists, int(length) > 0) == ("2", True), done.stderr
    clean = ["git", "-C", start / "breadknife.nvim", "status", "--porcelain"]
    subprocess.run([*command[:2], "--headless", "--cmd", command[4], "-c", "helptags ALL", "-c", "qa!"], timeout=60)
    assert subprocess.run(clean, capture_output=True, text=True).stdout.split() in ([], ["??", "doc/tags"])


def test_the_vsix_is_small_and_whole(dist: Path) -> None:
    [vsix] = dist.glob("breadknife-*.vsix")
    [wheel] = dist.glob("breadknife-*.whl")
    with zipfile.ZipFile(vsix) as archive:
        manifest = json.loads(archive.read("extension/package.json"))
        assert manifest["version"] == __version__
        assert f"extension/{manifest['main'].removeprefix('./')}" in archive.namelist()
        assert archive.read(f"extension/wheels/{wheel.name}") == wheel.read_bytes(), "the server comes with it"
        own = archive.getinfo(f"extension/wheels/{wheel.name}").compress_size
    assert vsix.stat().st_size - own <= VSIX_BYTES


@pytest.mark.parametrize(
    ("platform", "systems"),
    [
        ("linux", ["cp312-manylinux_x86_64", "cp312-manylinux_aarch64"]),
        ("macos", ["cp312-macosx_arm64", "cp312-macosx_x86_64"]),
        ("windows", ["cp312-win_amd64"]),
    ],
)
def test_cibuildwheel_builds_one_wheel_for_each_system(dist: Path, platform: str, systems: list[str]) -> None:
    [sdist] = dist.glob("llama_cpp_python-*.tar.gz")
    found: list[str] = []
    for arch in (
        ("x86_64", "aarch64") if platform == "linux" else ("arm64", "x86_64") if platform == "macos" else ("AMD64",)
    ):
        command = [Path(sys.executable).with_name("cibuildwheel"), "--print-build-identifiers"]
        options = ["--platform", platform, "--archs", arch, "--config-file", ROOT / "release" / "cibuildwheel.toml"]
        done = subprocess.run([*command, *options, sdist], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found += done.stdout.split()
    assert found == systems

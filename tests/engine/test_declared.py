"""Models and roles that packages bring: read as data, below the user's own, and never in place of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from breadknife.engine.models.catalog import Catalog, ModelInfo, builtin_catalog, read_models, write_user_catalog
from breadknife.engine.models.declared import package_models, read_packages

SHA = "ab" * 32
ROLE = '[roles]\ntags = "tiny-tags"\n'


def model(name: str = "tiny-tags", more: str = "") -> str:
    return f"""
[[models]]
name = "{name}"
title = "Tiny"
licence = "MIT"
quantisation = "Q8_0"
context_size = 512
roles = ["tags"]
file = "tiny.gguf"
size = 1000
sha256 = "{SHA}"
{more}
"""


class Site:
    """A folder of installed packages, which Python looks into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def install(self, name: str, text: str | None, value: str = "", source: Path | None = None) -> None:
        """The package is in the folder `source` if that is another one, as after an editable install."""
        package = (source or self.folder) / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('imported')\n", "utf-8")
        if text is not None:
            (package / "models.toml").write_text(text, "utf-8")
        information = self.folder / f"{name}-1.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n", "utf-8")
        (information / "entry_points.txt").write_text(f"[breadknife.models]\n{name} = {value or name}\n", "utf-8")


@pytest.fixture
def site(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path / "site")
    monkeypatch.syspath_prepend(str(found.folder))
    return found


def test_a_packages_models_and_roles_are_like_ours(site: Site) -> None:
    site.install("tagging", ROLE + model())
    assert package_models().problems == ()
    assert package_models().owners == {"tiny-tags": "tagging"}
    catalog = read_models()
    assert catalog.for_role("tags").sha256 == SHA
    assert catalog.for_role("completion") == builtin_catalog().for_role("completion")
    assert "tagging" not in sys.modules


def test_what_is_installed_or_changed_later_is_seen(site: Site) -> None:
    assert package_models().owners == {}
    site.install("tagging", model())
    assert package_models().owners == {"tiny-tags": "tagging"}
    (site.folder / "tagging" / "models.toml").write_text(model("other-tags"), "utf-8")
    assert package_models().owners == {"other-tags": "tagging"}


def test_a_package_within_a_package(site: Site) -> None:
    site.install("outer", None, "outer.inner.more")
    inner = site.folder / "outer" / "inner" / "more"
    inner.mkdir(parents=True)
    (inner / "models.toml").write_text(model(), "utf-8")
    assert package_models().owners == {"tiny-tags": "outer"}


def test_an_editable_install(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("tagging", model(), source=tmp_path / "src")
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    assert package_models().owners == {"tiny-tags": "tagging"}


def test_a_role_may_have_a_model_of_ours(site: Site) -> None:
    site.install("tagging", '[roles]\ntags = "smollm2-135m"\n')
    assert read_models().for_role("tags").name == "smollm2-135m"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (model("smollm2-135m"), "the model 'smollm2-135m' of tagging is left out: there is a model of that name"),
        ('[roles]\njudge = "smollm2-135m"\n', "the role 'judge' of tagging is left out: there is a role of that name"),
        ('[roles]\ntags = "nothing"\n', "the role 'tags' of tagging is left out: there is no model 'nothing'"),
        ('[roles]\n"Tags!" = "smollm2-135m"\n', "the role 'Tags!' of tagging is left out: its name should have"),
        (model("../evil"), "the model '../evil' of tagging is left out: its name should have"),
        (model(more='path = "/etc/passwd"'), "`path` is for files of the user's own"),
        (model().replace(SHA, "x"), "the models of tagging are left out"),
        ("[roles", "the models of tagging are left out"),
        (None, "there is no models.toml in the package tagging"),
    ],
)
def test_what_is_wrong_is_left_out_and_told(site: Site, text: str | None, problem: str) -> None:
    site.install("tagging", text)
    [found] = package_models().problems
    assert problem in found
    assert read_models() == builtin_catalog()


def test_a_package_that_is_gone_is_told(site: Site) -> None:
    site.install("tagging", None, "missing_package")
    [found] = package_models().problems
    assert "missing_package" in found


def test_the_first_package_has_a_name_and_the_user_before_all(site: Site) -> None:
    site.install("aaa", ROLE + model(more='purpose = "of aaa"'))
    site.install("bbb", ROLE + model(more='purpose = "of bbb"'))
    assert read_models().for_role("tags").purpose == "of aaa"
    assert [each.split(":")[0] for each in package_models().problems] == [
        "the model 'tiny-tags' of bbb is left out",
        "the role 'tags' of bbb is left out",
    ]
    mine = ModelInfo("tiny-tags", "t", "MIT", "Q8_0", 512, ("tags",), "f", 1, SHA, purpose="mine")
    write_user_catalog(Catalog((mine,), {"tags": "tiny-tags"}))
    assert read_models().for_role("tags").purpose == "mine"


def test_a_package_that_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "tagging").mkdir()
    (tmp_path / "tagging" / "models.toml").write_text(model(), "utf-8")
    found = read_packages("breadknife-tagging", [("tagging", [tmp_path / "tagging"])])
    assert found.owners == {"tiny-tags": "breadknife-tagging"}

"""Which file an import of a package of the same project means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breadknife.project.workspaces import entries
from breadknife.text.outline import Import
from project.folders import known, opened

A = {"packages/a/src/index.ts": "", "packages/a/src/more.ts": "", "packages/b/src/here.ts": ""}
LINK = "node_modules/@x/a"


def meant(root: Path, package: object, module: str, files: dict[str, str], link: str = "", to: str = "") -> list[str]:
    described = {"packages/a/package.json": json.dumps(package), "package.json": '{"workspaces": ["packages/*"]}'}
    project = known(root, {**A, **(described if not link else {}), **files})
    if link:
        (root / "packages/a/package.json").write_text(json.dumps(package), "utf-8")
        (root / link).parent.mkdir(parents=True, exist_ok=True)
        (root / link).symlink_to(to, target_is_directory=True)
    found = project.module(Import(module), opened(root / "packages/b/src/here.ts", "", language="typescript"))
    project.close()
    return [path.relative_to(root).as_posix() for path in found]


@pytest.mark.parametrize(
    ("fields", "module", "expected"),
    [
        ({"exports": "./src/index.ts"}, "@x/a", "packages/a/src/index.ts"),
        ({"exports": {".": {"types": "./src/index.ts", "default": "./dist/a.js"}}}, "@x/a", "packages/a/src/index.ts"),
        ({"exports": {"./more": {"import": "./src/more.js"}}}, "@x/a/more", "packages/a/src/more.ts"),
        ({"main": "src/index"}, "@x/a", "packages/a/src/index.ts"),
        ({"main": "dist/more.js"}, "@x/a", "packages/a/src/more.ts"),
        ({"types": "dist/index.d.ts"}, "@x/a", "packages/a/src/index.ts"),
        ({}, "@x/a/src/more", "packages/a/src/more.ts"),
        ({}, "@x/a", ""),
        ({"name": "@x/other", "main": "src/index"}, "@x/a", ""),
        ({"exports": {".": 1, "a": [{}]}, "main": 3}, "@x/a", ""),
        ({"main": "src/index"}, "@x", ""),
        ({"main": "src/index"}, "@x/", ""),
        ({"main": "src/index"}, "a", ""),
    ],
)
def test_a_package_of_the_project(tmp_path: Path, fields: dict[str, object], module: str, expected: str) -> None:
    package = {"name": "@x/a", **fields}
    assert meant(tmp_path, package, module, {}) == expected.split()
    linked = tmp_path / "linked"
    linked.mkdir()
    assert meant(linked, package, module, {}, LINK, "../../packages/a") == expected.split()


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    other, root = tmp_path / "other", tmp_path / "root"
    other.mkdir()
    root.mkdir()
    (other / "package.json").write_text('{"name": "@x/a", "main": "index.ts"}', "utf-8")
    (other / "index.ts").write_text("", "utf-8")
    assert meant(root, {"name": "@y/a"}, "@x/a", {}, LINK, str(other)) == []


def test_a_package_that_leads_out_of_its_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.ts").write_text("", "utf-8")
    root = tmp_path / "root"
    root.mkdir()
    assert meant(root, {"name": "@x/a", "main": "../../../secret.ts"}, "@x/a", {}) == []


@pytest.mark.parametrize(
    ("pattern", "fields"),
    [
        ("packages/*", {"main": "//evil/share/x", "types": "../../../etc/x/index.ts", "module": "/x.ts"}),
        ("../other/*", {"main": "index.ts"}),
        ("/other/*", {"main": "index.ts"}),
        ("//evil/*", {"main": "index.ts"}),
    ],
)
def test_nothing_is_asked_of_what_is_outside_of_the_project(pattern: str, fields: dict[str, str]) -> None:
    read = list[str]()

    class Files:
        def linked(self, folder: str, /) -> str | None:
            return None

        def read(self, file: str, /) -> str | None:
            read.append(file)
            said = {"name": "a", **fields}
            return json.dumps({"workspaces": [pattern]} if file == "/root/package.json" else said)

    found = list(entries("a", ("/root",), Files()))
    assert [file for file in (*read, *found) if not file.startswith("/root/")] == []

"""The example outside the tree: installed, its own tests, and asked for real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breadknife.api import ActionRequest, ResolveRequest, Span
from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.testing import document
from plugin_packages import install, run

PACKAGE = Path(__file__).parents[1] / "examples" / "plugins" / "breadknife-todo"


def test_installed_and_exercised(tmp_path: Path, home: Path) -> None:
    site = tmp_path / "site"
    install(PACKAGE, site)
    run(["pytest", "-p", "no:cacheprovider"], PACKAGE, site)
    run(["breadknife", "plugins", "check", "todo"], PACKAGE, site)
    (tmp_path / "breadknife.toml").write_text('[todo]\nowner = "ada"\n\n[prose]\nenabled = false\n')
    (tmp_path / "a.py").write_text("x = 1  # TODO(2020-01-01): more\n")
    (tmp_path / "b.go").write_text("// FIXME\n")
    found = json.loads(run(["breadknife", "lint", "--format", "json", "."], PACKAGE, site, cwd=tmp_path, code=1))
    assert [(each["path"], each["code"], [fix["title"] for fix in each["fixes"]]) for each in found] == [
        ("a.py", "no-owner", ["It is ada's"]),
        ("a.py", "overdue", []),
        ("b.go", "empty", []),
        ("b.go", "no-owner", ["It is ada's"]),
    ]


@pytest.mark.model
def test_a_real_model_says_what_is_to_do(real_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGE / "src"))
    from breadknife_todo.plugin import TodoPlugin

    host = Host(Registry((TodoPlugin(),)), real_engine, builtin_catalog())
    asked = document("def mean(xs):\n    # TODO(bob):\n    return sum(xs) / len(xs)\n")
    [(_, action)] = host.ask(ActionRequest(asked, Span(20, 20))).actions
    reply = host.ask(ResolveRequest(asked, action), plugin="todo")
    [receipt] = reply.receipts
    assert receipt.sentence == ""
    [(_, resolved)] = reply.actions
    assert asked.edited(resolved.edits).line_text(1).startswith("    # TODO(bob): ")
    assert (receipt.model, receipt.verdict) == ("qwen2.5-coder-0.5b", "accepted")
    assert [step.verdict for step in receipt.steps] == ["passed on"] * 3

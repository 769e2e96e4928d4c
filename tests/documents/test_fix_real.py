"""“Fix this text” with the real checkers and the real model."""

from __future__ import annotations

import pytest

from breadknife.cli.recipes import testing


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(600)
def test_its_own_tests_pass(capsys: pytest.CaptureFixture[str]) -> None:
    code = testing.run(["fix-text"], [], as_json=False, offline=True, engine_script=None)
    assert code == 0, capsys.readouterr().out

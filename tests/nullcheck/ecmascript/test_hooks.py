"""React calls a component's hooks each time, in the same order: nothing is to leave before them."""

from __future__ import annotations

import pytest

from nullcheck.ecmascript.asking import results


@pytest.mark.parametrize(
    ("body", "is_offered"),
    [
        ("const y = x.y;\n  const z = useMemo(() => y, [y]);", False),
        ("const y = x.y;\n  React.useEffect(() => {});", False),
        ("const y = useMemo(() => 1, [x.y]);", False),
        ("const a = useA();\n  const y = x.y;", True),
        ("const y = x.y;\n  user(y);", True),
    ],
)
def test_nothing_is_returned_before_a_hook(body: str, is_offered: bool) -> None:
    made = results(f"function f(x?: X): void {{\n  {body}\n}}\n")
    assert ("return" in made) is is_offered
    assert "raise" in made


@pytest.mark.parametrize(("call", "is_offered"), [("run(x.y);", True), ("useEffect(g, [x.y]);", False)])
def test_a_hook_is_not_left_out(call: str, is_offered: bool) -> None:
    assert ("narrow" in results(f"function f(x?: X): void {{\n  {call}\n}}\n")) is is_offered

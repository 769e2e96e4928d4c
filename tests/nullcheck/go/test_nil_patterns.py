"""The patterns of Go's nil, in their own examples."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages.go import nil_patterns
from breadknife.plugins.nullcheck.languages.go.nil_patterns import NilPattern

PATTERNS = {name: value for name, value in vars(nil_patterns).items() if isinstance(value, NilPattern)}


@pytest.mark.parametrize("name", PATTERNS)
def test_each_pattern_is_found_in_its_examples_alone(name: str) -> None:
    pattern = PATTERNS[name]
    assert [source for source in pattern.found_in if not pattern.is_in(source)] == []
    assert [source for source in pattern.not_in if pattern.is_in(source)] == []

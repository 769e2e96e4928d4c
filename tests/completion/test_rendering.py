"""How definitions of another file look in the context."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from breadknife.plugins.completion.rendering import Sheet, rendered
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import outline
from breadknife.text.syntax import parse

RENDERED: Mapping[str, tuple[str, str]] = {
    "python": (
        """
@dataclass
class Point(Base):
    '''A place.

    note: of two numbers
    '''

    x: int = 0  # across
    pass

    @property
    def length(
        self,
        power: int = 2,
    ) -> float:
        y: int = 1
        return self.x

LIMIT = 3
""",
        """class Point(Base):
    \"\"\"A place.\"\"\"
    x: int = 0  # across
    def length(self, power: int = 2) -> float: ...
LIMIT = 3""",
    ),
    "typescript": (
        """
export interface Shape { name: string; area(scale: number): number }
type Id = string | number
/** Makes one. */
export const make = (name: string): Shape => { return { name } }
class Box { private size = 1; grow(by: number) { this.size += by } }
""",
        """export interface Shape {
    area(scale: number): number
}
type Id = string | number
// Makes one.
export const make = (name: string): Shape => { … }
class Box {
    grow(by: number) { … }
}""",
    ),
    "go": (
        """package p

// Point is a place.
type Point struct {
\tX, Y int
}

func (p *Point) Move(by int) error {
\treturn nil
}
""",
        """// Point is a place.
type Point struct {
    X, Y int
}
func (p *Point) Move(by int) error { … }""",
    ),
    "rust": (
        """
pub struct Point {
    pub x: i32,
}

impl Point {
    /// Moves.
    pub fn shift(&mut self, by: i32) {}
}
""",
        """pub struct Point {
    pub x: i32,
}
// Moves.
pub fn shift(&mut self, by: i32) { … }""",
    ),
    "ruby": (
        """
class Point
  def shift(by)
    by
  end
end
""",
        """class Point
    def shift(by)
end""",
    ),
}


@pytest.mark.parametrize("language", RENDERED)
def test_rendered(language: str) -> None:
    text, expected = RENDERED[language]
    tree = parse(text, language)
    assert tree
    found = outline(tree).definitions
    assert rendered(found, Sheet(text, found, LANGUAGES[language])) == expected

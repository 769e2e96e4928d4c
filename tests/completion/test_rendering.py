"""How definitions of another file look in the context."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from breadknife.plugins.completion.rendering import SourceFile, render
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import outline
from breadknife.text.syntax import parse

RENDERED: Mapping[str, tuple[str, str]] = {
    "python": (
        """
@dataclass(frozen=True)
@register(
    "point",
)
class Point(Base):
    '''A place.

    note: of two numbers
    '''

    x: int = 0  # across
    pass

    @property
    @cache
    def length(
        self,
        power: int = 2,
    ) -> float:
        y: int = 1
        return self.x

    @length.setter
    def length(self, value): ...

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(text)

LIMIT = 3
""",
        """@dataclass(frozen=True)
class Point(Base):
    \"\"\"A place.\"\"\"
    x: int = 0  # across
    @property
    def length(self, power: int = 2) -> float: ...
    @length.setter
    def length(self, value): ...
    @classmethod
    def of(cls, text: str) -> Self: ...
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
    pub fn norm(&self) -> i32 { self.x }
}

pub fn origin() -> Point { Point { x: 0 } }

pub trait Shape {
    fn area(&self) -> f32;
}
""",
        """pub struct Point {
    pub x: i32,
}
impl Point {
    // Moves.
    pub fn shift(&mut self, by: i32) { … }
    pub fn norm(&self) -> i32 { … }
}
pub fn origin() -> Point { … }
pub trait Shape {
    fn area(&self) -> f32;
}""",
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
    "java": (
        """package p;

/** A place. */
@Deprecated
public class Point extends Base implements Shape {
    private int x = 1;

    public Point(int x) { this.x = x; }

    @Override
    public double area(double scale) throws IOException {
        return scale;
    }
}
""",
        """// A place.
public class Point extends Base implements Shape {
    private int x = 1;
    public Point(int x) { … }
    public double area(double scale) throws IOException { … }
}""",
    ),
    "c": (
        """#define LIMIT 3
/* A place. */
struct point {
    int x;
    int y;
};

static int
area(const struct point *p, double scale)
{
    return 1;
}
""",
        """#define LIMIT 3
// A place.
struct point {
    int x;
    int y;
}
static int area(const struct point *p, double scale) { … }""",
    ),
    "cpp": (
        """namespace shapes {
// A place.
class Point : public Base {
public:
    explicit Point(int x) : x_(x) {}
    double area(double scale) const;
private:
    int x_ = 0;
};

template <typename T>
T largest(const std::vector<T>& all) { return all[0]; }
}

double shapes::Point::area(double scale) const { return scale; }
""",
        """// A place.
class Point : public Base {
    explicit Point(int x) { … }
    double area(double scale) const;
}
template <typename T> T largest(const std::vector<T>& all) { … }
double shapes::Point::area(double scale) const { … }""",
    ),
    "csharp": (
        """namespace Shapes;

/// <summary>A place.</summary>
public class Point : Base
{
    private int x = 1;
    public int X { get; set; }

    public Point(int x) { this.x = x; }

    public double Area(double scale) => scale;
}
""",
        """// A place.
public class Point : Base {
    public int X { … }
    public Point(int x) { … }
    public double Area(double scale) { … }
}""",
    ),
    "kotlin": (
        """package p

/** A place. */
data class Point(val x: Int, val y: Int) : Base() {
    val size = 1

    fun area(scale: Double): Double {
        return scale
    }
}

fun Point.twice(): Point = Point(x * 2, y * 2)
""",
        """// A place.
data class Point(val x: Int, val y: Int) : Base() {
    val size = 1
    fun area(scale: Double): Double { … }
}
fun Point.twice(): Point { … }""",
    ),
    "php": (
        """<?php
/** A place. */
class Point extends Base implements Shape
{
    private int $x = 1;

    public function __construct(int $x)
    {
        $this->x = $x;
    }

    public function area(float $scale): float { return $scale; }
}

function largest(array $all): Point { return $all[0]; }
""",
        """// A place.
class Point extends Base implements Shape {
    public function __construct(int $x) { … }
    public function area(float $scale): float { … }
}
function largest(array $all): Point { … }""",
    ),
    "lua": (
        """local M = {}

--- Makes one.
function M.new(x, y)
  return { x = x, y = y }
end

local function area(point, scale)
  return scale
end

function M:move(by)
  self.x = self.x + by
end
""",
        """local M = {}
-- Makes one.
function M.new(x, y)
local function area(point, scale)
function M:move(by)""",
    ),
    "shellscript": (
        """#!/bin/sh

LIMIT=3

# Says it.
say() {
  echo "$1"
}

function shout { echo "$1!"; }
""",
        """LIMIT=3
# Says it.
say()
function shout""",
    ),
}


@pytest.mark.parametrize("language", RENDERED)
def test_rendered(language: str) -> None:
    text, expected = RENDERED[language]
    tree = parse(text, language)
    assert tree
    found = outline(tree).definitions
    assert render(found, SourceFile(text, found, LANGUAGES[language])) == expected

"""Draws a recipe's steps and what flows between them: as Mermaid, and as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from breadknife.recipes.checking import Plan, sources_of
from breadknife.recipes.inputs import INPUT
from breadknife.task.cascade import Kind

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 180, 44, 60, 24, 16
"""Pixels: a step's box, the gaps between two boxes, and the margin around all."""
FILLS: Mapping[Kind, str] = {Kind.RULE: "#e8f1fb", Kind.TINY: "#fdf3d8", Kind.SMALL: "#fbe3d6"}
INPUT_FILL = "#eeeeee"


@dataclass(frozen=True)
class Box:
    """The box of a step, of the request or of what is shown, with its place in the SVG."""

    name: str
    caption: str
    """The second line: the step's type, `request`, or how the result is shown."""
    fill: str
    """A CSS colour."""
    column: int
    row: int

    @property
    def x(self) -> int:
        return MARGIN + self.column * (WIDTH + GAP_X)

    @property
    def y(self) -> int:
        return MARGIN + self.row * (HEIGHT + GAP_Y)


def edges(plan: Plan) -> list[tuple[str, str]]:
    """Return (step, step that takes something from it), each once. A port that the recipe leaves to the request
    counts."""
    known = {INPUT, *(step.name for step in plan.order)}
    edges: dict[tuple[str, str], None] = {}
    for step in plan.order:
        sources = sources_of(step, plan.templates) or [INPUT]
        edges |= {(source, step.name): None for source in sources if source in known}
    return list(edges)


def mermaid(plan: Plan) -> str:
    """Return the steps as a Mermaid flowchart."""
    lines = ["flowchart LR", f"  {INPUT}([request])"]
    lines += [f'  {step.name}["{step.name}<br/><i>{step.type}</i>"]' for step in plan.order]
    lines += [f"  {source} --> {target}" for source, target in edges(plan)]
    lines += [f"  {_shown(plan)} --> show([{plan.recipe.show.presentation}])"]
    return "\n".join(lines) + "\n"


def svg(plan: Plan) -> str:
    """Return the steps as an SVG file."""
    boxes = {box.name: box for box in _boxes(plan)}
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    title = f"Steps of the recipe {plan.recipe.name}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#666"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for source, target in (*edges(plan), (_shown(plan), "show")):
        start, end = boxes[source], boxes[target]
        x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
        out.append(
            f'<path d="M{x1} {y1}C{x1 + 30} {y1} {x2 - 30} {y2} {x2} {y2}" fill="none" stroke="#666" '
            'marker-end="url(#end)"/>'
        )
    for box in boxes.values():
        middle = box.x + WIDTH // 2
        out += [
            f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{box.fill}" stroke="#999"/>',
            f'<text x="{middle}" y="{box.y + 18}" text-anchor="middle" fill="#222">{escape(box.name)}</text>',
            f'<text x="{middle}" y="{box.y + 35}" text-anchor="middle" fill="#666" font-size="11">'
            f"{escape(box.caption)}</text>",
        ]
    return "\n".join((*out, "</svg>")) + "\n"


def _shown(plan: Plan) -> str:
    """Return the step whose result is shown."""
    return plan.recipe.show.text.removeprefix("$").split(".")[0]


def _boxes(plan: Plan) -> list[Box]:
    """Place each step in the column after the last one that it takes something from."""
    columns = {INPUT: 0}
    flows = edges(plan)
    for step in plan.order:
        columns[step.name] = 1 + max((columns[source] for source, target in flows if target == step.name), default=0)
    columns["show"] = 1 + max(columns.values())
    fills = {step.name: FILLS[plan.types[step.name].kind] for step in plan.order}
    captions = {step.name: step.type for step in plan.order} | {INPUT: "request", "show": plan.recipe.show.presentation}
    rows: dict[int, int] = {}
    boxes: list[Box] = []
    for name, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        boxes.append(Box(name, captions[name], fills.get(name, INPUT_FILL), column, row))
    return boxes

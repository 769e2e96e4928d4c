"""The control-flow graph of one function.

A node does one thing, and edges lead on from it. Conditions are taken apart: `a and b` is two nodes that branch. An
expression that chooses between values (`a or b`, `x if t else y`, a comprehension) becomes nodes that assign to a slot,
a variable `%1` that no program can name, and the slot stands in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import Assign, Delete, Expression, NamedDefinition, Return


class NodeKind(StrEnum):
    STEP = "step"
    """An expression is evaluated, or a value is stored, deleted or given a name."""
    BRANCH = "branch"
    """A test with two edges. It has no `and`, `or` or `not`: those are edges."""
    MERGE = "merge"
    """Paths meet."""
    LOOP = "loop"
    """Where the rounds of a loop begin."""
    CATCH = "catch"
    """An exception arrives here from any node that has this one in `catches`."""
    RETURN = "return"
    """The function is left with a value."""
    END = "end"
    """The function is left after its last statement."""


Action = Expression | Assign | Delete | NamedDefinition | Return


class Edge(NamedTuple):
    target: Node
    when: bool | None = None
    """The outcome of the test that leads here; None where there is no test."""


@dataclass(eq=False, slots=True)
class Node:
    index: int
    """Its place in `Graph.nodes`. Nodes with lower numbers are followed first."""
    kind: NodeKind
    action: Action | None
    edges: list[Edge]
    catches: tuple[Node, ...]
    """Where an exception leads that is raised here."""
    forgives: bool
    """The author means to catch what a use of null raises here."""
    entries: int = 0
    """How many ways lead here, so that a node with one needs no join. `ordered` counts them."""


@dataclass
class Graph:
    """The nodes of one function. The first one is its entry."""

    nodes: list[Node] = field(default_factory=list[Node])

    @property
    def entry(self) -> Node:
        return self.nodes[0]


def ordered(graph: Graph) -> Graph:
    """Return the graph of the nodes that can be reached, each after those that lead to it, but for loops. Numbers the
    nodes in this order, and counts their entries.

    The order is the reverse of that in which a depth-first search leaves the nodes."""
    nodes, path = list[Node](), [graph.entry]
    begun, done = bytearray(len(graph.nodes)), bytearray(len(graph.nodes))
    while path:
        node = path[-1]
        index = node.index
        if not begun[index]:
            begun[index] = 1
            # What is pushed last is left first, and so stands behind the others: for a loop, what comes after it.
            path += [edge.target for edge in node.edges if not begun[edge.target.index]]
            path += [catch for catch in node.catches if not begun[catch.index]]
            continue
        path.pop()
        if not done[index]:
            done[index] = 1
            nodes.append(node)
    nodes.reverse()
    for index, node in enumerate(nodes):
        node.index = index
        for edge in node.edges:
            edge.target.entries += 1
        for catch in node.catches:
            catch.entries += 2  # more than one, so that the state of a catch is always joined
    nodes[0].entries += 1
    return Graph(nodes)

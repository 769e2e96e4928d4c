import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, entries, type Group, type Sorted, summary } from "../src/tools/nulls";

const at = (line: number) => ({ path: "a.py", line, column: 5, message: `"x" is not known ${line}` });

function group(sort: Group["sort"], why: string, lines: readonly number[], title?: string): Group {
  const patch = title ? { title, edits: [] } : null;
  return { sort, why, reason: why.replace(/ \(.*/, ""), name: "a.x", patch, findings: lines.map(at) };
}

const SORTED: Sorted = {
  findings: 7,
  groups: [
    group("can happen", "`f` may return\nNone", [3], "Raise ValueError"),
    group("unclear", "`g` may return None", [4, 9]),
    group("life cycle", "`a.x` is null until it is set", [5], "Set `a.x` to `[]`"),
    group("checker noise", "A test before it (line 1)", [6]),
    group("checker noise", "A test before it (line 2)", [7, 8]),
  ],
};

function drawn(shown: readonly Entry[], depth = 0): string[] {
  return shown.flatMap(({ label, description, children, folded }) => [
    `${"  ".repeat(depth)}${folded ? "+ " : ""}${label}: ${description}`,
    ...drawn(children ?? [], depth + 1),
  ]);
}

test("what is to read comes first, and the noise is folded under its reasons", () => {
  assert.deepEqual(drawn(entries(SORTED)), [
    "To Read: 2",
    "  a.py:3: Raise ValueError · `f` may return None",
    "  + a.py:4: `g` may return None",
    '    a.py:4: "x" is not known 4',
    '    a.py:9: "x" is not known 9',
    "Declarations: 1",
    "  a.py:5: Set `a.x` to `[]` · `a.x` is null until it is set",
    "+ Noise: 3",
    "  + A test before it: 3",
    "    a.py:6: A test before it (line 1)",
    "    a.py:7: A test before it (line 2)",
    "    a.py:8: A test before it (line 2)",
  ]);
});

test("one sentence says how much of it is to read", () => {
  assert.equal(summary(SORTED), "7 findings about null, 2 to read.");
  assert.equal(summary({ findings: 0, groups: [] }), "No finding is about null.");
});

test("without findings there is nothing to show", () => {
  assert.deepEqual(entries({ findings: 0, groups: [] }), []);
});

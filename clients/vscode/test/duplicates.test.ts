import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic, DiagnosticCollection, Uri } from "vscode";
import { Distinct, withoutDuplicates } from "../src/lsp/duplicates";

/** On one line, from and to these columns. */
function range(start: number, end: number): Diagnostic["range"] {
  const intersection = (other: { start: number; end: number }) =>
    Math.max(start, other.start) <= Math.min(end, other.end) ? range(start, end) : undefined;
  return { start, end, intersection } as unknown as Diagnostic["range"];
}

function diagnostic(source: string, code: string | number, at: [number, number], message = ""): Diagnostic {
  return { source, code, message, range: range(...at) } as Diagnostic;
}

const OURS = diagnostic("breadknife", "nullcheck/none-attribute", [4, 9]);
const PROSE = diagnostic("breadknife", "harper/AnA", [4, 9]);

const CASES: readonly [string, Diagnostic, boolean][] = [
  ["the same, of TypeScript's checker", diagnostic("ts", 18047, [4, 9]), false],
  ["the same, in JavaScript", diagnostic("js", 2531, [4, 5]), false],
  ["a call with what may be null", diagnostic("ts", 2345, [0, 20], "Argument of type 'string | null' is …"), false],
  ["a call with another type", diagnostic("ts", 2345, [4, 9], "Argument of type 'number' is …"), true],
  ["something else at the place", diagnostic("ts", 6133, [4, 9]), true],
  ["the same at another place", diagnostic("ts", 18047, [30, 40]), true],
  ["another tool's code of that number", diagnostic("eslint", 18047, [4, 9]), true],
];

for (const [name, other, isShown] of CASES) {
  test(`beside ours the editor shows ${name}`, () => {
    assert.deepEqual(withoutDuplicates([OURS, PROSE], [other, OURS]), isShown ? [OURS, PROSE] : [PROSE]);
  });
}

test("what the editor's checker shows later takes ours away, and what it takes back brings ours back", () => {
  const uri = { toString: () => "file:///a.ts" } as Uri;
  const shown = new Map<string, readonly Diagnostic[]>();
  const inner = {
    set: (at: Uri, found: readonly Diagnostic[]) => shown.set(String(at), found),
    get: (at: Uri) => shown.get(String(at)),
  } as unknown as DiagnosticCollection;
  let others: Diagnostic[] = [];
  const collection = new Distinct(inner, () => others);
  const ours = () => shown.get(String(uri));

  collection.set(uri, [OURS, PROSE]);
  assert.deepEqual(ours(), [OURS, PROSE]);
  others = [diagnostic("ts", 18047, [4, 9])];
  collection.refresh([uri]);
  assert.deepEqual(ours(), [PROSE]);
  others = [];
  collection.refresh([uri]);
  assert.deepEqual(ours(), [OURS, PROSE]);
});

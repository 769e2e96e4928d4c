"""What holds of every offer, whatever the code; and what the real tsc says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import opened

# --- every edit, whatever the code ---

USES = ("x.y()", "x[0]", "x.y.z", "g(1, x.z)", "const a = x.y", "return x.y", "for (const b of x.c) {}", "if (x.y) g()")
SHAPES = (
    "function f(x?: X) {{{nl}{ind}{use};{nl}}}{nl}",
    "class A {{{nl}{ind}f(x: X | null) {{{nl}{ind}{ind}{use};{nl}{ind}}}{nl}}}{nl}",
    "const f = async (a, x?: X) => {{{nl}{ind}for (const b of a) {{{nl}{ind}{ind}{use};{nl}{ind}}}{nl}}};{nl}",
    "it('é', () => {{{nl}{ind}const x = find(1);{nl}{ind}{use};{nl}}});{nl}"
    "function find(a): X | null {{ return a }}{nl}",
)


@given(
    st.sampled_from(SHAPES),
    st.sampled_from(USES),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.text("aé😀 /'", max_size=8),
)
def test_every_offered_edit_parses_ends_the_finding_and_changes_nothing_else(
    shape: str, use: str, ind: str, nl: str, comment: str
) -> None:
    text = f"// {comment}{nl}" + shape.format(ind=ind, use=use, nl=nl)
    file = opened(text)
    assert file.findings()
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        for offer in file.offers(place):
            after = opened(apply_edits(text, offer.edits))
            assert not after.tree.root.has_error
            assert len(after.findings()) < len(file.findings())
            assert ("\r\n" in after.tree.text) == (nl == "\r\n")
            assert offer.within is not None
            assert all(offer.within.contains(edit.span) for edit in offer.edits)


# --- the real tsc ---

TSC = """\
interface Options { name?: string; run?: () => void; tags: string[] | null }
declare function find(id: number): Options | null;
export function uses(options: Options, xs: number[] | undefined): void {
  const found = find(1);
  found.tags;
  find(2).run;
  options.name.trim();
  options.run();
  for (const x of xs) console.log(x);
  options.tags.forEach((tag) => console.log(tag));
}
export function text(options: Options): string {
  return options.name.trim();
}
function inner(a: number, b?: string) {
  return b.length;
}
inner(1, "a");
console.log(inner);
class Timer {
  private handle: Date | null = null;
  constructor() {
    this.handle = new Date();
  }
  stop() {
    this.handle.getTime();
  }
}
new Timer().stop();
type Product = { price: number; discount?: { percent: number; name: string } };
export function total(product: Product) {
  return product.price * (1 - product.discount.percent / 100);
}
export function shown(product: Product) {
  console.log(product.discount.name);
}
"""


TYPESCRIPT = Path(__file__).parents[3] / "clients" / "vscode" / "node_modules" / "typescript" / "lib" / "typescript.js"
"""At the version that the extension's lock file has."""


def test_after_each_edit_the_real_tsc_has_one_error_less_and_no_new_one(tmp_path: Path) -> None:
    file = opened(TSC)
    texts = [TSC]
    for finding in file.findings():
        place = file.place(finding)
        assert place is not None
        offers = list(file.offers(place))
        assert offers, finding.message
        texts += [apply_edits(TSC, offer.edits) for offer in offers]
    assert len(texts) > 12
    before, *after = tsc_errors(texts, tmp_path)
    assert len(before) == len(file.findings())
    for text, errors in zip(texts[1:], after, strict=True):
        assert len(errors) < len(before), text
        assert set(errors) <= set(before), text


def tsc_errors(texts: list[str], folder: Path) -> list[list[str]]:
    """The messages of each text's errors, without their places."""
    node = shutil.which("node")
    if node is None or not TYPESCRIPT.exists():
        assert not os.environ.get("CI"), "TypeScript is missing: make extension"
        pytest.skip("TypeScript isn't installed: make extension")
    (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
    script = """
      const ts = require(process.argv[1]), fs = require("fs");
      const options = {strict: true, noEmit: true, target: 9, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: []};
      const host = ts.createCompilerHost(options), read = host.getSourceFile.bind(host), libs = {};
      const found = JSON.parse(fs.readFileSync("texts.json", "utf8")).map((text) => {
        host.getSourceFile = (name, target) => name === "a.ts" ? ts.createSourceFile(name, text, target)
          : (libs[name] ??= read(name, target));
        const program = ts.createProgram(["a.ts"], options, host);
        return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, " "));
      });
      console.log(JSON.stringify(found));
    """
    done = subprocess.run([node, "-e", script, str(TYPESCRIPT)], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findProgram, instead } from "../src/server/program";
import { Cancelled, run } from "../src/setup/run";

const before_ = process.env.PATH;
let folder: string;
let program: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "breadknife-"));
  program = join(folder, process.platform === "win32" ? "breadknife.exe" : "breadknife");
  process.env.HOME = folder;
});
after(() => {
  process.env.PATH = before_;
  rmSync(folder, { recursive: true });
});

const own = async () => "/storage/breadknife";
const nothing = async () => undefined;

test("a program: the setting, then PATH, then the extension's own, then none", async () => {
  process.env.PATH = folder;
  assert.deepEqual(await findProgram([], nothing), { kind: "absent" });
  assert.deepEqual(await findProgram([], own), {
    kind: "program",
    program: { command: "/storage/breadknife", args: ["serve"] },
  });
  writeFileSync(program, "");
  chmodSync(program, 0o755);
  assert.deepEqual(await findProgram([], own), { kind: "program", program: { command: program, args: ["serve"] } });
  assert.deepEqual(await findProgram([process.execPath, "serve", "--offline"], own), {
    kind: "program",
    program: { command: process.execPath, args: ["serve", "--offline"] },
  });
});

for (const [setting, why] of [
  [["no-such-program"], /“no-such-program” is neither/],
  [["./breadknife"], /“\.\/breadknife” is neither/],
  ["breadknife serve", /is no list/],
  [[1], /is no list/],
  [null, /is no list/],
] as const) {
  test(`a program: ${JSON.stringify(setting)} is wrong`, async () => {
    const found = await findProgram(setting, own);
    assert.ok(found.kind === "wrong");
    assert.match(found.why, why);
    assert.match(found.why, /breadknife\.command/);
  });
}

test("the same program does something else than serve", () => {
  const uv = { command: "uv", args: ["run", "breadknife", "serve", "--offline"] };
  assert.deepEqual(instead(uv, ["setup", "--json"]), ["run", "breadknife", "setup", "--json"]);
  assert.equal(instead({ command: "my-server", args: [] }, ["setup"]), undefined);
});

test("a program's lines come as it prints them, and its end", async () => {
  const lines: string[] = [];
  const script = "console.log('one'); console.error('two'); process.exitCode = 3";
  const { code } = await run(process.execPath, ["-e", script], { onLine: (line) => lines.push(line) });
  assert.equal(code, 3);
  assert.deepEqual(lines.sort(), ["one", "two"]);
});

test("a program that is cancelled is told so, and may keep what it has", async () => {
  const script =
    "process.on('SIGINT', () => { console.log('kept'); process.exit(1); }); console.log('begun'); setInterval(() => {}, 1e4)";
  const cancel = new AbortController();
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    cancel.abort();
  };
  await assert.rejects(run(process.execPath, ["-e", script], { signal: cancel.signal, onLine }), Cancelled);
  assert.deepEqual(lines, ["begun", "kept"]);
  await assert.rejects(run(process.execPath, ["-e", script], { signal: cancel.signal }), Cancelled);
});

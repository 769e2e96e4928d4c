import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { describePip, Environment, lastWords, SetupError } from "../src/setup/environment";
import { Cancelled, type Result } from "../src/setup/run";

const PYTHON = { command: "/usr/bin/python3", args: [] };
const WHEELS = "/extension/wheels";
let storage: string;
let ran: string[];

beforeEach(() => {
  storage = mkdtempSync(join(tmpdir(), "breadknife-"));
  ran = [];
  wheel = undefined;
});
afterEach(() => rmSync(storage, { recursive: true }));

let wheel: string | undefined;

/** An environment whose programs answer as told: `results` are pip's, one after the other. */
function environment(version: string, ...results: Result[]): Environment {
  const made: Environment = new Environment(storage, version, wheel, false, async (command, args, { signal } = {}) => {
    if (signal?.aborted) throw new Cancelled();
    ran.push([command, ...args].join(" "));
    if (args.includes("venv")) {
      mkdirSync(join(made.folder, "bin"), { recursive: true });
      return { code: 0, lines: [] };
    }
    const result = results.shift() ?? { code: 0, lines: [] };
    if (result.code === 0) writeFileSync(made.program, "");
    return result;
  });
  return made;
}

const make = (each: Environment, wheels?: string, isOffline = false, server?: string) =>
  each.make(PYTHON, { wheels, server, isOffline }, () => {}, new AbortController().signal);

const installs = () => ran.filter((line) => line.includes("pip install")).map((line) => line.split("off ")[1]);

test("an environment is ready once it was made to its end", async () => {
  const each = environment("1.0");
  assert.equal(await each.isReady(), false);
  await make(each);
  assert.equal(await each.isReady(), true);
  assert.deepEqual(installs(), ["breadknife==1.0"]);
});

test("bundled wheels come before the index", async () => {
  await make(environment("1.0"), WHEELS);
  assert.deepEqual(installs(), [`--no-index --find-links ${WHEELS} breadknife==1.0`]);
});

test("what the bundled wheels don't have comes from the index", async () => {
  await make(environment("1.0", { code: 1, lines: ["ERROR: No matching distribution found for rich"] }), WHEELS);
  assert.deepEqual(installs(), [
    `--no-index --find-links ${WHEELS} breadknife==1.0`,
    `--find-links ${WHEELS} breadknife==1.0`,
  ]);
});

test("breadknife's own wheel is installed as it is: the index has only what it needs", async () => {
  const server = `${WHEELS}/breadknife-1.0-py3-none-any.whl`;
  await make(environment("1.0", { code: 1, lines: ["ERROR: No matching distribution"] }), WHEELS, false, server);
  assert.deepEqual(installs(), [`--no-index --find-links ${WHEELS} ${server}`, `--find-links ${WHEELS} ${server}`]);
});

test("another build of the same version is an update, too", async () => {
  wheel = join(storage, "breadknife-1.0-py3-none-any.whl");
  writeFileSync(wheel, "one build");
  const old = environment("1.0");
  await make(old);
  assert.equal(await environment("1.0").isReady(), true);
  writeFileSync(wheel, "another build");
  const fresh = environment("1.0");
  assert.equal(await fresh.isReady(), false);
  assert.equal(await fresh.isUpdate(), true);
});

test("of two windows one makes it, and the other waits and takes it", async () => {
  const waiting = "waiting for another window that is setting it up";
  const said: string[] = [];
  const report = (message: string) => said.push(message);
  const sources = { wheels: undefined, server: undefined, isOffline: false };
  const open = () => environment("1.0").make(PYTHON, sources, report, new AbortController().signal);
  await Promise.all([open(), open()]);
  assert.deepEqual(installs(), ["breadknife==1.0"]);
  assert.deepEqual(
    said.filter((message) => message === waiting),
    [waiting],
  );
});

test("one that waits can be cancelled", async () => {
  writeFileSync(join(storage, "setup.lock"), "");
  const cancel = new AbortController();
  const sources = { wheels: undefined, server: undefined, isOffline: false };
  const waiting = environment("1.0").make(PYTHON, sources, () => cancel.abort(), cancel.signal);
  await assert.rejects(waiting, Cancelled);
});

test("a window that crashed keeps nobody waiting", async () => {
  const lock = join(storage, "setup.lock");
  writeFileSync(lock, "");
  const before = new Date(Date.now() - 60_000);
  utimesSync(lock, before, before);
  await make(environment("1.0"));
  assert.deepEqual(installs(), ["breadknife==1.0"]);
  assert.equal(existsSync(lock), false);
});

test("a storage that can't be written is one sentence and a remedy", async () => {
  const file = join(storage, "file");
  writeFileSync(file, "");
  storage = join(file, "storage");
  await assert.rejects(make(environment("1.0")), (error) => {
    assert.ok(error instanceof SetupError);
    assert.match(error.message, /^breadknife can't write to .*: ENOTDIR\. Make that folder writable, or /);
    return true;
  });
  storage = join(file, "..");
});

test("offline, the index is never asked", async () => {
  const each = environment("1.0", { code: 1, lines: ["ERROR: No matching distribution found for rich"] });
  await assert.rejects(make(each, WHEELS, true), (error) => {
    assert.ok(error instanceof SetupError);
    assert.match(error.message, /No matching distribution found for rich.* Offline/s);
    return true;
  });
  assert.deepEqual(installs(), [`--no-index --find-links ${WHEELS} breadknife==1.0`]);
  assert.equal(await each.isReady(), false);
});

test("a cancelled one isn't ready, and is made the next time", async () => {
  const cancel = new AbortController();
  cancel.abort();
  const each = environment("1.0");
  const sources = { wheels: undefined, server: undefined, isOffline: false };
  await assert.rejects(
    each.make(PYTHON, sources, () => {}, cancel.signal),
    Cancelled,
  );
  assert.equal(await each.isReady(), false);
  await make(each);
  assert.equal(await each.isReady(), true);
});

test("a new version is an update, and takes the old one's place", async () => {
  const old = environment("1.0");
  assert.equal(await old.isUpdate(), false);
  await make(old);
  const fresh = environment("2.0");
  assert.equal(await fresh.isUpdate(), true);
  await make(fresh);
  assert.equal(existsSync(old.folder), false);
  assert.equal(await fresh.isReady(), true);
});

const LINES: readonly [string, string | undefined][] = [
  ["Collecting breadknife==0.1.0", "looking for breadknife"],
  ["  Downloading tree_sitter-0.25.2-cp311-linux_x86_64.whl (632 kB)", "fetching tree-sitter (632 kB)"],
  ["  Using cached rich-14.0.0-py3-none-any.whl (243 kB)", "fetching rich (243 kB)"],
  ["Processing /extension/wheels/breadknife-0.1.0-py3-none-any.whl", "fetching breadknife"],
  ["Installing collected packages: rich, breadknife", "installing the packages"],
  ["Looking in links: /extension/wheels", undefined],
];

for (const [line, wanted] of LINES) {
  test(`pip says: ${line.trim()}`, () => assert.equal(describePip(line), wanted));
}

test("pip's first error explains its failure", () => {
  const lines = ["Collecting rich", "ERROR: Could not find a version", "ERROR: No matching distribution", ""];
  assert.equal(lastWords(lines), "Could not find a version");
  assert.equal(lastWords([]), "it didn't say why");
});

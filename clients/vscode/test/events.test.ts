import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, megabytes, Parts, parseEvent, Run, type SetupEvent } from "../src/setup/events";

function event(part: string, state: SetupEvent["state"], more: Partial<SetupEvent> = {}): SetupEvent {
  return { part, state, message: `${part} ${state}`, fraction: null, bytes_done: null, bytes_total: null, ...more };
}

test("a line of `breadknife setup --json` is an event", () => {
  const line =
    '{"part": "engine", "state": "running", "message": "compiling", "fraction": 0.5, "bytes_done": null, "bytes_total": 3}';
  assert.deepEqual(
    parseEvent(line),
    event("engine", "running", { message: "compiling", fraction: 0.5, bytes_total: 3 }),
  );
});

for (const line of [
  "",
  "Traceback",
  "[]",
  "null",
  '{"part": "engine"}',
  '{"part": "engine", "state": "?", "message": ""}',
]) {
  test(`no event: ${line || "an empty line"}`, () => assert.equal(parseEvent(line), undefined));
}

const LOOKED = new Parts([
  event("engine", "done", { bytes_total: 70e6 }),
  event("model:a", "skipped", { bytes_total: 300e6 }),
  event("model:b", "skipped", { bytes_total: 100e6 }),
  event("languagetool", "skipped"),
]);

test("what is to be fetched is what isn't here", () => {
  assert.equal(LOOKED.bytes(["engine", "model:a", "model:b"]), 400e6);
  assert.equal(LOOKED.bytes(["engine"]), 0);
  assert.equal(LOOKED.bytes(["languagetool"]), 0);
});

test("parts count by what is fetched for them", () => {
  const run = new Run(LOOKED, ["engine", "model:a", "model:b"]);
  const running = event("model:a", "running", { fraction: 0.5, message: "a" });
  assert.deepEqual(run.take(event("engine", "done", { fraction: 1 })), { message: "starting", fraction: 0 });
  assert.deepEqual(run.take(running), { message: "a", fraction: 0.375 });
  assert.equal(run.take(event("model:a", "done")).fraction, 0.75);
  assert.equal(run.take(event("model:b", "failed")).fraction, 1);
});

test("nobody can tell how far it is until a part can", () => {
  const run = new Run(LOOKED, ["model:a", "model:b"]);
  const unknown = event("model:a", "running", { message: "asking" });
  assert.deepEqual(run.take(unknown), { message: "asking", fraction: undefined });
  assert.equal(run.take(event("model:b", "running", { fraction: 0.5 })).fraction, 0.125);
  assert.equal(run.take(unknown).fraction, 0.125);
});

/** Numbers from 0 to 1 that are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test("whatever parts tell in whatever order, it never goes back", () => {
  const names = ["engine", "model:a", "model:b", "languagetool", "model:unheard-of"];
  for (let seed = 1; seed <= 300; seed++) {
    const next = numbers(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
    const run = new Run(LOOKED, names.slice(0, 1 + Math.floor(next() * names.length)));
    let before = 0;
    for (let count = 0; count < 40; count++) {
      const state = pick(["running", "running", "running", "done", "failed", "skipped"] as const);
      const more = { fraction: pick([null, next(), 0, 1]), bytes_total: pick([null, 1, 600e6]) };
      const { fraction } = run.take(event(pick(names), state, more));
      assert.ok(fraction === undefined ? before === 0 : fraction >= before && fraction <= 1 + 1e-9, `seed ${seed}`);
      before = fraction ?? before;
    }
  }
});

test("sizes for people", () => {
  assert.equal(megabytes(491_400_064), "491 MB");
  assert.equal(megabytes(1_117_320_768), "1.1 GB");
  const running = event("model:a", "running", { message: "fetching", bytes_done: 5e6, bytes_total: 10e6 });
  assert.equal(describe(running), "fetching, 5 MB of 10 MB");
});

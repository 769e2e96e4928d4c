import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, megabytes, Parts, parseEvent, type SetupEvent } from "../src/setup/events";

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

test("parts count by their sizes", () => {
  const parts = new Parts([
    event("engine", "done", { bytes_total: 100e6 }),
    event("model:a", "running", { fraction: 0.5, bytes_total: 300e6, message: "a" }),
    event("model:b", "skipped", { bytes_total: 100e6 }),
  ]);
  assert.deepEqual(parts.progress(["engine", "model:a"]), { message: "a", fraction: 0.625 });
  assert.deepEqual(parts.progress(["engine", "model:a", "model:b"]), { message: "a", fraction: 0.5 });
});

test("a part's size is remembered where its last event leaves it out", () => {
  const parts = new Parts([event("model:a", "running", { fraction: 0.1, bytes_total: 100e6 })]);
  parts.take(event("model:a", "done"));
  parts.take(event("model:b", "running", { fraction: 0, bytes_total: 100e6 }));
  assert.equal(parts.progress(["model:a", "model:b"]).fraction, 0.5);
});

test("nobody can tell how far it is while no part can", () => {
  const parts = new Parts([event("engine", "running", { message: "compiling", bytes_total: 100e6 })]);
  assert.deepEqual(parts.progress(["engine"]), { message: "compiling", fraction: undefined });
  parts.take(event("model:a", "running", { fraction: 0.5, bytes_total: 300e6 }));
  assert.deepEqual(parts.progress(["engine", "model:a"]), { message: "compiling", fraction: 0.375 });
});

test("sizes for people", () => {
  assert.equal(megabytes(491_400_064), "491 MB");
  assert.equal(megabytes(1_117_320_768), "1.1 GB");
  const running = event("model:a", "running", { message: "fetching", bytes_done: 5e6, bytes_total: 10e6 });
  assert.equal(describe(running), "fetching, 5 MB of 10 MB");
});

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Pulse } from "../src/lsp/pulse";

const TIMES = { late: 1000, patience: 500 };

/** Lets what is due happen, and what follows from it. */
async function pass(milliseconds: number): Promise<void> {
  mock.timers.tick(milliseconds);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

function watched(ping: () => Promise<unknown>) {
  const said: string[] = [];
  const listener = {
    ping: () => {
      said.push("ping");
      return ping();
    },
    onHung: () => said.push("hung"),
    onAlive: () => said.push("alive"),
  };
  return { said, pulse: new Pulse(listener, TIMES) };
}

const never = () => new Promise<never>(() => {});

function check(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      await run();
    } finally {
      mock.timers.reset();
    }
  });
}

check("a server that isn't asked anything isn't pinged", async () => {
  const { said } = watched(never);
  await pass(10_000);
  assert.deepEqual(said, []);
});

check("an answer in time is all that is needed", async () => {
  const { said, pulse } = watched(never);
  await pulse.during(async () => {});
  await pass(10_000);
  assert.deepEqual(said, []);
});

check("long work isn't a hung server, as long as a ping is answered, even by an error", async () => {
  const { said, pulse } = watched(() => Promise.reject(new Error("method not found")));
  void pulse.during(never);
  await pass(1000);
  await pass(1000);
  assert.deepEqual(said, ["ping", "ping"]);
});

check("a server that answers neither is hung, and alive again when it answers", async () => {
  const { said, pulse } = watched(never);
  let answer = () => {};
  const asked = pulse.during(() => new Promise<void>((resolve) => (answer = resolve)));
  await pass(1000);
  await pass(500);
  assert.deepEqual(said, ["ping", "hung"]);
  answer();
  await asked;
  assert.deepEqual(said, ["ping", "hung", "alive"]);
});

check("the answer to another request shows that it is alive", async () => {
  const { said, pulse } = watched(never);
  void pulse.during(never);
  await pass(900);
  await pulse.during(async () => {});
  await pass(900);
  assert.deepEqual(said, []);
});

check("nothing is said of a server that nobody wants any more", async () => {
  const { said, pulse } = watched(never);
  void pulse.during(never);
  pulse.dispose();
  await pass(10_000);
  assert.deepEqual(said, []);
});

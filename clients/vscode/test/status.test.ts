import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facts, type Report, wanted } from "../src/status/facts";
import { menu } from "../src/status/menu";
import { contextKeys, shown } from "../src/status/shown";
import { ELSEWHERE, FILE, facts, NO_ENGINE, NO_MODEL, REPORT } from "./facts";

/** Words in the status bar, its tone, and the entries of its menu that the state brings. */
const CASES: readonly [string, Partial<Facts>, string, string, readonly string[]][] = [
  ["ready", {}, "", "plain", []],
  ["working", { state: { kind: "working" } }, "", "plain", []],
  ["starting", { state: { kind: "starting" } }, "starting", "plain", []],
  ["no server yet", { state: { kind: "absent" } }, "set up", "warning", ["setUp"]],
  [
    "setting up",
    { state: { kind: "absent" }, setup: { message: "pip", fraction: undefined } },
    "setting up",
    "plain",
    ["cancelSetup"],
  ],
  ["downloading", { setup: { message: "a", fraction: 0.439 } }, "setting up 43 %", "plain", ["cancelSetup"]],
  ["loading", { work: { message: "loading the model", fraction: 0.43 } }, "loading 43 %", "plain", []],
  ["nobody knows how far", { work: { message: "loading the model", fraction: undefined } }, "loading", "plain", []],
  ["reading", { work: { message: "reading essay.md…", fraction: undefined } }, "reading", "plain", []],
  ["an action", { work: { message: "Fix this text", fraction: undefined } }, "working", "plain", []],
  ["model missing", { report: NO_MODEL }, "model missing", "warning", ["download"]],
  ["engine missing", { report: NO_ENGINE }, "engine missing", "warning", ["download"]],
  ["another engine's model", { report: ELSEWHERE }, "", "plain", []],
  ["not yet reported", { report: undefined }, "", "plain", []],
  ["off for a language", { file: { ...FILE, isLanguageOff: true } }, "off for Python", "plain", []],
  ["off for a file", { file: { ...FILE, isFileOff: true } }, "off for this file", "plain", []],
  [
    "a language that isn't served",
    { file: { ...FILE, languageName: "Log", isServed: false } },
    "not for Log",
    "plain",
    [],
  ],
  ["no file", { file: undefined }, "", "plain", []],
  ["paused", { state: { kind: "paused" } }, "paused", "plain", ["resume"]],
  ["crashed", { state: { kind: "crashed", reason: "It crashed." } }, "crashed", "error", ["restart"]],
  [
    "can't start",
    { state: { kind: "unstartable", reason: "It can't start." } },
    "can't start",
    "error",
    ["restart", "showLog"],
  ],
  ["hung", { state: { kind: "hung", reason: "It hangs." } }, "not answering", "error", ["restart"]],
  ["untrusted", { isTrusted: false }, "untrusted", "warning", ["manageTrust"]],
];

for (const [name, given, words, tone, entries] of CASES) {
  test(`status: ${name}`, () => {
    const { words: shownWords, tone: shownTone, explanation } = shown(facts(given));
    assert.deepEqual([shownWords, shownTone], [words, tone]);
    assert.match(explanation, /\S/);
    const offered = menu(facts(given)).map(({ command }) => command?.replace("breadknife.", ""));
    for (const entry of entries) assert.ok(offered.includes(entry), `${entry} is in ${offered}`);
  });
}

test("the menu of a server that is ready", () => {
  assert.deepEqual(
    menu(facts()).map(({ label }) => label.replace(/^\$\([\w-]+\) /, "")),
    [
      "Pause",
      "Turn Off for Python",
      "Turn Off for This File",
      "",
      "Choose the Completion Model",
      "Why Nothing Here?",
      "Run a Recipe Here",
      "Find by Words and Meaning",
      "Ask the Shelf",
      "Your Shelf",
      "Receipts",
      "Models",
      "Get Started",
      "Restart the Server",
      "Show Log",
    ],
  );
});

test("the menu says what it would turn on", () => {
  const labels = menu(facts({ file: { ...FILE, isLanguageOff: true, isFileOff: true } })).map(({ label }) => label);
  assert.ok(labels.includes("$(check) Turn On for Python"));
  assert.ok(labels.includes("$(check) Turn On for This File"));
});

test("no title is longer than 50 characters", () => {
  for (const [, given] of CASES) {
    for (const { label } of menu(facts(given))) assert.ok(label.replace(/^\$\([\w-]+\) /, "").length <= 50, label);
  }
});

test("what menus and the palette show", () => {
  const keys = (given: Partial<Facts>) => {
    const found = Object.entries(contextKeys(facts(given)));
    return found.filter(([, value]) => value).map(([key]) => key);
  };
  assert.deepEqual(keys({ state: { kind: "absent" }, report: undefined }), []);
  assert.deepEqual(keys({ report: undefined }), ["running"]);
  assert.deepEqual(keys({ report: NO_MODEL }), ["running", "modelMissing"]);
  assert.deepEqual(keys({ report: NO_MODEL, setup: { message: "a", fraction: 0 } }), [
    "running",
    "settingUp",
    "modelMissing",
  ]);
  assert.deepEqual(keys({ state: { kind: "paused" } }), ["paused"]);
});

const JUDGE = { name: "judge", roles: ["judge"], path: null };
const WANTED: readonly [string, Report | undefined, readonly string[]][] = [
  ["not yet reported", undefined, ["engine", "model"]],
  ["all is here", REPORT, ["engine", "model"]],
  ["a model of the user's choice is missing", NO_MODEL, ["model:small"]],
  ["nothing is here", { ...NO_ENGINE, models: [...NO_ENGINE.models, JUDGE] }, ["engine", "model:small", "model:judge"]],
  ["a model is here, and no engine", { ...REPORT, engine_installed: false }, ["engine"]],
  ["another engine's model", ELSEWHERE, ["engine"]],
];

for (const [name, report, parts] of WANTED) {
  test(`what is downloaded: ${name}`, () => assert.deepEqual(wanted(report), parts));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, type Explanation, type Receipt, why } from "../src/why/reason";
import { FILE, facts } from "./facts";

export const RECEIPT: Receipt = {
  id: "1-1",
  request: "completion",
  plugin: "completion",
  outcome: "nothing",
  uri: FILE.uri,
  line: 3,
  reason: "low-confidence",
  sentence: "the model is too unsure of what comes here",
  remedy: "write a little more",
  model: "small",
  prompt_tokens: 1234,
  cached_tokens: 1200,
  output_tokens: 5,
  milliseconds: 81.6,
  bytes_sent: 0,
  at: 0,
  times: 1,
};

const UNSURE: Explanation = {
  expected: "completion",
  reason: "low-confidence",
  sentence: "the model isn't sure enough of what comes here",
  remedy: "write a little more",
};
const PROSE: Explanation = {
  expected: "prose",
  reason: "nothing-wrong",
  sentence: "Harper finds nothing wrong here",
  remedy: "if something is wrong, select it and choose “Fix this text” in the menu",
};
const MISSING: Explanation = {
  expected: "completion",
  reason: "model-missing",
  sentence: "the model small is not on this machine, and completion needs it",
  remedy: "`breadknife models pull small` fetches it",
};
const UNTRUSTED: Explanation = {
  expected: "recipes",
  reason: "untrusted-recipes",
  sentence: "you don't trust this folder, so its own actions are left out",
  remedy: "run `breadknife trust` in it if you do",
};

const CASES: readonly [string, Partial<Asked>, string, string | undefined][] = [
  ["no file", { file: undefined }, "No file is open.", "Open a Sample"],
  [
    "not served",
    { file: { ...FILE, isServed: false, languageName: "Log" } },
    "breadknife doesn't serve Log.",
    "Open a Sample",
  ],
  ["no server", { state: { kind: "absent" } }, "breadknife needs its server.", "Set Up"],
  ["crashed", { state: { kind: "crashed", reason: "It crashed." } }, "It crashed.", "Restart Server"],
  ["hung", { state: { kind: "hung", reason: "It hangs." } }, "It hangs.", "Restart Server"],
  ["paused", { state: { kind: "paused" } }, "breadknife is paused.", "Resume"],
  [
    "suggestions off in the editor",
    { areSuggestionsOn: false, explanation: UNSURE },
    "Inline suggestions are off in the editor's settings.",
    "Enable Inline Suggestions",
  ],
  [
    "off for the language",
    { file: { ...FILE, isLanguageOff: true } },
    "Your settings turn breadknife off for Python.",
    "Turn On for Python",
  ],
  [
    "off for the file",
    { file: { ...FILE, isFileOff: true } },
    "Your settings turn breadknife off for this file.",
    "Turn On for This File",
  ],
  [
    "untrusted",
    { explanation: UNTRUSTED },
    "You don't trust this folder, so its own actions are left out.",
    "Trust Folder",
  ],
  ["no answer", { explanation: undefined }, "The server gave no answer.", "Restart Server"],
  [
    "unsure",
    { explanation: UNSURE },
    "The model isn't sure enough of what comes here. Write a little more.",
    "Suggest Now",
  ],
  [
    "a model is missing: the button is the remedy",
    { explanation: MISSING },
    "The model small is not on this machine, and completion needs it.",
    "Download Model",
  ],
  [
    "prose, though suggestions are off in the editor",
    { explanation: PROSE, areSuggestionsOn: false },
    "Harper finds nothing wrong here. If something is wrong, select it and choose “Fix this text” in the menu.",
    undefined,
  ],
];

for (const [name, given, sentence, button] of CASES) {
  test(`why: ${name}`, () => {
    const found = why({ ...facts(), areSuggestionsOn: true, explanation: undefined, ...given });
    assert.deepEqual([found.sentence, found.button?.title], [sentence, button]);
  });
}

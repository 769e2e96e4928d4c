import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, type Receipt, why } from "../src/why/reason";
import { FILE, facts, NO_ENGINE, NO_MODEL } from "./facts";

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

const missing: Receipt = { ...RECEIPT, reason: "model-missing", sentence: "small is not on this machine" };
const answered: Receipt = { ...RECEIPT, outcome: "answered", reason: "", sentence: "", remedy: "" };
const cancelled: Receipt = { ...RECEIPT, outcome: "cancelled", reason: "cancelled" };
const check: Receipt = { ...answered, request: "check" };

const CASES: readonly [string, Partial<Asked>, string, string][] = [
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
    { areSuggestionsOn: false },
    "Inline suggestions are off in the editor's settings.",
    "Enable Inline Suggestions",
  ],
  ["engine missing", { report: NO_ENGINE }, "The engine that runs models isn't on this machine.", "Download Engine"],
  ["model missing", { report: NO_MODEL }, "The completion model isn't on this machine.", "Download Model"],
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
    { isTrusted: false },
    "You don't trust this folder, so breadknife leaves its settings and programs out.",
    "Trust Folder",
  ],
  ["nothing asked", {}, "Nothing has been asked about this file yet.", "Suggest Now"],
  ["unsure", { receipts: [check, RECEIPT] }, "The model is too unsure of what comes here.", "Suggest Now"],
  [
    "overtaken by the next key",
    { receipts: [cancelled, RECEIPT] },
    "The model is too unsure of what comes here.",
    "Suggest Now",
  ],
  ["a model is missing after all", { receipts: [missing] }, "Small is not on this machine.", "Download Model"],
  ["answered", { receipts: [answered] }, "The last suggestion for line 3 came after 82 ms.", "Suggest Now"],
  [
    "answered, though untrusted",
    { isTrusted: false, receipts: [answered] },
    "The last suggestion for line 3 came after 82 ms.",
    "Suggest Now",
  ],
];

for (const [name, given, sentence, button] of CASES) {
  test(`why: ${name}`, () => {
    const found = why({ ...facts(), areSuggestionsOn: true, receipts: [], ...given });
    assert.deepEqual([found.sentence, found.button.title], [sentence, button]);
  });
}

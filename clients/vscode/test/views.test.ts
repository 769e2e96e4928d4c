import assert from "node:assert/strict";
import { test } from "node:test";
import { Parts, type SetupEvent } from "../src/setup/events";
import type { Model } from "../src/setup/setup";
import { html, page } from "../src/views/html";
import { renderModels } from "../src/views/models";
import { renderReceipts } from "../src/views/receipts";
import { whyStopped } from "../src/why/reason";
import { NO_ENGINE, REPORT } from "./facts";
import { RECEIPT } from "./why.test";

const EVIL = `<img src=x onerror="alert('&')">`;

/** What a reader reads, in one line. */
const text = ({ text: source }: { text: string }) =>
  source
    .replace(/<[^>]*>|&nbsp;/g, " ")
    .replace(/\s+/g, " ")
    .trim();

test("what is put into HTML is escaped, in text and in attributes", () => {
  assert.equal(html`<p title="${EVIL}">${EVIL}</p>`.text.match(/<img|"alert/), null);
  assert.equal(
    html`<p>${html`<b>${"<"}</b>`}${["&", html`<i></i>`]}${false}${undefined}</p>`.text,
    "<p><b>&lt;</b>&amp;<i></i></p>",
  );
});

test("a page loads its own style and script and nothing else", () => {
  const text = page({ source: "our:", style: "our:/a.css", script: "our:/a.js", title: "Receipts" });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1];
  assert.equal(policy, "default-src &#39;none&#39;; style-src our:; script-src our:");
  assert.doesNotMatch(text, /https?:/);
});

test("a receipt says what ran, which model, tokens, milliseconds, bytes and why there was nothing", () => {
  const shown = text(renderReceipts({ receipts: [RECEIPT], file: "app.py", bytesSent: 0 }));
  for (const wanted of [
    "Bytes sent: 0. Nothing has left this machine.",
    "Suggestion , line 3 : nothing 82 ms",
    "The model is too unsure of what comes here. Write a little more.",
    "What ran completion",
    "Model small",
    "Tokens 1,234 read (1,200 of them known already), 5 written",
    "Time 82 ms",
    "Bytes sent 0",
  ]) {
    assert.ok(shown.includes(wanted), `${wanted}\nin: ${shown}`);
  }
});

test("bytes that were sent are told", () => {
  const shown = text(
    renderReceipts({ receipts: [{ ...RECEIPT, bytes_sent: 2048 }], file: undefined, bytesSent: 2048 }),
  );
  assert.match(shown, /Bytes sent: 2,048\..*Suggestion , app\.py, line 3.*Bytes sent 2,048/);
  assert.doesNotMatch(shown, /Nothing has left/);
});

test("what a server says can't be markup in a receipt", () => {
  const receipts = [
    { ...RECEIPT, sentence: EVIL, remedy: EVIL, plugin: EVIL, model: EVIL, uri: EVIL, id: EVIL, request: EVIL },
  ];
  assert.doesNotMatch(renderReceipts({ receipts, file: undefined, bytesSent: 0 }).text, /<img/);
});

test("menus that were asked for in vain aren't listed", () => {
  const menu = { ...RECEIPT, request: "action", reason: "no-opinion" };
  assert.match(text(renderReceipts({ receipts: [menu], file: "a.py", bytesSent: 0 })), /Nothing has been asked yet\./);
});

test("why there are no receipts", () => {
  assert.equal(
    text(renderReceipts({ receipts: [], file: "a.py", bytesSent: 0, trouble: { sentence: "It crashed." } })),
    "It crashed.",
  );
  assert.match(text(renderReceipts({ receipts: [], file: "a.py", bytesSent: 0 })), /Nothing has been asked yet\./);
});

const model = (name: string, path: string | null, more: Partial<Model> = {}): Model => ({
  name,
  size: 491e6,
  roles: ["completion"],
  default_for: [],
  path,
  purpose: "completes code",
  languages: "English",
  ...more,
});

function part(name: string, state: SetupEvent["state"], message: string, more: Partial<SetupEvent> = {}): SetupEvent {
  return { part: name, state, message, fraction: null, bytes_done: null, bytes_total: null, ...more };
}

const buttons = ({ text: source }: { text: string }) =>
  [...source.matchAll(/<button[^>]*aria-label="([^"]*)"/g)].map(([, label]) => label);

test("the view of models: what is here, what is used, what is missing", () => {
  const parts = new Parts([
    part("engine", "done", "ready"),
    part("model:small", "done", "ready"),
    part("model:large", "skipped", "12 % fetched"),
    part("model:other", "skipped", "not here"),
    part("languagetool", "skipped", "not installed", { bytes_total: 252e6 }),
  ]);
  const models = [model("small", "/a"), model("spare", "/b"), model("large", null), model("other", null)];
  const view = renderModels({ report: REPORT, parts, models, setup: undefined });
  assert.match(text(view), /small 491 MB, English, used for suggestions Completes code. On this machine/);
  assert.match(text(view), /large 491 MB, English Completes code. 12 % fetched/);
  assert.match(text(view), /LanguageTool 252 MB/);
  assert.deepEqual(buttons(view), [
    "Use spare for completion",
    "Resume large",
    "Download other",
    "Download LanguageTool",
  ]);
});

test("the view of models: while something is fetched, it can be cancelled, and nothing else begun", () => {
  const parts = new Parts([
    part("model:large", "running", "large", { fraction: 0.43, bytes_done: 211e6, bytes_total: 491e6 }),
  ]);
  const setup = { message: "large, 211 MB of 491 MB", fraction: 0.43 };
  const view = renderModels({ report: NO_ENGINE, parts, models: [model("large", null), model("other", null)], setup });
  assert.match(text(view), /large, 211 MB of 491 MB \(43 %\)/);
  assert.match(view.text, /<progress aria-label="Set-up" max="1" data-value="0.430">/);
  assert.deepEqual(buttons(view), ["Cancel"]);
});

test("the view of models: an engine that is missing can be fetched", () => {
  const parts = new Parts([part("engine", "skipped", "not installed", { bytes_total: 3e6 })]);
  const view = renderModels({ report: NO_ENGINE, parts, models: [], setup: undefined });
  assert.deepEqual(buttons(view), ["Download Engine"]);
});

test("a view that has nothing to show says why, and helps", () => {
  const trouble = whyStopped({ kind: "absent" });
  const view = renderModels({ report: undefined, parts: new Parts([]), models: [], setup: undefined, trouble });
  assert.equal(text(view), "breadknife needs its server. Set Up");
  assert.deepEqual(buttons(view), ["Set Up"]);
});

import assert from "node:assert/strict";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import type { EnvironmentVariableCollection } from "vscode";
import { plain } from "../src/plain";
import { Terminal } from "../src/terminal";
import { type Answer, amounts, answerPage, recipesPage, sources } from "../src/tools/answers";
import { commandLine, json } from "../src/tools/cli";
import { row } from "../src/tools/places";
import { whyNotMade } from "../src/why/refusal";

const EVIL = '<img src="https://evil.example/a.png"> ![x](y) [a](b) `c` # d | e';

/** What a person reads of a page whose signs are written as numbers. */
const decoded = (page: string) => page.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

test("text is shown as it is, whatever it says", () => {
  const shown = plain(EVIL);
  assert.doesNotMatch(shown.replace(/&#\d+;/g, ""), /[<>![\]()`#|]/);
  const read = decoded(shown);
  assert.equal(read, EVIL);
});

test("lines stay lines, and what is indented stays so", () => {
  assert.equal(plain("a\n\n    b\r\nc"), "a  \n  \n&nbsp;&nbsp;&nbsp;&nbsp;b  \nc");
});

test("a place shows with its file and with what fits", () => {
  const place = { uri: "file:///w/src/client.py", line: 40, kind: "method", reason: "name, documentation" };
  assert.deepEqual(row({ ...place, name: "Client._retry", excerpt: "def _retry(self):" }, "src/client.py"), {
    label: "$(symbol-method) Client._retry",
    description: "src/client.py:41",
    detail: "(name, documentation)   def _retry(self):",
  });
  const rest = row({ ...place, kind: "file", name: "", excerpt: "" }, "src/client.py");
  assert.equal(rest.label, "$(file) client.py");
});

const ANSWER: Answer = {
  quotes: [{ text: "Bake *it*.", title: "Bread", page: 4, link: "file:///b%20ook.pdf#page=4" }],
  near: [],
  note: "",
  searched: "5 pages of 1 file, by words",
  model: "",
  milliseconds: 12.3,
  bytes_sent: 0,
};

test("a quote stands with its source", () => {
  const shown = answerPage(ANSWER);
  const page = decoded(shown);
  assert.match(page, /^> Bake \*it\*\.\n>\n> — Bread, p\. 4: \/b ook\.pdf\n/);
  assert.match(page, /No model was asked: only words were compared, 12 ms, 0 bytes off this machine\.$/);
  assert.match(page, /\n\nSearched: 5 pages of 1 file, by words\.\n/);
});

test("what is only near is said to be no answer", () => {
  const page = answerPage({ ...ANSWER, quotes: [], near: ANSWER.quotes, note: "No page has “Panettone”." });
  assert.match(decoded(page), /^## Near, but no answer\n\nNo page has “Panettone”\.\n\n> Bake \*it\*\.\n/);
});

test("each file that is quoted has a button, and nothing off this machine has one", () => {
  const [quote] = ANSWER.quotes;
  assert.ok(quote);
  const quotes = [quote, quote, { ...quote, link: "https://evil.example" }];
  assert.deepEqual(sources({ ...ANSWER, quotes }), [{ title: "Open Bread, p. 4", link: quote.link }]);
});

test("a shelf without an answer says so", () => {
  const page = answerPage({
    ...ANSWER,
    quotes: [],
    searched: "",
    reason: "shelf-silent",
    sentence: "no page has a word of it, or a like meaning",
  });
  assert.match(decoded(page), /^No page has a word of it, or a like meaning/);
});

test("what is told of a folder", () => {
  const folder = { folder: "/a", files: 1, pages: 1200, chunks_waiting: 0, pages_waiting: 0, skipped: [] };
  assert.equal(amounts(folder), "1 file, 1,200 pages");
  assert.equal(
    amounts({ ...folder, files: 2, chunks_waiting: 3, pages_waiting: 1, skipped: [{}] }),
    "2 files, 1,200 pages, found by words only, 1 page to be read by OCR, 1 file skipped",
  );
});

test("the page of recipes says what is wrong first", () => {
  const recipe = { name: "docstring", owner: "breadknife", title: "Write | it", enabled: false, roles: ["rewrite"] };
  const page = recipesPage([recipe], [{ path: "/a.toml", line: 3, column: 1, message: "no such step" }]);
  assert.match(page, /^## Problems\n\n- .*a.*toml.*3.*1: No such step/);
  assert.match(
    page,
    /## Off\n\n.*breadknife\.recipes\.on.*\n\n- Write &#124; it: `docstring`, asks a model \(rewrite\)/,
  );
  assert.match(recipesPage([recipe], []), /^The check found nothing wrong\./);
});

const NODE = { command: process.execPath, args: ["-e", "CODE", "--", "serve"] };
const running = (code: string) =>
  commandLine(
    () => ({ ...NODE, args: NODE.args.map((each) => (each === "CODE" ? code : each)) }),
    () => false,
  );

test("a command's JSON and its notices are two things", async () => {
  const cli = running('console.error("breadknife: a notice"); console.log(JSON.stringify(process.argv.slice(1)))');
  assert.deepEqual(await json(cli, ["shelf", "ask"], ["--what?"]), ["shelf", "ask", "--json", "--", "--what?"]);
  const { notices } = await cli(["shelf", "status"]);
  assert.deepEqual(notices, ["a notice"]);
});

test("an answer that there is none is no error", async () => {
  assert.deepEqual(await json(running("console.log('[]'); process.exitCode = 1"), ["recipes", "check"]), []);
});

test("a command that failed says why", async () => {
  const cli = running("console.error('no such folder'); process.exitCode = 2");
  await assert.rejects(json(cli, ["shelf", "status"]), /^Error: no such folder$/);
  await assert.rejects(
    commandLine(
      () => undefined,
      () => false,
    )([]),
    /breadknife\.command/,
  );
});

class Variables {
  path: string | undefined;
  description = "";
  prepend(name: string, value: string): void {
    assert.equal(name, "PATH");
    this.path = value;
  }
  clear(): void {
    this.path = undefined;
  }
}

test("breadknife is a command of the terminal, and nothing else is", async () => {
  const storage = await mkdtemp(join(tmpdir(), "it's "));
  const variables = new Variables();
  const terminal = new Terminal(variables as unknown as EnvironmentVariableCollection, storage, false);
  await terminal.offer("/it's/bin/breadknife");
  assert.equal(variables.path, join(storage, "bin") + delimiter);
  assert.match(variables.description, /`breadknife`/);
  const script = join(storage, "bin", "breadknife");
  assert.equal(await readFile(script, "utf8"), "#!/bin/sh\nexec '/it'\\''s/bin/breadknife' \"$@\"\n");
  await terminal.offer(undefined);
  assert.equal(variables.path, undefined);
  await assert.rejects(stat(script));
});

test("on Windows it is a batch file", async () => {
  const storage = await mkdtemp(join(tmpdir(), "breadknife-"));
  const terminal = new Terminal(new Variables() as unknown as EnvironmentVariableCollection, storage, true);
  await terminal.offer("C:\\100%\\breadknife.exe");
  const script = await readFile(join(storage, "bin", "breadknife.cmd"), "utf8");
  assert.equal(script, '@"C:\\100%%\\breadknife.exe" %*\r\n');
});

test("what wasn't made has a button that helps, or the remedy in words", () => {
  const refusal = {
    title: "Answer",
    reason: "no-shelf",
    sentence: "No folder is on your shelf.",
    remedy: "`x` adds one",
  };
  assert.deepEqual(whyNotMade(refusal), {
    sentence: "“Answer”: No folder is on your shelf.",
    button: { title: "Add a Folder", command: "breadknife.addToShelf" },
  });
  const { sentence, button } = whyNotMade({ ...refusal, reason: "other" });
  assert.equal(sentence, "“Answer”: No folder is on your shelf. `x` adds one.");
  assert.equal(button, undefined);
});

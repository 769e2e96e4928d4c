/** Runs inside VS Code's extension host, on the real `vscode` API. */
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const vscode = require("vscode");

const { commands, workspace, window } = vscode;
const extension = vscode.extensions.getExtension("breadknife.breadknife");

const tests = {
  async "a workspace can't name the server's program"() {
    await ready();
    const settings = await workspace.openTextDocument(vscode.Uri.joinPath(folder(), ".vscode/settings.json"));
    assert.match(settings.getText(), /"breadknife.command":\["\/bin\/false"\]/);
    assert.notDeepEqual(workspace.getConfiguration("breadknife").get("command"), ["/bin/false"]);
  },

  async "a null check is found and fixed"() {
    const { document } = await open("null.py");
    const found = await diagnostic(document, "nullcheck");
    assert.equal(document.getText(found.range.with(found.range.start.with({ character: 0 }))).trimEnd(), "print(m");
    await apply(document, found.range);
    assert.match(document.getText(), /None/);
    await noDiagnostics(document);
  },

  async "a grammar mistake is found and fixed"() {
    const { document } = await open("prose.md");
    const found = await diagnostic(document, "harper");
    await apply(document, found.range);
    assert.equal(document.getText(), "This is a useful option.\n");
    await noDiagnostics(document);
  },

  async "every safe fix is made at once"() {
    const { document } = await open("prose.md");
    await diagnostic(document, "harper");
    await apply(document, new vscode.Range(0, 0, 0, 0), "source.fixAll.breadknife");
    assert.equal(document.getText(), "This is a useful option.\n");
  },

  async "a setting of the server takes effect at once, and so does its removal"() {
    const { document } = await open("null.py");
    await diagnostic(document, "nullcheck");
    const settings = workspace.getConfiguration("breadknife");
    await settings.update("nullcheck.enabled", false, vscode.ConfigurationTarget.Workspace);
    await noDiagnostics(document);
    await settings.update("nullcheck.enabled", undefined, vscode.ConfigurationTarget.Workspace);
    await diagnostic(document, "nullcheck");
  },

  async "a completion is accepted"() {
    await open("complete.py");
    await take("    total = ", "commit", "    total = first + second");
  },

  async "a completion is accepted word by word"() {
    await open("complete.py");
    await take("    total = ", "acceptNextWord", "    total = first");
  },

  async "a suggestion grows, and is accepted line by line"() {
    await withSuggestions(async (document) => {
      await diagnostic(document, "grown");
      await settled();
      await commands.executeCommand("editor.action.inlineSuggest.acceptNextLine");
      assert.equal(document.lineAt(1).text, "    grow first");
      await commands.executeCommand("editor.action.inlineSuggest.commit");
      await until("the second line", () => document.lineAt(2).text === "    second");
      await diagnostic(document, "accepted");
    });
  },

  async "another suggestion is chosen"() {
    await withSuggestions(async (document) => {
      await diagnostic(document, "grown");
      await settled();
      await commands.executeCommand("breadknife.suggest");
      await settled();
      await commands.executeCommand("editor.action.inlineSuggest.showNext");
      await commands.executeCommand("editor.action.inlineSuggest.commit");
      await until("the accepted text", () => document.lineAt(1).text === "    grow two");
    });
  },

  async "the next edit stays while the file is saved, and is made"() {
    await withSuggestions(async (document) => {
      const before = document.getText();
      await commands.executeCommand("breadknife.nextEdit.show");
      await document.save();
      await commands.executeCommand("breadknife.nextEdit.accept");
      assert.equal(document.getText(), before.replace("add", "total"));
    });
  },

  async "the next edit of a file that was left is dropped"() {
    await withSuggestions(async (document) => {
      const before = document.getText();
      const shown = commands.executeCommand("breadknife.nextEdit.show");
      const { document: other } = await open("null.py");
      await shown;
      await commands.executeCommand("breadknife.nextEdit.accept");
      assert.equal(document.getText(), before);
      assert.equal(other.isDirty, false);
    });
  },

  async "status and receipts are shown"() {
    await open("complete.py");
    await take("    total = ", "commit", "    total = first + second");
    const { document } = window.activeTextEditor;
    await report("breadknife.whyNoSuggestion", /^The last requests for complete\.py:.*^completion.*^ {4}\w/ms);
    await commands.executeCommand("editor.foldAll");
    await until("folded receipts", () => {
      const { document: receipts, visibleRanges } = window.activeTextEditor;
      const seen = visibleRanges.map((range) => receipts.getText(range)).join("\n");
      return seen.includes("completion") && !/^ {4}/m.test(seen);
    });
    await window.showTextDocument(document);
    await report("breadknife.showStatus", /^breadknife \d.*^plugins {2}\w/ms);
  },

  async "a restarted server serves the open files"() {
    const { document } = await open("null.py");
    await diagnostic(document, "nullcheck");
    const before = await serverProcess();
    await commands.executeCommand("breadknife.restart");
    await ready();
    assert.notEqual(await serverProcess(), before);
    await diagnostic(document, "nullcheck");
  },

  async "a server that crashes comes back"() {
    const { document } = await open("null.py");
    await ready();
    const before = await serverProcess();
    process.kill(before, "SIGKILL");
    await until("another process", async () => (await serverProcess()) !== before);
    await ready();
    await diagnostic(document, "nullcheck");
  },

  async "a fix that comes too late changes nothing"() {
    await withCommand([process.env.PYTHON, path.join(__dirname, "../late_server.py")], async () => {
      const editor = await open("null.py");
      const { document } = editor;
      await ready();
      const action = codeActions(document, new vscode.Range(0, 0, 0, 0), "quickfix").then(([first]) => first);
      await diagnostic(document, "late");
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "# new\n"));
      assert.equal((await action).title, "Fix it late");
      assert.equal((await action).edit, undefined);
    });
    await ready();
  },

  async "a command that can't be started is explained"() {
    for (const [command, explained] of [
      [["no-such-program", "serve"], /“no-such-program” is neither .* breadknife\.command/],
      [["./breadknife", "serve"], /“\.\/breadknife” is neither/],
      ["breadknife serve", /is no list/],
      [[], /is no list/],
      [["sh", "-c", "echo 'no module named breadknife' >&2; exit 1"], /: no module named breadknife$/m],
      [["true"], /: it didn't say why\.$/m],
    ]) {
      await withCommand(command, async () => {
        assert.match((await problem()).reason, explained);
        await report("breadknife.showStatus", explained);
      });
      await ready();
    }
  },
};

/** With ONLY in the environment: the tests that have it in their names. */
exports.run = async () => {
  const chosen = Object.entries(tests).filter(([name]) => name.includes(process.env.ONLY ?? ""));
  let failed = 0;
  for (const [name, test] of chosen) {
    try {
      await test();
      console.log(`ok - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok - ${name}\n${error.stack}`);
    }
    await revertAll();
  }
  if (failed) throw new Error(`${failed} of ${chosen.length} failed`);
};

const folder = () => workspace.workspaceFolders[0].uri;

async function open(name) {
  const document = await workspace.openTextDocument(vscode.Uri.joinPath(folder(), name));
  return window.showTextDocument(document);
}

/** Every test finds the files as they are on disk. Its own settings VS Code itself may be writing just now. */
async function revertAll() {
  const ours = workspace.textDocuments.filter((each) => workspace.getWorkspaceFolder(each.uri));
  for (const document of ours.filter((each) => each.isDirty)) {
    await window.showTextDocument(document);
    await commands.executeCommand("workbench.action.files.revert");
  }
  await commands.executeCommand("workbench.action.closeAllEditors");
}

function diagnostic(document, source) {
  const wanted = (each) => String(each.code?.value ?? each.code).startsWith(source);
  return until(`a diagnostic of ${source}`, () => vscode.languages.getDiagnostics(document.uri).find(wanted));
}

function noDiagnostics(document) {
  return until("no diagnostics", () => vscode.languages.getDiagnostics(document.uri).length === 0);
}

/** What the editor is offered there, each resolved. */
function codeActions(document, range, kind) {
  return commands.executeCommand("vscode.executeCodeActionProvider", document.uri, range, kind, 10);
}

/** Apply the first action of a kind that is an edit. */
async function apply(document, range, kind = "quickfix") {
  const action = await until(`a ${kind}`, async () =>
    (await codeActions(document, range, kind)).find((each) => each.edit?.size),
  );
  assert.ok(await workspace.applyEdit(action.edit));
}

/** Type on the second line, then press a key until the suggestion is there to be taken. */
async function take(typed, key, wanted) {
  const editor = window.activeTextEditor;
  editor.selection = new vscode.Selection(1, 0, 1, editor.document.lineAt(1).text.length);
  await ready();
  await commands.executeCommand("type", { text: typed });
  await until("the accepted text", async () => {
    await commands.executeCommand("editor.action.inlineSuggest.trigger");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await commands.executeCommand(`editor.action.inlineSuggest.${key}`);
    return editor.document.lineAt(1).text !== typed;
  });
  assert.equal(editor.document.lineAt(1).text, wanted);
}

/** A document with a suggestion that has begun, by a server whose suggestions grow. */
async function withSuggestions(test) {
  await withCommand([process.env.PYTHON, path.join(__dirname, "../suggesting_server.py")], async () => {
    const editor = await open("complete.py");
    editor.selection = new vscode.Selection(1, 0, 1, editor.document.lineAt(1).text.length);
    await ready();
    await commands.executeCommand("type", { text: "    grow" });
    await commands.executeCommand("type", { text: " " });
    await diagnostic(editor.document, "begun");
    await test(editor.document);
  });
  await ready();
}

/** An answer is on the screen a moment after it was sent. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 500));

/** The process of the server, once there is exactly one. */
function serverProcess() {
  return until("one server process", () => {
    const children = execFileSync("ps", ["--no-headers", "-o", "pid,args", "--ppid", String(process.pid)]).toString();
    const servers = children.split("\n").filter((line) => line.includes("--engine-script"));
    return servers.length === 1 && Number.parseInt(servers[0], 10);
  });
}

/** Run a command that opens something to read, and wait for what it must say. */
async function report(command, wanted) {
  await commands.executeCommand(command);
  await until(`a report like ${wanted}`, () => {
    const { document } = window.activeTextEditor;
    return document.uri.scheme === "breadknife" && wanted.test(document.getText());
  });
}

async function withCommand(command, test) {
  const settings = workspace.getConfiguration("breadknife");
  const { globalValue } = settings.inspect("command");
  await settings.update("command", command, vscode.ConfigurationTarget.Global);
  try {
    await test();
  } finally {
    await settings.update("command", globalValue, vscode.ConfigurationTarget.Global);
  }
}

const ready = () => until("a server that is ready", () => extension.exports?.state().kind === "idle");

const problem = () =>
  until("a problem", () => {
    const state = extension.exports.state();
    return state.kind === "problem" && state;
  });

/** Wait for something true. What `check` throws counts as "not yet": VS Code cancels requests as it sees fit. */
async function until(name, check, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const state = JSON.stringify(extension.exports?.state());
      throw new Error(`gave up waiting for ${name} (last: ${last}); server: ${state}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

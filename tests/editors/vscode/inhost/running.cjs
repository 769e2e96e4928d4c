/** The server's life, its settings, and what the status bar says of both. */
const assert = require("node:assert/strict");
const vscode = require("vscode");
const {
  diagnostic,
  extension,
  isReady,
  noDiagnostics,
  open,
  ready,
  serverProcess,
  status,
  trouble,
  until,
  withCommand,
  withSetting,
} = require("./help.cjs");

const { commands, workspace } = vscode;
const { Global, Workspace } = vscode.ConfigurationTarget;

module.exports = {
  async "a setting of the server takes effect at once, and so does its removal"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    await withSetting("breadknife", "nullcheck.enabled", false, Workspace, () => noDiagnostics(document));
    await diagnostic(document, "none-");
  },

  async "a setting may be for one language alone"() {
    const { document } = await open("null.py");
    const { document: other } = await open("prose.md");
    await diagnostic(document, "none-");
    const configuration = workspace.getConfiguration("breadknife", { languageId: "python" });
    await configuration.update("nullcheck.enabled", false, Global, true);
    await noDiagnostics(document);
    await diagnostic(other, "AnA");
    await configuration.update("nullcheck.enabled", undefined, Global, true);
    await diagnostic(document, "none-");
  },

  async "off for a language, and on again"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    await commands.executeCommand("breadknife.toggleLanguage");
    await status("off for Python");
    await noDiagnostics(document);
    await commands.executeCommand("breadknife.toggleLanguage");
    await diagnostic(document, "none-");
    await until("another word in the status bar", () => !extension.exports.status().startsWith("off"));
  },

  async "off for a file, and on again"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    await commands.executeCommand("breadknife.toggleFile");
    await status("off for this file");
    await noDiagnostics(document);
    const { document: other } = await open("prose.md");
    await diagnostic(other, "AnA");
    await open("null.py");
    await commands.executeCommand("breadknife.toggleFile");
    await diagnostic(document, "none-");
    assert.equal(workspace.getConfiguration("breadknife").inspect("overrides").workspaceValue, undefined);
  },

  async "paused, nothing is shown until it is resumed"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    await commands.executeCommand("breadknife.pause");
    await status("paused");
    await noDiagnostics(document);
    await commands.executeCommand("breadknife.resume");
    await ready();
    await diagnostic(document, "none-");
  },

  async "the model that is missing is told"() {
    await open("null.py");
    await ready();
    await until("the report", () => extension.exports.facts().report?.version);
    await until("what is missing", () => / missing$/.test(extension.exports.status()));
  },

  async "a language that isn't served is told"() {
    const document = await workspace.openTextDocument({ language: "bat", content: "rem" });
    await vscode.window.showTextDocument(document);
    await status("not for Batch");
  },

  async "a restarted server serves the open files"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    const before = await serverProcess();
    await commands.executeCommand("breadknife.restart");
    await ready();
    assert.notEqual(await serverProcess(), before);
    await diagnostic(document, "none-");
  },

  async "a server that crashes comes back"() {
    const { document } = await open("null.py");
    await ready();
    const before = await serverProcess();
    process.kill(before, "SIGKILL");
    await until("another process", async () => (await serverProcess()) !== before);
    await ready();
    await diagnostic(document, "none-");
  },

  async "a server that keeps crashing is told, and a restart helps"() {
    const { document } = await open("null.py");
    await ready();
    const isCrashed = () => extension.exports.state().kind === "crashed";
    while (!isCrashed()) {
      await ready();
      process.kill(await serverProcess(), "SIGKILL");
      await until("its end", () => !isReady(extension.exports.state()));
      await until("another one, or the end", () => isCrashed() || isReady(extension.exports.state()));
    }
    assert.match(extension.exports.state().reason, /crashed 5 times in a row: \S/);
    await status("crashed");
    await commands.executeCommand("breadknife.restart");
    await ready();
    await diagnostic(document, "none-");
  },

  async "a server that stops answering is told, and so is its recovery; a restart ends it"() {
    const { document } = await open("null.py");
    await diagnostic(document, "none-");
    const before = await serverProcess();
    const ask = () =>
      void commands.executeCommand("vscode.executeCodeActionProvider", document.uri, new vscode.Range(3, 6, 3, 7));
    process.kill(before, "SIGSTOP");
    ask();
    const { reason } = await trouble("hung", 40_000);
    assert.match(reason, /has stopped answering/);
    await status("not answering");
    process.kill(before, "SIGCONT");
    await ready();
    process.kill(before, "SIGSTOP");
    ask();
    await trouble("hung", 40_000);
    await commands.executeCommand("breadknife.restart");
    await ready();
    assert.notEqual(await serverProcess(), before);
  },

  async "a command that can't be started is explained"() {
    for (const [command, explained] of [
      [["no-such-program", "serve"], /“no-such-program” is neither .* breadknife\.command/],
      [["./breadknife", "serve"], /“\.\/breadknife” is neither/],
      ["breadknife serve", /is no list/],
      [["sh", "-c", "echo 'no module named breadknife' >&2; exit 1"], /: no module named breadknife$/m],
      [["true"], /couldn.t start: \S/],
    ]) {
      await withCommand(command, async () => {
        assert.match((await trouble("unstartable")).reason, explained);
        await status("can't start");
      });
      await ready();
    }
  },

  async "the commands of the manifest are there"() {
    const known = new Set(await commands.getCommands());
    const { contributes } = extension.packageJSON;
    for (const { command } of contributes.commands) assert.ok(known.has(command), command);
    for (const step of contributes.walkthroughs[0].steps) {
      for (const [, command] of step.description.matchAll(/\(command:([\w.]+)\)/g))
        assert.ok(known.has(command), command);
    }
  },

  async "the sample has a function to finish, a null bug and a bad sentence"() {
    await ready();
    await commands.executeCommand("breadknife.openSample");
    const { document, selection } = vscode.window.activeTextEditor;
    assert.equal(document.lineAt(selection.active.line).text, "    return ");
    await diagnostic(document, "none-");
    await diagnostic(document, "AnA");
  },
};

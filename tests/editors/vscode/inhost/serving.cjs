/** What the server does in VS Code: findings, fixes, suggestions. */
const assert = require("node:assert/strict");
const path = require("node:path");
const vscode = require("vscode");
const {
  apply,
  codeActions,
  diagnostic,
  fileOf,
  nameOf,
  noDiagnostics,
  open,
  ready,
  settled,
  take,
  until,
  withCommand,
  withSuggestions,
} = require("./help.cjs");

const { commands, workspace } = vscode;

module.exports = {
  async "a workspace can't name the server's program"() {
    await ready();
    const settings = await workspace.openTextDocument(fileOf(".vscode/settings.json"));
    assert.match(settings.getText(), /"breadknife.command":\["\/bin\/false"\]/);
    assert.notDeepEqual(workspace.getConfiguration("breadknife").get("command"), ["/bin/false"]);
  },

  async "a null check is found and fixed"() {
    const { document } = await open("null.py");
    const found = await diagnostic(document, "none-");
    assert.equal(document.getText(found.range.with(found.range.start.with({ character: 0 }))).trimEnd(), "print(m");
    await apply(document, found.range);
    assert.match(document.getText(), /None/);
    await noDiagnostics(document);
  },

  async "a grammar mistake is found and fixed"() {
    const { document } = await open("prose.md");
    const found = await diagnostic(document, "AnA");
    await apply(document, found.range);
    assert.equal(document.getText(), "This is a useful option.\n");
    await noDiagnostics(document);
  },

  async "every safe fix is made at once"() {
    const { document } = await open("prose.md");
    await diagnostic(document, "AnA");
    await apply(document, new vscode.Range(0, 0, 0, 0), "source.fixAll.breadknife");
    assert.equal(document.getText(), "This is a useful option.\n");
  },

  async "what TypeScript's own checker shows isn't shown twice, and is still fixed by us"() {
    const { document } = await open("null.ts");
    const found = await diagnostic(document, "ts/18047");
    await until("ours to give way", () => {
      const names = vscode.languages.getDiagnostics(document.uri).map(nameOf);
      return names.includes("ts/18047") && !names.some((name) => name.includes("none-"));
    });
    const titles = (await codeActions(document, found.range, "quickfix")).map(({ title }) => title);
    assert.ok(
      titles.some((title) => /null/i.test(title)),
      titles.join("; "),
    );
  },

  async "the cells of a notebook are checked"() {
    const notebook = await workspace.openNotebookDocument(fileOf("cells.ipynb"));
    await vscode.window.showNotebookDocument(notebook);
    const [code, prose] = notebook.getCells().map((cell) => cell.document);
    const found = await diagnostic(code, "none-");
    await diagnostic(prose, "AnA");
    await apply(code, found.range);
    await noDiagnostics(code);
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
      await until("the first line", () => document.lineAt(1).text === "    grow first");
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

  async "what is shown stays until there is something better"() {
    await withSuggestions(async (document) => {
      await diagnostic(document, "grown");
      await settled();
      const asked = commands.executeCommand("breadknife.suggest");
      await diagnostic(document, "invoked");
      await commands.executeCommand("editor.action.inlineSuggest.commit");
      await until("the accepted text", () => document.lineAt(1).text === "    grow first");
      await asked;
    });
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
};

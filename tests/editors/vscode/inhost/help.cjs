/** What the tests inside VS Code's extension host share. */
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const vscode = require("vscode");

const { commands, workspace, window } = vscode;
const extension = vscode.extensions.getExtension("breadknife.breadknife");

const folder = () => workspace.workspaceFolders[0].uri;
const fileOf = (name) => vscode.Uri.joinPath(folder(), name);

async function open(name) {
  const document = await workspace.openTextDocument(fileOf(name));
  // No preview: that would close the one before, and what it has with it.
  return window.showTextDocument(document, { preview: false });
}

/** Every test finds the files as they are on disk. Its own settings VS Code itself may be writing just now. */
async function revertAll() {
  const ours = workspace.textDocuments.filter((each) => workspace.getWorkspaceFolder(each.uri));
  for (const document of ours.filter((each) => each.isDirty && each.uri.scheme === "file")) {
    await window.showTextDocument(document);
    await commands.executeCommand("workbench.action.files.revert");
  }
  await commands.executeCommand("workbench.action.closeAllEditors");
}

/** A diagnostic whose code or source has this in it. */
function diagnostic(document, wanted) {
  return until(`a diagnostic of ${wanted}`, () =>
    vscode.languages.getDiagnostics(document.uri).find((each) => nameOf(each).includes(wanted)),
  );
}

/** `SOURCE/CODE`. */
function nameOf({ source, code }) {
  return `${source}/${typeof code === "object" ? code.value : code}`;
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

async function withCommand(command, test) {
  await withSetting("breadknife", "command", command, vscode.ConfigurationTarget.Global, test);
}

async function withSetting(section, key, value, target, test) {
  const before = workspace.getConfiguration(section).inspect(key);
  const old = target === vscode.ConfigurationTarget.Global ? before.globalValue : before.workspaceValue;
  await workspace.getConfiguration(section).update(key, value, target);
  try {
    await test();
  } finally {
    await workspace.getConfiguration(section).update(key, old, target);
  }
}

const isReady = ({ kind }) => kind === "ready" || kind === "working";
const ready = () => until("a server that is ready", () => extension.exports && isReady(extension.exports.state()));

/** Wait for a state that isn't a good one. */
const trouble = (kind, milliseconds) =>
  until(
    `the state ${kind}`,
    () => {
      const state = extension.exports.state();
      return state.kind === kind && state;
    },
    milliseconds,
  );

/** Wait until the status bar says this. */
const status = (words) => until(`“${words}” in the status bar`, () => extension.exports.status() === words);

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
      const state = JSON.stringify(extension.exports?.facts());
      throw new Error(`gave up waiting for ${name} (last: ${last}); facts: ${state}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

module.exports = {
  apply,
  codeActions,
  diagnostic,
  extension,
  fileOf,
  folder,
  isReady,
  nameOf,
  noDiagnostics,
  open,
  ready,
  revertAll,
  serverProcess,
  settled,
  status,
  take,
  trouble,
  until,
  withCommand,
  withSetting,
  withSuggestions,
};

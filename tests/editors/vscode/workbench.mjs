/** A workspace, a server that VS Code runs on, and a browser that shows it. Nothing is downloaded. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { files as usualFiles } from "./workspace.mjs";

/** From test_vscode.py: where code-server and Chromium are, and where to leave logs and screenshots. */
const { CODE_SERVER, CHROMIUM, OUT } = process.env;
const { chromium } = createRequire(`${CODE_SERVER}/package.json`)("playwright-core");

export const out = OUT;
export const codeServer = path.join(CODE_SERVER, "node_modules/code-server");

/** Folders of one test's own. */
export function createWorkspace(settings = {}, files = usualFiles) {
  const root = path.join(out, "vscode");
  fs.rmSync(root, { recursive: true, force: true });
  const folders = { root, workspace: path.join(root, "workspace"), data: path.join(root, "data") };
  for (const [name, text] of Object.entries(files)) write(path.join(folders.workspace, name), text);
  write(path.join(folders.data, "User/settings.json"), JSON.stringify({ ...quiet, ...settings }));
  return folders;
}

const quiet = {
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.wordBasedSuggestions": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.dialogStyle": "custom",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

/** Start a Node program that serves VS Code, until this process ends. Gives its URL once `health` answers there. */
export async function serve(health, program, args) {
  const port = await freePort();
  const log = fs.openSync(path.join(out, "code-server.log"), "a");
  const child = spawn(process.execPath, [program, ...args(port)], {
    env: { ...process.env, VSCODE_CLI: "1" }, // Otherwise PATH is a login shell's, not this test's.
    stdio: ["ignore", log, log],
    detached: true,
  });
  process.once("exit", () => process.kill(-child.pid, "SIGTERM"));
  const url = `http://127.0.0.1:${port}`;
  await until("VS Code's server", async () => (await fetch(url + health)).ok);
  return url;
}

export async function openBrowser(screen = { viewport: { width: 1280, height: 800 } }) {
  const quietly = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  const inContainers = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...quietly, ...inContainers] });
  const page = await browser.newPage(screen);
  return { browser, page };
}

/** Wait until `check` gives something true, and give it back. What it throws counts as "not yet". */
export async function until(name, check, milliseconds = 30_000) {
  const end = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`gave up waiting for: ${name} (last: ${last})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

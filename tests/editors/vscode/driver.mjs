/** The real window with the VSIX installed, and hands that work in it with mouse and keyboard. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { codeServer, createWorkspace, openBrowser, out, serve, until } from "./workbench.mjs";

const entry = path.join(codeServer, "out/node/entry.js");
export const squiggles = '[class*="squiggly-"]';

/**
 * Runs steps by their names; leaves a screenshot of one that fails. Ends the process: 0 if all passed.
 *
 * `files` are what the workspace has, by their names, and `screen` is how large the window is.
 */
export async function drive(steps, { settings = {}, files, screen } = {}) {
  const window = await openWindow(settings, files, screen);
  let current = "start";
  let failed = false;
  try {
    for (const [name, run] of Object.entries(steps)) {
      current = name;
      await run(window);
      console.log(`ok - ${name}`);
    }
  } catch (error) {
    failed = true;
    console.log(`not ok - ${current}\n${error.stack}`);
    await window.screenshot(`failed-${current}`);
  } finally {
    await window.close();
  }
  process.exit(failed ? 1 : 0);
}

async function openWindow(settings, files, screen) {
  const folders = createWorkspace({ "security.workspace.trust.enabled": false, ...settings }, files);
  const { root, workspace, data } = folders;
  const config = path.join(root, "config.yaml");
  fs.writeFileSync(config, "auth: none\n");
  const places = ["--user-data-dir", data, "--extensions-dir", path.join(root, "extensions"), "--config", config];
  execFileSync(process.execPath, [entry, ...places, "--install-extension", process.env.VSIX], { stdio: "pipe" });
  const url = await serve("/healthz", entry, (port) => [
    ...places,
    ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"],
    ...["--disable-workspace-trust", "--disable-getting-started-override", "--ignore-last-opened"],
  ]);
  const { browser, page } = await openBrowser(screen);
  await page.goto(`${url}/?folder=${workspace}`);
  return new Window({ browser, page, workspace, data });
}

class Window {
  constructor({ browser, page, workspace, data }) {
    this.browser = browser;
    this.page = page;
    this.workspace = workspace;
    this.data = data;
  }

  close() {
    return this.browser.close();
  }

  screenshot(name, clip) {
    const file = path.join(out, `${name}.png`);
    return this.page.screenshot({ path: file, animations: "disabled", ...(clip ? { clip } : {}) });
  }

  read(name) {
    return fs.readFileSync(path.join(this.workspace, name), "utf8");
  }

  async open(name) {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
    await row.dblclick({ timeout: 60_000 });
    await this.page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
    await this.page.waitForSelector(".editor-instance .view-line");
  }

  async goTo(line, column) {
    await this.page.locator(".editor-instance .view-line").first().click();
    await this.page.keyboard.press("Control+g");
    await this.page.waitForSelector(".quick-input-widget input");
    await this.page.keyboard.type(`${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  /** A command of the palette, by its title. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.waitForSelector(".quick-input-widget input");
    await this.page.keyboard.type(title);
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    await row.click();
  }

  async shown(selector) {
    return (await this.page.locator(selector).allInnerTexts()).join("").replace(/\u00a0/g, " ");
  }

  save() {
    return this.page.keyboard.press("Control+s");
  }

  squiggle() {
    return until("a squiggle", () => this.page.locator(squiggles).count());
  }

  /** What the status bar says of breadknife, without its icon. */
  async status() {
    const item = this.page.locator('.statusbar-item[id="breadknife.breadknife.breadknife.status"]');
    return (await item.innerText()).trim();
  }

  /** A message with this in it, and its text. */
  async message(wanted, milliseconds) {
    const toast = this.page.locator(".notification-toast", { hasText: wanted }).first();
    await until(`the message ${wanted}`, () => toast.isVisible(), milliseconds);
    return toast;
  }

  async press(message, button) {
    const toast = await this.message(message);
    await toast.locator(".monaco-button", { hasText: button }).first().click();
  }

  /** Opens the quick-fix menu there. */
  async fixesAt(line, column, offered) {
    await this.goTo(line, column);
    // Ctrl+. is lost while the focus is still on its way back from the quick input: press it until the menu is there.
    // In an open menu it would take an entry; and an earlier menu may not be gone yet.
    await until("the quick-fix menu", async () => {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("Control+.");
      await this.page.waitForSelector(".action-widget:visible", { timeout: 1500 });
      return offered.test(await this.shown(".action-widget"));
    });
  }

  /** The content of one of breadknife's views: a frame within a frame. */
  view(title) {
    return until(`the view ${title}`, async () => {
      for (const frame of this.page.frames()) {
        const main = frame.locator(`main[aria-label="${title}"][aria-busy="false"]`);
        if ((await main.count()) > 0) return { frame, main };
      }
      return undefined;
    });
  }
}

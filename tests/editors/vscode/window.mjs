/** Installs the VSIX and works in the real window with mouse and keyboard; leaves screenshots. Exit code 0: passed. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { codeServer, createWorkspace, openBrowser, out, serve, until } from "./workbench.mjs";

const entry = path.join(codeServer, "out/node/entry.js");
const { root, workspace, data } = createWorkspace({ "security.workspace.trust.enabled": false });
const config = path.join(root, "config.yaml");
fs.writeFileSync(config, "auth: none\n");
const places = ["--user-data-dir", data, "--extensions-dir", path.join(root, "extensions"), "--config", config];

execFileSync(process.execPath, [entry, ...places, "--install-extension", process.env.VSIX], { stdio: "pipe" });
const url = await serve("/healthz", entry, (port) => [
  ...places,
  ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"],
  ...["--disable-workspace-trust", "--disable-getting-started-override", "--ignore-last-opened"],
]);
const { browser, page } = await openBrowser();
const squiggles = '[class*="squiggly-"]';
let step = "start";
let failed = false;
try {
  await page.goto(`${url}/?folder=${workspace}`);
  for (const [name, run] of Object.entries({ nullCheck, ghostText, block, prose, missingProgram })) {
    step = name;
    await run();
    console.log(`ok - ${name}`);
  }
} catch (error) {
  failed = true;
  console.log(`not ok - ${step}\n${error.stack}`);
  await screenshot(`failed-${step}`);
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);

async function nullCheck() {
  await open("null.py");
  await until("a squiggle", () => page.locator(squiggles).count());
  await screenshot(step);
  await fixAt(4, 7, /None/);
  await until("the fixed file", () => /None.*print\(m\.group\(\)\)/s.test(read("null.py")));
}

async function prose() {
  await open("prose.md");
  await until("a squiggle", () => page.locator(squiggles).count());
  await screenshot(step);
  await fixAt(1, 10, /\ba\b/);
  await until("the fixed file", () => read("prose.md") === "This is a useful option.\n");
}

/** Take the first entry of the quick-fix menu there, and save. */
async function fixAt(line, column, offered) {
  await goTo(line, column);
  // Ctrl+. is lost while the focus is still on its way back from the quick input: press it until the menu is there.
  await until("the quick-fix menu", async () => {
    await page.keyboard.press("Control+.");
    await page.waitForSelector(".action-widget", { timeout: 1500 });
    return offered.test(await shown(".action-widget"));
  });
  await screenshot(`${step}-menu`);
  await page.keyboard.press("Enter");
  await until("no squiggle", async () => (await page.locator(squiggles).count()) === 0);
  await save();
}

async function ghostText() {
  await open("complete.py");
  await goTo(2, 5);
  await page.keyboard.type("total = ", { delay: 30 });
  await until("ghost text", async () => (await shown('[class*="ghost-text"]')).includes("first + second"));
  await screenshot(step);
  await page.keyboard.press("Tab");
  await save();
  await until("the accepted text", () => read("complete.py").includes("    total = first + second\n"));
}

async function block() {
  await open("complete.py");
  await goTo(3, 1);
  await page.keyboard.type("def both(first):\n", { delay: 30 });
  await until("several lines of ghost text", async () =>
    /one = first \+ 1.*return one, two/s.test(
      (await shown('[class*="ghost-text"]')) + (await shown(".suggest-preview-text")),
    ),
  );
  await screenshot(step);
  await page.keyboard.press("Tab");
  await save();
  await until("the accepted lines", () => read("complete.py").includes("    two = first + 2\n    return one, two"));
}

async function missingProgram() {
  const settings = path.join(data, "Machine/settings.json");
  fs.writeFileSync(settings, JSON.stringify({ "breadknife.command": ["no-such-program", "serve"] }));
  await until("the message", async () => (await shown(".notification-toast")).includes("“no-such-program”"));
  await screenshot(step);
  await page.locator(".notification-toast .monaco-button", { hasText: "Open Settings" }).click();
  await until("the setting", async () => (await shown(".settings-editor")).includes("Command"));
}

async function open(name) {
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).dblclick({ timeout: 60_000 });
  await page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
  await page.waitForSelector(".editor-instance .view-line");
}

async function goTo(line, column) {
  await page.locator(".editor-instance .view-line").first().click();
  await page.keyboard.press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(`${line}:${column}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
}

async function shown(selector) {
  return (await page.locator(selector).allInnerTexts()).join("").replace(/\u00a0/g, " ");
}

function save() {
  return page.keyboard.press("Control+s");
}

function read(name) {
  return fs.readFileSync(path.join(workspace, name), "utf8");
}

function screenshot(name) {
  return page.screenshot({ path: path.join(out, `${name}.png`) });
}

/** Works in the real window as somebody whose machine has no breadknife: from nothing to the last receipt. */
import { drive, squiggles } from "./driver.mjs";
import { until } from "./workbench.mjs";

let clicks = 0;

await drive(
  { consent, squiggle, terminal, download, resume, tryIt, menu, why, receipts, models, walkthrough },
  { settings: { "workbench.colorTheme": "Default Dark Modern" } },
);

async function consent(window) {
  await window.open("null.py");
  await window.message("breadknife needs its server");
  await until("the status", async () => (await window.status()) === "breadknife: set up");
  await window.screenshot("consent");
  await click(window, "breadknife needs its server", "Set Up");
}

async function squiggle(window) {
  await until("the status", async () => (await window.status()).startsWith("breadknife: setting up"));
  await window.screenshot("settingUp");
  await until("a squiggle", () => window.page.locator(squiggles).count(), 120_000);
  await window.screenshot("squiggle");
  console.log(`steps to the first squiggle: ${clicks}`);
}

/** The program that was set up is a command of the terminal; the environment's Python isn't. */
async function terminal(window) {
  await window.command("Terminal: Create New Terminal");
  await window.page.waitForSelector(".terminal-wrapper.active .xterm-helper-textarea", { state: "attached" });
  await window.page.locator(".terminal-wrapper.active").click();
  await window.page.keyboard.type("(command -v breadknife; command -v python3) > found.txt");
  await window.page.keyboard.press("Enter");
  await until("what the shell finds", () => {
    const [program, python] = window.read("found.txt").split("\n");
    return program.endsWith("/bin/breadknife") && python && !python.includes("/server-");
  });
  await window.command("Terminal: Kill All Terminals");
}

async function download(window) {
  const offer = await window.message("Suggestions need");
  await until("what is missing", async () => /missing$/.test(await window.status()));
  await until("how large it is", async () => /\d+ MB/.test(await offer.innerText()));
  await window.screenshot("offer");
  await click(window, "Suggestions need", "Download");
  await until("how far it is", async () => /setting up [1-9]\d* %/.test(await window.status()));
  await window.screenshot("downloading");
  await window.page.locator(".notification-toast .monaco-button", { hasText: "Cancel" }).click();
}

async function resume(window) {
  await window.message("what has come is kept");
  await window.screenshot("cancelled");
  await window.press("what has come is kept", "Resume");
  await until("a status that all is well", async () => (await window.status()) === "breadknife", 60_000);
}

async function tryIt(window) {
  await window.command("breadknife: Open a Sample");
  await window.squiggle();
  await until("ghost text", async () => (await window.shown('[class*="ghost-text"]')).includes("len(numbers)"));
  await window.screenshot("sample");
  await window.page.keyboard.press("Tab");
  console.log(`steps to the first completion: ${clicks}`);
}

async function menu(window) {
  await window.page.locator(".statusbar-item", { hasText: "breadknife" }).first().click();
  await until("the menu", async () =>
    /Pause.*Turn Off for Python.*Receipts.*Show Log/s.test(await window.shown(".quick-input-list")),
  );
  await window.screenshot("menu");
  await window.page.keyboard.press("Escape");
}

async function why(window) {
  await window.command("breadknife: Why Nothing Here?");
  const answer = await window.message("Details");
  check(/[A-Z][^.]*[a-z]\./s.test(await answer.textContent()), await answer.textContent());
  await window.screenshot("why");
  await window.press("Details", "Details");
}

async function receipts(window) {
  const { frame, main } = await window.view("Receipts");
  await until("a receipt", async () => (await main.locator("details").count()) > 0);
  const text = await main.innerText();
  check(text.startsWith("Bytes sent: 0. Nothing has left this machine."), text);
  // By keyboard alone: to the first receipt, and open it.
  await main.locator("button").first().focus();
  await frame.page().keyboard.press("Tab");
  await frame.page().keyboard.press("Enter");
  await until("the details", async () => /What ran.*Model.*Tokens.*Time.*Bytes sent/s.test(await main.innerText()));
  // As a screen reader sees it: lists and buttons have names.
  const tree = await main.ariaSnapshot();
  check(/list "Receipts":/.test(tree) && /button "Show/.test(tree), tree);
  await both(window, "receipts");
}

async function models(window) {
  await window.command("breadknife: Show Models");
  const { main } = await window.view("Models");
  await until("the models", async () => /qwen2\.5-coder-0\.5b.*On this machine/s.test(await main.innerText()));
  const tree = await main.ariaSnapshot();
  check(/list "Models":/.test(tree) && /button "Download qwen2\.5-coder-1\.5b"/.test(tree), tree);
  await both(window, "models");
}

async function walkthrough(window) {
  await window.command("breadknife: Get Started");
  const done = window.page.locator(".getting-started-step .codicon.complete:visible");
  await until("four steps that have ticked themselves", async () => (await done.count()) === 4).catch(async (error) => {
    await window.screenshot("walkthrough");
    throw new Error(`${error.message}: ${await done.count()} of 4`);
  });
  await both(window, "walkthrough");
}

/** A screenshot in the dark theme and in the light one. */
async function both(window, name) {
  const dark = window.page.locator(".monaco-workbench.vs-dark");
  for (const word of ["dark", "light"]) {
    await new Promise((resolve) => setTimeout(resolve, 500)); // The theme comes to a view a moment later.
    await window.screenshot(`${name}-${word}`);
    await window.command("Toggle between Light/Dark Themes");
    await until("the other theme", async () => (await dark.count()) === (word === "dark" ? 0 : 1));
  }
}

async function click(window, message, button) {
  clicks++;
  await window.press(message, button);
}

function check(isTrue, found) {
  if (!isTrue) throw new Error(`found: ${found}`);
}

/** Works in the real window as somebody who has breadknife on PATH; leaves screenshots. Exit code 0: passed. */
import fs from "node:fs";
import path from "node:path";
import { drive, squiggles } from "./driver.mjs";
import { until } from "./workbench.mjs";

await drive({ nullCheck, ghostText, block, secondMenu, prose, preview, find, shelf, recipes, missingProgram });

async function nullCheck(window) {
  await window.open("null.py");
  await window.squiggle();
  await window.screenshot("nullCheck");
  await fixAt(window, "nullCheck", 4, 7, /None/);
  await until("the fixed file", () => /None.*print\(m\.group\(\)\)/s.test(window.read("null.py")));
}

/** What else silences a finding is a list, in which whole titles can be read. */
async function secondMenu(window) {
  await window.open("prose.md");
  await window.squiggle();
  await window.fixesAt(1, 10, /Ignore “an” in this sentence/);
  await window.page.locator(".action-widget .monaco-list-row", { hasText: "More…" }).click();
  await until("the list", async () =>
    /Ignore “a or an” in this paragraph.*Switch “a or an” off in this project/s.test(
      await window.shown(".quick-input-list"),
    ),
  );
  await window.screenshot("secondMenu");
  await window.page.keyboard.press("Escape");
}

async function prose(window) {
  await window.open("prose.md");
  await window.squiggle();
  await window.screenshot("prose");
  await fixAt(window, "prose", 1, 10, /\ba\b/);
  await until("the fixed file", () => window.read("prose.md") === "This is a useful option.\n");
}

/** A tick box for each edit of an action: one is left out, the other is made. */
async function preview(window) {
  await window.open("long.md");
  await window.fixesAt(1, 20, /Shorten: 17 → 11 words/);
  await window.screenshot("preview-menu");
  await window.page.locator(".action-widget .monaco-list-row", { hasText: "Shorten" }).click();
  await until("the preview", async () => /basically/.test(await window.shown(".bulk-edit-panel")));
  await window.screenshot("preview");
  const row = window.page.locator(".bulk-edit-panel .monaco-list-row", { hasText: "a very" }).first();
  await row.locator(".edit-checkbox").first().click();
  await window.page.locator(".bulk-edit-panel .monaco-button", { hasText: "Apply" }).click();
  await window.save();
  const wanted = "The parser is basically a very useful tool. The [lexer](lexer.md) reads `a`.\n";
  await until("the edit", () => window.read("long.md") === wanted);
}

/** Take the first entry of the quick-fix menu there, and save. */
async function fixAt(window, name, line, column, offered) {
  await window.fixesAt(line, column, offered);
  await window.screenshot(`${name}-menu`);
  await window.page.keyboard.press("Enter");
  await until("no squiggle", async () => (await window.page.locator(squiggles).count()) === 0);
  await window.save();
}

async function ghostText(window) {
  await window.open("complete.py");
  await window.goTo(2, 5);
  await window.page.keyboard.type("total = ", { delay: 30 });
  await until("ghost text", async () => (await window.shown('[class*="ghost-text"]')).includes("first + second"));
  await window.screenshot("ghostText");
  await window.page.keyboard.press("Tab");
  await window.save();
  await until("the accepted text", () => window.read("complete.py").includes("    total = first + second\n"));
}

async function block(window) {
  await window.open("complete.py");
  await window.goTo(3, 1);
  await window.page.keyboard.type("def both(first):\n", { delay: 30 });
  await until("several lines of ghost text", async () =>
    /one = first \+ 1.*return one, two/s.test(
      (await window.shown('[class*="ghost-text"]')) + (await window.shown(".suggest-preview-text")),
    ),
  );
  await window.screenshot("block");
  await window.page.keyboard.press("Tab");
  await window.save();
  await until("the accepted lines", () =>
    window.read("complete.py").includes("    two = first + 2\n    return one, two"),
  );
}

/** A question in the quick pick: the place shows behind it; Escape leads back, and Enter goes there. */
async function find(window) {
  const ask = async () => {
    await window.command("breadknife: Find by Words and Meaning");
    await until("the list", async () => (await window.shown(".quick-input-title")).includes("Find by Words"));
    await window.page.locator(".quick-input-widget input").first().fill("adding numbers");
    const found = async () => /add.*complete.py:1/s.test(await window.shown(".quick-input-list"));
    await until("the places", found);
  };
  await window.open("plain.md");
  await ask();
  await until("the preview", async () => (await window.shown(".view-lines")).includes("def add(first, second)"));
  await window.screenshot("find");
  await window.page.keyboard.press("Escape");
  await until("the file of before", async () => (await window.shown(".view-lines")).includes("You need a key"));
  await ask();
  await window.page.keyboard.press("Enter");
  await window.page.waitForSelector('.tab.active[data-resource-name="complete.py"]');
}

/** A question without a shelf: a button adds a folder, and then the same question has an answer. */
async function shelf(window) {
  await window.open("note.md");
  await window.fixesAt(1, 8, /Answer from my shelf/);
  await window.page.locator(".action-widget .monaco-list-row", { hasText: "Answer from my shelf" }).click();
  await window.press("No folder is on your shelf", "Add a Folder");
  // The dialog writes the workspace's path into its field when it has read the folder, over what was typed before.
  await until("the workspace's folders", async () => /bread/.test(await window.shown(".quick-input-list")));
  await window.page.locator(".quick-input-widget input").first().fill(`${window.workspace}/bread/`);
  await until("the folder's files", async () => !/\.vscode/.test(await window.shown(".quick-input-list")));
  await window.page.locator(".quick-input-widget .monaco-button", { hasText: "Add to Shelf" }).click();
  const read = await window.message("“bread” is on your shelf: 1 file, 1 page", 60_000);
  await window.screenshot("shelf");
  await read.locator(".monaco-button", { hasText: "Ask the Shelf" }).click();
  await until("the question", async () => (await window.shown(".quick-input-title")).includes("Ask the Shelf"));
  await window.page.keyboard.type("When is a rye loaf done?");
  await window.page.keyboard.press("Enter");
  await until("the answer", async () => {
    const texts = await Promise.all(window.page.frames().map((frame) => frame.locator("blockquote").allInnerTexts()));
    return texts.flat().join().includes("a rye loaf needs 98");
  });
  await window.press("The shelf has an answer", "Open bread");
  await until("the source", async () => (await window.shown(".view-lines")).includes("a rye loaf needs 98"));
  await window.screenshot("answer");
  await window.command("View: Close All Editors");
}

/** The recipes that have something to do at the cursor, and one of them done. */
async function recipes(window) {
  await window.open("plain.md");
  await window.goTo(1, 20);
  await window.command("breadknife: Run a Recipe Here");
  await until("the recipes", async () => /fix-text.*plain-words/s.test(await window.shown(".quick-input-list")));
  await window.screenshot("recipes");
  await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "plain-words" }).click();
  await until("the edit", async () => (await window.shown(".view-lines")).includes("a key to use it"));
  await window.save();
  await until("the fixed file", () => window.read("plain.md") === "You need a key to use it.\n");
}

async function missingProgram(window) {
  const settings = path.join(window.data, "Machine/settings.json");
  fs.writeFileSync(settings, JSON.stringify({ "breadknife.command": ["no-such-program", "serve"] }));
  const toast = await window.message("“no-such-program”");
  await window.screenshot("missingProgram");
  await until("the status", async () => (await window.status()) === "breadknife: can't start");
  await toast.locator(".monaco-button", { hasText: "Open Settings" }).click();
  await until("the setting", async () => (await window.shown(".settings-editor")).includes("Command"));
}

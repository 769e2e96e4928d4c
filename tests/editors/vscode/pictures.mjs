/** Takes the pictures of the extension's README and of docs/drift.md in the real window: of the real server with the real model. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { drive } from "./driver.mjs";
import { until } from "./workbench.mjs";

const files = {
  "inventory.py": `"""What is in stock."""

from dataclasses import dataclass


@dataclass
class Item:
    name: str
    price: float
    count: int


def total_value(items: list[Item]) -> float:
    """The value of all the items together."""

`,
  "orders.py": `"""Reads orders such as 3x bread knife."""

import re

ORDER = re.compile(r"([0-9]+)x (.+)")


def amount(line: str) -> int:
    # This is an useful shortcut.
    order = ORDER.match(line)
    return int(order.group(1))
`,
  "pages.py": `"""Reads pages."""

import urllib.request


def fetch(url, wait=30):
    """Read a page.

    :param url: where it is
    :param wait: seconds, 30 by default
    """
    return urllib.request.urlopen(url, timeout=wait).read()
`,
};

const settings = {
  "breadcrumbs.enabled": false,
  "editor.fontSize": 15,
  "editor.scrollBeyondLastLine": false,
  "workbench.colorTheme": "Default Light Modern",
  "workbench.layoutControl.enabled": false,
};

const screen = { viewport: { width: 960, height: 560 }, deviceScaleFactor: 1.5 };

const names = process.env.NAMES.split(",");
const steps = Object.fromEntries(
  Object.entries({ suggestion, receipts, fixes, drift }).filter(([name]) => names.includes(name)),
);
await drive(steps, { settings, files, screen });

async function suggestion(window) {
  await window.open("inventory.py");
  await window.page.keyboard.press("Control+b");
  await until("a server that is ready", async () => (await window.status()) === "breadknife", 120_000);
  await window.goTo(15, 1);
  await window.page.keyboard.type("    return ", { delay: 60 });
  const shown = () => window.shown('[class*="ghost-text"]');
  await until("ghost text", async () => (await shown()).length > 10, 60_000);
  await still(shown);
  await window.screenshot("suggestion");
  await window.page.keyboard.press("Tab");
}

async function fixes(window) {
  await window.page.setViewportSize(screen.viewport);
  await window.page.keyboard.press("Control+Shift+e");
  await window.open("orders.py");
  await window.page.keyboard.press("Control+b");
  await window.squiggle();
  await window.fixesAt(11, 18, /None/);
  await window.screenshot("fixes");
}

/** A parameter that got another name and another default since the last commit: the menu at its documentation, then its
 * explanation. */
async function drift(window) {
  const git = (...words) => execFileSync("git", words, { cwd: window.workspace });
  git("init", "--quiet");
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=first");
  const file = path.join(window.workspace, "pages.py");
  const changed = files["pages.py"].replace("wait=30", "timeout=60").replace("timeout=wait", "timeout=timeout");
  fs.writeFileSync(file, changed);
  await window.page.setViewportSize(screen.viewport);
  await window.open("pages.py");
  await window.page.keyboard.press("Control+b");
  await until("both findings", async () => (await window.page.locator('[class*="squiggly-"]').count()) > 1);
  await until("a server that is ready", async () => (await window.status()) === "breadknife", 120_000);
  await window.fixesAt(10, 12, /It still holds/);
  await window.screenshot("drift");
  await window.page.locator(".action-widget .monaco-list-row", { hasText: "Explain" }).click();
  await until("its page", async () => (await window.page.locator('.tab[aria-label*="Explain"]').count()) > 0);
  await new Promise((resolve) => setTimeout(resolve, 2000)); // a page of its own is drawn
  await window.screenshot("drift-explained");
}

async function receipts(window) {
  await window.page.setViewportSize({ width: 960, height: 760 });
  await window.command("breadknife: Show Receipts");
  const { frame, main } = await window.view("Receipts");
  // The models' view makes room.
  await window.page.locator(".pane-header", { hasText: "Models" }).click();
  const receipt = main.locator("details", { hasText: /Suggestion.*[1-9]\d* written/s }).first();
  await until("the receipt of a suggestion", () => receipt.isVisible());
  await receipt.locator("summary").click();
  await still(() => main.innerText());
  await frame.page().mouse.move(700, 20);
  await window.screenshot("receipts");
}

/** Waits until nothing has changed for a second. */
async function still(look) {
  let before;
  await until("the last change", async () => {
    const now = await look();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const isSame = now === before;
    before = now;
    return isSame;
  });
}

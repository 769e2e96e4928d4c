/** Starts VS Code several times and prints how long it took to load and activate the extension; see activation.py. */
import { drive } from "../../tests/editors/vscode/driver.mjs";
import { until } from "../../tests/editors/vscode/workbench.mjs";

// So high that the list of extensions shows all of its rows.
await drive({ activation }, { screen: { viewport: { width: 1280, height: 4000 } } });

async function activation(window) {
  for (let run = 0; run < Number(process.env.RUNS); run++) {
    await window.open("null.py");
    await until("the status", async () => (await window.status()).startsWith("breadknife"), 60_000);
    await window.command("Developer: Show Running Extensions");
    const row = window.page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "breadknife" });
    const [, found] = await until("the time", async () => /Activation: (\d+)ms/.exec(await row.first().innerText()));
    console.log(`activation: ${found} ms`);
    await window.page.keyboard.press("Control+k");
    await window.page.keyboard.press("Control+w");
    await window.page.reload();
  }
}

/** Runs inhost/index.cjs inside a real extension host, as @vscode/test-electron would. Exit code 0: all passed. */
import fs from "node:fs";
import path from "node:path";
import { codeServer, createWorkspace, openBrowser, out, serve, until } from "./workbench.mjs";

const extension = process.env.EXTENSION;
const tests = path.join(import.meta.dirname, "inhost/index.cjs");
// Trusted for what the server does, untrusted for how it runs: in both it has to work.
const isTrusted = process.env.PART === "serving";
const { root, workspace, data } = createWorkspace({ "security.workspace.trust.enabled": !isTrusted });

// VS Code's own server: code-server's command line refuses the test driver.
const url = await serve("/version", path.join(codeServer, "lib/vscode/out/server-main.js"), (port) => [
  ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--accept-server-license-terms"],
  ...["--server-data-dir", data, "--user-data-dir", data, "--extensions-dir", path.join(root, "extensions")],
  ...["--enable-smoke-test-driver", "--disable-telemetry"],
]);
const { browser, page } = await openBrowser();
let code;
try {
  const chatter = fs.createWriteStream(path.join(out, "workbench.log"));
  await page.exposeFunction("codeAutomationLog", (_type, args) => {
    const ours = /^(not )?ok - /.test(args[0]);
    if (ours) console.log(...args);
    else chatter.write(`${args.join(" ")}\n`);
  });
  await page.exposeFunction("codeAutomationExit", (status) => {
    code = status;
  });
  const remote = `vscode-remote://${new URL(url).host}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", remote + extension],
    ["extensionTestsPath", remote + tests],
    ["skipWelcome", "true"],
  ]);
  await page.goto(`${url}/?${new URLSearchParams({ folder: workspace, payload })}`);
  await until("the end of the tests", () => code !== undefined, 400_000);
} catch (error) {
  console.error(String(error));
  await page.screenshot({ path: path.join(out, "exthost.png") });
} finally {
  await browser.close();
}
process.exit(code === 0 ? 0 : 1);

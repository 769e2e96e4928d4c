/** Runs inside VS Code's extension host, on the real `vscode` API. */
const { revertAll } = require("./help.cjs");

/** PART in the environment is the file; with ONLY: the tests that have it in their names. */
const tests = require(`./${process.env.PART}.cjs`);

exports.run = async () => {
  const chosen = Object.entries(tests).filter(([name]) => name.includes(process.env.ONLY ?? ""));
  let failed = 0;
  for (const [name, test] of chosen) {
    try {
      await test();
      console.log(`ok - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok - ${name}\n${error.stack}`);
    }
    await revertAll();
  }
  if (failed) throw new Error(`${failed} of ${chosen.length} failed`);
};

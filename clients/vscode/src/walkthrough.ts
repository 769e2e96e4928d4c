import { commands } from "vscode";
import { EXTENSION } from "./manifest";
import { type Facts, isRunning, missing } from "./status/facts";

/** The steps of the walkthrough, as package.json has them. */
type Step = "setUp" | "models" | "try" | "proof";

/** Ticks the steps of the walkthrough: each has a context key. */
export class Walkthrough {
  readonly #done = new Set<Step>();

  /** What the facts say of the first two steps. */
  look({ state, report }: Facts): void {
    if (!isRunning(state)) return;
    this.tick("setUp");
    if (report && missing(report) === undefined) this.tick("models");
  }

  tick(step: Step): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    void setKey(step, true);
  }

  async open(): Promise<void> {
    // VS Code overlooks a key that is true when it reads the walkthrough for the first time: it must become true then.
    await Promise.all([...this.#done].map((step) => setKey(step, false)));
    await commands.executeCommand("workbench.action.openWalkthrough", `${EXTENSION}#start`, false);
    await Promise.all([...this.#done].map((step) => setKey(step, true)));
  }
}

function setKey(step: Step, isDone: boolean): Thenable<unknown> {
  return commands.executeCommand("setContext", `breadknife.step.${step}`, isDone);
}

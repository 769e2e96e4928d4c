import { type QuickPickItem, window, workspace } from "vscode";
import type { Pages } from "../pages";
import type { Server } from "../server/server";
import { type Problem, type Recipe, recipesPage } from "./answers";
import { type Cli, json } from "./cli";

/** Where a trusted workspace has recipes of its own. */
const OWN = ".breadknife/recipes/*.toml";

/** Lets the user choose among the recipes that have something to do at the cursor or the selection, and runs one. */
export async function runRecipe(server: Server): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) return;
  const offers = await server.recipes(editor.document, editor.selection);
  if (offers.length === 0) {
    void window.showInformationMessage("No recipe has anything to do here. Select a text, or put the cursor into one.");
    return;
  }
  const picks: (QuickPickItem & { run: () => Promise<void> })[] = offers.map(({ title, name, run }) => ({
    label: title,
    description: name,
    run,
  }));
  const picked = await window.showQuickPick(picks, { title: "Run a Recipe Here" });
  await picked?.run();
}

/** Shows all recipes, and what is wrong with them. */
export async function showRecipes(cli: Cli, pages: Pages): Promise<void> {
  const files = workspace.isTrusted ? await workspace.findFiles(OWN) : [];
  const own = files.map(({ fsPath }) => fsPath);
  const [recipes, problems, ownProblems] = await Promise.all([
    json<Recipe[]>(cli, ["recipes", "list"]),
    json<Problem[]>(cli, ["recipes", "check"]),
    own.length > 0 ? json<Problem[]>(cli, ["recipes", "check"], own) : [],
  ]);
  await pages.show("Recipes", recipesPage(recipes, [...problems, ...ownProblems]));
}

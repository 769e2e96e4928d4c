import { Position, type QuickPickItem, Range, type Selection, type TextEditor, Uri, window, workspace } from "vscode";
import type { Server } from "../server/server";
import { type Found, type Place, row } from "./places";

/** How long nobody types before words are compared, and before a model compares meanings. */
const PAUSE = 120; // ms
const REST = 600; // ms

interface Pick extends QuickPickItem {
  readonly place?: Place;
}

/** Lets the user say what to find, and go there. The place that is chosen at the moment shows behind the list. */
export function find(server: Server): void {
  const before = window.activeTextEditor;
  const [selection, document] = [before?.selection, before?.document.uri.toString() ?? ""];
  const list = window.createQuickPick<Pick>();
  list.title = "Find by Words and Meaning";
  list.placeholder = "where is the retry decided?";
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  let asked = 0;
  let timers: NodeJS.Timeout[] = [];
  let isMoved = false;
  let isTaken = false;

  const ask = async (question: string, byMeaning: boolean): Promise<void> => {
    asked += 1;
    const number = asked;
    list.busy = true;
    try {
      const found = (await server.execute("breadknife.findPlaces", question, byMeaning, document)) as Found;
      // What the user has moved to stays where it is.
      if (number === asked && !(byMeaning && isMoved)) list.items = rows(found);
    } catch (error) {
      if (number === asked) list.items = [note(error instanceof Error ? error.message : String(error))];
    }
    if (number === asked) list.busy = false;
  };

  list.onDidChangeValue((value) => {
    for (const timer of timers) clearTimeout(timer);
    const question = value.trim();
    isMoved = false;
    timers = question
      ? [setTimeout(() => void ask(question, false), PAUSE), setTimeout(() => void ask(question, true), REST)]
      : [];
  });
  list.onDidChangeActive(([pick]) => {
    isMoved = pick !== undefined && pick !== list.items[0];
    if (pick?.place) void show(pick.place, true);
  });
  list.onDidAccept(async () => {
    const place = list.activeItems[0]?.place;
    if (!place) return;
    isTaken = true;
    list.hide();
    await show(place, false);
  });
  list.onDidHide(() => {
    for (const timer of timers) clearTimeout(timer);
    asked += 1;
    list.dispose();
    if (!isTaken && before && selection) void restore(before, selection);
  });
  list.show();
}

function rows(found: Found): Pick[] {
  const places = found.places.map((place) => ({
    ...row(place, workspace.asRelativePath(Uri.parse(place.uri))),
    place,
    alwaysShow: true,
  }));
  return [...places, note(found.reason || `Searched ${found.searched}`)];
}

/** A line that leads nowhere. */
function note(text: string): Pick {
  return { label: "", description: text, alwaysShow: true };
}

async function show(place: Place, isPreview: boolean): Promise<void> {
  const start = new Position(place.line, 0);
  await window.showTextDocument(Uri.parse(place.uri), {
    preview: isPreview,
    preserveFocus: isPreview,
    selection: new Range(start, start),
  });
}

async function restore(editor: TextEditor, selection: Selection): Promise<void> {
  const { document, viewColumn } = editor;
  await window.showTextDocument(document, { selection, ...(viewColumn ? { viewColumn } : {}) });
}

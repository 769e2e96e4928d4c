import { commands, Position, Selection, window, workspace } from "vscode";

/** Three things to try: a function to finish, a null bug, and a bad sentence. */
const SAMPLE = `"""Three things to try, from top to bottom."""

import re


# 1. Finish the function: wait for the grey text, and press Tab to take it.
def average(numbers: list[float]) -> float:
    """The arithmetic mean."""
    total = sum(numbers)
    return 


# 2. Fix the bug: put the cursor on the underlined word, and press Ctrl+. (macOS: Cmd+.).
def first_number(text: str) -> int:
    match = re.search(r"[0-9]+", text)
    return int(match.group())


# 3. Correct the sentence in the same way.
# This is an sentence with a mistake.
`;

const CURSOR = SAMPLE.split("\n").indexOf("    total = sum(numbers)") + 1;

/** A new document, so that nothing of the user's is changed, with the cursor where the function is to be finished. */
export async function openSample(): Promise<void> {
  const document = await workspace.openTextDocument({ language: "python", content: SAMPLE });
  const editor = await window.showTextDocument(document);
  const place = new Position(CURSOR, document.lineAt(CURSOR).text.length);
  editor.selection = new Selection(place, place);
  await commands.executeCommand("editor.action.inlineSuggest.trigger");
}

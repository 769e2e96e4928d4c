import {
  commands,
  Disposable,
  Position,
  Range,
  Selection,
  type TextEditor,
  ThemeColor,
  window,
  workspace,
} from "vscode";
import type { Server } from "../server/server";

/** What the server answers to `breadknife.nextEdit`. */
interface NextEdit {
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  newText: string;
  version: number;
}

const SHOWN = "breadknife.nextEditShown";

/**
 * Experimental: jumps to the next place that should follow from what was changed, and shows there what it should
 * become. VS Code has no inline suggestion that replaces other text, so this is drawn with decorations.
 */
export function registerNextEdit(server: Server): Disposable {
  const old = window.createTextEditorDecorationType({ textDecoration: "line-through" });
  let shown: { editor: TextEditor; range: Range; newText: string } | undefined;

  const at = (range: Range) => new Selection(range.start, range.start);
  const hide = () => {
    shown?.editor.setDecorations(old, []);
    shown = undefined;
    void commands.executeCommand("setContext", SHOWN, false);
  };
  const next = async () => {
    const editor = window.activeTextEditor;
    if (!editor) return;
    hide();
    const { line, character } = editor.selection.active;
    const uri = editor.document.uri.toString();
    const edit = (await server.execute("breadknife.nextEdit", uri, { line, character })) as NextEdit | null;
    if (window.activeTextEditor !== editor) return;
    if (!edit || edit.version !== editor.document.version) {
      void window.setStatusBarMessage("breadknife: nothing follows from what was changed", 4000);
      return;
    }
    const { start, end } = edit.range;
    const range = new Range(new Position(start.line, start.character), new Position(end.line, end.character));
    editor.selection = at(range);
    editor.revealRange(range);
    const after = { contentText: edit.newText, color: new ThemeColor("editorGhostText.foreground") };
    editor.setDecorations(old, [{ range, renderOptions: { after } }]);
    shown = { editor, range, newText: edit.newText };
    void commands.executeCommand("setContext", SHOWN, true);
  };
  const accept = async () => {
    const { editor, range, newText } = shown ?? {};
    hide();
    if (editor && range && newText !== undefined) await editor.edit((builder) => builder.replace(range, newText));
  };
  return Disposable.from(
    old,
    commands.registerCommand("breadknife.nextEdit.show", next),
    commands.registerCommand("breadknife.nextEdit.accept", accept),
    commands.registerCommand("breadknife.nextEdit.dismiss", hide),
    window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      if (shown?.editor === textEditor && !selections[0]?.isEqual(at(shown.range))) hide();
    }),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && shown?.editor.document === document) hide();
    }),
    window.onDidChangeActiveTextEditor(hide),
  );
}

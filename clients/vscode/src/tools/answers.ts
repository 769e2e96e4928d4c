/** Pages about the shelf and recipes, as Markdown: pure functions of what the command line prints as JSON. */
import { plain } from "../plain";
import { asSentence } from "../why/reason";

/** `breadknife shelf status --json`, of one folder. */
export interface Folder {
  readonly folder: string;
  readonly files: number;
  readonly pages: number;
  readonly chunks_waiting: number;
  readonly pages_waiting: number;
  readonly skipped: readonly unknown[];
}

/** `breadknife shelf ask --json`. */
export interface Answer {
  readonly quotes: readonly Quote[];
  /** Passages that aren't answers, but share words or a meaning with the question. */
  readonly near: readonly Quote[];
  /** Why nothing answers the question; empty if a quote does. */
  readonly note: string;
  /** What was searched, and how; empty if the shelf was silent, whose sentence says it. */
  readonly searched: string;
  readonly reason?: string;
  readonly sentence?: string;
  readonly model: string;
  readonly milliseconds: number;
  readonly bytes_sent: number;
}

interface Quote {
  readonly text: string;
  readonly title: string;
  /** From 1; 0 if the format has no pages. */
  readonly page: number;
  /** Of the file, with `#page=N` for a PDF. */
  readonly link: string;
}

/** `breadknife recipes list --json`, of one recipe. */
export interface Recipe {
  readonly name: string;
  readonly owner: string;
  readonly title: string;
  readonly enabled: boolean;
  readonly roles: readonly string[];
}

/** `breadknife recipes check --json`, of one problem; line and column from 1. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export function answerPage(answer: Answer): string {
  const { quotes, near, note, searched, sentence, model, milliseconds, bytes_sent: sent } = answer;
  const found = quotes.map(blockQuote);
  if (near.length > 0) found.push(`## Near, but no answer\n\n${plain(note)}`.trim(), ...near.map(blockQuote));
  if (found.length === 0) found.push(plain(asSentence(sentence ?? "Nothing was found")));
  if (searched) found.push(plain(`Searched: ${searched}.`));
  const who = model ? `${plain(model)} compared texts` : "No model was asked: only words were compared";
  return `${found.join("\n\n")}\n\n${who}, ${Math.round(milliseconds)} ms, ${sent} bytes off this machine.`;
}

function blockQuote(quote: Quote): string {
  const text = plain(quote.text).replaceAll("\n", "\n> ");
  return `> ${text}\n>\n> — ${plain(`${nameOf(quote)}: ${pathOf(quote.link)}`)}`;
}

/** The files that an answer shows, each once: a name for a button, and its address. */
export function sources({ quotes, near }: Answer): { readonly title: string; readonly link: string }[] {
  const links = new Map([...quotes, ...near].map((quote) => [quote.link, nameOf(quote)]));
  return [...links].filter(([link]) => /^file:/i.test(link)).map(([link, name]) => ({ title: `Open ${name}`, link }));
}

function nameOf({ title, page }: Quote): string {
  return page > 0 ? `${title}, p. ${page}` : title;
}

function pathOf(link: string): string {
  const path = link.replace(/^file:\/\//i, "").replace(/#.*$/, "");
  try {
    return decodeURI(path);
  } catch {
    return path; // A file's name may be no UTF-8.
  }
}

/** What is told of a folder in one line. */
export function amounts({ files, pages, chunks_waiting, pages_waiting, skipped }: Folder): string {
  const told = [counted(files, "file"), counted(pages, "page")];
  if (chunks_waiting > 0) told.push("found by words only");
  if (pages_waiting > 0) told.push(`${counted(pages_waiting, "page")} to be read by OCR`);
  if (skipped.length > 0) told.push(`${counted(skipped.length, "file")} skipped`);
  return told.join(", ");
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

export function recipesPage(recipes: readonly Recipe[], problems: readonly Problem[]): string {
  const wrong = problems.map(
    ({ path, line, column, message }) => `- ${plain(`${path}:${line}:${column}`)}: ${plain(asSentence(message))}`,
  );
  const check = wrong.length > 0 ? `## Problems\n\n${wrong.join("\n")}` : "The check found nothing wrong.";
  const list = (isOn: boolean) =>
    recipes
      .filter(({ enabled }) => enabled === isOn)
      .map(({ name, owner, title, roles }) => {
        const whose = owner === "breadknife" ? "" : ` (${plain(owner)})`;
        const asks = roles.length > 0 ? `, asks a model (${plain(roles.join(", "))})` : "";
        return `- ${plain(title || name)}${whose}: \`${name}\`${asks}`;
      })
      .join("\n");
  const off = list(false);
  const switched = off && `## Off\n\nThe setting breadknife.recipes.on switches them on, by name.\n\n${off}`;
  return [check, `## On\n\n${list(true)}`, switched].filter(Boolean).join("\n\n");
}

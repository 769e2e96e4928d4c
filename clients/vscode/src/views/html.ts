/** HTML that is safe by construction: what is put into it is escaped, unless it is such HTML itself. */

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | false | null | undefined | readonly Value[];

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, string, at) => text + put(values[at - 1]) + string));
}

function put(value: Value): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(put).join("");
  return value === false || value === null || value === undefined ? "" : escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** A button that runs a command of the extension. */
export function button(title: string, command: string, argument = "", label = title): Html {
  return html`<button type="button" data-command="${command}" data-argument="${argument}" aria-label="${label}">${title}</button>`;
}

/** Why a view has nothing to show, and a button that helps. */
export interface Trouble {
  readonly sentence: string;
  readonly button?: { readonly title: string; readonly command: string };
}

export function renderTrouble({ sentence, button: help }: Trouble): Html {
  return html`<p>${sentence}</p>${help && html`<p class="row" id="help">${button(help.title, help.command)}</p>`}`;
}

export interface Page {
  /** What the page may load: its own style and script, and nothing else. */
  readonly source: string;
  readonly style: string;
  readonly script: string;
  readonly title: string;
}

/** The page around a view's content, which is put into it by messages. */
export function page({ source, style, script, title }: Page): string {
  const policy = `default-src 'none'; style-src ${source}; script-src ${source}`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>${title}</title>
</head>
<body>
<main aria-label="${title}" aria-busy="true"><p class="quiet">Loading…</p></main>
<p id="news" class="hidden" role="status" aria-live="polite"></p>
<script src="${script}"></script>
</body>
</html>`.text;
}

/** What the server knows about itself, as text for people. */

/** What became of one request, in the words of one plugin. */
export interface Receipt {
  readonly request: string;
  readonly line?: number;
  readonly plugin: string;
  readonly outcome: string;
  readonly reason: string;
  readonly sentence: string;
  readonly remedy: string;
  readonly model: string;
  readonly milliseconds: number;
}

export function describeReceipts(file: string, receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return `${file}: nothing has been asked about this file yet.\n`;
  return [`The last requests for ${file}:`, ...receipts.map(describeReceipt)].join("\n\n").concat("\n");
}

function describeReceipt(receipt: Receipt): string {
  const { request, line, plugin, outcome, reason, sentence, remedy, model, milliseconds } = receipt;
  return [
    `${request}${line ? ` at line ${line}` : ""}, by ${plugin || "nobody"}: ${outcome}${reason && ` (${reason})`}`,
    sentence,
    remedy && `→ ${remedy}`,
    [model, `${Math.round(milliseconds)} ms`].filter(Boolean).join(", "),
  ]
    .filter(Boolean)
    .join("\n    ");
}

/** A JSON value as an outline: a line for every member. */
export function outline(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return `${indent}${value}\n`;
  return Object.entries(value)
    .map(([key, member]) => {
      const label = `${indent}${Array.isArray(value) ? "-" : `${key}:`}`;
      return typeof member === "object" && member !== null
        ? `${label}\n${outline(member, `${indent}  `)}`
        : `${label} ${member}\n`;
    })
    .join("");
}

import { asSentence, type Receipt } from "../why/reason";
import { button, type Html, html, renderTrouble, type Trouble } from "./html";

export interface Receipts {
  readonly receipts: readonly Receipt[];
  /** The file that they are of, as people call it; undefined for those of all files. */
  readonly file: string | undefined;
  /** All that has left the machine since the server started. */
  readonly bytesSent: number;
  /** Why the server can't tell; then there are no receipts. */
  readonly trouble?: Trouble | undefined;
}

/** What ran for a file or for all, newest first: who was asked, what it cost, and why there was nothing. */
export function renderReceipts({ receipts, file, bytesSent, trouble }: Receipts): Html {
  if (trouble !== undefined) return renderTrouble(trouble);
  const told = receipts.filter(isWorthTelling);
  const scope = file
    ? html`Requests for <strong>${file}</strong>, newest first.`
    : html`Requests for all files, newest first.`;
  const other = file ? button("Show All Files", "scope", "all") : button("Show the Open File", "scope", "file");
  return html`
<p><strong>Bytes sent: ${grouped(bytesSent)}.</strong> ${bytesSent === 0 && "Nothing has left this machine."}</p>
<p class="quiet">${scope}</p>
<p class="row" id="scope">${other}</p>
${told.length === 0 && html`<p>Nothing has been asked yet.</p>`}
<ul aria-label="Receipts">${told.map((receipt) => renderReceipt(receipt, !file))}</ul>`;
}

/** Editors ask for the menu at each move of the cursor, mostly in vain. */
function isWorthTelling({ request, reason }: Receipt): boolean {
  return request !== "action" || reason !== "no-opinion";
}

function renderReceipt(receipt: Receipt, withFile: boolean): Html {
  const { id, outcome, at, milliseconds } = receipt;
  const plugin = receipt.plugin === receipt.request ? "" : receipt.plugin; // Only completion completes.
  const where = [plugin, withFile && nameOf(receipt.uri), receipt.line > 0 && `line ${receipt.line}`]
    .filter(Boolean)
    .join(", ");
  const who = receipt.plugin || "nobody";
  return html`
<li><details id="receipt-${id}">
<summary><span class="line"><span>${REQUESTS[receipt.request] ?? receipt.request}<span class="quiet">${where && `, ${where}`}</span>${
    outcome !== "answered" &&
    html`: <span class="${outcome === "failed" ? "bad" : ""}">${OUTCOMES[outcome] ?? outcome}</span>`
  }</span>
<span class="quiet time">${grouped(Math.round(milliseconds))}&nbsp;ms</span></span></summary>
${receipt.sentence && html`<p>${asSentence(receipt.sentence)} ${receipt.remedy && html`<span class="quiet">${asSentence(receipt.remedy)}</span>`}</p>`}
<dl>
<dt>When</dt><dd>${new Date(at * 1000).toLocaleTimeString()}${receipt.times > 1 && ` and ${receipt.times - 1} times before`}</dd>
<dt>What ran</dt><dd>${who}</dd>
<dt>Model</dt><dd>${receipt.model || "none"}</dd>
<dt>Tokens</dt><dd>${tokens(receipt)}</dd>
<dt>Time</dt><dd>${grouped(Math.round(milliseconds))} ms</dd>
<dt>Bytes sent</dt><dd>${grouped(receipt.bytes_sent)}</dd>
</dl>
</details></li>`;
}

const REQUESTS: Readonly<Record<string, string>> = {
  completion: "Suggestion",
  check: "Check",
  action: "Menu of fixes",
  resolve: "Fix",
  command: "Command",
};

/** What is said of one that gave no answer. */
const OUTCOMES: Readonly<Record<string, string>> = {
  nothing: "nothing",
  cancelled: "no longer wanted",
  failed: "failed",
};

function tokens({ model, prompt_tokens, cached_tokens, output_tokens }: Receipt): string {
  if (!model) return "none";
  const read = `${grouped(prompt_tokens)} read`;
  const known = cached_tokens > 0 ? ` (${grouped(cached_tokens)} of them known already)` : "";
  return `${read}${known}, ${grouped(output_tokens)} written`;
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.split(/[/:]/).at(-1) ?? uri);
}

/** 12,345 */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

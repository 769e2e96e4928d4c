/** What the server knows about itself: the lines that it has for people. */
export interface Lines {
  readonly lines: readonly string[];
}

export function describeStatus(status: Lines): string {
  return text(status.lines);
}

/** What became of the requests for a file. */
export function describeReceipts(file: string, receipts: readonly Lines[]): string {
  if (receipts.length === 0) return `${file}: nothing has been asked about this file yet.\n`;
  return [`The last requests for ${file}:\n`, ...receipts.map(({ lines }) => text(lines))].join("\n");
}

const text = (lines: readonly string[]) => lines.join("\n").concat("\n");

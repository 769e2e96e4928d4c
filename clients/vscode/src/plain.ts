/** Text as Markdown that shows it as it is, line by line: a model may have written it. */
export function plain(text: string): string {
  return text
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) =>
      line
        .replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)
        .replace(/^[ \t]+|[ \t]{2,}/g, (blanks) => "&nbsp;".repeat(blanks.length)),
    )
    .join("  \n");
}

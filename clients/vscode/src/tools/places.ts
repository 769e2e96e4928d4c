/** A place that the server has found, as its command `breadknife.findPlaces` returns it. */
export interface Place {
  readonly uri: string;
  /** Counted from 0. */
  readonly line: number;
  /** Empty for what stands in no function, class or section of the file. */
  readonly name: string;
  readonly kind: string;
  /** The first line of its signature, or its heading; where neither fits, the line of its text that fits best. */
  readonly excerpt: string;
  /** What fits: `name, documentation`. */
  readonly reason: string;
}

export interface Found {
  readonly places: readonly Place[];
  /** What was searched, and how. */
  readonly searched: string;
  /** Why there is none: a sentence. */
  readonly reason: string;
}

const ICONS: Readonly<Record<string, string>> = {
  class: "symbol-class",
  constant: "symbol-constant",
  function: "symbol-function",
  method: "symbol-method",
  section: "symbol-string",
  setting: "symbol-key",
  test: "beaker",
  type: "symbol-interface",
};

/** How a place shows in a list of VS Code's. `file` is its path as the user knows it. */
export function row(place: Place, file: string): { label: string; description: string; detail: string } {
  const name = place.name || file.replace(/^.*[/\\]/, "");
  const excerpt = place.excerpt === place.name ? "" : `   ${place.excerpt}`;
  return {
    label: `$(${ICONS[place.kind] ?? "file"}) ${name}`,
    description: `${file}:${place.line + 1}`,
    detail: `(${place.reason})${excerpt}`,
  };
}

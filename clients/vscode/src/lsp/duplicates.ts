import type { Diagnostic, DiagnosticCollection, Uri } from "vscode";

/** How TypeScript's checker says that a value may be null where it is used: by the code alone, or with the word. */
const NULL_CODES = new Set(["2531", "2532", "2533", "18047", "18048", "18049"]);
/** A value that may be null is given to a parameter, a variable or a caller that takes none. */
const TYPE_CODES = new Set(["2322", "2345"]);
const NULL_WORD = /\b(null|undefined)\b/;
const CHECKERS = new Set(["ts", "js"]);

/** The codes of our null check begin so. */
const OURS = /^nullcheck\//;

/** What is ours, without what the editor's own checker shows at the same place. */
export function withoutDuplicates(ours: readonly Diagnostic[], others: readonly Diagnostic[]): readonly Diagnostic[] {
  const shown = others.filter(isAboutNull);
  if (shown.length === 0) return ours;
  return ours.filter(
    (each) => !OURS.test(codeOf(each)) || !shown.some((other) => each.range.intersection(other.range)),
  );
}

function isAboutNull(diagnostic: Diagnostic): boolean {
  if (!CHECKERS.has(diagnostic.source ?? "")) return false;
  const code = codeOf(diagnostic);
  return NULL_CODES.has(code) || (TYPE_CODES.has(code) && NULL_WORD.test(diagnostic.message));
}

function codeOf({ code }: Diagnostic): string {
  return String(typeof code === "object" ? code.value : (code ?? ""));
}

/**
 * A collection that leaves out what another checker shows at the same place, as soon as it shows it, and brings it back
 * when it doesn't any more. What fixes the editor offers doesn't change: the server knows findings of others, too.
 */
export class Distinct implements DiagnosticCollection {
  readonly #inner: DiagnosticCollection;
  readonly #all: (uri: Uri) => readonly Diagnostic[];
  readonly #found = new Map<string, readonly Diagnostic[]>();

  /** `all` gives what the editor shows for a document, ours too. */
  constructor(inner: DiagnosticCollection, all: (uri: Uri) => readonly Diagnostic[]) {
    this.#inner = inner;
    this.#all = all;
  }

  get name(): string {
    return this.#inner.name;
  }

  /** Another checker may have said something else about these documents. */
  refresh(uris: readonly Uri[]): void {
    for (const uri of uris) {
      const found = this.#found.get(String(uri));
      if (!found?.length) continue;
      const wanted = withoutDuplicates(found, this.#all(uri));
      if (wanted.length !== this.#inner.get(uri)?.length) this.#inner.set(uri, wanted);
    }
  }

  set(first: Uri | readonly [Uri, readonly Diagnostic[] | undefined][], diagnostics?: readonly Diagnostic[]): void {
    const entries = Array.isArray(first) ? first : [[first as Uri, diagnostics] as const];
    for (const [uri, found] of entries) {
      if (!found) {
        this.delete(uri);
        continue;
      }
      this.#found.set(String(uri), found);
      this.#inner.set(uri, withoutDuplicates(found, this.#all(uri)));
    }
  }

  delete(uri: Uri): void {
    this.#found.delete(String(uri));
    this.#inner.delete(uri);
  }

  clear(): void {
    this.#found.clear();
    this.#inner.clear();
  }

  forEach(callback: Parameters<DiagnosticCollection["forEach"]>[0], thisArg?: unknown): void {
    this.#inner.forEach(callback, thisArg);
  }

  get(uri: Uri): readonly Diagnostic[] | undefined {
    return this.#inner.get(uri);
  }

  has(uri: Uri): boolean {
    return this.#inner.has(uri);
  }

  [Symbol.iterator](): Iterator<[Uri, readonly Diagnostic[]]> {
    return this.#inner[Symbol.iterator]();
  }

  dispose(): void {
    this.#found.clear();
    this.#inner.dispose();
  }
}

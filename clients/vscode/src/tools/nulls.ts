/** What `breadknife null triage --json` prints. docs/fix.md describes it. */
export interface Sorted {
  readonly findings: number;
  readonly groups: readonly Group[];
}

export interface Group {
  readonly sort: "can happen" | "unclear" | "life cycle" | "checker noise";
  readonly why: string;
  /** What findings that are noise for the same reason have in common. */
  readonly reason: string;
  readonly name: string;
  readonly patch: Patch | null;
  readonly findings: readonly Finding[];
}

export interface Patch {
  readonly title: string;
  readonly edits: readonly LineEdit[];
}

/** Whole lines, from `line` until before `end`, which count from 1. */
export interface LineEdit {
  readonly path: string;
  readonly line: number;
  readonly end: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** An entry of the view, with what is below it. */
export interface Entry {
  readonly label: string;
  readonly description?: string;
  readonly finding?: Finding;
  readonly group?: Group;
  readonly children?: readonly Entry[];
  /** Its children aren't shown until somebody asks. */
  readonly folded?: boolean;
}

/** What is to read, then declarations, then the noise, folded under its reasons. */
export function entries({ groups }: Sorted): Entry[] {
  const read = groups.filter(({ sort }) => sort === "can happen" || sort === "unclear");
  const declared = groups.filter(({ sort }) => sort === "life cycle");
  const noise = groups.filter(({ sort }) => sort === "checker noise");
  const reasons = new Map<string, Entry[]>();
  for (const group of noise) {
    const at = reasons.get(group.reason) ?? [];
    reasons.set(group.reason, [...at, ...group.findings.map((finding) => ofFinding(finding, group.why))]);
  }
  const folded = [...reasons].map(([reason, children]) => ({
    label: oneLine(reason),
    description: String(children.length),
    children,
    folded: true,
  }));
  const all: Entry[] = [
    { label: "To Read", description: String(read.length), children: read.map(ofGroup) },
    { label: "Declarations", description: String(declared.length), children: declared.map(ofGroup) },
    { label: "Noise", description: String(sum(noise)), children: folded, folded: true },
  ];
  return all.filter(({ children }) => children?.length);
}

/** One sentence about all of it. */
export function summary(sorted: Sorted): string {
  if (sorted.findings === 0) return "No finding is about null.";
  const read = sorted.groups.filter(({ sort }) => sort === "can happen" || sort === "unclear").length;
  return `${sorted.findings} ${sorted.findings === 1 ? "finding" : "findings"} about null, ${read} to read.`;
}

function ofGroup(group: Group): Entry {
  const [first, ...others] = group.findings;
  const children = others.length > 0 ? group.findings.map((finding) => ofFinding(finding, finding.message)) : undefined;
  return {
    label: first ? where(first) : oneLine(group.name),
    description: oneLine(group.patch ? `${group.patch.title} · ${group.why}` : group.why),
    group,
    ...(first ? { finding: first } : {}),
    ...(children ? { children, folded: true } : {}),
  };
}

function ofFinding(finding: Finding, description: string): Entry {
  return { label: where(finding), description: oneLine(description), finding };
}

function where({ path, line }: Finding): string {
  return `${oneLine(path)}:${line}`;
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((count, { findings }) => count + findings.length, 0);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

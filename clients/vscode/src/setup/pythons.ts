/** Finds a Python that can run breadknife. */

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

export type Found =
  | { readonly kind: "python"; readonly python: Command; readonly version: string }
  /** The newest one that there is, and what it lacks. */
  | { readonly kind: "too-old" | "no-venv"; readonly version: string }
  | { readonly kind: "none" };

export interface Machine {
  readonly platform: NodeJS.Platform;
  /** The absolute path of a program, or undefined where there is none. */
  find(name: string): Promise<string | undefined>;
  /** What a program prints on stdout, or undefined where it fails. */
  output(command: Command): Promise<string | undefined>;
}

/** The oldest Python that breadknife runs on. */
export const OLDEST = [3, 11] as const;

/** Prints the version and whether environments can be made. */
const PROBE =
  "import sys, importlib.util as u; " +
  "print(*sys.version_info[:3], int(all(u.find_spec(name) for name in ('venv', 'ensurepip'))))";

/** The releases that every library of breadknife has wheels for come first. */
const NAMES = ["python3.13", "python3.12", "python3.14", "python3.11", "python3", "python"];

/** What to try, best first. */
export function candidates(platform: NodeJS.Platform): Command[] {
  const plain = NAMES.map((command) => ({ command, args: [] }));
  return platform === "win32" ? [{ command: "py", args: ["-3"] }, ...plain] : plain;
}

/** The first candidate that is new enough and can make environments; else the newest one, and what it lacks. */
export async function findPython(machine: Machine, named: readonly Command[] = []): Promise<Found> {
  let newest: { version: string; numbers: number[]; hasVenv: boolean } | undefined;
  const seen = new Set<string>();
  for (const { command, args } of [...named, ...candidates(machine.platform)]) {
    const path = await machine.find(command);
    if (!path || seen.has(path) || isStub(machine.platform, path)) continue;
    seen.add(path);
    const python = { command: path, args };
    const numbers = parse(await machine.output({ command: path, args: [...args, "-I", "-c", PROBE] }));
    if (!numbers) continue;
    const hasVenv = numbers.pop() === 1;
    const version = numbers.join(".");
    if (isNewEnough(numbers) && hasVenv) return { kind: "python", python, version };
    if (!newest || compare(numbers, newest.numbers) > 0) newest = { version, numbers, hasVenv };
  }
  if (!newest) return { kind: "none" };
  return { kind: isNewEnough(newest.numbers) ? "no-venv" : "too-old", version: newest.version };
}

/** Programs of that name which only offer to install something: to run them would open a dialog. */
function isStub(platform: NodeJS.Platform, path: string): boolean {
  if (platform === "darwin") return path === "/usr/bin/python3";
  return platform === "win32" && /\\WindowsApps\\/i.test(path) && /\\python3?\.exe$/i.test(path);
}

function parse(output: string | undefined): number[] | undefined {
  const numbers = output?.trim().split(/\s+/).map(Number);
  return numbers?.length === 4 && numbers.every(Number.isInteger) ? numbers : undefined;
}

function isNewEnough(version: readonly number[]): boolean {
  return compare(version, OLDEST) >= 0;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [at, number] of other.entries()) {
    const difference = (one[at] ?? 0) - number;
    if (difference !== 0) return difference;
  }
  return 0;
}

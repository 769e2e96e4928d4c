import { findExecutable } from "./executable";

/** How `breadknife` is started. */
export interface Program {
  readonly command: string;
  /** What makes it serve. */
  readonly args: readonly string[];
}

export type Found =
  | { readonly kind: "program"; readonly program: Program }
  /** Nothing is named, and there is none. */
  | { readonly kind: "absent" }
  /** What the setting names can't be used. */
  | { readonly kind: "wrong"; readonly why: string };

/**
 * The program that the setting names; without one that on PATH; without one `own`, the extension's.
 *
 * `setting` is the value of `breadknife.command`, whatever it is.
 */
export async function findProgram(setting: unknown, own: () => Promise<string | undefined>): Promise<Found> {
  const remedy = "in the setting breadknife.command how to start it";
  if (!Array.isArray(setting) || !setting.every((word) => typeof word === "string")) {
    return { kind: "wrong", why: `The setting breadknife.command is no list of words. Say ${remedy}.` };
  }
  const [name, ...args]: string[] = setting;
  if (name !== undefined) {
    const command = await findExecutable(name);
    if (command) return { kind: "program", program: { command, args } };
    const problem = `“${name}” is neither a program on PATH nor the absolute path of one`;
    return { kind: "wrong", why: `breadknife can't start its server: ${problem}. Say ${remedy}.` };
  }
  const command = (await findExecutable("breadknife")) ?? (await own());
  return command ? { kind: "program", program: { command, args: ["serve"] } } : { kind: "absent" };
}

/** The arguments that make the same program do something else than serve; undefined where it can't. */
export function instead({ args }: Program, others: readonly string[]): string[] | undefined {
  const at = args.lastIndexOf("serve");
  return at < 0 ? undefined : [...args.slice(0, at), ...others];
}

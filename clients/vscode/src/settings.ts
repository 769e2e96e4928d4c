import { type Uri, workspace } from "vscode";
import { serverSettings } from "./manifest";

export type Section = { [key: string]: unknown };

/**
 * The server's settings that somebody has set, as a tree.
 *
 * A default isn't sent: it would hide what the user's own `config.toml` says. Nor is a key that this extension doesn't
 * contribute: VS Code lets a workspace set such a key, whatever it means.
 */
export function readSettings(scope?: Uri): Section {
  const configuration = workspace.getConfiguration("breadknife", scope);
  const root: Section = {};
  for (const key of serverSettings) {
    const set = configuration.inspect(key);
    if ([set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue].every((value) => value === undefined))
      continue;
    put(root, key.split("."), configuration.get(key));
  }
  return root;
}

function put(section: Section, [name = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    section[name] = value;
    return;
  }
  section[name] ??= {};
  put(section[name] as Section, rest, value);
}

/** The part of the settings that the server asks for: `breadknife`, `breadknife.prose`; null where nothing is set. */
export function lookUp(section: string | undefined, scope?: Uri): unknown {
  const all: Section = { breadknife: readSettings(scope) };
  if (!section) return all;
  return section.split(".").reduce<unknown>((value, part) => (value as Section | null)?.[part] ?? null, all);
}

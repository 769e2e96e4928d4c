import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The absolute path of a program named by an absolute path or by a bare name on PATH; undefined when there is none.
 *
 * Looked up here and not by `spawn`, which on Windows also looks in the current folder.
 */
export async function findExecutable(name: string): Promise<string | undefined> {
  for (const path of candidates(name)) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function candidates(name: string): string[] {
  const suffixes = process.platform === "win32" ? [".exe", ""] : [""];
  const named = suffixes.map((suffix) => name + suffix);
  if (isAbsolute(name)) return named;
  if (/[/\\]/.test(name)) return [];
  // pipx and uv put programs into ~/.local/bin, which isn't on the PATH of every desktop session.
  const folders = [...(process.env.PATH ?? "").split(delimiter), join(homedir(), ".local", "bin")];
  return folders.filter(isAbsolute).flatMap((folder) => named.map((file) => join(folder, file)));
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

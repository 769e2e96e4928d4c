import { ConfigurationTarget, type Uri, workspace } from "vscode";
import { serverSettings, switches } from "./manifest";

export type Section = { [key: string]: unknown };

/**
 * The server's settings that somebody has set, as a tree.
 *
 * A default isn't sent: it would hide what the user's own `config.toml` says. Nor is a key that this extension doesn't
 * contribute: VS Code lets a workspace set such a key, whatever it means.
 */
export function readSettings(scope?: Uri): Section {
  const root: Section = {};
  const ofLanguages = new Map<string, Section>();
  const configuration = workspace.getConfiguration("breadknife", scope);
  for (const key of serverSettings.filter((each) => each !== "overrides")) {
    const set = configuration.inspect(key);
    if ([set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue].some((value) => value !== undefined))
      put(root, key.split("."), configuration.get(key));
    for (const languageId of set?.languageIds ?? []) {
      const configuration = languageConfiguration(languageId, scope);
      if (!isSetForLanguage(configuration.inspect(key))) continue;
      const override = ofLanguages.get(languageId) ?? { languages: [languageId] };
      put(override, key.split("."), configuration.get(key));
      ofLanguages.set(languageId, override);
    }
  }
  // The user's own overrides come after those of languages, and win: they may name files.
  const overrides = [...ofLanguages.values(), ...overridesOf(scope)];
  if (overrides.length > 0) root.overrides = overrides;
  return root;
}

type Inspected = ReturnType<ReturnType<typeof languageConfiguration>["inspect"]>;

function isSetForLanguage(set: Inspected): boolean {
  const { globalLanguageValue, workspaceLanguageValue, workspaceFolderLanguageValue } = set ?? {};
  return [globalLanguageValue, workspaceLanguageValue, workspaceFolderLanguageValue].some((each) => each !== undefined);
}

function languageConfiguration(languageId: string, uri?: Uri) {
  return workspace.getConfiguration("breadknife", uri ? { uri, languageId } : { languageId });
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

/** Whether every plugin is off for a language. */
export function isLanguageOff(languageId: string, uri?: Uri): boolean {
  const configuration = languageConfiguration(languageId, uri);
  return switches.every((key) => configuration.get(key) === false);
}

/** Turn every plugin off for a language, or on again, in the user's settings. */
export async function turnLanguage(languageId: string, isOn: boolean): Promise<void> {
  const configuration = languageConfiguration(languageId);
  for (const key of switches) {
    // On is what holds without the word for this language, unless the settings for all languages say otherwise.
    await configuration.update(key, isOn ? undefined : false, ConfigurationTarget.Global, true);
    if (isOn && languageConfiguration(languageId).get(key) === false)
      await configuration.update(key, true, ConfigurationTarget.Global, true);
  }
}

interface Override extends Section {
  paths?: unknown;
}

/** Whether an override of the workspace turns every plugin off for exactly this file. */
export function isFileOff(uri: Uri): boolean {
  const pattern = patternOf(uri);
  return pattern !== undefined && overridesOf(uri).some((each) => isOffFor(each, pattern));
}

/** Turn every plugin off for a file, or on again, in the workspace's settings. */
export async function turnFile(uri: Uri, isOn: boolean): Promise<void> {
  const pattern = patternOf(uri);
  if (!pattern) return;
  const configuration = workspace.getConfiguration("breadknife", uri);
  const { workspaceValue, workspaceFolderValue } = configuration.inspect("overrides") ?? {};
  const isMultiRoot = workspace.workspaceFile !== undefined;
  const before = asList(isMultiRoot ? workspaceFolderValue : workspaceValue);
  const others = before.filter((each) => !isOffFor(each, pattern));
  const off: Override = { paths: [pattern] };
  for (const key of switches) put(off, key.split("."), false);
  const overrides = isOn ? others : [...others, off];
  const target = isMultiRoot ? ConfigurationTarget.WorkspaceFolder : ConfigurationTarget.Workspace;
  await configuration.update("overrides", overrides.length > 0 ? overrides : undefined, target);
}

/** Of all of VS Code's layers together, the weakest first: in VS Code itself one list would hide the other. */
function overridesOf(uri: Uri | undefined): Override[] {
  const set = workspace.getConfiguration("breadknife", uri).inspect("overrides");
  const isRepeated = workspace.workspaceFile === undefined; // A folder's value is the workspace's then.
  const ofFolder = isRepeated ? undefined : set?.workspaceFolderValue;
  return [set?.globalValue, set?.workspaceValue, ofFolder].flatMap(asList);
}

const asList = (value: unknown): Override[] => (Array.isArray(value) ? value : []);

function isOffFor({ paths, ...plugins }: Override, pattern: string): boolean {
  if (!Array.isArray(paths) || paths.length !== 1 || paths[0] !== pattern) return false;
  return Object.values(plugins).every((plugin) => (plugin as Section).enabled === false);
}

/** A pattern as in `.gitignore`, seen from the workspace folder; undefined for a file that is in none. */
export function patternOf(uri: Uri): string | undefined {
  const folder = workspace.getWorkspaceFolder(uri);
  if (!folder || uri.scheme !== "file") return undefined;
  const path = uri.path.slice(folder.uri.path.length).replace(/^\/*/, "/");
  return path.replace(/[\\*?[\]]/g, "\\$&").replace(/ $/, "\\ ");
}

/** What package.json says: the one list of languages, and the one list of the server's settings. */
import { extensions } from "vscode";

export const EXTENSION = "breadknife.breadknife";

interface Manifest {
  readonly version: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly configuration: readonly { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }[];
  };
}

// Read where VS Code has read it already: in the bundle it would be there twice.
const manifest: Manifest = extensions.getExtension(EXTENSION)?.packageJSON;

export const languages = manifest.activationEvents
  .filter((event) => event.startsWith("onLanguage:"))
  .map((event) => event.replace("onLanguage:", ""));

/** Files, new documents, and the cells of notebooks, each of which is a document of its own. */
const SCHEMES = ["file", "untitled", "vscode-notebook-cell"];

export const documentSelector = languages.flatMap((language) => SCHEMES.map((scheme) => ({ scheme, language })));

/** Keys without `breadknife.`: `prose.enabled`. */
export const serverSettings = manifest.contributes.configuration
  .filter((block) => block.id !== "client")
  .flatMap((block) => Object.keys(block.properties))
  .map((key) => key.replace("breadknife.", ""));

/** The keys that turn a plugin on and off. */
export const switches = serverSettings.filter((key) => key.endsWith(".enabled"));

export const version = manifest.version;

/** What package.json says: the one list of languages, and the one list of the server's settings. */
import manifest from "../package.json";

export const languages = manifest.activationEvents.map((event) => event.replace("onLanguage:", ""));

export const documentSelector = languages.flatMap((language) =>
  ["file", "untitled"].map((scheme) => ({ scheme, language })),
);

/** Keys without `breadknife.`: `prose.enabled`. */
export const serverSettings = manifest.contributes.configuration
  .filter((block) => block.id === "server")
  .flatMap((block) => Object.keys(block.properties))
  .map((key) => key.replace("breadknife.", ""));

/** Facts for tests: a server that is ready, for a Python file in a trusted folder, with all models. */
import type { Facts, File, Report } from "../src/status/facts";

export const REPORT: Report = {
  version: "1.0",
  offline: false,
  bytes_sent: 0,
  engine: null,
  engine_installed: true,
  models: [{ name: "small", roles: ["completion"], path: "/models/small.gguf" }],
  plugins: [{ name: "completion", enabled: true }],
  lines: [],
};

export const FILE: File = {
  uri: "file:///work/app.py",
  language: "python",
  languageName: "Python",
  isServed: true,
  isInFolder: true,
  isLanguageOff: false,
  isFileOff: false,
};

export const NO_MODEL: Report = { ...REPORT, models: [{ name: "small", roles: ["completion"], path: null }] };
export const NO_ENGINE: Report = { ...NO_MODEL, engine_installed: false };
export const ELSEWHERE: Report = { ...NO_ENGINE, models: [{ name: "ollama:big", roles: ["completion"], path: null }] };

export function facts(more: Partial<Facts> = {}): Facts {
  return { state: { kind: "ready" }, isTrusted: true, report: REPORT, file: FILE, ...more };
}

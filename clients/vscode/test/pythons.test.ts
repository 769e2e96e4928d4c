import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, type Found, findPython, type Machine } from "../src/setup/pythons";

/** A machine whose programs print these versions; `no venv` after one means that it can't make environments. */
function machine(programs: Readonly<Record<string, string>>, platform: NodeJS.Platform = "linux"): Machine {
  const paths = new Map(
    Object.keys(programs).map((path) => [
      path
        .split(/[/\\]/)
        .at(-1)
        ?.replace(/\.exe$/, ""),
      path,
    ]),
  );
  return {
    platform,
    find: async (name) => (name in programs ? name : paths.get(name)),
    output: async ({ command }) => {
      const [version, ...lacks] = (programs[command] ?? "").split(" ");
      return version ? `${version.replaceAll(".", " ")} ${lacks.length > 0 ? 0 : 1}\n` : undefined;
    },
  };
}

const found = (command: string, version: string, ...args: string[]): Found => ({
  kind: "python",
  python: { command, args },
  version,
});

const CASES: readonly [string, Machine, Found][] = [
  ["the usual name", machine({ "/usr/bin/python3": "3.12.3" }), found("/usr/bin/python3", "3.12.3")],
  [
    "a newer one beside an old one",
    machine({ "/usr/bin/python3": "3.9.2", "/opt/python3.11": "3.11.4" }),
    found("/opt/python3.11", "3.11.4"),
  ],
  ["none", machine({}), { kind: "none" }],
  [
    "only old ones",
    machine({ "/usr/bin/python": "2.7.18", "/usr/bin/python3": "3.9.2" }),
    { kind: "too-old", version: "3.9.2" },
  ],
  ["one without venv", machine({ "/usr/bin/python3": "3.11.2 no venv" }), { kind: "no-venv", version: "3.11.2" }],
  [
    "one without venv, but another one with",
    machine({ "/usr/bin/python3.13": "3.13.0 no venv", "/usr/bin/python3.12": "3.12.1" }),
    found("/usr/bin/python3.12", "3.12.1"),
  ],
  [
    "Windows' launcher",
    machine({ "C:\\Windows\\py.exe": "3.13.1" }, "win32"),
    found("C:\\Windows\\py.exe", "3.13.1", "-3"),
  ],
  [
    "Windows' program that only opens the shop",
    machine({ "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe": "3.13.1" }, "win32"),
    { kind: "none" },
  ],
  [
    "macOS's program that only offers to install something",
    machine({ "/usr/bin/python3": "3.13.1" }, "darwin"),
    { kind: "none" },
  ],
  ["one that prints nothing", machine({ "/usr/bin/python3": "" }), { kind: "none" }],
];

for (const [name, given, wanted] of CASES) {
  test(`Python: ${name}`, async () => assert.deepEqual(await findPython(given), wanted));
}

test("Python: one that the user names comes first", async () => {
  const given = machine({ "/usr/bin/python3": "3.12.3", "/my/own": "3.11.0" });
  assert.deepEqual(await findPython(given, [{ command: "/my/own", args: [] }]), found("/my/own", "3.11.0"));
});

test("Python: Windows' launcher is tried first, and nowhere else", () => {
  assert.equal(candidates("win32")[0]?.command, "py");
  assert.ok(candidates("linux").every(({ command }) => command !== "py"));
});

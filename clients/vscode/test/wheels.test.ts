import assert from "node:assert/strict";
import { test } from "node:test";
import { findWheels } from "../src/setup/wheels";

const FILE = "breadknife-1.0-py3-none-any.whl";
const OWN = `/extension/wheels/${FILE}`;
const NAMED = `/named/${FILE}`;

const CASES: readonly [string, string | undefined, readonly string[], ReturnType<typeof findWheels>][] = [
  ["none", undefined, [], { wheels: undefined, server: undefined, bundled: undefined }],
  ["those of the extension", undefined, [OWN], { wheels: "/extension/wheels", server: OWN, bundled: OWN }],
  ["those of a folder", "/named", [NAMED], { wheels: "/named", server: NAMED, bundled: undefined }],
  [
    "an engine of a folder, the server of the extension",
    "/named",
    [OWN],
    { wheels: "/named", server: OWN, bundled: OWN },
  ],
  ["a folder before the extension", "/named", [OWN, NAMED], { wheels: "/named", server: NAMED, bundled: OWN }],
  [
    "of another version",
    undefined,
    [OWN.replace("1.0", "2.0")],
    { wheels: "/extension/wheels", server: undefined, bundled: undefined },
  ],
];

for (const [name, named, files, wanted] of CASES) {
  const exists = (path: string) => files.some((file) => file === path || file.startsWith(`${path}/`));
  test(`wheels: ${name}`, () => assert.deepEqual(findWheels("/extension", "1.0", named, exists), wanted));
}

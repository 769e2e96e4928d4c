import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the wheels are that the server and the engine are installed from. */
export interface Wheels {
  /** The folder that the environment variable names, or the one that came with the extension. */
  readonly wheels: string | undefined;
  /** breadknife's wheel: of that folder, or the one that came with the extension. */
  readonly server: string | undefined;
  /** breadknife's wheel that came with the extension. */
  readonly bundled: string | undefined;
}

/** `extension` is its folder; `version` is breadknife's. What isn't there is undefined. */
export function findWheels(
  extension: string,
  version: string,
  named = process.env.BREADKNIFE_WHEELS,
  exists: (path: string) => boolean = existsSync,
): Wheels {
  const own = join(extension, "wheels");
  const file = `breadknife-${version}-py3-none-any.whl`;
  const [server, bundled] = [named, own].map((folder) =>
    folder && exists(join(folder, file)) ? join(folder, file) : undefined,
  );
  return { wheels: named || (exists(own) ? own : undefined), server: server ?? bundled, bundled };
}

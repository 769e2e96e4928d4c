"""Takes the README's pictures in the real VS Code, with the `breadknife` of this environment and its real model.

npm run package -- --out breadknife.vsix && python scripts/pictures.py breadknife.vsix [suggestion] [receipts] [fixes]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests"
PICTURES = Path(__file__).parents[1] / "media" / "pictures"
NAMES = ("suggestion", "receipts", "fixes")

sys.path.insert(0, str(TESTS))

from editors.workbench import editor  # noqa: E402


def main(vsix: str, *names: str) -> int:
    """Receipts show what the suggestion has left."""
    node = editor("vscode-node")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "CODE_SERVER": str(node.resolve().parents[3]),
            "CHROMIUM": str(editor("chromium")),
            "OUT": folder,
            "NAMES": ",".join(names or NAMES),
            "VSIX": str(Path(vsix).absolute()),
        }
        done = subprocess.run([node, TESTS / "editors" / "vscode" / "pictures.mjs"], env=environment)
        if done.returncode == 0:
            PICTURES.mkdir(exist_ok=True)
            for name in names or NAMES:
                shutil.copyfile(Path(folder) / f"{name}.png", PICTURES / f"{name}.png")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

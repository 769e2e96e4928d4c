"""How long VS Code takes to load and activate the extension, by VS Code's own clock, and how large the extension is.

cd clients/vscode && npm run package -- --out breadknife.vsix && cd ../..
python bench/vscode/activation.py clients/vscode/breadknife.vsix [RUNS]
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from editors.workbench import editor  # noqa: E402


def main(vsix: Path, runs: int) -> None:
    with zipfile.ZipFile(vsix) as archive:
        bundle = sum(each.file_size for each in archive.infolist() if each.filename.startswith("extension/dist/"))
    print(f"bundle: {bundle / 1000:.0f} kB; VSIX: {vsix.stat().st_size / 1000:.0f} kB")
    node = editor("vscode-node")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "CODE_SERVER": str(node.resolve().parents[3]),
            "CHROMIUM": str(editor("chromium")),
            "OUT": folder,
            "VSIX": str(vsix.absolute()),
            "RUNS": str(runs),
        }
        script = Path(__file__).with_suffix(".mjs")
        said = subprocess.run([node, script], env=environment, stdout=subprocess.PIPE, text=True).stdout
    times = sorted(int(time) for time in re.findall(r"activation: (\d+) ms", said))
    if len(times) < runs:
        sys.exit(said)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"activation: median {statistics.median(times)} ms, all {times} ms, load of the machine {load:.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)

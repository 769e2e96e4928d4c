"""Run by `test_dist.py` in an environment that has nothing but breadknife: an editor's session while the engine is set
up. dist_session.py FOLDER DIST writes what it saw as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from editor import Editor, position

CODE = 'def average(counts: list[int]) -> float:\n    """Return the average of the counts, 0 for no counts."""\n    '
SECONDS = 240


async def main(folder: Path, dist: str) -> dict[str, Any]:
    editor = Editor(folder)
    await editor.start()
    uri = editor.open("average.py", CODE, "python")
    at = position(CODE, len(CODE))
    nothing = await editor.suggest(uri, at)
    [before, *_] = await editor.command("breadknife.why", uri)
    editor.published.clear()
    setup = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "breadknife", "setup", "engine", "--wheels", dist, "--json",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await setup.communicate()
    await asyncio.wait_for(editor.published.wait(), SECONDS)
    items = await asyncio.wait_for(editor.suggest(uri, at), SECONDS)
    status = await editor.command("breadknife.status")
    messages = editor.messages
    await editor.stop()
    return {
        "before": [len(nothing), before["reason"], before["remedy"]],
        "messages": messages,
        "setup": [json.loads(line) for line in output.decode().splitlines()],
        "suggestion": str(items[0].insert_text) if items else "",
        "model": status["engine"]["models"][0]["name"],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))))

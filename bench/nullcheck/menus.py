"""Whether what a menu of null fixes lists is made when it is chosen, and how its first entries are called.

    python bench/nullcheck/menus.py FOLDER [--listed 200] [--seed 29] [--package NAME] [--oracle pyright] [--at-once]

FOLDER is as in `gather.py`. Findings are drawn at random. For each, the menu is asked for as an editor does: when the
cursor comes to the finding, and, once the checker has been asked ahead, when the user opens it. Every entry that the
opened menu lists is chosen, until so many were. One that makes no edit then refuses. With `--at-once`, the menu is
opened before the checker has answered.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from gather import Checked, position

from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.menu.menu import LISTED
from breadknife.plugins.nullcheck.menu.titles import LONGEST
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.task.values import Action, ActionRequest, Actions, Finding, ResolveRequest
from breadknife.text.document import Document, language_of
from support import PluginContext

AHEAD_SECONDS = 60.0
"""For which a cursor may stand on a finding here until its fixes are checked."""


@dataclass
class Seen:
    menus: int = 0
    seconds: float = 0.0
    """Of the menus that were opened, all together."""
    chosen: int = 0
    refused: int = 0
    too_long: int = 0
    too_many: int = 0
    empty: int = 0
    """Menus that list nothing, though there are fixes: the checker wasn't asked in time, or objects to all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--listed", type=int, default=200)
    parser.add_argument("--seed", type=int, default=29)
    parser.add_argument("--package", default="")
    parser.add_argument("--oracle", default="pyright")
    parser.add_argument("--at-once", action="store_true")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    seen, firsts = Seen(), Counter[str]()
    settings = NullCheckSettings(oracle=arguments.oracle, oracle_seconds=60, learn=False)
    plugin, checked = NullCheckPlugin(), Checked(folder)
    for path, document, finding in drawn(folder / arguments.package, checked, arguments.seed):
        root = folder / path.relative_to(folder).parts[0]
        context = PluginContext(root=root, project=checked.project(path), values=settings)
        actions = _menu(plugin, document, finding, context, seen, 0 if arguments.at_once else AHEAD_SECONDS)
        listed = [action for action in actions if action.listed]
        seen.menus += 1
        seen.empty += bool(actions) and not listed
        seen.too_many += len(listed) > LISTED
        seen.too_long += sum(len(action.title) > LONGEST for action in actions)
        firsts[str(listed[0].data.get("strategy", "ignore")) if listed else "none"] += 1
        for action in listed:
            seen.chosen += 1
            if not action.edits and not _is_made(plugin, document, action, context):
                seen.refused += 1
                print(f"refused: {path.relative_to(folder)}:{position(document, finding)[0]}: {action.title}")
        if seen.menus % 10 == 0:
            print(f"{seen.menus} menus, {seen.chosen} chosen, {seen.refused} refused", flush=True)
        if seen.chosen >= arguments.listed:
            break
    plugin.close()
    print(f"{seen.refused} of {seen.chosen} listed fixes refused, in {seen.menus} menus; first: {dict(firsts)}")
    print(f"{seen.empty} menus list nothing, {seen.too_many} more than {LISTED}; {seen.too_long} titles > {LONGEST}")
    print(f"an opened menu took {1000 * seen.seconds / max(1, seen.menus):.0f} ms on average")


def drawn(folder: Path, checked: Checked, seed: int) -> Iterator[tuple[Path, Document, Finding]]:
    """At most two findings of a file, in random order of the files."""
    paths = [path for path in sorted(folder.rglob("*")) if language_of(path) in LANGUAGE_IDS and path.is_file()]
    random.Random(seed).shuffle(paths)
    for path in paths:
        document, findings = checked.file(path)
        for finding in random.Random(seed).sample(list(findings), min(2, len(findings))):
            yield path, document, finding


def _menu(
    plugin: NullCheckPlugin, document: Document, finding: Finding, context: PluginContext, seen: Seen, ahead: float
) -> tuple[Action, ...]:
    """As the user opens it, once nothing more is found out about it ahead, or after so many seconds."""
    end = time.monotonic() + ahead
    _asked(plugin, ActionRequest(document, finding.span, (finding,), invoked=False), context)
    while time.monotonic() < end and not plugin.ladder.is_idle:
        time.sleep(0.05)
    began = time.monotonic()
    actions = _asked(plugin, ActionRequest(document, finding.span, (finding,), invoked=True), context)
    seen.seconds += time.monotonic() - began
    return actions


def _asked(plugin: NullCheckPlugin, request: ActionRequest, context: PluginContext) -> tuple[Action, ...]:
    answer = plugin.answer(request, context)
    return answer.items if isinstance(answer, Actions) else ()


def _is_made(plugin: NullCheckPlugin, document: Document, action: Action, context: PluginContext) -> bool:
    answer = plugin.answer(ResolveRequest(document, action), context)
    return isinstance(answer, Actions) and any(item.edits or item.elsewhere for item in answer.items)


if __name__ == "__main__":
    main()

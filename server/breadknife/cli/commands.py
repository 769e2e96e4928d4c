"""Ends every command in one way, and defines the options that several commands have."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command_name
from typer.models import TyperInfo

from breadknife.cli.output import INTERRUPTED, tell
from breadknife.errors import BreadknifeError
from breadknife.offline import OFFLINE
from breadknife.paths import CACHE_DIR

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Offline = Annotated[bool, typer.Option("--offline", envvar=OFFLINE, help="Block any use of the network.")]

CacheDir = Annotated[
    Path | None,
    typer.Option(envvar=CACHE_DIR, metavar="DIR", help="Keep what is found out about texts here.", file_okay=False),
]

EngineScript = Annotated[
    Path | None,
    typer.Option(help="Answer from this JSON script instead of a model: for tests of editor clients.", metavar="FILE"),
]


class App(typer.Typer):
    """A group of commands. Each returns its exit code, where None is 0, and ends as `exit_on_error` says."""

    def __init__(self, help: str, name: str | None = None) -> None:
        super().__init__(
            name=name, help=help, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        self._modules: Mapping[str, str] = {}

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        return super().command(name, cls=_Command, **options)

    def add_groups(self, modules: Mapping[str, str]) -> None:
        """Add the group `app` of each module, by the group's name. The module is imported when the group is needed."""
        self._modules, self.registered_groups = modules, _Groups(modules)

    def run(self, words: list[str]) -> None:
        """Run what the words name: a command, or one of a group. Nothing else is imported and made, because all of it
        takes as long as many a command."""
        chosen = "".join(words[:1])
        commands = [
            each
            for each in self.registered_commands
            if chosen == (each.name or get_command_name(getattr(each.callback, "__name__", "")))
        ]
        groups = _Groups({chosen: self._modules[chosen]} if chosen in self._modules else {})
        if commands or groups.modules:
            self.registered_commands, self.registered_groups = commands, groups
        self(words)


class _Groups(list[TyperInfo]):
    """Groups of commands, by their modules, which are imported only when somebody goes through the groups."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__()
        self.modules = modules

    def __iter__(self) -> Iterator[TyperInfo]:
        return (TyperInfo(import_module(module).app, name=name) for name, module in self.modules.items())


class _Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments. An option whose value may be left out takes the word after it, unless that is another
        option or the path of something that is there; else its value is empty."""
        may_be_empty = {
            name
            for each in self.params
            for name in each.opts
            if re.fullmatch(r"\[\w+\]", getattr(each, "metavar", None) or "")
        }
        end = args.index("--") if "--" in args else len(args)
        words = list[str]()
        for at, word in enumerate(args[:end]):
            if at and args[at - 1] in may_be_empty and not word.startswith("-") and not os.path.lexists(word):
                words[-1] += word
            else:
                words.append(f"{word}=" if word in may_be_empty else word)
        return super().parse_args(ctx, words + args[end:])

    def invoke(self, ctx: Any) -> Any:
        exit_on_error(lambda: super(_Command, self).invoke(ctx))


def exit_on_error(command: Callable[[], int | None]) -> None:
    """Run a command, and raise typer.Exit with the exit code that it returns, unless that is 0.

    An error is told on stderr, and its exit code is 2. After Ctrl-C the exit code is 130.
    """
    try:
        code = command()
    except BreadknifeError as error:
        tell(str(error))
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        tell("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except typer.Abort:  # a question was left without an answer, and the cursor is still behind it
        print(file=sys.stderr)
        tell("cancelled")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # typer would end with 1, by which lint says that there are findings
        raise typer.Exit(2) from None
    except (typer.Exit, typer.BadParameter, OSError):  # typer handles its own; `breadknife.__main__` tells an OSError
        raise
    except Exception as error:
        tell(f"an error that nobody foresaw: {type(error).__name__}: {error}")
        logging.getLogger("breadknife").debug("", exc_info=True)
        raise typer.Exit(2) from error
    if code:
        raise typer.Exit(code)

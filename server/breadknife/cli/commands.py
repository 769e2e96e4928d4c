"""Ends every command in one way, and defines the options that several commands have."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

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

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        return super().command(name, cls=_Command, **options)


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

"""The `breadknife` command."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def _end_at_once(message: str = "") -> NoReturn:
    """End without waiting for threads: an engine may take seconds to answer one."""
    with suppress(OSError):
        print(message, end="", file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)


def main() -> None:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by who started us; libraries count on all three
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    gc.set_threshold(20_000, 20, 100)  # an analysis keeps most of what it makes: looking for garbage took a fifth of it
    if sys.argv[1:2] == ["serve"]:  # an editor waits: typer and the other commands stay where they are
        gc.set_threshold(20_000, 5, 400)  # to search through all that a check has left took a key up to half a second
        gc.disable()  # collecting while modules load is a seventh of the start; the server enables it again
        from breadknife.cli.serve import main as serve

        serve(sys.argv[2:])
        return
    try:
        from breadknife.cli.main import app

        try:
            app.run(sys.argv[1:])
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:  # while modules are loaded, or between two steps
        _end_at_once("breadknife: interrupted\n")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _end_at_once()
        raise
    except OSError as error:  # a disk that is full, or who reads has gone
        with suppress(OSError):
            sys.stdout.close()  # or else it is tried once more at the end
        if not isinstance(error, BrokenPipeError):
            from breadknife.text.printable import escaped

            with suppress(OSError):
                said = f"breadknife: {error.filename or 'standard output'}: {error.strerror or error}"
                print(escaped(said), file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()

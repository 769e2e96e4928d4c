"""The `breadknife` command."""

import gc
import sys


def main() -> None:
    if sys.argv[1:2] == ["serve"]:  # an editor waits: typer and the other commands stay where they are
        gc.disable()  # collecting while modules load is a seventh of the start; the server enables it again
        from breadknife.cli.serve import main as serve

        serve(sys.argv[2:])
    else:
        from breadknife.cli.main import app

        app()


if __name__ == "__main__":
    main()

"""Runs a command for as long as our standard input is open, so that the command never outlives who asked for it.

    python guard.py COMMAND ARGUMENT…

A parent that dies, however it dies, closes its end of the pipe: that works on every platform.
"""

import os
import subprocess
import sys
import threading


def main() -> None:
    child = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=end_with_parent, daemon=True).start()
    # The thread may still hold the standard input's lock, on which an ordinary exit would wait.
    os._exit(child.wait() & 0xFF)


if __name__ == "__main__":
    main()

"""Runs a command for as long as our standard input is open, so that the command never outlives who asked for it, and
after all that somebody waits for: its start would take the cores from a model that writes.

    python guard.py COMMAND ARGUMENT…

A parent that dies, however it dies, closes its end of the pipe: that works on every platform.
"""

import os
import subprocess
import sys
import threading

NICER = 10


def main() -> None:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS
    else:
        os.nice(NICER)
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(sys.argv[1:], stdin=quiet, stdout=quiet, stderr=quiet, creationflags=flags)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=end_with_parent, daemon=True).start()
    # The thread may still hold the standard input's lock, on which an ordinary exit would wait.
    os._exit(child.wait() & 0xFF)


if __name__ == "__main__":
    main()

"""Runs a command for as long as our standard input is open, so that the command never outlives the process that asked
for it, and deletes the command's folder when it has ended.

    python guard.py FOLDER COMMAND ARGUMENT…

The command runs in FOLDER. A parent that dies, however it dies, closes its end of the pipe: that works on every
platform. The command keeps the ordinary priority: a user waits for what LanguageTool says, and on Linux a process that
has lowered its priority may not raise it again.
"""

import os
import shutil
import subprocess
import sys
import threading


def main() -> None:
    folder, *command = sys.argv[1:]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=end_with_parent, daemon=True).start()
    status = child.wait()
    shutil.rmtree(folder, ignore_errors=True)
    # The thread may still hold the standard input's lock, on which an ordinary exit would wait.
    os._exit(status & 0xFF)


if __name__ == "__main__":
    main()

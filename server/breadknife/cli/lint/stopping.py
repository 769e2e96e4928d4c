"""Ctrl-C, as a question that is asked between two steps: what there is can then be written."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Stop:
    """While it is entered, the first Ctrl-C only makes `asked` true; the second one raises KeyboardInterrupt.

    Where Ctrl-C is ignored, as in a job that a shell runs in the background, it stays so.
    """

    def __init__(self) -> None:
        self.asked = False
        self._is_heard = False

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread() and _is_heeded():
            signal.signal(signal.SIGINT, self._note)
            self._is_heard = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_heard:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _is_heeded() -> bool:
    return signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, None)

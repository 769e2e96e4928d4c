"""A trial of a grammar: `slow_trial.py FILE`. One that has `wait` in it makes a file `trying`, and waits for FILE."""

import sys
import time
from pathlib import Path

from breadknife.engine.grammars import trial as grammar_trial

sys.stdout.buffer.write(grammar_trial.READY)
sys.stdout.buffer.flush()
grammar = sys.stdin.read()
if "wait" in grammar:
    Path(sys.argv[1]).with_name("trying").touch()
while "wait" in grammar and not Path(sys.argv[1]).exists():
    time.sleep(0.02)
sys.stdout.write(grammar_trial.problem(grammar))

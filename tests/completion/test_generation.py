"""What is asked of the model: `⟦|⟧` is the cursor, `^` where the model takes over."""

from __future__ import annotations

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.plugins.completion.generation import token_start
from breadknife.plugins.completion.plugin import CompletionPlugin
from breadknife.task.values import CompletionRequest
from support import PluginContext, at_cursor


@pytest.mark.parametrize(
    ("held", "free"),
    [
        ("return^ ⟦|⟧", "return^ ⟦|⟧"),
        ("    if^ dire⟦|⟧", "    if dire^⟦|⟧"),
        ("x\n^    ret⟦|⟧", "x\n    ret^⟦|⟧"),
        ("x\n^    ⟦|⟧", "x\n^    ⟦|⟧"),
        ("x\n^⟦|⟧", "x\n^⟦|⟧"),
        ("path^.pare⟦|⟧", "path.pare^⟦|⟧"),
        ("user^_di⟦|⟧", "user_di^⟦|⟧"),
        ("print^(⟦|⟧", "print(^⟦|⟧"),
        ("x1^⟦|⟧", "x1^⟦|⟧"),
        ("^größ⟦|⟧", "größ^⟦|⟧"),
        ("^⟦|⟧", "^⟦|⟧"),
    ],
)
def test_token_start(held: str, free: str) -> None:
    for marked, is_held in ((held, True), (free, False)):
        document, offset = at_cursor(marked.replace("^", ""))
        assert token_start(document.text, offset, held=is_held) == marked.index("^")


@pytest.mark.parametrize(
    ("marked", "grammar"),
    [
        ("x =⟦|⟧", r'root ::= "=" [^\x00]*'),
        ("x\t⟦|⟧", r'root ::= "\t" [^\x00]*'),
        ('x = "⟦|⟧', r'root ::= "\"" [^\x00]*'),
        ("x = '\\⟦|⟧", r'root ::= "\\" [^\x00]*'),
        ("x\n⟦|⟧", ""),
    ],
)
def test_the_output_is_held_to_what_stands_there(marked: str, grammar: str) -> None:
    engine = ScriptedEngine([Line("")])
    plugin = CompletionPlugin()
    plugin.answer(CompletionRequest(*at_cursor(marked, "plaintext")), PluginContext(engine))
    plugin.close()
    request = engine.requests[0]
    assert getattr(request, "grammar", None) == grammar

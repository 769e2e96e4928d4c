"""What a model may write into a fix: the words of a message."""

from __future__ import annotations

import re

import pytest

from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import EngineDied, ModelMissing
from breadknife.plugins.nullcheck.menu import repair as repair_module
from breadknife.plugins.nullcheck.menu.content import only_words_differ
from breadknife.text.document import Span, TextEdit
from nullcheck.asking import resolved
from support import PluginContext, PluginModel

RAISING = "def f(x=None):\n    return x.y\n"


def test_the_model_writes_the_message_and_the_receipt_says_so() -> None:
    text, action = resolved(RAISING, "raise", engine=ScriptedEngine([Line("", 'x must be given"')]))
    assert 'raise ValueError("x must be given")' in text
    assert (action.origin.rule, action.origin.model) == ("nullcheck/raise", "nullcheck")
    assert action.origin.output_tokens > 0


@pytest.mark.parametrize(
    "engine",
    [
        ScriptedEngine([]),
        ScriptedEngine([Line("", '"; import os"')]),
        ScriptedEngine([Line("", "back\\\\slash" + '"}')]),
        ScriptedEngine([Line("", "{x} is None" + '"}')]),
        ScriptedEngine([Line("", "x" * 200 + '"}')]),
        ScriptedEngine([Line("", "never closed " * 40)]),
        ScriptedEngine([Line("", "x is None, which is")]),
        ScriptedEngine([Line("", "x must be given to")]),
        ScriptedEngine([Line("", error=ModelMissing("no model"))]),
        ScriptedEngine([Line("", error=EngineDied("it died"))]),
        ScriptedEngine([Line("", 'x must be given"', delay=600.0)]),
    ],
    ids=["empty", "quote", "escape", "braces", "long", "open", "sentence", "preposition", "missing", "dead", "slow"],
)
def test_without_a_usable_answer_the_template_stands(engine: ScriptedEngine) -> None:
    text, action = resolved(RAISING, "raise", engine=engine)
    assert 'raise ValueError("x is None")' in text
    assert action.origin.model == ""


@pytest.mark.parametrize(
    ("script", "message", "model", "steps"),
    [
        ([Line("", 'given"')], "given", "nullcheck", ["template: passed on", "model: settled"]),
        ([], "x is None", "", ["template: passed on", "model: passed on"]),
    ],
)
def test_the_steps_go_from_the_template_to_the_model(
    script: list[Line], message: str, model: str, steps: list[str]
) -> None:
    engine = ScriptedEngine(script)
    context = PluginContext(engine)
    text, action = resolved(RAISING, "raise", context=context)
    assert f'ValueError("{message}")' in text
    assert action.origin.model == model
    assert [f"{step.name}: {step.verdict}" for step in context.steps] == steps
    assert [request.model for request in engine.requests] == ["nullcheck"]


def test_the_prompt_is_the_code_up_to_what_is_missing() -> None:
    engine = ScriptedEngine([])
    resolved("def g():\n    raise KeyError('No such table.')\n\n\n" + RAISING, "raise", engine=engine)
    resolved("x = 1\n" * 999 + RAISING, "raise", engine=engine)
    [short, long] = ["".join(part.text for part in request.prompt) for request in engine.requests]
    guarded = 'def f(x=None):\n    if x is None:\n        raise ValueError("'
    assert short == "def g():\n    raise KeyError('No such table.')\n\n\n" + guarded
    assert re.fullmatch(rf"(x = 1\n){{40,80}}{re.escape(guarded)}", long)


@pytest.mark.parametrize(
    ("name", "said", "written"),
    [
        ("dest_addr", "no existing session", "dest_addr is None"),  # another error's message
        ("value", "unknown boolean value: 'yes' (choices: 'true', 'false')", "value is None"),  # nobody gave that
        ("value", "value is a comma separated list", "value is None"),
        ("dest_addr", "no key was found", "dest_addr is None"),
        ("dest_addr", "the dest is missing", "the dest is missing"),
        ("destAddr", "an addr is needed", "an addr is needed"),
        ("m", "no port in the URL", "no port in the URL"),
        ("m", "m is required", "m is required"),
        ("m", "path must be given", "m is None"),  # which it is
        ("m", "Missing path", "m is None"),
        ("a", "a is required", "a is required"),
        ("m", "not given by the caller", "not given by the caller"),
        ("x25519_key", "x25519_key is not set. Use set_key()", "x25519_key is not set"),
        ("key", "no key for curve 25519", "key is None"),
    ],
)
def test_a_message_is_about_the_value(name: str, said: str, written: str) -> None:
    before = "def g():\n    raise KeyError('no existing session')\n\n\n"
    checked = "    if not path is None:  # no\n        g()\n"
    text = f"{before}def f({name}=None, path=''):\n{checked}    return {name}.y\n"
    engine = ScriptedEngine([Line("", said + '"}')])
    assert f'ValueError("{written}")' in resolved(text, "raise", engine=engine)[0]


NAME_OF = (
    "export function nameOf(user?: string) {\n  return user.trim();\n}\n"
    'function other(user?: string) {\n  return user ?? "unknown";\n}\n'
)


@pytest.mark.parametrize(
    ("strategy", "script", "written", "model"),
    [
        ("raise", [Line("", 'no user was given"')], 'throw new Error("no user was given");', "nullcheck"),
        ("raise", [], 'throw new Error("user is undefined");', ""),
        ("raise", [Line("", '"; process.exit()"}')], 'throw new Error("user is undefined");', ""),
    ],
)
def test_a_typescript_repair_has_the_models_content_or_the_templates(
    strategy: str, script: list[Line], written: str, model: str
) -> None:
    text, action = resolved(NAME_OF, strategy, engine=ScriptedEngine(script), language="typescript")
    assert written in text
    assert (action.origin.rule, action.origin.model) == (f"nullcheck/{strategy}", model)


@pytest.mark.parametrize(("name", "held"), [("nullcheck", True), ("elsewhere:some-model", False)])
def test_a_grammar_holds_our_own_models_to_one_value(name: str, held: bool) -> None:
    class Named(PluginContext):
        def model(self, role: str, /) -> PluginModel:
            return PluginModel(self, name)

    engine = ScriptedEngine([])
    resolved(RAISING, "raise", context=Named(engine))
    [request] = engine.requests
    assert bool(request.grammar) is held


def test_what_a_document_says_is_never_a_control_part() -> None:
    engine = ScriptedEngine([])
    resolved("def f(x=None):\n    '''<|im_end|>'''\n    return x.y\n", "raise", engine=engine)
    (request,) = engine.requests
    assert all("'''" not in part.text for part in request.prompt if part.control)
    assert any("<|im_end|>'''" in part.text for part in request.prompt if not part.control)


# --- the real model ---


class CatalogContext(PluginContext):
    """With the models that the catalog has for the roles."""

    def model(self, role: str, /) -> PluginModel:
        return PluginModel(self, builtin_catalog().for_role(role).name)


@pytest.mark.model
def test_the_real_model_writes_a_message(real_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair_module, "_WORDS_SECONDS", 60.0)
    text = "import re\ndef port_of(url):\n    m = re.search(r':(\\d+)', url)\n    return int(m.group(1))\n"
    after, action = resolved(text, "raise", context=CatalogContext(engine=real_engine))
    assert re.search(r'if m is None:\n        raise ValueError\("[^"\\\n]+"\)', after)
    assert action.origin.model
    assert action.origin.prompt_tokens > 0


@pytest.mark.parametrize(
    ("written", "is_right"),
    [
        ("raise ValueError('the order is missing')\n", True),
        ("raise ValueError('the order isn't there')\n", False),
        ("raise KeyError('x is None')\n", False),
        ("raise ValueError('x is None')\nx.y()\n", False),
    ],
)
def test_only_the_words_of_the_template_may_be_others(written: str, is_right: bool) -> None:
    template = (TextEdit(Span(4, 4), "raise ValueError('x is None')\n"),)
    assert only_words_differ((TextEdit(Span(4, 4), written),), template) is is_right
    assert not only_words_differ((TextEdit(Span(5, 5), written),), template)

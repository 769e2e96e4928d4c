"""A docstring has the form of the file's others, and says nothing that the function doesn't have."""

from __future__ import annotations

import pytest

from breadknife.steps.builtin.docstrings import FormWanted, Verified, VerifyWanted, form, style_of, verify
from breadknife.task.values import Silence
from steps.here import Here, python, symbol

CLAMP = """\
def clamp(value, low, high):
    if low > high:
        raise ValueError(low)
    return max(low, min(value, high))
"""
SEND = """\
def send_all(items):
    for item in items:
        post(item)
"""


@pytest.mark.parametrize(
    ("source", "summary", "why"),
    [
        (CLAMP, "Keep a value between low and high.", "nothing in the function says “Keep”"),
        (CLAMP, "Clamp a value between low and high.", ""),
        (CLAMP, "Return the value, at least low and at most high.", ""),
        (CLAMP, "Clamp.", "no sentence"),
        (CLAMP, "Clamp a value between low and high", "no sentence"),
        (CLAMP, "This function clamps a value.", "“This function” says nothing"),
        (CLAMP, "Clamp the clamp value of clamp_all.", "names `clamp_all`"),
        (CLAMP, "Clamp a value to 255 at most.", "names 255"),
        (CLAMP, "Clamp the data.", "“the data.” says nothing"),
        (CLAMP, "Clamp what it should clamp.", "says no more than the name"),
        (CLAMP, "Yield each value from low to high.", "says “Yield”"),
        (CLAMP, "Check whether weather reports mention rain.", "most of its words"),
        (SEND, "Return all items that post gives.", "says “Return”"),
        (SEND, "Send each item to the server by post.", "says “server”"),
        (SEND, "Post each item, and raise errors.", "says “raise”"),
        (SEND, "Post each of the items.", ""),
    ],
)
def test_what_a_summary_may_say(source: str, summary: str, why: str) -> None:
    document = python(source)
    raises = ("ValueError",) if source is CLAMP else ()
    said = verify(VerifyWanted(summary, symbol(document), raises, returns=source is CLAMP), Here())
    if why:
        assert isinstance(said, Silence)
        assert why in said.sentence
    else:
        assert said == Verified(summary)


FORMS = {
    "plain": '\n    """Do it.\n\n    Raises KeyError if `not x`.\n    Raises OSError.\n    """',
    "google": '\n    """Do it.\n\n    Raises:\n        KeyError: If `not x`.\n        OSError\n    """',
    "numpy": '\n    """Do it.\n\n    Raises\n    ------\n    KeyError\n        If `not x`.\n    OSError\n    """',
    "rest": '\n    """Do it.\n\n    :raises KeyError: If `not x`.\n    :raises OSError:\n    """',
}
STYLES = {
    "plain": "",
    "google": '"""A.\n\n    Args:\n        x: What.\n    """\n',
    "numpy": '"""A.\n\n    Parameters\n    ----------\n    x\n    """\n',
    "rest": '"""A.\n\n    :param x: What.\n    """\n',
}


@pytest.mark.parametrize("style", FORMS)
def test_the_form_is_that_of_the_file(style: str) -> None:
    assert style_of(STYLES[style]) == style
    formed = form(FormWanted(python(STYLES[style]), "Do it.", ("KeyError", "OSError"), ("not x", "")), Here())
    assert (formed.text, formed.style) == (FORMS[style], style)


def test_a_sentence_alone_has_one_line_and_a_long_one_is_wrapped() -> None:
    assert form(FormWanted(python(""), "Do it."), Here()).text == '\n    """Do it."""'
    long = form(FormWanted(python(""), f"Do {'it again ' * 10}now.", line_break="\r\n"), Here()).text
    assert [len(line) <= 88 for line in long.split("\r\n")] == [True] * 4
    assert "\n" not in long.replace("\r\n", "")

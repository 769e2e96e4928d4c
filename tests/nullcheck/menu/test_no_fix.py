"""What the menu says where no repair passes."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.menu.menu import TELL
from breadknife.plugins.nullcheck.menu.never_first import NO_ACTION
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.task.values import Command, CommandRequest, Done
from nullcheck.asking import menu

IN_CLASS = "import re\n\n\nclass A:\n    end = re.match('a', 'b').end()\n"
"""No check may stand before it: it has no name, and would be an attribute."""
IN_COMPREHENSION = "import re\n\nends = [re.match('a', line).end() for line in open('f')]\n"
REPAIRED = "import re\n\n\ndef f(a):\n    return re.match('a', a).end()\n"


@pytest.mark.parametrize("text", [IN_CLASS, IN_COMPREHENSION])
def test_where_no_repair_passes_the_first_entry_says_why(text: str) -> None:
    first, *others = menu(text)
    assert (first.title, first.disabled, first.edits) == ("No safe fix for `match`", NO_ACTION, ())
    assert [each.title for each in others] == ["Ignore “none attribute” here"]
    assert first.command == Command(TELL, first.title, (f"{first.title}: {NO_ACTION}",))
    assert NullCheckPlugin().answer(CommandRequest(first.command, None), None) == Done(first.command.arguments[0])


@pytest.mark.parametrize("text", [REPAIRED, "x = 1\n"])
def test_elsewhere_no_entry_does(text: str) -> None:
    assert not any(each.disabled for each in menu(text))

"""What a template may make and write is bounded, in whatever way it makes it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.errors import PluginError
from breadknife.metering import MAX_MADE, MAX_TEXT
from breadknife.recipes.expressions import condition, template

TEXT = "aaaa bbbb " * 2_000
VALUES: dict[str, Any] = {"a": {"text": TEXT, "lines": ("one two", "three") * 100, "number": 3}}
MADE, WRITTEN = "makes more than 8,388,608 characters; loop over less", "writes more than 1,048,576 characters; shorten"
START = "{% set a = 'xxxxxxxx' %}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (START + "{% set a = a ~ a %}" * 25, MADE),
        (START + "{% set a = a + a %}" * 25, MADE),
        ("{% set a = [1] %}" + "{% set a = a + a %}" * 25, MADE),
        ("{% set a = 1 %}" + "{% set a = [a, a] %}" * 30, MADE),
        ("{% set a = 1 %}" + "{% set a = (a, a) %}" * 30, MADE),
        ("{% set a = 1 %}" + "{% set a = {'b': a, 'c': a} %}" * 30, MADE),
        ("{% set a = 1 %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 30, WRITTEN),
        ("{% for b in a.text %}{% for c in a.text %}{% endfor %}{% endfor %}", MADE),
        ("{% for b in a.text %}{% set c = a.text[1:] %}{% endfor %}", MADE),
        ("{% for b in a.text %}{% if 'z' in a.text %}{% endif %}{% endfor %}", MADE),
        ("{% for b in a.text %}{% if a.text is in(a.text) %}{% endif %}{% endfor %}", MADE),
        ("{% for b in a.text %}{% if a.text | lines(1) %}{% endif %}{% endfor %}", MADE),
        ("{% for b in a.text %}{{ a.text }}{% endfor %}", WRITTEN),
        ("{% set x %}{% for b in a.text %}{{ a.text }}{% endfor %}{% endset %}", WRITTEN),
        ("{% filter upper %}{% for b in a.text %}{{ a.text }}{% endfor %}{% endfilter %}", WRITTEN),
        ("{% for b in a.text %}" + "x" * 1000 + "{% endfor %}", WRITTEN),
        ("{{ a.text | replace('', a.text) | length }}", MADE),
        ("{{ a.text | words | join(a.text) | length }}", MADE),
        ("{{ [[1], [2]] | sum(start=[]) }}", "`sum` begins with a number; join texts with `join`"),
        ("{{ 1.5 | round(999999999, 'floor') }}", "`round` takes at most 15 digits; write fewer"),
        ("{{ 15 | round(-999999999) }}", "`round` takes at most 15 digits; write fewer"),
    ],
)
def test_a_template_that_would_make_too_much_ends(source: str, message: str) -> None:
    with pytest.raises(PluginError) as error:
        template("line\n" + source).render(VALUES)
    assert message in str(error.value)
    assert str(error.value).endswith("(line 2 of it)")
    assert "\n" not in str(error.value)


def test_a_condition_is_bounded_too() -> None:
    with pytest.raises(PluginError, match=MADE):
        condition("(" + " ~ ".join(["a.text"] * 500) + ") | length > 1").render(VALUES)


def test_what_fails_has_its_line() -> None:
    with pytest.raises(PluginError, match=r"the template fails: division by zero \(line 3 of it\)"):
        template("one\n{% if true %}\n{{ 1 / 0 }}\n{% endif %}").render({})


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{% for b in a.lines[:3] %}{{ loop.index }}/{{ loop.length }} {{ b | upper ~ '!' }}\n{% endfor %}",
         "1/3 ONE TWO!\n2/3 THREE!\n3/3 ONE TWO!\n"),
        ("{{ a.lines | unique | sort | reverse | first }}, {{ a.lines | length }}", "three, 200"),
        ("{{ [1, 2] + [a.number] }} {{ a.number * 2 + 1 }} {{ 'b' + 'c' }} {{ -a.number }}", "[1, 2, 3] 7 bc -3"),
        ("{{ a.lines[:2] | join(', ') }} {{ [2, 1] | sum }} {{ 2.345 | round(1) }}", "one two, three 3 2.3"),
        ("{{ missing }}{{ a.missing | default('-') }}{{ a.text is defined }}{{ (1, 2) }}", "-True(1, 2)"),
        ("{% filter upper %}b{% endfilter %}{% set x %}c{% endset %}{{ x }}{% raw %}{{ d }}{% endraw %}", "Bc{{ d }}"),
        ("{{ 'abc' | replace('b', '-') }} {{ a.text | words | length }} {{ {'k': 1} | json }}", 'a-c 4000 {"k": 1}'),
        ("{% for k, v in [(1, 2)] if v > 1 %}{{ k }}{% else %}none{% endfor %}", "1"),
    ],
)  # fmt: skip
def test_what_a_template_means_stays(source: str, written: str) -> None:
    assert template(source).render(VALUES) == written


def test_no_template_can_name_a_filter_that_charges() -> None:
    with pytest.raises(PluginError, match="no filter named 'make'; there are capitalize"):
        template("{{ a.text | make }}")


EXPRESSIONS = st.recursive(
    st.sampled_from(["a.text", "a.lines", "x", "y", "'xy'", "7", "a.missing"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["~", "+", "*", "==", "in", "or", "%"]), inner)
        .map(" ".join).map("({})".format),
        st.tuples(inner, st.sampled_from(["upper", "words", "json", "length", "reverse", "sort", "unique", "first",
                                          "join(x)", "replace('a', y)", "replace('', x)", "lines(9)", "title"])
                  ).map(" | ".join).map("({})".format),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        inner.map("({}, 1)".format),
        inner.map("{{'k': {}}}".format),
        inner.map("{}[1:]".format),
    ),
    max_leaves=5,
)  # fmt: skip
STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS.map("{{{{ {} }}}}".format),
        st.tuples(st.sampled_from("xy"), EXPRESSIONS).map(lambda each: "{{% set {} = {} %}}".format(*each)),
        st.just("some words "),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(EXPRESSIONS, inner).map(lambda each: "{{% for i in {} %}}{}{{% endfor %}}".format(*each)),
        st.tuples(EXPRESSIONS, inner).map(lambda each: "{{% if {} %}}{}{{% endif %}}".format(*each)),
        inner.map("{{% set x %}}{}{{% endset %}}".format),
        inner.map("{{% filter upper %}}{}{{% endfilter %}}".format),
        st.tuples(inner, st.integers(1, 30)).map(lambda each: each[0] * each[1]),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(STATEMENTS)
def test_no_template_writes_or_holds_more_than_its_bound(source: str) -> None:
    tracemalloc.start()
    try:
        written = template("{% set x = 'xy' %}{% set y = x %}" + source).render(VALUES)
    except PluginError as error:
        written = str(error)
        assert "\n" not in written
    finally:
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(written) <= MAX_TEXT
    assert held < 8 * MAX_MADE

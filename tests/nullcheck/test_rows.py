"""The setting `nullcheck.nullable`: what its rows say, and that every language is given them."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.rows import Row, rows
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from nullcheck.asking import findings
from support import PluginContext, document


@pytest.mark.parametrize(
    ("written", "row"),
    [
        ("mypkg.find -> when nothing is found", Row("mypkg", "find", "when nothing is found")),
        (" mypkg.Client.get ", Row("mypkg.Client", "get", "")),
        ("find->never", Row("", "find", "never")),
        ("@acme/my-orders.find", Row("@acme/my-orders", "find", "")),
        ("../lib/orders.find", Row("../lib/orders", "find", "")),
        ("example.org/orders.Find", Row("example.org/orders", "Find", "")),
        ("", None),
        ("-> why", None),
        ("a b", None),
        ("a.b -> ", None),
    ],
)
def test_a_row(written: str, row: Row | None) -> None:
    assert rows([written]) == ([row] if row else [])


@pytest.mark.parametrize(
    ("language", "row", "text"),
    [
        ("python", "orders.find", "import orders\norders.find(1).name\n"),
        ("typescript", "orders.find", "import * as orders from 'orders';\norders.find(1).name;\n"),
        ("javascript", "orders.find", "import { find } from 'orders';\nfind(1).name;\n"),
        ("go", "example.org/orders.Find -> at times",
         'package p\n\nimport "example.org/orders"\n\nfunc f() {\n\tprintln(orders.Find(1).Name)\n}\n'),
        ("java", "Orders.find", "class A {\n    int f(Orders o) {\n        return o.find(1).size();\n    }\n}\n"),
    ],
)  # fmt: skip
def test_a_users_row_is_a_rule_with_fixes(language: str, row: str, text: str) -> None:
    assert findings(document(text, language)) == ()
    context = PluginContext(values=NullCheckSettings(nullable=(row,)))
    (finding,) = findings(document(text, language), context)
    assert "at times" in finding.message
    assert finding.fixes

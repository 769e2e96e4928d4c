"""What is known without reading a file: which calls of the standard library may give None, and which never return.

A rule is data and carries its own examples; a test runs each of them. To add one, add a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Default(StrEnum):
    """How a call's own default decides whether None can come out of it."""

    NEVER = "it takes none"
    OPTIONAL = "None comes out unless one is given that isn't None"
    REQUIRED = "None comes out only when None itself is given"


@dataclass(frozen=True)
class NullableCall:
    """A call that may give None. `fires` must each be found, `silent` must not; `…` stands for the call's module."""

    name: str
    """Qualified name; `dict.get` and `re.Pattern.match` are methods of values whose kind is known."""
    why: str
    """Ends the sentence "`name` returns None …"."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
    default: Default = Default.NEVER
    default_at: int = 0
    """Position of the default among the arguments, from 0."""
    keyword: str = field(default="default")
    """Name of the default as a keyword argument."""


_NO_MATCH = "when nothing matches"
_NO_KEY = "when the key is missing"
_UNSET = "when the variable is not set"

NULLABLE_CALLS = (
    NullableCall(
        "re.match", _NO_MATCH, ("import re\nre.match(p, s).group()",), ("import re\nre.sub(p, s, t).strip()",)
    ),
    NullableCall(
        "re.search",
        _NO_MATCH,
        ("import re as r\nm = r.search(p, s)\nm.group()",),
        ("import re\nm = re.search(p, s)\nif m: m.group()",),
    ),
    NullableCall(
        "re.fullmatch",
        _NO_MATCH,
        ("from re import fullmatch\nfullmatch(p, s)[1]",),
        ("from other import fullmatch\nfullmatch(p, s)[1]",),
    ),
    NullableCall(
        "re.Pattern.match",
        _NO_MATCH,
        ("import re\nP = re.compile(p)\ndef f(s):\n    return P.match(s).group()",),
        ("def f(P, s):\n    return P.match(s).group()",),
    ),
    NullableCall(
        "re.Pattern.search", _NO_MATCH, ("import re\nre.compile(p).search(s).start()",), ("q.search(s).start()",)
    ),
    NullableCall("re.Pattern.fullmatch", _NO_MATCH, ("import re\nre.compile(p).fullmatch(s).start()",)),
    NullableCall(
        "dict.get",
        _NO_KEY,
        ("{}.get(k).strip()", "d = dict(a=1)\nd.get(k, None).strip()", "def f(**kw):\n    kw.get('a').b()"),
        ("{}.get(k, '').strip()", "requests.get(url).json()", "def f(queue):\n    queue.get(1).run()"),
        Default.OPTIONAL,
        1,
    ),
    NullableCall(
        "os.environ.get",
        _UNSET,
        ("import os\nos.environ.get('A').split()", "from os import environ\nenviron.get('A').split()"),
        ("import os\nos.environ.get('A', '').split()", "import os\nos.environ['A'].split()"),
        Default.OPTIONAL,
        1,
    ),
    NullableCall(
        "os.getenv",
        _UNSET,
        ("import os\nint(os.getenv('PORT'))",),
        ("import os\nint(os.getenv('PORT', '80'))", "import os\nint(os.getenv('PORT', default='80'))"),
        Default.OPTIONAL,
        1,
    ),
    NullableCall(
        "shutil.which",
        "when there is no such program",
        ("import shutil\nshutil.which('git').strip()",),
        ("import shutil\nprint(shutil.which('git'))",),
    ),
    NullableCall(
        "getattr",
        "when the attribute is missing",
        ("getattr(a, 'b', None).c",),
        ("getattr(a, 'b').c", "getattr(a, 'b', c).d"),
        Default.REQUIRED,
        2,
        "",
    ),
    NullableCall(
        "next",
        "when nothing is left",
        ("next((x for x in y if x.z), None).name",),
        ("next(x for x in y).name",),
        Default.REQUIRED,
        1,
        "",
    ),
    NullableCall("inspect.getmodule", "when the module is unknown", ("import inspect\ninspect.getmodule(f).__name__",)),
    NullableCall(
        "inspect.currentframe", "where frames aren't supported", ("import inspect\ninspect.currentframe().f_back",)
    ),
    NullableCall("inspect.getdoc", "when there is no docstring", ("import inspect\ninspect.getdoc(f).strip()",)),
    NullableCall("ast.get_docstring", "when there is no docstring", ("import ast\nast.get_docstring(n).strip()",)),
    NullableCall(
        "importlib.util.find_spec",
        "when there is no such module",
        ("import importlib.util\nimportlib.util.find_spec('a').origin",),
    ),
    NullableCall(
        "importlib.util.spec_from_file_location",
        "when no loader fits",
        ("from importlib.util import spec_from_file_location\nspec_from_file_location('a', b).loader",),
    ),
    NullableCall(
        "ctypes.util.find_library",
        "when there is no such library",
        ("from ctypes.util import find_library\nfind_library('m')[0]",),
    ),
    NullableCall(
        "pkgutil.get_data", "when the loader has no data", ("import pkgutil\npkgutil.get_data('a', 'b').decode()",)
    ),
    NullableCall("asyncio.current_task", "outside a task", ("import asyncio\nasyncio.current_task().cancel()",)),
    NullableCall(
        "email.utils.parsedate_tz",
        "when the date is malformed",
        ("from email.utils import parsedate_tz\nparsedate_tz(d)[:9]",),
    ),
)

NULLABLE = {rule.name: rule for rule in NULLABLE_CALLS}

KINDS = {
    "dict": "dict",
    "collections.defaultdict": "dict",
    "collections.OrderedDict": "dict",
    "collections.Counter": "dict",
    "json.load": "dict",
    "json.loads": "dict",
    "re.compile": "re.Pattern",
}
"""Qualified name of a call -> what kind of value it gives."""

ANNOTATED_KINDS = {
    "dict": "dict", "Dict": "dict", "Mapping": "dict", "MutableMapping": "dict", "defaultdict": "dict",
    "DefaultDict": "dict", "OrderedDict": "dict", "Counter": "dict", "Pattern": "re.Pattern",
}  # fmt: skip
"""Last name of an annotation, before its `[`, -> kind."""

NO_RETURN = frozenset(
    {"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.skip", "pytest.fail", "pytest.exit", "pytest.xfail",
     "typing.assert_never", "typing_extensions.assert_never", "flask.abort"}
)  # fmt: skip
NO_RETURN_METHODS = frozenset(
    {"self.fail", "self.skipTest", "parser.error", "parser.exit", "ctx.fail", "ctx.exit", "ctx.abort"}
)

ITERATES = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "enumerate", "reversed", "sum", "any", "all", "iter"}
)
"""Builtins that iterate over their only or first argument and have no use for None."""

TAKES_VALUE = frozenset({"len", "int", "float", "abs", "round", "ord", "chr"})
"""Builtins that raise TypeError for None."""

NONE_ATTRIBUTES = frozenset(dir(None))
"""What None itself has: `x.__class__` is no mistake."""

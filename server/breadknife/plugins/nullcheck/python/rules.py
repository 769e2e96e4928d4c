"""What is known without reading a file: which calls of the standard library may give None, and which never return.

A rule is data and carries its own examples; a test runs each of them. To add one, add a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from breadknife.plugins.nullcheck.python.library import (
    LIBRARY_ATTRIBUTES,
    LIBRARY_CALLS,
    LIBRARY_CLASSES,
    LIBRARY_KINDS,
    VALUE_CALLS,
)
from breadknife.plugins.nullcheck.python.rule import Default, NullableAttribute, NullableCall
from breadknife.plugins.nullcheck.rows import rows

_NO_MATCH = "when nothing matches"
_NO_KEY = "when the key is missing"
_UNSET = "when the variable is not set"

NULLABLE_CALLS = (
    NullableCall(
        "re.match",
        _NO_MATCH,
        ("import re\nre.match(p, s).group()",),
        ("import re\nre.sub(p, s, t).strip()",),
        gives="re.Match",
    ),
    NullableCall(
        "re.search",
        _NO_MATCH,
        ("import re as r\nm = r.search(p, s)\nm.group()",),
        ("import re\nm = re.search(p, s)\nif m: m.group()",),
        gives="re.Match",
    ),
    NullableCall(
        "re.fullmatch",
        _NO_MATCH,
        ("from re import fullmatch\nfullmatch(p, s)[1]",),
        ("from other import fullmatch\nfullmatch(p, s)[1]",),
        gives="re.Match",
    ),
    NullableCall(
        "re.Pattern.match",
        _NO_MATCH,
        ("import re\nP = re.compile(p)\ndef f(s):\n    return P.match(s).group()",),
        ("def f(P, s):\n    return P.match(s).group()",),
        gives="re.Match",
    ),
    NullableCall(
        "re.Pattern.search",
        _NO_MATCH,
        ("import re\nre.compile(p).search(s).start()",),
        ("q.search(s).start()",),
        gives="re.Match",
    ),
    NullableCall(
        "re.Pattern.fullmatch",
        _NO_MATCH,
        ("import re\nre.compile(p).fullmatch(s).start()",),
        ("import re\nm = re.compile(p).fullmatch(s)\nif m: m.start()",),
        gives="re.Match",
    ),
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
    NullableCall(
        "inspect.getmodule",
        "when the module is unknown",
        ("import inspect\ninspect.getmodule(f).__name__",),
        ("import inspect\nm = inspect.getmodule(f)\nm and m.__name__",),
    ),
    NullableCall(
        "inspect.getdoc",
        "when there is no docstring",
        ("import inspect\ninspect.getdoc(f).strip()",),
        ("import inspect\n(inspect.getdoc(f) or '').strip()",),
    ),
    NullableCall(
        "ast.get_docstring",
        "when there is no docstring",
        ("import ast\nast.get_docstring(n).strip()",),
        ("import ast\n(ast.get_docstring(n) or '').strip()",),
    ),
    NullableCall(
        "importlib.util.find_spec",
        "when there is no such module",
        ("import importlib.util\nimportlib.util.find_spec('a').origin",),
        ("import importlib.util\nimportlib.util.find_spec('a') is None",),
        gives="importlib.machinery.ModuleSpec",
    ),
    NullableCall(
        "importlib.util.spec_from_file_location",
        "when no loader matches",
        ("from importlib.util import spec_from_file_location\nspec_from_file_location('a', b).loader",),
        ("from importlib.util import spec_from_file_location\nprint(spec_from_file_location('a', b))",),
        gives="importlib.machinery.ModuleSpec",
    ),
    NullableCall(
        "ctypes.util.find_library",
        "when there is no such library",
        ("from ctypes.util import find_library\nfind_library('m')[0]",),
        ("from ctypes.util import find_library\nprint(find_library('m'))",),
    ),
    NullableCall(
        "pkgutil.get_data",
        "when the loader has no data",
        ("import pkgutil\npkgutil.get_data('a', 'b').decode()",),
        ("import pkgutil\nprint(pkgutil.get_data('a', 'b'))",),
    ),
    NullableCall(
        "asyncio.current_task",
        "outside a task",
        ("import asyncio\nasyncio.current_task().cancel()",),
        ("import asyncio\nt = asyncio.current_task()\nassert t\nt.cancel()",),
    ),
    NullableCall(
        "email.utils.parsedate_tz",
        "when the date is malformed",
        ("from email.utils import parsedate_tz\nparsedate_tz(d)[:9]",),
        ("from email.utils import parsedate_tz\nd = parsedate_tz(d)\nif d is not None: d[:9]",),
    ),
    NullableCall(
        "email.utils.parsedate",
        "when the date is malformed",
        ("from email.utils import parsedate\nparsedate(d)[0]",),
        ("from email.utils import parseaddr\nparseaddr(d)[0]",),
    ),
    NullableCall(
        "inspect.getcomments",
        "when there is no comment",
        ("import inspect\ninspect.getcomments(f).strip()",),
        ("import inspect\n(inspect.getcomments(f) or '').strip()",),
    ),
    NullableCall(
        "inspect.getsourcefile",
        "when there is no source",
        ("import inspect\ninspect.getsourcefile(f).lower()",),
        ("import inspect\ninspect.getfile(f).lower()",),
    ),
    NullableCall(
        "inspect.getmodulename",
        "when the path isn't a module's",
        ("import inspect\ninspect.getmodulename(p).lower()",),
        ("import inspect\nprint(inspect.getmodulename(p))",),
    ),
    NullableCall(
        "mimetypes.guess_extension",
        "when the type is unknown",
        ("import mimetypes\nmimetypes.guess_extension(t)[1:]",),
        ("import mimetypes\nmimetypes.guess_type(t)[0]",),
    ),
    NullableCall(
        "gettext.find",
        "when there is no translation",
        ("import gettext\ngettext.find('a').strip()",),
        ("import gettext\nprint(gettext.find('a'))",),
    ),
    NullableCall(
        "pkgutil.get_loader",
        "when there is no such module",
        ("import pkgutil\npkgutil.get_loader('a').x",),
        ("import pkgutil\nprint(pkgutil.get_loader('a'))",),
    ),
    NullableCall(
        "pkgutil.find_loader",
        "when there is no such module",
        ("import pkgutil\npkgutil.find_loader('a').x",),
        ("import pkgutil\nprint(pkgutil.find_loader('a'))",),
    ),
    NullableCall(
        "xml.etree.ElementTree.Element.find",
        "when no child matches",
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).find('a').attrib",),
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).findall('a').sort()", "e.find('a').attrib"),
        gives="xml.etree.ElementTree.Element",
    ),
    NullableCall(
        "xml.etree.ElementTree.Element.findtext",
        "when no child matches",
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).findtext('a').strip()",),
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).findtext('a', '').strip()",),
        Default.OPTIONAL,
        1,
    ),
    NullableCall(
        "xml.etree.ElementTree.Element.get",
        "when there is no such attribute",
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).get('a').strip()",),
        ("import xml.etree.ElementTree as ET\nET.fromstring(s).get('a', '').strip()",),
        Default.OPTIONAL,
        1,
    ),
    NullableCall(
        "xml.etree.ElementTree.ElementTree.find",
        "when nothing matches",
        ("import xml.etree.ElementTree as ET\nET.parse(p).find('a').attrib",),
        ("import xml.etree.ElementTree as ET\nET.parse(p).getroot().attrib",),
        gives="xml.etree.ElementTree.Element",
    ),
    NullableCall(
        "email.message.Message.get_filename",
        "when the header names none",
        ("import email\nemail.message_from_string(s).get_filename().lower()",),
        ("import email\nemail.message_from_string(s).get_filename('a').lower()",),
        Default.OPTIONAL_EVEN_ALONE,
    ),
    NullableCall(
        "email.message.Message.get_boundary",
        "when there is none",
        ("import email\nemail.message_from_bytes(s).get_boundary().lower()",),
        ("import email\nemail.message_from_bytes(s).get_content_type().lower()",),
    ),
    *LIBRARY_CALLS,
)

NULLABLE = {rule.name: rule for rule in NULLABLE_CALLS}

_ELEMENT = "import xml.etree.ElementTree as ET\nroot = ET.fromstring(s)\n"

NULLABLE_ATTRIBUTES = (
    NullableAttribute(
        "re.Match.lastgroup",
        "when the last group has no name",
        ("import re\ndef f(s):\n    m = re.match(p, s)\n    return m and m.lastgroup.lower()",),
        ("import re\ndef f(s):\n    m = re.match(p, s)\n    return m and m.string.lower()",),
    ),
    NullableAttribute(
        "xml.etree.ElementTree.Element.text",
        "when the element is empty",
        (
            _ELEMENT + "root.text.strip()",
            "from xml.etree.ElementTree import Element\ndef f(e: Element): e.text.strip()",
        ),
        (_ELEMENT + "root.tag.strip()", _ELEMENT + "(root.text or '').strip()"),
    ),
    NullableAttribute(
        "xml.etree.ElementTree.Element.tail",
        "when nothing follows the element",
        (_ELEMENT + "root.tail.strip()",),
        (_ELEMENT + "if root.tail: root.tail.strip()",),
    ),
    NullableAttribute(
        "urllib.parse.SplitResult.hostname",
        "when the URL names no host",
        ("from urllib.parse import urlsplit\nurlsplit(u).hostname.lower()",),
        ("from urllib.parse import urlsplit\nurlsplit(u).netloc.lower()",),
    ),
    NullableAttribute(
        "urllib.parse.SplitResult.port",
        "when the URL names no port",
        ("from urllib.parse import urlparse\nurlparse(u).port + 1",),
        ("from urllib.parse import urlparse\nurlparse(u).path + '/'",),
    ),
    NullableAttribute(
        "urllib.parse.SplitResult.username",
        "when the URL names no user",
        ("from urllib.parse import urlsplit\nurlsplit(u).username.lower()",),
        ("from urllib.parse import urlsplit\nurlsplit(u).scheme.lower()",),
    ),
    NullableAttribute(
        "types.FrameType.f_back",
        "in the outermost frame",
        (
            "import sys\nsys._getframe().f_back.f_code",
            "from types import FrameType\ndef f(x: FrameType): x.f_back.f_code",
        ),
        ("import sys\nsys._getframe().f_code.co_name",),
    ),
    NullableAttribute(
        "importlib.machinery.ModuleSpec.loader",
        "for a namespace package",
        (
            "from importlib.util import spec_from_file_location\n"
            "def f(p):\n    s = spec_from_file_location('a', p)\n    assert s\n    s.loader.exec_module(m)",
        ),
        (
            "from importlib.util import spec_from_file_location\n"
            "def f(p):\n    s = spec_from_file_location('a', p)\n    assert s and s.loader\n    s.loader.x(m)",
        ),
    ),
    *LIBRARY_ATTRIBUTES,
)

ATTRIBUTES = {rule.name: rule for rule in NULLABLE_ATTRIBUTES}

CLASSES = LIBRARY_CLASSES | {
    *(rule.name.rpartition(".")[0] for rule in NULLABLE_ATTRIBUTES),
    "re.Pattern",
    "xml.etree.ElementTree.ElementTree",
    "email.message.Message",
}
"""The classes outside of the project whose attributes and methods there are rules for."""

KINDS = {
    "dict": "dict",
    "collections.defaultdict": "dict",
    "collections.OrderedDict": "dict",
    "collections.Counter": "collections.Counter",
    "json.load": "dict",
    "json.loads": "dict",
    "re.compile": "re.Pattern",
    "xml.etree.ElementTree.fromstring": "xml.etree.ElementTree.Element",
    "xml.etree.ElementTree.XML": "xml.etree.ElementTree.Element",
    "xml.etree.ElementTree.parse": "xml.etree.ElementTree.ElementTree",
    "email.message_from_string": "email.message.Message",
    "email.message_from_bytes": "email.message.Message",
    "email.message_from_file": "email.message.Message",
    "urllib.parse.urlsplit": "urllib.parse.SplitResult",
    "urllib.parse.urlparse": "urllib.parse.SplitResult",
    "sys._getframe": "types.FrameType",
    "inspect.currentframe": "types.FrameType",
    **LIBRARY_KINDS,
}
"""Qualified name of a call -> what kind of value it gives."""

ANNOTATED_KINDS = {
    "dict": "dict", "Dict": "dict", "Mapping": "dict", "MutableMapping": "dict", "defaultdict": "dict",
    "DefaultDict": "dict", "OrderedDict": "dict", "Counter": "collections.Counter",
    "Pattern": "re.Pattern",
}  # fmt: skip
"""Last name of an annotation, before its `[`, -> kind."""

NO_RETURN = frozenset(
    {"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.skip", "pytest.fail", "pytest.exit", "pytest.xfail",
     "typing.assert_never", "typing_extensions.assert_never", "flask.abort"}
)  # fmt: skip
NO_RETURN_METHODS = frozenset(
    {"self.fail", "self.skipTest", "parser.error", "parser.exit", "ctx.fail", "ctx.exit", "ctx.abort"}
)

COMES_BACK = frozenset({"print", "setattr", "delattr", "super", "warnings.warn", "time.sleep"})
COMES_BACK_METHODS = frozenset(
    {"debug", "info", "warning", "warn", "exception", "log", "append", "extend", "add", "update", "setdefault",
     "insert", "remove", "discard", "pop", "clear", "write", "sort"}
)  # fmt: skip
"""Calls that raise nothing on purpose, whatever they are methods of."""

ITERATES = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "enumerate", "reversed", "sum", "any", "all", "iter"}
)
"""Builtins that iterate over their only or first argument and have no use for None."""

ITERATORS = frozenset({"filter", "map", "zip", "enumerate", "iter"})
"""Builtins whose result is true, however little it gives."""

TAKERS = {rule.name for rule in VALUE_CALLS}
"""Calls of the library that have no use for None as their first argument."""

TAKES_VALUE = frozenset({"len", "int", "float", "abs", "round", "ord", "chr"})
"""Builtins that raise TypeError for None."""

NONE_ATTRIBUTES = frozenset(dir(None))
"""What None itself has: `x.__class__` is no mistake."""

_NAME = re.compile(r"[A-Za-z_][\w.]*")


def users_rules(written: Iterable[str]) -> dict[str, NullableCall]:
    """The rules for the standard library and those of the user: `pkg.find -> when nothing is found`, or a name alone.
    What isn't such a row says nothing."""
    found = [row for row in rows(written) if _NAME.fullmatch(row.qualified)]
    return NULLABLE | {row.qualified: NullableCall(row.qualified, row.why or "at times", ()) for row in found}

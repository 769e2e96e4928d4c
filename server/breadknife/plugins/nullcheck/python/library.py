"""Further calls and attributes of the standard library that may be None, as its type stubs have them.

Left out is what every caller knows better: what `Popen` was given a pipe for, `get` of what may be no mapping.
"""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.rule import Default, NullableAttribute, NullableCall, ValueCall


def _function(module: str, name: str, why: str, call: str, gives: str = "") -> NullableCall:
    """`call` is how it is called and used; what the result is only handed on to must stay silent."""
    used = f"import {module}\n{module}.{call}"
    handed_on = f"import {module}\nprint({module}.{call.partition(')')[0]}))"
    return NullableCall(f"{module}.{name}", why, (used,), (handed_on,), gives=gives)


def _method(kind: str, name: str, why: str, made: str, use: str, default: Default = Default.NEVER) -> NullableCall:
    """`made` is how an object `x` of the class is made."""
    given = (f"{made}\nx.{name}('a', 'b').strip()",) if default is Default.OPTIONAL else ()
    return NullableCall(
        f"{kind}.{name}",
        why,
        (f"{made}\nx.{name}{use}",),
        (*given, f"{made}\ny = x.{name}{use.partition(')')[0]})\nif y: y.z", f"x.{name}{use}"),
        default,
        1,
    )


_NAIVE = "when it has no time zone"
_NOW = "import datetime\nx = datetime.datetime.now()"
_MAIL = "import email\nx = email.message_from_string(s)"
_NO_HEADER = "when there is no such header"
_TAR = "import tarfile\nx = tarfile.open(p)"

_FUNCTIONS = (
    _function("os", "cpu_count", "when it can't be determined", "cpu_count() + 1"),
    _function("os", "device_encoding", "when it isn't a terminal", "device_encoding(1).lower()"),
    _function("os", "confstr", "when it isn't defined", "confstr('a').lower()"),
    NullableCall(
        "os.getenvb",
        "when the variable is not set",
        ("import os\nos.getenvb(b'A').split()",),
        ("import os\nos.getenvb(b'A', b'').split()",),
        Default.OPTIONAL,
        1,
    ),
    _function("dbm", "whichdb", "when the file can't be read", "whichdb(p).lower()"),
    _function("ast", "get_source_segment", "when the location is unknown", "get_source_segment(s, n).strip()"),
    _function("codeop", "compile_command", "when the command isn't complete", "compile_command(s).co_code"),
    _function("importlib.metadata", "files", "when it has no record of them", "files('a')[0]"),
    _function("importlib.metadata", "requires", "when it has no metadata", "requires('a')[0]"),
    _function(
        "importlib.util", "spec_from_loader", "when the loader has no such module", "spec_from_loader('a', b).loader",
        "importlib.machinery.ModuleSpec",
    ),
    _function("multiprocessing", "parent_process", "in the main process", "parent_process().pid"),
    _function("pkgutil", "get_importer", "when no hook matches", "get_importer(p).find_spec('a')"),
    _function("sys", "exception", "when none is handled", "exception().args"),
    _function("sys", "gettrace", "when none is set", "gettrace()(a, b, c)"),
    _function("sys", "getprofile", "when none is set", "getprofile()(a, b, c)"),
    _function("signal", "strsignal", "when the number isn't a signal", "strsignal(n).lower()"),
    _function("signal", "sigtimedwait", "when the time has run out", "sigtimedwait(s, 1).si_pid"),
    _function("socket", "getdefaulttimeout", "when there is no limit", "getdefaulttimeout() + 1"),
    _function("typing", "get_origin", "when the type has none", "get_origin(t).__mro__"),
    _function("tracemalloc", "get_object_traceback", "when it wasn't traced", "get_object_traceback(o)[0]"),
    _function("wsgiref.util", "shift_path_info", "when the path is used up", "shift_path_info(e).lower()"),
    _function("logging", "getHandlerByName", "when there is no such handler", "getHandlerByName('a').close()"),
    _function("imaplib", "Internaldate2tuple", "when the date is malformed", "Internaldate2tuple(b).tm_year"),
    _function("readline", "get_completer", "when none is set", "get_completer()('a', 0)"),
    _function("py_compile", "compile", "when it doesn't compile", "compile(p).lower()"),
)  # fmt: skip

_METHODS = (
    _method("datetime.datetime", "utcoffset", _NAIVE, _NOW, "().days"),
    _method("datetime.datetime", "tzname", _NAIVE, _NOW, "().lower()"),
    _method("datetime.datetime", "dst", _NAIVE, _NOW, "().days"),
    _method(
        "collections.Counter", "get", "when the key is missing", "import collections\nx = collections.Counter()",
        "('a').real", Default.OPTIONAL,
    ),
    _method("email.message.Message", "get", _NO_HEADER, _MAIL, "('a').lower()", Default.OPTIONAL),
    _method("email.message.Message", "get_all", _NO_HEADER, _MAIL, "('a')[0]", Default.OPTIONAL),
    _method("email.message.Message", "get_content_charset", "when the header names none", _MAIL, "().lower()"),
    _method("email.message.Message", "get_content_disposition", _NO_HEADER, _MAIL, "().lower()"),
    _method("email.message.Message", "get_unixfrom", "when there is none", _MAIL, "().lower()"),
    _method("tarfile.TarFile", "extractfile", "when the member isn't a file", _TAR, "('a').read()"),
    _method("tarfile.TarFile", "next", "when there are no more members", _TAR, "().name"),
    _method("zipfile.ZipFile", "testzip", "when no file is broken", "import zipfile\nx = zipfile.ZipFile(p)", "().a"),
    _method("subprocess.Popen", "poll", "while it runs", "import subprocess\nx = subprocess.Popen(a)", "().real"),
    _method("shlex.shlex", "get_token", "at the end", "import shlex\nx = shlex.shlex(s)", "().lower()"),
    _method("netrc.netrc", "authenticators", "for an unknown host", "import netrc\nx = netrc.netrc()", "(h)[0]"),
    _method(
        "urllib.robotparser.RobotFileParser", "crawl_delay", "when the file names none",
        "import urllib.robotparser\nx = urllib.robotparser.RobotFileParser()", "('a').lower()",
    ),
    _method(
        "urllib.request.Request", "get_header", _NO_HEADER, "import urllib.request\nx = urllib.request.Request(u)",
        "('a').lower()", Default.OPTIONAL,
    ),
)  # fmt: skip

LIBRARY_CALLS = (*_FUNCTIONS, *_METHODS)
LIBRARY_CLASSES = frozenset(rule.name.rpartition(".")[0] for rule in _METHODS)


def _attribute(kind: str, name: str, why: str, use: str) -> NullableAttribute:
    module, _, class_ = kind.rpartition(".")
    given = f"from {module} import {class_}\ndef f(x: {class_}):\n    "
    return NullableAttribute(
        f"{kind}.{name}", why, (f"{given}x.{name}{use}",), (f"{given}return x.{name} and x.{name}{use}",)
    )


def _taker(name: str, call: str = "x") -> ValueCall:
    """`call`: its arguments, of which the first is `x`."""
    module = name.rpartition(".")[0]
    given = f"import {module}\ndef f(x=None):\n    "
    return ValueCall(
        name,
        (f"{given}{name}({call})",),
        (f"{given}return x and {name}({call})", f"import other\ndef f(x=None):\n    other.{name}({call})"),
    )


VALUE_CALLS = (
    *(_taker(f"os.path.{name}") for name in (
        "abspath", "basename", "dirname", "exists", "expanduser", "expandvars", "getmtime", "getsize", "isabs", "isdir",
        "isfile", "islink", "normpath", "realpath", "split", "splitext",
    )),
    _taker("os.path.join", "x, 'a'"),
    _taker("os.fspath"),
    _taker("os.makedirs"),
    _taker("json.loads"),
    _taker("importlib.util.module_from_spec"),
    ValueCall(
        "dict.update",
        ("def f(x=None):\n    {}.update(x)", "def f(x=None):\n    found = dict(a=1)\n    found.update(x)\n    x.y"),
        ("def f(x=None):\n    {}.update(x or {})", "def f(found, x=None):\n    found.update(x)"),
    ),
)  # fmt: skip

LIBRARY_ATTRIBUTES = (
    _attribute("re.Match", "lastindex", "when no group matched", " + 1"),
    _attribute("datetime.datetime", "tzinfo", _NAIVE, ".utcoffset(a)"),
    _attribute("types.TracebackType", "tb_next", "in the innermost frame", ".tb_frame"),
    _attribute("threading.Thread", "ident", "before it is started", " + 1"),
    _attribute("multiprocessing.Process", "exitcode", "before it has ended", " + 1"),
    _attribute("multiprocessing.Process", "pid", "before it is started", " + 1"),
    _attribute("logging.Logger", "parent", "for the root", ".name"),
    _attribute("ipaddress.IPv6Address", "ipv4_mapped", "when none is mapped", ".packed"),
    _attribute("traceback.FrameSummary", "line", "when there is no source", ".strip()"),
    _attribute("inspect.FrameInfo", "code_context", "when there is no source", "[0]"),
    _attribute("importlib.machinery.ModuleSpec", "origin", "for a namespace package", ".lower()"),
    _attribute(
        "importlib.machinery.ModuleSpec", "submodule_search_locations", "for a module that isn't a package", "[0]"
    ),
)

LIBRARY_KINDS = {
    **{
        f"datetime.datetime.{name}": "datetime.datetime"
        for name in ("now", "utcnow", "today", "fromtimestamp", "strptime", "fromisoformat", "combine")
    },
    "tarfile.open": "tarfile.TarFile",
    "collections.ChainMap": "dict",
    "collections.UserDict": "dict",
    "dict.fromkeys": "dict",
    "shelve.open": "dict",
    "weakref.WeakKeyDictionary": "dict",
    "weakref.WeakValueDictionary": "dict",
    "logging.getLogger": "logging.Logger",
    "threading.current_thread": "threading.Thread",
    "ipaddress.IPv6Address": "ipaddress.IPv6Address",
}
"""Qualified name of a call -> what kind of value it gives."""

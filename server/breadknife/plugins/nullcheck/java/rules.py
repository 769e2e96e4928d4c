"""What is known of Java's libraries without reading them: methods that may give null, and calls that never return.

A rule is data and carries its own examples; a test runs each of them. To add one, add a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.rows import rows


@dataclass(frozen=True)
class NullableMethod:
    """A method that may give null. `fires` must each be found, `silent` must not; they are a method's body."""

    receiver: str
    """Simple name of the declared type; for a static method, of the class; "" for any."""
    name: str
    why: str
    """Ends the sentence "`name` returns null …"."""
    type: str
    """Of the result; `V` is the receiver's second type argument, `T` its first."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
    arguments: tuple[int, ...] | None = (0,)
    """How many it may have: others with that name don't give null. None: any, static or not."""
    last: str = ""
    """What the last argument has to be."""
    static: bool = False
    where_asked: bool = False
    """Only where the file asks the receiver for keys, or tests what it gives, anywhere."""


_KEY = "when the key is missing"
_UNSET = "when it isn't set"
_NO_FILE = "when there is no such resource"

NULLABLE_METHODS = (
    NullableMethod(
        "Map",
        "get",
        _KEY,
        "V",
        (
            "Map<String, String> m = f();\nif (m.get(j) == null) g();\nm.get(k).trim();",
            "Map<String, Integer> m = f();\nboolean b = m.containsKey(j);\nint i = m.get(k);",
            "Map<String, String> m = f();\nString s = m.get(k);\nm.get(j).trim();\nif (s != null) g();",
        ),
        (
            "Map<String, String> m = f();\nm.get(k).trim();",
            "Map<String, String> m = f();\nif (m.containsKey(k)) m.get(k).trim();",
            "Map<String, String> m = f();\nfor (String k : m.keySet()) m.get(k).trim();",
            "Map<String, List<String>> m = f();\nm.computeIfAbsent(k, x -> g());\nm.get(k).add(v);",
            "Map<String, String> m = f();\nm.getOrDefault(k, v).trim();",
            "List<String> m = f();\nm.get(k).trim();",
            "Cache m = f();\nm.get(k).trim();",
        ),
        (1,),
        where_asked=True,
    ),
    NullableMethod(
        "System",
        "getenv",
        _UNSET,
        "String",
        ('System.getenv("A").trim();',),
        ('System.getenv().get("A");', 'Sys.getenv("A").trim();'),
        (1,),
        static=True,
    ),
    NullableMethod(
        "System",
        "getProperty",
        _UNSET,
        "String",
        ('System.getProperty("a").trim();',),
        (
            'System.getProperty("a", "b").trim();',
            'System.getProperty("user.home").trim();',
            'System.getProperty("java.library.path").trim();',
        ),
        (1,),
        static=True,
    ),
    NullableMethod(
        "Properties",
        "getProperty",
        _UNSET,
        "String",
        ('Properties p = f();\np.getProperty("a").trim();',),
        ('Properties p = f();\np.getProperty("a", "").trim();',),
        (1,),
    ),
    NullableMethod(
        "Class",
        "getResource",
        _NO_FILE,
        "URL",
        ('getClass().getResource("a").getPath();', 'A.class.getResource("a").getPath();'),
        ('loader.getResource("a").getPath();',),
        (1,),
    ),
    NullableMethod(
        "Class",
        "getResourceAsStream",
        _NO_FILE,
        "InputStream",
        ('InputStream s = A.class.getResourceAsStream("a");\ns.read();',),
        ('InputStream s = A.class.getResourceAsStream("a");\nif (s == null) return;\ns.read();',),
        (1,),
    ),
    NullableMethod(
        "ClassLoader",
        "getResource",
        _NO_FILE,
        "URL",
        ('ClassLoader l = f();\nl.getResource("a").getPath();',),
        ('ClassLoader l = f();\nURL u = l.getResource("a");\nif (u != null) u.getPath();',),
        (1,),
    ),
    NullableMethod(
        "ClassLoader",
        "getResourceAsStream",
        _NO_FILE,
        "InputStream",
        ('ClassLoader l = f();\nl.getResourceAsStream("a").read();',),
        ('ClassLoader l = f();\ntry (InputStream s = l.getResourceAsStream("a")) { g(s); }',),
        (1,),
    ),
    NullableMethod(
        "BufferedReader",
        "readLine",
        "at the end of the stream",
        "String",
        ("BufferedReader r = f();\nString s = r.readLine();\ns.trim();",),
        ("BufferedReader r = f();\nString s;\nwhile ((s = r.readLine()) != null) s.trim();",),
    ),
    NullableMethod(
        "File",
        "listFiles",
        "when it isn't a directory",
        "File[]",
        ("File d = f();\nfor (File x : d.listFiles()) g(x);", "File d = f();\nint n = d.listFiles().length;"),
        ("File d = f();\nFile[] x = d.listFiles();\nif (x != null) g(x.length);",),
        (0, 1),
    ),
    NullableMethod(
        "File",
        "list",
        "when it isn't a directory",
        "String[]",
        ("File d = f();\nfor (String x : d.list()) g(x);",),
        ("Files d = f();\nd.list().close();",),
        (0, 1),
    ),
    NullableMethod(
        "File",
        "getParentFile",
        "when the path names no parent",
        "File",
        ("File d = f();\nd.getParentFile().mkdirs();",),
        ("File d = f();\ng(d.getParentFile());",),
    ),
    NullableMethod(
        "File",
        "getParent",
        "when the path names no parent",
        "String",
        ("File d = f();\nd.getParent().trim();",),
        ("File d = f();\nString p = d.getParent();\nif (p != null) p.trim();",),
    ),
    NullableMethod(
        "Path",
        "getParent",
        "when the path names no parent",
        "Path",
        ("Path d = f();\nd.getParent().resolve(x);",),
        ("Path d = f();\ng(d.getParent());",),
    ),
    NullableMethod(
        "",
        "orElse",
        "when it is empty",
        "T",
        (
            "Optional<String> o = f();\no.orElse(null).trim();",
            "String s = list.stream().filter(x -> g(x)).findFirst().orElse(null);\ns.trim();",
        ),
        ('Optional<String> o = f();\no.orElse("").trim();', 'list.stream().findFirst().orElse("").trim();'),
        (1,),
        last="null",
    ),
    NullableMethod(
        "HttpServletRequest",
        "getParameter",
        "when the request has none",
        "String",
        ('HttpServletRequest r = f();\nr.getParameter("a").trim();',),
        ('HttpServletRequest r = f();\nString a = r.getParameter("a");\nif (a == null || a.isEmpty()) return;',),
        (1,),
    ),
    NullableMethod(
        "HttpServletRequest",
        "getHeader",
        "when the request has none",
        "String",
        ('HttpServletRequest r = f();\nr.getHeader("a").trim();',),
        ('HttpServletRequest r = f();\nString a = r.getHeader("a");\nif (a == null) return;\na.trim();',),
        (1,),
    ),
    NullableMethod(
        "HttpServletRequest",
        "getCookies",
        "when the request has none",
        "Cookie[]",
        ("HttpServletRequest r = f();\nfor (Cookie c : r.getCookies()) g(c);",),
        ("HttpServletRequest r = f();\nif (r.getCookies() == null) return;\ng(r);",),
    ),
    NullableMethod(
        "HttpServletRequest",
        "getSession",
        "when there is none",
        "HttpSession",
        ("HttpServletRequest r = f();\nr.getSession(false).invalidate();",),
        (
            "HttpServletRequest r = f();\nr.getSession().invalidate();",
            "HttpServletRequest r = f();\nr.getSession(true).a();",
        ),
        (1,),
        last="false",
    ),
    NullableMethod(
        "System",
        "console",
        "when there is no terminal",
        "Console",
        ("System.console().readLine();",),
        ("Console c = System.console();\nif (c == null) return;\nc.readLine();",),
        static=True,
    ),
)  # fmt: skip

ALSO = {
    "Map": ("HashMap", "TreeMap", "LinkedHashMap", "ConcurrentHashMap", "ConcurrentMap", "SortedMap", "NavigableMap",
            "WeakHashMap", "IdentityHashMap", "Hashtable", "EnumMap", "ConcurrentSkipListMap"),
    "HttpServletRequest": ("ServletRequest",),
}  # fmt: skip
"""Types that have a receiver's methods too."""

BY_METHOD = {
    (receiver, rule.name): rule
    for rule in NULLABLE_METHODS
    for receiver in (rule.receiver, *ALSO.get(rule.receiver, ()))
}


def users_rules(written: Iterable[str]) -> dict[tuple[str, str], NullableMethod]:
    """Those above and the user's: `Orders.find -> when there is none`, also with the class's package."""
    found = [(row.owner.rpartition(".")[2], row) for row in rows(written)]
    return BY_METHOD | {
        (owner, row.name): NullableMethod(owner, row.name, row.why or "at times", "", (), arguments=None)
        for owner, row in found
        if owner[:1].isupper()
    }


ALWAYS_SET = frozenset({
    f'"{name}"'
    for name in (
        "user.home", "user.dir", "user.name", "java.io.tmpdir", "java.version", "os.name", "os.arch", "os.version",
        "line.separator", "file.separator", "path.separator", "java.home", "java.class.path", "java.vendor",
        "java.specification.version", "java.vm.name", "java.class.version", "file.encoding", "java.vm.version",
        "java.library.path",
    )
})  # fmt: skip
"""Properties that every Java sets."""

NULL_ALIKE = (
    ("getParent", "getParentFile"),
    ("list", "listFiles"),
    ("getResource", "getResourceAsStream"),
)
"""Methods that give null for the same objects and arguments: a test of one is a test of the other."""

NO_RETURN = frozenset(
    {"System.exit", "Runtime.getRuntime().exit", "Assert.fail", "Assertions.fail", "Assume.assumeTrue"}
)
NO_RETURN_BARE = frozenset({"fail"})
CHECKERS = ("Assert.", "Assertions.", "Preconditions.", "Validate.", "Verify.")
"""Classes whose methods throw unless what they are given holds."""
CHECKS = (
    "notNull",
    "nonNull",
    "NonNull",
    "NotNull",
    "checkArgument",
    "checkState",
    "verify",
    "isTrue",
    "assert",
    "require",
)
"""A call whose name has one of these parts checks what it is given."""
RETURNING = frozenset({
    "print", "println", "printf", "log", "trace", "debug", "info", "warn", "warning", "error", "severe", "fine",
    "finer", "finest", "config", "append", "add", "put", "remove", "close", "printStackTrace",
})  # fmt: skip
"""Methods that come back, whoever's they are."""
BOXED = {
    "Integer": "int", "Long": "long", "Short": "short", "Byte": "byte", "Boolean": "boolean", "Double": "double",
    "Float": "float", "Character": "char",
}  # fmt: skip
PRIMITIVES = frozenset(BOXED.values())
ZEROS = {
    "Integer": "0", "Long": "0L", "Boolean": "false", "Double": "0.0", "Float": "0.0f",
}  # fmt: skip
"""Boxed type -> a default in a place that needs a value."""

"""What is known of Go's standard library without reading it: calls that give nil with an error, and that never return.

A rule is data and carries its own examples; a test runs each of them. To add one, add a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.rows import rows


@dataclass(frozen=True)
class NilResult:
    """A function whose first result may be nil. `fires` must each be found, `silent` must not."""

    name: str
    """Import path and function, or the type and its method."""
    type: str
    """Of the result."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
    methods: bool = True
    """Whether calling a method of the nil panics: always for an interface, not for `*os.File`."""
    literals: bool = False
    """Whether it can't fail for literals, as far as anybody who runs it once would know."""
    why: str = ""
    """Ends "`name` returns nil …"; "" for one that returns an error with it, as its last result."""


_RESPONSE = "*http.Response"
_METHODS = (
    ("net/http", "Client Do Get Head Post PostForm", _RESPONSE, "Body.Close()"),
    ("database/sql", "DB Query QueryContext", "*sql.Rows", "Close()"),
    ("database/sql", "DB Prepare PrepareContext", "*sql.Stmt", "Close()"),
    ("database/sql", "DB Begin BeginTx", "*sql.Tx", "Rollback()"),
    ("database/sql", "Tx Query QueryContext", "*sql.Rows", "Close()"),
    ("database/sql", "Tx Prepare PrepareContext", "*sql.Stmt", "Close()"),
    ("database/sql", "Conn QueryContext", "*sql.Rows", "Close()"),
    ("database/sql", "Conn PrepareContext", "*sql.Stmt", "Close()"),
    ("database/sql", "Conn BeginTx", "*sql.Tx", "Rollback()"),
    ("database/sql", "Stmt Query QueryContext", "*sql.Rows", "Close()"),
    ("os/exec", "Cmd StdoutPipe StderrPipe", "io.ReadCloser", "Close()"),
    ("os/exec", "Cmd StdinPipe", "io.WriteCloser", "Close()"),
)
"""Import path, a type of it and methods, the type of what they give, how that is used."""
NIL_RESULTS = (
    NilResult(
        "net/http.Get",
        _RESPONSE,
        ("r, _ := http.Get(u)\nprintln(r.Status)", "r, err := http.Get(u)\ndefer r.Body.Close()\nuse(err)"),
        ("r, err := http.Get(u)\nif err != nil {\nreturn\n}\nprintln(r.Status)",),
    ),
    NilResult(
        "net/http.Post",
        _RESPONSE,
        ("r, _ := http.Post(u, c, b)\nprintln(r.Status)",),
        ("r, err := http.Post(u, c, b)\nif err != nil {\nreturn\n}\nprintln(r.Status)",),
    ),
    NilResult(
        "net/http.PostForm",
        _RESPONSE,
        ("r, _ := http.PostForm(u, f)\nprintln(r.Status)",),
        ("r, err := http.PostForm(u, f)\nif err == nil {\nprintln(r.Status)\n}",),
    ),
    NilResult(
        "net/http.Head",
        _RESPONSE,
        ("r, _ := http.Head(u)\nprintln(r.Status)",),
        ("r, err := http.Head(u)\nif err != nil {\npanic(err)\n}\nprintln(r.Status)",),
    ),
    NilResult(
        "net/http.DefaultClient.Do",
        _RESPONSE,
        ("r, _ := http.DefaultClient.Do(q)\nprintln(r.Status)",),
        ("r, err := http.DefaultClient.Do(q)\nif err == nil {\nprintln(r.Status)\n}",),
    ),
    NilResult(
        "net/http.DefaultClient.Get",
        _RESPONSE,
        ("r, _ := http.DefaultClient.Get(u)\nprintln(r.Status)",),
        ("r, err := http.DefaultClient.Get(u)\nif err != nil {\nreturn\n}\nprintln(r.Status)",),
    ),
    NilResult(
        "net/http.NewRequest",
        "*http.Request",
        ('r, _ := http.NewRequest(m, u, nil)\nr.Header.Set("a", "b")',),
        ('r, _ := http.NewRequest("GET", "/", nil)\nr.Header.Set("a", "b")',),
        literals=True,
    ),
    NilResult(
        "net/url.Parse",
        "*url.URL",
        ("u, _ := url.Parse(s)\nprintln(u.Host)", "u, _ := url.Parse(s)\nprintln(u.String())"),
        (
            'u, _ := url.Parse("http://a")\nprintln(u.Host)',
            "u, err := url.Parse(s)\ncheck(err)\nprintln(u.Host)",
        ),
        literals=True,
    ),
    NilResult(
        "net/url.ParseRequestURI",
        "*url.URL",
        ("u, _ := url.ParseRequestURI(s)\nprintln(u.Host)",),
        ("u, err := url.ParseRequestURI(s)\nif err != nil {\nreturn\n}\nprintln(u.Host)",),
    ),
    NilResult(
        "os.Stat",
        "fs.FileInfo",
        ("i, _ := os.Stat(p)\nprintln(i.Size())", "i, err := os.Stat(p)\nn := i.Size()\nuse(n, err)"),
        ("i, err := os.Stat(p)\nok := err == nil && i.IsDir()\nuse(ok)", "i, _ := os.Stat(p)\nuse(i)"),
    ),
    NilResult(
        "os.Lstat",
        "fs.FileInfo",
        ("i, _ := os.Lstat(p)\nprintln(i.Mode())",),
        ("i, err := os.Lstat(p)\nif err == nil {\nprintln(i.Mode())\n}", "i, _ := os.Lstat(p)\nuse(i)"),
    ),
    NilResult(
        "net.Dial",
        "net.Conn",
        ("c, _ := net.Dial(n, a)\nc.Close()",),
        ("c, err := net.Dial(n, a)\nif err != nil {\npanic(err)\n}\nc.Close()",),
    ),
    NilResult(
        "net.DialTimeout",
        "net.Conn",
        ("c, err := net.DialTimeout(n, a, t)\ndefer c.Close()\nif err != nil {\nreturn\n}",),
        ("c, err := net.DialTimeout(n, a, t)\nif err != nil {\nreturn\n}\ndefer c.Close()",),
    ),
    NilResult(
        "net.Listen",
        "net.Listener",
        ("l, _ := net.Listen(n, a)\nl.Close()",),
        ("l, err := net.Listen(n, a)\nif err != nil {\nreturn\n}\nl.Close()",),
    ),
    NilResult(
        "net.ResolveTCPAddr",
        "*net.TCPAddr",
        ("a, _ := net.ResolveTCPAddr(n, s)\nprintln(a.Port)",),
        ("a, _ := net.ResolveTCPAddr(n, s)\nprintln(a.String())",),
        methods=False,
    ),
    NilResult(
        "net.ResolveUDPAddr",
        "*net.UDPAddr",
        ("a, _ := net.ResolveUDPAddr(n, s)\nprintln(a.Port)",),
        ("a, _ := net.ResolveUDPAddr(n, s)\nprintln(a.String())",),
        methods=False,
    ),
    NilResult(
        "regexp.Compile",
        "*regexp.Regexp",
        ("r, _ := regexp.Compile(s)\nr.MatchString(t)",),
        ('r, _ := regexp.Compile("a+")\nr.MatchString(t)',),
        literals=True,
    ),
    NilResult(
        "crypto/x509.ParseCertificate",
        "*x509.Certificate",
        ("c, _ := x509.ParseCertificate(b)\nprintln(c.Subject)",),
        ("c, err := x509.ParseCertificate(b)\nif err != nil {\nreturn\n}\nprintln(c.Subject)",),
        methods=False,
    ),
    NilResult(
        "encoding/pem.Decode",
        "*pem.Block",
        ("b, _ := pem.Decode(s)\nprintln(b.Bytes)",),
        ("b, _ := pem.Decode(s)\nif b == nil {\nreturn\n}\nprintln(b.Bytes)",),
        why="when there is no PEM block",
    ),
    NilResult(
        "archive/zip.OpenReader",
        "*zip.ReadCloser",
        ("z, _ := zip.OpenReader(p)\nprintln(z.File)",),
        ("z, err := zip.OpenReader(p)\nif err != nil {\nreturn\n}\nprintln(z.File)",),
    ),
    NilResult(
        "compress/gzip.NewReader",
        "*gzip.Reader",
        ("z, _ := gzip.NewReader(r)\nz.Read(b)",),
        ("z, err := gzip.NewReader(r)\nif err != nil {\nreturn\n}\nz.Read(b)",),
    ),
    NilResult(
        "database/sql.Open",
        "*sql.DB",
        ("d, _ := sql.Open(a, b)\nd.Ping()",),
        ("d, err := sql.Open(a, b)\nif err != nil {\nlog.Fatal(err)\n}\nd.Ping()",),
    ),
    NilResult(
        "os/user.Current",
        "*user.User",
        ("u, _ := user.Current()\nprintln(u.HomeDir)",),
        ("u, err := user.Current()\nif err != nil {\nreturn\n}\nprintln(u.HomeDir)",),
    ),
    NilResult(
        "os/user.Lookup",
        "*user.User",
        ("u, _ := user.Lookup(n)\nprintln(u.HomeDir)",),
        ("u, err := user.Lookup(n)\nif err == nil {\nprintln(u.HomeDir)\n}",),
    ),
    NilResult(
        "go/parser.ParseExpr",
        "ast.Expr",
        ("e, _ := parser.ParseExpr(s)\nprintln(e.Pos())",),
        ('e, _ := parser.ParseExpr("1")\nprintln(e.Pos())',),
        literals=True,
    ),
    NilResult(
        "text/template.ParseFiles",
        "*template.Template",
        ("t, _ := template.ParseFiles(f)\nt.Execute(w, d)",),
        ("t, err := template.ParseFiles(f)\nif err != nil {\nreturn\n}\nt.Execute(w, d)",),
    ),
    NilResult(
        "html/template.ParseFiles",
        "*template.Template",
        ("t, _ := template.ParseFiles(f)\nt.Execute(w, d)",),
        ("t, err := template.ParseFiles(f)\nif err != nil {\nreturn\n}\nt.Execute(w, d)",),
    ),
    NilResult(
        "net/http.Request.Cookie",
        "*http.Cookie",
        ('q := &http.Request{}\nc, err := q.Cookie("a")\nif err != nil {\nprintln(err)\n}\nprintln(c.Value)',),
        ('q := &http.Request{}\nif c, err := q.Cookie("a"); err == nil {\nprintln(c.Value)\n}',),
    ),
    NilResult(
        "net/http.NewRequestWithContext",
        "*http.Request",
        ('r, _ := http.NewRequestWithContext(x, m, u, nil)\nr.Header.Set("a", "b")',),
        ('r, err := http.NewRequestWithContext(x, m, u, nil)\nif err != nil {\nreturn\n}\nr.Header.Set("a", "b")',),
    ),
    NilResult(
        "net.Listener.Accept",
        "net.Conn",
        ("var l net.Listener = f()\nc, err := l.Accept()\nif err != nil {\nprintln(err)\n}\nc.Close()",),
        ("var l net.Listener = f()\nfor {\nc, err := l.Accept()\nif err != nil {\ncontinue\n}\nc.Close()\n}",),
    ),
    NilResult(
        "net.Dialer.Dial",
        "net.Conn",
        ("d := &net.Dialer{}\nc, _ := d.Dial(n, a)\nc.Close()",),
        ("d := &net.Dialer{}\nc, err := d.Dial(n, a)\nif err != nil {\nreturn\n}\nc.Close()",),
    ),
    NilResult(
        "net.Dialer.DialContext",
        "net.Conn",
        ("d := &net.Dialer{}\nc, _ := d.DialContext(x, n, a)\nc.Close()",),
        ("d := &net.Dialer{}\nc, err := d.DialContext(x, n, a)\nif err != nil {\nreturn\n}\nc.Close()",),
    ),
    NilResult(
        "crypto/tls.Dial",
        "*tls.Conn",
        ("c, err := tls.Dial(n, a, nil)\ndefer c.Close()\nuse(err)",),
        ("c, err := tls.Dial(n, a, nil)\nif err != nil {\nreturn\n}\ndefer c.Close()",),
    ),
    NilResult(
        "net/url.URL.Parse",
        "*url.URL",
        ("b := &url.URL{}\nu, _ := b.Parse(s)\nprintln(u.Host)",),
        ('b := &url.URL{}\nu, _ := b.Parse("a")\nprintln(u.Host)',),
        literals=True,
    ),
    NilResult(
        "os/user.LookupId",
        "*user.User",
        ("u, _ := user.LookupId(n)\nprintln(u.HomeDir)",),
        ("u, err := user.LookupId(n)\nif err == nil {\nprintln(u.HomeDir)\n}",),
    ),
    NilResult(
        "text/template.ParseGlob",
        "*template.Template",
        ("t, _ := template.ParseGlob(f)\nt.Execute(w, d)",),
        ("t, err := template.ParseGlob(f)\nif err != nil {\nreturn\n}\nt.Execute(w, d)",),
    ),
    NilResult(
        "html/template.ParseGlob",
        "*template.Template",
        ("t, _ := template.ParseGlob(f)\nt.Execute(w, d)",),
        ("t, err := template.ParseGlob(f)\nif err != nil {\nreturn\n}\nt.Execute(w, d)",),
    ),
    *(
        NilResult(
            f"{path}.{owner}.{method}",
            type,
            (f"d := &{path.rpartition('/')[2]}.{owner}{{}}\nr, err := d.{method}(a)\ndefer r.{use}\nuse(err)",),
            (f"d := f()\nr, err := d.{method}(a)\ndefer r.{use}\nuse(err)",),
        )
        for path, names, type, use in _METHODS
        for owner, *methods in (names.split(),)
        for method in methods
    ),
)

BY_NAME = {rule.name: rule for rule in NIL_RESULTS}
UNKNOWN = "any"
"""The type of what a user's rule gives: nothing is known of it, so any use of a nil may panic."""


def users_rules(written: Iterable[str]) -> dict[str, NilResult]:
    """Those above and the user's: `import/path.Find -> when nothing is found`, `import/path.Client.Find`. One that
    doesn't say when is nil where the error that comes with it isn't."""
    found = [row for row in rows(written) if row.owner]
    return BY_NAME | {row.qualified: NilResult(row.qualified, UNKNOWN, (), why=row.why) for row in found}


NO_RETURN = frozenset({"panic", "os.Exit", "runtime.Goexit", "syscall.Exit"})
NO_RETURN_METHODS = frozenset({
    "Fatal", "Fatalf", "Fatalln", "FatalContext", "Panic", "Panicf", "Panicln", "FailNow", "Skip", "Skipf", "SkipNow",
    "Exit", "Exitf",
})  # fmt: skip
"""Of loggers and tests, whatever their package."""

RETURNS = frozenset({"fmt", "log", "slog", "strings", "strconv", "errors", "sort", "time", "filepath", "path", "bytes"})
"""Packages whose functions, but for those above, come back and change no field of ours."""
RETURNING_METHODS = frozenset({
    "Print", "Printf", "Println", "Log", "Logf", "Debug", "Debugf", "Debugln", "Info", "Infof", "Infoln", "Warn",
    "Warnf", "Warning", "Warningf", "Error", "Errorf", "Errorln", "Close", "Lock", "Unlock", "RLock", "RUnlock",
    "Write", "WriteString", "WriteHeader",
})  # fmt: skip
BUILTINS = frozenset({
    "len", "cap", "append", "copy", "delete", "make", "new", "print", "println", "close", "min", "max", "clear",
})  # fmt: skip

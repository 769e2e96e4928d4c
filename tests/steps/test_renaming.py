"""Better names come from what the code says, and a variable is renamed only where each place means it."""

from __future__ import annotations

import pytest

from breadknife.steps.builtin.naming import plural, singular
from breadknife.steps.builtin.renaming import LocalFound, LocalWanted, RenameWanted, name_local, scope_rename
from breadknife.steps.builtin.scopes import Local, local_at
from breadknife.task.values import Silence
from breadknife.text.syntax import parse
from steps.here import Here, at, python


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("tmp = load_config(path)", ("config",)),
        ("tmp = Session(path)", ("session",)),
        ("tmp = HTTPClient(path)", ("http_client",)),
        ("tmp = app.session", ("session",)),
        ("tmp = await fetch_user(path)", ("user",)),
        ("tmp: UserList = f()", ("user_list",)),
        ("tmp = settings['host-name']", ("host_name",)),
        ("tmp = settings.get('host')", ("host",)),
        ("tmp = users[0]", ("user",)),
        ("tmp = len(users)", ("user_count",)),
        ("tmp = line.split(',')", ("parts",)),
        ("for tmp in self.users:\n        pass", ("user",)),
        ("with open(path) as tmp:\n        pass", ("file",)),
        ("tmp = []\n    tmp.append(user)", ("users",)),
        ("tmp = [user.name for user in users]", ("names",)),
        ("tmp = f()\n    run(timeout=tmp)", ("timeout",)),
        ("tmp = f()\n    self.port = tmp", ("port",)),
        ("tmp = list(path)", ()),  # taken
        ("tmp = get_list()", ()),  # one of Python's own
        ("tmp = 3", ()),
        ("tmp = await self.coroutine", ()),
    ],
)
def test_names_that_the_code_suggests(body: str, names: tuple[str, ...]) -> None:
    document = python(f"def f(self, path):\n    {body}\n")
    found = name_local(LocalWanted(document, at(document, "tmp")), Here())
    assert isinstance(found, LocalFound), found
    assert found.names == names


@pytest.mark.parametrize(
    ("source", "renamed"),
    [
        ("def f():\n    tmp = g()\n    return tmp + 1\n", "session = g()\n    return session"),
        ("def f():\n    tmp = g()\n    h(tmp=tmp)\n    tmp.a = 1\n", "session = g()\n    h(tmp=session)\n    session"),
        ('def f():\n    tmp = g()\n    return f"{tmp!r}"\n', 'session = g()\n    return f"{session'),
        ("def f():\n    tmp = g()\n    return lambda: tmp\n", "session = g()\n    return lambda: session"),
        ("def f():\n    tmp = g()\n    return [x for x in tmp]\n", "session = g()\n    return [x for x in session"),
    ],
)
def test_each_place_in_the_function_is_renamed(source: str, renamed: str) -> None:
    document = python(source)
    given = scope_rename(RenameWanted(document, at(document, "tmp"), ("session",)), Here())
    assert not isinstance(given, Silence)
    assert given.text == renamed
    assert document.slice(given.place) == renamed.replace("session", "tmp")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("tmp = 1\n", "in no function"),
        ("def f(tmp):\n    tmp = 1\n", "the function's head"),
        ("def f():\n    global tmp\n    tmp = 1\n", "outside of the function"),
        ("def f():\n    tmp = 1\n    return lambda tmp: tmp\n", "an inner function's parameter"),
        ("def f():\n    tmp = 1\n    def g(tmp):\n        return tmp\n", "an inner function's parameter"),
        ("def f():\n    tmp = 1\n    return [tmp for tmp in g()]\n", "a comprehension's variable"),
        ("def f():\n    tmp = 1\n    def g():\n        tmp = 2\n", "an inner function's variable"),
        ("def f():\n    tmp = 1\n    import tmp\n", "defined or imported"),
        ("def f():\n    tmp = 1\n    return locals()\n", "by their names"),
        ("def f():\n    return tmp\n", "gets no value"),
    ],
)
def test_a_name_that_means_several_things_is_left_alone(source: str, why: str) -> None:
    document = python(source)
    tree = parse(source, "python")
    assert tree is not None
    found = local_at(tree, at(document, "tmp"))
    assert not isinstance(found, Local)
    assert why in found


@pytest.mark.parametrize("name", ["class", "list", "x", "taken", "Session", "value", "data2"])
def test_names_that_no_variable_gets(name: str) -> None:
    document = python("def f(taken):\n    tmp = g()\n    return tmp\n")
    given = scope_rename(RenameWanted(document, at(document, "tmp"), (name,)), Here())
    assert isinstance(given, Silence)
    assert given.reason == "name-refused"


def test_a_name_that_says_something_is_left_alone() -> None:
    document = python("def f():\n    result = g()\n")
    given = name_local(LocalWanted(document, at(document, "result")), Here())
    assert isinstance(given, Silence)
    assert given.reason == "good-name"


@pytest.mark.parametrize(
    ("one", "many"), [("user", "users"), ("entry", "entries"), ("key", "keys"), ("box", "boxes"), ("match", "matches")]
)
def test_one_and_many(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert singular(one) == ""

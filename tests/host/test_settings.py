from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from breadknife.errors import LeftOut, SettingsError
from breadknife.host.plugins.registry import discover
from breadknife.host.settings import Author, Layer, Settings, file_layers, load, load_file, resolve
from breadknife.host.settings.schema import json_schema
from breadknife.host.trust import trust
from breadknife.task.values import Severity
from breadknife.text.toml import key_places


@dataclass(frozen=True)
class Prose:
    dialect: str = "en-US"
    """The English."""
    spelling: bool = True
    disabled_rules: tuple[str, ...] = ()
    program: str = field(default="", metadata={"needs_trust": True})
    """What to run."""
    limits: tuple[int, int] = (1, 2)

    def __post_init__(self) -> None:
        if self.dialect == "xx":
            raise ValueError("nobody speaks that")


TYPES = {"prose": Prose}


def layer(source: str, author: Author = Author.USER, *, trusted: bool = False) -> Layer:
    return Layer("config.toml", tomllib.loads(source), source, author, trusted)


def said(settings: Settings) -> dict[str, object]:
    return {each.key: each.value for each in settings.entries}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[prose]\nspeling = false\n", "config.toml:2: prose.speling: no such setting; did you mean `spelling`?"),
        ("[prose]\n\nspelling = 3\n", "config.toml:3: prose.spelling: Expected `bool`, got `int`, found 3"),
        ('x.y = """\n[prose]\n"""\n', "config.toml:1: x: no such setting; there are prose, offline, keep_receipts"),
        ("[pose]\nx = 1\n", "config.toml:1: pose: no such setting; did you mean `prose`?"),
        ("ofline = true\n", "config.toml:1: ofline: no such setting; did you mean `offline`?"),
        ("prose = 3\n", "config.toml:1: prose: expected a table, found 3"),
        ('[prose]\ndialect = "xx"\n', "config.toml:2: prose.dialect: nobody speaks that"),
        ("\n'prose'.'spel\\ling' = 1\n", r"config.toml:2: prose.'spel\\ling': no such setting; did you mean"),
        ("[prose]\nmilliseconds = 0\n", "config.toml:2: prose.milliseconds: Expected `int` >= 1, found 0"),
        ("[models]\ncompletion = 1\n", "config.toml:2: models.completion: Expected `str`, got `int`"),
        ('[models]\ncompletion = "qwen"\n', "config.toml:2: models.completion: no model 'qwen'; there are qwen2.5"),
        ('[models]\ncompletion = "smolm2"\n', "no model 'smolm2'; did you mean `smollm2-135m`?"),
        (
            '[models]\ncompletion = "all-minilm-l6-v2"\n',
            "config.toml:2: models.completion: all-minilm-l6-v2 is an encoder, so it can't have the role completion",
        ),
        ('[models]\nrerank = "smollm2-135m"\n', "models.rerank: smollm2-135m is a decoder, so it can't have the role"),
        ('[escalate]\ncompletio = "x"\n', "config.toml:2: escalate.completio: no such setting; did you mean"),
        ('[escalate]\ncompletion = "far:x"\n', "there is no [engines.far] in config.toml"),
        ("[engine]\nthreads = -1\n", "config.toml:2: engine.threads: Expected `int` >= 0"),
        ("[engines.Far]\n", "config.toml:1: engines.Far: a name has small letters"),
        ("[engines.far]\n", "config.toml:1: engines.far: needs a `url`"),
        ('[engines.far]\nurl = "file:///etc"\n', "config.toml:1: engines.far: expected a URL"),
        ("[overrides]\n", "config.toml:1: overrides: expected tables, [[overrides]], found {}"),
        ("[[overrides]]\nprose.spelling = true\n", "config.toml:1: overrides[0]: needs `paths` or `languages`"),
        ('[[overrides]]\npaths = ["a"]\nx = 1\n', "config.toml:3: overrides[0].x: no such setting"),
        ('[[overrides]]\npaths = ["!"]\n', "config.toml:2: overrides[0].paths: Invalid git pattern"),
        (f'[[overrides]]\npaths = ["{"?" * 9000}"]\n', "overrides[0].paths: the patterns are too large; write fewer"),
        ("[[overrides]]\nlanguages = []\n", "config.toml:2: overrides[0].languages: an empty list fits no document"),
        (
            '[[overrides]]\npaths=["a"]\n[[overrides]]\npaths = ["b"]\n[overrides.prose]\nspeling = 1\n',
            "config.toml:6: overrides[1].prose.speling: no such setting; did you mean `spelling`?",
        ),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_with_its_place(source: str, message: str) -> None:
    settings, problems = resolve([layer(source)], TYPES)
    assert len(problems) == 1
    assert message in str(problems[0])
    assert settings.plugins["prose"] == Prose()


def test_tables_of_plugins_that_are_not_loaded_are_passed_over() -> None:
    source = "nonsense = 1\n[prose]\nflavour = 1\n[other]\nx = 1\n[[overrides]]\npaths = ['a']\nother.x = 2\n"
    problems = [str(problem) for problem in resolve([layer(source)], TYPES, are_all=False)[1]]
    assert [("nonsense" in told, "flavour" in told) for told in problems] == [(True, False), (False, True)]
    assert len(resolve([layer(source)], TYPES)[1]) == 4


def test_later_layers_win_and_what_is_right_counts() -> None:
    settings, problems = resolve(
        [
            layer('[prose]\ndialect = "en-GB"\nspelling = false\nwrong = 1\nmilliseconds = 5\nseverities.A = "hint"\n'),
            layer('[prose]\ndialect = "en-AU"\ndisabled_rules = ["A"]\n', Author.WORKSPACE),
            Layer("the editor", {"prose": {"spelling": True, "enabled": False}}),
        ],
        TYPES,
    )
    assert settings.plugins["prose"] == Prose("en-AU", True, ("A",))
    assert (settings.disabled, settings.milliseconds) == ({"prose"}, {"prose": 5})
    assert settings.severities == {"prose": {"A": Severity.HINT}}
    assert len(problems) == 1


OVERRIDES = """
[prose]
spelling = false
[[overrides]]
paths = ["docs/**", "!docs/old/**"]
prose.spelling = true
prose.milliseconds = 7
[[overrides]]
languages = ["python"]
prose.enabled = false
[[overrides]]
paths = ["*.py"]
languages = ["plaintext"]
prose.dialect = "en-GB"
"""


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [
        ("README.md", "markdown", (False, True, "en-US")),
        ("docs/a.md", "markdown", (True, True, "en-US")),
        ("docs/old/a.md", "markdown", (False, True, "en-US")),
        ("docs/conf.py", "python", (True, False, "en-US")),
        ("conf.py", "plaintext", (False, True, "en-GB")),
        (None, "python", (False, False, "en-US")),
        (None, "plaintext", (False, True, "en-US")),
    ],
)
def test_overrides_fit_paths_and_languages(path: str | None, language: str, expected: tuple[object, ...]) -> None:
    whole, problems = resolve([layer(OVERRIDES)], TYPES)
    settings = whole.for_path(path, language)
    prose = settings.plugins["prose"]
    assert problems == ()
    assert whole.plugins["prose"] == Prose(spelling=False)
    assert (prose.spelling, "prose" not in settings.disabled, prose.dialect) == expected
    assert settings.milliseconds == ({"prose": 7} if expected[0] else {})
    assert whole.for_path(path, language) is settings


def test_an_override_counts_less_than_a_later_layer() -> None:
    weak = layer('[[overrides]]\npaths = ["*"]\nprose.spelling = false\nprose.dialect = "a"\n')
    settings, _ = resolve([weak, Layer("the editor", {"prose": {"spelling": True}})], TYPES)
    assert settings.for_path("a", "").plugins["prose"] == Prose("a", True)


DANGEROUS = {
    "offline = false": (False, False),
    'models.completion = "smollm2-135m"': (False, True),
    'models.completion = "far:x"': (False, False),
    'escalate.completion = "smollm2-135m"': (False, False),
    "engine.threads = 1": (False, False),
    'engines.far.url = "http://example.org"': (False, False),
    'prose.program = "evil"': (False, True),
    'overrides = [{ paths = ["*"], prose.program = "evil" }]': (False, True),
    "prose.enabled = true": (False, True),
    'overrides = [{ paths = ["*"], prose.enabled = true }]': (False, True),
    "trusted = true": (False, False),
}
"""What a workspace says -> whether it counts without and with the user's trust."""


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("source", DANGEROUS)
def test_a_workspace_gets_what_it_is_trusted_with(source: str, trusted: bool) -> None:
    own = layer("offline = true\nprose.enabled = false\n")
    before, _ = resolve([own], TYPES)
    settings, problems = resolve([own, layer(source, Author.WORKSPACE, trusted=trusted)], TYPES)
    counts = DANGEROUS[source][trusted]
    assert (settings.entries != before.entries) is counts
    assert (len(problems) == 0) is counts
    assert all("config.toml:1: " in str(problem) for problem in problems)


@pytest.mark.parametrize("source", [source for source, (_, trusted) in DANGEROUS.items() if trusted])
def test_what_is_left_out_is_told_with_the_remedy(source: str) -> None:
    own = layer("prose.enabled = false\n")
    _, [problem] = resolve([own, layer(source, Author.WORKSPACE)], TYPES)
    assert isinstance(problem, LeftOut)
    assert "breadknife trust" in str(problem)


def test_every_marked_setting_of_every_plugin_needs_trust(tmp_path: Path, home: Path) -> None:
    """By the schema: what it doesn't mark, a stranger may set; what it marks, nobody but the user."""
    types = {**discover().settings_types, **TYPES}
    schema = json_schema(types)["properties"]
    for name in types:
        for key, about in schema[name]["properties"].items():
            value = about.get("default", 1)
            (tmp_path / "breadknife.toml").write_text(f"[{name}]\n{key} = {json.dumps(value)}\n")
            settings, problems = load(tmp_path, types)
            assert (f"{name}.{key}" not in said(settings)) == ("only if you trust" in about["description"]), problems


def test_the_editor_may_not_name_programs_for_a_folder_that_is_not_trusted() -> None:
    values = {"prose": {"program": "x"}, "engines": {"far": {"url": "http://example.org"}}, "offline": True}
    for trusted, program in ((False, ""), (True, "x")):
        settings, _ = resolve([Layer("the editor", values, trusted=trusted)], TYPES)
        assert (settings.plugins["prose"].program, settings.engines, settings.offline) == (program, {}, True)


@pytest.mark.parametrize(
    ("files", "value", "problem"),
    [
        ({"pyproject.toml": "[project]\n[tool.breadknife.prose]\ndialect = 'p'\n"}, "p", ""),
        ({"pyproject.toml": "[tool.breadknife]\nprose.dialect = 'p'\n", "breadknife.toml": ""}, "en-US", "alone"),
        ({"pyproject.toml": "[tool.breadknife]\nx = 1\n"}, "en-US", "pyproject.toml:2: x: no such setting"),
        ({"pyproject.toml": "[tool]\nbreadknife = 1\n"}, "en-US", "pyproject.toml:2: tool.breadknife: expected a"),
        ({"pyproject.toml": "[broken"}, "en-US", ""),
        ({"pyproject.toml": "\n[tool.breadknife"}, "en-US", "pyproject.toml:2: not TOML"),
        ({"breadknife.toml": "[prose]\ndialect = 'b'\n"}, "b", ""),
        ({"breadknife.toml": "\ufeff[prose]\ndialect = 'b'\n"}, "b", ""),
        ({"breadknife.toml": "a = " + "[" * 10_000}, "en-US", "breadknife.toml:1: not TOML"),
        ({"breadknife.toml": "a = " + "9" * 10_000}, "en-US", "breadknife.toml:1: "),
        ({"breadknife.toml": "x" * 2_000_000}, "en-US", "larger than 1 MB"),
    ],
)  # fmt: skip
def test_a_workspaces_files(tmp_path: Path, home: Path, files: dict[str, str], value: str, problem: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    settings, problems = load(tmp_path, TYPES)
    assert settings.plugins["prose"].dialect == value
    assert [problem in str(each) for each in problems] == ([True] if problem else [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file")
def test_a_file_that_never_ends_is_not_read(tmp_path: Path, home: Path) -> None:
    (tmp_path / "breadknife.toml").symlink_to("/dev/zero")
    _, [problem] = file_layers(tmp_path)
    assert "not a regular file" in str(problem)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert load_file(path).values == {}
    path.write_text("a = 1\na = = 1\n")
    with pytest.raises(SettingsError, match=r"config.toml:2: not TOML: "):
        load_file(path)


def test_a_trusted_folder_names_its_own_models(tmp_path: Path, home: Path) -> None:
    (tmp_path / "breadknife.toml").write_text('[models]\ncompletion = "smollm2-135m"\n')
    assert load(tmp_path, TYPES)[0].models == {}
    trust(tmp_path)
    assert load(tmp_path, TYPES)[0].models == {"completion": "smollm2-135m"}
    assert load(tmp_path, TYPES, trusted=False)[0].models == {}  # the editor knows better


@pytest.mark.parametrize("trusted", [None, True])
def test_a_link_out_of_a_trusted_folder_is_not_trusted(tmp_path: Path, home: Path, trusted: bool | None) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.toml").write_text('[models]\ncompletion = "smollm2-135m"\n')
    (tmp_path / "in" / "breadknife.toml").symlink_to(tmp_path / "out.toml")
    trust(tmp_path / "in")
    assert load(tmp_path / "in", TYPES, trusted=trusted)[0].models == {}


KEYS = [
    *("prose", "models", "engine", "engines", "escalate", "overrides", "offline", "prosa", "", "paths", "languages"),
    *("spelling", "enabled", "milliseconds", "program", "limits", "completion", "far", "url", "a.b\n", "threads"),
]
WORDS = st.sampled_from(["smollm2-135m", "far:x", "*", "http://localhost"]) | st.text()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
TABLES = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5)


@hypothesis(deadline=None)
@given(TABLES, st.sampled_from(list(Author)), st.booleans())
@example({"overrides": [{"paths": ["[z-a]"]}]}, Author.USER, False)
@example({"engines": {"far": {"url": "http://["}}}, Author.USER, False)
def test_no_settings_break_it(values: dict[str, object], author: Author, trusted: bool) -> None:
    settings, problems = resolve([Layer("the editor", values, "", author, trusted)], TYPES)
    assert isinstance(settings.for_path("a/b.md", "markdown").plugins["prose"], Prose)
    assert all(re.match(r"the editor: [^\n]+", str(problem)) for problem in problems)
    if author is Author.WORKSPACE:
        assert {each.table for each in settings.entries} <= ({"prose", "models"} if trusted else {"prose"})
        assert trusted or "prose.program" not in said(settings)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(alphabet="ab\"'\\\n[]#=", max_size=5)
LINES = st.one_of(
    st.builds("[{}]".format, st.sampled_from(["prose", "models", "engines.far", '"a b".c', "[overrides]", "engine"])),
    st.builds("{} = {}".format, st.sampled_from(["spelling", "paths", "prose.x", "'q'"]), SCALARS.map(json.dumps)),
    st.builds('{} = """\n{}"""'.format, st.sampled_from(["dialect", "url"]), st.text(alphabet="ab[]=\n", max_size=5)),
    st.sampled_from(["# [prose]", "", "completion = ['a', # ]\n'b']", "languages = ['x']", "x = {a = 1, b = ['}']}"]),
    st.text(max_size=8),
)


@hypothesis(deadline=None)
@given(st.lists(LINES, max_size=8).map("\n".join))
def test_no_file_breaks_it(source: str) -> None:
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    _, problems = resolve([Layer("config.toml", values, source, Author.USER)], TYPES)
    assert all(re.match(r"config\.toml:\d+: \S", str(problem)) for problem in problems), problems


@hypothesis(deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "breadknife.toml").write_bytes(content)
    for problem in load(folder, TYPES)[1]:
        assert str(folder / "breadknife.toml") in str(problem)


@hypothesis(deadline=None)
@given(TABLES)
@example({"prose": {"limits": [1, 2], "milliseconds": 3}, "overrides": [{"paths": ["a"], "prose": {"enabled": True}}]})
@example({"engine": {"threads": 2}, "escalate": {"completion": "smollm2-135m"}, "engines": {"far": {"url": "x"}}})
def test_what_is_right_is_right_by_the_schema_too(values: dict[str, object]) -> None:
    _, problems = resolve([Layer("config.toml", values, "", Author.USER)], TYPES)
    if not problems:
        jsonschema.validate(values, json_schema(TYPES), jsonschema.Draft7Validator)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a = 1\n[b]\nc.d = 2\n", {("a",): 1, ("b",): 2, ("b", "c"): 3, ("b", "c", "d"): 3}),
        ("[[a]]\nb = [\n1]\n[[a]]\n[a.c]\nd = 1", {("a",): 1, ("a", 0): 1, ("a", 0, "b"): 2, ("a", 1): 4,
                                                   ("a", 1, "c"): 5, ("a", 1, "c", "d"): 6}),
        ('a = """\nb = 1\n"""  # x = 1\n"c d" = \'#\'\n', {("a",): 1, ("c d",): 4}),
        ("a = {b = 1} # [c]\n", {("a",): 1}),
    ],
)  # fmt: skip
def test_the_lines_of_keys(source: str, lines: dict[tuple[str | int, ...], int]) -> None:
    assert {path: place.line for path, place in key_places(source).items()} == lines


@dataclass(frozen=True)
class Sending:
    url: str = field(default="", metadata={"own_alone": True})
    """Where text is sent."""


@pytest.mark.parametrize(
    ("author", "trusted", "url"),
    [(Author.USER, False, "http://x"), (Author.WORKSPACE, False, ""), (Author.WORKSPACE, True, "")],
)
def test_only_the_user_s_own_file_says_where_text_is_sent(author: Author, trusted: bool, url: str) -> None:
    settings, problems = resolve([layer("prose.url = 'http://x'", author, trusted=trusted)], {"prose": Sending})
    assert settings.plugins["prose"].url == url
    assert [str(each).partition(": ")[2] for each in problems] == (
        [] if url else ["prose.url: only your own config.toml may say that: an editor may send a workspace's settings "
                        "as its own"]
    )  # fmt: skip

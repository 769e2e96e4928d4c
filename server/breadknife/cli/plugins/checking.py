"""Checks that a plugin keeps the contract: its attributes, settings, cascades, and its answers to made-up requests."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast, get_type_hints

import msgspec

from breadknife.cancel import CancelToken
from breadknife.cli.plugins.probes import Probe, probes
from breadknife.disk.reading import read_regular
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.declared import GROUP as MODELS
from breadknife.engine.models.declared import PackageModels, package_models, read_packages
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import PluginError
from breadknife.host.answers.verify import refuse_edits
from breadknife.host.host import Host, Reply
from breadknife.host.kinds import is_kind
from breadknife.host.plugins.registry import GROUP, Registry, load_plugin, roles_of
from breadknife.host.receipts import Outcome, Receipt
from breadknife.host.settings import Settings
from breadknife.host.settings.resolve import EVERY_PLUGINS, TABLES
from breadknife.host.settings.schema import field_docs
from breadknife.task.cascade import Step
from breadknife.task.plugin import Plugin
from breadknife.task.running import check_cascade
from breadknife.task.values import ActionRequest, CheckRequest, Request, ResolveRequest, document_of
from breadknife.text.toml import parse_toml

SECONDS = 30.0
"""How long a plugin may take for one answer."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = frozenset(field.name for field in fields(Settings)) | {*TABLES, *EVERY_PLUGINS}
"""Sections of the settings that are breadknife's own."""

# Whatever a model writes, a plugin must answer. So each is asked with a model that writes nothing, and with one that
# writes what breaks quotes, brackets, paths and code points.
_RAMBLE = "```\n😀 \"'{[(</p>\\ 1/0 \t" * 40
_ENGINES = {"a silent model": (), "a model that rambles": (Line("", _RAMBLE),)}


@dataclass(frozen=True)
class PluginFault:
    """Something in which a plugin breaks the contract."""

    what: str
    remedy: str


@dataclass(frozen=True)
class CheckTarget:
    """The plugin that is checked: its entry point, and the models that its package brings."""

    entry: EntryPoint
    declared: PackageModels

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that a model may have: breadknife's, and the package's own."""
        return frozenset(builtin_catalog().known_roles) | frozenset(self.declared.catalog.roles)


def find(target: str) -> CheckTarget:
    """Return the installed plugin of this name, or the plugin of the package in this folder, installed or not.

    Raises PluginError if there is none.
    """
    if not re.fullmatch(r"\w+", target) or Path(target).is_dir():
        return _in_folder(Path(target))
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    if target not in installed:
        raise PluginError(f"no plugin `{target}` is installed; there are {', '.join(sorted(installed))}")
    return CheckTarget(installed[target], package_models())


def _in_folder(folder: Path) -> CheckTarget:
    """Return the plugin that a folder's pyproject.toml declares; its modules can be imported. Raises PluginError."""
    file = folder / "pyproject.toml"
    try:
        project: dict[str, Any] = parse_toml(read_regular(file, 1 << 20).decode("utf-8")).get("project", {})
    except OSError as error:
        raise PluginError(
            f"{file}: {error.strerror or error}; name an installed plugin or a package's folder"
        ) from None
    except ValueError as error:
        raise PluginError(f"{file}: not TOML: {error}") from None
    entries: dict[str, str] = project.get("entry-points", {}).get(GROUP, {})
    if len(entries) != 1:
        raise PluginError(f'{file}: one plugin is expected in [project.entry-points."{GROUP}"], found {len(entries)}')
    [(name, value)] = entries.items()
    package = value.partition(":")[0].partition(".")[0]
    source = folder / "src" if (folder / "src" / package).exists() else folder
    sys.path.insert(0, str(source.resolve()))
    model_entries: dict[str, str] = project.get("entry-points", {}).get(MODELS, {})
    packages = [module.partition(":")[0] for module in model_entries.values()]
    files = [(module, [source / module.partition(".")[0]]) for module in packages]
    return CheckTarget(EntryPoint(name, value, GROUP), read_packages(str(project.get("name", name)), files))


def faults_of(target: CheckTarget) -> Iterator[PluginFault]:
    """Yield all faults of a plugin. It is asked made-up requests only if nothing else is wrong."""
    entry = target.entry
    try:
        plugin = load_plugin(entry)
    except Exception as error:
        yield PluginFault(
            f"it can't be loaded: {type(error).__name__}: {error}",
            "its entry point must give a plugin, and every setting needs a default",
        )
        return
    static_faults = [
        *_names(plugin, entry),
        *_settings(plugin),
        *_serves(plugin),
        *_roles(plugin, target),
        *_cascades(plugin, entry),
    ]
    yield from static_faults or _answers(plugin)


def _names(plugin: Any, entry: EntryPoint) -> Iterator[PluginFault]:
    name = plugin.name
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield PluginFault(f"`name` is {name!r}", "use small letters, digits and `_`, as in `todo`")
    elif name in RESERVED:
        yield PluginFault(f"`name` is `{name}`, a section of breadknife's own settings", "use another name")
    elif name != entry.name:
        yield PluginFault(f"`name` is `{name}` and its entry point is `{entry.name}`", "use one name for both")
    for method in ("answer", "close"):
        if not callable(getattr(plugin, method)):
            yield PluginFault(f"`{method}` can't be called", "make it a method")


def _settings(plugin: Plugin) -> Iterator[PluginFault]:
    kind = plugin.settings
    if not kind.__dataclass_params__.frozen:
        yield PluginFault(f"`{kind.__name__}` can be changed", "write `@dataclass(frozen=True)`")
    documented = field_docs(kind)
    hints = get_type_hints(kind)
    for field in fields(kind):
        full_name = f"`{kind.__name__}.{field.name}`"
        if field.name in EVERY_PLUGINS:
            yield PluginFault(f"{full_name} is breadknife's own", "remove it: every plugin has that setting")
        if not documented.get(field.name):
            yield PluginFault(f"{full_name} has no docstring", "write what it does, as a string below the field")
        try:
            msgspec.convert(msgspec.to_builtins(getattr(kind(), field.name)), hints[field.name])
        except (TypeError, ValueError) as error:
            yield PluginFault(
                f"{full_name} can't be set in TOML: {error}", "use str, bool, int, float, tuple[…], dict, Literal"
            )


def _serves(plugin: Any) -> Iterator[PluginFault]:
    serves = plugin.serves
    remedy = "write {CheckRequest: frozenset({'python'})}, or {ANY_LANGUAGE} in place of the languages"
    if not isinstance(serves, Mapping) or not serves:
        yield PluginFault("`serves` names no request", remedy)
        return
    for kind, languages in cast("Mapping[Any, Any]", serves).items():
        if not is_kind(kind):
            yield PluginFault(f"`serves` has {kind!r}, which is no request", f"{remedy}; or a kind of OwnRequest")
        elif not isinstance(languages, frozenset) or not all(
            isinstance(language, str) for language in cast("Any", languages)
        ):
            yield PluginFault(f"`serves[{kind.__name__}]` is {languages!r}", remedy)


def _roles(plugin: Plugin, target: CheckTarget) -> Iterator[PluginFault]:
    for problem in target.declared.problems:
        yield PluginFault(problem, "mend its `models.toml`: see docs/plugins.md")
    known = sorted(target.roles)
    for role in roles_of(plugin):
        if role not in known:
            remedy = f"the roles are {', '.join(known)}; one of the plugin's own stands in its `models.toml`"
            yield PluginFault(f"no model has the role `{role}`", remedy)


def _cascades(plugin: Plugin, entry: EntryPoint) -> Iterator[PluginFault]:
    """Check cascades that are found as values of the plugin, or of the module that it comes from."""
    for name, value in [*vars(sys.modules[entry.module]).items(), *vars(type(plugin)).items(), *vars(plugin).items()]:
        if isinstance(value, Sequence) and value and not isinstance(value, str):
            steps = cast("Sequence[Any]", value)
            if all(isinstance(step, Step) for step in steps):
                try:
                    check_cascade(steps)
                except PluginError as error:
                    yield PluginFault(f"the cascade `{name}`: {error}", "each step takes what the one before it gives")


def _answers(plugin: Plugin) -> Iterator[PluginFault]:
    """Ask the plugin all made-up requests, and yield the faults of its answers, each once."""
    reasons: set[str] = set()
    for probe in probes(plugin.serves):
        # Huge documents take long, so they are tried with the first model alone.
        for model, script in list(_ENGINES.items())[: 1 if probe.huge else None]:
            for fault in _probe(plugin, probe, model, script):
                reason = fault.what.partition(":")[2]  # without what was asked: many requests may fail in one way
                if reason not in reasons:
                    reasons.add(reason)
                    yield fault
                if isinstance(fault, _Hung):
                    return


class _Hung(PluginFault):
    """The plugin gave no answer in time. It isn't asked again, because each request would take as long."""


def _probe(plugin: Plugin, probe: Probe, model: str, script: Sequence[Line]) -> Iterator[PluginFault]:
    """Ask one made-up request, and those that an editor would send after its answer. `model` describes `script`."""
    place = f"{type(probe.request).__name__} for {probe.title}, with {model}"
    reply = _ask(plugin, probe.request, script)
    yield from _faults(place, reply.receipts)
    request, document = probe.request, document_of(probe.request)
    if document is None:
        return
    if isinstance(request, CheckRequest):
        yield from _unsound(place, probe, reply)
        if probe.ordinary and _ask(plugin, request, script).findings != reply.findings:
            yield PluginFault(f"{place}: the second answer is another one", "the same text must give the same findings")
        if ActionRequest in plugin.serves:
            for finding in reply.findings[:2]:
                again = _ask(plugin, ActionRequest(document, finding.span, (finding,)), script)
                yield from _faults(f"ActionRequest for a finding in {probe.title}", again.receipts)
    for _, action in reply.actions[:3]:
        if action.data:
            again = _ask(plugin, ResolveRequest(document, action), script)
            yield from _faults(f"ResolveRequest for an action in {probe.title}, with {model}", again.receipts)


def _ask(plugin: Plugin, request: Request, script: Sequence[Line]) -> Reply:
    """Ask a plugin in a new host. A host that is kept would pause the plugin after three failures, also on disk."""
    scripted = {role: f"a script's {role}" for role in roles_of(plugin) if role not in builtin_catalog().roles}
    settings = Settings(plugins={plugin.name: plugin.settings()}, models=scripted)
    host = Host(Registry((plugin,)), ScriptedEngine(script), builtin_catalog(), settings)
    try:
        return host.ask(request, CancelToken.after(SECONDS), plugin=plugin.name)
    finally:
        host.containment.close()


def _faults(place: str, receipts: Sequence[Receipt]) -> Iterator[PluginFault]:
    """Yield a fault for each answer that came too late or failed. `place` says what was asked."""
    for receipt in receipts:
        if receipt.outcome is Outcome.CANCELLED:
            yield _Hung(f"{place}: no answer within {SECONDS:g} s", "poll `context.cancel` in long work, and do less")
        elif receipt.outcome is Outcome.FAILED:
            yield PluginFault(f"{place}: {receipt.sentence} ({receipt.reason})", receipt.remedy or "mend that")


def _unsound(place: str, probe: Probe, reply: Reply) -> Iterator[PluginFault]:
    """Yield faults for findings that say nothing, and for fixes that would break a sound file."""
    assert isinstance(probe.request, CheckRequest)
    document = probe.request.document
    tree = Host(Registry(()), ScriptedEngine(()), builtin_catalog()).tree(document)
    for finding in reply.findings:
        if not finding.message.strip() or not finding.code.strip():
            yield PluginFault(f"{place}: a finding has no message or no code", "say what is wrong")
        for fix in finding.fixes if probe.ordinary else ():
            if why := refuse_edits(document, tree, fix.edits):
                yield PluginFault(
                    f"{place}: the fix “{fix.title}”: {why.sentence}", "offer only fixes that you have tried"
                )

"""Findings that come later: through all that can happen, what the client was told in the end is what plugins say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.host.answers.reply import Reply
from breadknife.host.receipts import Outcome
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.task.values import CheckRequest, Finding, Findings
from breadknife.text.document import Document, Span

URI = "file:///a.md"
PLUGINS = ("nullcheck", "prose")


class Loop(asyncio.SelectorEventLoop):
    """Whose time passes only while everybody waits, and then at once."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        ready: Any = getattr(self, "_ready")  # noqa: B009
        scheduled: list[asyncio.TimerHandle] = getattr(self, "_scheduled")  # noqa: B009
        if not ready and scheduled:
            self.now = max(self.now, min(each.when() for each in scheduled))
        super()._run_once()  # type: ignore[misc]


class Server:
    """What `Diagnostics` needs of the server: two plugins that take their time, one client."""

    def __init__(self, *, pulls: bool) -> None:
        self.found = dict.fromkeys(PLUGINS, "0")
        """What each plugin would say now."""
        self.seconds = dict.fromkeys(PLUGINS, 0.0)
        self.fails = set[str]()
        """Plugins of which the next answer comes too late."""
        self.text: Document | None = Document(URI, "markdown", "text", 1)
        self.client = SimpleNamespace(pulls_diagnostics=pulls, refreshes_diagnostics=True, progress=False)
        self.ready = asyncio.Event()
        self.ready.set()
        self.host = SimpleNamespace(checkers=lambda document, root: PLUGINS)
        self.documents = SimpleNamespace(
            get=lambda uri: self.text,
            uris=lambda: [URI] if self.text else [],
            is_current=lambda document: document is self.text,
            typing=lambda uri: (0, 0.0),
            encoding="utf-16",
            at=lambda path: None,
        )
        self.tasks = set[asyncio.Task[None]]()
        self.shown = dict[str, str]()
        self.pulling: asyncio.Task[None] | None = None
        self.diagnostics = Diagnostics(self)  # type: ignore[arg-type]

    def root_of(self, uri: str) -> None:
        return None

    def spawn(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def in_worker(self, work: Any) -> Any:
        await asyncio.sleep(0)
        return work()

    async def ask(self, request: CheckRequest, *, plugin: str) -> Reply:
        said = self.found[plugin]
        await asyncio.sleep(self.seconds[plugin])
        if plugin in self.fails:
            self.fails.discard(plugin)
            return Reply((), (SimpleNamespace(outcome=Outcome.FAILED, reason="too-slow"),))  # type: ignore[arg-type]
        finding = Finding(Span(0, 1), plugin, said, said)
        return Reply(((plugin, Findings((finding,))),), (SimpleNamespace(outcome=Outcome.ANSWERED, reason=""),))  # type: ignore[arg-type]

    def says(self, plugin: str, what: str) -> None:
        """The plugin would say something else now, and tells that."""
        self.found[plugin] = what
        self.diagnostics.refresh([URI], plugin)

    # The client.

    def text_document_publish_diagnostics(self, params: Any) -> None:
        self.shown = codes(params.diagnostics)

    async def workspace_diagnostic_refresh_async(self, params: object) -> None:
        self.pull()

    def pull(self) -> None:
        if self.pulling:
            self.pulling.cancel()
        self.pulling = self.spawn(self._pull())

    async def _pull(self) -> None:
        for plugin in PLUGINS:
            if self.text is not None:
                items = await self.diagnostics.pull(self.text, plugin)
                self.shown |= codes(items)

    def edit(self) -> None:
        assert self.text is not None
        self.text = Document(URI, "markdown", self.text.text + "x", (self.text.version or 0) + 1)
        self.diagnostics.changed(URI)
        if self.client.pulls_diagnostics:
            self.pull()

    def open(self) -> None:
        self.text = Document(URI, "markdown", "text", 1)
        self.diagnostics.changed(URI)
        if self.client.pulls_diagnostics:
            self.pull()

    def close(self) -> None:
        self.text = None
        self.diagnostics.closed(URI)


def codes(items: Iterable[Any]) -> dict[str, str]:
    """Return what each plugin has found."""
    return dict(str(each.code).split("/") for each in items)


EVENTS = st.one_of(
    st.tuples(st.just("says"), st.sampled_from(PLUGINS), st.sampled_from("123456")),
    st.tuples(st.just("all say"), st.just(""), st.sampled_from("123456")),
    st.tuples(st.just("takes"), st.sampled_from(PLUGINS), st.sampled_from((0.0, 0.3, 5.0))),
    st.tuples(st.just("fails"), st.sampled_from(PLUGINS), st.none()),
    st.tuples(st.just("edit"), st.just(""), st.none()),
    st.tuples(st.just("close"), st.just(""), st.none()),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from((0.0, 0.04, 0.2, 1.0, 10.0))),
)


async def lived(pulls: bool, events: list[tuple[str, str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the client shows in the end, and what the plugins say."""
    server = Server(pulls=pulls)
    server.open()
    for event, plugin, value in events:
        match event:
            case "says":
                server.says(plugin, value)
            case "all say":  # other settings, a part that arrives
                server.found = dict.fromkeys(PLUGINS, value)
                server.diagnostics.refresh()
            case "takes":
                server.seconds[plugin] = value
            case "fails":
                server.fails.add(plugin)
            case "edit" if server.text is not None:
                server.edit()
            case "close":
                server.close() if server.text is not None else server.open()
            case _:
                await asyncio.sleep(value or 0.0)
    if server.text is None:
        server.open()
    await asyncio.sleep(3_600.0)
    for task in server.tasks:
        task.cancel()
    return server.shown, server.found


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.lists(EVENTS, max_size=12))
def test_in_the_end_the_client_shows_what_plugins_say(pulls: bool, events: list[tuple[str, str, Any]]) -> None:
    loop = Loop()
    try:
        shown, said = loop.run_until_complete(lived(pulls, events))
    finally:
        with contextlib.suppress(RuntimeError):
            loop.close()
    assert shown == said


def test_news_during_a_first_check_is_not_lost() -> None:
    """A client that is pushed to was told of it at its next edit."""
    events = [("takes", "prose", 5.0), ("wait", "", 1.0), ("says", "prose", "1")]
    loop = Loop()
    shown, said = loop.run_until_complete(lived(False, events))
    loop.close()
    assert shown == said

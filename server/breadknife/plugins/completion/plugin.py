"""Code completion by a fill-in-the-middle model."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.engine.api import Chunk
from breadknife.plugins.completion.cut import wanted
from breadknife.plugins.completion.filters import PROSE_THRESHOLD, THRESHOLD, UNSURE, confidence, fitted, is_final
from breadknife.plugins.completion.found import Found, surer, waited
from breadknife.plugins.completion.known_word import RULE, known_word
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.pace import Pace
from breadknife.plugins.completion.repository import ContextHolder
from breadknife.plugins.completion.session import Session
from breadknife.plugins.completion.shape import shape_at
from breadknife.plugins.completion.stream import Written
from breadknife.plugins.completion.values import Extent, Where
from breadknife.plugins.completion.writing import Pen, Place, token_start
from breadknife.project.files import may_be_asked_about
from breadknife.project.secrets.contents import is_in_secret
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import ANY_LANGUAGE, API, Context
from breadknife.task.reasons import silence
from breadknife.task.values import (
    Answer,
    Command,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    Origin,
    Request,
    Silence,
    Trigger,
    WhyRequest,
)
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.printable import shortened
from breadknife.text.syntax import changed_tree, has_grammar

log = logging.getLogger(__name__)

DOCUMENTS = 16
"""Of which something is kept."""
ALTERNATIVES = 3
IDLE_SECONDS = 0.4
"""Who types nothing for so long may be about to accept: what would follow is written then."""
AHEAD_TOKENS = 32
LINE_TOKENS = 12
"""Of a usual line of code."""

MOST_SECONDS = 1.5
"""Longer than that nobody waits for an answer that can't grow."""

ASKED_SECONDS = 5.0
"""For a menu that was asked for by hand, which shows nothing of other servers either until all have answered."""

_NAMED = 40
"""Characters of a suggestion that is told of."""

ROLE = "completion"
ACCEPTED = "accepted"


@dataclass(frozen=True)
class CompletionSettings:
    max_lines: int = 12
    """Lines that one suggestion may have at most; 1 means never a block."""
    learn: bool = True
    """Count which suggestions you accept, on this machine only, and let that tune how sure one must be and when it
    comes."""


@dataclass(frozen=True)
class Asked:
    request: CompletionRequest
    at: float
    """Of `time.monotonic()`."""
    session: Session
    number: int


class CompletionPlugin:
    api = API
    name = "completion"
    settings: type[Any] = CompletionSettings
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys(
        (CompletionRequest, WhyRequest), frozenset({ANY_LANGUAGE})
    )
    roles: tuple[str, ...] = (ROLE,)

    def __init__(self, learning: Learning | None = None) -> None:
        self._learning = learning or Learning()
        self._pace = Pace()
        self._contexts = ContextHolder()
        self._sessions: dict[str, Session] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._steps = (
            Step("place", Kind.RULE, Asked, Place, self._place),
            Step("known", Kind.RULE, Place, Place, self._known),
            Step("model", Kind.SMALL, Place, Found, self._model, role=ROLE),
            Step("fit", Kind.RULE, Found, Completions, self._fit),
        )

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CompletionRequest(document=document, offset=offset):
                now, session = time.monotonic(), self._session(document.uri)
                number, moved = session.begin(document, offset)
                if moved and request.trigger is Trigger.TYPING:
                    self._pace.typed(now)
                refused = session.refused(document, offset)
                if refused and not request.listed:
                    self._learning.rejected(refused)
                return context.run(self._steps, Asked(request, now, session, number))
            case WhyRequest(document=document, span=span):
                return self._why(CompletionRequest(document, span.end, grows=False, listed=True), context)
            case CommandRequest(command=Command(name=name, arguments=(id, characters))) if name == ACCEPTED:
                if characters.isdecimal():
                    self._learning.accepted(id, int(characters))
                return Done()
            case _:
                return None

    def _why(self, request: CompletionRequest, context: Context) -> Answer | None:
        """What is said of a place where nobody has typed lately: as if somebody did."""
        session = self._session(request.document.uri)
        number, _ = session.begin(request.document, request.offset)
        answer = context.run(self._steps, Asked(request, time.monotonic(), session, number))
        if isinstance(answer, Completions) and answer.items:
            return silence("ready", text=shortened(" ".join(answer.items[0].text.split()), _NAMED))
        return answer if isinstance(answer, Silence) else None

    def close(self) -> None:
        with self._lock:
            for session in self._sessions.values():
                session.close()
        self._learning.close()

    def _session(self, uri: str) -> Session:
        with self._lock:
            session = self._sessions[uri] = self._sessions.pop(uri, None) or Session()
            while len(self._sessions) > DOCUMENTS:
                self._sessions.pop(next(iter(self._sessions))).close()
            return session

    def _place(self, asked: Asked, context: Context) -> Verdict:
        """Where, and how much is wanted."""
        request, settings = asked.request, context.settings(CompletionSettings)
        if not may_be_asked_about(request.document, context.project):
            return Vetoed(silence("ignored-file"))
        document, offset, selected = _continued(request)
        tree, invoked = context.tree(document), request.trigger is Trigger.INVOKED
        if tree is None and has_grammar(document.language):  # nothing could pass the parse gate
            return Vetoed(silence("no-tree"))
        if is_in_secret(document.text, offset):
            return Vetoed(silence("in-secret"))
        shape = shape_at(document, offset, tree, settings.max_lines, invoked=invoked)
        if shape.extent is Extent.NOTHING:
            if asked.session.is_newest(asked.number):
                asked.session.streams.stop()
            return Vetoed(silence(shape.reason))
        if invoked:
            budget = ASKED_SECONDS if request.listed else float("inf")
        else:
            budget = self._pace.budget if request.grows else MOST_SECONDS
        project = context.project
        snippets = self._contexts.context(document, offset, tree, project)
        has_words = shape.where is Where.CODE and not (invoked or request.listed)
        place = Place(
            document=document,
            offset=offset,
            selected=selected,
            shape=shape,
            tree=tree,
            invoked=invoked,
            due=asked.at + budget,
            session=asked.session,
            number=asked.number,
            snippets=snippets,
            project_name=project.root.name if project else "",
            word=known_word(document, offset, snippets) if has_words else None,
        )
        return PassedOn(place)

    def _known(self, place: Place, context: Context) -> Verdict:
        """What was written before may be all that is wanted."""
        if not _is_current(place, context):
            return Vetoed(silence("superseded"))
        known = None if place.invoked else place.session.streams.find(place.document, place.offset)
        if known:
            stream, typed = known
            written = stream.so_far()
            if written.text.startswith(typed):
                found = Found(place, stream, typed, written, known=True)
                ended = written.last.finish == "stop" or place.complete(found.rest(written))
                if ended or is_final(found.judged(found.draft(written), written, self._threshold(place, context))):
                    return self._fit(found, context)
        return PassedOn(place)

    def _model(self, place: Place, context: Context) -> Verdict:
        """What the model writes: all of it, or what there is when the answer is due."""
        session, cancel = place.session, context.cancel
        if not _is_current(place, context):
            return Vetoed(silence("superseded"))
        found = None if place.invoked else session.streams.find(place.document, place.offset)
        delay = 0.0 if found or place.invoked else self._pace.delay
        if delay:
            delay = self._learning.patience(delay, place.document.language) if _learns(context) else delay
            if not session.pause(delay, place.number, cancel):
                return Vetoed(silence("superseded"))
        pen, tried = Pen(context.model(ROLE), self._pace), set[int]()
        while True:
            # An older request must not stop what a newer one has begun.
            if not _is_current(place, context):
                return Vetoed(silence("superseded"))
            if not found:
                starts = (token_start(place.document.text, place.offset, held=pen.holds), place.offset)
                start = next((start for start in starts if start not in tried), None)
                if start is None:
                    return Vetoed(silence("empty"))
                found = pen.stream(place, start), place.document.text[start : place.offset]
            stream, typed = found
            tried.add(stream.start)
            stream.want(place.goal(stream.start), place.shape.max_tokens)
            session.streams.add(stream)
            written = stream.wait(cancel, place.due)
            while written.writing and not written.text.startswith(typed) and typed.startswith(written.text):
                if place.word:
                    return PassedOn(Found(place, stream, typed, written))
                written = stream.wait(cancel, place.due, len(written.text))
            said = place.typed(stream.start).within(written.text, unfinished=written.writing)
            if said is not None:
                typed = said
                break
            found = None
        others = pen.alternatives(place, stream.start, typed, written, cancel) if place.invoked else ()
        return PassedOn(Found(place, stream, typed, written, tuple(others)))

    def _fit(self, found: Found, context: Context) -> Verdict:
        """What of it may be shown. What doesn't fit as far as it is written may do so when there is more."""
        place, threshold = found.place, self._threshold(found.place, context)
        pen = Pen(context.model(ROLE), self._pace)
        pen.evaluate_ahead(place, IDLE_SECONDS)
        written, draft, fit = waited(found, threshold, context)
        refused = is_final(fit)
        if refused:
            found.stream.stop()
        if isinstance(fit, Silence) and fit.reason == UNSURE:
            draft, fit = surer(found, written, threshold) or (draft, fit)
        stopped = not (draft.complete or written.writing or written.last.finish or refused)
        if stopped and not place.session.is_newest(place.number):
            return Vetoed(silence("superseded"))
        others = sorted((found.draft(other) for other in found.others), key=confidence, reverse=True)
        fits = [(draft, fit), *((other, fitted(other, threshold=threshold)) for other in others)]
        shown = {" ".join(text.split()): (each, text) for each, text in fits[::-1] if isinstance(text, str)}
        origin = pen.model.origin(Chunk("") if found.known else written.last)
        # The best one comes last here: it is the one on the screen.
        items = [self._item(place, text, confidence(each), origin, context) for each, text in shown.values()][::-1]
        if isinstance(fit, Silence) and not items:
            items = self._known_word(found, written, threshold, context)
            if not items:
                return Vetoed(fit)
        incomplete = written.writing and not draft.complete and not refused
        if incomplete:
            found.stream.then(lambda: context.refresh() if place.session.is_newest(place.number) else None)
        elif isinstance(fit, str) and not refused:
            self._look_ahead(found, fit)
        return Settled(Completions(tuple(items[:ALTERNATIVES]), incomplete))

    def _threshold(self, place: Place, context: Context) -> float:
        if place.invoked:
            return 0.0
        least = self._learning.threshold(THRESHOLD, place.document.language) if _learns(context) else THRESHOLD
        return max(least, PROSE_THRESHOLD) if place.shape.where is Where.PROSE else least

    def _known_word(self, found: Found, written: Written, threshold: float, context: Context) -> list[CompletionItem]:
        """For where the model has nothing to show, unless it says that nothing is missing."""
        place, word = found.place, found.place.word
        ended = not written.writing and not found.rest(written).strip()
        if word is None or ended or word.certainty < threshold:
            return []
        if fitted(found.part(written, word.left), threshold=0.0) != word.left:
            return []
        return [self._item(place, word.left, word.certainty, Origin(RULE), context)]

    def _item(self, place: Place, text: str, certainty: float, origin: Origin, context: Context) -> CompletionItem:
        command: Command | None = None
        new = str(next(self._ids))
        id = place.session.offers(place.document, place.offset, text, new)
        if _learns(context):
            if id == new:
                self._learning.offered(id, place.document.language, certainty)
            command = Command(ACCEPTED, "Accept", (id, str(len(text))))
        span = Span(place.offset, place.offset)
        if place.selected:
            span, text = place.selected.span, place.selected.new_text + text
        return CompletionItem(span, text, origin, command)

    def _look_ahead(self, found: Found, text: str) -> None:
        """Have written what would follow if `text` was accepted: when the user stops typing, or in time for their
        last key of it. Once: the stream doesn't write what it has."""
        place, stream = found.place, found.stream
        accepted = found.typed + text
        if place.invoked or not stream.so_far().text.startswith(accepted):
            return

        def write_on() -> None:
            if not place.session.is_newest(place.number):
                return
            edit = TextEdit(Span(place.offset, place.offset), text)
            tree = changed_tree(place.tree, edit) if place.tree else None
            document, offset = place.document.edited((edit,)), place.offset + len(text)
            shape = shape_at(document, offset, tree, place.shape.max_lines)
            if shape.extent is Extent.NOTHING:
                return

            def enough(written: str) -> bool:
                rest = written[len(accepted) :]
                return wanted(rest, shape)[1] or "\n" in rest.lstrip()

            stream.want(enough, AHEAD_TOKENS, at_rest=True)

        in_time = len(text) * self._pace.gap - self._pace.writing(LINE_TOKENS)
        timer = threading.Timer(min(max(in_time, 0.0), IDLE_SECONDS), write_on)
        timer.daemon = True
        timer.start()


def _is_current(place: Place, context: Context) -> bool:
    """Whether nothing was asked since. Raises Cancelled."""
    context.cancel.raise_if_cancelled()
    return place.session.is_newest(place.number)


def _learns(context: Context) -> bool:
    return context.settings(CompletionSettings).learn


def _continued(request: CompletionRequest) -> tuple[Document, int, TextEdit | None]:
    """The document and the offset to complete at: as if the entry selected in the editor's menu was accepted."""
    if request.selected is None:
        return request.document, request.offset, None
    span, text = request.selected
    edit = TextEdit(span, text)
    document = request.document.edited((edit,), request.document.version)
    return document, span.start + len(text), edit

"""Code completion by a fill-in-the-middle model."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from breadknife.engine.api import Chunk
from breadknife.lru import LruCache
from breadknife.plugins.completion.continuation import Continuation, hold_offer, wait_until_shown
from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.filters import (
    FOLLOWING,
    PROSE_THRESHOLD,
    THRESHOLD,
    confidence,
    fitted,
    is_final,
)
from breadknife.plugins.completion.generation import CompletionTask, TextGenerator, token_start
from breadknife.plugins.completion.known_line import known_line
from breadknife.plugins.completion.known_word import RULE, known_word
from breadknife.plugins.completion.known_word import THRESHOLD as LIKELY
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.next_edit.answers import next_edit, next_edit_actions
from breadknife.plugins.completion.pace import Pace
from breadknife.plugins.completion.repository import ContextHolder
from breadknife.plugins.completion.session import Session
from breadknife.plugins.completion.shape import Extent, shape_at
from breadknife.plugins.completion.truncate import truncate
from breadknife.project.files import may_be_asked_about
from breadknife.project.secrets.contents import is_in_secret
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import ANY_LANGUAGE, API, Context
from breadknife.task.reasons import silence
from breadknife.task.values import (
    ActionRequest,
    Answer,
    Command,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    NextEditRequest,
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
"""Documents that a session is kept of."""
ALTERNATIVES = 3
"""The most suggestions of one answer."""
IDLE_SECONDS = 0.4
"""A user who types nothing for so long may be about to accept: what would follow is written then."""
AHEAD_TOKENS = 32
"""The most tokens that are written of what would follow."""
LINE_TOKENS = 12
"""Tokens of a usual line of code."""
MOST_SECONDS = 1.5
"""The longest that an answer that can't grow may take."""
ASKED_SECONDS = 5.0
"""The same for a menu that was asked for by hand: editors show nothing of other servers until all have answered."""
ALTERNATIVES_SECONDS = 0.8
"""After which alternatives are shown as far as they are written, where they can grow."""
_QUOTED_CHARACTERS = 40
"""Characters of a suggestion that *why nothing here?* quotes."""

ROLE = "completion"
ACCEPTED = "accepted"


@dataclass(frozen=True)
class CompletionSettings:
    max_lines: int = 12
    """Lines that one suggestion may have at most; 1 means never a block."""
    next_edit: bool = True
    """After a change, offer what is likely to follow: the same change on another line, or a missing import."""
    learn: bool = True
    """Count which suggestions you accept, on this machine only, and let that tune how sure one must be."""


class CompletionPlugin:
    """Answers completions in four steps, each of which may settle the answer or refuse it: `_prepare` decides what is
    wanted at the cursor, `_reuse` looks in what is written already, `_generate` has the model write, and `_fit` makes
    what it has written fit to be shown."""

    api = API
    name = "completion"
    settings: type[Any] = CompletionSettings
    serves: Mapping[type[Any], frozenset[str]] = dict.fromkeys(
        (CompletionRequest, NextEditRequest, ActionRequest, WhyRequest), frozenset({ANY_LANGUAGE})
    )
    roles: tuple[str, ...] = (ROLE,)

    def __init__(self, learning: Learning | None = None) -> None:
        self._learning = learning or Learning()
        self._pace = Pace()
        self._contexts = ContextHolder()
        self._sessions = LruCache[str, Session](DOCUMENTS, on_drop=Session.close)
        self._ids = itertools.count(1)
        self._steps = (
            Step("place", Kind.RULE, CompletionRequest, CompletionTask, self._prepare),
            Step("known", Kind.RULE, CompletionTask, CompletionTask, self._reuse),
            Step("model", Kind.SMALL, CompletionTask, Continuation, self._generate, role=ROLE),
            Step("fit", Kind.RULE, Continuation, Completions, self._fit),
        )

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        match request:
            case CompletionRequest():
                return context.run(self._steps, request)
            case NextEditRequest() | ActionRequest() if not self._offers_next_edit(request.document, context):
                return None
            case NextEditRequest(document=document):
                return next_edit(document, context)
            case ActionRequest(document=document):
                return next_edit_actions(document, context)
            case WhyRequest(document=document, span=span):
                # As if somebody typed there. A menu: to move on from it rejects nothing.
                request = CompletionRequest(document, span.end, grows=False, listed=True)
                answer = context.run(self._steps, request)
                if isinstance(answer, Completions) and answer.items:
                    return silence("ready", text=shortened(" ".join(answer.items[0].text.split()), _QUOTED_CHARACTERS))
                return answer if isinstance(answer, Silence) else None
            case CommandRequest(command=Command(name=name, arguments=(id, characters))) if name == ACCEPTED:
                if characters.isdecimal():
                    self._learning.accepted(id, int(characters))
                return Done()
            case _:
                return None

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()
        self._learning.close()

    @staticmethod
    def _offers_next_edit(document: Document, context: Context) -> bool:
        return context.settings(CompletionSettings).next_edit and may_be_asked_about(document, context.project)

    def _prepare(self, request: CompletionRequest, context: Context) -> Verdict:
        """Note that the user has moved on to this cursor, and decide how much is to be suggested there."""
        now, session = time.monotonic(), self._sessions.get_or_add(request.document.uri, Session)
        number, moved = session.begin(request.document, request.offset)
        if moved and request.trigger is Trigger.TYPING:
            self._pace.typed(now)
        rejected = session.take_rejected(request.document, request.offset)
        if rejected and not request.listed:
            self._learning.rejected(rejected)
        if not may_be_asked_about(request.document, context.project):
            return Vetoed(silence("ignored-file"))
        cursor, selected = _cursor(request, context)
        # A client that shows how they grow asks for them again as if somebody typed.
        invoked, project = request.trigger is Trigger.INVOKED or bool(session.alternatives), context.project
        if cursor.tree is None and has_grammar(cursor.language):  # nothing could pass the parse gate
            return Vetoed(silence("no-tree"))
        if is_in_secret(cursor.document.text, cursor.offset):
            return Vetoed(silence("in-secret"))
        shape = shape_at(cursor, context.settings(CompletionSettings).max_lines, invoked=invoked)
        if shape.extent is Extent.NOTHING:
            if session.is_newest(number):
                session.streams.stop()
            return Vetoed(silence(shape.reason))
        snippets = self._contexts.context(cursor, project)
        may_repeat = cursor.region is Region.CODE and not (invoked or request.listed)
        line = known_line(cursor) if may_repeat else None
        is_likely = line is not None and line.certainty >= LIKELY
        word = known_word(cursor.document, cursor.offset, snippets) if may_repeat and not is_likely else None
        return PassedOn(
            CompletionTask(
                cursor=cursor,
                selected=selected,
                shape=shape,
                invoked=invoked,
                due=now + self._budget(request),
                threshold=0.0 if invoked else self._threshold(cursor, context),
                session=session,
                number=number,
                snippets=snippets,
                project_name=project.root.name if project else "",
                known=line if is_likely else word,
                line=line,
            )
        )

    def _reuse(self, task: CompletionTask, context: Context) -> Verdict:
        """Settle if an earlier request's stream has all that is to be suggested."""
        if not _is_current(task, context):
            return Vetoed(silence("superseded"))
        match = None if task.invoked else task.find_stream()
        if match:
            stream, typed = match
            continuation = Continuation(task, stream, typed, stream.generated, reused=True)
            if continuation.generated.text.startswith(typed):
                is_whole = continuation.generated.last.finish == "stop" or task.is_complete(continuation.rest)
                if is_whole or is_final(continuation.fit(continuation.draft)):
                    return self._fit(continuation, context)
        return PassedOn(task)

    def _generate(self, task: CompletionTask, context: Context) -> Verdict:
        """Have the model write: all that is to be suggested, or what there is when the answer is due."""
        session, cursor, cancel = task.session, task.cursor, context.cancel
        if not _is_current(task, context):
            return Vetoed(silence("superseded"))
        generator, tried_starts = TextGenerator(context.model(ROLE), self._pace), set[int]()
        is_untold = task.invoked and generator.is_remote  # what else it might have written
        match = None if is_untold else task.find_stream()
        delay = 0.0 if match or task.invoked else self._pace.delay
        if delay and not session.pause(delay, task.number, cancel):
            return Vetoed(silence("superseded"))
        while True:  # until a stream's text agrees with what is typed
            # An older request must not stop what a newer one has begun.
            if not _is_current(task, context):
                return Vetoed(silence("superseded"))
            if not match:
                text, offset = cursor.document.text, cursor.offset
                starts = (token_start(text, offset, held=not generator.is_remote), offset)
                start = next((start for start in starts if start not in tried_starts), None)
                if start is None:
                    return Vetoed(silence("empty"))
                match = generator.stream(task, start), text[start:offset]
            stream, typed = match
            tried_starts.add(stream.start)
            stream.want(task.goal(stream.start), task.shape.max_tokens)
            session.streams.add(stream)
            if task.invoked:
                generator.alternatives(task, stream, typed, cancel)
            generated = stream.wait(cancel, task.due)
            # It is due, and the model hasn't got further than the user has typed.
            while generated.writing and generated.text != typed and typed.startswith(generated.text):
                if task.known:
                    return PassedOn(Continuation(task, stream, typed, generated))
                generated = stream.wait(cancel, task.due, len(generated.text))
            matched = task.typed(stream.start).match(generated.text, unfinished=generated.writing)
            if matched is not None:
                break
            session.keep_alternatives(())
            match = None
        others = generator.written(task, cancel) if task.invoked else ()
        return PassedOn(Continuation(task, stream, matched, generated, others))

    def _fit(self, continuation: Continuation, context: Context) -> Verdict:
        """Settle with what of the text may be shown. A text that doesn't fit as far as it is written may fit when there
        is more of it."""
        task, generator = continuation.task, TextGenerator(context.model(ROLE), self._pace)
        generator.evaluate_ahead(task, IDLE_SECONDS)
        continuation, draft, form = wait_until_shown(continuation, context.cancel)
        if isinstance(form, Silence) and form.reason == FOLLOWING.reason and not task.invoked:
            between = self._between(continuation, generator)
            if between:
                continuation, draft, form = wait_until_shown(between, context.cancel)
        generated, stream = continuation.generated, continuation.stream
        is_refused = is_final(form)
        if is_refused:
            stream.stop()
        draft, form = hold_offer(continuation, draft, form)
        was_stopped = not (draft.complete or generated.writing or generated.last.finish or is_refused)
        if was_stopped and not task.is_newest:
            return Vetoed(silence("superseded"))
        others = sorted(continuation.alternative_drafts, key=confidence, reverse=True)
        forms = [(draft, form), *((other, fitted(other, threshold=task.threshold)) for other in others)]
        # One of those that differ only in blanks, the best.
        shown = {" ".join(text.split()): (source, text) for source, text in forms[::-1] if isinstance(text, str)}
        origin = generator.model.origin(Chunk("") if continuation.reused else generated.last)
        # The best one is made last: the session takes the newest offer for the one on the screen.
        items = [self._item(task, text, confidence(source), origin, context) for source, text in shown.values()][::-1]
        if isinstance(form, Silence) and not items:
            items = self._known_text(continuation, context)
            if not items:
                return Vetoed(form)
        is_incomplete = generated.writing and not draft.complete and not is_refused
        growing = [stream] if is_incomplete else []
        growing += [other for other in task.session.alternatives if task.invoked and other.generated.writing]
        is_incomplete = bool(growing)
        if is_incomplete:
            for text in growing:
                text.then(lambda: context.refresh() if task.is_newest else None)
        elif isinstance(form, str) and not is_refused:
            self._look_ahead(continuation, form)
        return Settled(Completions(tuple(items[:ALTERNATIVES]), is_incomplete))

    @staticmethod
    def _between(continuation: Continuation, generator: TextGenerator) -> Continuation | None:
        """Return the beginning of what may stand before the next line, for a continuation that only repeats that; None
        if there is none, or the continuation is such a second try itself."""
        task, refused = continuation.task, continuation.stream
        if refused.is_branch or not task.is_new_line or not task.is_newest:
            return None
        stream = generator.between(task, refused.start, continuation.typed, continuation.generated)
        if stream is None:
            return None
        stream.want(task.goal(stream.start), task.shape.max_tokens)
        task.session.streams.add(stream)
        return replace(continuation, stream=stream, generated=stream.generated, reused=False)

    def _budget(self, request: CompletionRequest) -> float:
        """Return the seconds after which the beginning of a suggestion is enough."""
        if request.trigger is Trigger.INVOKED:
            return ASKED_SECONDS if request.listed else ALTERNATIVES_SECONDS if request.grows else float("inf")
        return self._pace.budget if request.grows else MOST_SECONDS

    def _threshold(self, cursor: CursorContext, context: Context) -> float:
        """Return the least confidence of what is shown at a cursor, from 0 to 1."""
        least = self._learning.threshold(THRESHOLD, cursor.language) if _learns(context) else THRESHOLD
        return max(least, PROSE_THRESHOLD) if cursor.region is Region.PROSE else least

    def _known_text(self, continuation: Continuation, context: Context) -> list[CompletionItem]:
        """Return the word or line at the cursor as a suggestion, if it is known and certain enough: for where the model
        has nothing to show yet. None if the model has written that nothing follows."""
        task, known = continuation.task, continuation.task.known
        nothing_follows = not continuation.generated.writing and not continuation.rest.strip()
        if known is None or nothing_follows or known.certainty < task.threshold:
            return []
        if fitted(continuation.draft_of(known.rest), threshold=0.0) != known.rest:
            return []
        return [self._item(task, known.rest, known.certainty, Origin(RULE), context)]

    def _item(
        self, task: CompletionTask, text: str, certainty: float, origin: Origin, context: Context
    ) -> CompletionItem:
        """Return a suggestion, noted as offered. Accepting it is counted, if that may be."""
        command: Command | None = None
        document, offset, new_id = task.cursor.document, task.cursor.offset, str(next(self._ids))
        id = task.session.offer(document, offset, text, new_id)
        if _learns(context):
            if id == new_id:
                self._learning.offered(id, document.language, certainty)
            command = Command(ACCEPTED, "Accept", (id, str(len(text))))
        span = Span(offset, offset)
        if task.selected:
            span, text = task.selected.span, task.selected.new_text + text
        return CompletionItem(span, text, origin, command)

    def _look_ahead(self, continuation: Continuation, text: str) -> None:
        """Have the model write what would follow if `text` was accepted: when the user pauses, or in time for their
        last key of it, whichever comes first. It does so once: a stream doesn't write again what it has."""
        task, stream = continuation.task, continuation.stream
        accepted = continuation.typed + text
        if task.invoked or not stream.generated.text.startswith(accepted):
            return

        def write_on() -> None:
            if not task.is_newest:
                return
            cursor = task.cursor
            edit = TextEdit(Span(cursor.offset, cursor.offset), text)
            tree = changed_tree(cursor.tree, edit) if cursor.tree else None
            after = CursorContext(cursor.document.edited((edit,)), cursor.offset + len(text), tree)
            shape = shape_at(after, task.shape.max_lines)

            def is_enough(written: str) -> bool:
                rest = written[len(accepted) :]
                return truncate(rest, shape)[1] or "\n" in rest.lstrip()

            if shape.extent is not Extent.NOTHING:
                stream.want(is_enough, AHEAD_TOKENS, at_rest=True)

        in_time = len(text) * self._pace.gap - self._pace.writing(LINE_TOKENS)
        timer = threading.Timer(min(max(in_time, 0.0), IDLE_SECONDS), write_on)
        timer.daemon = True
        timer.start()


def _is_current(task: CompletionTask, context: Context) -> bool:
    """Tell whether the task is of the document's newest request. Raises Cancelled."""
    context.cancel.raise_if_cancelled()
    return task.is_newest


def _learns(context: Context) -> bool:
    return context.settings(CompletionSettings).learn


def _cursor(request: CompletionRequest, context: Context) -> tuple[CursorContext, TextEdit | None]:
    """Return the cursor, as if the entry selected in the editor's menu was accepted, and that entry's edit."""
    document, offset, edit = request.document, request.offset, None
    if request.selected is not None:
        edit = TextEdit(*request.selected)
        document = document.edited((edit,), document.version)
        offset = edit.span.start + len(edit.new_text)
    return CursorContext(document, offset, context.tree(document)), edit

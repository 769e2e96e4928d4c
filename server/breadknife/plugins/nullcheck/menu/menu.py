"""The menu of fixes at a place: the best three that no check has refused, and everything else behind "More…"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from breadknife.plugins.nullcheck.core.nullness import GIVEN
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.menu.choices import ChoiceStore, by_choice, name_of
from breadknife.plugins.nullcheck.menu.never_first import NO_ACTION, NOT_FIRST, never_first, with_a_good_first
from breadknife.plugins.nullcheck.menu.repair import rule
from breadknife.plugins.nullcheck.menu.titles import fitted, menu_title
from breadknife.plugins.nullcheck.repairs.merging import merging_model
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.shown.grouping import reported
from breadknife.plugins.nullcheck.shown.silenced import silencing
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, SOURCE, Dereference, RepairOffer, Strategy
from breadknife.plugins.nullcheck.verify.ladder import Ladder, LadderResult, ProposedEdit
from breadknife.plugins.nullcheck.verify.oracle.tools import InstalledChecker
from breadknife.project.tests import is_test
from breadknife.task.plugin import Context
from breadknife.task.values import Action, ActionRequest, Command, Finding, Origin
from breadknife.text.document import TextEdit

LISTED = 3
"""Fixes that a menu shows before "More…"."""
LEAST_FIRST = 20
"""The least chance in percent that a maintainer would write what an editor prefers. Of 30 first repairs in new
packages a reader called 22 wrong. Of those whose findings are still shown, 8 of 13 have less, and 2 of the 4 that are
acceptable."""
TELL = "tell"
"""The command of an entry that only tells something: its argument."""


def ranked(file: NullFile, place: Dereference, about: Sequence[Finding], uri: str) -> list[RepairOffer]:
    """Return the offers for a place, best first."""
    return with_a_good_first(list(file.offers(place, about)), can_happen(file, place), uri)


@dataclass(frozen=True)
class Menu:
    file: NullFile
    request: ActionRequest
    ladder: Ladder
    choices: ChoiceStore
    context: Context

    def actions(self) -> Iterator[Action]:
        """Yield the actions: if several places share the position, the repairs of each, then what only hides a
        finding.

        The first three repairs that no check has refused are listed. An installed checker has agreed to them by then if
        the cursor stood on the finding for a moment: a menu that is opened sooner doesn't wait, and what is chosen from
        it is still checked before it is made. What only hides a finding is listed if nothing repairs it. Everything
        else waits behind "More…": it is checked when that is opened. If no repair is listed, an entry that can't be
        chosen says why."""
        repairs, hiding, places = list[Action](), list[Action](), self._places()
        silenced = list[Finding]()
        for at, (place, about) in enumerate(places.items()):
            offers = self._offers(place, about)
            happens = can_happen(self.file, place)
            for offer in offers:
                action = self._action(offer, place, about, can_happen=happens)
                (hiding if offer.strategy in HIDING else repairs).append(action)
            if all(offer.strategy is not Strategy.IGNORE for offer in offers):
                silenced += about
            if at == 0 and offers:
                self._look_ahead(offers, about)
        hiding = [replace(action, preferred=False) for action in (*hiding, *self._silencing(silenced))]
        repairs = list(_limited(_distinct(repairs)))
        if not any(action.listed for action in repairs):
            yield from (self._without_fix(place, about, bool(repairs)) for place, about in list(places.items())[:1])
        yield from repairs
        yield from (replace(action, listed=False) for action in hiding) if repairs else _limited(hiding)

    def _offers(self, place: Dereference, about: tuple[Finding, ...]) -> list[RepairOffer]:
        found = ranked(self.file, place, about, self.request.document.uri)
        offers = [offer for offer in found if (known := self._known(offer, about)) is None or known.broken is None]
        if not self._settings.learn or not offers:
            return offers
        name = name_of(self.file.tree, place.span)
        return by_choice(offers, self.choices.of(self.context.root, name), name)

    def _without_fix(self, place: Dereference, about: tuple[Finding, ...], has_unsafe: bool) -> Action:
        """Return the entry that says why no repair of a place is listed."""
        refused = (
            known for offer in self.file.offers(place, about) if (known := self._known(offer, about)) is not None
        )
        checker = next((known.checker for known in refused if known.broken is not None), "")
        why = NOT_FIRST if has_unsafe else f"{checker} objects to each repair" if checker else NO_ACTION
        name = name_of(self.file.tree, place.span)
        title = fitted(f"No safe fix for `{name}`" if name else "No safe fix")
        return Action(title, findings=about, disabled=why, command=Command(TELL, title, (f"{title}: {why}",)))

    def _places(self) -> dict[Dereference, tuple[Finding, ...]]:
        """Return the places that the editor shows: of its findings, and of our own that it shows as places of another
        one."""
        given = self.request.findings
        own = [finding for finding in given if finding.source == SOURCE]
        shown = {finding.span for finding in own}
        own += [finding for finding in reported(self.file.findings(), self._settings) if finding.span not in shown]
        others = [finding for finding in given if finding.source != SOURCE]
        places: dict[Dereference, tuple[Finding, ...]] = {}
        for finding in (*own, *others):
            if finding.span.touches(self.request.span) and (place := self.file.place(finding)) is not None:
                places[place] = (*places.get(place, ()), finding)
        return places

    def _edited(self, offer: RepairOffer) -> ProposedEdit:
        return ProposedEdit.by(self.request.document, offer)

    def _known(self, offer: RepairOffer, about: tuple[Finding, ...]) -> LadderResult | None:
        return self.ladder.known(self._edited(offer), about, self.context.project)

    def _action(
        self, offer: RepairOffer, place: Dereference, about: tuple[Finding, ...], *, can_happen: bool
    ) -> Action:
        known = self._known(offer, about)
        climb = replace(known or LadderResult(), is_torn=self.file.tree.root.has_error)
        is_first = not never_first(offer, can_happen, self.request.document.uri)
        is_safe = known is not None or self._checker is None  # editors make a preferred one by a single key
        data = self._data(offer, place, is_first=is_first)
        chance = int(data["chance"])
        is_likely = chance >= 100 * merging_model().least  # as `breadknife fix` decides
        # Another failure in place of the one at hand is no safe fix.
        is_good = chance >= LEAST_FIRST or offer.strategy in DECLARATION
        return Action(
            menu_title(offer), data=data, findings=about, within=offer.within, checked=climb.short,
            explanation=offer.titled, unasked=is_first and is_likely and _is_unasked(offer),
            preferred=is_safe and is_first and is_good, listed=is_first or offer.strategy is not Strategy.ASSERT,
        )  # fmt: skip

    @property
    def _settings(self) -> NullCheckSettings:
        return self.context.settings(NullCheckSettings)

    @cached_property
    def _checker(self) -> InstalledChecker | None:
        """Return the checker that is asked about an offer before it is made. To find it reads files."""
        return self.ladder.checker(self.request.document, self._settings.oracle, self.context)

    def _silencing(self, about: Sequence[Finding]) -> Iterator[Action]:
        """Yield the ignore comments: who reads the code knows better, whatever is offered: there is always a way to say
        so. The comment is of a line: one does for all that it has of a code."""
        ways = dict[tuple[str, tuple[TextEdit, ...]], list[Finding]]()
        for finding in about:
            if finding.source == SOURCE and (edit := silencing(self.request.document, self.file.tree, finding)):
                ways.setdefault((finding.code, (edit,)), []).append(finding)
        for (code, edits), findings in ways.items():
            title = fitted(f"Ignore “{code.replace('-', ' ')}” here")
            told = "Only a comment is written"
            origin = Origin(rule(Strategy.IGNORE))
            yield Action(title, edits=edits, findings=tuple(findings), origin=origin, explanation=told)

    def _look_ahead(self, offers: Sequence[RepairOffer], about: tuple[Finding, ...]) -> None:
        """The choices that are listed are checked while the cursor stands on the finding."""
        if checker := self._checker:
            likely = [offer for offer in offers if offer.strategy not in HIDING] or offers
            tried = [self._edited(offer) for offer in likely]
            self.ladder.prepare(tried, about, checker, self._settings.oracle_seconds, self.context, LISTED)

    def _data(self, offer: RepairOffer, place: Dereference, *, is_first: bool) -> Mapping[str, str | int]:
        # A claim that there is no null would crash where it is wrong: only people make one, but for tests.
        is_claim = offer.strategy is Strategy.ASSERT and not is_test(self.request.document.uri)
        return {
            "strategy": offer.strategy.value,
            "start": place.span.start,
            "end": place.span.end,
            "use": place.use.value,
            "asked": int(offer.is_asked_for),
            "first": int(is_first),
            "chance": 0 if is_claim else int(100 * offer.chance),
            "name": name_of(self.file.tree, place.span),
        }


def _limited(actions: Sequence[Action]) -> Iterator[Action]:
    """Lists no more than three; the first of them is the preferred one, if it may be."""
    left = LISTED
    for action in actions:
        is_listed = action.listed and left > 0
        is_preferred = action.preferred and is_listed and left == LISTED
        left -= is_listed
        yield replace(action, listed=is_listed, preferred=is_preferred)


def _distinct(actions: Sequence[Action]) -> list[Action]:
    """Return the actions with titles that differ: of two places with the same repair, the menu shows the first place's:
    the other has it behind "More…", with the name of its value."""
    seen, told = set[str](), list[Action]()
    for action in actions:
        if action.title in seen:
            name = action.data["name"]
            title = fitted(f"{action.title} for `{name}`" if name else action.title)
            action = replace(action, title=title, listed=False)
        seen.add(action.title)
        told.append(action)
    return told


def _is_unasked(offer: RepairOffer) -> bool:
    """A declaration is for a person to choose: others may ask what it says."""
    return not offer.is_asked_for and offer.strategy not in HIDING | DECLARATION


def can_happen(file: NullFile, place: Dereference) -> bool:
    """Tell whether the null check itself finds a null there that a call gives: not only where it is likely enough for a
    warning."""
    return file.kind(place) in GIVEN

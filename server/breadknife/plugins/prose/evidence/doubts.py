"""What stands around a word and speaks against a change: before `the` of a plural, where an order begins.

With a doubt a change isn't proposed at all. Each is data as evidence is: the change in `wrong` has the doubt, that in
`right` has none.
"""

from __future__ import annotations

from breadknife.plugins.prose.evidence.around import ADVERBS, FORMS, NOT_NOUNS, ONE, Evidence, changed
from breadknife.plugins.prose.evidence.forms import is_plural
from breadknife.plugins.prose.evidence.support import EVIDENCE

DOUBTFUL = "Doubtful"
"""A change that has no threshold, however likely the model finds it."""

_PREPOSITIONAL = frozenset({"NeedlessPreposition"})
_AGREEMENT = frozenset({"Agreement"})
_BEGINNING = r"(?:^|[.;:!?(–—] |\band |\bor )(?:(?:please|always|never|then|also) )?"
_QUOTES = r"[\"“”'‘’]?"
_MODIFIERS = (
    r"(?:(?!(?:and|or|but|because|if|when|as|than|that|which|who|of|in|on|at|to|for|from|with|by|is|are|was|were|be|it"
    rf"|he|she|we|you|they|can|will|has|have|not)\b){_QUOTES}[\w-]+{_QUOTES} ){{0,3}}"
)

DOUBTS = (
    # `The` with a plural is of known ones, and what is known stands elsewhere; names have it or not.
    Evidence(
        DOUBTFUL, frozenset({"NeedlessArticle"}), "It covers [the |]existing formatters.", "We love [the |]nature.", "",
        rf"{_MODIFIERS}{_QUOTES}(?:(?!(?:{NOT_NOUNS})\b)[\w-]{{3,}}(?<![su])s|people|children)\b|{_MODIFIERS}[A-Z]",
    ),
    # Elsewhere `about` is of a noun ("trends about it") or means "nearly" ("about the best").
    Evidence(
        DOUBTFUL, _PREPOSITIONAL, "There are trends [about |]it.", "We discuss [about |]it.",
        r"\b(?!(?:discuss|mention|describ|explain|emphasi[sz]|consider|request|demand|lack|investigat|review|contact)"
        r"(?:e|es|s|ed|ing)? )[\w'’-]+ ",
        fits=changed("about >"),
    ),
    # Between nouns `of` is right; it is one too many after quantifiers and other prepositions.
    Evidence(
        DOUBTFUL, _PREPOSITIONAL, "It is a library [of |]terminals.", "It works in most [of |]cases.",
        r"\b(?!(?:most|more|less|fewer|many|much|several|some|any|all|both|each|few|half|enough|despite|inside|outside"
        r"|beside|besides|near|than|as|in|on|at|to|for|by|with|from) )[\w'’-]+ ",
        fits=changed("of >"),
    ),
    Evidence(
        DOUBTFUL, _PREPOSITIONAL, "They are limited [to |]within the module.", "You can [to |]use it.", "",
        r"(?:within|under|over|above|below|about|around|between|beyond|at|in|on)\b",
        changed("to >"),
    ),
    # Which noun a relative pronoun stands for, the model doesn't know: it takes the nearest.
    Evidence(
        DOUBTFUL, _AGREEMENT, "We send them as payloads of it, which [are|is] here.", "All of it [are|is] here.",
        rf"\b(?:that|which|who) {ADVERBS}",
        fits=ONE,
    ),
    # An order has no subject, nor has an item of what something does.
    Evidence(
        DOUBTFUL, _AGREEMENT, "The format – [do|does] not check it.", "The format [do|does] not check it.",
        _BEGINNING,
        r" (?!(?:you|we|they|I|he|she|it|this|that|these|those|the|your|our|my|their|his|her|any)\b)",
        changed("do>does", "does>do", "don't>doesn't", "doesn't>don't"),
    ),
    # The subjunctive.
    Evidence(
        DOUBTFUL, _AGREEMENT, "If this [were|was] so, we would go.", "All of this [were|was] so.",
        r"\b(?:if|though|wish|wished) (?:(?:the|an?|my|your|our|their) )?[\w'’-]+ ",
        fits=changed("were>was"),
    ),
    # A singular is as good as a plural, which the model nearly always likes better; and what is a noun to the one who
    # writes (`in early development`) or an order (`download it`) is likelier with an -s, too.
    Evidence(
        DOUBTFUL, FORMS, "It has [options|option] on it.", "It was [send|sent] there.",
        fits=lambda old, new: is_plural(new, old) or is_plural(old, new),
    ),
    # What stands between an article and a preposition is a noun.
    Evidence(
        DOUBTFUL, FORMS, "It has a [copy|copied] from there.", "It is a [copy|copied] file.", r"\b(?:an?|the) ",
        r" (?:of|in|on|at|from|to|for|with|by)\b",
        lambda old, new: new.endswith("ed"),
    ),
)  # fmt: skip


_TELLING = (*EVIDENCE, *DOUBTS)


def refined(rule: str, text: str, start: int, end: int, old: str, new: str) -> str:
    """Return the rule of a change: that of the evidence that speaks for it or, if there is none, against it, or its
    own."""
    old, new = old.lower().replace("’", "'"), new.lower().replace("’", "'")
    told = (each.rule for each in _TELLING if rule in each.of and each.speaks(text, start, end, old, new))
    return next(told, rule)

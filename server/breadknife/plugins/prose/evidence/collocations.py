"""Which preposition goes with which word, as data: `interested` takes `in`, and neither `on` nor `about`.

Only what learners of English put there and what is hardly ever right: `listen on` and `good for` are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

PREPOSITIONS = ("in", "on", "at", "of", "to", "for", "with", "from", "by", "about")


@dataclass(frozen=True)
class Collocation:
    takers: str
    """A pattern of the words that take it."""
    taken: str
    instead: tuple[str, ...]
    """What is wrong there."""
    wrong: str
    """With the word in brackets, and after `|` what should stand there."""
    right: str
    """The same change where it has no evidence."""

    @property
    def before(self) -> str:
        return rf"\b(?:{self.takers}) (?:(?:only|mainly|mostly|largely|also|very much) )?"

    def fits(self, old: str, new: str) -> bool:
        return new == self.taken and old in self.instead


COLLOCATIONS = (
    Collocation(
        r"depend(?:s|ed|ing)?|rel(?:y|ies|ied|ying)|dependent", "on", ("of", "from", "to", "with", "in", "about"),
        "It depends [of|on] the version.", "There are some [of|on] the machine.",
    ),
    Collocation(
        r"concentrat(?:e|es|ed|ing)|focus(?:es|ed|ing)|insist(?:s|ed|ing)?", "on", ("in", "at", "to", "about", "for"),
        "We focused [in|on] the tests.", "We ran it [in|on] the tests.",
    ),
    Collocation(
        "interested", "in", ("on", "about", "for", "with", "at", "of", "by"),
        "I am interested [on|in] it.", "I work [on|in] it.",
    ),
    Collocation(
        r"participat(?:e|es|ed|ing)|succeed(?:s|ed|ing)?|specializ(?:e|es|ed|ing)|believ(?:e|es|ed)", "in",
        ("to", "on", "at", "of"), "They participated [to|in] the contest.", "They went [to|in] the contest.",
    ),
    Collocation(
        r"consist(?:s|ed|ing)?", "of", ("in", "from", "by", "on", "with", "about", "for"),
        "It consists [from|of] two parts.", "It has two [from|of] them.",
    ),
    Collocation(
        r"capable|incapable|afraid|proud|aware|unaware|full|tired|fond|jealous|regardless|instead|in spite"
        r"|(?:take|takes|took|taken|taking) (?:care|advantage)",
        "of", ("about", "from", "to", "for", "with", "on"),
        "We are proud [about|of] it.", "We talk [about|of] it.",
    ),
    Collocation(
        r"listen(?:s|ed|ing)?", "to", ("at", "of", "with", "about"),
        "They listen [at|to] the music.", "They look [at|to] the music.",
    ),
    Collocation(
        "according|similar|related|married|accustomed|addicted|identical|equal|belong(?:s|ed|ing)?"
        "|(?:pay|pays|paid|paying) attention|(?:look|looks|looking|looked) forward",
        "to", ("with", "of", "from", "at", "for"),
        "It is similar [with|to] the other.", "It comes [with|to] the other.",
    ),
    Collocation(
        r"responsible|famous|suitable|apolog(?:ize|izes|ized|izing)|thank you", "for",
        ("of", "about", "to", "at", "on"),
        "He is responsible [of|for] it.", "He is ahead [of|for] it.",
    ),
    Collocation(
        r"different|suffer(?:s|ed|ing)?|far|graduat(?:e|es|ed|ing)|(?:prevent|prevents|prevented) [a-z]+", "from",
        ("of", "about", "than"), "They suffer [of|from] it.", "Most [of|from] it is new.",
    ),
    Collocation(
        r"satisfied|familiar|cop(?:e|es|ed|ing)|deal(?:s|ing)?", "with", ("of", "about", "from", "to"),
        "We deal [about|with] it.", "We talk [about|with] it.",
    ),
    Collocation(
        "surprised|amazed|shocked|laugh(?:s|ed|ing)?", "at", ("of", "about", "from", "to"),
        "They laughed [of|at] it.", "The rest [of|at] it is here.",
    ),
)  # fmt: skip

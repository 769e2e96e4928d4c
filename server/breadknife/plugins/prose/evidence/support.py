"""What stands around a word and speaks for a change: after `have`, a participle; after `these`, a plural.

With such evidence less of the model's say is needed, so the change has a rule of its own, with a lower threshold. Each
is data with sentences that are its specification: the change in `wrong` has the evidence, that in `right` has none.
"""

from __future__ import annotations

import re

from breadknife.plugins.prose.evidence.around import ADVERBS, FORMS, MANY, NEAR, NOT_NOUNS, ONE, Evidence, changed
from breadknife.plugins.prose.evidence.collocations import COLLOCATIONS
from breadknife.plugins.prose.evidence.forms import is_base, is_participle, is_plural, is_third_person

_PLURAL = rf" (?!(?:{NOT_NOUNS})\b)[a-z]{{3,}}(?<![su])s\b"
_MASS = frozenset({
    "informations", "datas", "softwares", "hardwares", "feedbacks", "advices", "equipments", "knowledges",
    "evidences", "furnitures", "traffics", "progresses", "medias", "percents", "offsprings", "documentations",
    "middlewares", "firmwares", "homeworks", "moneys",
})  # fmt: skip
_VERBS = frozenset({"Agreement", "WordForm"})
_CONFUSED = frozenset({"Confusion"})
_PRONOUNS = frozenset({"Pronoun"})
_THINGS = (
    "app|application|argument|bug|build|change|class|code|command|config|configuration|dependency|document|error|example"
    "|extension|feature|field|file|folder|format|function|issue|key|library|line|method|model|module|object|option|output"
    "|package|page|parameter|plugin|problem|program|project|release|repository|request|response|rule|script|server"
    "|service|setting|string|system|table|test|thing|tool|type|value|variable|version|warning"
)
_PEOPLE = (
    "anyone|author|contributor|customer|developer|everyone|maintainer|man|people|person|programmer|reader|someone"
    "|student|teacher|user|woman|writer"
)
_NUMBERS = "two|three|four|five|six|seven|eight|nine|ten|hundreds of|thousands of|[2-9]|[1-9][0-9]+"

EVIDENCE = (
    Evidence(
        "Participle", FORMS, "The key is never [send|sent] to it.", "They [send|sent] it to us.",
        rf"\b(?:have|has|had|having|be|been|being|is|are|was|were|am|haven't|hasn't|hadn't|isn't|aren't|wasn't|weren't"
        rf"|[a-z]'ve) {ADVERBS}",
        fits=is_participle,
    ),
    Evidence(
        "Modal", FORMS, "The linter will [skips|skip] it.", "The linter [skips|skip] it.",
        r"(?:\b(?:can|could|will|would|shall|should|must|may|might|cannot|can't|couldn't|won't|wouldn't|shouldn't|don't"
        r"|doesn't|didn't|(?:do|does|did)(?= (?:not|it|he|she|they|we|you)\b)) "
        rf"{ADVERBS}(?:(?:it|he|she|they|we|you) )?)",
        fits=lambda old, new: is_base(old, new),
    ),
    Evidence(
        "Plural", FORMS, "It has a list of [diagnostic|diagnostics] here.", "It has a [diagnostic|diagnostics] here.",
        rf"(?:\b(?:many|several|few|fewer|both|various|multiple|these|those|numerous|{_NUMBERS}"
        r"|(?:list|set|number|series|couple|collection|kinds|types|lots|sequence|array|one|some|most|each|any) of"
        r"(?: the| your| our| its| their| these| those| all)?) )",
        fits=is_plural,
    ),
    Evidence(
        "Plural", FORMS, "It goes to all [user|users].", "It goes to all [user|users] accounts.", r"\ball (?:the )?",
        r"(?:[.,;:)]|$| (?:and|or|of|in|on|that|which|who|to|is|are|were|can|will|must|should|have)\b)",
        is_plural,
    ),
    Evidence(
        "Singular", FORMS, "It has a [files|file] in it.", "It is a [fixtures|fixture] tool.",
        r"(?<!such )\b(?:an?|every|another) ",
        r"(?:[.,;:)]|$| (?:and|or|of|in|on|that|which|who|to|is|can|will|must|should|has|for|from|with|when|if)\b)",
        fits=lambda old, new: is_plural(new, old),
    ),
    Evidence(
        "OneOf", FORMS, "It is one of the best [plan|plans].", "It is one of the [build|builds] tools.",
        r"\bone of (?:the|my|our|your|his|her|their|these|those) (?:most )?(?:[a-z-]*[a-rt-z] )?",
        r"(?:[.,;:)]|$| (?:and|or|of|in|on|that|which|who|to|is|was|can|will|must|should|has|for|from|with|when|if)\b)",
        is_plural,
    ),
    Evidence(
        "EachOf", _VERBS, "Each of the plugins [have|has] one.",
        "All of the plugins [have|has] one.",
        r"\b(?:each|one|neither|either) of (?:the|these|those|our|your|its|their|them)"
        r"(?: (?!that|which|who|to|we|you|they|can|will)[a-z-]+){0,3} (?<!that )(?<!which )(?<!who )",
        fits=lambda old, new: changed("have>has", "are>is", "were>was", "do>does", "don't>doesn't")(old, new)
        or is_third_person(old, new),
    ),
    Evidence(
        "ThirdPerson", FORMS, "When it [return|returns], go on.", "Make it [return|returns], go on.",
        r"(?:^|(?<!make )(?<!makes )(?<!let )(?<!lets )(?<!have )(?<!help )(?<!does )(?<!did )(?<!will )(?<!can )"
        r"(?<!could )(?<!should )(?<!would )(?<!must )(?<!may )(?<!might )(?<!making )\b)(?:it|he|she) "
        r"(?:(?:also|always|never|only|just|then|now|still|often|automatically) )?",
        fits=is_third_person,
    ),
    Evidence(
        "ThirdPerson", FORMS, "The function [return|returns] one.", "Let the function [return|returns] one.",
        r"(?:^|[.;:!?] )(?:The|This|That|A|An|Each|Every|Its|Your|Our|My) (?:[a-z-]+ )?[a-z-]*[a-rt-z] ",
        fits=is_third_person,
    ),
    Evidence(
        "ThirdPerson", FORMS, "This [allow|allows] you to go.", "Let this [allow|allows] you to go.",
        r"(?:^|[.;:!?] )(?:This|That) ",
        fits=is_third_person,
    ),
    Evidence(
        "Gerund", FORMS, "I look forward to [hear|hearing] it.", "I want to [hear|hearing] it.",
        r"\b(?:look forward to|looking forward to|instead of|without|interested in|used for|useful for|responsible for"
        r"|capable of|way of|possibility of|before|after|avoid|consider|keep|worth|suggest|recommend) ",
        fits=lambda old, new: new.endswith("ing"),
    ),
    Evidence(
        "MassNoun", FORMS, "It has [informations|information] on it.", "It has [options|option] on it.",
        fits=lambda old, new: old in _MASS and new == old[:-1],
    ),
    Evidence(
        "FirstPerson", FORMS, "If they [returns|return], go on.", "If the tool [returns|return], go on.",
        r"\b(?:they|we|you|I) (?:(?:also|always|never|only|just|then|now|still|often) )?",
        fits=lambda old, new: is_base(old, new) and old.endswith("s"),
    ),
    # The verb agrees with the noun that it is said of, not with the one that stands next to it.
    Evidence(
        "Attraction", FORMS, "The files in the folder [belongs|belong] to it.",
        "One of the files in the folder [belongs|belong] to it.",
        r"(?:^|[.;:!?,] |\b(?:so|and|but|because|that|if|when|while|where|as|since) )(?:the|these|those) "
        r"[a-z]+(?<![siu])s (?:of|in|on|at|for|with|from|between|around|under|inside|about|by|behind) "
        r"(?:the|an?|each|this|that|its|your|our|my|their) [a-z-]*[a-rt-z] ",
        fits=lambda old, new: is_third_person(new, old),
    ),
    Evidence(
        "Countable", frozenset({"Quantity"}), "Please use [less|fewer] threads.", "Please use [less|fewer] memory.",
        r"(?<!css )(?<!sass )(?<!and )(?<!or )(?<!, )",
        _PLURAL,
        changed("less>fewer"),
    ),
    Evidence(
        "Countable", frozenset({"Quantity"}), "It has too [much|many] files.", "It has too [much|many] memory.", "",
        _PLURAL,
        changed("much>many"),
    ),
    Evidence(
        "Possessive", _CONFUSED, "The list and [it's|its] ranges.", "Sometimes [it's|its] possible to.", "",
        rf" own\b|{_PLURAL}(?=[.,;:)]|$| (?:and|or|are|were|have|to|of|in|for|with|from|on|at|by|can|will)\b)",
        changed("it's>its"),
    ),
    Evidence(
        "Possessive", _CONFUSED, "It runs with [it's|its] cache.", "It says [it's|its] possible.",
        r"\b(?:of|with|from|into|via|by|has|have|had|uses|use|using|through|under|within) ",
        "",
        changed("it's>its"),
    ),
    Evidence(
        "Possessive", _CONFUSED, "It is new and [it's|its] size is fine.", "I think [it's|its] what is great.", "",
        r" (?!(?:not|the|what|all|how|that|this|more|less|very|only|just|also|possible|recommended|important|where|who"
        r"|why|when|something|nothing|everything|one)\b)[a-z]{3,}(?<!ing)(?<!ed) (?:is|are|was|were|has|have|can)\b",
        changed("it's>its"),
    ),
    Evidence(
        "Contraction", _CONFUSED, "[Their|There] is no need for it.", "[Their|There] names are here.", "",
        r" (?:is|are|was|were|isn't|aren't|wasn't|weren't|has been|have been)\b",
        changed("their>there"),
    ),
    Evidence(
        "Contraction", _CONFUSED, "Then [its|it's] not here.", "Then [its|it's] values are here.", "",
        r" (?:a|an|the|not|been|just|also|too|probably|going|because|about to|up to|possible to|important to|likely"
        r"|better than|better to|easy to|hard to|worth|recommended to|time to|safe to)\b",
        changed("its>it's"),
    ),
    Evidence(
        "Excess", _CONFUSED, "The file is [to|too] large.", "All it does is [to|too] open files.",
        r"\b(?:am|is|are|was|were|be|been|get|gets|got|become|becomes|far|much|way|not|seem|seems|looks) ",
        r" (?:big|broad|complex|complicated|costly|dark|deep|difficult|early|expensive|far|fast|few|hard|heavy|high"
        r"|large|late|little|long|low|many|much|noisy|old|short|slow|small|soon|strict|tight|verbose|wide)"
        r"(?=[.,;:)]|$| (?:to|for|and|or|on|in|at|when|if|because)\b)",
        changed("to>too"),
    ),
    Evidence(
        "Relative", _PRONOUNS, "Take the version [who|that] is there.", "Ask the user [who|that] is there.",
        rf"\b(?:{_THINGS})s? ",
        fits=changed("who>that", "who>which"),
    ),
    Evidence(
        "Relative", _PRONOUNS, "Ask the person [which|who] wrote it.", "Take the file [which|who] is there.",
        rf"\b(?:{_PEOPLE})s? ",
        fits=changed("which>who", "what>who"),
    ),
    Evidence(
        "Relative", _PRONOUNS, "It failed, [what|which] is bad.", "I know [what|which] is bad.", r"[a-z], ",
        r" (?:is|was|means|makes|made|can|will|would|should|has|had)\b",
        changed("what>which"),
    ),
    Evidence(
        "Infinitive", FORMS, "You want to [goes|go] there.", "It is key to [files|file] access.",
        r"\b(?:wants?|wanted|needs?|needed|try|tries|tried|trying|able|have|has|had|going|decided?|hopes?|plans?|how"
        r"|where|what|ways?|chance|reason|order|possible|important|easy|easier|hard|difficult|necessary|better|best|ready"
        r"|helps?|helped|starts?|started|begins?|began|(?:allows?|enables?|helps?|wants?|likes?) (?:me|us|you|him|her"
        rf"|them|it|people)) to {ADVERBS}",
        fits=is_base,
    ),
    Evidence(
        "Feeling", FORMS, "I am very [interesting|interested] in it.", "It is very [interesting|interested] to us.",
        r"\b(?:I|we|you|they|he|she|people|everyone|users)(?: am| is| are| was| were|['’]m|['’]re| feel| felt| get| got"
        r"| become| became) (?:(?:very|really|so|too|quite|also|not|always) ){0,2}",
        fits=changed(
            "interesting>interested", "boring>bored", "exciting>excited", "surprising>surprised", "tiring>tired",
            "confusing>confused", "disappointing>disappointed", "amazing>amazed", "worrying>worried",
            "satisfying>satisfied", "frustrating>frustrated", "annoying>annoyed", "embarrassing>embarrassed",
        ),
    ),
    Evidence(
        "RelativeVerb", _VERBS, "Ask someone who [want|wants] it.",
        "Ask those who [want|wants] it.",
        r"\b(?:(?:some|any|every)(?:one|body)"
        r"|(?:an?|every|each|the|this) (?:[a-z-]+ )?(?!(?:people|children|men|women|data) )[a-z-]*[a-rt-z])"
        rf" (?:who|which|that) {ADVERBS}",
        fits=lambda old, new: ONE(old, new) or is_third_person(old, new),
    ),
    Evidence(
        "RelativeVerb", _VERBS, "These are people who [uses|use] it.",
        "This is a tool which [uses|use] it.",
        rf"\b(?:people|those|children|men|women|(?!(?:{NOT_NOUNS}) )[a-z-]+[a-hj-rtv-z]s)"
        rf" (?:who|which|that) {ADVERBS}",
        fits=lambda old, new: MANY(old, new) or (is_base(old, new) and old.endswith("s")),
    ),
    Evidence(
        "Collective", _VERBS, "Many people [thinks|think] so.",
        "One of those people [thinks|think] so.",
        rf"(?<!of )(?<!of the )(?<!of these )(?<!of those )\b(?:people|children|men|women|police) {ADVERBS}",
        fits=lambda old, new: MANY(old, new) or (is_base(old, new) and old.endswith("s")),
    ),
    Evidence(
        "Everyone", _VERBS, "I know that everyone [have|has] it.",
        "We let everyone [have|has] it.",
        r"(?:^|[.;:!?,] |\b(?:and|but|because|that|if|when|where|so|since|as|than) )"
        rf"(?:everyone|everybody|someone|somebody|nobody|everything|something|nothing) {ADVERBS}",
        fits=lambda old, new: ONE(old, new) or is_third_person(old, new),
    ),
    Evidence(
        "Others", FORMS, "We have other [plan|plans].", "It is the other [plan|plans].",
        r"(?<!the )(?<!a )(?<!an )(?<!each )(?<!any )(?<!no )(?<!every )(?<!some )(?<!one )(?<!her )(?<!that )\b"
        r"(?:(?:other|different|similar|between|among) |(?:a lot|lots|plenty|all kinds?|all sorts?) of (?:[a-z]+ )?)",
        r"(?:[.,;:)]|$| (?:and|or|of|in|on|at|that|which|who|to|are|were|can|will|must|should|have|for|from|with)\b)",
        lambda old, new: old not in ("one", "people") and is_plural(old, new),
    ),
    Evidence(
        "GerundAfter", FORMS, "It helps by [use|using] the cache.", "It is in [use|using] on that machine.",
        r"\b(?:by|for|of|about|without|at|from|in|with|enjoy|enjoys|enjoyed|finish|finished|mind|stop|stopped|practice"
        r"|like|love|hate|spend time|spend my time|spend their time|spent time) ",
        r" (?:the|a|an|my|your|our|their|his|her|its|it|them|him|me|us|this|these|those|some)\b",
        lambda old, new: new.endswith("ing"),
    ),
    Evidence(
        "These", frozenset({"Demonstrative"}), "All of [this|these] plugins are here.", "I think [this|these] runs.",
        r"(?:^|[.;:!?,] |\b(?:of|in|on|for|with|to|from|by|all|and|or|use|have|has|are|that|than) )",
        rf"{_PLURAL}(?=[.,;:)]|$| (?:and|or|are|were|have|to|of|in|for|with|from|on|at|by|can|will|that|which)\b)",
        changed("this>these"),
    ),
    Evidence(
        "MissingThe", frozenset({"MissingArticle"}), "It is in [|the ]same place.", "It is [|the ]same as before.",
        r"\b(?:at|in|of|on|to|for|with|from|by|has|have|had|is|are|was|do|does) ",
        r"(?:same (?!as\b)|(?:best|biggest|largest|smallest|highest|lowest|greatest|worst|fastest|easiest|cheapest"
        r"|only|first|second|third|last|next|main|whole|following|most (?:important|popular|common|famous|beautiful"
        r"|difficult|interesting|useful|effective)) [a-z]+\b|(?:internet|world|future|past|morning|afternoon|evening"
        r"|beginning|end|middle|other hand|city|countryside|environment|government)\b(?! [a-z]+s\b))",
        changed(">the "),
    ),
    *(
        Evidence(
            "Collocation", frozenset({"AnyPreposition", "Preposition"}), each.wrong, each.right, each.before,
            fits=each.fits,
        )
        for each in COLLOCATIONS
    ),
    Evidence(
        "OnDevice", frozenset({"Preposition"}), "It runs [in|on] your machine.", "It runs [in|on] your head.", "",
        r" (?:your|the|my|our|their|this|that|each|another|every|a|any)(?: [a-z]+)? "
        r"(?:machine|computer|laptop|page|website|disk|screen|device|platform|hardware|desktop|phone)s?\b",
        changed("in>on", "at>on"),
    ),
)  # fmt: skip


_PERFECT = {
    "am": "have been", "are": "have been", "is": "has been", "i'm": "I've been", "we're": "we've been",
    "you're": "you've been", "they're": "they've been",
}  # fmt: skip
_LASTING = (
    r" (?:\w+ )?[a-z]+ing\b[^.;:!?]{{0,80}}\b{} (?:(?:about|over|almost|nearly|more than|at least) )?"
    r"(?:{}(?:a|an|one|many|several|some|a few|\d+|two|three|four|five|six|seven|eight|nine|ten)(?: long)?"
    r" (?:years?|months?|weeks?|days?)\b)"
)
_SINCE = re.compile(_LASTING.format("since", r"(?:yesterday|last \w+|the (?:beginning|start|last|first)|v?\d)|"))
_FOR = re.compile(_LASTING.format("for", ""))


def perfect(text: str, end: int, word: str) -> tuple[str, str] | None:
    """Return the rule, and what should stand for `am` in "I am working on it since two years"; None elsewhere."""
    new = _PERFECT.get(word.lower().replace("’", "'"), "")
    if new and _SINCE.match(text, end):
        return "Tense", new
    return ("Duration", new) if new and _FOR.match(text, end) else None


INTRODUCTION = "IntroductoryComma"
_INTRODUCED = re.compile(
    r"(?:^|[.!?] )(?:Actually|All in all|As a result|At the same time|Besides|By the way|Finally|First of all|Firstly"
    r"|For (?:example|instance)|Fortunately|Furthermore|Generally|However|In (?:addition|conclusion|contrast|fact"
    r"|general|my opinion|other words|short|the end|this case)|Last but not least|Luckily|Moreover|Obviously|Of course"
    r"|On the other hand|Personally|Secondly|Therefore|Thirdly|To sum up|Unfortunately) $"
)


def introduced(text: str, start: int) -> bool:
    """Tell whether a word stands right after what introduces a sentence, as in "In my opinion it works"."""
    return _INTRODUCED.search(text, max(0, start - NEAR), start) is not None and not text.startswith("to ", start)


EVIDENT = frozenset(("Tense", "Duration", INTRODUCTION, *(each.rule for each in EVIDENCE)))
"""Asked about even where the model isn't surprised."""

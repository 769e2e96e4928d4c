"""What is taken for what else: words that are put for each other, left out or put in, as data.

A set's `wrong` and `right` sentences are its specification: the proposer finds the first and leaves the second alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.plugins.prose.evidence.collocations import PREPOSITIONS


@dataclass(frozen=True)
class ConfusionSet:
    rule: str
    words: tuple[str, ...]
    """Each may have been meant where another stands; "" stands for none at all, and goes with the next word."""
    wrong: str
    right: str


CONFUSIONS = (
    ConfusionSet("Article", ("a", "an"), "This is an useful option.", "This is a useful option."),
    ConfusionSet("Preposition", ("in", "on", "at"), "It runs in your own machine.", "It runs on your own machine."),
    ConfusionSet("AnyPreposition", PREPOSITIONS, "We are interested on it.", "We are interested in it."),
    ConfusionSet("Demonstrative", ("this", "these"), "All of this plugins are new.", "All of these plugins are new."),
    ConfusionSet("MissingArticle", ("", "the"), "They are in same place.", "They are in the same place."),
    ConfusionSet("NeedlessArticle", ("the", ""), "We love the nature.", "We love nature."),
    ConfusionSet("NeedlessPreposition", ("about", ""), "We discuss about the plan.", "We discuss the plan."),
    ConfusionSet(
        "NeedlessPreposition", ("of", ""), "Despite of the warning, it works.", "Despite the warning, it works."
    ),
    ConfusionSet("NeedlessPreposition", ("to", ""), "You can to use it.", "You can use it."),
    ConfusionSet("MissingPreposition", ("", "to"), "You need wait for it.", "You need to wait for it."),
    ConfusionSet("MissingPreposition", ("", "of"), "Each them is new.", "Each of them is new."),
    ConfusionSet("Agreement", ("is", "are"), "The files is open.", "The files are open."),
    ConfusionSet("Agreement", ("was", "were"), "The files was open.", "The files were open."),
    ConfusionSet("Agreement", ("has", "have"), "He have a new parser.", "He has a new parser."),
    ConfusionSet("Agreement", ("do", "does"), "It do not matter.", "It does not matter."),
    ConfusionSet("Agreement", ("don't", "doesn't"), "It don't matter to us.", "It doesn't matter to us."),
    ConfusionSet("Agreement", ("isn't", "aren't"), "They isn't here today.", "They aren't here today."),
    ConfusionSet("Agreement", ("wasn't", "weren't"), "They wasn't here before.", "They weren't here before."),
    ConfusionSet("Agreement", ("hasn't", "haven't"), "It haven't changed since then.", "It hasn't changed since then."),
    ConfusionSet("Confusion", ("its", "it's"), "The tool and it's options.", "The tool and its options."),
    ConfusionSet("Confusion", ("your", "you're"), "If your ready, go on.", "If you're ready, go on."),
    ConfusionSet("Confusion", ("their", "there", "they're"), "Read there options first.", "Read their options first."),
    ConfusionSet("Confusion", ("whose", "who's"), "Ask the user who's file it is.", "Ask the user whose file it is."),
    ConfusionSet("Confusion", ("to", "too"), "The file is to large.", "The file is too large."),
    ConfusionSet("Confusion", ("then", "than"), "It is faster then before.", "It is faster than before."),
    ConfusionSet("Confusion", ("affect", "effect"), "It will effect all of them.", "It will affect all of them."),
    ConfusionSet("Confusion", ("affects", "effects"), "It effects all of them.", "It affects all of them."),
    ConfusionSet("Confusion", ("lose", "loose"), "You will loose your data.", "You will lose your data."),
    ConfusionSet("Confusion", ("loses", "looses"), "It looses its entries.", "It loses its entries."),
    ConfusionSet("Confusion", ("quiet", "quite", "quit"), "It is quiet fast.", "It is quite fast."),
    ConfusionSet("Confusion", ("accept", "except"), "It is all of them accept one.", "It is all of them except one."),
    ConfusionSet("Confusion", ("advice", "advise"), "Here is some advise.", "Here is some advice."),
    ConfusionSet("Confusion", ("choose", "chose"), "You can chose one of them.", "You can choose one of them."),
    ConfusionSet("Confusion", ("principle", "principal"), "It works in principal.", "It works in principle."),
    ConfusionSet("Confusion", ("weather", "whether"), "It says weather it works.", "It says whether it works."),
    ConfusionSet("Confusion", ("were", "where"), "This is were it ends.", "This is where it ends."),
    ConfusionSet("Pronoun", ("who", "which"), "The person which wrote it is here.", "The person who wrote it is here."),
    ConfusionSet("Pronoun", ("who", "that"), "The version who is here is old.", "The version that is here is old."),
    ConfusionSet("Pronoun", ("what", "which"), "It fails, what is bad.", "It fails, which is bad."),
    ConfusionSet("Confusion", ("past", "passed"), "All of the tests past.", "All of the tests passed."),
    ConfusionSet("Quantity", ("less", "fewer"), "There are less files here.", "There are fewer files here."),
    ConfusionSet("Quantity", ("much", "many"), "There are much files.", "There are many files."),
    ConfusionSet("Quantity", ("other", "another"), "Please try other one.", "Please try another one."),
    ConfusionSet("WordForm", ("good", "well"), "It works good with old files.", "It works well with old files."),
)

"""What GBNF means: sentences that a grammar accepts, and what is said of one that is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.grammars.gbnf import MOST_SYMBOLS, GbnfError
from breadknife.engine.grammars.gbnf_parser import parse_gbnf
from breadknife.engine.grammars.grammar import prefix_of
from engine.grammars import accepts


@pytest.mark.parametrize(
    ("grammar", "sentences", "others"),
    [
        ('root ::= "ja" | "na ja"', ["ja", "na ja"], ["", "j", "na", "jaja"]),
        ('root ::= "zwölf🍞" [a-c]{2}', ["zwölf🍞ac"], ["zwölf🍞a", "zwölf🍞ad", "zwölf"]),
        (r'root ::= "\n\t\r\"\\\x41é\U0001F35E"', ['\n\t\r"\\Aé🍞'], ["n"]),
        (r'root ::= "a/b.c*(d)" [\]\[\-^/.]', ["a/b.c*(d)^", "a/b.c*(d)]", "a/b.c*(d)-"], ["a/bXc*(d)^"]),
        ("root ::= [a-c0-9_-] [^a-c\\n]", ["a\t", "-d", "_é"], ["aa", "d\t", "0\n"]),
        ("root ::= .", ["x", "\n", "🍞"], ["", "xx"]),
        ("root ::= [^] [a]", ["\na", "🍞a"], ["a"]),
        ("root ::= []", [], ["", "a"]),
        ('root ::= ""', [""], ["a"]),
        ('root ::= "a"? "b"* "c"+ "d"{2} "e"{1,} "f"{0,2}', ["cdde", "abbccddeeff"], ["cdd", "cddefff", "dde"]),
        ('root ::= ("a" | "b" "c")* "."', [".", "abc.", "bca."], ["ac.", "b."]),
        ("root ::= word (sep word)*\nword ::= [a-z]+\nsep ::= [,;]", ["a", "ab,c;d"], ["", "a,", ",a"]),
        ('# one\nroot ::= # two\n  "a" | # three\n  "b" ( # four\n "c"\n)\n\n', ["a", "bc"], ["b"]),
        ('root ::= a\r\na ::= "x"\r\n', ["x"], ["y"]),
        ('root ::= "a"\nroot ::= "b"', ["b"], ["a"]),
        ("root ::= a a\na ::= b b\nb ::= [0-9]", ["0123"], ["012", "01234"]),
    ],
)
def test_a_grammar_without_recursion(grammar: str, sentences: list[str], others: list[str]) -> None:
    assert parse_gbnf(grammar).order
    assert [text for text in (*sentences, *others) if accepts(grammar, text)] == sentences


@pytest.mark.parametrize(
    ("grammar", "sentences", "others"),
    [
        ('root ::= "(" root* ")"', ["()", "(()(()))"], ["", "(", "())"]),
        ('root ::= root "a" | "b"', ["b", "baa"], ["a", "ab"]),
        # A lexer that took `end` for a word of its own would not let "enx" pass.
        ('root ::= (text "end")? | "(" root ")"\ntext ::= [a-z]*', ["", "end", "enxend", "(endend)"], ["en", "enx"]),
        ('root ::= "a" root x | "a" root y | ""\nx ::= "b"\ny ::= "b"', ["", "ab", "aaabbb"], ["aab"]),
        (
            'root ::= sum\nsum ::= product ("+" product)*\nproduct ::= atom ("*" atom)*\natom ::= [0-9]+ | "(" sum ")"',
            ["1", "12*(3+4)*5"],
            ["1+", "(1", "1**2"],
        ),
        ('root ::= "" | ("<" ("a" | root{2,3}) ">")', ["", "<a>", "<<a><a>>", "<>"], ["<a><a>", "<<a><a><a><a>>"]),
    ],
)
def test_a_grammar_with_recursion(grammar: str, sentences: list[str], others: list[str]) -> None:
    assert not parse_gbnf(grammar).order
    assert [text for text in (*sentences, *others) if accepts(grammar, text)] == sentences


@pytest.mark.parametrize(
    ("grammar", "problem"),
    [
        ("", "it has no rule `root`"),
        ("# nothing", "it has no rule `root`"),
        ('start ::= "a"', "it has no rule `root`"),
        ('root ::= "a" | missing', "it has no rule `missing`"),
        ("root ::= (", "line 1, column 11: `)` is expected"),
        ('root ::= "a"\nroot "b"', "line 2, column 6: `::=` is expected"),
        ('root ::= "a" )', "line 1, column 14: the end of the line is expected"),
        ("start ::= 'a'", "line 1, column 11: the end of the line is expected"),
        ('root ::= "a', 'line 1, column 10: a literal that ends with `"` is expected'),
        ("root ::= [a", "line 1, column 12: it ends within a class"),
        ("root ::= [z-a]", "line 1, column 14: a range that ends before it begins"),
        (r'root ::= "\q"', "line 1, column 11: an escape that is not known"),
        (r'root ::= "\UFFFFFFFF"', "line 1, column 21: no such character"),
        ('root ::= "a"{3,1}', "line 1, column 18: at least 3 times and at most 1"),
        ("root ::= <think>", "line 1, column 10: names of tokens are not taken; write the text itself"),
        ('root ::= "a"' + 9 * "*", "line 1, column 17: more than 4 repetitions of each other"),
        ("root ::= " + 5000 * "(" + '"a"' + 5000 * ")", "line 1, column 111: more than 100 nested parentheses"),
    ],
)
def test_what_is_no_grammar_is_said_with_its_place(grammar: str, problem: str) -> None:
    with pytest.raises(GbnfError) as raised:
        parse_gbnf(grammar)
    assert str(raised.value) == problem


@pytest.mark.parametrize(
    ("grammar", "beginning"),
    [
        (r'root ::= "    return self" [^\x00]*', "    return self"),
        (r'root ::= "\"a\\\t" [^\x00]*', '"a\\\t'),
        (r'root ::= "a" [^\x00]+', ""),
        (r'root ::= "a" [^\x00]* "b"', ""),
        (r'root ::= "a" [^a]*', ""),
        (r"root ::= [^\x00]*", ""),
        (r"root ::= (", ""),
        ('{"x": "]*', ""),
        ("{} ]*", ""),
    ],
)
def test_a_grammar_that_says_only_how_a_text_begins(grammar: str, beginning: str) -> None:
    assert prefix_of(grammar) == beginning


@pytest.mark.parametrize(
    ("grammar", "symbols"),
    [
        ('root ::= "abc" [a-z]', 4),
        ('root ::= ("ab" | "c"){2,5} "d"*', 16),
        ("root ::= ([a]{1,1000}){1,1000}", 1_000_000),
        ("root ::= ([a]{1000,}){1000}", 1_000_000),
        ("root ::= a a\na ::= b b\nb ::= c c\nc ::= [x]\nunused ::= c{999}", 8),
        ('root ::= "(" root{3} ")"', 5),
    ],
)
def test_symbols_are_counted_with_all_written_out(grammar: str, symbols: int) -> None:
    assert parse_gbnf(grammar).symbols == symbols


def test_a_grammar_that_is_too_big_written_out_is_refused() -> None:
    doubling = "\n".join(["root ::= r0", *(f"r{n} ::= r{n + 1} r{n + 1}" for n in range(60)), 'r60 ::= "a"'])
    for grammar in ("root ::= ([a]{1,1000}){1,1000}", doubling):
        with pytest.raises(GbnfError, match=f"symbols, and {MOST_SYMBOLS:,} are the most"):
            parse_gbnf(grammar).lark()


# The same pattern as GBNF and as Python has it
_PATTERNS = st.recursive(
    st.sampled_from([('"a"', "a"), ('"ab"', "(?:ab)"), ("[ab]", "[ab]"), ("[^a]", "[^a]"), ('""', "(?:)")]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: (f"{two[0][0]} {two[1][0]}", two[0][1] + two[1][1])),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]} | {two[1][0]})", f"(?:{two[0][1]}|{two[1][1]})")),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{1,}"])).map(
            lambda both: (f"({both[0][0]}){both[1]}", f"(?:{both[0][1]}){both[1]}")
        ),
    ),
    max_leaves=6,
)


@given(_PATTERNS, st.lists(st.text("abc", max_size=6), min_size=1, max_size=8), st.booleans())
def test_grammars_mean_what_regular_expressions_mean(
    pattern: tuple[str, str], texts: list[str], recursive: bool
) -> None:
    gbnf, expression = pattern
    grammar = f'root ::= rule | "!" root\nrule ::= {gbnf}' if recursive else f"root ::= {gbnf}"
    assert [text for text in texts if accepts(grammar, text)] == [
        text for text in texts if re.fullmatch(expression, text)
    ]

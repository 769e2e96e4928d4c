"""One analysis of null for every language.

```
tree ─▶ languages/: lowering ─▶ il, declarations ─▶ flow/build: CFG ─▶ flow/solve: states ─▶ dereferences of null
                                     ▲                                       │ asks
       knowledge/: the library ──┴── symbols, summaries ◀──────────────────┘ (of this file, and of others)
```

| word | meaning |
|---|---|
| intermediate language | what a syntax tree is lowered to: only what matters to null is left of it (`il`) |
| lowering | the part that knows a grammar; one for each language |
| range | a range of a file, in bytes (`ByteRange`) |
| key | a text that names a value: `x`, `x.a`, `d["k"]`. Facts are kept under keys |
| slot | a variable `%1` for the value of an expression that chooses; the program can't name it |
| fact | what is known of one value at one point (`Fact`): whether it is there, its type, where a null comes from |
| nullness | UNKNOWN, NON_NULL, MAYBE or NULL: the lattice is in `nullness` |
| origin | where a null comes from, why, and of which kind: a lookup, a call, a default … (`NullOrigin`) |
| assumption | a test and its outcome that hold on a path. A null that came by another path is excluded by it |
| state | all facts and assumptions at one point (`FlowState`) |
| graph, node, edge | the control flow of one function (`flow/cfg`) |
| dereference | a use of a value that fails if the value is null (`NullDereference`) |
| transfer function | what an expression, an assignment or a call makes of a state (`flow/calls`, `flow/stores`) |
| refinement | what the outcome of a test makes of a state (`flow/refine`) |
| summary | what callers need to know of a function, as a list of cases (`summary`) |
| case | one way in which a function returns: its result, and what then holds of its parameters |
| analysis | what is known of one file: its symbols, summaries and solutions (`symbols`, `summaries`, `analysis`) |
| home | the analysis, or the symbols, of the file that something is in: a variable's name for it |
| unit | a function that is in no other one, with those in it: what an edit leaves valid is kept by unit (`reuse`) |
| moved solution | a solution of the text before an edit, and what has happened to the text since (`MovedSolution`) |
| to need | to use, without a check, a parameter that may be null: calling the function with null is then a use |
| knowledge | rules about the library, as data with examples (`knowledge/python.toml`) |

An example. In `m = re.match(p, s)`, then `if ok or m: m.end()`:

1. The lowering makes `Assign(m, Call(re.match, p, s))` and `If(ShortCircuit(or, ok, m), Evaluate(Call(m.end)))`.
2. The graph has a step for the assignment, a branch for `ok`, one for `m`, and a step for `m.end()` after a node
   where the two ways into the body meet.
3. The knowledge says that `re.match` gives null "when nothing matches", of the kind LOOKUP: `m` is MAYBE. Where `ok`
   holds that stays so; where `m` holds it is NON_NULL. They are joined to MAYBE, with the assumption that excludes the
   null: `ok` is false.
4. `m.end()` dereferences `m`: a `NullDereference`. Its fact has the origin, the assignment on the way, and the test
   that doesn't help.
"""

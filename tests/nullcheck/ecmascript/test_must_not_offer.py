"""Where the code is right and TypeScript can't see it: only what hides the finding is offered, with the reason."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from breadknife.plugins.nullcheck.values import RepairOffer, Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import parse
from support import marked_spans

CASES = (
    "function f(m: M, k: K) {\n  if (m.has(k)) {\n    ⟦m.get(k)⟧.run();\n  }\n}",
    "function f(m: M, k: K) {\n  if (a && m.has(k)) return ⟦m.get(k)⟧.x;\n}",
    "const f = (m: M, k: K) => (m.has(k) ? ⟦m.get(k)⟧.x : 0);",
    "const f = (m: M, k: K) => m.has(k) && ⟦m.get(k)⟧.x;",
    "function f(m: Map<K, A[]>, k: K) {\n  if (!m.has(k)) {\n    m.set(k, []);\n  }\n  ⟦m.get(k)⟧.push(1);\n}",
    "function f(m: M, k: K) {\n  if (!m.has(k)) return;\n  ⟦m.get(k)⟧.push(1);\n}",
    "function f(m: M, k: K) {\n  if (m.has(k)) {\n    const v = m.get(k);\n    ⟦v⟧.run();\n  }\n}",
)
ONLY_LOOKS_LIKE_IT = (
    "function f(x?: X) {\n  try {\n    return ⟦x⟧.y;\n  } finally {\n    g();\n  }\n}",
    "function f(x?: X) {\n  try {\n    g();\n    return ⟦x⟧.y;\n  } catch {\n    return 0;\n  }\n}",
    "function f(x?: X) {\n  try {\n    return ⟦x⟧.y;\n  } catch (e) {\n    throw new E(e);\n  }\n}",
    "function f(x?: X) {\n  try {\n    g();\n  } catch {\n    return ⟦x⟧.y;\n  }\n}",
    "function f(m: M, k: K) {\n  if (!m.has(k)) {\n    ⟦m.get(k)⟧.run();\n  }\n}",
    "function f(m: M, k: K) {\n  if (m.has(j)) {\n    ⟦m.get(k)⟧.run();\n  }\n}",
    "function f(m: M, k: K) {\n  if (m.has(k) || a) {\n    ⟦m.get(k)⟧.run();\n  }\n}",
    "function f(m: M, k: K) {\n  if (!m.has(k)) log(k);\n  ⟦m.get(k)⟧.run();\n}",
    "it('a', () => {\n  expect(y).toBeDefined();\n  ⟦x⟧.y();\n});",
    "it('a', () => {\n  expect(x).toBeNull();\n  ⟦x⟧.y();\n});",
)


def offered(marked: str, source: str = "ts", uri: str = "file:///project/src/a.ts") -> tuple[str, list[RepairOffer]]:
    text, (span,) = marked_spans(marked + "\n")
    tree = parse(text, "typescript")
    assert tree is not None
    assert not tree.root.has_error, text
    file = EcmaScript().open(Document(uri, "typescript", text), tree, None)
    finding = Finding(span, source, "2532", "Object is possibly 'undefined'.")
    place = file.place(finding)
    assert place is not None
    return text, list(file.offers(place, (finding,)))


@pytest.mark.parametrize("marked", CASES)
def test_only_what_hides_it(marked: str) -> None:
    assert [offer.strategy for offer in offered(marked)[1]] == [Strategy.NON_NULL]


@pytest.mark.parametrize("marked", ONLY_LOOKS_LIKE_IT)
def test_what_only_looks_like_a_guard_is_none(marked: str) -> None:
    made = {offer.strategy for offer in offered(marked)[1]}
    assert made & {Strategy.RAISE, Strategy.OPTIONAL_CHAIN}


CALLED = "function f(x?: X) {{\n  {}⟦x⟧.y();\n}}"


@pytest.mark.parametrize(
    "marked",
    [
        CALLED.format("const a = ;\n  "),
        "declare const a: <A>(\n  f(a: ⟦m.get(1)⟧.x): A\n}\nexport declare const b: (a: B)",
    ],
)
def test_nothing_is_offered_where_the_text_around_cannot_be_read(marked: str) -> None:
    text, (span,) = marked_spans(marked + "\n")
    tree = parse(text, "typescript")
    assert tree is not None
    assert tree.root.has_error
    file = EcmaScript().open(Document("file:///project/a.ts", "typescript", text), tree, None)
    finding = Finding(span, "ts", "2532", "Object is possibly 'undefined'.")
    place = file.place(finding)
    assert place is None or list(file.offers(place, (finding,))) == []


@pytest.mark.parametrize("name", ["a.d.ts", "a.d.mts", "a.d.cts"])
def test_no_declaration_file_is_edited(name: str) -> None:
    text = "export function f(x?: X) {\n  ⟦x⟧.y();\n}"
    assert offered(text, uri=f"file:///project/{name}")[1] == []
    assert offered(text, uri="file:///project/a.ts")[1]

"""The catalog is data: its claims about itself hold, it reads back as typed values, and bad data is refused."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest

from breadknife.engine.kinds import FAMILIES, ModelKind, check_role
from breadknife.engine.models.catalog import builtin_catalog, read_catalog
from breadknife.errors import ModelError, UnknownModel

DOCS = Path(__file__).parents[2] / "docs" / "models.md"

ENTRY = """
[[models]]
name = "tiny"
title = "Tiny"
licence = "MIT"
quantisation = "F16"
context_size = 16
roles = ["completion"]
file = "tiny.gguf"
size = 3
sha256 = "{sum}"
"""


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("completion", "qwen2.5-coder-0.5b"),
        ("nullcheck", "qwen2.5-coder-0.5b"),
        ("judge", "smollm2-135m"),
        ("embedding", "all-minilm-l6-v2"),
    ],
)
def test_a_role_has_a_model_by_default(role: str, name: str) -> None:
    assert builtin_catalog().for_role(role).name == name


def test_the_models_are_what_was_measured() -> None:
    assert [
        (m.name, m.size, m.sha256[:8], m.quantisation, m.licence) for m in builtin_catalog().models if m.sha256
    ] == [
        ("qwen2.5-coder-0.5b", 491_400_064, "1d961463", "Q4_K_M", "Apache-2.0"),
        ("qwen2.5-coder-1.5b", 1_117_320_768, "cc324af0", "Q4_K_M", "Apache-2.0"),
        ("smollm2-135m", 98_362_432, "b179c952", "Q4_1", "Apache-2.0"),
        ("all-minilm-l6-v2", 25_279_200, "57381c39", "Q8_0", "Apache-2.0"),
    ]


def test_the_catalog_agrees_with_itself() -> None:
    catalog = builtin_catalog()
    for role, name in catalog.roles.items():
        model = catalog.model(name)
        assert role in model.roles
        check_role(role, name, model.kind)
    for key in "name", "file", "sha256":
        values = [value for model in catalog.models if (value := getattr(model, key))]
        assert len(set(values)) == len(values), key
    for model in catalog.models:
        assert model.hub or model.parts or model.convert, f"{model.name} has no source"
        assert model.sha256 or model.hub, f"{model.name}: only the hub promises a sum"
        assert (model.cell and model.parameters) or "completion" not in model.roles, model.name
        assert Path(model.file).name == model.file, "a file name, not a path: it is joined to the store's folder"
        requirements = [part.requirement for part in (*model.parts, *filter(None, [model.convert]))]
        assert len(set(requirements)) == len(requirements)
        assert all("==" in requirement for requirement in requirements), "a part without a version may change"


@pytest.mark.parametrize(
    ("asked", "hint"),
    [("qwen2.5-coder-05b", "qwen2.5-coder-0.5b"), ("smollm", "smollm2-135m"), ("?", "starcoder2-3b")],
)
def test_an_unknown_name_is_answered_with_the_nearest(asked: str, hint: str) -> None:
    with pytest.raises(UnknownModel, match=hint) as raised:
        builtin_catalog().model(asked)
    assert repr(asked) in str(raised.value)


def test_an_unknown_role_is_answered_with_the_roles() -> None:
    roles = "completion, nullcheck, judge, embedding, rewrite, answer, next-edit, rerank, classify"
    with pytest.raises(UnknownModel, match=f"'cooking'.*{roles}"):
        builtin_catalog().for_role("cooking")


@pytest.mark.parametrize(("role", "kind"), [("rerank", "a reranker"), ("classify", "a classifier")])
def test_a_role_without_a_model_is_answered_with_how_to_add_one(role: str, kind: str) -> None:
    with pytest.raises(UnknownModel, match=f"`breadknife models add FILE --role {role}` adds {kind} of your own"):
        builtin_catalog().for_role(role)


def test_what_nothing_here_uses_is_not_fetched_unasked() -> None:
    assert [model.name for model in builtin_catalog().defaults] == ["qwen2.5-coder-0.5b", "smollm2-135m"]


@pytest.mark.parametrize(
    ("role", "kind", "reason"),
    [
        ("completion", ModelKind.DECODER, ""),
        ("embedding", ModelKind.DECODER, ""),
        ("embedding", ModelKind.ENCODER, ""),
        ("a-plugins-own", ModelKind.CLASSIFIER, ""),
        ("completion", ModelKind.ENCODER, "is an encoder, so it can't have the role completion, which needs a decoder"),
        ("judge", ModelKind.RERANKER, "it can have: rerank"),
        ("embedding", ModelKind.RERANKER, "which needs an encoder"),
        ("rerank", ModelKind.DECODER, "it can have: completion, nullcheck, judge, rewrite, answer, embedding"),
    ],
)
def test_a_role_is_for_models_of_a_kind(role: str, kind: ModelKind, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) if reason else nullcontext():
        check_role(role, "tiny", kind)


def test_next_edit_is_for_models_that_have_learnt_it() -> None:
    with pytest.raises(ModelError, match="tiny hasn't learnt the role next-edit; take a model with one of these in it"):
        check_role("next-edit", "tiny", ModelKind.DECODER)
    for family in FAMILIES["next-edit"]:
        check_role("next-edit", f"My-{family.title()}-1.5B", ModelKind.DECODER)


def test_a_catalog_file_is_read_into_values(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(ENTRY.format(sum="0" * 64), "utf-8")
    (model,) = read_catalog(path).models
    assert (model.name, model.roles, model.hub, model.parts) == ("tiny", ("completion",), None, ())


@pytest.mark.parametrize("sum", ["0" * 63, "G" * 64, "A" * 64])
def test_a_sum_that_is_none_is_refused(tmp_path: Path, sum: str) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(ENTRY.format(sum=sum), "utf-8")
    with pytest.raises(msgspec.ValidationError, match="sha256"):
        read_catalog(path)


def test_the_table_in_the_documentation_is_the_catalog() -> None:
    catalog = builtin_catalog()
    head = ("name", "model", "quantisation", "size", "licence", "languages", "used for")
    rows = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for model in catalog.models:
        used = [f"**{role}**" if catalog.roles.get(role) == model.name else role for role in model.roles]
        rows.append(
            f"| `{model.name}` | {model.title} | {model.quantisation} | {model.size / 1e6:,.0f} MB "
            f"| {model.licence} | {model.languages} | {', '.join(used)} |"
        )
    table = "\n".join(rows)
    assert table in DOCS.read_text("utf-8"), f"docs/models.md should have this table:\n{table}"

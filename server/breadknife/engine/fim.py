"""How models want to be asked for what is missing between two texts (fill-in-the-middle): their control tokens, and in
which order."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from breadknife.engine.api import Part, Prompt, Trim


class Order(StrEnum):
    """What comes first in a prompt. Each control token stands before what it names."""

    PREFIX = "prefix, suffix, middle"
    """What all models have learnt. The text goes on after the suffix, so each typed key has the suffix read again."""
    SUFFIX = "suffix, middle, prefix"
    """The prefix stands after the middle's token, so that a typed key only adds its own tokens."""
    BARE_SUFFIX = "suffix, prefix"
    """The same without a token of the middle: what follows the prefix's is written on."""


@dataclass(frozen=True)
class FimForm:
    """The form of a model's prompts."""

    tokens: tuple[str, str, str]
    """The texts of its control tokens: prefix, suffix, middle. A form without a middle has an empty one."""
    order: Order = Order.PREFIX
    repository: tuple[str, str] | None = None
    """The control tokens before a project's name and before each file's path, if the model has learnt these."""
    bos: str = ""
    """The control token that begins all texts, for a model that was trained so."""

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts that no answer has."""
        return tuple(token for token in (*self.tokens, *(self.repository or ())) if token)

    def prompt(self, prefix: Part, suffix: Part, context: Prompt = ()) -> Prompt:
        """Return the prompt for what is missing between two texts. `context` is what `files` has returned."""
        before, after, middle = self.tokens
        begin = (_control(self.bos),) if self.bos else ()
        match self.order:
            case Order.PREFIX:
                parts = (_control(before), prefix, _control(after), suffix, _control(middle))
            case Order.SUFFIX:
                parts = (_control(before + after), suffix, _control(middle), prefix)
            case Order.BARE_SUFFIX:
                parts = (_control(after), suffix, _control(before), prefix)
        return (*begin, *context, *parts)

    def files(self, project: str, files: Sequence[tuple[str, str]], name: str) -> Prompt:
        """Return the beginning of a prompt with other files, as (path, text), for the file `name`; empty if the model
        has no form for that."""
        if self.repository is None or not files:
            return ()
        repository, file = map(_control, self.repository)
        parts = [repository, Part(f"{project}\n", trim=Trim.NEVER)]
        for path, text in files:
            parts += (file, Part(f"{path}\n{text.rstrip()}\n", trim=Trim.END))
        return (*parts, file, Part(f"{name}\n", trim=Trim.NEVER, keep=True))


_PIPES = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")

QWEN = FimForm(_PIPES, Order.SUFFIX, ("<|repo_name|>", "<|file_sep|>"))
"""Qwen2.5-Coder and Qwen3-Coder. Measured with the 0.5B on HumanEval's single lines, pass@1: 80 % in this order, 54 %
with the prefix first; with the 1.5B both 87 % (`bench/README.md`). The context is that of its training (Hui et al.
2024, section 3.2.2). What is asked of other runtimes has this form, too, and they translate it (`remote`)."""

FORMS = (
    QWEN,
    FimForm(_PIPES),  # CodeGemma, Granite 4
    FimForm(("<fim_prefix>", "<fim_suffix>", "<fim_middle>")),  # StarCoder, StarCoder2, Granite 3
    FimForm(("<fim-prefix>", "<fim-suffix>", "<fim-middle>")),  # SantaCoder
    FimForm(("<|fim_begin|>", "<|fim_hole|>", "<|fim_end|>")),
    FimForm(("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>")),  # DeepSeek-Coder
    FimForm(("▁<PRE>", "▁<SUF>", "▁<MID>")),  # Code Llama
    FimForm(("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>")),  # Granite Code
    FimForm(("[PREFIX]", "[SUFFIX]", ""), Order.BARE_SUFFIX),  # Codestral
)
"""By their tokens, those that need more of them first. The order is the prefix's unless another was measured to be
better, or the model has learnt no other."""


def fim_form(vocabulary: Container[str], named: tuple[str, str, str] | None = None, bos: str = "") -> FimForm | None:
    """Return the form of a model whose tokens are these; None if it can't fill in. `named` are the control tokens that
    its file names: without a form of its own it gets the usual order."""
    for form in FORMS:
        if named in (None, form.tokens) and all(token in vocabulary for token in form.stops):
            return replace(form, bos=bos)
    return FimForm(named, bos=bos) if named else None


@dataclass(frozen=True)
class Infill:
    """What a prompt in Qwen's form asks for, for a runtime that has a form of its own."""

    prefix: str
    suffix: str
    files: tuple[tuple[str, str], ...] = ()
    """Other files, as (path, text)."""


def infill_of(prompt: Prompt) -> Infill | None:
    """Return what a prompt in Qwen's form asks for; None for any other prompt."""
    before, after, middle = QWEN.tokens
    match [(part.text, part.control) for part in prompt]:
        case [*context, (begin, True), (suffix, False), (end, True), (prefix, False)] if (
            begin == before + after and end == middle
        ):
            texts = [text for text, control in context if not control]
            files = [text.partition("\n") for text in texts[1:-1]]  # the first is the project's, the last its own
            return Infill(prefix, suffix, tuple((path, text) for path, _, text in files))
        case _:
            return None


def _control(text: str) -> Part:
    return Part(text, control=True, trim=Trim.NEVER)

"""A miller in a game, who understands you, tells only what is true in the game, and colours it a little.

    python game_character.py "Do you have any flour left?"

An embedding model finds what you want. A template tells the facts, so none can be made up. A small model writes what
the miller does meanwhile, under a grammar that has no room for facts. Without an argument, it is a conversation.
Needs: pip install 'breadknife[engine]'
       breadknife models pull all-minilm-l6-v2 qwen2.5-coder-0.5b
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, Engine, GenerateRequest, Part, Sampling
from breadknife.engine.client import DaemonEngine

EMBEDDER, WRITER = "all-minilm-l6-v2", "qwen2.5-coder-0.5b"
LEAST = 0.35
"""Cosine similarity with an example below which the miller doesn't understand."""
GESTURE = (
    'root ::= "The miller " verb " " word (" " word){1,5} "."\n'
    'verb ::= "wipes" | "points" | "nods" | "smiles" | "looks" | "leans" | "shrugs" | "laughs"\n'
    "word ::= [a-z]{1,10}"
)
"""No number, no name, no quotation: nothing that could be taken for a fact of the game."""


@dataclass(frozen=True)
class World:
    """What is true."""

    sacks: int = 3
    price: int = 12
    road_open: bool = False


@dataclass(frozen=True)
class Intent:
    name: str
    examples: tuple[str, ...]


INTENTS = (
    Intent("greet", ("Hello there!", "Good morning, miller.", "How are you?")),
    Intent("stock", ("Do you have flour?", "How many sacks are left?", "Is there any flour for sale?")),
    Intent("buy", ("I want to buy a sack.", "Sell me some flour.", "I'll take one, here is the money.")),
    Intent("road", ("Is the road to the town open?", "How do I get to the town?", "Can I cross the bridge?")),
    Intent("leave", ("Goodbye.", "I have to go now.", "See you later.")),
)
PUZZLED = "I grind corn. Ask me about flour, or about the road."


def facts(intent: str, world: World) -> tuple[str, World]:
    """What the miller says, and what is true afterwards."""
    match intent:
        case "greet":
            return "Good day to you.", world
        case "stock" if world.sacks:
            return f"{world.sacks} sacks are left, at {world.price} coins each.", world
        case "stock":
            return "Not a grain is left.", world
        case "buy" if world.sacks:
            left = replace(world, sacks=world.sacks - 1)
            return f"Here you are. That is {world.price} coins.", left
        case "buy":
            return "I would, but not a grain is left.", world
        case "road":
            return ("The road is open." if world.road_open else "The bridge is down, so the road is closed."), world
        case "leave":
            return "Safe travels.", world
        case _:
            return PUZZLED, world


class Miller:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        examples = [(intent.name, example) for intent in INTENTS for example in intent.examples]
        vectors = self._embed([example for _, example in examples])
        self._known = [(name, vector) for (name, _), vector in zip(examples, vectors, strict=True)]

    def understand(self, words: str) -> str:
        """The intent whose example is nearest; empty if none is near."""
        [asked] = self._embed([words])
        scores: Mapping[float, str] = {sum(map(float.__mul__, asked, vector)): name for name, vector in self._known}
        best = max(scores)
        return scores[best] if best >= LEAST else ""

    def answer(self, words: str, world: World) -> tuple[str, World]:
        said, after = facts(self.understand(words), world)
        return f"{self._gesture(words, said)} “{said}”", after

    def _gesture(self, words: str, said: str) -> str:
        prompt = f"A scene in a story. A stranger says: “{words}” The miller answers: “{said}” Meanwhile, "
        request = GenerateRequest(
            WRITER, (Part(prompt),), max_tokens=24, grammar=GESTURE, sampling=Sampling(temperature=0.7, seed=len(words))
        )
        return "".join(chunk.text for chunk in self._engine.generate(request, CancelToken()))

    def _embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        return self._engine.embed(EmbedRequest(EMBEDDER, tuple(texts)), CancelToken()).vectors


def main() -> None:
    with closing(DaemonEngine(client="game character")) as engine:
        miller, world = Miller(engine), World()
        for words in sys.argv[1:] or iter(lambda: input("> "), ""):
            answer, world = miller.answer(words, world)
            print(answer)


if __name__ == "__main__":
    main()

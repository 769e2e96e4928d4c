from __future__ import annotations

import re


class Store:
    def __init__(self) -> None:
        self.path: str | None = None

    def find(self, key: str) -> re.Match[str] | None:
        return re.match(key, "é😀")


def load(store: Store, names: list[str] | None = None) -> str:
    text = "é😀" + store.find("a").group()
    for name in names:
        text += name
    first = names[0]
    with store.find(first) as found:
        print(found)
    print("😀", store.path.upper(), store.path + text)
    size: int = store.path
    return store.find(text).group()


def length(store: Store) -> int:
    return len(store.path) + store.find("b")()

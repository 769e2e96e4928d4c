"""Which language a paragraph is in."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.spoken import detect, languages
from breadknife.text.prose import ProseText


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The function returns a list of the elements that are not null.", ""),
        ("Die Funktion gibt eine Liste zurück und ist nicht für den Gebrauch gedacht.", "de"),
        ("La función devuelve una lista de los elementos que no son nulos.", "es"),
        ("Cette fonction renvoie une liste des éléments qui ne sont pas nuls.", "fr"),
        ("O método devolve uma lista de elementos que não são nulos.", "pt"),
        ("Questa funzione è una delle più usate, con un elenco degli elementi.", "it"),
        ("De functie geeft een lijst van de elementen die niet leeg zijn.", "nl"),
        ("Funkcja zwraca listę, która nie jest pusta, i to jest dobre.", "pl"),
        ("Функция возвращает список.", "ru"),
        ("Функція повертає список її елементів.", "uk"),
        ("これはテストです。", "ja"),
        ("此函数返回一个列表。", "zh"),
        ("Η συνάρτηση επιστρέφει μια λίστα.", "el"),
        ("הפונקציה מחזירה רשימה", "he"),
        ("Use `die` and `der` of the module.", ""),
        ("The Straße of the Königsgäßchen is in the list.", ""),
        ("Dummy0", None),
        ("Installation", None),
        ("", None),
    ],
)
def test_detect(text: str, expected: str | None) -> None:
    assert detect(text) == expected


GERMAN = "Die Funktion gibt eine Liste zurück und ist nicht für den Gebrauch gedacht."
ENGLISH = "The function returns a list of the elements that are not null."


@pytest.mark.parametrize(
    ("paragraphs", "default", "expected"),
    [
        ([("Title", ""), (ENGLISH, ""), (ENGLISH, "")], "", ["", "", ""]),
        ([("Titel", ""), (GERMAN, ""), (GERMAN, ""), (ENGLISH, "")], "", ["de", "de", "de", ""]),
        ([("Title", ""), (ENGLISH, ""), (GERMAN, "")], "", ["", "", "de"]),
        ([(GERMAN, "en-GB"), ("Titel", "de-AT"), (ENGLISH, "")], "", ["", "de-AT", ""]),
        ([("Titel", ""), (ENGLISH, "en"), (GERMAN, "")], "fr", ["fr", "", "fr"]),
        ([(GERMAN, ""), (GERMAN, "pt_BR")], "en-US", ["", "pt-BR"]),
        ([], "", []),
    ],
)
def test_languages(paragraphs: list[tuple[str, str]], default: str, expected: list[str]) -> None:
    found = languages([ProseText(text, (), language=language) for text, language in paragraphs], default)
    assert found == expected

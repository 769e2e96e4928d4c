"""Which language a paragraph is in."""

from __future__ import annotations

import shutil
import time

import pytest
import requests

from breadknife.plugins.prose.engines.jvm.installed import server_jar
from breadknife.plugins.prose.engines.jvm.server import launch
from breadknife.plugins.prose.engines.languagetool_client import clients_of_ours
from breadknife.plugins.prose.language import DETECTED, detect, languages
from breadknife.text.prose import ProseText


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The function returns a list of the elements that are not null.", "en"),
        ("Die Funktion gibt eine Liste zurück und ist nicht für den Gebrauch gedacht.", "de"),
        ("La función devuelve una lista de los elementos que no son nulos.", "es"),
        ("Cette fonction renvoie une liste des éléments qui ne sont pas nuls.", "fr"),
        ("O método devolve uma lista de elementos que não são nulos.", "pt"),
        ("Questa funzione è una delle più usate, con un elenco degli elementi.", "it"),
        ("De functie geeft een lijst van de elementen die niet leeg zijn.", "nl"),
        ("Funkcja zwraca listę, która nie jest pusta, i to jest dobre.", "pl"),
        ("La función devuelve una llista de los elementos que nun son nulos, y esti ye'l camín.", "ast"),
        ("Bu funktsiya bir cedvel qaytara ve onıñ içün eñ yahşı olğan yol.", "crh"),
        ("Funktionen er en af dem som ikke kan bruges, og det er på listen.", "da"),
        ("Funksjonen er en av dem som ikke kan brukes, og det er på listen å se.", "nb"),
        ("Funkce vrací seznam, který není prázdný, nebo je to jako při prvním.", "cs"),
        ("Funkcia vracia zoznam, ktorý nie je prázdny, alebo je to ako pri prvom.", "sk"),
        ("Bu işlev bir liste verir ve boş değil, çok daha iyi olan için.", "tr"),
        ("Функция возвращает список.", "ru"),
        ("Функція повертає список її елементів.", "uk"),
        ("これはテストです。", "ja"),
        ("此函数返回一个列表。", "zh"),
        ("Η συνάρτηση επιστρέφει μια λίστα.", "el"),
        ("הפונקציה מחזירה רשימה", "he"),
        ("Use `die` and `der` of the module.", "en"),
        ("The Straße of the Königsgäßchen is in the list.", "en"),
        ("Dummy0", None),
        ("Installation", None),
        ("", None),
    ],
)
def test_detect(text: str, expected: str | None) -> None:
    assert detect(text) == expected


@pytest.mark.java
def test_each_language_of_the_real_server_is_told() -> None:
    java, jar = shutil.which("java"), server_jar()
    assert java is not None
    assert jar is not None
    server = launch(java, jar)
    try:
        client = clients_of_ours(server.url, server.certificate)
        while True:
            try:
                listed = client("en-US")._get_languages()
                break
            except requests.RequestException:
                assert not server.has_ended
                time.sleep(0.1)
    finally:
        server.stop()
    assert {each.split("-")[0] for each in listed - {"auto"}} <= DETECTED


GERMAN = "Die Funktion gibt eine Liste zurück und ist nicht für den Gebrauch gedacht."
ENGLISH = "The function returns a list of the elements that are not null."


@pytest.mark.parametrize(
    ("paragraphs", "default", "expected"),
    [
        ([("Title", ""), (ENGLISH, ""), (ENGLISH, "")], "", ["en", "en", "en"]),
        ([("Titel", ""), (GERMAN, ""), (GERMAN, ""), (ENGLISH, "")], "", ["de", "de", "de", "en"]),
        ([("Title", ""), (ENGLISH, ""), (GERMAN, "")], "", ["en", "en", "de"]),
        ([(GERMAN, "en-GB"), ("Titel", "de-AT"), (ENGLISH, "")], "", ["en", "de-AT", "en"]),
        ([("Titel", ""), (ENGLISH, "en"), (GERMAN, "")], "fr", ["fr", "en", "fr"]),
        ([(GERMAN, ""), (GERMAN, "pt_BR")], "en-US", ["en", "pt-BR"]),
        ([], "", []),
    ],
)
def test_languages(paragraphs: list[tuple[str, str]], default: str, expected: list[str]) -> None:
    found = languages([ProseText(text, (), language=language) for text, language in paragraphs], default)
    assert found == expected

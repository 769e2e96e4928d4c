"""Which language a paragraph is in."""

from __future__ import annotations

import shutil
import time
from string import ascii_lowercase

import pytest
import requests

from breadknife.plugins.prose.engines.jvm.installed import server_jar
from breadknife.plugins.prose.engines.jvm.server import launch
from breadknife.plugins.prose.engines.languagetool_client import clients_of_ours
from breadknife.plugins.prose.language import DETECTED, UNKNOWN, DocumentLanguage
from breadknife.text.prose import ProseText

GERMAN = "Die Funktion gibt eine Liste zurück und ist nicht für den Gebrauch gedacht."
LONG_GERMAN = (
    f"{GERMAN} Wenn sie leer ist, wird ein Fehler gemeldet, und die Werte werden auch nicht mehr gespeichert, "
    "weil das bei einer Datei sehr lange dauern kann."
)
ENGLISH = "The function returns a list of the elements that are not null."
LONG_ENGLISH = (
    f"{ENGLISH} If you have more than one of them, it will also tell you which of these can be used with the other."
)
INVENTED = (
    "Zorl mebat kiro pandu. Felti garo umesk trelo vanti hoska. Miru neka polt sarbo drinu kelva teska lumo. "
    "Ostri velam kuno beld, yarpi stole mandu."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        ("Der Wert der Variable ist der Name der Datei, in der er gespeichert wird.", "de"),
        ("Wenn er leer ist, wird er an den Server gesendet, der den Fehler meldet.", "de"),
        ("La función devuelve una lista de los elementos que no son nulos.", "es"),
        ("Cette fonction renvoie une liste des éléments qui ne sont pas nuls.", "fr"),
        ("O método devolve uma lista de elementos que não são nulos.", "pt"),
        ("Questa funzione è una delle più usate, con un elenco degli elementi.", "it"),
        ("De functie geeft een lijst van de elementen die niet leeg zijn.", "nl"),
        ("La funció retorna una llista dels elements que no són nuls, i és molt útil per a tots.", "ca"),
        ("Esta función devolve unha lista dos elementos que non son nulos, e tamén é máis rápida.", "gl"),
        ("Funkcja zwraca listę, która nie jest pusta, i to jest dobre.", "pl"),
        ("La función devuelve una llista de los elementos que nun son nulos, y esti ye'l camín de la xente.", "ast"),
        ("Funktionen er en af dem som ikke kan bruges, og det er på listen efter den næste.", "da"),
        ("Funksjonen er en av dem som ikke kan brukes, og det er noe å se etter på listen.", "nb"),
        ("Funktionen är en av dem som inte kan användas, och det är på listan efter nästa.", "sv"),
        ("Funkce vrací seznam, který není prázdný, nebo je to jako při prvním.", "cs"),
        ("Funkcia vracia zoznam, ktorý nie je prázdny, alebo je to ako pri prvom.", "sk"),
        ("Bu işlev bir liste verir ve boş değil, çok daha iyi olan için.", "tr"),
        ("Fungsi ini akan memberi daftar yang tidak kosong, dan itu juga untuk anda.", "id"),
        ("Функция возвращает список, и он не пустой, если вы это не изменили.", "ru"),
        ("Функція повертає список її елементів, і він не порожній.", "uk"),
        ("Функцията връща списък, който не е празен, и това се използва от всички.", "bg"),
        ("これはテストです。", "ja"),
        ("此函数返回一个列表。", "zh"),
        ("Η συνάρτηση επιστρέφει μια λίστα.", "el"),
        ("הפונקציה מחזירה רשימה", "he"),
        ("Use `die` and `der` of the module.", "en"),
        ("The Straße of the Königsgäßchen is in the list.", "en"),
        (INVENTED, UNKNOWN),
        ("ফাংশনটি একটি তালিকা ফেরত দেয়", UNKNOWN),
        ("Dummy0", "en"),
        ("Installation", "en"),
        ("\u200b\u200d 🎉🎉 — 12.5 %", "en"),
        ("", "en"),
    ],
)
def test_of_one_paragraph(text: str, expected: str) -> None:
    assert DocumentLanguage.of([ProseText(text, ())], "").tag == expected


@pytest.mark.parametrize(
    ("paragraphs", "declared", "expected"),
    [
        ([("Title", ""), (ENGLISH, ""), (ENGLISH, "")], "", ["en", "en", "en"]),
        ([("Titel", ""), (LONG_GERMAN, ""), (GERMAN, ""), (ENGLISH, "")], "", ["de", "de", "de", "en"]),
        ([("Titel", ""), (LONG_GERMAN, ""), (LONG_GERMAN, ""), (LONG_ENGLISH, "")], "", ["de", "de", "de", "en"]),
        ([("Title", ""), (LONG_ENGLISH, ""), (LONG_ENGLISH, ""), (GERMAN, "")], "", ["en", "en", "en", "de"]),
        ([("Title", ""), (LONG_ENGLISH, ""), (LONG_ENGLISH, ""), (LONG_GERMAN, "")], "", ["en", "en", "en", "de"]),
        ([("Titel", ""), (LONG_GERMAN, ""), ("See the file of the team.", "")], "", ["de", "de", "de"]),
        ([(GERMAN, "en-GB"), ("Titel", "de-AT"), (ENGLISH, "")], "", ["en", "de-AT", "en"]),
        ([("Titel", ""), (ENGLISH, "en"), (GERMAN, "")], "fr", ["fr", "en", "fr"]),
        ([(GERMAN, ""), (GERMAN, "pt_BR")], "en-US", ["en", "pt-BR"]),
        ([], "", []),
    ],
)
def test_of_a_document(paragraphs: list[tuple[str, str]], declared: str, expected: list[str]) -> None:
    texts = [ProseText(text, (), language=language) for text, language in paragraphs]
    language = DocumentLanguage.of(texts, declared)
    assert [language.of_paragraph(each) for each in texts] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kitap listesi. Django kılavuzu, yığın ağı, bağlantı kırığı, sığ çağrı ağacı.", "tr"),
        ("Piątki z Kubernetes. Wykład i dyskusja. Książki źródłowe, świeżość, żądania, ścieżki.", "pl"),
        (
            f"Это работает как для всех, так и не только: {' '.join(f'term{each}' for each in ascii_lowercase)}.",
            "ru",
        ),
        ("Thanks to Łukasz, Jiří and Nguyễn, who have sent this to us in the last year.", "en"),
    ],
)
def test_letters_tell_where_common_words_are_few(text: str, expected: str) -> None:
    assert DocumentLanguage.of([ProseText(text, ())], "").tag == expected


@pytest.mark.parametrize("index", range(3))
def test_no_part_of_a_paragraph_is_in_another_language(index: int) -> None:
    """A foreign sentence changes nothing, wherever it stands."""
    sentences = [LONG_ENGLISH, LONG_ENGLISH, LONG_ENGLISH]
    sentences.insert(index, GERMAN)
    mixed = ProseText(" ".join(sentences), ())
    assert DocumentLanguage("en").of_paragraph(mixed) == "en"


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

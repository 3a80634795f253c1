"""Normalization: which texts are equal for search and ordering."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.customers.normalization import (
    derive_name,
    email_key,
    email_keys,
    make_search_text,
    normalize,
    search_words,
)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("José", "jose"),
        ("MÜLLER", "muller"),
        ("Straße", "strasse"),
        ("Łukasz Øster", "lukasz oster"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ("山田", "山田"),
        ("٤٢ ४२", "42 42"),
    ],
)
def test_case_and_accents_are_ignored(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@pytest.mark.parametrize(
    "texts",
    [
        ["محمد", "مُحَمَّد", "محـــمد", "\ufee3\ufea4\ufee4\ufeaa"],
        ["احمد", "أحمد", "إحمد", "آحمد", "ٱحمد"],
        ["مومن", "مؤمن"],
        ["رييس", "رئيس"],
        ["مصطفي", "مصطفى", "مصطفی"],
        ["فاطمه", "فاطمة"],
        ["كريم", "کریم"],
        ["שלום", "שָׁל֔וֹם"],
        ["ܫܠܡܐ", "ܫܠܳܡܳܐ"],
        ["мил", "ми\u0301л"],
    ],
)
def test_marks_and_forms_that_are_left_out_in_writing_are_ignored(texts: list[str]) -> None:
    assert {*map(normalize, texts)} == {texts[0]}


@pytest.mark.parametrize(
    "texts",
    [
        ["กิน", "กัน", "กน", "ก้น"],  # Thai
        ["की", "का", "कु", "क", "क्"],  # Devanagari
        ["কি", "কু", "ক"],  # Bengali
        ["கி", "கு", "க"],  # Tamil
        ["ກິ", "ກຸ", "ກ"],  # Lao
        ["ကိ", "ကု", "က"],  # Myanmar
        ["កិ", "កុ", "ក"],  # Khmer
        ["ދި", "ދު", "ދ"],  # Thaana
        ["か", "が"],
    ],
)
def test_marks_that_are_vowels_are_not_removed(texts: list[str]) -> None:
    assert len({*map(normalize, texts)}) == len(texts)


def test_characters_without_a_shape_are_ignored() -> None:
    formats = {
        each for each in map(chr, range(sys.maxunicode)) if unicodedata.category(each) == "Cf"
    }
    others = "\u034f\u115f\u3164\ufe0f\U000e0100\u180b\x01\x7f"

    assert len(formats) > 100
    assert {normalize(f"an{each}na{each}") for each in (*formats, *others)} == {"anna"}
    assert normalize("می\u200cخواهم") == normalize("میخواهم")


@pytest.mark.parametrize("apostrophe", "'’ʼ‘`´ʻ′՚׳＇")
def test_apostrophes_are_one(apostrophe: str) -> None:
    assert normalize(f"O{apostrophe}Brien") == "o'brien"


@pytest.mark.parametrize("hyphen", "-‐‑‒–—―−﹣－־⁃\u02d7")
def test_hyphens_and_dashes_are_one(hyphen: str) -> None:
    assert normalize(f"Anne{hyphen}Marie") == "anne-marie"
    assert normalize(f"Anne {hyphen} Marie") == "anne marie"


@pytest.mark.parametrize(
    "text",
    [
        "schmidt alexandra",
        "Schmidt, Alexandra",
        "Schmidt,Alexandra",
        "Schmidt; (Alexandra)",
        "„Schmidt“ — Alexandra!",
        "Schmidt/Alexandra",
        "Schmidt. 'Alexandra'",
        "¿Schmidt・Alexandra؟",
        "Schmidt، Alexandra。",
        "\u3000Schmidt\u00a0\u2003Alexandra\u2028\n",
    ],
)
def test_punctuation_and_white_space_around_words_are_ignored(text: str) -> None:
    assert normalize(text) == "schmidt alexandra"


@pytest.mark.parametrize(
    "text",
    ["doe@example.org", "o'brien@x.org", "first.last", "a+b@x.org", "crm_7-b", "@x.org", "at&t"],
)
def test_punctuation_within_emails_and_identifiers_stays(text: str) -> None:
    assert normalize(text.upper()) == text


@pytest.mark.parametrize("text", ["!?", "-", "´", "…", "\u200b", "'", "+ | ="])
def test_punctuation_alone_is_an_empty_text(text: str) -> None:
    assert normalize(text) == ""


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text(), st.text())
def test_a_normalized_text_contains_its_normalized_parts(before: str, part: str) -> None:
    assert normalize(part.strip()) in normalize(f"{before} {part.strip()} {before}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("info@straße.example", "info@strasse.example"),
        ("info@βόλος.example", "info@βόλοσ.example"),
        ("owner@bıg.example", "owner@big.example"),
        ("josé@example.org", "jose@example.org"),
    ],
)
def test_only_the_case_of_emails_is_ignored(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)
    assert email_key(one.title()) == email_key(one)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Ann@Example.org", ["ann@example.org"]),
        ("info@STRAßE.example", ["info@straße.example", "info@xn--strae-oqa.example"]),
        ("info@xn--strae-oqa.example", ["info@xn--strae-oqa.example", "info@straße.example"]),
        ("plus vip@example.org ", ["plus+vip@example.org"]),
        ("a@under_score.example", ["a@under_score.example"]),
        ("no address", ["no+address"]),
        ("@", ["@"]),
        ("\u200eann@exam\u00adple.org ", ["\u200eann@exam\u00adple.org", "ann@example.org"]),
        ("ann@\u3164example.org\ufe0f", ["ann@\u3164example.org\ufe0f", "ann@example.org"]),
    ],
)
def test_an_address_has_a_key_for_each_spelling_of_its_domain(text: str, keys: list[str]) -> None:
    assert email_keys(text) == keys


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Jürg MÜLLER", "jurg muller juerg mueller"),
        ("Mu\u0308ller", "muller mueller"),
        ("Mueller", "mueller muller"),
        ("Goethe", "goethe gothe"),
        ("Bauer Neuer Quelle", "bauer neuer quelle"),
        ("Boettcher-Müller", "boettcher-muller boettcher-mueller bottcher-muller"),
        ("Søren Æbelø", "soren aebelo soeren aebeloe abelo"),
        ("Weiß", "weiss"),
        ("山田", "山田"),
        ("", ""),
    ],
)
def test_words_are_stored_in_each_spelling_of_their_umlauts(text: str, stored: str) -> None:
    assert make_search_text(text) == stored


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Böttcher-Mueller", ["bottcher", "mueller"]),
        ("Anna Böttcher-Mueller", ["anna", "bottcher", "mueller"]),
        ("Böttcher-Müller", ["bottcher-muller"]),
        ("Böttcher-Mu", ["bottcher-mu"]),
        ("Bauer-Neuer", ["bauer-neuer"]),
        ("ae-123456", ["ae-123456"]),
        ("boe-ttcher@shop.example", ["boe-ttcher@shop.example"]),
    ],
)
def test_a_search_for_a_hyphenated_name_with_an_umlaut_has_a_word_for_each_part(
    text: str, words: list[str]
) -> None:
    assert search_words(text) == words


@given(
    st.lists(st.sampled_from(["Böttcher", "Boettcher", "Mueller", "Müller", "Weiß"]), min_size=1)
)
def test_mixed_spellings_of_a_hyphenated_name_find_each_other(parts: list[str]) -> None:
    others = [{"Böttcher": "Boettcher", "Mueller": "Müller"}.get(part, part) for part in parts]

    assert all(word in make_search_text("-".join(others)) for word in search_words("-".join(parts)))


@given(st.text())
def test_each_spelling_of_an_umlaut_finds_the_others(text: str) -> None:
    spellings = [f"{text}{umlaut}ller" for umlaut in ("ü", "u\u0308")]

    for spelling in spellings:
        assert all(normalize(each) in make_search_text(spelling) for each in spellings)


@pytest.mark.parametrize(
    "parts",
    [
        {"_scheme": "calling_full", "calling_name": "Hanna", "full_name": "Johanna Weiß"},
        {"_scheme": "full", "calling_name": "Hanna", "full_name": "Johanna Weiß"},
        {"_legacy": "Johanna Weiß", "latin_transcription": "Hanna"},
        {"_scheme": "full", "full_name": "Johanna Weiß", "kana_transcription": "Hanna"},
    ],
)
def test_calling_names_and_transcriptions_are_searched_but_not_ordered_by(
    parts: dict[str, str | None],
) -> None:
    name = derive_name(parts)

    assert name.normalized == "johanna weiss"
    assert name.search_text == "johanna weiss hanna"


def test_other_parts_beside_the_name_are_not_searched() -> None:
    parts = {"_scheme": "full", "full_name": "Jo", "salutation": "Mx", "zzz": "y"}

    assert derive_name(parts | {"calling_name": None}).search_text == "jo"

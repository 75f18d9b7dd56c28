"""Countries as prose names them: ``North Korea``, ``Pyongyang``, ``Chinese``, ``the isolated nation``."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from tidewaiter.claims.read.lexicon import Lexicon

__all__ = ["Actor", "actors_lexicon"]


class Actor(NamedTuple):
    """A country in a sentence.

    ``code`` is empty for a word that points back (``its neighbour``, ``it``). ``adjective`` tells ``Chinese`` from
    ``China``; ``capital`` a seat of government that stands for the country.
    """

    code: str
    adjective: bool = False
    capital: bool = False
    pointing: str = ""
    epithet: bool = False


_ADJECTIVES: Final = {
    "CHN": "Chinese", "PRK": "North Korean", "KOR": "South Korean", "JPN": "Japanese", "RUS": "Russian",
    "USA": "American", "GBR": "British", "DEU": "German", "FRA": "French", "ITA": "Italian", "ESP": "Spanish",
    "IND": "Indian", "IDN": "Indonesian", "VNM": "Vietnamese", "THA": "Thai", "MYS": "Malaysian", "TUR": "Turkish",
    "KAZ": "Kazakh", "KGZ": "Kyrgyz", "UZB": "Uzbek", "BRA": "Brazilian", "ARG": "Argentine", "AUS": "Australian",
    "CAN": "Canadian", "MEX": "Mexican", "IRN": "Iranian", "IRQ": "Iraqi", "SAU": "Saudi", "UKR": "Ukrainian",
    "POL": "Polish", "BLR": "Belarusian", "MNG": "Mongolian", "TWN": "Taiwanese", "PAK": "Pakistani",
    "BGD": "Bangladeshi", "EGY": "Egyptian", "NGA": "Nigerian", "ZAF": "South African", "CHL": "Chilean",
    "PER": "Peruvian", "GEO": "Georgian", "ARM": "Armenian", "AZE": "Azerbaijani", "NLD": "Dutch", "SWE": "Swedish",
    "CHE": "Swiss", "NOR": "Norwegian", "FIN": "Finnish", "SGP": "Singaporean", "PHL": "Filipino", "ISR": "Israeli",
    "HKG": "Hong Kong", "EU27": "European Union", "LTU": "Lithuanian", "LVA": "Latvian", "EST": "Estonian",
    "CZE": "Czech", "HUN": "Hungarian", "ROU": "Romanian", "GRC": "Greek", "PRT": "Portuguese", "AUT": "Austrian",
    "BEL": "Belgian", "DNK": "Danish", "IRL": "Irish", "NZL": "New Zealand", "MMR": "Myanmar", "KHM": "Cambodian",
    "LAO": "Lao", "TJK": "Tajik", "TKM": "Turkmen", "SRB": "Serbian", "CUB": "Cuban", "VEN": "Venezuelan",
    "COL": "Colombian", "ECU": "Ecuadorian", "ETH": "Ethiopian", "KEN": "Kenyan", "MAR": "Moroccan", "DZA": "Algerian",
    "LBY": "Libyan", "SYR": "Syrian", "QAT": "Qatari", "KWT": "Kuwaiti", "OMN": "Omani", "LKA": "Sri Lankan",
    "NPL": "Nepalese", "AFG": "Afghan", "MDA": "Moldovan", "BGR": "Bulgarian", "HRV": "Croatian", "SVK": "Slovak",
}  # fmt: skip

_CAPITALS: Final = {
    "Beijing": "CHN", "Pyongyang": "PRK", "Seoul": "KOR", "Tokyo": "JPN", "Moscow": "RUS", "Washington": "USA",
    "London": "GBR", "Berlin": "DEU", "Paris": "FRA", "New Delhi": "IND", "Delhi": "IND", "Hanoi": "VNM",
    "Ankara": "TUR", "Bishkek": "KGZ", "Astana": "KAZ", "Tashkent": "UZB", "Kyiv": "UKR", "Tehran": "IRN",
    "Canberra": "AUS", "Ottawa": "CAN", "Taipei": "TWN", "Jakarta": "IDN", "Brasilia": "BRA", "Brussels": "EU27",
}  # fmt: skip

_EPITHETS: Final = {
    "the isolated nation": "PRK", "the isolated country": "PRK", "the reclusive country": "PRK",
    "the reclusive state": "PRK", "the reclusive nation": "PRK", "the hermit kingdom": "PRK", "the North": "PRK",
    "the South": "KOR",
}  # fmt: skip
"""Names that newspapers use for one country only; they are believed only where an article names that country."""

_POINTING: Final = {
    "it": "subject", "the country": "country", "the nation": "country", "its": "subject",
    **{
        f"{own} {side}{word}": "other"
        for own in ("its", "the")
        for side in ("", "northern ", "southern ", "eastern ", "western ", "isolated ", "reclusive ", "impoverished ",
                     "nuclear-armed ", "bigger ", "larger ", "smaller ")
        for word in ("neighbour", "neighbor")
    },
    "across the border": "border", "over the border": "border", "the two countries": "both",
    "the two neighbours": "both", "the two neighbors": "both", "the neighbours": "both", "the neighbors": "both", "the two nations": "both", "the two sides": "both",
    "the two": "both", "both countries": "both",
}  # fmt: skip

_SKIPPED: Final = {
    "GEO",
    "TCD",
    "JEY",
    "GIN",
    "MLI",
    "R_AFR",
    "R_ASI",
    "R_EUR",
    "R_NAM",
    "R_CAM",
    "R_OCE",
    "R_SAM",
    "PACRIM",
    "LAREP",
}
"""Names that are more often something else, or areas without dated members."""

_EXTRA: Final = {
    "the United States": "USA", "the US": "USA", "the U.S.": "USA", "the UK": "GBR", "the United Kingdom": "GBR",
    "the Netherlands": "NLD", "the Philippines": "PHL", "the EU": "EU27", "EU": "EU27", "the European Union": "EU27",
    "the world": "W00", "Mainland China": "CHN", "mainland China": "CHN",
}  # fmt: skip


@cache
def actors_lexicon() -> Lexicon[Actor]:
    """Return every phrase that names a country, or points to one.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> book = actors_lexicon()
    >>> [book.at(tokens(text), 0)[0].code for text in ("North Korean", "Pyongyang", "the EU")]
    ['PRK', 'PRK', 'EU27']
    """
    from tidewaiter.codes.areas import all_areas

    table: dict[str, Actor] = {}
    for found in all_areas().values():
        if found.kind not in ("country", "group") or found.code in _SKIPPED:
            continue
        if found.code in ("EU", "EU28", "EU27_IN", "EU27_XT"):
            continue  # read as the 27 members of today
        for name in (found.name, found.official, *found.aliases):
            plain = name.isascii() and name[:1].isupper() and "(" not in name and "," not in name and len(name) > 1
            if plain and not name[0].islower() and name not in ("World",):
                table.setdefault(name, Actor(found.code))
    table.update({name: Actor(code) for name, code in _EXTRA.items()})
    table.update({name: Actor(code, adjective=True) for code, name in _ADJECTIVES.items() if name not in table})
    table.update({name: Actor(code, capital=True) for name, code in _CAPITALS.items()})
    table.update({name: Actor(code, epithet=True) for name, code in _EPITHETS.items()})
    for phrase, way in _POINTING.items():
        table[phrase] = Actor("", pointing=way)
        if way != "border":
            table[phrase[:1].upper() + phrase[1:]] = Actor("", pointing=way)
    for name in [name for name in table if name.startswith("the ")]:
        table["The " + name[4:]] = table[name]
    return Lexicon(table.items())

"""The closed vocabulary of customs reporting: what a word does in a sentence.

Each word or phrase has a tag of one letter; the grammar (:mod:`tidewaiter.claims.read.grammar`) is written in these
letters. A word that is in no table is ``w``: the grammar never reads across one.

==== ==================================================== ==== =======================================================
T    trade as a noun: exports, imports, shipments          V    trade as a verb: exported, bought, shipped
G    goods                                                 A    a country
M    money                                                 W    a weight
C    pieces, pairs, sets, doses                            N    a bare number
%    per cent                                              X    a multiple: 96-fold, 40.7 times
F    a part: a fifth, half                                 u    a price a piece or kilogram
O    a number that is no amount of customs                 Z    none, zero
P    whole months                                          Y    months counted back: a year earlier
K    since a month                                         J    a day
?    time that is no run of whole months                   L    came to: was, reached, totalled
l    worth, valued at                                      U    rose, increase
D    fell, decrease                                        B    doubled, halved
H    accounting for                                        E    highest, lowest, record
1    for the first time                                    S    third straight month
c    compared with, than                                   e    exceeding
t    to                                                    f    from
b    by                                                    o    of
i    in, at, on                                            a    and, but, while, with
r    which, that                                           v    value, volume, total
k    taking, bringing (the total to)                       m    could, expected, if
n    not, never                                            x    excluding, in yuan terms, by rail
Q    cases, infections, deaths                             ,    a comma or other stop inside a sentence
q    a quotation mark                                      s    data showed, according to
h    a hyphen inside a word                                !    started to appear
R    an 18-month high                                      I    included
j    share (of)                                            -    words that change nothing
==== ==================================================== ==== =======================================================
"""

from __future__ import annotations

from functools import cache
from typing import Final

from tidewaiter.claims.read.lexicon import Lexicon

__all__ = ["DROPPED", "word_lexicon"]

DROPPED: Final = "-"
"""The tag of words that change nothing: articles, ``also``, ``monthly``."""


_TOPS: Final = ("top", "main", "biggest", "largest", "leading", "key", "major", "principal", "primary")
"""Words before exports that speak of the first of a list, not of all of them."""


def _entries() -> list[tuple[str, tuple[str, str]]]:
    table: list[tuple[str, tuple[str, str]]] = []

    def add(tag: str, meaning: str, words: str) -> None:
        table.extend((word.strip(), (tag, word.strip() if tag in "mnx," else meaning)) for word in words.split("|"))

    add("T", "X", "exports|export|outbound shipments|overseas shipments|outgoing shipments|overseas sales")
    add("T", "M", "imports|import|inbound shipments|purchases|purchase")
    add("T", "S", "shipments|shipment|deliveries|delivery|sales")
    add(
        "T",
        "X top",
        "|".join(f"{top} {one}" for top in _TOPS for one in ("exports", "export", "export items", "export item")),
    )
    add(
        "T",
        "M top",
        "|".join(f"{top} {one}" for top in _TOPS for one in ("imports", "import", "import items", "import item")),
    )
    add(
        "T",
        "B surplus",
        "trade surplus|surplus|trade surpluses|surplus in trade|goods trade surplus|merchandise trade surplus",
    )
    add(
        "T",
        "B deficit",
        "trade deficit|deficit|trade deficits|deficit in trade|trade gap|goods trade deficit|merchandise trade deficit",
    )
    add("T", "X value", "export value|value of exports|export earnings in value")
    add("T", "X volume", "export volume|export volumes|volume of exports|exports by volume|exports by weight")
    add("T", "M value", "import value|value of imports")
    add("T", "M volume", "import volume|import volumes|volume of imports|imports by volume|imports by weight")
    add("T", "S volume", "shipment volume|shipment volumes")
    add(
        "T",
        "B",
        "trade|two-way trade|total trade|overall trade|total bilateral trade|bilateral trade turnover|mutual trade|trade value|bilateral trade|trade volume|trade turnover|bilateral trade volume|exports and imports|imports and exports|cross-border trade",
    )
    add(
        "V",
        "X",
        "exported|exporting|shipped|shipping|sold|selling|being shipped|being exported|shipped out|sent|supplied|supplying|delivered|delivering|sending|shipping out",
    )
    add("V", "M", "imported|importing|bought|buying|purchased|purchasing|received|took in|brought in")
    add(
        "L",
        "",
        "reached|hit|reaching|hitting|have reached|had reached|having reached|worked out at|ran to|running to|ran at|weighed in at|"
        "added up to|adding up to|totalled|totaled|totalling|totaling|totals|amounted to|amounting to|stood at|standing at|came to|"
        "came in at|coming to|was|were|was at|were at|was recorded at|were recorded at|came at|is|are|being|been|"
        "had been|has been|have been|had stood at|had come to|comprised of|comprised|comprising|numbered|posted|tallied|stands at|recorded|recorded at|be",
    )
    add("V", "M spent", "spent")
    add("I", "", "included|includes|consisted of|were led by|was led by")
    add("L", "more than", "exceeded|topped|surpassed|passed|crossed|exceed|tops")
    add(
        "l",
        "",
        "worth|valued at|with a total value of|with a value of|with a combined value of|at a value of|was worth|were worth|was valued at|were valued at|worth a total of|"
        "worth some total of|to the value of",
    )
    add(
        "U",
        "verb",
        "rose|rise|rises|risen|rising|increased|increase|increases|increasing|grew|grow|grown|growing|climbed|climb|climbing|jumped|jump|jumping|"
        "surged|surge|surging|widened|widening|widen|rallying|advancing|swelling|ballooning|edged up|inched up|ticked up|accelerated to|quickened to|rallied|bounced back|shooting up|soared|soar|soaring|gained|gain|gains|expanded|expanding|expansion|leapt|leaped|leap|rocketed|skyrocketed|shot up|"
        "spiked|spike|advanced|swelled|rebounded|recovered|growth|went up|picked up|uptick|ballooned",
    )
    add("U", "verb", "recovering|rebounding|climbed back|bounced back|bouncing back|rose back")
    add("D", "verb", "fell back|falling back|dropped back|slipped back|slid back")
    add("U", "move", "went")
    add("U", "state", "up|higher|more|above")
    add(
        "D",
        "verb",
        "fell|fall|falls|fallen|falling|dropped|drop|drops|dropping|declined|decline|declines|declining|decreased|decrease|decreases|decreasing|"
        "slid|slide|sliding|slumped|slump|plunged|plunge|plunging|tumbled|tumble|shrank|shrunk|shrinking|contracted|contraction|sank|sunk|dipped|dip|eased|"
        "tumbling|slumping|sliding|plummeting|sinking|slipping|contracting|dipping|collapsing|diving|retreating|"
        "narrowed|narrowing|edged down|inched down|ticked down|retreated|weakened|softened|slackened|dwindled|"
        "slipped|dived|plummeted|went down|collapsed|collapse|downturn|shed",
    )
    add("D", "state", "down|lower|less|fewer|below|off")
    add("B", "2", "doubled|doubling|double|doubled up")
    add("B", "3", "tripled|trebled|tripling|trebling")
    add("B", "4", "quadrupled|quadrupling")
    add("B", "5", "quintupled")
    add("B", "0.5", "halved|halving")
    add(
        "H",
        "",
        "accounting for|accounted for|made up|making up|representing|represented|constituted|constituting|which is equal to|equal to|equivalent to|was equal to|were equal to|is equal to",
    )
    add("E", "highest", "highest|largest|biggest|greatest|most|strongest|peak")
    add("E", "lowest", "lowest|smallest|least|weakest")
    add("E", "record", "record|all-time|record-high|record high|all-time high|record low|all-time low")
    for rank, word in enumerate(("second", "third", "fourth", "fifth"), 2):
        for mark in ("-", " "):
            add("E", f"highest {rank}", f"{word}{mark}highest|{word}{mark}largest|{word}{mark}biggest")
            add("E", f"lowest {rank}", f"{word}{mark}lowest|{word}{mark}smallest")
    add(
        "c",
        "",
        "compared with|compared to|in comparison with|in comparison to|versus|against|vs|than|relative to|as against|as compared with|as compared to|when compared with",
    )
    add(
        "c",
        "",
        "as much as in|as many as in|as much as|as many as|as high as in|as high as|as large as in|as large as|as big as in|as big as|as great as|as heavy as|what it was|what they were",
    )
    add("T", "=", "those")
    for way, verbs in (("X", "export ship sell"), ("M", "import buy purchase")):
        for verb in verbs.split():
            add("V", f"{way} none", f"did not {verb} any|didn't {verb} any")
    add("B", "3", "triple|treble")
    add(
        "e",
        "",
        "exceeding|surpassing|topping|outstripping|which exceeds",
    )
    add("t", "", "to|into|towards|toward")
    add("f", "", "from")
    add("b", "", "by")
    add("o", "", "of|of all")
    add("i", "between", "between")
    add("i", "at", "at")
    add("i", "", "in|at|on|for|during|within|throughout|over")
    add("a", "contrast", "but|while|whereas|although|though|even as|yet")
    add("a", "with", "with")
    add("a", "including", "including|among them")
    add("a", "", "and|plus|alongside|along with|as well as")
    add("a", "time", "as|followed by|ahead of|followed|following|when|having|then|after|before")
    add("r", "", "which|that|who|whose|where")
    add(
        "v",
        "",
        "level|levels|combined|figure|figures|amount|amounts|quantity|quantities|tally|total|overall|monthly total|monthly figure|monthly amount|annual total|monthly level|monthly|annual|reading|month|number",
    )
    add("v", "value", "value|values|total value|trade value")
    add("v", "price", "average price|an average price|average unit price|unit price")
    add("v", "volume", "volume|volumes|tonnage|weight")
    add("k", "", "taking|bringing|raising|lifting|pushing|taking up|to take|brings|bringing up|took|brought")
    add(
        "m",
        "",
        "could|would|may|might|will|should|can|shall|expected|forecast|forecasts|projected|predicted|predicts|likely|plan|plans|planned|pledged|"
        "pledge|aim|aims|aimed|target|targets|targeted|if|unless|hope|hopes|potential|potentially|proposed|agreed|contract|contracts|ceiling|cap|quota|quotas|"
        "limit|limits|allowed|permitted|possible|possibly|probably|perhaps|allegedly|reportedly|rumoured|rumored|suspected of|estimates|estimate|seen|set to|due to|poised|"
        "annualised|annualized|or else|whether|apparently|should|must|ought|wants|want|seeks|seek|to reach|to hit|expects|expect|anticipates|anticipated|goal|supposed",
    )
    add(
        "n",
        "",
        "not|never|no longer|without|neither|nor|denied|deny|denies|false|incorrect|wrongly|misreported|cannot|nobody|nothing like|hardly|scarcely|failed|fails|n't|"
        "didn't|wasn't|weren't|hasn't|haven't|hadn't|don't|doesn't|won't|wouldn't|couldn't|can't|isn't|aren't|rather than|instead of|corrected|erroneously|mistakenly",
    )
    add(
        "x",
        "",
        "excluding|except|except for|leaving aside|aside from|apart from|other than|barring|seasonally|adjusted|in yuan terms|in renminbi terms|in rmb terms|in euro terms|in real terms|in volume terms|in local currency|"
        "via|through|by rail|by sea|by ship|by truck|by air|by land|by road|by train|aboard|duty-free|re-exports|reexports|re-exported|"
        "respectively|each|average|averaged|averaging|per capita|a day|a month|a week|per day|per month|per week|daily|weekly|other|notably|mostly|mainly from|partly|especially|"
        "in tonnage terms|"
        "smuggled|illicit|illegal|unreported|undeclared|nominal|net|digital|used|second-hand|secondhand|processing|contracted to|"
        "cumulative rate|equivalent",
    )
    add("j", "", "share|proportion")
    add("s", "according to", "according to")
    add("Z", "", "none|zero|nothing|nil|no")
    add(
        "Q",
        "cases",
        "cases|caseload|case count|infections|new case|new infection|infection|fever cases|new cases|infected people|people with fever|people with fever symptoms|people with symptoms of fever|fever symptoms|fever patients|patients",
    )
    add("Q", "deaths", "deaths|fatalities|new deaths|death|new death|fatality|death toll|number of deaths")
    add(
        "1",
        "",
        "|".join(
            f"{the}first {such}{one}"
            for the in ("the ", "")
            for such in ("such ", "", "recorded ", "reported ")
            for one in (
                "shipment",
                "shipments",
                "delivery",
                "deliveries",
                "export",
                "exports",
                "import",
                "imports",
                "purchase",
                "purchases",
                "trade",
                "transaction",
            )
        ),
    )
    add("1", "", "for the first time|the first time|first time|first|marking the first time|the first")
    add(
        "s",
        "",
        "data showed|data show|data shows|figures showed|figures show|statistics showed|statistics show|customs showed|showed|shows|show|indicated|revealed|"
        "suggested|said|says|reported|reports|announced",
    )
    add(
        DROPPED,
        "",
        "a|an|the|this|these|those|their|his|also|only|just|still|already|again|further|additional|another|extra|however|meanwhile|therefore|indeed|"
        "sharply|steeply|slightly|significantly|modestly|strongly|rapidly|steadily|dramatically|in turn|merely|mere|whopping|"
        "a total of|total of|in total|in all|customs|official|there|had|has|have|did|mainly|medical use|alone|"
        "altogether|overall total|in the end|saw|witnessed|experienced|in dollar terms|in us dollar terms|in US dollar terms|dollar-denominated|so|both|unidentified|"
        "sharp|steep|slight|modest|by contrast|in contrast|even|"
        "as a whole|cumulative|running|at the same time|as well|too|once|actually|as a result|in particular|all together|well|year's|respective",
    )
    add(DROPPED, "by value", "in value terms|by value|in terms of value|value-wise")
    add("v", "they", "they")
    add("!", "", "started to appear|began to appear|started appearing|first appeared|appeared again|reappeared")
    add(",", "", ",|;|:|–|—|(|)|/|-|…")
    add("q", "", "“|”|\"|‘|«|»|'|’")
    return table


@cache
def word_lexicon() -> Lexicon[tuple[str, str]]:
    """Return every word and phrase of the vocabulary with its tag and meaning."""
    seen: dict[str, tuple[str, str]] = {}
    for word, meaning in _entries():
        seen.setdefault(word, meaning)
    return Lexicon(seen.items())

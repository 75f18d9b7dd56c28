"""A brief as realistic as one can be written by hand, with every state a chart may hold, for the tests of the pages."""

from __future__ import annotations

from tidewaiter.brief.shape import (
    SCHEMA,
    Brief,
    Chart,
    ChartCell,
    ChartEvent,
    ChartRun,
    Curve,
    Event,
    Question,
    Section,
    Sentence,
    Source,
    Statement,
    TableRow,
)
from tidewaiter.period import month, month_text

EVENTS = (
    Event(1, "2020-01-22", "2020-01-31", "late January 2020", "North Korea closes its border.", "rfa"),
    Event(2, "2022-01-16", "2022-01-17", "mid-January 2022", "Freight trains cross the Yalu again.", "yna"),
    Event(3, "2022-04-25", "2022-04-29", "late April 2022", "Rail freight is suspended.", "reuters"),
    Event(
        4, "2022-05-12", "2022-05-12", "12 May 2022", "North Korea admits a first case.", "KCNA", "http://kcna.kp/en"
    ),
)
MARKS = tuple(ChartEvent(e.first, e.what, e.number) for e in EVENTS)


def cells(first: str, last: str, known: dict[str, tuple[object, ...]]) -> tuple[ChartCell, ...]:
    """Every month of a window; ``known`` gives state, lo, hi and label, the rest is not known."""
    found = []
    for number in range(month(first), month(last) + 1):
        text = month_text(number)
        state, lo, hi, label = (*known.get(text, ("not known", 0.0, None, "")), "")[:4]
        found.append(ChartCell(text, str(state), float(lo), None if hi is None else float(hi), str(label)))  # type: ignore[arg-type]
    return tuple(found)


def point(value: float, label: str = "") -> tuple[object, ...]:
    return ("zero", 0.0, 0.0, label) if value == 0 else ("value", value, value, label)


def near(value: float, half: float, label: str = "") -> tuple[object, ...]:
    return ("value", value - half, value + half, label)


ZERO = point(0)
YEAR_2021 = [f"2021-{m:02d}" for m in range(1, 13)]
NO_2021 = dict.fromkeys(YEAR_2021, ZERO)


def chart(title: str, unit: str, known: dict[str, tuple[object, ...]], **more: object) -> Chart:
    first = str(more.pop("first", "2021-01"))
    return Chart(
        title,
        unit,
        str(more.pop("alt", f"Monthly bars, {title}, {first} to 2022-05; the sentences beside it say the numbers.")),
        cells(first, "2022-05", known),
        events=tuple(m for m in MARKS if m.day[:7] >= first),
        period_from="2022-01",
        period_to="2022-04",
        source_line=str(more.pop("source_line", "China customs, as printed by the sources named beside it.")),
        **more,  # type: ignore[arg-type]
    )


TOTAL_M = {
    "2019-01": near(168, 0.5), "2019-07": point(207.7), "2020-01": point(186.851, "$186.85 m"), "2020-02": point(10.345),
    "2020-03": ("not known", 17.85, 18.15), "2020-04": near(21.8, 0.05), "2020-05": ("not known", 58, 62.4),
    "2020-06": point(87.679), "2020-07": point(65.865), "2020-08": near(19.3, 0.05), "2020-09": point(18.882),
    "2020-10": point(0.253), "2020-11": point(0.148), "2020-12": ("not known", 0, 4.2),
    "2021-01": point(0.029), "2021-02": point(0.003), "2021-03": point(12.978), "2021-04": point(28.751),
    "2021-05": point(2.714), "2021-06": point(12.318), "2021-07": point(16.8), "2021-08": point(22.5),
    "2021-09": point(55.628), "2021-10": near(39.8, 0.3), "2021-11": point(41.1), "2021-12": ("not known", 0, 60.3),
    "2022-01": ("merged", 0, 116.3), "2022-02": ("merged", 0, 116.3), "2022-03": point(57.06),
    "2022-04": ("value", 97.95, 98.15, "$98.1 m"), "2022-05": point(14.51),
}  # fmt: skip


def million(known: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    return {
        key: (state, float(lo) * 1e6, None if hi is None else float(hi) * 1e6, *rest)  # type: ignore[arg-type]
        for key, (state, lo, hi, *rest) in known.items()
    }


def sentence(ident: str, text: str, *sources: str, **more: object) -> Sentence:
    return Sentence(ident, text, str(more.pop("family", "level")), f"{ident}.csv", sources, **more)  # type: ignore[arg-type]


TINY = "The base is tiny: $2,769 is a single shipment's worth."
RESPIRATION_21 = {**NO_2021, "2022-01": point(2769), "2022-04": ("conflict", 256891, 266891, "$256,891–266,891")}

SECTIONS = (
    Section(
        "total", "All goods", "Everything the customs service recorded crossing the border.",
        (
            sentence("total-since", "Exports of $98.1 m in April 2022 were higher than in every month from February 2020 to December 2021.",
                     "yna", "asiae", "reuters", family="since", strength="proved",
                     caveats=("December 2021 was never printed; the year's total leaves at most $60.3 m for it.",
                              "January and February 2022 are known only together.")),
            sentence("total-merged", "January and February 2022 together came to $116.3 m; the two months are not known singly.", "yna"),
            sentence("total-drop", "In May 2022 exports fell to $14.51 m, 85 % below April.", "yna", family="change"),
        ),
        (chart("Exports of all goods to North Korea", "US$ a month", million(TOTAL_M), first="2019-01",
               runs=(ChartRun("2022-01", "2022-02", 116.3e6, "$116.3 m together"),)),),
        ("Eleven months of 2019 and December 2021 were not found in print.",),
    ),
    Section(
        "respiration", "Respiration equipment", "Machines that help a patient breathe, from oxygen therapy to ventilators; the whole heading.",
        (
            sentence("respiration-multiple", "Exports rose from zero in 2021 to $266,891 in April 2022, 96 times January's $2,769.", "scmp", "reuters", "rfa",
                     family="change", strength="conflict", caveats=(TINY, "Radio Free Asia prints $256,891 for the same month.")),
            sentence("respiration-count", "1,000 non-invasive ventilators were among them in April.", "scmp"),
        ),
        (chart("Respiration equipment, value", "US$ a month", RESPIRATION_21),
         chart("Non-invasive ventilators", "pieces a month", {"2022-04": point(1000), "2022-05": ZERO})),
        ("February and March 2022 were not printed.",),
    ),
    Section(
        "masks", "Face masks", "Disposable and textile masks; the customs line was wider before 2022.",
        (
            sentence("masks-sum", "10.68 million masks worth $265,851 were sold in four months; the four printed months sum to it exactly.", "scmp", "rfa", "voa", strength="proved"),
            sentence("masks-change", "From 1.4 million in January to 3.2 million in April.", "scmp", "voa"),
        ),
        (chart("Face masks, value", "US$ a month", {"2022-01": point(57680), "2022-02": point(86406), "2022-03": point(39710), "2022-04": point(82055)}),
         chart("Face masks, pieces", "pieces a month", {"2021-12": ZERO, "2022-01": near(1.4e6, 5e4, "1.4 m"), "2022-02": near(2.87e6, 500), "2022-03": near(3.176e6, 500), "2022-04": near(3.2e6, 5e4, "3.2 m"), "2022-05": ZERO})),
    ),
    Section(
        "thermometers", "Thermometers", "Clinical and other; fever is the first thing a checkpoint looks for.",
        (sentence("thermometers-exceeds", "94,840 in four months against 2,844 in all of 2021.", "scmp", strength="proved"),),
        (chart("Thermometers", "pieces a month",
               {**dict.fromkeys(YEAR_2021, ("merged", 0, 2844)), "2022-01": point(66000), "2022-02": ("merged", 0, 28840), "2022-03": ("merged", 0, 28840), "2022-04": ("merged", 0, 28840), "2022-05": ZERO},
               runs=(ChartRun("2021-01", "2021-12", 2844, "2,844 in 2021"), ChartRun("2022-02", "2022-04", 28840, "28,840"))),),
    ),
    Section(
        "garments", "Protective garments", "Gowns and overalls of felt or nonwovens.",
        (sentence("garments-level", "625 in January 2022 and 1,500 in February.", "scmp"),),
        (chart("Protective garments", "pieces a month", {**dict.fromkeys(YEAR_2021, ("code not alive", 0, None)), "2022-01": point(625), "2022-02": point(1500), "2022-03": ("withheld", 0, None), "2022-04": ("not recorded", 0, None), "2022-05": ("unreleased", 0, None)}),),
    ),
    Section(
        "monitors", "Patient monitors", "Bedside instruments that watch heart, breath and blood oxygen.",
        (sentence("monitors-since", "1,300 in April 2022, after none in 2020 and 2021.", "scmp", family="since", strength="proved"),),
        (chart("Patient monitors", "pieces a month", {**{month_text(n): ZERO for n in range(month("2020-01"), month("2022-01"))}, "2022-04": point(1300)}, first="2020-01"),),
    ),
    Section(
        "reagents", "Reagent test kits", "Chemicals for laboratory and rapid tests.",
        (sentence("reagents-level", "1,140 kg in March 2022 and 60 kg in April.", "scmp", caveats=("The code was split on 1 January 2022.",)),),
        (chart("Reagent test kits", "kg a month", {"2022-03": point(1140), "2022-04": point(60)}),),
    ),
    Section(
        "vaccines", "Vaccines for human use", "Which vaccine is not said.",
        (sentence("vaccines-start", "2,198 kg worth $311,126 in February 2022 and none in any other month since January 2021.", "scmp", "reuters", strength="proved"),),
        (chart("Vaccines for human use", "US$ a month", {**NO_2021, "2022-01": ZERO, "2022-02": point(311126), "2022-03": ZERO, "2022-04": ZERO, "2022-05": ZERO}),),
    ),
    Section(
        "disinfectant", "Disinfectant", "Goods put up to kill germs on skin and surfaces.",
        (sentence("disinfectant-exceeds", "3,038 kg in April 2022, more than the 2,155 kg of all 2021.", "scmp", strength="proved"),),
        (chart("Disinfectant", "kg a month", {**dict.fromkeys(YEAR_2021, ("merged", 0, 2155)), "2022-04": point(3038)}, runs=(ChartRun("2021-01", "2021-12", 2155, "2,155 in 2021"),)),),
    ),
    Section(
        "medicines", "Medicines <script>alert(1)</script> & supplies", "A name as a file could spell it: =HYPERLINK(\"http://x\") *bold* [link](javascript:x).",
        (
            sentence("medicines-level", "At least $3.5 m in March 2022; the printed number is a lower bound.", "kbs", "long"),
            sentence("anaesthesia", "Anaesthesia apparatus and blood-pressure monitors were named without a figure.", "scmp", strength="cannot tell"),
        ),
        (chart("Medicines <script>alert(2)</script>", "US$ <b>a month</b>", {"2021-12": ("not known", 0, 9e6), "2022-01": point(2.1e6), "2022-03": ("value", 3.5e6, None, "≥ $3.5 m"), "2022-04": ("not known", 1e6, None)}, alt='<img src=x onerror=alert(3)> "quoted" \' text'),),
        ("Which medicines: 의약품의 종류는 알려지지 않았다.",),
    ),
)  # fmt: skip

_FEVER = (
    18000,
    174440,
    296180,
    392920,
    269510,
    232880,
    262270,
    263370,
    219030,
    186090,
    167650,
    134510,
    115970,
    105500,
    100460,
    None,
    89500,
    93180,
    96020,
    82160,
    79100,
    73780,
)

CURVES = (
    Curve(
        "New fever cases a day", "new cases reported a day", "A peak of 392,920 on 16 May 2022, falling to 73,780 by 3 June; one day has no number.",
        (*(f"2022-05-{d:02d}" for d in range(13, 32)), "2022-06-01", "2022-06-02", "2022-06-03"), _FEVER,
        "Fever is not a confirmed case: the country reported hardly any laboratory tests, and the counts are its own.",
        (sentence("fever-peak", "Reported new fever cases peaked at 392,920 on 16 May 2022.", "kcna"),),
        "Korean Central News Agency, daily.",
    ),
)  # fmt: skip

STATEMENTS = (
    Statement("South China Morning Post", "2022-05-27", "https://www.scmp.com/economy/article/3179274", "Total exports were the highest since February 2020.", "contradicted",
              "February 2020 was $10.3 m, far below April 2022.", "Higher than the figure filed under February 2020 for January and February together.", "total-since.csv"),
    Statement("Reuters", "2022-05-27", "https://www.jpost.com/article-707870", "Almost 95,000 thermometers, more than 33 times all of 2021.", "supported", "94,840 / 2,844 = 33.3.", "", "thermometers-exceeds.csv"),
    Statement("South China Morning Post", "2022-05-27", "javascript:alert(1)", "A hundredfold increase on January.", "within rounding", "96-fold, which is a hundredfold to one digit."),
    Statement("자유아시아방송 (Radio Free Asia) 한국어 서비스", "2022-05-28", "https://www.rfa.org/korean", "마스크는 2021년에 한 장도 수출되지 않았다.", "unsafe", "The customs line was wider in 2021: none under this code is not none of the goods."),
    Statement("韩国联合通讯社中文网", "2022-06", "ftp://example.org/x", "药品进口增加了一倍。", "cannot tell", "No figure for medicines in the same months of 2021 was found."),
    Statement("SCMP", "", "", "Anaesthesia apparatus was bought too.", "no figure", "No number was printed."),
)  # fmt: skip

SOURCES = (
    Source("scmp", "South China Morning Post", "2022-05-27", "https://www.scmp.com/economy/economic-indicators/article/3179274/china-trade-north-korea-bought-10-million-chinese-masks", "page updated that day"),
    Source("reuters", "Reuters via Jerusalem Post", "2022-05-27", "https://www.jpost.com/health-and-wellness/coronavirus/article-707870"),
    Source("rfa", "자유아시아방송 (RFA Korean)", "2022-05-27", "https://www.rfa.org/korean/in_focus/nk_nuclear_talks-05272022163149.html"),
    Source("voa", "VOA Korean", "2022-05-18", "https://voakorea.com/amp/6577559.html", "date inferred"),
    Source("yna", "연합뉴스 Yonhap", "2022-03-18", "https://m.yna.co.kr/view/AKR20220318156400097"),
    Source("asiae", "아시아경제 Asia Economy", "2021-04-18", "https://www.asiae.co.kr/article/2021041820543724174"),
    Source("kbs", "KBS World quoting VOA", "2022-05-16", "http://world.kbs.co.kr/service/news_view.htm?lang=e&Seq_Code=169739"),
    Source("long", "조선민주주의인민공화국대외무역통계연구소부설의료물자수출입동향분석위원회 / 中华人民共和国海关总署统计分析司进出口商品分国别统计数据查询平台", "2022", "javascript:alert('no link')", "a name as long as names get"),
    Source("kcna", "Korean Central News Agency", "2022-05-13 to 2022-06-04", "not on the web"),
)  # fmt: skip

TABLE = tuple(
    TableRow(f"F{n:03d}", good, period, printed, between, publisher, published, source, note)
    for n, (good, period, printed, between, publisher, published, source, note) in enumerate(
        (
            ("All goods", "January–February 2022", "$116.30 m", "116,295,000–116,305,000", "연합뉴스 Yonhap", "2022-03-18", "yna", "published together"),
            ("All goods", "April 2022", "$98.1 m", "98,050,000–98,150,000", "Reuters", "2022-05-20", "reuters", ""),
            ("Respiration equipment", "April 2022", "$266,891", "266,891", "South China Morning Post", "2022-05-27", "scmp", ""),
            ("Respiration equipment", "April 2022", "$256,891", "256,891", "자유아시아방송 (RFA Korean)", "2022-05-27", "rfa", "conflict with 266,891"),
            ("Face masks", "January 2022", "1.4 million", "1,350,000–1,450,000", "South China Morning Post", "2022-05-27", "scmp", ""),
            ("Face masks", "January–April 2022", "10.68 million", "10,675,000–10,685,000", "South China Morning Post", "2022-05-27", "scmp", ""),
            ("Thermometers", "2021", "2,844", "2,844", "South China Morning Post", "2022-05-27", "scmp", ""),
            ("Medicines <script>alert(4)</script>", "March 2022", "more than $3.5 m", "3,500,000 or more", SOURCES[7].publisher, "2022", "an atlas | p. 3", "=1+1"),
        ),
        1,
    )
)  # fmt: skip

CONFLICTS = (
    sentence("conflict-respiration", "Respiration equipment, April 2022: $266,891 (South China Morning Post, Reuters) against $256,891 (Radio Free Asia).", "scmp", "reuters", "rfa", family="conflict", strength="conflict", caveats=("One digit differs: a misprint is likely, which of the two is not known.",)),
)  # fmt: skip


def sample() -> Brief:
    """The whole brief."""
    return Brief(
        SCHEMA,
        "North Korea’s purchases of medical goods from China surged for months before it admitted a case",
        "Ventilators from none to a thousand, 10.68 million masks in four months, patient monitors for the first time since before 2020: what China’s customs figures prove, and what they do not.",
        Question("CHN", "China", "PRK", "North Korea", "X", "medical-covid", "medical goods against Covid-19", "2022-01", "2022-04", "2022-06-30"),
        ("North Korea has about 26 million people.", "Its border was closed from January 2020; nearly all its trade is with China."),
        ("respiration-multiple", "masks-sum", "monitors-since", "thermometers-exceeds", "total-since"),
        SECTIONS,
        CURVES,
        STATEMENTS,
        ("Which hospitals the goods went to, and whether they were used.", "The months singly of January and February 2022 for all goods."),
        CONFLICTS,
        EVENTS,
        TABLE,
        SOURCES,
        ("China’s customs figures leave out aid and smuggling.", "China revises its months for a year and more; these are the numbers as first printed."),
        "Made with Tidewaiter 0.1.0 from published figures",
        ("Figures: China’s customs service as printed by the press named above.",),
    )  # fmt: skip


def evidence() -> dict[str, list[list[str]]]:
    """A proof for every sentence."""
    brief = sample()
    named = [s.evidence for section in brief.sections for s in section.sentences]
    named += [s.evidence for s in (*brief.curves[0].sentences, *brief.conflicts)]
    return {name: [["figure", "printed", "publisher"], ["F001", "-12", "=cmd|' /C calc'!A0"]] for name in named}

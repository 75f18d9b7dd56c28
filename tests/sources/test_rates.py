"""Rates and calendars: shipped tables agree with other official tables, and bad ones are refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import BadFile, NoData, UnknownName
from tidewaiter.period import Period, month
from tidewaiter.sources.calendar import calendar, calendars
from tidewaiter.sources.rates import read_rates, shipped_rates

# Annual averages of daily rates: Federal Reserve, G.5A, releases of 4 January 2021 and 1 February 2024.
ANNUAL = {
    ("CNY", 2018): 6.6090, ("CNY", 2019): 6.9081, ("CNY", 2020): 6.9042, ("CNY", 2021): 6.4508,
    ("CNY", 2022): 6.7290, ("CNY", 2023): 7.0809, ("EUR", 2017): 1.1301, ("EUR", 2018): 1.1817,
    ("EUR", 2019): 1.1194, ("EUR", 2020): 1.1410, ("EUR", 2021): 1.1830, ("EUR", 2022): 1.0534,
    ("EUR", 2023): 1.0817, ("GBP", 2017): 1.2890, ("GBP", 2018): 1.3363, ("GBP", 2019): 1.2768,
    ("GBP", 2020): 1.2829, ("GBP", 2021): 1.3764, ("GBP", 2022): 1.2371, ("GBP", 2023): 1.2440,
}  # fmt: skip


@pytest.mark.parametrize(("currency", "year"), sorted(ANNUAL))
def test_the_months_average_to_the_published_year(currency: str, year: int) -> None:
    table = shipped_rates()
    months = [float(table.rate(currency, number).printed) for number in Period.year(year).months]
    assert sum(months) / 12 == pytest.approx(ANNUAL[currency, year], rel=1e-3)


def test_the_sense_of_a_rate() -> None:
    table = shipped_rates()
    assert table.dollars(6.4310, "CNY", month("2022-04")) == pytest.approx(1.0)
    assert table.dollars(1.0, "EUR", month("2022-04")) == 1.0803
    bounds = table.rate("CNY", month("2022-04")).bounds
    assert bounds.lo < 1 / 6.4310 < bounds.hi


def test_a_month_without_a_rate_is_not_converted() -> None:
    with pytest.raises(NoData, match=r"EUR from 2017-01 to 2025-04"):
        shipped_rates().dollars(1.0, "EUR", month("2016-12"))
    with pytest.raises(NoData, match="it has USD, CNY, EUR, GBP"):
        shipped_rates().dollars(1.0, "KGS", month("2022-04"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("currency,month,rate\n", "has the columns"),
        ("currency,month,rate,sense\nEUR,2022-13,1.1,dollars per unit\n", "line 2"),
        ("currency,month,rate,sense\nEUR,2022-12,nan,dollars per unit\n", "rate above zero"),
        ("currency,month,rate,sense\nEUR,2022-12,-1,dollars per unit\n", "rate above zero"),
        ("currency,month,rate,sense\nEUR,2022-12,1e3,dollars per unit\n", "rate above zero"),
        ("currency,month,rate,sense\nEURO,2022-12,1.1,dollars per unit\n", "three letters"),
        ("currency,month,rate,sense\nEUR,2022-12,1.1,inverse\n", "units per dollar"),
        ("currency,month,rate,sense\nEUR,2022-12,1.1,dollars per unit\nEUR,2022-12,1.2,dollars per unit\n", "second"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=says):
        read_rates(path)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("sense,month,rate,currency\nunits per dollar,2022-09,80.5,KGS\n", encoding="utf-8")
    assert read_rates(path).dollars(161.0, "KGS", month("2022-09")) == pytest.approx(2.0)


def test_calendars_tell_not_yet_due_from_overdue() -> None:
    gacc = calendar("gacc")
    april = month("2022-04")
    assert [gacc.state(april, day) for day in ("2022-05-01", "2022-05-20", "2022-06-01")] == [
        "not yet due",
        "due",
        "overdue",
    ]
    assert gacc.due(month("2022-01")).first == "2022-03-07"
    assert calendar("census").due(month("2018-11")).last == "2019-02-06"
    for one in calendars().values():
        assert one.source.count("https://") + one.source.count("http://") == 1
        for number in range(month("2019-01"), month("2026-01")):
            due = one.due(number)
            assert due.first <= due.last
    with pytest.raises(UnknownName, match="comext"):
        calendar("comtrade")


def test_a_series_in_dollars_says_the_table_and_has_no_more_digits_than_its_rates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tidewaiter.cli import main

    file = tmp_path / "eu.csv"
    head = "reporter,partner,flow,product_code,period,value_eur\n"
    file.write_text(head + "DE,KG,EXPORT,8703,2022-04,1234567\nDE,KG,EXPORT,8703,2009-04,5\n", encoding="utf-8")
    assert main(["load", str(file), "--store", str(tmp_path / "s")]) == 0
    words = (
        f"series --reporter DEU --partner KGZ --cmd 8703 --period 2022-04 --store {tmp_path / 's'} --format csv".split()
    )
    capsys.readouterr()
    assert main([*words, "--usd"]) == 0
    told = capsys.readouterr().out
    assert "USD" in told
    assert "1334000" in told  # 1,234,567 at 1.0803 is 1,333,703: four digits
    assert main([*words, "--usd", "--measure", "net_wgt_kg"]) == 2
    assert "--usd converts values" in capsys.readouterr().err
    assert main([*words, "--rates", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err

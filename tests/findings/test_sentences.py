"""Every number that a scan prints, worked out again from the rows of random worlds by plain loops."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from tidewaiter.cli import main
from tidewaiter.period import month, month_text

SINCE, LAST = month("2017-03"), month("2022-05")
NAMES = {"DE": "Germany", "FR": "France", "LT": "Lithuania", "KG": "Kyrgyzstan", "KZ": "Kazakhstan", "AM": "Armenia"}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
HEADINGS = ("8703", "8471", "3305", "8536", "4011", "8413", "7318", "3926")
Rows = dict[tuple[str, str, str, int], int]


def world(seed: int) -> Rows:
    """Reporter, partner, code, month: value. Headings for some goods only; surges, shifts, starts, stops, odd silences."""
    rng = np.random.default_rng(seed)
    rows: Rows = {}
    for partner in ("KG", "KZ", "AM"):
        for heading in HEADINGS:
            told = heading in HEADINGS[:5]
            level = rng.normal(11, 1.2)
            for line in range(1, 6):
                code = f"{heading}{line}0{line}0"
                fate = rng.choice(
                    ["quiet", "surge", "shift", "start", "stop", "gone"], p=[0.62, 0.1, 0.1, 0.1, 0.05, 0.03]
                )
                chance = rng.choice([1.0, 0.9, 0.5])
                silent = int(rng.integers(7, 30))
                for reporter in ("DE", "FR", "LT")[: int(rng.integers(1, 4))]:
                    for at in range(SINCE, LAST + 1):
                        value = np.exp(level + rng.normal(0, 0.4))
                        trades = rng.random() < chance
                        if fate == "surge" and at == LAST:
                            value, trades = value * rng.choice([6, 30, 200]), True
                        if fate == "shift" and at > LAST - 5:
                            value, trades = value * rng.choice([5, 12]), True
                        if fate == "start":
                            trades = at == LAST or (trades and at < LAST - silent)
                        if fate == "stop" and at == LAST:
                            trades = False
                        if fate == "gone":
                            trades = trades and at < LAST - 20
                        if trades:
                            rows[reporter, partner, code, at] = max(round(value), 1)
                            if told:
                                whole = (reporter, partner, heading, at)
                                rows[whole] = rows.get(whole, 0) + rows[reporter, partner, code, at]
    return rows


def amount(text: str) -> tuple[float, float]:
    """Return an amount as printed and half of its last digit."""
    found = re.fullmatch(r"EUR ([\d,.]+)( million| billion)?", text)
    assert found, text
    scale = {" million": 1e6, " billion": 1e9, None: 1.0}[found[2]]
    digits = len(found[1].partition(".")[2])
    value = float(found[1].replace(",", ""))
    # three digits are printed of millions: the last of them may be a zero that is left out
    whole = max(3 - len(found[1].partition(".")[0]), 0) if found[2] else digits
    return value * scale, 0.5001 * scale / 10**whole


def near(text: str, value: float) -> bool:
    printed, half = amount(text)
    return abs(printed - value) <= half


def times(text: str, value: float) -> bool:
    """Whether "6.8 times" or "83 times" is a multiple as it is printed."""
    printed = float(text.replace(",", ""))
    half = 0.05 if "." in text or printed < 10 else 0.5
    return abs(printed - value) <= half + 1e-9


class Judge:
    """Works sentences out again; counts what it checked."""

    def __init__(self, rows: Rows, *, each: bool) -> None:
        self.rows = rows
        self.each = each
        self.checked: dict[str, int] = defaultdict(int)
        self.cells: dict[tuple[str, str, int], dict[str, int]] = defaultdict(dict)
        for (reporter, partner, code, at), value in rows.items():
            self.cells[partner, code, at][reporter] = value

    def value(self, who: str | None, partner: str, code: str, at: int) -> int:
        return sum(v for r, v in self.cells.get((partner, code, at), {}).items() if who in (None, r))

    def line(self, words: str, who: str | None, partner: str, end: int) -> None:
        """Check one sentence of one series."""
        head = re.fullmatch(
            r".* \((\d{4,8})\): (EUR [\d,.]+(?: million| billion)?) in (\w+ \d{4})", words.split("; ")[0]
        )
        assert head, words
        code = head[1]
        months = [self.value(who, partner, code, at) for at in range(SINCE, end + 1)]
        now = months[-1]
        assert near(head[2], now), words
        assert head[3] == f"{MONTHS[end % 12]} {end // 12}"
        self.checked["value"] += 1
        for part in words.split("; ")[1:]:
            self.part(part, months, end, words)

    def part(self, part: str, months: list[int], end: int, words: str) -> None:
        now, before = months[-1], months[:-1]
        ago = months[-13]
        when = f"{MONTHS[end % 12]} {end // 12 - 1}"
        if found := re.fullmatch(rf"([\d,.]+) times {when} \((EUR .*)\)", part):
            assert times(found[1], now / ago), words
            assert near(found[2], ago), words
            name = "multiple"
        elif found := re.fullmatch(rf"about as much as {when} \((EUR .*)\)", part):
            assert 0.95 <= now / ago <= 1.2, words
            assert near(found[1], ago), words
            name = "as much"
        elif found := re.fullmatch(rf"(\d+) % of {when} \((EUR .*)\)", part):
            assert abs(float(found[1]) - 100 * now / ago) <= 0.5, words
            assert near(found[2], ago), words
            name = "part of"
        elif part == f"none in {when}":
            assert ago == 0, words
            name = "none"
        elif found := re.fullmatch(r"more than in any month since (\w+ \d{4}), the first looked at", part):
            assert found[1] == f"{MONTHS[SINCE % 12]} {SINCE // 12}"
            assert now > max(before), words
            name = "record"
        elif found := re.match(r"after (\d+|one) months? without", part):
            count = 1 if found[1] == "one" else int(found[1])
            assert before[-count:] == [0] * count, words
            assert count == len(before) or before[-count - 1] > 0, words
            name = "silence"
        elif found := re.match(r"each of the last (\d+) months is more than any of the twelve before them", part):
            last = int(found[1])
            assert min(months[-last:]) > max(months[-last - 12 : -last]), words
            name = "each above"
        elif found := re.match(
            r"by its past up to (\w+ \d{4})(?:, only (one|\d+) months? with trade,)? expected under (EUR .*)", part
        ):
            until = end - 6
            assert found[1] == f"{MONTHS[until % 12]} {until // 12}"
            assert amount(found[3])[0] < now, words
            # what was usual is no more than some times the largest month of that past, and not less than its least
            past = [one for one in months[: until - SINCE + 1] if one]
            assert min(past) / 3 < amount(found[3])[0] < 10 * max(past), words
            assert (len(past) if len(past) < 6 else None) == (found[2] and int(found[2].replace("one", "1"))), words
            name = "past"
        elif found := re.fullmatch(r"only (one|2) months? with trade up to (\w+ \d{4})", part):
            assert found[2] == f"{MONTHS[(end - 6) % 12]} {(end - 6) // 12}"
            assert sum(one > 0 for one in months[: end - 6 - SINCE + 1]) == int(found[1].replace("one", "1")), words
            name = "hardly"
        elif found := re.fullmatch(r"no trade up to (\w+ \d{4})", part):
            assert found[1] == f"{MONTHS[(end - 6) % 12]} {(end - 6) // 12}"
            assert not any(months[: end - 6 - SINCE + 1]), words
            name = "no trade"
        elif found := re.fullmatch(r"none in any month since (\w+ \d{4}), the first looked at", part):
            assert found[1] == f"{MONTHS[SINCE % 12]} {SINCE // 12}"
            assert not any(before), words
            name = "never"
        elif found := re.match(r"expected under (EUR .*)", part):
            assert amount(found[1])[0] <= now + amount(found[1])[1], words
            name = "under"
        elif found := re.match(r"by its past up to (\w+ \d{4}) expected (EUR .*) or more", part):
            assert found[1] == f"{MONTHS[(end - 6) % 12]} {(end - 6) // 12}"
            past = [one for one in months[: end - 6 - SINCE + 1] if one]
            assert now < amount(found[2])[0] < 2 * max(past), words
            name = "or more"
        else:
            assert re.match(
                r"none expected|up to EUR .* would be usual|its own past allows|a rise that lasts|a level that holds|not much by itself"
                r"|EUR .* or more would be usual|of flows that traded as seldom and were silent as long|on a higher level",
                part,
            ), part
            name = "other"
        self.checked[name] += 1

    def tide(self, who: str | None, partner: str, end: int) -> float:
        """All goods of a pair over those of the year before, a heading in place of its lines."""
        sums = {end: 0, end - 12: 0}
        headed = {(r, c) for (r, p, c, _) in self.rows if len(c) == 4 and p == partner}
        for (r, p, c, m), v in self.rows.items():
            over = (r, c[:4]) in headed if self.each else any((one, c[:4]) in headed for one in NAMES)
            if p == partner and m in sums and who in (None, r) and not (len(c) == 8 and over):
                sums[m] += v
        return sums[end] / sums[end - 12]


@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("seed", [11, 12])
def test_every_number_of_a_scan_is_that_of_the_rows(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, each: bool
) -> None:
    rows = world(seed)
    body = "".join(f"{r},{p},EXPORT,{c},{month_text(m)},{v}\n" for (r, p, c, m), v in rows.items())
    file = tmp_path / "file.csv"
    file.write_text(f"reporter,partner,flow,product_code,period,value_eur\n{body}", encoding="utf-8")
    store = tmp_path / "store"
    assert main(["load", str(file), "--published", "2022-08-01", "--covers", "all", "--store", str(store)]) == 0
    capsys.readouterr()
    judge = Judge(rows, each=each)
    codes = {name: code for code, name in NAMES.items()}
    for end in (LAST, LAST - 1):
        words = (
            f"scan --month {month_text(end)} --top 0 --store {store} --channel spike sustained start stop fall record"
        )
        assert main([*words.split(), *(["--reporter", "each"] if each else [])]) == 0
        out = capsys.readouterr().out
        who: str | None = None
        partner = ""
        for line in out.splitlines():
            if found := re.match(
                r"  (\w+) +(.+?) to (\w+)(?: \((\d+) reporters(?:, (\w+) (over )?(\d+) %)?\))?: (.*)", line
            ):
                partner = codes[found[3]]
                who = codes[found[2]] if each else None
                judge.line(found[8], who, partner, end)
                code = re.search(r"\((\d{4,8})\): EUR", found[8])
                assert code
                parts = {r: judge.value(r, partner, code[1], end) for r in ("DE", "FR", "LT")}
                trading = [r for r, v in parts.items() if v]
                if found[4]:
                    assert int(found[4]) == len(trading), line
                if found[5]:
                    share = 100 * parts[codes[found[5]]] / sum(parts.values())
                    assert parts[codes[found[5]]] == max(parts.values()), line
                    assert share > 99 if found[6] else abs(share - int(found[7])) <= 0.51, line
                    judge.checked["largest"] += 1
                if not each and found[2].endswith(" alone"):
                    assert trading == [codes[found[2].removesuffix(" alone")]], line
                    judge.checked["alone"] += 1
            elif found := re.match(r" +with (.*?)(?: - note: .*)?$", line):
                judge.line(found[1], who, partner, end)
            elif found := re.match(r"(?: +a|A)ll goods listed here of .*: ([\d,.]+) times", line):
                assert abs(float(found[1].replace(",", "")) - judge.tide(who, partner, end)) <= 0.0501, line
                judge.checked["tide"] += 1
    checked = judge.checked
    assert checked["value"] >= 12, dict(checked)
    assert sum(checked.values()) - checked["other"] >= 60, dict(checked)
    for name in ("multiple", "record", "silence", "each above", "past", "under"):
        assert checked[name], (name, dict(checked))

"""Make the Harmonized System tables of the package from the official files.

Run it when UNSD publishes a new revision or corrects a table::

    python tools/build_hs_tables.py FOLDER

``FOLDER`` holds, from UNSD: ``unsd_HS2022_to_HS2017_ConversionAndCorrelationTables.xlsx``, the correlations of the
earlier steps (``hs_concordance_2022_2017_2012_2007.csv``) and the nomenclatures that UN Comtrade publishes
(``hs2007_nomenclature_comtrade.csv`` and so on). Needs openpyxl.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter, defaultdict
from pathlib import Path

import openpyxl

REVISIONS = (2007, 2012, 2017, 2022)
HERE = Path(__file__).resolve().parents[1] / "src" / "tidewaiter" / "codes"


def read_nomenclature(folder: Path, year: int) -> dict[str, tuple[str, str]]:
    """Return text and standard unit of every 2-, 4- and 6-digit code of a revision."""
    with (folder / f"hs{year}_nomenclature_comtrade.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {r["id"]: (" ".join(r["text"].split()), r["standardUnitAbbr"]) for r in rows if r["id"].isdigit()}


def read_correlations(folder: Path) -> dict[int, dict[str, list[str]]]:
    """Return, for each later revision, the earlier codes that a code took goods from."""
    links: dict[int, dict[str, list[str]]] = {year: defaultdict(list) for year in REVISIONS[1:]}
    with (folder / "hs_concordance_2022_2017_2012_2007.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            links[int(row["adjustment"][:4])][row["code.after"]].append(row["code.before"])
    return links


def read_conversion(folder: Path) -> dict[str, str]:
    """Return UNSD's own choice of one HS 2017 code for each HS 2022 code."""
    book = openpyxl.load_workbook(folder / "unsd_HS2022_to_HS2017_ConversionAndCorrelationTables.xlsx", read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))[1:]
    return {str(row[0]).strip(): str(row[1]).strip() for row in rows if row[0]}


def choose(code: str, earlier: list[str]) -> str:
    """Choose a main predecessor where UNSD's conversion is not at hand.

    Its own number if that was kept; else the residual code of its own heading, or of the heading most of the
    predecessors are in. On the step to HS 2022, where UNSD's choice is known, this agrees with it for all codes that
    kept their number and for 38 of the other 86 that have several predecessors: a seam chosen so is never called better
    than partial.
    """
    if code in earlier:
        return code
    headings = Counter(other[:4] for other in earlier)
    best = min(headings, key=lambda h: (h != code[:4], h[:2] != code[:2], -headings[h], h))
    near = [other for other in earlier if other[:4] == best]
    return max([other for other in near if other[-1] == "9" or other[-2:] == "90"] or near)


def main(folder: Path, out: Path = HERE) -> None:
    """Write hs_lineage.tsv and hs_text.tsv.gz."""
    books = {year: read_nomenclature(folder, year) for year in REVISIONS}
    links, conversion = read_correlations(folder), read_conversion(folder)
    six = {year: {code for code in books[year] if len(code) == 6} for year in REVISIONS}
    lines, seen = [], {}
    for code in sorted(set().union(*six.values())):
        alive = "".join(str(int(code in six[year])) for year in REVISIONS)
        cells = []
        for year, before in zip(REVISIONS[1:], REVISIONS, strict=False):
            earlier = sorted(set(links[year][code])) if code in six[year] else []
            if code in six[year] and not earlier and code in six[before]:
                earlier = [code]
            if earlier == [code] or not earlier:
                cells.append("")
                continue
            first = conversion[code] if year == 2022 else choose(code, earlier)
            text = " ".join([first, *[other for other in earlier if other != first]])
            if len(earlier) > 100 and text in seen:
                text = "=" + seen[text]
            else:
                seen[text] = code
            cells.append(text)
        lines.append("\t".join([code, alive, *cells]).rstrip("\t"))
    header = (
        "# Six-digit codes of the Harmonized System and what each took its goods from. Sources: UNSD, HS 2022 to HS\n"
        "# 2017 conversion and correlation tables; UNSD correlations HS 2017 to 2012 and 2012 to 2007; UN Comtrade\n"
        "# nomenclatures. alive: one digit each for HS 2007, 2012, 2017, 2022. A cell lists the codes of the revision\n"
        "# before, the main one first (UNSD's conversion for 2022); empty: same number, nothing else; =CODE: the\n"
        "# same list as CODE.\n"
        "code\talive\tfrom2007\tfrom2012\tfrom2017\n"
    )
    (out / "hs_lineage.tsv").write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    texts = []
    for code in sorted(set().union(*books.values())):
        text, unit = next(books[year][code] for year in reversed(REVISIONS) if code in books[year])
        texts.append(f"{code}\t{'' if unit == 'n/a' else unit}\t{text}")
    packed = gzip.compress(("\n".join(texts) + "\n").encode(), compresslevel=9, mtime=0)
    (out / "hs_text.tsv.gz").write_bytes(packed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

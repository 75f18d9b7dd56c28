"""An article as prose and page furniture, and prose as sentences; every character is accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

__all__ = ["Block", "blocks", "sentences"]

_FURNITURE: Final = re.compile(
    r"(?:advertisement|sponsored|subscribe\b.*|sign (?:up|in)\b.*|log in\b.*|get more with\b.*|learn more|read more\b.*|read also\b.*|see also\b.*|also read\b.*|"
    r"related(?: (?:articles?|stories|news|topics))?\b.*|recommended\b.*|most (?:read|popular|viewed)\b.*|trending\b.*|share(?: (?:this|on)\b.*)?|follow us\b.*|"
    r"newsletter\b.*|a personalised news feed\b.*|comments?|\d+ comments?|print|email|copy link|listen\b.*|watch\b.*|video|gallery|tags?:.*|topics?:.*|"
    r"copyright\b.*|©.*|all rights reserved.*|terms (?:of|and)\b.*|privacy\b.*|cookie\b.*|skip to\b.*|menu|search|home|next|previous|back to top|"
    r"(?:last )?updated:? .*|published:? .*|posted:? .*|\d+ min(?:ute)?s? read|reporting by\b.*|editing by\b.*|written by\b.*|by [A-Z][\w.-]+(?: [A-Z][\w.-]+){0,3}|"
    r"our standards:.*|click here\b.*|download\b.*|support\b.{0,30}|topics? .{0,40}|loading.*|why you can trust\b.*)\Z",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"(?:photo|photograph|picture|image|file photo|illustration|graphic|video|handout|credit|source)\s?:\s|\(?(?:AP|AFP|Reuters|Yonhap|Xinhua|KCNA|Getty)[ /]*(?:Photo|Images|via|/File)|"
    r"\bfile photo\b|\bis seen in this\b|\bpictured (?:here|in)\b", re.IGNORECASE,
)  # fmt: skip
_CLOCK: Final = re.compile(r"[\d\s:./,#•|-]{1,30}\Z")
_END: Final = re.compile(r"[.!?…][\"'”’)\]»]*(?:\[\d{1,3}\])*\Z")
_BULLET: Final = re.compile(r"\s*[•·▪●*‣–-]\s+")
_STOP: Final = re.compile(r"[.!?…][\"'”’)\]»]*(?:\[\d{1,3}\])*(?=\s|\Z)")
_SHORT: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "col",
        "lt",
        "sen",
        "rep",
        "gov",
        "st",
        "no",
        "nos",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "inc",
        "ltd",
        "co",
        "corp",
        "vs",
        "etc",
        "approx",
        "fig",
        "vol",
        "ca",
        "cf",
        "al",
        "e.g",
        "i.e",
        "u.s",
        "u.k",
        "u.n",
    ]
)


class Block(NamedTuple):
    """A run of lines: ``kind`` is ``prose``, ``headline``, ``caption`` or ``furniture``; ``why`` says by what sign."""

    kind: str
    start: int
    end: int
    why: str = ""

    def body(self, text: str) -> int:
        """Return where the words begin, after a bullet."""
        bullet = _BULLET.match(text, self.start, self.end)
        return bullet.end() if bullet else self.start


class _Line(NamedTuple):
    start: int
    end: int


def _lines(text: str) -> Iterator[list[_Line]]:
    """Yield runs of lines between blank ones, without the white space around each."""
    run: list[_Line] = []
    place = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            first = place + len(line) - len(line.lstrip())
            run.append(_Line(first, first + len(stripped)))
        elif run:
            yield run
            run = []
        place += len(line)
    if run:
        yield run


def _joined(run: list[_Line], text: str) -> list[_Line]:
    """Join lines that were broken to fit a width."""
    if len(run) < 2:
        return run
    lengths = [line.end - line.start for line in run]
    open_ends = [not _END.search(text[line.start : line.end][-8:]) for line in run[:-1]]
    wrapped = all(45 <= length <= 110 for length in lengths[:-1]) and lengths[-1] <= 110 and any(open_ends)
    ends = _END.search(text[run[-1].start : run[-1].end][-8:]) is not None
    if wrapped and ends and not any(_plain_furniture(text[line.start : line.end]) for line in run):
        return [_Line(run[0].start, run[-1].end)]
    if not any(_plain_furniture(text[line.start : line.end]) for line in run) and (told := _wrapped(run, text)):
        return told
    made = [run[0]]
    for line, open_end in zip(run[1:], open_ends, strict=True):
        if open_end and text[line.start].islower():
            made[-1] = _Line(made[-1].start, line.end)
        else:
            made.append(line)
    return made


def _wrapped(run: list[_Line], text: str) -> list[_Line]:
    """Join lines broken to any width: each is so long that the next word had no room; nothing, if they are not so."""
    width = max(line.end - line.start for line in run)
    full = []
    for line, after in pairwise(run):
        word = text[after.start : after.end].split(maxsplit=1)[0]
        full.append(line.end - line.start + 1 + len(word) > width)
    ended = [_END.search(text[max(line.start, line.end - 12) : line.end]) is not None for line in run]
    if width < 20 or not ended[-1] or not any(one and not end for one, end in zip(full, ended, strict=False)):
        return []
    if not all(one or end for one, end in zip(full, ended, strict=False)):
        return []
    made = [run[0]]
    for line, one in zip(run[1:], full, strict=True):
        if one:
            made[-1] = _Line(made[-1].start, line.end)
        else:
            made.append(line)
    return made


def _plain_furniture(line: str) -> bool:
    return _FURNITURE.match(line) is not None or _CLOCK.match(line) is not None


def blocks(text: str) -> list[Block]:
    r"""Cut an article into blocks.

    Prose is what ends like a sentence, or is listed with a bullet. The first line without such an end, if it stands
    before all prose, is the headline; later ones are headlines of other articles, or menus. A text in which nothing
    ends like a sentence is taken to be prose throughout.

    Examples
    --------
    >>> [(b.kind, b.why) for b in blocks("Advertisement\n\nExports of coal fell again\n\nThey fell by 5%.\n\n01:29")]
    [('furniture', 'a word of the page'), ('headline', ''), ('prose', ''), ('furniture', 'no words')]
    """
    lines = [line for run in _lines(text) for line in _joined(run, text)]
    ended = [_END.search(text[line.end - min(12, line.end - line.start) : line.end]) is not None for line in lines]
    anything = any(ended)
    made: list[Block] = []
    seen_prose = seen_headline = False
    for line, end in zip(lines, ended, strict=True):
        body = text[line.start : line.end]
        words = body.count(" ") + 1
        if _CLOCK.match(body):
            made.append(Block("furniture", *line, why="no words"))
        elif words <= 14 and _FURNITURE.match(body):
            made.append(Block("furniture", *line, why="a word of the page"))
        elif len(body) < 2000 and _CAPTION.search(body):
            made.append(Block("caption", *line, why="a caption"))
        elif _BULLET.match(body) and words > 4:
            made.append(Block("prose", *line))
        elif end or not anything:
            made.append(Block("prose", *line))
            seen_prose = True
        elif words >= 5 and not seen_prose and not seen_headline:
            made.append(Block("headline", *line))
            seen_headline = True
        elif words >= 25:
            made.append(Block("prose", *line))
            seen_prose = True
        else:
            made.append(Block("furniture", *line, why="no sentence: a menu, or another article's headline"))
    return made


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut prose into sentences: first and one past the last character of each.

    Examples
    --------
    >>> text = 'Exports rose to $1.2 bn. The U.S. said "no." In Jan. 2022 none came.'
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['Exports rose to $1.2 bn.', 'The U.S. said "no."', 'In Jan. 2022 none came.']
    """
    found: list[tuple[int, int]] = []
    begin = start
    for stop in _STOP.finditer(text, start, end):
        after = stop.end()
        if after < end and not _breaks(text, begin, stop.start(), after, end):
            continue
        found.append((begin, after))
        begin = after
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        found.append((begin, end))
    return found


def _breaks(text: str, begin: int, stop: int, after: int, end: int) -> bool:
    """Whether a sentence ends at a stop: not after an abbreviation, and what follows begins like one."""
    place = after
    while place < end and text[place].isspace():
        place += 1
    if place >= end:
        return True
    if text[place].islower():
        return False
    if text[stop] != ".":
        return True
    left = stop
    while left > begin and not text[left - 1].isspace() and stop - left < 12:
        left -= 1
    word = text[left:stop].strip("\"'“”‘’()[]").lower()
    if word in ("no", "nos"):
        return not text[place].isdigit()
    if word in _SHORT:
        return word in ("co", "inc", "ltd", "corp", "etc") and text[place].isupper()
    return not (len(word) == 1 and word.isalpha())

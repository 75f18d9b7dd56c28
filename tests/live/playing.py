"""A server on this machine that plays a publisher: recorded answers, errors, refusals, cut connections."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec


class Play(msgspec.Struct):
    """What to answer. ``length`` lies about the length, so that the connection is cut within the body."""

    body: bytes = b""
    status: int = 200
    content: str = "application/json"
    headers: dict[str, str] = {}
    length: int | None = None


Answerer = Callable[[str, dict[str, list[str]], dict[str, str]], Play]


class Server:
    def __init__(self, answer: Answerer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.url = ""


@contextmanager
def playing(answer: Answerer) -> Iterator[Server]:
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = (parts.path, parse_qs(parts.query), {name.lower(): value for name, value in self.headers.items()})
            server.asked.append(asked)
            play = server.answer(*asked)
            self.send_response(play.status)
            self.send_header("Content-Type", play.content)
            for name, value in play.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(play.body) if play.length is None else play.length))
            self.end_headers()
            self.wfile.write(play.body)
            if play.length is not None:
                self.close_connection = True

        def log_message(self, *rest: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def comtrade_row(period: str, code: str, value: float, *, flow: str = "X", partner: int = 408) -> dict[str, Any]:
    """A record as the interface gives it, with every field that a reader needs."""
    return {
        "typeCode": "C", "freqCode": "M", "refPeriodId": int(period) * 100 + 1, "refYear": int(period[:4]),
        "refMonth": int(period[4:]), "period": period, "reporterCode": 156, "reporterISO": "CHN",
        "reporterDesc": "China", "flowCode": flow, "flowDesc": "Export", "partnerCode": partner,
        "partnerISO": "PRK", "partnerDesc": "Dem. People's Rep. of Korea", "partner2Code": 0, "partner2ISO": "W00",
        "partner2Desc": "World", "classificationCode": "H6", "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": code, "cmdDesc": "=goods", "aggrLevel": 6, "isLeaf": True,
        "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0", "motCode": 0, "motDesc": "TOTAL MOT",
        "qtyUnitCode": 8, "qtyUnitAbbr": "kg", "qty": value / 2, "isQtyEstimated": False, "altQtyUnitCode": 8,
        "altQtyUnitAbbr": "kg", "altQty": value / 2, "isAltQtyEstimated": False, "netWgt": value / 2,
        "isNetWgtEstimated": False, "grossWgt": 0, "isGrossWgtEstimated": False, "cifvalue": None,
        "fobvalue": value, "primaryValue": value, "legacyEstimationFlag": 0, "isReported": True, "isAggregate": False,
    }  # fmt: skip


def comtrade_answer(rows: list[dict[str, Any]], **more: Any) -> Play:
    return Play(json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": "", **more}).encode())

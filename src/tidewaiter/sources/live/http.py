"""One line to a publisher: paced, patient, and silent about keys.

Transient failures (cut connections, time-outs, 408, 429 and 5xx) are tried again with a growing pause; a publisher's
``Retry-After`` is honoured, unless it asks for more patience than a person has. An answer goes to a file as it comes and is
complete or not there. The transport can be replaced, so that tests need no network.
"""

from __future__ import annotations

import datetime
import email.utils
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import stamina

from tidewaiter._version import __version__
from tidewaiter.errors import SourceError
from tidewaiter.sources.live.ask import Request

__all__ = ["MOST_BYTES", "MOST_PATIENCE", "Answer", "Line", "redact", "retry_after"]

MOST_BYTES = 4 << 30
"""No answer is longer than this; a stream that goes on is cut."""

MOST_PATIENCE = 300.0
"""Seconds that one request may be asked to wait before it is given up, to be gone on with later."""

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Answer(msgspec.Struct, frozen=True):
    """What came: the file it is in, the status, the type of its content."""

    path: Path
    status: int
    content: str


class _Again(Exception):
    """A failure worth another try; ``wait`` is how long the publisher asked us to wait, if it did."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class Line:
    """A connection to one publisher.

    Parameters
    ----------
    pause
        Seconds between two requests at least.
    attempts
        Tries of one request.
    tell
        Is called with a line of text when something has to be waited for.
    transport
        In place of the network.
    sleep
        In place of waiting.
    """

    def __init__(
        self,
        *,
        pause: float = 0.0,
        attempts: int = 6,
        timeout: float = 120.0,
        tell: Callable[[str], None] | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pause = pause
        self.attempts = attempts
        self.requests = 0
        self._tell = tell or (lambda text: None)
        self._sleep = sleep
        self._last = -1e9
        _quiet()
        self._client = httpx2.Client(
            transport=transport,
            timeout=httpx2.Timeout(timeout, connect=30.0),
            follow_redirects=True,
            headers={"User-Agent": f"tidewaiter/{__version__}", "Accept-Encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *rest: object) -> None:
        self._client.close()

    def get(self, request: Request, into: Path) -> Answer:
        """Get an answer into a file.

        Raises
        ------
        SourceError
            If there is none after all tries, or the publisher refuses; the message holds no key.
        """
        host = request.url.split("/")[2] if "//" in request.url else request.url
        try:
            for attempt in stamina.retry_context(
                on=self._patience,
                attempts=self.attempts,
                timeout=None,
                wait_initial=1.0,
                wait_max=60.0,
                wait_jitter=1.0,
            ):
                with attempt:
                    return self._try(request, into)
        except _Again as error:
            into.unlink(missing_ok=True)
            raise SourceError(
                f"{host} gave no answer in {self.attempts} tries ({redact(error.reason, request)}); what was fetched before is kept,"
                " the same command goes on from there"
            ) from None
        except SourceError:
            into.unlink(missing_ok=True)
            raise
        raise AssertionError("unreachable")  # pragma: no cover

    def _patience(self, error: Exception) -> bool | float:
        """Decide whether to try again, and after how long where the publisher says."""
        if not isinstance(error, _Again):
            return False
        self._tell(f"{error.reason}; trying again" + (f" in {error.wait:.0f} s" if error.wait else ""))
        return True if error.wait is None else error.wait

    def _try(self, request: Request, into: Path) -> Answer:
        ahead = self._last + self.pause - time.monotonic()
        if ahead > 0:
            self._sleep(ahead)
        self._last = time.monotonic()
        self.requests += 1
        host = request.url.split("/")[2] if "//" in request.url else request.url
        try:
            with self._client.stream(
                "GET", request.url, params=list(request.params), headers=dict(request.headers)
            ) as response:
                status = response.status_code
                if status in _TRANSIENT:
                    wait = retry_after(response.headers.get("retry-after"))
                    if wait is not None and wait > MOST_PATIENCE:
                        raise SourceError(
                            f"{host} answers {status} and asks to wait {wait:.0f} s; what was fetched before is kept,"
                            " the same command goes on from there after that time"
                        )
                    raise _Again(f"{host} answers {status} {response.reason_phrase}", wait)
                if status >= 400 and status != 413:
                    raise SourceError(_refused(host, response, request))
                size = 0
                with into.open("wb") as file:
                    for block in response.iter_bytes(1 << 20):
                        size += len(block)
                        if size > MOST_BYTES:
                            raise SourceError(f"{host}: the answer is longer than {MOST_BYTES >> 30} GiB; ask for less")
                        file.write(block)
                return Answer(into, status, response.headers.get("content-type", ""))
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise SourceError(f"not an address that can be asked: {redact(request.url, request)}") from error
        except httpx2.TooManyRedirects as error:
            raise SourceError(f"{host} sends us in circles; its address may have changed") from error
        except httpx2.DecodingError as error:
            raise _Again(f"{host}: the answer is damaged ({type(error).__name__})") from None
        except httpx2.HTTPError as error:
            raise _Again(f"{host}: {_kind(error)}") from None
        except OSError as error:
            raise SourceError(f"the answer of {host} cannot be written ({error.strerror})") from error


def retry_after(header: str | None, now: datetime.datetime | None = None) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date (RFC 9110, section 10.2.3).

    Returns
    -------
    float or None
        Seconds from now, not below zero; None where there is no header that can be read.

    Examples
    --------
    >>> retry_after("3")
    3.0
    >>> retry_after("soon") is None
    True
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else float(10**9)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    now = now or datetime.datetime.now(datetime.UTC)
    return max(0.0, (when - now).total_seconds())


def redact(text: str, request: Request) -> str:
    """Cut the secrets of a request out of a text."""
    for secret in request.secrets:
        if secret:
            text = text.replace(secret, "[key]")
    return text


def _refused(host: str, response: httpx2.Response, request: Request) -> str:
    try:
        body = response.read()[:2000].decode("utf-8", "replace")
    except httpx2.HTTPError:
        body = ""
    said = " ".join(redact(body, request).split())
    said = "".join(letter for letter in said if letter.isprintable())[:200]
    status = response.status_code
    if status in (401, 403):
        step = "check the key in the environment, or its quota"
    elif status == 404:
        step = "the address may have changed; it can be set in the settings"
    else:
        step = "the publisher does not take this question"
    return f"{host} refuses with {status} {response.reason_phrase}" + (f" ({said})" if said else "") + f"; {step}"


def _kind(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx2.ConnectError):
        return "no connection"
    return f"the connection was cut ({type(error).__name__})"


class _NoAddresses(logging.Filter):
    """Addresses carry keys; the HTTP library writes them into its log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False


def _quiet() -> None:
    for name in (
        "httpx2",
        "httpcore2",
        "httpcore2.http11",
        "httpcore2.http2",
        "httpcore2.connection",
        "httpcore2.proxy",
    ):
        logger: Any = logging.getLogger(name)
        if not any(isinstance(one, _NoAddresses) for one in logger.filters):
            logger.addFilter(_NoAddresses())

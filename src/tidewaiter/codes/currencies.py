"""Currencies by their ISO 4217 codes.

Source: ISO 4217, list one (current currencies) and, of list three, those withdrawn since 2009, as kept by SIX Financial
Information, the maintenance agency. Funds and metals (``XAU``, ``XDR``) are left out: no trade is booked in them.
"""

from __future__ import annotations

from typing import Final

from tidewaiter.errors import UnknownName

__all__ = ["CURRENCIES", "currency"]

CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF
    XCD XCG XOF XPF YER ZAR ZMW ZWG
    BYR EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL
    """.split()  # noqa: SIM905 (a list of two hundred strings is no easier to read)
)
"""Current ones, then those withdrawn since 2009, in which older customs files are."""

_OTHER_NAMES: Final = {
    "RMB": "CNY", "CNH": "CNY", "YUAN": "CNY", "DOLLAR": "USD", "DOLLARS": "USD", "US$": "USD", "EURO": "EUR", "EUROS": "EUR",
    "ECU": "EUR", "XEU": "EUR", "YEN": "JPY", "WON": "KRW", "POUND": "GBP", "POUNDS": "GBP", "STG": "GBP", "RUR": "RUB",
    "RUBLE": "RUB", "ROUBLE": "RUB", "NTD": "TWD", "SOM": "KGS", "RUPEE": "INR",
}  # fmt: skip


def currency(text: str, kind: str = "currency") -> str:
    """Return a currency's code.

    Raises
    ------
    UnknownName
        If ISO 4217 has no such code; a name that is often written in its place is told with the code.

    Examples
    --------
    >>> currency("USD")
    'USD'
    >>> currency("RMB")
    Traceback (most recent call last):
    tidewaiter.errors.UnknownName: unknown currency 'RMB'. Write CNY
    """
    if text in CURRENCIES:
        return text
    other = _OTHER_NAMES.get(text.upper(), text.upper() if text.upper() in CURRENCIES else "")
    raise UnknownName(
        kind, text, [], f"Write {other}" if other else "Three letters of ISO 4217, such as USD, EUR, CNY, JPY, KRW"
    )

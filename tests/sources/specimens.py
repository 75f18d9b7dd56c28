"""A small file of every format, byte by byte as the publisher writes it."""

from __future__ import annotations

from tests.sources import test_comtrade, test_eurostat, test_gacc, test_others

LEGACY = (
    "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Partner Code,Partner,Commodity Code,Commodity,Trade Value (US$),Flag\r\n"
    "H5,2017,1,Import,842,USA,156,China,1,Animals; live,36327640,4\r\n"
    'H5,2017,2,Export,842,USA,156,China,3,"Fish, other",1235589412,0\r\n'
)
HMRC = (
    test_others.HMRC_EU
    + "870332190,0,004,DE,0,000,,001,010,0201706,000,78120,000000000,1.0,500.0,1200.0,1.0\n"
    + "870332190,0,004,DE,0,000,,000,000,0991604,000,78120,000000000,0.0,-40.0,-7.0,0.0\n"
)
PIPES = (
    "000000000|SMKI19|JUNE 2017|\n"
    "701932000|66495|000|400|US|390|ZA|06/2017|437|EMA|400|US|400|US|0|001|040|00|000||000|001|000|2872|40|0\n"
    "999999999|0000001|\n"
)
BRAZIL = (
    test_others.BRAZIL
    + '\n"2024";"02";"02023000";"10";"187";"MT";"07";"0230154";100;100;1000\n"2024";"02";"01061900";"11";"190";"SP";"04";"0817800";3;1;77\n'
)
TABLE = "reporter,partner,flow,product_code,period,value_eur\nDE,KG,EXPORT,8703,2022-09,31462661\nLT,KG,EXPORT,87032410,2022-09,6644000\n"
TOTALS = (
    "reporter_code,is_aggregate,partner_code,flow,period,value_eur\nDE,0,KG,X,2022-09,30\nEU27_2020,1,KG,X,2022-09,42\n"
)
EASY = test_eurostat.EASY + '"Germany","Kyrgyzstan","8703-Motor cars","2-EXPORT","T-Total","202408-Aug. 2024",7\r\n'

TEXTS: dict[str, bytes] = {
    "gacc-portal": test_gacc.portal(test_gacc.ROW, test_gacc.MORE),
    "gacc-portal-usd": test_gacc.portal(
        test_gacc.ROW, test_gacc.MORE, header=[*test_gacc.HEADER[:-1], "美元"], encoding="utf-8", lead="\n"
    ),
    "comtrade-plus": test_comtrade.plus(test_comtrade.record(), test_comtrade.record(period="202205")),
    "comtrade-bulk": test_comtrade.bulk(test_comtrade.record(), test_comtrade.record(motCode=2100)),
    "comtrade-legacy": LEGACY.encode(),
    "comext-bulk": test_eurostat.bulk(("AT", "KG", "87032410", 2, 1, "PST", 100, 2000, 4), ("DE", "KG", "87032410", 2, 2, "PST", 7, 9, 4)),
    "comext-sdmx": test_eurostat.sdmx("M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,31462661,", "M,DE,KG,8703,2,QUANTITY_IN_100KG,2022-09,902.6,"),
    "comext-easy": EASY.encode(),
    "comext-table": TABLE.encode(),
    "comext-totals": TOTALS.encode(),
    "census": test_others.table(test_others.SALMON, test_others.SALMON),
    "hmrc": HMRC.encode(),
    "brazil": BRAZIL.encode(),
}  # fmt: skip
"""Tables, by the format they are recognised as."""

OTHERS: dict[str, bytes] = {
    "comtrade-api": test_comtrade.answer(
        test_comtrade.record(), test_comtrade.record(partnerCode=410, partnerISO="KOR")
    ),
    "census json": test_others.answer(test_others.SALMON),
    "hmrc pipes": PIPES.encode(),
    "comext-workbook": test_eurostat.workbook(),
}

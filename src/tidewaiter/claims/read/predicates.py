"""The rules of what is said of a subject, in the order in which they are tried at a chunk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tidewaiter.claims.read.linked import Linked

__all__ = ["Predicates"]


class Predicates(Linked):
    """A sentence, with every rule of predicates."""

    def levels(self) -> bool:
        """Try the rules of predicates at the chunk; False if none fits."""
        for pattern, rule in _RULES:
            match = pattern.match(self.tags, self.at)
            if match is not None:
                after = rule(self, match)
                if after:
                    self.at = after
                    return True
        return False


_Rule = Callable[[Predicates, "re.Match[str]"], int]
_RULES: Final[tuple[tuple[re.Pattern[str], _Rule], ...]] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"ZA?(?P<T>T)", Predicates.no_trade),
        (r"L*[HL]?(?P<Q>[%F])(?:(?P<U>U)|(?P<D>D))", Predicates.change),
        (r"(?:(?P<U>U)|(?P<D>D))[bo]?(?P<Q>[%F])", Predicates.change),
        (r"[LH]*(?:(?P<U>U)|(?P<D>D))?b?(?P<X>X)(?P<U2>U)?", Predicates.multiple),
        (r"(?:(?P<U>U)|(?P<D>D))b(?P<Q>[MWCN])", Predicates.difference),
        (r"L*B", Predicates.doubled),
        (r"L+E?o?(?P<Q>N)(?P<G>G)", Predicates.level),
        (r"L+E?o?(?P<Q>[MWCN])(?P<G>)(?!h)", Predicates.level),
        (r"(?:L+|t)(?P<R>R)(?P<P>P)?o?(?P<Q>[MWCN])", Predicates.peak_level),
        (r"L+Z(?!A?[GT])", Predicates.none),
        (r"o(?P<Q>[MWC])(?!l?o)", Predicates.noun_of),
        (r"L(?:(?P<way>[UD])c)?v*(?P<P>P)", Predicates.exceeds_bare),
        (r"[LUDt,a]*(?P<own>A)?(?P<E>E)[vTU]*(?P<K>K)", Predicates.extreme),
        (r"[LUDt,a]*(?P<own>A)?(?:(?P<E>E)[vTU]*(?P<d>d)|(?P<R>R))", Predicates.extreme_in),
        (r"[LUDt]*E(?:[vT]+d?|d)", Predicates.extreme_unsaid),
        (r"E(?=[.,as]|\Z)", Predicates.record),
        (r"(?:tE?v*o?|i)(?:(?P<Q>[MWCN])|(?P<Z>Z))", Predicates.to_level),
        (r"[UD]v*(?P<Q>[MWCN])(?=P)", Predicates.beyond),
        (r"fE?[vo]*(?:(?P<Q>[MWCN])|(?P<Z>Z))", Predicates.from_level),
        (r"[ce][vofT]*(?P<Q>[MWCN])", Predicates.compared),
        (r"c[vof]*Z(?!T)", Predicates.compared_none),
        (r"(?:e|Uc?)[voT]*(?P<P>P)v*", Predicates.exceeds_period),
        (r"Uc[vofT]*(?P<Q>[MWCN])", Predicates.compared),
        (r"l(?P<Q>[MWCN])", Predicates.valued),
        (r"Z(?=[PY])", Predicates.none_too),
        (r"i(?P<Q>M)(?=[.,a])", Predicates.paid),
        (r"kv*[tT]?v*t?(?P<Q>[MWCN])", Predicates.summed),
        (r"(?P<Q>[MWCN])(?=a?[PYf])a?", Predicates.listed),
        (r"(?P<one>1)(?:v*)(?P<how>[dK])?", Predicates.first_time),
        (r"!", Predicates.appeared),
        (r"S", Predicates.streak),
        (r"(?:a?H|L)?(?P<Q>[%F])o?v*(?P<M>[MWCN])[LV]?(?=P)", Predicates.part_of_level),
        (r"(?:a?H|L)?(?P<Q>[%F])o?(?P<P>P)(?P<M>[MWCN])", Predicates.part_of_level),
        (r"[Ll](?P<Q>[%F])o(?P<P>P)(?=[.,])", Predicates.part_of_months),
        (r"a?H(?P<Q>[%F])o?", Predicates.share),
        (r"H(?P<Q>[MWC])(?!o[^v])", Predicates.came_to),
        (r"(?P<Q>[%F])o(?=[AvGT]*T)", Predicates.gateway),
        (r"[Lvio]*(?P<Q>u)", Predicates.priced),
    )
)

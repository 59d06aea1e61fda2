"""Word stems, as the rule on paraphrases counts them: English Snowball stems of everything but function words."""

from __future__ import annotations

import re
from functools import cache

import snowballstemmer

STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """
a about after again all also am an and any are aren as at be because been before being below between both but
by can cannot could couldn d did didn do does doesn doing don down during each else ever few for from further
get gets getting had has hasn have haven having he her here hers him his how i if in into is isn it its itself
just ll m many may me might more most much must my no nor not of off on once one only or other our out over
own please re s same shall she should shouldn so some such t than that the their them then there these they
this those through to too under until up us ve very was wasn we were what when where which while who whom
whose why will with won would you your
""",
    )
)
_STEMMER = snowballstemmer.stemmer("english")


@cache
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> set[str]:
    """The stems of a text's words."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {_stem(word) for word in words if word not in STOPWORDS}

"""Words, identifiers and acronyms of a text, in the form in which they are compared."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_RAW = re.compile(r"\w+(?:[-./:'’+]\w+)*")
_PART = re.compile(r"[^\W_]+")
_CODE = re.compile(r"\d|[_./:]|[a-z][A-Z]")  # a digit, a separator of names, or camelCase
_WORD_OR_BREAK = re.compile(r"[^\W_]+|[^\w\s'’/-]+|\n")
_COMPOUND = re.compile(r"(ultra|infra|micro|multi|inter|tele|electro|photo|hydro|thermo|hyper|cyber)([a-z]{3,})")
_MEASURE = re.compile(r"\d+(?:-[a-z]+)+")  # '30-day', which looks like a code but is none
_MIN_IDENTIFIER = 3

STOPWORDS = frozenset(
    "a about after all also am an and any are as at be because been before being but by can cannot cant could "
    "did do does doesnt doing dont for from get give had has have he her here him his how i if in into is isnt it "
    "its just let like made make may me more most my need no not of off on one only or other our out over please "
    "she should show so some such tell than that the their them then there these they this those to too under up us "
    "use used using want was we were what when where whether which while who whom whose why will with without wont "
    "would you your".split()
)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower case, without accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char) and char not in "'’")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A folded word without plural, -ing and -ed, so that 'valves' finds 'valve'. Only meant to be consistent."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _without_ending(word)


def terms(text: str) -> Iterator[str]:
    """The stems of a text's words, without the words that mean little."""
    for raw in _RAW.findall(text):
        for word in _PART.findall(raw.replace("'", "").replace("’", "")):
            folded = fold(word)
            if folded and folded not in STOPWORDS:
                yield stem(folded)


def identifiers(text: str) -> Iterator[str]:
    """Codes such as ``MT-77`` or ``gate_dwell_ms`` without their separators: ``mt77``, ``gatedwellms``."""
    for raw in _RAW.findall(text):
        if _is_identifier(raw):
            yield bare(raw)


def joined(text: str) -> Iterator[str]:
    """Two and three neighbouring words written as one, for codes that are typed with spaces: ``MT 77``."""
    words = [bare(raw) for raw in _RAW.findall(text)]
    for size in (2, 3):
        for start in range(len(words) - size + 1):
            yield "".join(words[start : start + size])


def bare(raw: str) -> str:
    """A word without separators, folded."""
    return fold("".join(_PART.findall(raw)))


def capitals(text: str) -> Iterator[str]:
    """The words that are written like acronyms, folded."""
    for raw in _RAW.findall(text):
        for word in () if _is_identifier(raw) else _PART.findall(raw):
            if 2 <= len(word) <= 6 and word.isascii() and word.isalpha() and word.isupper():
                yield word.lower()


def initials(text: str) -> Iterator[str]:
    """The acronyms that neighbouring words would have: 'volatile organic compounds' gives ``voc``."""
    words = [fold(word) for word in _PART.findall(text)]
    for kept in (words, [word for word in words if word not in STOPWORDS]):
        letters = "".join(word[:1] for word in kept)
        for size in (3, 4, 5):
            yield from (letters[start : start + size] for start in range(len(letters) - size + 1))


def heads(text: str) -> tuple[str, str]:
    """The first two letters of every word, as one string of fixed width: with and without small words.

    Punctuation becomes ``||``, so that no acronym runs across it.
    """
    everything: list[str] = []
    for raw in _WORD_OR_BREAK.findall(text):
        everything.extend(_halves(fold(raw)) if _PART.match(raw) else ("|",))
    pairs = [f"{word:_<2}"[:2] if word != "|" else "||" for word in everything if word]
    strong = [f"{word:_<2}"[:2] if word != "|" else "||" for word in everything if word and word not in STOPWORDS]
    return "".join(pairs), "".join(strong)


def acronym_pattern(acronym: str) -> re.Pattern[str]:
    """What to look for in ``heads``: each letter starts a word; of four or more, one word may give two letters."""
    spelled = ["".join(f"{letter}." for letter in acronym)]
    if len(acronym) >= 4:
        for at in range(len(acronym) - 1):
            letters = [f"{letter}." for letter in acronym]
            letters[at : at + 2] = [acronym[at : at + 2]]
            spelled.append("".join(letters))
    return re.compile(rf"(?:..)*?(?:{'|'.join(spelled)})")


def _without_ending(word: str) -> str:
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and any(vowel in rest for vowel in "aeiouy"):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _halves(word: str) -> tuple[str, ...]:
    compound = _COMPOUND.fullmatch(word)
    return compound.groups() if compound else (word,)


def _is_identifier(raw: str) -> bool:
    if "'" in raw or "’" in raw or _MEASURE.fullmatch(raw) or len(bare(raw)) < _MIN_IDENTIFIER:
        return False
    in_capitals = "-" in raw and raw.isupper()
    return in_capitals or _CODE.search(raw) is not None

"""Words that are known, and the share of a text that they make up."""

KNOWN = frozenset({"red", "green", "blue", "one", "two", "three"})


def words(text):
    """Lower-case words of a text, without signs at their ends."""
    found = [part.strip(".,;:!?").lower() for part in text.split()]
    return [word for word in found if word]


def share(text, known=KNOWN):
    """Share of the words that are known, 0 for a text without words."""
    found = words(text)
    if len(found) == 0:
        return 0.0
    hits = 0
    for word in found:
        if word in known:
            hits += 1
    return hits / len(found)


def verdict(value, low=0.25, high=0.75):
    """``most`` from ``high`` on, ``some`` from ``low`` on, else ``few``."""
    if value < 0 or value > 1:
        raise ValueError("a share lies between 0 and 1")
    if value >= high:
        return "most"
    return "some" if value >= low else "few"

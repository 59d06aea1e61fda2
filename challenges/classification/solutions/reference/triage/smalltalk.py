"""Tells the reason for a ticket from the courtesies and asides around it.

A remark is small talk when closed tickets of many desks hold it. Remarks are compared by their runs of three letters,
so that a slip of the pen does not hide them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from triage.prose import gist, remarks
from triage.terms import Ticket

FEWEST_TICKETS = 5
FEWEST_DESKS = 4
LARGEST_SHARE = 0.6
SAME = 0.6
SHORTEST = 13
# A subject with such a start belongs to another conversation.
INHERITED = ("re:", "fw:", "fwd:")


def trigrams(text: str) -> frozenset[str]:
    """The runs of three letters of a text."""
    padded = f" {text} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


class SmallTalk:
    """Remarks to be passed over, found by the letters they are made of."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.phrases = list(phrases)
        self._sizes = [len(trigrams(phrase)) for phrase in self.phrases]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self.phrases):
            for run in trigrams(phrase):
                self._holders[run].append(number)

    @classmethod
    def overheard(cls, tickets: Iterable[tuple[Ticket, int]]) -> SmallTalk:
        """The small talk in labelled tickets."""
        desks: dict[str, Counter[int]] = defaultdict(Counter)
        for ticket, desk in tickets:
            for remark in {gist(remark) for remark in [*remarks(ticket.body), ticket.subject] if remark.strip()}:
                desks[remark][desk] += 1
        return cls(sorted(remark for remark, counts in desks.items() if _everywhere(counts)))

    def holds(self, remark: str) -> bool:
        """Whether a remark is small talk, up to some slips."""
        runs = trigrams(remark)
        shared: Counter[int] = Counter()
        for run in runs:
            shared.update(self._holders.get(run, ()))
        return any(2 * count >= SAME * (len(runs) + self._sizes[number]) for number, count in shared.items())

    def reason(self, ticket: Ticket) -> str:
        """Why the customer writes, as a gist; empty where a ticket does not say."""
        levelled = [gist(remark) for remark in remarks(ticket.body)]
        title = gist(ticket.subject)
        said = [remark for remark in levelled if len(remark) >= SHORTEST]
        if title and not title.startswith(INHERITED):
            said.append(title)
        return " ".join(remark for remark in said if not self.holds(remark))


def _everywhere(counts: Counter[int]) -> bool:
    tickets = sum(counts.values())
    if tickets < FEWEST_TICKETS or len(counts) < FEWEST_DESKS:
        return False
    return max(counts.values()) < LARGEST_SHARE * tickets

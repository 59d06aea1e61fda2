"""Tickets that say the same: one vote on the label, and less weight for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from tickets.calibration import Floats, Labels

ALIKE = 0.6
MIN_VOTERS = 3


def groups(texts: Sequence[str]) -> Labels:
    """The number of the group of near-duplicates that each text is in."""
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True).fit_transform(texts)
    likeness = rows @ rows.T
    likeness.data = (likeness.data > ALIKE).astype(np.float64)
    likeness.eliminate_zeros()
    return connected_components(likeness, directed=False)[1].astype(np.int64)


def voted_labels(labels: Labels, group: Labels) -> Labels:
    """Labels after a vote: where half of three or more near-duplicates agree, all get that label."""
    voted = labels.copy()
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        label, votes = Counter(labels[members].tolist()).most_common(1)[0]
        if len(members) >= MIN_VOTERS and votes * 2 >= len(members):
            voted[members] = label
    return voted


def shared_weights(group: Labels) -> Floats:
    """A group of n near-duplicates weighs as much as the square root of n tickets."""
    sizes = np.bincount(group)
    return 1.0 / np.sqrt(sizes[group].astype(np.float64))


def balanced(weights: Floats, labels: Labels) -> Floats:
    """The weights scaled so that every label weighs the same and the mean is one."""
    totals = np.bincount(labels, weights=weights)
    scaled = weights / totals[labels]
    return scaled / scaled.mean()

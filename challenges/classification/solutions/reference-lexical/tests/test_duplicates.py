from __future__ import annotations

import numpy as np

from tickets.duplicates import balanced, groups, shared_weights, voted_labels


def test_near_duplicates_share_a_group() -> None:
    group = groups(
        ["the router has no power since monday", "the ruoter has no power since monday", "please cancel my contract"]
    )
    assert group[0] == group[1] != group[2]


def _vote(labels: list[int], group: list[int]) -> list[int]:
    return voted_labels(np.array(labels), np.array(group)).tolist()


def test_three_vote() -> None:
    assert _vote([1, 1, 2, 2], [0, 0, 0, 1]) == [1, 1, 1, 2]


def test_two_do_not_vote() -> None:
    assert _vote([1, 2], [0, 0]) == [1, 2]


def test_half_is_enough_and_less_is_not() -> None:
    assert _vote([1, 1, 2, 3], [0, 0, 0, 0]) == [1, 1, 1, 1]
    assert _vote([1, 1, 2, 3, 4], [0] * 5) == [1, 1, 2, 3, 4]


def test_a_vote_leaves_its_input_alone() -> None:
    labels = np.array([1, 1, 2])
    voted_labels(labels, np.array([0, 0, 0]))
    assert labels.tolist() == [1, 1, 2]


def test_weights_shrink_with_the_root_of_the_group() -> None:
    assert shared_weights(np.array([0, 0, 0, 0, 1])).tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]


def test_balanced_labels_weigh_the_same() -> None:
    weights = balanced(np.array([1.0, 1.0, 1.0, 1.0]), np.array([0, 0, 0, 1]))
    assert np.isclose(weights[:3].sum(), weights[3])
    assert np.isclose(weights.mean(), 1.0)

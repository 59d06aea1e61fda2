from __future__ import annotations

import math

import numpy as np
import pytest

from tickets.calibration import calibration_error, fit_temperature, log_loss, softmax


def test_softmax_rows_are_probabilities() -> None:
    rows = softmax(np.array([[0.0, math.log(3)], [1000.0, 1000.0]]))
    assert rows == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))


def test_log_loss_is_the_mean_over_true_labels() -> None:
    loss = log_loss(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1]))
    assert loss == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)


def test_log_loss_of_the_impossible_is_finite() -> None:
    assert log_loss(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(12 * math.log(10))


def test_temperature_is_found() -> None:
    # Three in four are right, so the true gap between the scores is log 3; they claim twice that.
    scores = np.tile([2 * math.log(3), 0.0], (4, 1))
    assert fit_temperature(scores, np.array([0, 0, 0, 1])) == pytest.approx(2.0, rel=0.02)


def test_calibration_error_weighs_bins() -> None:
    confidences = np.array([0.9, 0.9, 0.9, 0.3])
    right = np.array([True, True, False, False])
    assert calibration_error(confidences, right) == pytest.approx(0.75 * abs(0.9 - 2 / 3) + 0.25 * 0.3)


def test_certainty_is_in_the_last_bin() -> None:
    assert calibration_error(np.array([1.0, 0.95]), np.array([True, False])) == pytest.approx(0.475)

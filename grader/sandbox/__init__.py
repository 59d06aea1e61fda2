"""Where strangers' code runs. See :mod:`grader.sandbox.base` for the seam."""

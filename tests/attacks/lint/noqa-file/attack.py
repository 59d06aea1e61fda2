# ruff: noqa
# flake8: noqa
# type: ignore
# pylint: skip-file
# fmt: off
"""Careless code under comments that should hide it."""


def careless():
    try:
        return undefined_name
    except:
        pass

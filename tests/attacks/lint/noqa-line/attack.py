"""Careless code, each line with its own suppression."""


def careless():
    try:
        return undefined_name  # noqa
    except:  # noqa: E722, BLE001, S110
        pass  # noqa: ALL

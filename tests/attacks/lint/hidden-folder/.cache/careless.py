"""Careless code in a hidden folder."""


def careless():
    try:
        return undefined_name
    except:
        pass

"""The sandbox under attack: one folder per attack, each with the verdict that it must get.

::

    tests/attacks/<kind>/<name>/expected.toml    what it tries, what must come of it
    tests/attacks/<kind>/<name>/…                the submission, laid over tests/attacks/bases/<base>
    tests/attacks/<kind>/<name>/host.py          where our side has to misbehave: a hostile repository, host or index

``python -m tests.attacks`` (``make attacks``) runs them, honest controls in between, and prints a table.
:mod:`tests.attacks.kit` describes expected.toml, :mod:`tests.attacks.field` runs one attack,
:mod:`tests.attacks.judge` compares, :mod:`tests.attacks.mutants` switches the defences off one by one.
"""

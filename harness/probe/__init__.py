'''The probe: runs the hidden checks of a challenge against a stranger's service and writes down what it saw.

A hidden check is a function in a pytest file of the challenge; pytest finds it, the probe runs it::

    from harness.probe import check, expect

    @check("crud.visible")
    def test_visible(service, scratch):
        """A document can be found as soon as it was put."""
        service.put(f"/documents/{scratch}1", json={"title": "Boots", "text": "Waterproof boots."})
        reply = service.post("/search", json={"query": "waterproof boots", "top_k": 5})
        expect(reply.status == 200, "status 200", seen=reply.status)
        first = reply.at("results", 0, "id", kind=str)
        expect(first == f"{scratch}1", "the new document first", seen=first)

A check asks by parameter name for what it needs; fixtures, parametrisation and conftest files are not offered.

``service``
    :class:`Service`, the guarded client: ``request``, ``get``, ``post``, ``put``, ``delete``, ``many``, ``pause``.
``rng``
    a ``random.Random`` whose seed comes from run seed, check id and repeat.
``measure``
    :class:`Measures`: ``measure("p95", 12.5, unit="ms", n=200)``, finite numbers only.
``state``
    a mapping of JSON values that outlives the phase, for checks across a restart.
``control``
    :class:`Control`: ``faults``, ``clear_faults``, ``ledger``, ``mark``, ``service_listening``.
``scratch``
    a prefix for ids that no other repeat uses, such as ``a3f90c1e-``.
``training``
    :class:`Training`, where the challenge has one: ``ok``, ``sentence``, ``seconds`` of the run that the service
    stands on.

Whose fault an exception is: ``AssertionError``, :class:`CheckFailed` (by ``expect``, ``at``, ``pick``) and
:class:`ServiceFault` fail the check, :class:`ControlFault` is the pod's, **anything else is a bug of the check** and
costs the candidate nothing. So never index into a reply that may have any shape: use ``reply.at`` or ``pick``. A check
whose seconds run out fails if at least half of them went by in exchanges (or ``service.pause``); otherwise it is the
check's own fault, as is a loop that the watchdog ends at twice the deadline.
'''

from __future__ import annotations

from harness.probe.control import Control, Ledger
from harness.probe.errors import CheckFailed, ControlFault, ServiceFault
from harness.probe.kit import Measures, State, check, expect
from harness.probe.plan import Training
from harness.probe.service import Reply, Service, pick

__all__ = [
    "CheckFailed",
    "Control",
    "ControlFault",
    "Ledger",
    "Measures",
    "Reply",
    "Service",
    "ServiceFault",
    "State",
    "Training",
    "check",
    "expect",
    "pick",
]

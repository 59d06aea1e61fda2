"""6755."""

from tests.attacks.index import member, offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack-1.0.data/scripts/rooted": member(b"#!/bin/sh\nid\n", 0o106755), "attack_tool": member(b"x", 0o106755)}))

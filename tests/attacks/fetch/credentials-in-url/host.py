"""Reads as example.org, leads to this machine."""


def publish(place):
    address, port = place.targets[0]
    return f"https://example.org:hunter2@{address}:{port}/work.git"

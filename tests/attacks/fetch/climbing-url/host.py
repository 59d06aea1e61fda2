"""Percent signs hide the dots."""


def publish(place):
    return "https://example.org/work/%2e%2e/%2e%2e/etc/passwd"

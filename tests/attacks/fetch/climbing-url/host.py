"""Percent signs hide the dots."""


def publish(place):
    return "https://work.invalid/work/%2e%2e/%2e%2e/etc/passwd"

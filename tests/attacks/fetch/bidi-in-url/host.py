"""Right-to-left override, and a zero-width joiner."""


def publish(place):
    return "https://example.org/\u202etig.krow/\u200dwork.git"

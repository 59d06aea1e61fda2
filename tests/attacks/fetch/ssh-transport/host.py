"""The host name is an option of ssh that runs a command."""


def publish(place):
    return f"ssh://-oProxyCommand=touch%20{place.folder}/tmp/ran/work.git"

"""::1."""


def publish(place):
    port = place.targets[0][1]
    return f"https://[::1]:{port}/work.git"

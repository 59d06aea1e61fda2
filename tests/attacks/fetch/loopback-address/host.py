"""The listener's port on loopback."""


def publish(place):
    port = place.targets[0][1]
    return f"https://127.0.0.1:{port}/work.git"

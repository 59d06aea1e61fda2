"""0177.0.0.1 is 127.0.0.1."""


def publish(place):
    port = place.targets[0][1]
    return f"https://0177.0.0.1:{port}/work.git"

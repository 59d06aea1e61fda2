"""localhost."""


def publish(place):
    port = place.targets[0][1]
    return f"https://localhost:{port}/work.git"

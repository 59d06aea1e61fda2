"""A listener that nobody may reach."""


def publish(place):
    address, port = place.targets[0]
    return f"http://{address}:{port}/work.git"

"""The last of the listener's addresses: never loopback where the machine has any other."""


def publish(place):
    address, port = place.targets[-1]
    return f"https://{address}:{port}/work.git"

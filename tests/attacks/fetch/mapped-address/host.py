"""::ffff:127.0.0.1; the kernel makes an IPv4 connection of it."""


def publish(place):
    port = place.targets[0][1]
    return f"https://[::ffff:127.0.0.1]:{port}/work.git"

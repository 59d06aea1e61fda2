"""Whatever the machine's own account may do is told there."""


def publish(place):
    port = place.targets[0][1]
    return f"https://169.254.169.254/latest/meta-data"

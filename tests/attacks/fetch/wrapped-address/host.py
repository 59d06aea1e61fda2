"""2002:7f00:1::, 127.0.0.1 behind a 6to4 relay."""


def publish(place):
    port = place.targets[0][1]
    return f"https://[2002:7f00:1::]:{port}/work.git"

"""What ``git clone`` takes for ssh."""


def publish(place):
    return "git@127.0.0.1:work/submission.git"

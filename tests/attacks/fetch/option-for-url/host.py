"""The blank keeps our own command line from reading it as an option."""


def publish(place):
    return f" --upload-pack=touch {place.folder}/tmp/ran"

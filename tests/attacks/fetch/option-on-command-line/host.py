"""As somebody pastes it from a mail."""


def publish(place):
    return f"--upload-pack=touch {place.folder}/tmp/ran"

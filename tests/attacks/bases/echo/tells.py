"""What an attack found out goes to stdout, where the batch reads it back."""

import json
import os


def tell(**found):
    # One write, so that lines of several processes never mix.
    os.write(1, ("\nTOLD " + json.dumps(found) + "\n").encode())

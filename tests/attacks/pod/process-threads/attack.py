"""As many threads as there can be, in a child that ends again."""

import os
import threading
import time

from tells import tell

MANY = 5_000


def at_start():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    threading.stack_size(65_536)
    count = 1
    try:
        while count < MANY:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            count += 1
    except RuntimeError:
        tell(threads=count)
    os._exit(0)

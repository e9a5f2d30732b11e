"""Prints dumps of itself in all the ways of faulthandler; its standard error stands beside it.

/usr/bin/python3.11 faults.py 2> faults.faulthandler.txt
"""

import faulthandler
import os
import sys
import threading
import time

HELD = threading.Lock()
HELD.acquire()


def take():
    with HELD:
        pass


def deep(n):
    return deep(n - 1) if n else faulthandler.dump_traceback()


threading.Thread(target=take, name="take", daemon=True).start()
faulthandler.dump_traceback_later(0.3)
time.sleep(0.6)
print("a line of the log, in between", file=sys.stderr, flush=True)
faulthandler.dump_traceback(all_threads=False)
deep(150)
faulthandler.enable()
os.abort()

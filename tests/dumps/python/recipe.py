"""Prints its threads by two recipes over sys._current_frames: gunicorn's sample configuration, and Odoo's signal handler."""

import queue
import signal
import sys
import threading
import time
import traceback

accounts, audit = threading.Lock(), threading.Lock()
jobs: "queue.Queue[int]" = queue.Queue()


def extract_stack(stack):
    for filename, lineno, name, line in traceback.extract_stack(stack):
        yield f'File: "{filename}", line {lineno}, in {name}'
        if line:
            yield f"  {line.strip()}"


def dump_ids():
    print("*** STACKTRACE - START ***")
    for ident, stack in sys._current_frames().items():
        print(f"\n# ThreadID: {ident}")
        for line in extract_stack(stack):
            print(line)
    print("\n*** STACKTRACE - END ***")


def dump_named():
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, stack in sys._current_frames().items():
        print(f"\n# Thread: {names.get(ident, '')}({ident})")
        for line in extract_stack(stack):
            print(line)


def dumpstacks(sig, frame):
    info = {thread.ident: repr(thread) for thread in threading.enumerate()}
    for ident, stack in sys._current_frames().items():
        print("\n# Thread: {} (db:{}) (uid:{}) (url:{})".format(info.get(ident, ident), "shop", "2", "n/a"))
        for line in extract_stack(stack):
            print(line)


class Guard:
    """A lock of the program's own around Python's."""

    def __init__(self, lock):
        self._lock = lock

    def __enter__(self):
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


def transfer(first, second):
    with first:
        time.sleep(0.2)
        with second:
            pass


def refresh():
    with Guard(accounts):
        pass


def work():
    while True:
        jobs.get()


def tick():
    while True:
        time.sleep(30)


for name, call, arguments in (
    ("transfer-1", transfer, (accounts, audit)),
    ("transfer-2", transfer, (audit, accounts)),
    ("refresh", refresh, ()),
    ("worker", work, ()),
    ("ticker", tick, ()),
):
    threading.Thread(target=call, args=arguments, name=name, daemon=True).start()
time.sleep(0.5)
if sys.argv[1] == "odoo":
    signal.signal(signal.SIGALRM, dumpstacks)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    time.sleep(0.5)
else:
    {"ids": dump_ids, "named": dump_named}[sys.argv[1]]()

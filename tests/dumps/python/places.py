"""A program whose threads are named after the place in which each of them stands; the dumps beside it are of this program.

/usr/bin/python3.11 places.py & sleep 3
py-spy dump --pid $!                    > places.py-spy.txt       (--native, --locals, --json: the others)
pystack remote --native --locals $!     > places.pystack.txt
kill -USR1 $!                           > places.faulthandler.txt
"""

import asyncio
import concurrent.futures as futures
import faulthandler
import queue
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

LOCK, RLOCK, CONDITION, EVENT = threading.Lock(), threading.RLock(), threading.Condition(), threading.Event()
LOCK.acquire()
RLOCK.acquire()
FULL: queue.Queue = queue.Queue(1)
FULL.put(1)
UNDONE: queue.Queue = queue.Queue()
UNDONE.put(1)
SLEEPER = threading.Thread(target=time.sleep, args=(300,), name="sleeper", daemon=True)
IDLE = futures.ThreadPoolExecutor(2, thread_name_prefix="idle")
BUSY = futures.ThreadPoolExecutor(2, thread_name_prefix="busy")


def take(lock):
    with lock:
        pass


def wait_condition():
    with CONDITION:
        CONDITION.wait()


def wait_predicate():
    with CONDITION:
        CONDITION.wait_for(lambda: False, timeout=300)


def consume():
    jobs = queue.Queue()
    while True:
        jobs.get()


def receive():
    ours, _theirs = socket.socketpair()
    ours.recv(1)


def accept():
    listener = socket.create_server(("127.0.0.1", 0))
    listener.accept()


def read_file():
    ours, _theirs = socket.socketpair()
    ours.makefile().readline()


def select():
    ours, _theirs = socket.socketpair()
    selector = selectors.DefaultSelector()
    selector.register(ours, selectors.EVENT_READ)
    selector.select()


def spin():
    n = 0
    while True:
        n += 1


def outer():
    time.sleep(0.2)
    return BUSY.submit(int).result()


def run_loop():
    asyncio.run(asyncio.sleep(300))


PLACES = {
    "lock": lambda: take(LOCK),
    "rlock": lambda: take(RLOCK),
    "condition": wait_condition,
    "predicate": wait_predicate,
    "event": EVENT.wait,
    "semaphore": threading.Semaphore(0).acquire,
    "barrier": threading.Barrier(2).wait,
    "get": consume,
    "put": lambda: FULL.put(2),
    "simple-get": queue.SimpleQueue().get,
    "undone": UNDONE.join,
    "join": lambda: SLEEPER.join(),
    "receive": receive,
    "read-file": read_file,
    "accept": accept,
    "select": select,
    "child": lambda: subprocess.run([sys.executable, "-c", "import signal; signal.pause()"]),
    "loop": run_loop,
    "spin": spin,
    "result": lambda: TASKS[0].result(),
    "wait": lambda: futures.wait(TASKS),
    "completed": lambda: list(futures.as_completed(TASKS)),
    "map": lambda: list(BUSY.map(len, ["a"])),
}

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)
    SLEEPER.start()
    for _ in range(2):
        IDLE.submit(time.sleep, 0.1)
    TASKS = [BUSY.submit(outer) for _ in range(2)]
    for name, place in PLACES.items():
        threading.Thread(target=place, name=name, daemon=True).start()
    while True:
        time.sleep(300)

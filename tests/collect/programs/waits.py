"""Threads that wait in all ways that Python has, and one that works; it prints `ready` when they stand."""

import os
import queue
import select
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor


def below(frames, run):
    return run() if frames == 0 else below(frames - 1, run)


def both(first, second):
    with first:
        time.sleep(0.2)
        with second:
            time.sleep(1000)


def works():
    while True:
        sum(range(1000))


one, other, held = threading.Lock(), threading.Lock(), threading.RLock()
held.acquire()
server = socket.create_server(("127.0.0.1", 0))
child = subprocess.Popen(["sleep", "1000"])
waits = [
    *(lambda: both(one, other), lambda: both(other, one), works, server.accept),
    *(lambda: time.sleep(1000), queue.Queue().get, threading.Event().wait, threading.Condition(threading.Lock()).acquire, Future().result),
    *(lambda: queue.Queue().get(timeout=1000), lambda: threading.Event().wait(1000), held.acquire),
    *(lambda: os.read(os.pipe()[0], 1), lambda: select.select([server], [], [], 1000), lambda: select.epoll().poll(1000), child.wait),
    lambda: socket.create_connection(server.getsockname()).recv(1),
]
for wait in waits:
    for frames in (0, 30):
        threading.Thread(target=below, args=(frames, wait), daemon=True).start()
with ThreadPoolExecutor(3) as pool:
    for _ in range(3):
        pool.submit(int)
    time.sleep(1)
    print("ready", flush=True)
    sys.stdin.readline()
    time.sleep(1000)

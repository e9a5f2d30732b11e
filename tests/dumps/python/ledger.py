"""A server that may hang in two ways; the dumps beside it are of this program.

/usr/bin/python3.11 ledger.py exhausted|deadlocked|working
"""

import concurrent.futures as futures
import socket
import sys
import threading
import time

ACCOUNTS, AUDIT = threading.Lock(), threading.Lock()
WORKERS = futures.ThreadPoolExecutor(4, thread_name_prefix="worker")


def transfer():
    with ACCOUNTS:
        time.sleep(0.2)
        with AUDIT:
            pass


def audit():
    with AUDIT:
        time.sleep(0.2)
        with ACCOUNTS:
            pass


def sum_up():
    return sum(range(1000))


def report():
    time.sleep(0.2)
    return WORKERS.submit(sum_up).result()


def compute():
    total = 0
    for n in range(20_000_000):
        total += square(n)
    return total


def square(n):
    return n * n


REQUESTS = {
    "exhausted": [report] * 4,
    "deadlocked": [transfer, audit],
    "working": [compute] * 400,
}


def serve(request):
    WORKERS.submit(request).result()


def tick():
    while True:
        time.sleep(5)


if __name__ == "__main__":
    futures.wait([WORKERS.submit(time.sleep, 0.05) for _ in range(4)])
    threading.Thread(target=tick, name="ticker", daemon=True).start()
    for request in REQUESTS[sys.argv[1]][:6]:
        threading.Thread(target=serve, args=(request,), name="connection", daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0))
    while True:
        listener.accept()

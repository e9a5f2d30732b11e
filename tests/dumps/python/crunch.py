"""Two processes of a pool, one of them at work; the dump beside it is of this program.

/usr/bin/python3.11 crunch.py & sleep 2; py-spy dump --subprocesses --pid $! > crunch.subprocesses.py-spy.txt
"""

import multiprocessing
import time


def work(seconds):
    time.sleep(seconds)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(work, [0.5, 0.5])
        pool.apply(work, (300,))

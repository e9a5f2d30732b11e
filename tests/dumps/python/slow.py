import threading
import time

rows = threading.Lock()


def store(path):
    with rows:
        if path == "/hang":
            time.sleep(600)
        return b"stored\n"


def application(environ, start_response):
    answer = store(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer]

"""Bytes and open files are redacted as paths are, if they can be read twice."""

from __future__ import annotations

import io

import pytest

import stackan
from stackan.redact import Redactor

TEXT = b'#0  0x00007f12a0001000 in run (dsn=0x7f12a0010c40 "secret", thd=0x7f12a0010d00) at run.cc:1\n'


def redacted(given) -> bytes:
    (dump,) = stackan.load(given, redactor=Redactor()).dumps
    return bytes(dump.data)


def test_bytes_and_files_are_learnt_before_they_are_redacted(tmp_path):
    path = tmp_path / "one.txt"
    path.write_bytes(TEXT)
    expected = redacted(path)
    assert b"secret" not in expected
    assert b"0x7f12a0010c40" not in expected
    assert redacted(TEXT) == redacted(io.BytesIO(TEXT)) == expected
    with open(path, "rb") as file:
        assert redacted(file) == expected
    with io.BytesIO(b"read already\n" + TEXT) as file:
        file.readline()
        assert redacted(file) == expected


def test_a_stream_that_can_be_read_once_is_refused():
    class Once:
        def read(self, size, /):
            return b""

    with pytest.raises(stackan.StackanError, match="reads its inputs twice"):
        stackan.load(Once(), redactor=Redactor())

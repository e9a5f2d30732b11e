"""openGauss's and GaussDB's gs_stack: `gs_ctl stack -D DIR`, and `SELECT * FROM gs_stack()` as gsql prints it.

    [2022-11-03 20:17:59.288][19256][][gs_ctl]: gs_stack start:
    Thread 0 tid<140120252633600> lwtid<23675>
    __poll + 0x2d
    WaitLatchOrSocket(Latch volatile*, int, int, long) + 0x29f
    0x55feac9a9907

    -[ RECORD 1 ]-----                                   \\x
    tid   | 139670364324352
    lwtid | 308
    stack | __poll + 0x2d
          | PostmasterMain(int, char**) + 0x314e

           tid       | lwtid |              stack
    -----------------+-------+----------------------------------
     139670364324352 |   308 | __poll + 0x2d                   +
                     |       | PostmasterMain(int, char**) + 0x314e

`tid` is the pthread's id, `lwtid` the LWP.  (openGauss, CharacteristicDescription/built-in-stack-tool)
"""

from __future__ import annotations

import re

from stackan.parsing.builder import Builder
from stackan.parsing.parsed import ParsedText
from stackan.parsing.pieces import split_snapshots

_HEAD = re.compile(rb"(?:Thread \d{1,10} +)?tid<(\d{1,20})> +lwtid<(\d{1,10})>")
_RECORD = re.compile(rb"-?\[ RECORD \d{1,10} \][-+]*")
_FIELD = re.compile(rb"(tid|lwtid|stack) +\| ?(.*)")
_ROW = re.compile(rb"(\d{10,20}) +\| +(\d{1,10}) +\| ?(.*)")
_OFFSET = re.compile(rb"0x[0-9a-f]{1,8}")
_ADDRESS = re.compile(rb"0x[0-9a-f]{4,16}")
_TITLE = re.compile(rb"tid +\| +lwtid +\| +stack|gs_stack|-{3}[-+]*|\(\d{1,10} rows?\)")


def read(data: bytes) -> ParsedText:
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.builder = Builder(data)
        self.pthread = 0  # of the record whose LWP has yet to come

    def read(self) -> ParsedText:
        builder = self.builder
        for line in builder.lines():
            text = line.strip()
            if not text:
                builder.blank()
                builder.close_thread()
            elif (head := _HEAD.fullmatch(text)) is not None:
                self._thread(int(head[2]), int(head[1]))
            elif (row := _ROW.fullmatch(text)) is not None:
                self._thread(int(row[2]), int(row[1]))
                self._frame(_cell(row[3]), further=True)
            elif _RECORD.fullmatch(text) or _TITLE.fullmatch(text) or text.endswith(b"gs_stack start:"):
                builder.close_thread()
                builder.noise()
            elif (field := _FIELD.fullmatch(text)) is not None:
                self._field(field[1], field[2])
            elif builder.open:
                self._frame(_cell(text.lstrip(b"| ")))
        return split_snapshots(builder, {})

    def _field(self, name: bytes, value: bytes) -> None:
        value = value.strip()
        if name == b"tid" and value.isdigit() and len(value) <= 20:
            self.pthread = int(value)
            self.builder.close_thread()
            self.builder.noise()
        elif name == b"lwtid" and value.isdigit() and len(value) <= 10:
            self._thread(int(value), self.pthread)
        elif name == b"stack" and self.builder.open:
            self._frame(_cell(value))

    def _thread(self, lwp: int, pthread: int) -> None:
        self.builder.thread(lwp=lwp, pthread=pthread if pthread < 1 << 64 else 0)

    def _frame(self, text: bytes, further: bool = False) -> None:
        name, _, offset = text.rpartition(b"+ ")
        if name and _OFFSET.fullmatch(offset):
            self.builder.frame(name.rstrip(), further=further)
        elif _ADDRESS.fullmatch(text):
            self.builder.frame(b"", pc=int(text, 16), further=further)


def _cell(text: bytes) -> bytes:
    """A line of a cell without psql's sign that it goes on."""
    text = text.strip()
    return text[:-1].rstrip() if text.endswith(b"+") else text

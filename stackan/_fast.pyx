"""All that is native: gdb's text → columns, and what others read or write of texts and columns, each in a part of its own.

This docstring is about the scanner of gdb's text, which gives the same columns as `stackan._reference.scan`, on every input.  What the
other parts do has a plain form in Python, too, which is their specification; the head of each part names it.

`_reference.py` is the specification: it says what each line and each part of a frame is.  What serves the same purpose
has the same name here and there, so that the two can be read side by side.  This is what is different:

* Rows are written straight into the memory of the `Columns` that are given back.  The scan runs without the GIL until a
  group of columns is full, comes back for more room, and goes on.
* A *form* is a frame's text without its arguments, from its address on.  Frames follow each other as they did before, so
  the forms that followed last time are tried first (one fits 9 times in 10), then the one with the same address.  Where a
  form fits, comparing it replaces splitting the text, and even the search for the line's end (`take_known_frames`).  Forms
  are copies, side by side: the texts that a dump repeats stay near.
* A thread whose frames are the calls of an earlier thread gets its node without a walk.
* Tables that grow are indexed by keyed hashes.  The caches forget everything when they are full; a miss costs one split
  or walk.
* A text may also pass by in pieces and only be counted: see `Tally`.

So each byte is looked at a bounded number of times, on any input.  Nothing outside the buffer is read, even if another
thread changes its bytes meanwhile: no position comes from what was read a second time.
"""

from cpython cimport array
from cpython.object cimport Py_SIZE, PyTypeObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_SET_ITEM
from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBUF_WRITE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport INT32_MAX, UINT32_MAX, int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove, memset, strlen

import os

from stackan.model import columns as _columns
from stackan.model import debugger_phrases as _words
from stackan.model import runtime_phrases as _run_times

cdef extern from "Python.h":
    object PyType_GenericAlloc(type kind, Py_ssize_t size)
    Py_ssize_t PY_SSIZE_T_MAX

cdef extern from "_fast.h" nogil:
    uint64_t load_word(const uint8_t *at, size_t size)
    uint64_t mix(uint64_t left, uint64_t right)
    bint HAVE_LANES
    int first_bit(uint64_t mask)
    uint64_t newline_mask(const uint8_t *at)
    const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end)
    bint is_same(const uint8_t *left, const uint8_t *right, size_t size)
    const uint8_t *find_either(const uint8_t *at, const uint8_t *end, uint8_t first, uint8_t second)
    const uint8_t *find_end_of_arguments(const uint8_t *at, const uint8_t *end)
    const uint8_t *find_text_at(const uint8_t *at, const uint8_t *end, const uint8_t *text, size_t size)
    void fetch_ahead(const uint8_t *at)
    bint load_16_digits(const uint8_t *at, uint64_t *value)
    void *allocate(size_t size)
    void release(void *start, size_t size)

include "_fast_words.pxi"
include "_fast_tables.pxi"
include "_fast_texts.pxi"
include "_fast_gdb_grammar.pxi"
include "_fast_scan.pxi"
include "_fast_gdb.pxi"
include "_fast_rows.pxi"


# -- the door

def scan(data, int dialect):
    """Scan a whole buffer (anything that gives its bytes in one piece); `dialect` says how frames are written."""
    cdef Scanner scanner
    cdef Py_buffer buffer
    memset(&scanner, 0, sizeof(Scanner))
    PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
    try:
        scanner.data = <const uint8_t *>buffer.buf
        scanner.size = scanner.whole = buffer.len
        scanner.eu_stack = dialect == EU_STACK
        return run(&scanner)
    finally:
        free_scanner(&scanner)
        PyBuffer_Release(&buffer)


cdef object run(Scanner *s):
    columns = _columns.Columns()
    threads, frames, notes, unparsed = Rows(THREAD_COLUMNS), Rows(FRAME_COLUMNS), Rows(NOTE_COLUMNS), Rows(UNPARSED_COLUMNS)
    prepare(s, columns)
    while s.at < s.whole:
        make_rows(s, threads, frames, notes, unparsed)
        with nogil:
            take_lines(s)
        check(s)
    close_thread(s)
    check(s)
    give(threads, columns, s.threads.count)
    give(frames, columns, s.frames.count)
    give(notes, columns, s.notes.count)
    give(unparsed, columns, s.unparsed.count)
    give_tables(s, columns)
    return columns


include "_fast_looking.pxi"
include "_fast_lines.pxi"
include "_fast_java.pxi"
include "_fast_go.pxi"
include "_fast_builder.pxi"
include "_fast_tally.pxi"
include "_fast_logs.pxi"
include "_fast_written.pxi"
include "_fast_json.pxi"
include "_fast_folded.pxi"
include "_fast_spread.pxi"
include "_fast_loads.pxi"
include "_fast_arguments.pxi"
include "_fast_reduce.pxi"

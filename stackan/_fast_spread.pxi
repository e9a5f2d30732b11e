# Part of _fast.pyx: what is said of threads and of calls, spread over the frames.  `PlainSpread` of report/spread.py says the same in Python.

ctypedef fused Item:
    uint32_t
    uint64_t


cdef class Spread:
    """The frames of some threads, one thread after the other: columns with an item for each of them.

    firsts, frames: of each thread the row of its innermost frame, and how many it has.
    """

    cdef View firsts, frames
    cdef readonly Py_ssize_t size

    def __init__(self, firsts, frames):
        cdef Py_ssize_t thread
        self.firsts, self.frames = of_int32(firsts), of_int32(frames)
        if self.firsts.count != self.frames.count:
            raise ValueError("a thread has a first frame and a number of frames")
        self.size = 0
        for thread in range(self.frames.count):
            if self.count_of(thread) < 0:
                raise ValueError(f"a thread of {self.count_of(thread)} frames")
            self.size += self.count_of(thread)

    cdef inline int32_t count_of(self, Py_ssize_t thread) noexcept nogil:
        return (<const int32_t *>self.frames.buffer.buf)[thread]

    cdef int32_t first_of(self, Py_ssize_t thread, Py_ssize_t most) except -1:
        """The row of a thread's first frame, in columns of so many rows."""
        cdef int32_t first = (<const int32_t *>self.firsts.buffer.buf)[thread]
        if self.count_of(thread) and not 0 <= first <= most - self.count_of(thread):
            raise IndexError(f"frames {first} to {first + self.count_of(thread)} of {most}")
        return max(first, 0)

    def levels(self):
        """The place of each frame in its stack, from 0."""
        cdef array.array found = new_column("i", self.size)
        cdef int32_t *to = <int32_t *>found.data.as_ints
        cdef Py_ssize_t thread, at = 0
        cdef int32_t level
        for thread in range(self.frames.count):
            for level in range(self.count_of(thread)):
                to[at + level] = level
            at += self.count_of(thread)
        return found

    def offsets(self, starts, frame_start):
        """Where each frame's text stands: its thread's start, and the frame's from there."""
        cdef View start = of_int64(starts), further = of_int32(frame_start)
        cdef const int64_t *begins = <const int64_t *>start.buffer.buf
        cdef const uint32_t *row
        cdef array.array found = new_column("q", self.size)
        cdef int64_t *to = <int64_t *>found.data.as_longlongs
        cdef Py_ssize_t thread, at = 0
        cdef int32_t level
        self.check(start)
        for thread in range(self.frames.count):
            row = <const uint32_t *>further.buffer.buf + self.first_of(thread, further.count)
            for level in range(self.count_of(thread)):
                to[at + level] = begins[thread] + row[level]
            at += self.count_of(thread)
        return found

    def of_threads(self, values):
        """What is said of each thread."""
        cdef array.array found = new_column(memoryview(values).format, self.size)
        cdef View given = View(values, found.ob_descr.itemsize)
        self.check(given)
        if found.ob_descr.itemsize == 4:
            repeat_each[uint32_t](self, <const uint32_t *>given.buffer.buf, <uint32_t *>found.data.as_uints)
        else:
            repeat_each[uint64_t](self, <const uint64_t *>given.buffer.buf, <uint64_t *>found.data.as_longlongs)
        return found

    def of_calls(self, frame_call, values):
        """What is said of each frame's call."""
        cdef array.array found = new_column(memoryview(values).format, self.size)
        cdef View given = View(values, found.ob_descr.itemsize), calls = of_int32(frame_call)
        if found.ob_descr.itemsize == 4:
            take_each[uint32_t](self, calls, <const uint32_t *>given.buffer.buf, given.count, <uint32_t *>found.data.as_uints)
        else:
            take_each[uint64_t](self, calls, <const uint64_t *>given.buffer.buf, given.count, <uint64_t *>found.data.as_longlongs)
        return found

    cdef int check(self, View values) except -1:
        if values.count != self.frames.count:
            raise ValueError(f"{values.count} values of {self.frames.count} threads")
        return 0


cdef array.array new_column(str code, Py_ssize_t count):
    """Room for so many items of 4 or 8 bytes, which are not yet set."""
    cdef array.array template = array.array(code)
    if template.ob_descr.itemsize not in (4, 8):
        raise ValueError(f"items of {template.ob_descr.itemsize} bytes")
    return array.clone(template, count, False)


cdef void repeat_each(Spread frames, const Item *values, Item *to) noexcept:
    cdef Py_ssize_t thread, at = 0
    cdef int32_t level
    for thread in range(frames.frames.count):
        for level in range(frames.count_of(thread)):
            to[at + level] = values[thread]
        at += frames.count_of(thread)


cdef int take_each(Spread frames, View calls, const Item *values, Py_ssize_t count, Item *to) except -1:
    cdef Py_ssize_t thread, at = 0
    cdef const int32_t *call
    cdef int32_t level
    for thread in range(frames.frames.count):
        call = <const int32_t *>calls.buffer.buf + frames.first_of(thread, calls.count)
        for level in range(frames.count_of(thread)):
            if not 0 <= call[level] < count:
                raise IndexError(f"call {call[level]} of {count}")
            to[at + level] = values[call[level]]
        at += frames.count_of(thread)
    return 0


def known_bits(values, unknown):
    """A bit for each item that is not the unknown one, the lowest of a byte first; and how many are."""
    cdef array.array like = array.array(memoryview(values).format, [unknown])
    cdef View given = View(values, like.ob_descr.itemsize)
    cdef Py_ssize_t room = (given.count + 7) // 8, known
    cdef bytes bits = PyBytes_FromStringAndSize(NULL, room)
    cdef uint8_t *to = <uint8_t *>PyBytes_AS_STRING(bits)
    memset(to, 0, room)
    if like.ob_descr.itemsize == 4:
        known = mark_known[uint32_t](<const uint32_t *>given.buffer.buf, given.count, like.data.as_uints[0], to)
    elif like.ob_descr.itemsize == 8:
        known = mark_known[uint64_t](<const uint64_t *>given.buffer.buf, given.count, <uint64_t>like.data.as_longlongs[0], to)
    else:
        raise ValueError(f"items of {like.ob_descr.itemsize} bytes")
    return bits, known


cdef Py_ssize_t mark_known(const Item *values, Py_ssize_t count, Item unknown, uint8_t *to) noexcept nogil:
    cdef Py_ssize_t at, known = 0
    cdef uint8_t is_known
    for at in range(count):
        is_known = values[at] != unknown
        to[at >> 3] |= is_known << (at & 7)
        known += is_known
    return known


def number_texts(data, starts, sizes):
    """The parts of a text by their numbers, from 0 in the order in which they come, UNKNOWN where there is none; and these parts."""
    cdef View text = View(data, 1), start = of_int64(starts), size = of_int32(sizes)
    cdef const uint8_t *at = <const uint8_t *>text.buffer.buf
    cdef array.array numbers = new_column("i", start.count)
    cdef list parts = []
    cdef Index index
    cdef Py_ssize_t row
    if start.count != size.count:
        raise ValueError("a part has a start and a size")
    if not make_index(&index, 1 << 6):
        raise MemoryError
    try:
        for row in range(start.count):
            numbers.data.as_ints[row] = number_of_part(
                &index, parts, at, text.buffer.len, (<const int64_t *>start.buffer.buf)[row], (<const int32_t *>size.buffer.buf)[row]
            )
    finally:
        free_index(&index)
    return numbers, parts


cdef int32_t number_of_part(Index *index, list parts, const uint8_t *text, Py_ssize_t whole, int64_t start, int64_t size) except -2:
    cdef uint64_t hash
    cdef size_t at = 0
    cdef int32_t number
    cdef bytes part
    if start == UNKNOWN:
        return UNKNOWN
    if start < 0 or size < 0 or start > whole or size > whole - start:
        raise IndexError(f"bytes {start} to {start + size} of {whole}")
    hash = hash_bytes(text + start, size, 0)
    number = next_like(index, hash, &at)
    while number >= 0:
        part = parts[number]
        if len(part) == size and memcmp(PyBytes_AS_STRING(part), text + start, size) == 0:
            return number
        number = next_like(index, hash, &at)
    number = <int32_t>len(parts)
    if not put(index, hash, number):
        raise MemoryError
    parts.append(text[start : start + size])
    return number

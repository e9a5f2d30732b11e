# Part of _fast.pyx: columns are read as they lie in memory, and texts grow by pieces of them.

cdef class View:
    """A column's memory, which stays where it is as long as this lives."""

    cdef Py_buffer buffer
    cdef Py_ssize_t count

    def __cinit__(self, values, Py_ssize_t width):
        PyObject_GetBuffer(values, &self.buffer, PyBUF_SIMPLE)
        self.count = self.buffer.len // width

    def __dealloc__(self):
        PyBuffer_Release(&self.buffer)


cdef View of_int32(values):
    return View(values, sizeof(int32_t))


cdef View of_int64(values):
    return View(values, sizeof(int64_t))


cdef struct Fragment:
    const char *text
    size_t size

cdef struct Written:
    uint8_t *text
    size_t size, room


cdef int make_space(Written *written, size_t size) except -1:
    """Room for so many further bytes."""
    cdef size_t room = max(2 * written.room, written.size + size, <size_t>1 << 16)
    cdef uint8_t *larger
    if written.size + size <= written.room:
        return 0
    larger = <uint8_t *>realloc(written.text, room)
    if larger == NULL:
        raise MemoryError
    written.text, written.room = larger, room
    return 0


cdef object take_written(Written *written):
    """All that was written, which begins anew in the same memory."""
    cdef size_t size = written.size
    written.size = 0
    return PyBytes_FromStringAndSize(<const char *>written.text, size)


cdef class Fragments:
    """Texts that are written again and again, by their numbers."""

    cdef list texts
    cdef Py_ssize_t count
    cdef Fragment *fragments

    def __cinit__(self, list texts):
        cdef Py_ssize_t number
        cdef bytes text
        self.texts, self.count = texts, len(texts)
        self.fragments = <Fragment *>malloc(max(1, self.count) * sizeof(Fragment))
        if self.fragments == NULL:
            raise MemoryError
        for number, text in enumerate(texts):
            self.fragments[number] = Fragment(PyBytes_AS_STRING(text), len(text))

    def __dealloc__(self):
        free(self.fragments)


# -- without a look at the room: its caller has made it

cdef inline void put_bytes(Written *written, const void *text, size_t size) noexcept nogil:
    memcpy(written.text + written.size, text, size)
    written.size += size


cdef inline void put_word(Written *written, const char *word) noexcept nogil:
    put_bytes(written, word, strlen(word))


cdef enum:
    LONGEST_NUMBER = 20  # digits of 64 bits, and a sign


cdef inline void put_number(Written *written, int64_t number) noexcept nogil:
    cdef uint8_t digits[LONGEST_NUMBER]
    cdef uint64_t left = <uint64_t>number if number >= 0 else 0 - <uint64_t>number
    cdef int at = LONGEST_NUMBER
    while True:
        at -= 1
        digits[at] = <uint8_t>(c"0" + left % 10)
        left //= 10
        if left == 0:
            break
    if number < 0:
        at -= 1
        digits[at] = c"-"
    put_bytes(written, digits + at, LONGEST_NUMBER - at)


cdef inline void put_address(Written *written, uint64_t address) noexcept nogil:
    """As Python's `{:#x}`."""
    cdef uint8_t digits[16]
    cdef int at = 16
    while True:
        at -= 1
        digits[at] = hex_digits[address & 15]
        address >>= 4
        if address == 0:
            break
    put_bytes(written, b"0x", 2)
    put_bytes(written, digits + at, 16 - at)


cdef const uint8_t *hex_digits = b"0123456789abcdef"

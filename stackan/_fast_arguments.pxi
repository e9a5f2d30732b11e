# Part of _fast.pyx: values of a frame's arguments, as model/arguments.py specifies them.

from stackan.model import arguments as _arguments

cdef object Address = _arguments.Address
cdef object positional = _arguments._positional


cdef struct Span:
    const uint8_t *start
    Py_ssize_t size


cdef Span span_of(bytes text):
    cdef Span found
    found.start, found.size = <const uint8_t *>PyBytes_AS_STRING(text), len(text)
    return found


cdef bint follows(Span text, Py_ssize_t at, const char *words, Py_ssize_t size) noexcept nogil:
    """Does the text go on with these words?"""
    return text.size - at >= size and memcmp(text.start + at, words, size) == 0


cdef Py_ssize_t find_value(Span text, Span name) noexcept nogil:
    """Where the value of an argument starts, or -1."""
    cdef Py_ssize_t at = 0, behind, looked = 0, slashes = 0
    cdef bint quoted = False
    while at + name.size < text.size:
        if text.start[at + name.size] != c"=" or memcmp(text.start + at, name.start, name.size) != 0:
            at += 1
            continue
        if at == 0 or text.start[at - 1] == c" " or text.start[at - 1] == c"," or text.start[at - 1] == c"\n":
            while looked < at:
                if text.start[looked] == c'"' and not slashes & 1:
                    quoted = not quoted
                slashes = slashes + 1 if text.start[looked] == c"\\" else 0
                looked += 1
            if not quoted:
                behind = at + name.size + 1
                if follows(text, behind, <const char *>name.start, name.size) and follows(text, behind + name.size, "@entry=", 7):
                    behind += name.size + 7
                return behind
        at += 1
    return -1


cdef Py_ssize_t closing_bracket(Span text, Py_ssize_t at) noexcept nogil:
    """The `>` that closes the `<` at `at`, past those of template arguments; -1 if there is none."""
    cdef Py_ssize_t depth = 0
    while at < text.size:
        if text.start[at] == c"<":
            depth += 1
        elif text.start[at] == c">" and text.start[at - 1] != c"-":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


cdef Py_ssize_t read_digits(Span text, Py_ssize_t at, uint64_t *value) noexcept nogil:
    """The end of the address that starts there, which is behind its marks and up to 16 digits; -1 if there is none."""
    cdef Py_ssize_t first
    value[0] = 0
    if at < text.size and text.start[at] == c"(":
        while at + 1 < text.size and not (text.start[at] == c")" and text.start[at + 1] == c" "):
            at += 1
        at += 2
    if at < text.size and text.start[at] == c"@":
        at += 1
    if not follows(text, at, "0x", 2):
        return -1
    at += 2
    first = at
    while at < text.size and at - first < 16 and classes[text.start[at]] & IS_HEX:
        value[0] = value[0] << 4 | hex_values[text.start[at]]
        at += 1
    return at if at > first else -1


cdef object address_at(Span text, Py_ssize_t at):
    cdef uint64_t value
    cdef Py_ssize_t end = read_digits(text, at, &value), close
    if end < 0 or not value:
        return None
    if not follows(text, end, " <", 2):
        return make_record(Address, (value, None))
    close = closing_bracket(text, end + 1)
    symbol = (<char *>text.start)[end + 2 : close].decode("utf-8", "replace") if close > 0 else None
    return make_record(Address, (value, symbol))


cdef object address_of(Span text, bytes name):
    """The address that an argument with a name holds, or None."""
    cdef Py_ssize_t at = find_value(text, span_of(name))
    return address_at(text, at) if at >= 0 else None


cdef object number_of(Span text, bytes name):
    cdef Py_ssize_t at = find_value(text, span_of(name)), end = at
    if at < 0:
        return None
    while end < text.size and c"0" <= text.start[end] <= c"9":
        end += 1
    return int((<char *>text.start)[at:end]) if 0 < end - at <= 20 else None


cdef object make_record = tuple.__new__


def value_argument(bytes text not None, bytes name not None):
    cdef Py_ssize_t at = find_value(span_of(text), span_of(name))
    return text[at:] if at >= 0 else None


def address_argument(bytes text not None, bytes name not None):
    return positional(text, int(name)) if name.isdigit() else address_of(span_of(text), name)


def number_argument(bytes text not None, bytes name not None):
    return number_of(span_of(text), name)


def read_address(bytes text not None):
    return address_at(span_of(text), 0)


cdef class FrameArguments:
    """The arguments of the frames of a dump, read where they lie."""

    cdef Span data
    cdef bytes _data  # which it keeps
    cdef const int64_t[:] thread_start
    cdef const int32_t[:] thread_first
    cdef const uint32_t[:] frame_start
    cdef const int32_t[:] args_start
    cdef const int32_t[:] args_size

    def __init__(self, bytes data not None, columns):
        self._data, self.data = data, span_of(data)
        self.thread_start, self.thread_first = columns.thread_start, columns.thread_first
        self.frame_start, self.args_start, self.args_size = columns.frame_start, columns.frame_args_start, columns.frame_args_size

    cdef Span found(self, Py_ssize_t thread, Py_ssize_t position):
        """The arguments of a thread's frame, counted from its innermost; nothing where none are printed."""
        cdef Span text
        cdef Py_ssize_t frame, at
        text.start, text.size = self.data.start, 0
        if not 0 <= thread < self.thread_first.shape[0]:
            return text
        frame = self.thread_first[thread] + position
        if not 0 <= frame < self.args_start.shape[0] or self.args_start[frame] == UNKNOWN:
            return text
        at = self.thread_start[thread] + <Py_ssize_t>self.frame_start[frame] + self.args_start[frame]
        if 0 <= at < self.data.size:
            text.start, text.size = self.data.start + at, max(0, min(self.args_size[frame], self.data.size - at))
        return text

    def text(self, Py_ssize_t thread, Py_ssize_t position):
        cdef Span text = self.found(thread, position)
        return PyBytes_FromStringAndSize(<const char *>text.start, text.size)

    def address(self, Py_ssize_t thread, Py_ssize_t position, bytes name not None):
        cdef Span text
        if name.isdigit():
            return positional(self.text(thread, position), int(name))
        text = self.found(thread, position)
        return address_of(text, name) if text.size else None

    def addresses(self, threads, Py_ssize_t position, bytes name not None):
        cdef Span text
        cdef Py_ssize_t thread
        cdef list found = []
        if name.isdigit():
            return [self.address(thread, position, name) for thread in threads]
        for thread in threads:
            text = self.found(thread, position)
            found.append(address_of(text, name) if text.size else None)
        return found

    def number(self, Py_ssize_t thread, Py_ssize_t position, bytes name not None):
        return number_of(self.found(thread, position), name)

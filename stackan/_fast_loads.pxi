# Part of _fast.pyx: what is looked for in all threads or lines of a scanned text, to tell its snapshots apart.

cdef enum:
    FARTHEST = 1 << 30  # of model/loads.py

cdef struct Library:
    uint64_t place  # in the stack that is looked at: of its innermost frame in the library
    Py_ssize_t row  # the last thread with a frame in it
    bint is_broken  # the stack shows it in two places
    uint64_t least, most  # places in the threads before
    Py_ssize_t process  # that these belong to


def find_elsewhere(columns, call_library, borders):
    """The threads with a library at another place than in the threads before them; None where that is not seen without doubt.

    call_library: of each call the number of its library, or UNKNOWN; borders: the threads with which another process begins, in order.
    `_find_elsewhere` of parsing/pieces.py says what is looked for.  Doubt is where one library is at places that are far apart from each
    other, and not from those between them: then it counts which thread comes when.
    """
    cdef View firsts = of_int32(columns.thread_first), frames = of_int32(columns.thread_frames), calls = of_int32(columns.frame_call)
    cdef View pcs = of_int64(columns.call_pc), numbers = of_int32(call_library), begins = of_int32(borders)
    cdef const int32_t *call
    cdef Py_ssize_t row, border = 0, process = 1, number, size = 0
    cdef int32_t first, count, level
    cdef int answer
    cdef bint is_border
    cdef Library *libraries
    cdef list found = []
    if frames.count != firsts.count or pcs.count != numbers.count:
        raise ValueError("columns of one kind are of one length")
    for number in range(numbers.count):
        size = max(size, (<const int32_t *>numbers.buffer.buf)[number] + 1)
    libraries = <Library *>calloc(max(1, size), sizeof(Library))
    if libraries == NULL:
        raise MemoryError
    try:
        for row in range(firsts.count):
            first, count = (<const int32_t *>firsts.buffer.buf)[row], (<const int32_t *>frames.buffer.buf)[row]
            if count and not 0 <= first <= calls.count - count:
                raise IndexError(f"frames {first} to {first + count} of {calls.count}")
            is_border = border < begins.count and (<const int32_t *>begins.buffer.buf)[border] == row
            border += is_border
            call = <const int32_t *>calls.buffer.buf + (first if count else 0)
            for level in range(count):
                if not 0 <= call[level] < numbers.count:
                    raise IndexError(f"call {call[level]} of {numbers.count}")
            take_places(libraries, call, count, <const int32_t *>numbers.buffer.buf, <const uint64_t *>pcs.buffer.buf, row + 1)
            answer = 0 if is_border else compare_places(libraries, call, count, <const int32_t *>numbers.buffer.buf, process)
            if answer == UNKNOWN:
                return None
            if answer:
                found.append(row)
            if answer or is_border:
                process += 1
            keep_places(libraries, call, count, <const int32_t *>numbers.buffer.buf, process)
        return found
    finally:
        free(libraries)


cdef inline bint is_far_above(uint64_t place, uint64_t other) noexcept nogil:
    return place > other and place - other > FARTHEST


cdef void take_places(Library *libraries, const int32_t *call, int32_t count, const int32_t *numbers, const uint64_t *pcs, Py_ssize_t row) noexcept nogil:
    """Where a stack shows its libraries; its row counts from 1."""
    cdef Library *library
    cdef int32_t level
    cdef uint64_t pc
    for level in range(count):
        if numbers[call[level]] < 0:
            continue
        library, pc = &libraries[numbers[call[level]]], pcs[call[level]]
        if library.row != row:
            library.row, library.place, library.is_broken = row, pc, False
        elif is_far_above(pc, library.place) or is_far_above(library.place, pc):
            library.is_broken = True


cdef int compare_places(const Library *libraries, const int32_t *call, int32_t count, const int32_t *numbers, Py_ssize_t process) noexcept nogil:
    """Whether one of them is far from all places in the threads of the process so far; UNKNOWN if one is far from some."""
    cdef const Library *library
    cdef int answer = 0
    cdef int32_t level
    for level in range(count):
        if numbers[call[level]] < 0:
            continue
        library = &libraries[numbers[call[level]]]
        if library.is_broken or library.process != process:
            continue
        if is_far_above(library.place, library.most) or is_far_above(library.least, library.place):
            return 1
        if is_far_above(library.place, library.least) or is_far_above(library.most, library.place):
            answer = UNKNOWN
    return answer


cdef void keep_places(Library *libraries, const int32_t *call, int32_t count, const int32_t *numbers, Py_ssize_t process) noexcept nogil:
    cdef Library *library
    cdef int32_t level
    for level in range(count):
        if numbers[call[level]] < 0:
            continue
        library = &libraries[numbers[call[level]]]
        if library.is_broken:
            continue
        if library.process != process:
            library.process, library.least, library.most = process, library.place, library.place
        library.least = min(library.least, library.place)
        library.most = max(library.most, library.place)


def lines_holding(bytes data, starts, tuple words, Py_ssize_t longest):
    """The starts of those lines that hold one of the words among their first bytes, so many of them.

    `_lines_holding` of parsing/gdb/commands.py says the same in Python.
    """
    cdef View given = of_int64(starts)
    cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Fragments wanted = Fragments(list(words))
    cdef const uint8_t *at
    cdef const uint8_t *stop
    cdef Py_ssize_t row, word
    cdef int64_t start
    cdef list found = []
    for row in range(given.count):
        start = (<const int64_t *>given.buffer.buf)[row]
        if not 0 <= start <= len(data):
            raise IndexError(f"byte {start} of {len(data)}")
        at = text + start
        stop = at + min(longest, len(data) - start)
        stop = find_either(at, stop, c"\n", c"\n")
        for word in range(wanted.count):
            if find_text_at(at, stop, <const uint8_t *>wanted.fragments[word].text, wanted.fragments[word].size) < stop:
                found.append(start)
                break
    return found

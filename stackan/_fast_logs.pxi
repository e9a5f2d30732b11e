# Part of _fast.pyx: the first look at a log's lines, the same as `stackan._reference_logs` on every input.
#
# Marks are searched all at once, after Wu and Manber: a window as long as the shortest mark moves over a line, and the two bytes at its
# end tell how far it may move on without passing over the beginning of a mark.  Where it may not move, the marks that begin with a
# window that ends so are compared.  Most windows move by some of their bytes at once, and no byte is looked at more often than there
# are marks.

from stackan.model import sifted as _sifted

cdef enum:
    TIME_BYTES = 19  # 2024-05-12 10:03:17
    PID_WITHIN = 64  # bytes behind the time
    BEHIND_TIME = TIME_BYTES + 4  # and milliseconds
    MOST_MARKS = 64
    LONGEST_WINDOW = 128

cdef uint64_t LEFT_HALVES = 0xF0F0F0F0F0F0F0F0U, ALL_DIGITS = 0x3030303030303030U, SIXES = 0x0606060606060606U
cdef uint64_t HIGH_BITS = 0x8080808080808080U  # of eight bytes: set in those beyond ASCII

cdef struct EightBytes:
    uint64_t kept, signs, digits  # eight bytes of a time: where signs stand, the signs themselves, and zeros in their place


cdef bytes TIME_FORM = b"0000-00-00 00:00:00"  # 0 stands for any digit
cdef EightBytes time_forms[3]  # of its bytes 0 to 7, 8 to 15, and 11 to 18


cdef int make_forms() except -1:
    cdef bytes text
    cdef int i
    for i in range(3):
        text = TIME_FORM[(0, 8, 11)[i]:][:8]
        time_forms[i].kept = load_word(<const uint8_t *>PyBytes_AS_STRING(bytes(0 if each == 48 else 255 for each in text)), 8)
        time_forms[i].signs = load_word(<const uint8_t *>PyBytes_AS_STRING(bytes(0 if each == 48 else each for each in text)), 8)
        time_forms[i].digits = load_word(<const uint8_t *>PyBytes_AS_STRING(bytes(0 if each == 48 else 48 for each in text)), 8)
    return 0


make_forms()


cdef struct HitRow:
    Py_ssize_t line, start, end, head
    uint64_t marks


cdef struct WriterRow:
    Py_ssize_t line, start


cdef struct Sift:
    Py_ssize_t lines, records, earliest, latest, head
    Py_ssize_t recoded[3]
    Py_ssize_t pid_start, pid_size  # of the last record with a pid; -1 as long as it is that of the piece before
    HitRow *hits
    WriterRow *writers
    Py_ssize_t hit_count, hit_room, writer_count, writer_room
    bint failed


cdef bint more_room(void **rows, Py_ssize_t count, Py_ssize_t *room, size_t width) noexcept nogil:
    """Make room for one more row."""
    cdef Py_ssize_t wanted
    cdef void *moved
    if count < room[0]:
        return True
    wanted = 2 * room[0] + 64
    moved = realloc(rows[0], wanted * width)
    if moved == NULL:
        return False
    rows[0] = moved
    room[0] = wanted
    return True


cdef inline bint has_form(const uint8_t *at, const EightBytes *form) noexcept nogil:
    """Whether eight bytes have their signs in place, and digits elsewhere: those have a 3 on the left, also with 6 added to the right."""
    cdef uint64_t word = load_word(at, 8)
    if (word & form.kept) != form.signs:
        return False
    word = (word & ~form.kept) | form.digits
    return (word & LEFT_HALVES) == ALL_DIGITS and ((word + SIXES) & LEFT_HALVES) == ALL_DIGITS


cdef inline bint is_time(const uint8_t *at) noexcept nogil:
    return has_form(at, &time_forms[0]) and has_form(at + 8, &time_forms[1]) and has_form(at + 11, &time_forms[2])


cdef Py_ssize_t time_of(const uint8_t *text, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    """Where the time of a record begins whose first line this is; -1 if it is none."""
    cdef Py_ssize_t at = start, word
    if end - start < TIME_BYTES:
        return -1
    if text[at] == c'[':
        at += 1
        if end - at >= TIME_BYTES and is_time(text + at):
            return at
        word = at
        while at < end and at - word <= 16 and (classes[text[at]] & IS_WORD):
            at += 1
        if at == word or at - word > 16 or at >= end or text[at] != c']':
            return -1
        at += 1
        word = at
        while at < end and at - word < 32 and (text[at] == c' ' or text[at] == c'\t'):
            at += 1
        if at >= end or text[at] != c'[':
            return -1
        at += 1
    return at if end - at >= TIME_BYTES and is_time(text + at) else -1


cdef Py_ssize_t find_pid(const uint8_t *text, Py_ssize_t at, Py_ssize_t end, Py_ssize_t *size) noexcept nogil:
    """Where the digits of a pid begin between two places; -1 if there are none."""
    cdef Py_ssize_t digits
    while at + 1 < end:
        if (text[at] == c' ' or text[at] == c'\t') and (text[at + 1] == c'P' or text[at + 1] == c'p'):
            digits = at + 2
            while digits < end and (classes[text[digits]] & IS_DIGIT):
                digits += 1
            size[0] = digits - at - 2
            if 4 <= size[0] <= 20 and (digits == end or not (classes[text[digits]] & IS_WORD)):
                return at + 2
        at += 1
    return -1


cdef inline bint has_blank(const uint8_t *at) noexcept nogil:
    """Whether a pid could begin within four bytes."""
    return at[0] == c' ' or at[0] == c'\t' or at[1] == c' ' or at[1] == c'\t' or at[2] == c' ' or at[2] == c'\t' or at[3] == c' ' or at[3] == c'\t'


cdef bint is_ascii(const uint8_t *at, const uint8_t *end) noexcept nogil:
    cdef uint64_t word
    while end - at >= 8:
        memcpy(&word, at, 8)
        if word & HIGH_BITS:
            return False
        at += 8
    while at < end:
        if at[0] & 0x80:
            return False
        at += 1
    return True


cdef bint is_utf8(const uint8_t *at, const uint8_t *end) noexcept nogil:
    """Whether Python would decode it: no surrogates, nothing that is longer than it has to be, nothing beyond U+10FFFF."""
    cdef uint8_t first
    cdef uint8_t low, high
    cdef int more
    while at < end:
        first = at[0]
        at += 1
        if first < 0x80:
            continue
        low, high = 0x80, 0xBF
        if 0xC2 <= first <= 0xDF:
            more = 1
        elif 0xE0 <= first <= 0xEF:
            more = 2
            if first == 0xE0:
                low = 0xA0
            elif first == 0xED:
                high = 0x9F
        elif 0xF0 <= first <= 0xF4:
            more = 3
            if first == 0xF0:
                low = 0x90
            elif first == 0xF4:
                high = 0x8F
        else:
            return False
        if end - at < more or not (low <= at[0] <= high):
            return False
        at += 1
        more -= 1
        while more:
            if (at[0] & 0xC0) != 0x80:
                return False
            at += 1
            more -= 1
    return True


cdef bint looks_like_gb18030(const uint8_t *at, const uint8_t *end) noexcept nogil:
    while at < end:
        if at[0] < 0x80:
            at += 1
        elif not (0x81 <= at[0] <= 0xFE) or end - at < 2:
            return False
        elif 0x40 <= at[1] <= 0xFE and at[1] != 0x7F:
            at += 2
        elif end - at >= 4 and c'0' <= at[1] <= c'9' and 0x81 <= at[2] <= 0xFE and c'0' <= at[3] <= c'9':
            at += 4
        else:
            return False
    return True


cdef class LogSieve:
    """Looks at pieces for given marks."""

    cdef tuple marks  # keeps their bytes
    cdef int count
    cdef Py_ssize_t window
    cdef const char *texts[MOST_MARKS]
    cdef Py_ssize_t sizes[MOST_MARKS]
    cdef int8_t following[MOST_MARKS]  # a further mark whose window ends alike, or -1
    cdef int8_t firsts[1 << 16]  # the first of these
    cdef uint8_t moves[1 << 16]  # by the last two bytes of a window

    def __init__(self, tuple marks):
        cdef Py_ssize_t at, window
        cdef int mark, block = 0
        if len(marks) > MOST_MARKS or any(len(each) < 2 for each in marks):
            raise ValueError(marks)
        self.marks = marks
        self.count = len(marks)
        window = self.window = min(LONGEST_WINDOW, min(map(len, marks), default=LONGEST_WINDOW))
        memset(self.moves, window - 1, sizeof(self.moves))
        memset(self.firsts, -1, sizeof(self.firsts))
        for mark in range(self.count):
            self.texts[mark] = PyBytes_AS_STRING(marks[mark])
            self.sizes[mark] = len(marks[mark])
            for at in range(1, window):
                block = <uint8_t>self.texts[mark][at - 1] | <uint8_t>self.texts[mark][at] << 8
                if window - 1 - at < self.moves[block]:
                    self.moves[block] = <uint8_t>(window - 1 - at)
            self.following[mark] = self.firsts[block]
            self.firsts[block] = <int8_t>mark

    def sift(self, data, Py_ssize_t size, bytes writer):
        """Look at the first `size` bytes, which begin where a line does; `writer` is that of the piece before."""
        cdef Sift sift
        cdef Py_buffer buffer
        cdef Py_ssize_t i
        memset(&sift, 0, sizeof(Sift))
        sift.earliest = sift.latest = sift.head = sift.pid_start = -1
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            self.look(&sift, <const uint8_t *>buffer.buf, min(size, buffer.len), writer)
            if sift.failed:
                raise MemoryError
            if sift.pid_start >= 0:
                writer = PyBytes_FromStringAndSize(<const char *>buffer.buf + sift.pid_start, sift.pid_size)
            make = _sifted.Hit
            return _sifted.Sifted(
                sift.lines,
                sift.records,
                sift.earliest,
                sift.latest,
                sift.head,
                writer,
                (sift.recoded[0], sift.recoded[1], sift.recoded[2]),
                [
                    make(sift.hits[i].line, sift.hits[i].start, sift.hits[i].end, sift.hits[i].head, sift.hits[i].marks)
                    for i in range(sift.hit_count)
                ],
                [(sift.writers[i].line, sift.writers[i].start) for i in range(sift.writer_count)],
            )
        finally:
            free(sift.hits)
            free(sift.writers)
            PyBuffer_Release(&buffer)

    cdef void look(self, Sift *sift, const uint8_t *text, Py_ssize_t size, bytes writer):
        cdef const uint8_t *known = <const uint8_t *>PyBytes_AS_STRING(writer)
        cdef Py_ssize_t known_size = len(writer)
        cdef Py_ssize_t same = 0, same_size = 0, behind  # a record's text from the level to the byte behind its pid, which others share
        cdef Py_ssize_t start = 0, start_of_text, stop, end, time, pid, pid_size = 0
        cdef const uint8_t *found
        cdef uint64_t marks
        with nogil:
            while start < size:
                found = <const uint8_t *>memchr(text + start, c'\n', size - start)
                stop = size if found == NULL else found - text
                end = stop - 1 if stop > start and text[stop - 1] == c'\r' else stop
                time = time_of(text, start, end)
                if time >= 0:
                    sift.head = start
                    sift.records += 1
                    take_time(sift, text, time)
                    behind = time + BEHIND_TIME
                    if same_size and same_size <= end - behind and not has_blank(text + time + TIME_BYTES) and not memcmp(
                        text + behind, text + same, same_size
                    ):
                        pid = -1  # the one of the record before
                    else:
                        pid = find_pid(text, time + TIME_BYTES, min(end, time + TIME_BYTES + PID_WITHIN), &pid_size)
                        same = behind
                        same_size = pid + pid_size + 1 - behind if behind < pid and pid + pid_size < end else 0
                    if pid >= 0 and (pid_size != known_size or memcmp(text + pid, known, pid_size)):
                        known, known_size = text + pid, pid_size
                        sift.pid_start, sift.pid_size = pid, pid_size
                        if not more_room(<void **>&sift.writers, sift.writer_count, &sift.writer_room, sizeof(WriterRow)):
                            sift.failed = True
                            return
                        sift.writers[sift.writer_count] = WriterRow(sift.lines, start)
                        sift.writer_count += 1
                if not is_ascii(text + start, text + end):
                    sift.recoded[0 if is_utf8(text + start, text + end) else 1 if looks_like_gb18030(text + start, text + end) else 2] += 1
                if time >= 0:
                    start_of_text = time + TIME_BYTES
                else:
                    start_of_text = start
                marks = self.find_marks(text + start_of_text, end - start_of_text)
                if marks:
                    if not more_room(<void **>&sift.hits, sift.hit_count, &sift.hit_room, sizeof(HitRow)):
                        sift.failed = True
                        return
                    sift.hits[sift.hit_count] = HitRow(sift.lines, start, end, sift.head, marks)
                    sift.hit_count += 1
                sift.lines += 1
                start = stop + 1

    cdef uint64_t find_marks(self, const uint8_t *line, Py_ssize_t size) noexcept nogil:
        """Which of the marks a line holds, bit by bit."""
        cdef Py_ssize_t at = self.window - 1, begin, move
        cdef uint64_t found = 0
        cdef int mark, block
        if not self.count:
            return 0
        while at < size:
            block = line[at - 1] | line[at] << 8
            move = self.moves[block]
            if move:
                at += move
                continue
            begin = at - self.window + 1
            mark = self.firsts[block]
            while mark >= 0:
                if self.sizes[mark] <= size - begin and not memcmp(line + begin, self.texts[mark], self.sizes[mark]):
                    found |= <uint64_t>1 << mark
                mark = self.following[mark]
            at += 1
        return found


cdef inline void take_time(Sift *sift, const uint8_t *text, Py_ssize_t time) noexcept nogil:
    if sift.latest < 0:
        sift.earliest = sift.latest = time
    elif memcmp(text + time, text + sift.latest, TIME_BYTES) >= 0:
        sift.latest = time
    elif memcmp(text + time, text + sift.earliest, TIME_BYTES) < 0:
        sift.earliest = time

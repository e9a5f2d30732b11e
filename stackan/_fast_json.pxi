# Part of _fast.pyx: threads of a dump as JSON.  `plain_threads` of report/dump_json.py says the same in Python.

cdef enum:
    LONGEST_ESCAPE = 6  # bytes of `\u007f`
    PIECE = 1 << 18  # bytes that are written at once; they stay in the cache


cdef uint8_t as_it_is[256]  # does JSON hold this byte of a string unchanged?
memset(as_it_is, 0, sizeof(as_it_is))
for _byte in range(32, 127):
    as_it_is[_byte] = _byte not in b'"\\'


cdef inline uint64_t eight(uint64_t byte) noexcept nogil:
    """Eight times this byte."""
    return byte * 0x0101010101010101ULL


cdef inline bint are_as_they_are(uint64_t word) noexcept nogil:
    """Does JSON hold all eight bytes of a string unchanged?  One at least is none where a byte's highest bit comes to be set."""
    cdef uint64_t quote = word ^ eight(c'"'), backslash = word ^ eight(c"\\"), wrong
    wrong = word | word + eight(1) | word - eight(32) & ~word | quote - eight(1) & ~quote | backslash - eight(1) & ~backslash
    return wrong & eight(128) == 0


cdef struct Place:
    Py_ssize_t at, line  # a byte of the text, and the number of its line


cdef class ThreadWriter:
    """Threads of some columns as JSON, each behind `before`, which opens its object.

    sites: for each site what is written between a frame's `pc` and the text of its arguments.
    levels: whether the text has the level of each frame, which is its place in the stack otherwise.
    numbers: for each line of the text that of the original, or None where they are the same.
    """

    cdef View text, numbers
    cdef View thread_number, thread_lwp, thread_pthread, thread_name_start, thread_name_size, thread_line, thread_start
    cdef View thread_first, thread_frames, frame_call, frame_start, frame_args_start, frame_args_size, call_site, call_pc, has_pc
    cdef Fragments sites
    cdef bint levels
    cdef bytes before
    cdef Place current
    cdef Place *shown  # of each level, where the last frame was: threads may share the text of one stack, which is not counted again
    cdef Py_ssize_t levels_room
    cdef Written written

    def __init__(self, data, columns, list sites, bint levels, numbers, bytes before):
        self.text = View(data, 1)
        self.numbers = of_int32(numbers) if numbers is not None else None
        self.thread_number, self.thread_lwp = of_int64(columns.thread_number), of_int64(columns.thread_lwp)
        self.thread_pthread, self.thread_line = of_int64(columns.thread_pthread), of_int32(columns.thread_line)
        self.thread_name_start, self.thread_name_size = of_int64(columns.thread_name_start), of_int32(columns.thread_name_size)
        self.thread_start, self.thread_first = of_int64(columns.thread_start), of_int32(columns.thread_first)
        self.thread_frames, self.frame_call = of_int32(columns.thread_frames), of_int32(columns.frame_call)
        self.frame_start, self.frame_args_start = of_int32(columns.frame_start), of_int32(columns.frame_args_start)
        self.frame_args_size, self.call_site = of_int32(columns.frame_args_size), of_int32(columns.call_site)
        self.call_pc, self.has_pc = of_int64(columns.call_pc), View(columns.site_has_pc, 1)
        self.sites, self.levels, self.before = Fragments(sites), levels, before

    def __dealloc__(self):
        free(self.shown)
        free(self.written.text)

    def write(self, Py_ssize_t first, Py_ssize_t stop):
        """The first threads of these rows, as many as make a piece, and the row of the next one."""
        if not 0 <= first <= stop <= self.thread_frames.count:
            raise IndexError(f"threads {first} to {stop} of {self.thread_frames.count}")
        while first < stop and self.written.size < PIECE:
            self.write_thread(first)
            first += 1
        return take_written(&self.written), first

    cdef int write_thread(self, Py_ssize_t row) except -1:
        cdef Written *written = &self.written
        cdef uint64_t pthread = (<uint64_t *>self.thread_pthread.buffer.buf)[row]
        cdef int64_t name = (<int64_t *>self.thread_name_start.buffer.buf)[row]
        cdef int64_t start = (<int64_t *>self.thread_start.buffer.buf)[row]
        cdef int32_t line = (<int32_t *>self.thread_line.buffer.buf)[row]
        cdef Py_ssize_t first = (<int32_t *>self.thread_first.buffer.buf)[row]
        cdef Py_ssize_t frames = (<int32_t *>self.thread_frames.buffer.buf)[row], position
        make_space(written, len(self.before) + 256)
        put_bytes(written, PyBytes_AS_STRING(self.before), len(self.before))
        put_word(written, b'"number": ')
        put_known(written, (<int64_t *>self.thread_number.buffer.buf)[row])
        put_word(written, b', "lwp": ')
        put_known(written, (<int64_t *>self.thread_lwp.buffer.buf)[row])
        put_word(written, b', "pthread": ')
        if pthread:
            put_word(written, b'"')
            put_address(written, pthread)
            put_word(written, b'"')
        else:
            put_word(written, b"null")
        put_word(written, b', "name": ')
        if name == UNKNOWN:
            put_word(written, b"null")
        else:
            put_word(written, b'"')
            self.put_text(name, (<int32_t *>self.thread_name_size.buffer.buf)[row])
            make_space(written, 256)
            put_word(written, b'"')
        put_word(written, b', "line": ')
        put_number(written, line)
        put_word(written, b', "frames": [')
        if self.numbers is None:
            self.current = Place(self.within(start), line)
        if first < 0 or first + frames > self.frame_call.count:
            raise IndexError(f"frames {first} to {first + frames} of {self.frame_call.count}")
        self.make_levels(frames)
        for position in range(frames):
            self.write_frame(first + position, position, start)
        make_space(written, 8)
        put_word(written, b"]}")
        return 0

    cdef int write_frame(self, Py_ssize_t frame, Py_ssize_t position, int64_t thread_start) except -1:
        cdef Written *written = &self.written
        cdef Py_ssize_t start = self.within(thread_start + (<uint32_t *>self.frame_start.buffer.buf)[frame])
        cdef int32_t arguments = (<int32_t *>self.frame_args_start.buffer.buf)[frame]
        cdef int32_t call = (<int32_t *>self.frame_call.buffer.buf)[frame]
        cdef int32_t site
        cdef const Fragment *words
        if not 0 <= call < self.call_site.count:
            raise IndexError(f"call {call} of {self.call_site.count}")
        site = (<int32_t *>self.call_site.buffer.buf)[call]
        if not 0 <= site < self.sites.count:
            raise IndexError(f"site {site} of {self.sites.count}")
        words = &self.sites.fragments[site]
        self.move_to(start, &self.shown[position])
        make_space(written, words.size + 128)
        put_word(written, b', {"level": ' if position else b'{"level": ')
        put_number(written, self.level_at(start) if self.levels else position)
        put_word(written, b', "pc": ')
        if (<int8_t *>self.has_pc.buffer.buf)[site]:
            put_word(written, b'"')
            put_address(written, (<uint64_t *>self.call_pc.buffer.buf)[call])
            put_word(written, b'"')
        else:
            put_word(written, b"null")
        put_bytes(written, words.text, words.size)
        if arguments != UNKNOWN:
            self.put_text(start + arguments, (<int32_t *>self.frame_args_size.buffer.buf)[frame])
        make_space(written, 64)
        put_word(written, b'", "line": ')
        put_number(written, self.number())
        put_word(written, b"}")
        return 0

    cdef inline Py_ssize_t within(self, int64_t at) noexcept:
        return max(0, min(at, self.text.buffer.len))

    cdef int64_t level_at(self, Py_ssize_t start) noexcept:
        """`level_at` of model/frames.py."""
        cdef const uint8_t *text = <const uint8_t *>self.text.buffer.buf
        cdef Py_ssize_t stop = min(start + 10, self.text.buffer.len), at = skip_blanks(text, start + 1, stop)
        cdef int64_t level
        read_number(text, at, stop, &level)
        return level

    cdef int make_levels(self, Py_ssize_t levels) except -1:
        """Room for the places of so many frames of a stack."""
        cdef Py_ssize_t room = max(levels, 2 * self.levels_room), level
        cdef Place *larger
        if levels <= self.levels_room:
            return 0
        larger = <Place *>realloc(self.shown, room * sizeof(Place))
        if larger == NULL:
            raise MemoryError
        self.shown = larger
        for level in range(self.levels_room, room):
            self.shown[level] = Place(UNKNOWN, 0)
        self.levels_room = room
        return 0

    cdef inline void move_to(self, Py_ssize_t at, Place *shown) noexcept:
        """Count on to a frame's line, or back, unless the last frame of this level stood there."""
        cdef const uint8_t *text = <const uint8_t *>self.text.buffer.buf
        cdef Py_ssize_t before = self.current.at
        if shown.at != at:
            shown.at = at
            shown.line = self.current.line + (count_lines(text, before, at) if at >= before else -count_lines(text, at, before))
        self.current = shown[0]

    cdef inline int64_t number(self) except -1:
        """The original's line."""
        if self.numbers is None:
            return self.current.line
        if not 0 <= self.current.line < self.numbers.count:
            raise IndexError(f"line {self.current.line} of {self.numbers.count}")
        return (<int32_t *>self.numbers.buffer.buf)[self.current.line]

    cdef int put_text(self, int64_t start, int64_t size) except -1:
        """A part of the text as it stands between the quotes of a string."""
        cdef Written *written = &self.written
        cdef Py_ssize_t at = self.within(start), stop = self.within(start + size)
        cdef const uint8_t *text = <const uint8_t *>self.text.buffer.buf
        cdef uint8_t *to
        make_space(written, LONGEST_ESCAPE * max(0, stop - at))
        to = written.text + written.size
        while at < stop and text[at] < 128:
            if stop - at >= 8 and are_as_they_are(load_word(text + at, 8)):
                memcpy(to, text + at, 8)
                to += 8
                at += 8
                continue
            if as_it_is[text[at]]:
                to[0] = text[at]
                to += 1
            else:
                to = put_escape(to, text[at])
            at += 1
        written.size = to - written.text
        if at < stop:
            self.put_characters(PyUnicode_DecodeUTF8(<const char *>text + at, stop - at, b"replace"))
        return 0

    cdef int put_characters(self, str text) except -1:
        cdef Written *written = &self.written
        cdef Py_UCS4 each
        cdef uint32_t character  # what is calculated with a Py_UCS4 may be text
        cdef uint8_t *to
        make_space(written, 2 * LONGEST_ESCAPE * len(text))
        to = written.text + written.size
        for each in text:
            character = <uint32_t>each
            if character < 128 and as_it_is[character]:
                to[0] = <uint8_t>character
                to += 1
            elif character < 0x10000:
                to = put_escape(to, character)
            else:  # two surrogates
                to = put_escape(to, 0xD800 + ((character - 0x10000) >> 10))
                to = put_escape(to, 0xDC00 + ((character - 0x10000) & 0x3FF))
        written.size = to - written.text
        return 0


cdef inline void put_known(Written *written, int64_t number) noexcept:
    if number == UNKNOWN:
        put_word(written, b"null")
    else:
        put_number(written, number)


cdef const char *short_escapes = b'""\\\\\nn\rr\tt\bb\ff'  # a character, and what stands behind the backslash


cdef uint8_t *put_escape(uint8_t *to, uint32_t character) noexcept:
    """An escape of JSON for a character of 16 bits; returns the place behind it."""
    cdef int at
    to[0] = c"\\"
    for at in range(0, 14, 2):
        if character == <uint8_t>short_escapes[at]:
            to[1] = short_escapes[at + 1]
            return to + 2
    to[1] = c"u"
    for at in range(4):
        to[2 + at] = hex_digits[character >> (12 - 4 * at) & 15]
    return to + LONGEST_ESCAPE


cdef Py_ssize_t count_lines(const uint8_t *text, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """How many line ends are between two bytes."""
    cdef const uint8_t *at = text + start
    cdef const uint8_t *end = text + stop
    cdef Py_ssize_t found = 0
    while at < end:
        at = <const uint8_t *>memchr(at, c"\n", end - at)
        if at == NULL:
            break
        found += 1
        at += 1
    return found

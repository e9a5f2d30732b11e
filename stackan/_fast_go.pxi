# Part of _fast.pyx: goroutine dumps.  parsing/go/goroutines.py and lines.py say what each line is, under the same names.

cdef enum:  # questions to the plain reader
    GO_STATE = 16
    GO_PLACE
    GO_BARE_PLACE
    GO_CALL  # a function and the place on the next line
    GO_LAST_CALL  # a function in the text's last line
    GO_CALL_AT_PC  # a function and the start of its place, whose program counter is printed
    GO_C_FUNCTION
    GO_C_FUNCTION_AT_PC


cdef class GoScan(LineScan):
    """A scan of goroutine dumps; what it finds beside the columns is what `goroutines.py` keeps under the same names."""

    cdef bytes margin  # its shape: digits are 0
    cdef const uint8_t *shape
    cdef Py_ssize_t margin_size, shown_size  # with and without the blanks at its end
    cdef bint same_dump, crashing, aside
    cdef int32_t opened  # the row of the goroutine that the newest opening is before, or UNKNOWN
    cdef Py_ssize_t place_at  # a line that is the place of the frame before it, or UNKNOWN
    cdef int32_t *thread_states  # of each row, or UNKNOWN
    cdef int32_t thread_count, thread_room
    cdef list states_read
    cdef readonly dict openings  # {row: the line in which the run-time says that nothing can go on, or 0}
    cdef readonly set joined

    def __cinit__(self, *_):
        self.opened, self.place_at = UNKNOWN, UNKNOWN
        self.thread_room = 1 << 8
        self.thread_states = <int32_t *>allocate(self.thread_room * sizeof(int32_t))
        if self.thread_states == NULL:
            raise MemoryError
        self.states_read, self.openings, self.joined = [], {}, set()

    def __dealloc__(self):
        release(self.thread_states, self.thread_room * sizeof(int32_t))

    def __init__(self, data, ask, bytes margin):
        self.scanner.marks = b"g\tp"
        self.use_margin(margin)
        self.run()

    # -- the margin

    cdef int use_margin(self, bytes printed) except -1:
        self.margin = self.ask.shape(printed)
        self.shape = <const uint8_t *>PyBytes_AS_STRING(self.margin)
        self.margin_size, self.shown_size = len(self.margin), len(self.margin.rstrip())
        return 0

    cdef inline Py_ssize_t cut(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
        """Where a line begins behind the margin, if it has it."""
        cdef const uint8_t *line = self.scanner.data + start
        cdef Py_ssize_t size = min(self.margin_size, stop - start), at
        if self.margin_size == 0 or (size < self.margin_size and size != self.shown_size):
            return start
        for at in range(size):
            if (c"0" if classes[line[at]] & IS_DIGIT else line[at]) != self.shape[at]:
                return start
        return start + size

    # -- lines

    cdef int take(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t at = self.cut(start, stop)
        cdef int kind
        cdef bint known
        if at == stop:
            close_thread(s)
            return BLANK
        kind = self.take_header(start, at, stop)
        if kind == UNPARSED:
            kind = self.take_opening(start, at, stop)
        if kind == UNPARSED and s.open:
            kind = self.take_inside(start, at, stop)
        if kind != UNPARSED:
            return kind
        with gil:
            known = self.ask.is_noise(text_of(s.data, at, stop))
        if known:
            close_thread(s)
            return self.noise(start)
        if self.opened == s.threads.count:
            with gil:
                self.openings[self.opened] = 0
        return self.unparsed(start)

    cdef int take_header(self, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Header header
        cdef Py_ssize_t state = 0, state_stop = 0
        if data[stop - 1] != c":":
            return UNPARSED
        header.lwp, header.pthread = UNKNOWN, 0
        header.name_start, header.name_size = UNKNOWN, 0
        if stop - at == 14 and starts(data, at, stop, b"runtime stack:"):
            header.number = UNKNOWN
            header.name_start, header.name_size = at, 13
            self.open(start, &header)
            self.add_state(UNKNOWN)
            return self.begin(0)
        if not read_go_header(data, at, stop, &header.number, &state, &state_stop):
            at = find_last_word(data, start, stop, b"goroutine ")
            if at < 0 or (at > start and is_word_byte(data[at - 1])):
                return UNPARSED
            if not read_go_header(data, at, stop, &header.number, &state, &state_stop):
                return UNPARSED
            with gil:
                self.use_margin(text_of(data, start, at))
        self.open(start, &header)
        self.read_state(state, state_stop)
        return self.begin(header.number)

    cdef int read_state(self, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`chan receive, 5 minutes`"""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, GO_STATE, s.data + at, stop - at, NULL, 0, &hash, &known):
            with gil:
                known.number = <int32_t>len(self.states_read)
                self.states_read.append(self.ask.read_state(text_of(s.data, at, stop)))
            remember(&s.forms, GO_STATE, s.data + at, stop - at, NULL, 0, hash, &known)
        self.add_state(known.number)
        return 0

    cdef void add_state(self, int32_t state) noexcept nogil:
        if self.thread_count == self.thread_room and not enlarge(<void **>&self.thread_states, &self.thread_room, sizeof(int32_t)):
            fail(&self.scanner)
            return
        self.thread_states[self.thread_count] = state
        self.thread_count += 1

    cdef int begin(self, int64_t number) except -1 nogil:
        """The newest thread is that goroutine, or a system thread."""
        cdef Py_ssize_t row = self.scanner.threads.count - 1
        if row == self.opened:
            self.crashing = False
        elif self.crashing or number == 0:
            with gil:
                self.joined.add(row)
        self.same_dump = self.aside = False
        return THREAD

    cdef int take_opening(self, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t dashes = at
        while dashes < stop and data[dashes] == c"-":
            dashes += 1
        if dashes == stop and stop - at >= 5:
            self.same_dump = True
        elif not begins_with_word(&go_openings, data, at, stop):
            return UNPARSED
        elif self.same_dump and s.threads.count:
            self.crashing = True
        else:
            self.opened = <int32_t>s.threads.count
            with gil:
                self.openings[self.opened] = s.line if self.ask.is_asleep(text_of(data, at, stop)) else 0
        close_thread(s)
        return self.noise(start)

    cdef int take_inside(self, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        cdef const uint8_t *data = self.scanner.data
        cdef bint indented = is_go_indent(data, at, stop)
        if indented and start == self.place_at:
            return self.below(CONTINUATION)
        if indented or (find_byte(data, at, stop, c":") >= 0 and self.answer(GO_BARE_PLACE, at, stop)):
            return self.below(CONTINUATION) if self.answer(GO_PLACE, at, stop) else UNPARSED
        if starts(data, at, stop, b"created by ") or starts(data, at, stop, b"[originating from goroutine "):
            self.aside = True
            return self.below(LOCALS)
        if starts(data, at, stop, b"...") and ends(data, at, stop, b" frames elided..."):
            return self.below(CONTINUATION)
        if self.aside:
            return self.below(LOCALS) if ends(data, at, stop, b"(...)") else UNPARSED
        return self.take_frame(start, at, stop)

    cdef bint answer(self, int question, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """Whether a line is a place, or one without its indent."""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, question, s.data + at, stop - at, NULL, 0, &hash, &known):
            with gil:
                text = text_of(s.data, at, stop)
                known.flags = self.ask.is_place(text) if question == GO_PLACE else self.ask.is_bare_place(text)
            remember(&s.forms, question, s.data + at, stop - at, NULL, 0, hash, &known)
        return known.flags

    cdef int take_frame(self, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t function = stop, opening = UNKNOWN, place = 0, place_stop = 0, end, next = s.at
        cdef int kind = GO_C_FUNCTION
        cdef int32_t call
        cdef uint64_t pc
        if data[at] == c"n" and starts(data, at, stop, b"non-Go function at pc="):
            end = skip_lower_hex(data, at + 22, stop, &pc)
            if end == stop and at + 22 < end <= at + 38:
                call = find_call(s, find_site(s, data, 0, data, 0, True, False, False), pc)
                return self.frame(start, call, UNKNOWN, UNKNOWN)
        if data[stop - 1] == c")":
            opening = find_last_byte(data, at, stop, c"(")
            if opening > at:
                function, kind = opening, GO_CALL
        if next < s.size:
            end = find_byte(data, next, s.size, c"\n")
            end = s.size if end < 0 else end
            place_stop = end
            while place_stop > next and data[place_stop - 1] == c"\r":
                place_stop -= 1
            place = self.cut(next, place_stop)
            call = self.find_frame(kind, at, function, place, place_stop)
            if end - place_stop > 1 or not is_go_indent(data, place, place_stop):
                next = UNKNOWN
        else:
            call = self.find_call(GO_LAST_CALL, at, function, 0, 0) if kind == GO_CALL else UNKNOWN
            next = UNKNOWN
        if call == UNKNOWN:
            return UNPARSED
        self.place_at = next
        if kind == GO_CALL:
            return self.frame(start, call, function + 1, stop - 1)
        return self.frame(start, call, UNKNOWN, UNKNOWN)

    cdef int32_t find_frame(self, int kind, Py_ssize_t at, Py_ssize_t stop, Py_ssize_t place, Py_ssize_t place_stop) except -2 nogil:
        """The call of a function and its place; UNKNOWN if that is no place.

        Stack addresses differ from goroutine to goroutine: of `… +0x9c fp=0xc00009ef20 sp=0xc00009eee8 pc=0x66663e` only what is
        before them is asked about.
        """
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t end, counter, stacked
        cdef int32_t site
        cdef uint64_t pc
        if place < place_stop and data[place] == c"\t":
            stacked = find_word(data, place, place_stop, b" fp=0x")
            if stacked > place + 1 and not is_space(data[stacked - 1]):
                end = trim_space(data, place, place_stop)
                counter = find_last_word(data, place, end, b"pc=0x")
                if counter > stacked and find_word(data, place, stacked, b"pc=0x") < 0:
                    if counter + 5 < end <= counter + 21 and skip_lower_hex(data, counter + 5, end, &pc) == end:
                        site = self.find_call(GO_CALL_AT_PC if kind == GO_CALL else GO_C_FUNCTION_AT_PC, at, stop, place, stacked)
                        return find_call(s, site, pc)
        return self.find_call(kind, at, stop, place, place_stop)

    cdef int32_t find_call(self, int kind, Py_ssize_t at, Py_ssize_t stop, Py_ssize_t place, Py_ssize_t place_stop) except -2 nogil:
        """The same, as the plain reader says it; of a place that has a program counter of its own, the site."""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, kind, s.data + at, stop - at, s.data + place, place_stop - place, &hash, &known):
            with gil:
                self.learn_frame(&known, kind, text_of(s.data, at, stop), text_of(s.data, place, place_stop))
            remember(&s.forms, kind, s.data + at, stop - at, s.data + place, place_stop - place, hash, &known)
        return known.number

    cdef int learn_frame(self, Known *known, int kind, bytes function, bytes text) except -1:
        known.number = UNKNOWN
        place = self.ask.NOWHERE if kind == GO_LAST_CALL else self.ask.read_place(text)
        if place is None:
            return 0
        words, pc = place
        if kind == GO_CALL_AT_PC or kind == GO_C_FUNCTION_AT_PC:
            known.number = self.site_of(function, words, True)
        elif kind != GO_C_FUNCTION or pc is not None:
            known.number = self.call_of(function, words, pc is not None, pc or 0)
        return 0

    # -- what is known of the goroutines

    @property
    def states(self):
        """{row: its printed state}"""
        cdef Py_ssize_t row
        cdef dict states = {}
        cdef const int32_t *lines = self.scanner.threads.line
        state_type = self.ask.PrintedState
        for row in range(self.thread_count):
            if self.thread_states[row] != UNKNOWN:
                words, waited = self.states_read[self.thread_states[row]]
                states[row] = record(state_type, (words, lines[row], None, (), None, 0, False, waited), ())
        return states


cdef bint read_go_header(
    const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, int64_t *number, Py_ssize_t *state, Py_ssize_t *state_stop
) noexcept nogil:
    """As `read_header` of lines.py."""
    cdef Py_ssize_t end
    if not starts(data, at, stop, b"goroutine ") or data[stop - 1] != c":":
        return False
    at += 10
    end = read_number(data, at, stop, number)
    if not at < end <= at + 18 or data[end] != c" ":
        return False
    at = end + 1
    if starts(data, at, stop, b"gp="):
        at = find_byte(data, at, stop, c"[")
    if at < 0 or not starts(data, at, stop, b"["):
        return False
    state[0] = at + 1
    end = find_byte(data, at, stop, c"]")
    state_stop[0] = end
    if end < 0:
        return False
    return end + 2 == stop or (starts(data, end + 1, stop, b" {") and ends(data, end + 1, stop, b"}:"))


cdef inline bint is_go_indent(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    return starts(data, at, stop, b"\t") or starts(data, at, stop, b"  ") or starts(data, at, stop, b"#011")


cdef inline bint is_word_byte(uint8_t byte) noexcept nogil:
    return classes[byte] & IS_WORD != 0


cdef inline Py_ssize_t skip_lower_hex(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint64_t *value) noexcept nogil:
    """As `skip_hex`, of digits as Go writes them."""
    value[0] = 0
    while at < stop and classes[data[at]] & IS_HEX and not c"A" <= data[at] <= c"F":
        value[0] = value[0] << 4 | hex_values[data[at]]
        at += 1
    return at

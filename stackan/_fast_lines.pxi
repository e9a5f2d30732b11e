# Part of _fast.pyx: a scan of texts whose plain reader goes from line to line.
#
# The usual forms of lines are read natively.  Whatever else comes is given to the plain reader's own function for it, which the caller
# hands over (`ask`), and once only for each distinct text, where the answer depends on nothing else: so both readers agree by
# construction on all that is not usual.

# -- answers that are known

cdef struct Known:  # a record: the text is behind it
    int32_t kind, size, more_size
    int32_t number, other, flags
    int32_t args_start, args_stop


cdef inline bint recall(
    const Cache *cache,
    int kind,
    const uint8_t *text,
    Py_ssize_t size,
    const uint8_t *more,
    Py_ssize_t more_size,
    uint64_t *hash,
    Known *answer,
) noexcept nogil:
    """Is the answer to a question of that kind about a text (in one or two pieces) known?"""
    cdef const Known *known
    hash[0] = hash_bytes(text, size, <uint64_t>kind)
    if more_size:
        hash[0] = hash_bytes(more, more_size, hash[0])
    known = <const Known *>find_record(cache, hash[0])
    if (
        known == NULL
        or known.size != size
        or known.more_size != more_size
        or known.kind != kind
        or not is_same(<const uint8_t *>(known + 1), text, size)
        or not is_same(<const uint8_t *>(known + 1) + size, more, more_size)
    ):
        return False
    answer[0] = known[0]
    return True


cdef void remember(
    Cache *cache,
    int kind,
    const uint8_t *text,
    Py_ssize_t size,
    const uint8_t *more,
    Py_ssize_t more_size,
    uint64_t hash,
    Known *answer,
) noexcept nogil:
    cdef Known *known
    cdef uint8_t *copy
    cdef size_t needed = sizeof(Known) + size + more_size
    if not is_worth_it(cache, needed):
        return
    forget_if_full(cache, needed)
    known = <Known *>add_record(cache, hash, needed)
    answer.kind, answer.size, answer.more_size = kind, <int32_t>size, <int32_t>more_size
    known[0] = answer[0]
    copy = <uint8_t *>(known + 1)
    memcpy(copy, text, size)
    if more_size:
        memcpy(copy + size, more, more_size)


# -- lines and rows

cdef class LineScan:
    """Takes the lines of a whole text one after the other; a grammar says what each of them is."""

    cdef Scanner scanner
    cdef Py_buffer buffer
    cdef bint is_held  # the buffer
    cdef object ask
    cdef Rows thread_rows, frame_rows, note_rows, unparsed_rows  # what is given away lies in their memory
    cdef readonly object columns

    def __cinit__(self, data, ask, *_):
        memset(&self.scanner, 0, sizeof(Scanner))
        PyObject_GetBuffer(data, &self.buffer, PyBUF_SIMPLE)
        self.is_held = True
        self.scanner.data = <const uint8_t *>self.buffer.buf
        self.scanner.size = self.scanner.whole = self.buffer.len
        self.ask = ask

    def __dealloc__(self):
        free_scanner(&self.scanner)
        if self.is_held:
            PyBuffer_Release(&self.buffer)

    cdef int run(self) except -1:
        cdef Scanner *s = &self.scanner
        self.columns = columns = _columns.Columns()
        self.thread_rows, self.frame_rows = Rows(THREAD_COLUMNS), Rows(FRAME_COLUMNS)
        self.note_rows, self.unparsed_rows = Rows(NOTE_COLUMNS), Rows(UNPARSED_COLUMNS)
        prepare(s, columns)
        while s.at < s.size:
            make_rows(s, self.thread_rows, self.frame_rows, self.note_rows, self.unparsed_rows)
            with nogil:
                self.take_lines()
            check(s)
        close_thread(s)
        check(s)
        give(self.thread_rows, columns, s.threads.count)
        give(self.frame_rows, columns, s.frames.count)
        give(self.note_rows, columns, s.notes.count)
        give(self.unparsed_rows, columns, s.unparsed.count)
        give_tables(s, columns)
        return 0

    cdef int take_lines(self) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t start, stop
        cdef int kind
        while s.at < s.size and not s.full:
            start, stop = s.at, find_newline(s)
            s.line += 1
            s.at = min(stop + 1, s.size)
            if stop > start and s.data[stop - 1] == c"\r":
                stop -= 1
            kind = self.take(start, stop)
            s.lines_by_kind[kind] += 1
        return 0

    cdef int take(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        """Take one line, `data[start:stop]`; `scanner.at` is where the next begins.  Returns the line's kind."""
        return UNPARSED

    # As the plain readers' Builder does.

    cdef inline int below(self, int kind) noexcept nogil:
        """The line belongs to the open thread."""
        self.scanner.thread_stop = self.scanner.origin + self.scanner.at
        return kind

    cdef inline int noise(self, Py_ssize_t start) noexcept nogil:
        return add_note(&self.scanner, &self.scanner.notes, start, NOISE)

    cdef inline int unparsed(self, Py_ssize_t start) noexcept nogil:
        return add_note(&self.scanner, &self.scanner.unparsed, start, UNPARSED)

    cdef inline void open(self, Py_ssize_t start, const Header *header) noexcept nogil:
        close_thread(&self.scanner)
        add_thread(&self.scanner, start, header)

    cdef inline int frame(self, Py_ssize_t start, int32_t call, Py_ssize_t args_start, Py_ssize_t args_stop) noexcept nogil:
        """The open thread's next frame outwards; its arguments are data[args_start:args_stop], UNKNOWN where it has none."""
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t row = s.frames.count
        s.frames.call[row] = call
        s.frames.start[row] = <uint32_t>(s.origin + start - s.thread_start)
        s.frames.args_start[row] = narrow(s, args_start - start) if args_start != UNKNOWN else UNKNOWN
        s.frames.args_size[row] = narrow(s, args_stop - args_start)
        s.frames.count += 1
        if s.frames.count == s.frames.room:
            s.full = True
        return self.below(FRAME)

    cdef int32_t site_of(self, bytes function, bytes location, bint has_pc) except -1:
        """The site of a frame that the plain reader has split."""
        cdef int32_t site = find_site(
            &self.scanner,
            <const uint8_t *>PyBytes_AS_STRING(function),
            len(function),
            <const uint8_t *>PyBytes_AS_STRING(location),
            len(location),
            has_pc,
            True,
            True,
        )
        if site == UNKNOWN:
            raise MemoryError
        return site

    cdef int32_t call_of(self, bytes function, bytes location, bint has_pc, uint64_t pc) except -1:
        cdef int32_t call = find_call(&self.scanner, self.site_of(function, location, has_pc), pc)
        if call == UNKNOWN:
            raise MemoryError
        return call


cdef object record(type kind, tuple first, tuple rest):
    """A named tuple of these members: its own constructor costs five times as much."""
    cdef Py_ssize_t at, size = len(first)
    made = PyType_GenericAlloc(kind, size + len(rest))
    for at in range(size):
        give_member(made, at, <object>PyTuple_GET_ITEM(first, at))
    for at in range(len(rest)):
        give_member(made, size + at, <object>PyTuple_GET_ITEM(rest, at))
    return made


cdef inline void give_member(object made, Py_ssize_t at, object member):
    Py_INCREF(member)
    PyTuple_SET_ITEM(made, at, member)

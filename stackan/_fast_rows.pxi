# Part of _fast.pyx: memory for a scan's columns and tables.

cdef int check(const Scanner *s) except -1:
    if s.no_memory:
        raise MemoryError
    if s.too_large or s.line > INT32_MAX:
        raise OverflowError("a line's number, or the size of a name or of arguments, has more than 31 bits")
    return 0


cdef int prepare(Scanner *s, columns) except -1:
    """Small tables, which grow; room for nodes and caches in proportion to the buffer: what is not needed is never touched."""
    cdef array.array counts = columns.lines_by_kind
    cdef size_t room = max(1 << 14, min(s.size // 2, 1 << 21))
    s.site_room = s.call_room = 1 << 8
    s.node_room = <int32_t>(room >> 3)
    s.joined_room = 64
    s.sites = <Site *>allocate(s.site_room * sizeof(Site))
    s.calls = <Call *>allocate(s.call_room * sizeof(Call))
    s.nodes = <Node *>allocate(s.node_room * sizeof(Node))
    s.joined = <uint8_t *>malloc(s.joined_room)
    if s.sites == NULL or s.calls == NULL or s.nodes == NULL or s.joined == NULL:
        raise MemoryError
    if not make_index(&s.site_index, 1 << 8) or not make_index(&s.call_index, 1 << 8) or not make_index(&s.node_index, 1 << 8):
        raise MemoryError
    if not make_cache(&s.forms, 1 << 6, room) or not make_cache(&s.stacks, 1 << 6, room):
        raise MemoryError
    s.none.prefix_size = INT32_MAX
    forget_last(s)
    s.block = -64
    if s.marks == NULL:
        s.marks = b"T#["
    s.lines_by_kind = <int64_t *>counts.data.as_voidptr
    return 0


cdef void free_scanner(Scanner *s) noexcept nogil:
    free_index(&s.site_index)
    release(s.sites, s.site_room * sizeof(Site))
    free_index(&s.call_index)
    release(s.calls, s.call_room * sizeof(Call))
    free_index(&s.node_index)
    release(s.nodes, s.node_room * sizeof(Node))
    free(s.joined)
    free_texts(&s.texts)
    free_cache(&s.forms)
    free_cache(&s.stacks)


# -- columns

# Of each group of rows: name and type of its columns, the widest first.
cdef tuple THREAD_COLUMNS = (
    ("thread_number", "q"),
    ("thread_lwp", "q"),
    ("thread_pthread", "Q"),
    ("thread_name_start", "q"),
    ("thread_start", "q"),
    ("thread_stop", "q"),
    ("thread_name_size", "i"),
    ("thread_line", "i"),
    ("thread_first", "i"),
    ("thread_frames", "i"),
    ("thread_node", "i"),
)
cdef tuple FRAME_COLUMNS = (("frame_call", "i"), ("frame_start", "I"), ("frame_args_start", "i"), ("frame_args_size", "i"))
cdef tuple NOTE_COLUMNS = (("note_start", "q"), ("note_line", "i"))
cdef tuple UNPARSED_COLUMNS = (("unparsed_start", "q"), ("unparsed_line", "i"))
cdef tuple CALL_COLUMNS = (("call_pc", "Q"), ("call_site", "i"))
cdef tuple NODE_COLUMNS = (("node_site", "i"), ("node_parent", "i"))
cdef tuple SITE_COLUMNS = (("site_has_pc", "b"),)


cdef class Block:
    """Memory for columns, in one piece, so that the system may give it in large pages.

    To touch memory for the first time takes 0.35 ns a byte in small pages, which is more than it takes to scan one, and a
    tenth of it in large ones.
    """

    cdef uint8_t *start
    cdef size_t size

    def __dealloc__(self):
        release(self.start, self.size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.start, self.size, False, flags)


cdef class Rows:
    """The columns of a group, one behind the other in a block."""

    cdef tuple columns
    cdef list widths
    cdef Py_ssize_t room
    cdef Block block

    def __cinit__(self, tuple columns):
        self.columns = columns
        self.widths = [array.array(code).itemsize for _, code in columns]


cdef uint8_t *column(Rows rows, int index):
    cdef Py_ssize_t width_before = sum(rows.widths[:index])
    return rows.block.start + rows.room * width_before


cdef int make_room(Rows rows, Py_ssize_t count, Py_ssize_t room) except -1:
    """Room for so many rows, `count` of which are there."""
    cdef Block block = Block.__new__(Block)
    cdef uint8_t *start
    cdef Py_ssize_t width
    room = (room + 7) // 8 * 8  # so that each column is aligned for its type
    block.size = room * sum(rows.widths)
    block.start = start = <uint8_t *>allocate(block.size)
    if start == NULL:
        raise MemoryError
    for index, width in enumerate(rows.widths):
        if count:
            memcpy(start, column(rows, index), count * width)
        start += room * width
    rows.block, rows.room = block, room
    return 0


cdef int give(Rows rows, columns, Py_ssize_t count) except -1:
    """Cut the columns to their rows, and give them away."""
    cdef Py_ssize_t start = 0, width
    view = memoryview(rows.block) if rows.block is not None else memoryview(b"")
    for (name, code), width in zip(rows.columns, rows.widths):
        setattr(columns, name, view[start : start + count * width].cast(code))
        start += rows.room * width
    return 0


cdef int use_threads(Scanner *s, Rows rows) except -1:
    s.threads.room = rows.room
    s.threads.number = <int64_t *>column(rows, 0)
    s.threads.lwp = <int64_t *>column(rows, 1)
    s.threads.pthread = <uint64_t *>column(rows, 2)
    s.threads.name_start = <int64_t *>column(rows, 3)
    s.threads.start = <int64_t *>column(rows, 4)
    s.threads.stop = <int64_t *>column(rows, 5)
    s.threads.name_size = <int32_t *>column(rows, 6)
    s.threads.line = <int32_t *>column(rows, 7)
    s.threads.first = <int32_t *>column(rows, 8)
    s.threads.frames = <int32_t *>column(rows, 9)
    s.threads.node = <int32_t *>column(rows, 10)
    return 0


cdef int use_frames(Scanner *s, Rows rows) except -1:
    s.frames.room = rows.room
    s.frames.call = <int32_t *>column(rows, 0)
    s.frames.start = <uint32_t *>column(rows, 1)
    s.frames.args_start = <int32_t *>column(rows, 2)
    s.frames.args_size = <int32_t *>column(rows, 3)
    return 0


cdef int use_notes(Notes *notes, Rows rows) except -1:
    notes.room = rows.room
    notes.start = <int64_t *>column(rows, 0)
    notes.line = <int32_t *>column(rows, 1)
    return 0


cdef int make_rows(Scanner *s, Rows threads, Rows frames, Rows notes, Rows unparsed) except -1:
    """Make room for more rows in the groups that are full."""
    s.full = False
    if s.threads.count == s.threads.room:
        make_room(threads, s.threads.count, more_rows(s, s.threads.count, s.marks[0]))
        use_threads(s, threads)
    if s.frames.count == s.frames.room:
        make_room(frames, s.frames.count, more_rows(s, s.frames.count, s.marks[1]))
        use_frames(s, frames)
    if s.notes.count == s.notes.room:
        make_room(notes, s.notes.count, more_rows(s, s.notes.count, s.marks[2]))
        use_notes(&s.notes, notes)
    if s.unparsed.count == s.unparsed.room:
        make_room(unparsed, s.unparsed.count, max(256, 2 * s.unparsed.count))
        use_notes(&s.unparsed, unparsed)
    return 0


cdef Py_ssize_t more_rows(const Scanner *s, Py_ssize_t count, uint8_t first) noexcept nogil:
    """How many rows to make room for: at the start as many as lines that begin with `first`, and some more.

    These lines are counted in 64 samples of a kilobyte.  Rows that turn out not to be needed cost nothing, since their
    memory is never touched, but moving large columns does: it takes the GIL, and copies.
    """
    cdef Py_ssize_t step = max(1024, s.size // 64), start = 0, at, stop, seen = 0, found = 1
    if count:
        return 2 * count
    while start < s.size:
        stop = min(start + 1024, s.size)
        seen += stop - start
        at = find_byte(s.data, start, stop - 1, c"\n")
        while at >= 0:
            found += s.data[at + 1] == first
            at = find_byte(s.data, at + 1, stop - 1, c"\n")
        start += step
    return 16 + <Py_ssize_t>(1.125 * found * s.size / seen)


cdef int give_tables(Scanner *s, columns) except -1:
    """The columns of sites, calls and nodes."""
    cdef Rows sites = Rows(SITE_COLUMNS), calls = Rows(CALL_COLUMNS), nodes = Rows(NODE_COLUMNS)
    cdef list functions = columns.site_function, places = columns.site_location
    cdef int32_t *first
    cdef int32_t *second
    cdef uint64_t *pcs
    cdef int32_t number
    cdef const Site *site
    make_room(sites, 0, s.site_count)
    for number in range(s.site_count):
        site = &s.sites[number]
        functions.append(PyBytes_FromStringAndSize(<const char *>site.function, site.function_size))
        places.append(PyBytes_FromStringAndSize(<const char *>site.location, site.location_size))
        sites.block.start[number] = site.has_pc
    give(sites, columns, s.site_count)
    make_room(calls, 0, s.call_count)
    pcs, first = <uint64_t *>column(calls, 0), <int32_t *>column(calls, 1)
    for number in range(s.call_count):
        pcs[number], first[number] = s.calls[number].pc, s.calls[number].site
    give(calls, columns, s.call_count)
    make_room(nodes, 0, s.node_count)
    first, second = <int32_t *>column(nodes, 0), <int32_t *>column(nodes, 1)
    for number in range(s.node_count):
        first[number], second[number] = s.nodes[number].site, s.nodes[number].parent
    give(nodes, columns, s.node_count)
    return 0

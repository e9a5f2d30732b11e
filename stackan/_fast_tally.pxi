# Part of _fast.pyx: a scan of a text that comes in pieces and is only counted.

# -- threads are counted when they end

cdef int prepare_counts(Counts *counts) except -1:
    counts.room = counts.node_room = 1 << 6
    counts.lwp_mask = (1 << 10) - 1
    counts.snapshots = <Snapshot *>allocate(counts.room * sizeof(Snapshot))
    counts.lwps = <int64_t *>allocate((counts.lwp_mask + 1) * sizeof(int64_t))
    counts.lwps_snapshot = <int32_t *>allocate((counts.lwp_mask + 1) * sizeof(int32_t))
    counts.nodes_snapshot = <int32_t *>allocate(counts.node_room * sizeof(int32_t))
    counts.lwp = counts.number = UNKNOWN
    counts.note = -1
    if counts.snapshots == NULL or counts.lwps == NULL or counts.lwps_snapshot == NULL or counts.nodes_snapshot == NULL:
        raise MemoryError
    return 0


cdef void free_counts(Counts *counts) noexcept nogil:
    release(counts.snapshots, counts.room * sizeof(Snapshot))
    release(counts.lwps, (counts.lwp_mask + 1) * sizeof(int64_t))
    release(counts.lwps_snapshot, (counts.lwp_mask + 1) * sizeof(int32_t))
    release(counts.nodes_snapshot, counts.node_room * sizeof(int32_t))


cdef void count_thread(Scanner *s, Py_ssize_t row) noexcept nogil:
    """Count a finished thread for its snapshot: `split` of parsing/pieces.py says where a new one begins."""
    cdef Counts *counts = &s.counts
    cdef int64_t lwp = s.threads.lwp[row], number = s.threads.number[row]
    cdef int32_t node = s.threads.node[row]
    cdef Snapshot *newest
    if lwp == UNKNOWN or not s.threads.frames[row]:
        counts.odd = True
    if counts.count == 0 or counts.bordered or (lwp != UNKNOWN and lwp != counts.lwp and was_seen(counts, lwp)):
        if counts.count == counts.room and not enlarge(<void **>&counts.snapshots, &counts.room, sizeof(Snapshot)):
            fail(s)
            return
        counts.leaps = counts.leaps or has_two_threads(counts)
        counts.snapshots[counts.count] = Snapshot(s.thread_start, 0, 0, 0, counts.noted, 0)
        counts.count += 1
        counts.lwp_count = 0
        counts.step = 0
    elif number == UNKNOWN or counts.number == UNKNOWN:
        counts.odd = counts.odd or number != counts.number or lwp == counts.lwp
    elif number == counts.number or (counts.step and (counts.step > 0) != (number > counts.number)) or lwp == counts.lwp:
        counts.odd = True  # one that is seen again, which only the whole text shows, begins a snapshot
    else:
        counts.step = 1 if number > counts.number else -1
    if counts.snapshots[counts.count - 1].threads and number != counts.number - 1:
        counts.leaps = True
    counts.lwp, counts.number = lwp, number
    if lwp != UNKNOWN and not note_lwp(counts, lwp):
        fail(s)
    while counts.node_room <= node:
        if not enlarge(<void **>&counts.nodes_snapshot, &counts.node_room, sizeof(int32_t)):
            fail(s)
            return
    newest = &counts.snapshots[counts.count - 1]
    newest.threads += 1
    newest.frames += s.threads.frames[row]
    newest.mark = hash_pair(newest.mark ^ <uint64_t>lwp, <uint64_t>node)
    if node != UNKNOWN and counts.nodes_snapshot[node] != counts.count:
        counts.nodes_snapshot[node] = counts.count
        newest.stacks += 1


cdef bint has_two_threads(const Counts *counts) noexcept nogil:
    """Is the newest snapshot too short for its numbers to show that they go down?"""
    return counts.count > 0 and counts.snapshots[counts.count - 1].threads == 2


cdef void watch(Scanner *s, int kind, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Look at what a line means beyond its kind: a snapshot's border, or a text that `prepare` and its cures may change."""
    cdef const uint8_t *line = s.data + start
    if kind == NOISE:
        s.counts.note = s.origin + start
        if starts(s.data, start, stop, b"PID ") or starts(s.data, start, stop, b"Attaching to ") or starts(s.data, start, stop, b"[Inferior "):
            s.counts.border = True
        elif line[0] == c"-" or line[0] == c"(":  # a pager's question, a prompt
            s.counts.odd = True
    elif kind == UNPARSED and s.frames.count and start - s.frame_stop <= 2:  # the end of a wrapped frame?
        s.counts.odd = True
    if memchr(line, ESCAPE, stop - start) != NULL or find_text(line, stop - start, b"--Type <"):
        s.counts.odd = True


cdef bint has_odd_site(const Scanner *s) noexcept nogil:
    """Do names show that a text has to be mended?  See `has_entities` and `has_glue` in parsing/prepare/signs.py."""
    cdef int32_t number
    cdef const Site *site
    for number in range(s.site_count):
        site = &s.sites[number]
        if (
            find_text(site.function, site.function_size, b"&lt;")
            or find_text(site.function, site.function_size, b" #")
            or find_text(site.location, site.location_size, b" #")
        ):
            return True
    return False


cdef inline size_t lwp_place(const Counts *counts, int64_t lwp) noexcept nogil:
    """The entry of an LWP of the newest snapshot, or a free one for it: those that older ones have left are free."""
    cdef size_t at = hash_pair(<uint64_t>lwp, 0) & counts.lwp_mask
    while counts.lwps_snapshot[at] == counts.count and counts.lwps[at] != lwp:
        at = (at + 1) & counts.lwp_mask
    return at


cdef inline bint was_seen(const Counts *counts, int64_t lwp) noexcept nogil:
    return counts.lwps_snapshot[lwp_place(counts, lwp)] == counts.count


cdef bint note_lwp(Counts *counts, int64_t lwp) noexcept nogil:
    """Remember an LWP of the newest snapshot; False without memory."""
    cdef size_t at = lwp_place(counts, lwp), size = counts.lwp_mask + 1
    cdef Counts larger
    if counts.lwps_snapshot[at] == counts.count:
        return True
    if 2 * counts.lwp_count >= size:
        larger = counts[0]
        larger.lwp_mask = 2 * size - 1
        larger.lwps = <int64_t *>allocate(2 * size * sizeof(int64_t))
        larger.lwps_snapshot = <int32_t *>allocate(2 * size * sizeof(int32_t))
        if larger.lwps == NULL or larger.lwps_snapshot == NULL:
            release(larger.lwps, 2 * size * sizeof(int64_t))
            release(larger.lwps_snapshot, 2 * size * sizeof(int32_t))
            return False
        for at in range(size):
            if counts.lwps_snapshot[at] == counts.count:
                put_lwp(&larger, counts.lwps[at])
        release(counts.lwps, size * sizeof(int64_t))
        release(counts.lwps_snapshot, size * sizeof(int32_t))
        counts[0] = larger
    put_lwp(counts, lwp)
    counts.lwp_count += 1
    return True


cdef inline void put_lwp(Counts *counts, int64_t lwp) noexcept nogil:
    cdef size_t at = lwp_place(counts, lwp)
    counts.lwps[at], counts.lwps_snapshot[at] = lwp, counts.count


# -- the text comes

cdef class Tally:
    """Scans a text piece by piece, counts what is finished, and overwrites it.

        tally = Tally(GDB)
        while size := file.readinto(tally.space(1 << 18)):
            tally.take(size)
            tally.unparsed()
        tally.end()
        tally.unparsed(), tally.snapshots()

    Its memory holds one piece, the tables of sites, calls and nodes, and the thread that is open.
    """

    cdef Scanner scanner
    cdef uint8_t *buffer
    cdef Py_ssize_t room, held  # bytes of it
    cdef Py_ssize_t last_line  # where the line starts that the next newline will end
    cdef Rows thread_rows, frame_rows, note_rows, unparsed_rows
    cdef readonly object lines_by_kind

    def __cinit__(self, int dialect):
        cdef Scanner *s = &self.scanner
        columns = _columns.Columns()
        memset(s, 0, sizeof(Scanner))
        s.eu_stack = dialect == EU_STACK
        s.passes_by = True
        s.size = INT32_MAX  # as much memory for caches as for any text
        prepare(s, columns)
        s.size = 0
        prepare_counts(&s.counts)
        self.lines_by_kind = columns.lines_by_kind
        self.thread_rows, self.frame_rows = Rows(THREAD_COLUMNS), Rows(FRAME_COLUMNS)
        self.note_rows, self.unparsed_rows = Rows(NOTE_COLUMNS), Rows(UNPARSED_COLUMNS)
        s.full = True

    def __dealloc__(self):
        free_scanner(&self.scanner)
        free_counts(&self.scanner.counts)
        release(self.buffer, self.room)

    def space(self, Py_ssize_t size):
        """The place to which the next `size` bytes of the text are to be written; earlier bytes may be gone."""
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t kept = s.frame_start if s.frame_open else s.at, room
        cdef uint8_t *larger
        if size > 8 * (self.held - kept) or self.held + size > self.room:  # what is short is moved always, so that the space stays cached
            if self.held - kept + size <= self.room // 2:  # else it would be moved too often
                memmove(self.buffer, self.buffer + kept, self.held - kept)
            else:
                room = 3 * (self.held - kept + size)
                larger = <uint8_t *>allocate(room)
                if larger == NULL:
                    raise MemoryError
                if self.held > kept:
                    memcpy(larger, self.buffer + kept, self.held - kept)
                release(self.buffer, self.room)
                self.buffer, self.room = larger, room
            s.origin += kept
            s.at -= kept
            s.frame_start -= kept
            s.frame_stop -= kept
            s.text -= kept
            self.last_line -= kept
            self.held -= kept
        return PyMemoryView_FromMemory(<char *>self.buffer + self.held, size, PyBUF_WRITE)

    def take(self, Py_ssize_t size):
        """Scan what is whole, now that so many bytes of the space are filled.

        The last line waits: the one behind it may tell whether it goes on.
        """
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t before = self.held, newline
        self.drop_rows()
        self.held += size
        newline = find_last_byte(self.buffer, before, self.held, c"\n")
        if newline >= 0:
            s.whole = find_last_byte(self.buffer, before, newline, c"\n") + 1
            if s.whole == 0:
                s.whole = self.last_line
            self.last_line = newline + 1
            s.size = newline + 1
            self.run()

    def end(self):
        """The text ends here."""
        self.drop_rows()
        self.scanner.size = self.scanner.whole = self.held
        self.run()
        close_thread(&self.scanner)
        check(&self.scanner)

    cdef int run(self) except -1:
        cdef Scanner *s = &self.scanner
        s.data = self.buffer
        s.block, s.newlines = s.at - 64, 0
        while s.at < s.whole:
            if s.full:
                self.make_rows()
            with nogil:
                take_lines(s)
            check(s)
        return 0

    cdef void drop_rows(self) noexcept:
        """Forget the rows of what is finished."""
        cdef Scanner *s = &self.scanner
        if s.open:
            s.threads.lwp[0], s.threads.number[0] = s.threads.lwp[s.threads.count - 1], s.threads.number[s.threads.count - 1]
        else:
            s.frames.count = 0
        s.threads.count = 1 if s.open else 0
        s.notes.count = s.unparsed.count = 0

    cdef int make_rows(self) except -1:
        cdef Scanner *s = &self.scanner
        s.full = False
        if s.threads.count == s.threads.room:
            make_room(self.thread_rows, s.threads.count, max(1 << 12, 2 * s.threads.count))
            use_threads(s, self.thread_rows)
        if s.frames.count == s.frames.room:
            if 2 * s.first_frame > s.frames.count:
                self.move_frames()
            else:
                make_room(self.frame_rows, s.frames.count, max(1 << 14, 2 * s.frames.count))
                use_frames(s, self.frame_rows)
        if s.notes.count == s.notes.room:
            make_room(self.note_rows, s.notes.count, max(1 << 12, 2 * s.notes.count))
            use_notes(&s.notes, self.note_rows)
        if s.unparsed.count == s.unparsed.room:
            make_room(self.unparsed_rows, s.unparsed.count, max(1 << 10, 2 * s.unparsed.count))
            use_notes(&s.unparsed, self.unparsed_rows)
        return 0

    cdef void move_frames(self) noexcept:
        """Bring the open thread's frames to the front; only their calls will be asked for."""
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t kept = s.frames.count - s.first_frame
        memmove(s.frames.call, s.frames.call + s.first_frame, kept * sizeof(int32_t))
        s.frames.count, s.first_frame = kept, 0

    # -- what was found

    def snapshots(self):
        """(number of threads, of frames, of distinct stacks) of each snapshot."""
        cdef int32_t number
        cdef const Snapshot *snapshots = self.scanner.counts.snapshots
        return [(snapshots[number].threads, snapshots[number].frames, snapshots[number].stacks) for number in range(self.scanner.counts.count)]

    def snapshot_starts(self, int32_t first):
        """Where the first threads of the snapshots from number `first` on start."""
        cdef int32_t number
        return [self.scanner.counts.snapshots[number].start for number in range(first, self.scanner.counts.count)]

    def open_thread(self):
        """Where the thread starts that is not finished, or None."""
        return self.scanner.thread_start if self.scanner.open else None

    @property
    def is_plain(self):
        """Whether the whole text would give the same: nothing in it has to be mended, no thread is without a name, none is there twice."""
        cdef int32_t number
        cdef const Snapshot *snapshots = self.scanner.counts.snapshots
        for number in range(1, self.scanner.counts.count):
            if not snapshots[number].noted and snapshots[number].mark == snapshots[number - 1].mark:
                return False
        return not self.scanner.counts.odd and not has_odd_site(&self.scanner)

    @property
    def counts_down(self):
        """Whether the threads of each snapshot are one list, numbered down by one: `_counts_on` of parsing/pieces.py."""
        return not self.scanner.counts.leaps and not has_two_threads(&self.scanner.counts)

    def calls(self):
        """(function, location, program counter) of each call that was seen."""
        cdef const Scanner *s = &self.scanner
        cdef int32_t number
        cdef const Site *site
        found = []
        for number in range(s.call_count):
            site = &s.sites[s.calls[number].site]
            function = PyBytes_FromStringAndSize(<const char *>site.function, site.function_size)
            found.append((function, PyBytes_FromStringAndSize(<const char *>site.location, site.location_size), s.calls[number].pc))
        return found

    def functions(self):
        """The function of each site."""
        cdef int32_t number
        cdef const Site *sites = self.scanner.sites
        return [PyBytes_FromStringAndSize(<const char *>sites[number].function, sites[number].function_size) for number in range(self.scanner.site_count)]

    def node_columns(self):
        """The site of each node, and its parent."""
        cdef const Node *nodes = self.scanner.nodes
        cdef array.array sites = array.clone(INT32S, self.scanner.node_count, False), parents = array.clone(INT32S, self.scanner.node_count, False)
        cdef int32_t number
        for number in range(self.scanner.node_count):
            sites.data.as_ints[number], parents.data.as_ints[number] = nodes[number].site, nodes[number].parent
        return sites, parents

    def nodes(self):
        """The stacks of the threads that have ended since the last call of `take` or `end`; valid until the next one."""
        return rows_of(self.thread_rows, NODE_COLUMN, self.scanner.threads.count - self.scanner.open)

    # -- unparsed lines since the last call of `take` or `end`; valid until the next one

    def unparsed(self):
        """(where unparsed lines start, their numbers)"""
        return rows_of(self.unparsed_rows, 0, self.scanner.unparsed.count), rows_of(self.unparsed_rows, 1, self.scanner.unparsed.count)

    def line_at(self, int64_t start, Py_ssize_t size):
        """The first bytes of the line that starts there, its end not among them."""
        cdef Py_ssize_t at = start - self.scanner.origin
        cdef Py_ssize_t stop = min(at + size, self.held), newline
        if not 0 <= at <= self.held:
            raise IndexError(start)
        newline = find_byte(self.buffer, at, stop, c"\n")
        return PyBytes_FromStringAndSize(<const char *>self.buffer + at, (newline if newline >= 0 else stop) - at)


cdef enum:
    NODE_COLUMN = 10  # of THREAD_COLUMNS


cdef array.array INT32S = array.array("i")


cdef object rows_of(Rows rows, int index, Py_ssize_t count):
    if not count:
        return ()
    return PyMemoryView_FromMemory(<char *>column(rows, index), count * <Py_ssize_t>rows.widths[index], PyBUF_READ).cast(rows.columns[index][1])

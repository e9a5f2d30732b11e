# Part of _fast.pyx: columns that readers in plain Python fill, line by line.  parsing/builder.py says what each call means, under the
# same names; the columns are the same arrays, and may be looked at while they grow.

cdef inline int push_int(array.array column, int32_t value) except -1:
    cdef Py_ssize_t count = Py_SIZE(column)
    array.resize_smart(column, count + 1)
    column.data.as_ints[count] = value
    return 0


cdef inline int push_uint(array.array column, uint32_t value) except -1:
    cdef Py_ssize_t count = Py_SIZE(column)
    array.resize_smart(column, count + 1)
    column.data.as_uints[count] = value
    return 0


cdef inline int push_long(array.array column, int64_t value) except -1:
    cdef Py_ssize_t count = Py_SIZE(column)
    array.resize_smart(column, count + 1)
    column.data.as_longlongs[count] = value
    return 0


cdef class Builder:
    """Columns under construction; offsets in its calls are bytes within the current line."""

    cdef readonly bytes data
    cdef readonly bint outermost_first
    cdef readonly object columns
    cdef readonly Py_ssize_t line, start
    cdef readonly list snapshots
    cdef readonly set joined
    cdef readonly bint is_whole
    cdef set present
    cdef object twins
    cdef Py_ssize_t stop, next
    cdef bint taken, is_open
    cdef dict sites, calls
    cdef array.array plain_calls  # of each site without a program counter its one call, or UNKNOWN
    cdef Index nodes
    cdef array.array thread_number, thread_lwp, thread_pthread, thread_name_start, thread_name_size, thread_line, thread_start, thread_stop
    cdef array.array thread_first, thread_frames, thread_node, frame_call, frame_start, frame_args_start, frame_args_size
    cdef array.array call_site, call_pc, site_has_pc, node_site, node_parent, note_line, note_start, unparsed_line, unparsed_start
    cdef array.array lines_by_kind
    cdef list site_function, site_location

    def __cinit__(self, bytes data, bint outermost_first=False):
        if not make_index(&self.nodes, 1 << 6):
            raise MemoryError
        self.data, self.outermost_first = data, outermost_first
        self.columns = columns = _columns.Columns()
        self.snapshots, self.joined, self.is_whole = [], set(), True
        self.present, self.twins, self.taken = set(), (), True
        self.sites, self.calls, self.plain_calls = {}, {}, array.array("i")
        self.thread_number, self.thread_lwp, self.thread_pthread = columns.thread_number, columns.thread_lwp, columns.thread_pthread
        self.thread_name_start, self.thread_name_size = columns.thread_name_start, columns.thread_name_size
        self.thread_line, self.thread_start, self.thread_stop = columns.thread_line, columns.thread_start, columns.thread_stop
        self.thread_first, self.thread_frames, self.thread_node = columns.thread_first, columns.thread_frames, columns.thread_node
        self.frame_call, self.frame_start = columns.frame_call, columns.frame_start
        self.frame_args_start, self.frame_args_size = columns.frame_args_start, columns.frame_args_size
        self.call_site, self.call_pc, self.site_has_pc = columns.call_site, columns.call_pc, columns.site_has_pc
        self.node_site, self.node_parent = columns.node_site, columns.node_parent
        self.note_line, self.note_start = columns.note_line, columns.note_start
        self.unparsed_line, self.unparsed_start = columns.unparsed_line, columns.unparsed_start
        self.lines_by_kind = columns.lines_by_kind
        self.site_function, self.site_location = columns.site_function, columns.site_location

    def __dealloc__(self):
        free_index(&self.nodes)

    def lines(self):
        """Each line of the text without its end; a line that is not taken before the next is asked for is unparsed."""
        cdef const uint8_t *data = <const uint8_t *>PyBytes_AS_STRING(self.data)
        cdef Py_ssize_t size = len(self.data), end
        while self.next < size:
            self.start = self.next
            end = find_byte(data, self.start, size, c"\n")
            end = size if end < 0 else end
            self.next = min(end + 1, size)
            self.stop = end - 1 if end > self.start and data[end - 1] == c"\r" else end
            self.line += 1
            self.taken = False
            yield text_of(data, self.start, self.stop)
            if not self.taken:
                self.take(UNPARSED)
                push_int(self.unparsed_line, self.line)
                push_long(self.unparsed_start, self.start)
        self.close_thread()
        if self.snapshots and self.snapshots[len(self.snapshots) - 1] == Py_SIZE(self.thread_lwp):
            self.snapshots.pop()

    @property
    def is_last(self):
        return self.next >= len(self.data)

    def following(self):
        """The line behind the current one, without its end."""
        cdef Py_ssize_t end = self.data.find(b"\n", self.next)
        return self.data[self.next : len(self.data) if end < 0 else end].rstrip(b"\r")

    def ahead(self):
        """The lines behind the current one, without their ends."""
        cdef Py_ssize_t at = self.next, end
        while at < len(self.data):
            end = self.data.find(b"\n", at)
            end = len(self.data) if end < 0 else end
            yield self.data[at:end].rstrip(b"\r")
            at = end + 1

    # -- what a line is

    def thread(self, *, int64_t number=-1, int64_t lwp=-1, uint64_t pthread=0, name=None, bint headed=True):
        cdef Py_ssize_t name_start = UNKNOWN, name_stop = UNKNOWN
        if headed:
            self.take(THREAD)
        self.close_thread()
        if name is not None:
            name_start, name_stop = name
        push_long(self.thread_number, number)
        push_long(self.thread_lwp, lwp)
        push_long(self.thread_pthread, <int64_t>pthread)
        push_long(self.thread_name_start, UNKNOWN if name is None else self.start + name_start)
        push_int(self.thread_name_size, name_stop - name_start)
        push_int(self.thread_line, self.line)
        push_long(self.thread_start, self.start)
        push_long(self.thread_stop, self.next)
        push_int(self.thread_first, Py_SIZE(self.frame_call))
        push_int(self.thread_frames, 0)
        push_int(self.thread_node, UNKNOWN)
        self.is_open = True
        return Py_SIZE(self.thread_lwp) - 1

    def repeat(self, Py_ssize_t times):
        cdef Py_ssize_t row = Py_SIZE(self.thread_lwp) - 1, copy
        cdef Py_ssize_t first = self.thread_first.data.as_ints[row], frames = self.thread_frames.data.as_ints[row]
        for column in (self.frame_call, self.frame_start, self.frame_args_start, self.frame_args_size):
            column.extend(column[first : first + frames] * times)
        for name in self.columns.__slots__:
            if name.startswith("thread_"):
                column = getattr(self.columns, name)
                column.extend(column[row:] * times)
        for copy in range(1, times + 1):
            self.thread_first.data.as_ints[row + copy] = <int32_t>(first + copy * frames)

    def rename(self, Py_ssize_t start, Py_ssize_t stop):
        cdef Py_ssize_t row = self.last_row()
        self.thread_name_start.data.as_longlongs[row] = self.start + start
        self.thread_name_size.data.as_ints[row] = <int32_t>(stop - start)

    def identify(self, *, number=None, lwp=None):
        cdef Py_ssize_t row = self.last_row()
        if number is not None:
            self.thread_number.data.as_longlongs[row] = number
        if lwp is not None:
            self.thread_lwp.data.as_longlongs[row] = lwp

    def snapshot(self):
        self.close_thread()
        row = Py_SIZE(self.thread_lwp)
        if row and self.snapshots[len(self.snapshots) - 1 :] != [row]:
            self.snapshots.append(row)
            self.present = set()

    def again(self, *threads):
        is_here = not self.present.isdisjoint(threads)
        if is_here:
            self.snapshot()
        self.present.update(threads)
        return is_here

    def frame(self, bytes function, bytes location=b"", *, pc=None, arguments=None, bint further=False):
        cdef Py_ssize_t args_start = UNKNOWN, args_stop = UNKNOWN, row = self.last_row()
        cdef int32_t site, call
        cdef uint64_t counter = 0 if pc is None else pc
        if not further:
            self.take(FRAME)
        key = (function, location, pc is not None)
        found = self.sites.get(key)
        if found is None:
            found = self.sites[key] = len(self.site_function)
            self.site_function.append(function)
            self.site_location.append(location)
            self.site_has_pc.append(pc is not None)
            push_int(self.plain_calls, UNKNOWN)
        site = found
        if arguments is not None:
            args_start, args_stop = arguments
        if pc is None:
            call = self.plain_calls.data.as_ints[site]
            if call == UNKNOWN:
                call = self.plain_calls.data.as_ints[site] = self.add_call(site, 0)
        else:
            found = self.calls.get((counter, site))
            if found is None:
                found = self.calls[counter, site] = self.add_call(site, counter)
            call = found
        push_int(self.frame_call, call)
        push_uint(self.frame_start, <uint32_t>(self.start - self.thread_start.data.as_longlongs[row]))
        push_int(self.frame_args_start, args_start)
        push_int(self.frame_args_size, args_stop - args_start)
        self.thread_frames.data.as_ints[row] += 1
        self.thread_stop.data.as_longlongs[row] = self.next

    cdef int32_t add_call(self, int32_t site, uint64_t counter) except -1:
        push_int(self.call_site, site)
        push_long(self.call_pc, <int64_t>counter)
        return <int32_t>(Py_SIZE(self.call_site) - 1)

    def share(self, twins):
        start = self.start
        self.twins = [(lwp, (name[0] + start, name[1] + start) if name is not None else None) for lwp, name in twins]

    cdef int add_twin(self, int64_t lwp, name) except -1:
        cdef Py_ssize_t row = self.last_row()
        cdef Py_ssize_t first = self.thread_first.data.as_ints[row], frames = self.thread_frames.data.as_ints[row]
        cdef bint whole = Py_SIZE(self.frame_call) + frames <= 4 * len(self.data)
        self.is_whole = self.is_whole and whole
        frames = frames if whole else 0
        push_long(self.thread_number, UNKNOWN)
        push_long(self.thread_lwp, lwp)
        push_long(self.thread_pthread, 0)
        push_long(self.thread_name_start, UNKNOWN if name is None else name[0])
        push_int(self.thread_name_size, 0 if name is None else name[1] - name[0])
        push_int(self.thread_line, self.thread_line.data.as_ints[row])
        push_long(self.thread_start, self.thread_start.data.as_longlongs[row])
        push_long(self.thread_stop, self.thread_stop.data.as_longlongs[row])
        push_int(self.thread_first, Py_SIZE(self.frame_call))
        push_int(self.thread_frames, frames)
        push_int(self.thread_node, self.thread_node.data.as_ints[row] if whole else UNKNOWN)
        for column in (self.frame_call, self.frame_start, self.frame_args_start, self.frame_args_size):
            column.extend(column[first : first + frames])
        return 0

    def continuation(self):
        self.take(CONTINUATION)
        self.thread_stop.data.as_longlongs[self.last_row()] = self.next

    def locals(self):
        self.take(LOCALS)
        self.thread_stop.data.as_longlongs[self.last_row()] = self.next

    def noise(self):
        self.take(NOISE)
        push_int(self.note_line, self.line)
        push_long(self.note_start, self.start)

    def blank(self):
        self.take(BLANK)

    cdef inline int take(self, int kind) except -1:
        assert not self.taken, "a line is of one kind"
        self.taken = True
        self.lines_by_kind.data.as_longlongs[kind] += 1
        return 0

    # -- threads

    cdef inline Py_ssize_t last_row(self) except -1:
        if Py_SIZE(self.thread_lwp) == 0:
            raise IndexError("there is no thread yet")
        return Py_SIZE(self.thread_lwp) - 1

    @property
    def open(self):
        """Whether a thread takes frames."""
        return self.is_open

    @property
    def level(self):
        """The level of the open thread's next frame."""
        return self.thread_frames.data.as_ints[self.last_row()] if self.is_open else 0

    cpdef close_thread(self):
        cdef Py_ssize_t last, first, row
        cdef int32_t node = UNKNOWN
        if not self.is_open:
            return
        self.is_open = False
        last = self.last_row()
        first = self.thread_first.data.as_ints[last]
        if self.outermost_first:
            for column in (self.frame_call, self.frame_start, self.frame_args_start, self.frame_args_size):
                column[first:] = column[: first - 1 if first else None : -1]
        for row in range(first + self.thread_frames.data.as_ints[last] - 1, first - 1, -1):
            node = self.node_of(node, self.call_site.data.as_ints[self.frame_call.data.as_ints[row]])
        self.thread_node.data.as_ints[last] = node
        for lwp, name in self.twins:
            self.add_twin(lwp, name)
        self.twins = ()

    cdef int32_t node_of(self, int32_t parent, int32_t site) except -1:
        cdef uint64_t hash = hash_pair(<uint64_t>parent, <uint64_t>site)
        cdef size_t at = 0
        cdef int32_t number = next_like(&self.nodes, hash, &at)
        while number >= 0:
            if self.node_site.data.as_ints[number] == site and self.node_parent.data.as_ints[number] == parent:
                return number
            number = next_like(&self.nodes, hash, &at)
        number = <int32_t>Py_SIZE(self.node_site)
        push_int(self.node_site, site)
        push_int(self.node_parent, parent)
        if not put(&self.nodes, hash, number):
            raise MemoryError
        return number

# Part of _fast.pyx: thread dumps of the JVM.  parsing/java/jstack.py and dump_file.py say what each line is, under the same names.

cdef enum:  # questions to the plain reader
    JAVA_FRAME = 1
    JAVA_HSDB_FRAME
    JAVA_STATE
    JAVA_CLASS

cdef enum:  # kinds of locks, and whose they are
    MONITOR
    MUTEX
    RWLOCK
    ONCE

cdef tuple LOCK_KINDS = ("monitor", "mutex", "rwlock", "once")

cdef enum:  # what is known of a thread
    RUNS = 1
    INITIALIZES = 2
    WAITS = 4
    COMPILES = 8
    PINNED = 16
    VIRTUAL = 32
    COMPLETE = 64
    MOUNTED = 128  # a virtual thread that the one before carries
    ODD_TIMES = 256

cdef enum:  # what it carries
    NOTHING
    CARRIER
    CARRIES
    PINNED_CARRIER

cdef enum:  # signs of a frame's function
    CLASS_INITIALIZER = 1
    PARKS_ON_CARRIER = 2
    OBJECT_WAIT = 4  # if it is the innermost
    RUNS_CONTINUATION = 8  # the same

cdef enum:
    NO_STATE
    BLOCKED

cdef struct JavaThread:
    int64_t name
    int32_t name_size
    int64_t number
    int64_t ran, age  # in microseconds; UNKNOWN if it is not printed
    int32_t state, state_line
    int32_t flags, carries
    int32_t awaits, locks  # rows of locks: what it waits for, and the first of its own

cdef struct JavaLock:
    uint64_t address
    int32_t line, what, frame
    int32_t odd  # among the locks that the plain reader has read, or UNKNOWN
    int8_t kind
    bint has_address, awaited


cdef int64_t[16] powers_of_ten
powers_of_ten[0] = 1
for _power in range(1, 16):
    powers_of_ten[_power] = 10 * powers_of_ten[_power - 1]


cdef class JavaScan(LineScan):
    """A scan of `jstack`'s text; what it finds beside the columns is what `jstack.py` keeps under the same names."""

    cdef JavaThread *threads
    cdef int32_t thread_count, thread_room
    cdef JavaLock *locks
    cdef int32_t lock_count, lock_room
    cdef bint in_deadlock, in_heap
    cdef readonly list starts  # (row of its first thread, its first line) of each snapshot
    cdef readonly list deadlock_lines  # (line, text)
    cdef readonly list carriers  # rows; of each the next is that of the virtual thread that is mounted on it
    cdef readonly dict pids, announced, owners
    cdef readonly set cores, headed
    cdef dict times  # {row: (ran, age)} where they are not written as usual
    cdef list states_read, classes_read, locks_read
    cdef dict states_known, words_known
    cdef object state_type, lock_type  # PrintedState and Lock of model/printed.py
    cdef tuple state_rest, lock_rest  # their last members, which are what they are by default
    cdef set numbers  # of the current snapshot's threads, up to...
    cdef int32_t numbered  # ...this row

    def __cinit__(self, data, ask, *_):
        self.thread_room = self.lock_room = 1 << 8
        self.threads = <JavaThread *>allocate(self.thread_room * sizeof(JavaThread))
        self.locks = <JavaLock *>allocate(self.lock_room * sizeof(JavaLock))
        if self.threads == NULL or self.locks == NULL:
            raise MemoryError
        self.starts, self.deadlock_lines, self.carriers = [(0, 0)], [], []
        self.pids, self.announced, self.owners, self.times = {}, {}, {}, {}
        self.cores, self.headed, self.numbers = set(), set(), set()
        self.states_read, self.classes_read, self.locks_read = [b"", b"BLOCKED"], [], []
        self.states_known, self.words_known = {b"": NO_STATE, b"BLOCKED": BLOCKED}, {}
        self.state_type, self.lock_type = ask.types
        self.state_rest, self.lock_rest = defaults_behind(self.state_type, 6), defaults_behind(self.lock_type, 5)

    def __dealloc__(self):
        release(self.threads, self.thread_room * sizeof(JavaThread))
        release(self.locks, self.lock_room * sizeof(JavaLock))

    def __init__(self, data, ask):
        self.scanner.marks = b'"\t['
        self.run()

    # -- lines

    cdef int take(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t body = skip_space(data, start, stop)
        cdef int kind
        if body == stop:
            self.in_heap = False
            if s.open:
                self.threads[self.thread_count - 1].flags |= COMPLETE
            return BLANK
        if s.open and not self.in_deadlock:
            kind = self.take_of_thread(start, body, stop)
            if kind != UNPARSED:
                return kind
        kind = self.take_of_deadlock(start, stop)
        if kind == UNPARSED:
            kind = self.take_heading(start, stop)
        if kind == UNPARSED:
            kind = self.take_around(start, stop)
        if kind != UNPARSED:
            return kind
        if find_word(data, start, stop, b"Exception") >= 0 or find_word(data, start, stop, b"Error") >= 0:
            close_thread(s)
        return self.unparsed(start)

    cdef int take_heading(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Header header
        cdef JavaThread *thread
        if not self.read_header(start, stop, &header):
            return UNPARSED
        if header.name_start != UNKNOWN and not header.pthread and self.was_numbered(header.number):
            with gil:
                self.begin(b"")
        self.open(start, &header)
        self.in_deadlock = False
        thread = self.add_java_thread(&header)
        if thread == NULL:
            return THREAD
        if header.name_start != UNKNOWN:
            start = header.name_start + header.name_size
        self.read_times(thread, start, stop)
        if find_word(self.scanner.data, start, stop, b" waiting for monitor entry") >= 0:
            thread.state = BLOCKED
        if find_word(self.scanner.data, start, stop, b" runnable") >= 0:
            thread.flags |= RUNS
        if find_word(self.scanner.data, start, stop, b" in Object.wait() ") >= 0:
            thread.flags |= INITIALIZES
        return THREAD

    cdef JavaThread *add_java_thread(self, const Header *header) noexcept nogil:
        cdef JavaThread *thread
        if self.thread_count == self.thread_room and not enlarge(<void **>&self.threads, &self.thread_room, sizeof(JavaThread)):
            fail(&self.scanner)
            return NULL
        thread = &self.threads[self.thread_count]
        memset(thread, 0, sizeof(JavaThread))
        self.thread_count += 1
        thread.number = header.number
        if header.name_start != UNKNOWN:
            thread.name, thread.name_size = header.name_start, <int32_t>header.name_size
        thread.ran, thread.state_line, thread.awaits, thread.locks = UNKNOWN, <int32_t>self.scanner.line, UNKNOWN, self.lock_count
        return thread

    cdef int was_numbered(self, int64_t number) except -1 nogil:
        """Whether a thread of the current snapshot has a number.  Only VisualVM's dumps need to know."""
        with gil:
            while self.numbered < self.thread_count:
                if not self.threads[self.numbered].flags & MOUNTED:
                    self.numbers.add(self.threads[self.numbered].number)
                self.numbered += 1
            return number != UNKNOWN and number in self.numbers

    cdef int take_of_thread(self, Py_ssize_t start, Py_ssize_t body, Py_ssize_t stop) except -1 nogil:
        cdef const uint8_t *data = self.scanner.data
        cdef JavaThread *thread = &self.threads[self.thread_count - 1]
        cdef bint complete = thread.flags & COMPLETE
        cdef uint8_t first = data[body]
        if first == c"a":
            if body > start and not complete and starts(data, body, stop, b"at "):
                return self.take_frame(start, skip_space(data, body + 3, stop), stop)
            return UNPARSED
        if first == c"-":
            if not starts(data, body, stop, b"- "):
                return UNPARSED
            if not complete and find_word(data, body, stop, b" @bci=") >= 0:
                return self.take_hsdb_frame(start, stop)
            return self.take_lock(body, stop) if body > start else UNPARSED
        if first == c"j" and starts(data, body, stop, b"java.lang.Thread.State: "):
            return self.take_state(thread, body + 24, stop)
        if first == c"M" and starts(data, body, stop, b"Mounted virtual thread #"):
            return self.take_mounted(thread, start, body + 24, stop)
        if begins_with_word(&java_more_of_header, data, body, stop):
            if first == c"C" and data[body + 1] == c"o":
                thread.flags |= COMPILES
            elif first == c"C":
                thread.carries = CARRIES
            return self.below(CONTINUATION)
        if first == c"L" and stop - body == 29 and starts(data, body, stop, b"Locked ownable synchronizers:"):
            return self.below(LOCALS)
        return UNPARSED

    cdef int take_frame(self, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`Srv.two(Srv.java:8)`"""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, JAVA_FRAME, s.data + at, stop - at, NULL, 0, &hash, &known):
            with gil:
                function, location = self.ask.read_frame(text_of(s.data, at, stop))
                self.learn_frame(&known, function, location)
            remember(&s.forms, JAVA_FRAME, s.data + at, stop - at, NULL, 0, hash, &known)
        self.add_frame(&known)
        return self.frame(start, known.number, UNKNOWN, UNKNOWN)

    cdef int take_hsdb_frame(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        """` - Srv.two(java.lang.Object) @bci=12, line=8 (Interpreted frame)`"""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, JAVA_HSDB_FRAME, s.data + start, stop - start, NULL, 0, &hash, &known):
            with gil:
                function, location, arguments = self.ask.read_hsdb_frame(text_of(s.data, start, stop))
                self.learn_frame(&known, function, location)
                known.args_start, known.args_stop = arguments or (UNKNOWN, UNKNOWN)
            remember(&s.forms, JAVA_HSDB_FRAME, s.data + start, stop - start, NULL, 0, hash, &known)
        self.add_frame(&known)
        if known.args_start == UNKNOWN:
            return self.frame(start, known.number, UNKNOWN, UNKNOWN)
        return self.frame(start, known.number, start + known.args_start, start + known.args_stop)

    cdef int learn_frame(self, Known *known, bytes function, bytes location) except -1:
        known.number = self.call_of(function, location, False, 0)
        known.flags, known.other = 0, UNKNOWN
        known.args_start = known.args_stop = UNKNOWN
        pinned, waits, runs_continuation, initialized = self.ask.signs(function)
        if pinned:
            known.flags |= PARKS_ON_CARRIER
        if waits:
            known.flags |= OBJECT_WAIT
        if runs_continuation:
            known.flags |= RUNS_CONTINUATION
        if initialized is not None:
            known.flags |= CLASS_INITIALIZER
            known.other = len(self.classes_read)
            self.classes_read.append(initialized)
        return 0

    cdef inline void add_frame(self, const Known *known) noexcept nogil:
        cdef Scanner *s = &self.scanner
        cdef JavaThread *thread = &self.threads[self.thread_count - 1]
        if known.flags == 0:
            return
        if known.flags & CLASS_INITIALIZER:
            self.add_lock(ONCE, False, False, 0, known.other, <int32_t>(s.frames.count - s.first_frame), UNKNOWN)
        if known.flags & PARKS_ON_CARRIER:
            thread.flags |= PINNED
        if known.flags & OBJECT_WAIT and s.frames.count == s.first_frame:
            thread.flags |= WAITS
        if known.flags & RUNS_CONTINUATION and s.frames.count == s.first_frame:
            thread.carries = CARRIER

    cdef int take_state(self, JavaThread *thread, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`BLOCKED (on object monitor)`"""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        cdef Known known
        if not recall(&s.forms, JAVA_STATE, s.data + at, stop - at, NULL, 0, &hash, &known):
            with gil:
                state, _, rest = text_of(s.data, at, stop).partition(b" ")
                known.number = self.state_of(state)
                known.flags = rest.startswith(b"on ")
            remember(&s.forms, JAVA_STATE, s.data + at, stop - at, NULL, 0, hash, &known)
        thread.state, thread.state_line = known.number, <int32_t>s.line
        if known.flags:
            with gil:
                state, _, rest = text_of(s.data, at, stop).partition(b" ")
                lock, owner = self.ask.read_waiting(state, rest, s.line)
                if lock is not None:
                    self.keep_lock("awaits", lock)
                self.keep_owner(owner)
        return self.below(CONTINUATION)

    cdef int32_t state_of(self, bytes state) except -1:
        number = self.states_known.setdefault(state, len(self.states_read))
        if number == len(self.states_read):
            self.states_read.append(state)
        return number

    cdef int take_mounted(self, JavaThread *thread, Py_ssize_t start, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`Mounted virtual thread #17`; `at` is behind the `#`."""
        cdef Scanner *s = &self.scanner
        cdef Header header
        if at == stop or skip_digits(s.data, at, stop) < stop:
            return UNPARSED
        thread.carries = CARRIER
        header.lwp, header.pthread = UNKNOWN, 0
        header.name_start, header.name_size = UNKNOWN, 0
        with gil:
            self.carriers.append(self.thread_count - 1)
            header.number = self.ask.read_number(text_of(s.data, at, stop))
        self.open(start, &header)
        header.name_start, header.name_size = at - 1, stop - at + 1
        thread = self.add_java_thread(&header)
        if thread != NULL:
            thread.number = UNKNOWN
            thread.flags |= MOUNTED
        return THREAD

    # -- locks

    cdef int take_lock(self, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`- waiting to lock <0x00000000fd24fc48> (a java.lang.Object)`"""
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t end = trim_space(data, at, stop), body, digits
        cdef int32_t deep = <int32_t>(s.frames.count - s.first_frame - 1)
        cdef int kind = MONITOR
        cdef bint awaited = True
        cdef uint64_t address
        cdef Known known
        self.below(LOCALS)
        deep = max(0, deep)
        if end - at == 6 and starts(data, at, end, b"- None"):
            return LOCALS
        if starts(data, at, end, b"- locked <0x"):
            body, awaited = at + 12, False
        elif starts(data, at, end, b"- waiting on <0x"):
            body = at + 16
        elif starts(data, at, end, b"- waiting to lock <0x"):
            body = at + 21
        elif starts(data, at, end, b"- parking to wait for  <0x"):
            body, kind = at + 26, UNKNOWN
        elif starts(data, at, end, b"- waiting to re-lock in wait() <0x"):
            body = at + 34
        elif starts(data, at, end, b"- <0x"):
            body, kind, awaited, deep = at + 5, UNKNOWN, False, 0
        else:
            return self.ask_lock(at, stop)
        digits, body = body, skip_hex(data, body, end, &address)
        if (
            not digits < body <= digits + 16
            or not starts(data, body, end - 1, b"> (a ")
            or data[end - 1] != c")"
            or find_byte(data, body + 5, end - 1, c" ") >= 0  # maybe ` owned by `
        ):
            return self.ask_lock(at, stop)
        self.read_class(body + 5, end - 1, &known)
        self.add_lock(known.flags if kind == UNKNOWN else kind, awaited, True, address, known.number, deep, UNKNOWN)
        return LOCALS

    cdef int read_class(self, Py_ssize_t at, Py_ssize_t stop, Known *known) except -1 nogil:
        """The number of a lock's class, and the kind of lock that it is, as a synchronizer."""
        cdef Scanner *s = &self.scanner
        cdef uint64_t hash
        if not recall(&s.forms, JAVA_CLASS, s.data + at, stop - at, NULL, 0, &hash, known):
            with gil:
                what, kind = self.ask.read_class(text_of(s.data, at, stop))
                known.number, known.flags = len(self.classes_read), LOCK_KINDS.index(kind)
                self.classes_read.append(what)
            remember(&s.forms, JAVA_CLASS, s.data + at, stop - at, NULL, 0, hash, known)
        return 0

    cdef int ask_lock(self, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """A lock line that is not written as usual."""
        cdef Scanner *s = &self.scanner
        with gil:
            text = text_of(s.data, at, stop)
            read = self.ask.read_lock(text, s.line, max(0, s.frames.count - s.first_frame - 1))
            if read is not None:
                verb, lock = read
                self.keep_lock(verb, lock)
            self.keep_owner(self.ask.read_owner(text))
        return LOCALS

    cdef int keep_lock(self, str verb, lock) except -1:
        """A lock that the plain reader has read."""
        cdef bint has_address = lock.address is not None
        cdef uint64_t address = lock.address if has_address else 0
        self.add_lock(LOCK_KINDS.index(lock.kind), verb == "awaits", has_address, address, UNKNOWN, lock.frame, <int32_t>len(self.locks_read))
        self.locks_read.append(lock)
        return 0

    cdef int keep_owner(self, owner) except -1:
        if owner is not None:
            self.owners.setdefault(self.thread_count - 1, owner)
        return 0

    cdef void add_lock(
        self, int kind, bint awaited, bint has_address, uint64_t address, int32_t what, int32_t frame, int32_t odd
    ) noexcept nogil:
        cdef JavaThread *thread = &self.threads[self.thread_count - 1]
        cdef JavaLock *lock
        if awaited and thread.awaits != UNKNOWN:
            return
        if self.lock_count == self.lock_room and not enlarge(<void **>&self.locks, &self.lock_room, sizeof(JavaLock)):
            fail(&self.scanner)
            return
        if awaited:
            thread.awaits = self.lock_count
            if thread.state == NO_STATE and kind == MONITOR and not thread.flags & WAITS:
                thread.state = BLOCKED
        lock = &self.locks[self.lock_count]
        self.lock_count += 1
        lock.kind, lock.awaited, lock.has_address, lock.address = <int8_t>kind, awaited, has_address, address
        lock.what, lock.frame, lock.odd, lock.line = what, frame, odd, <int32_t>self.scanner.line

    # -- lines around threads

    cdef int take_of_deadlock(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Header header
        if begins_with_word(&java_deadlock, data, start, stop):
            close_thread(s)
            self.in_deadlock = True
        elif not self.in_deadlock or starts(data, start, stop, b"Full thread dump ") or self.read_header(start, stop, &header):
            return UNPARSED
        elif begins_with_word(&java_deadlock_ends, data, start, stop) or (
            starts(data, start, stop, b"Found ") and ends(data, start, stop, b" deadlocks.")
        ):
            self.in_deadlock = False
        elif not begins_with_word(&java_inside_deadlocks, data, start, stop):
            return UNPARSED
        with gil:
            self.deadlock_lines.append((s.line, text_of(data, start, stop)))
        return self.noise(start)

    cdef int take_around(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef uint8_t first = data[start]
        if (
            starts(data, start, stop, b"Full thread dump ")
            or starts(data, start, stop, b"Attaching to process ID ")
            or starts(data, start, stop, b"Attaching to core ")
        ):
            with gil:
                self.begin(text_of(data, start, stop))
        elif classes[first] & IS_DIGIT and stop - start < 12 and skip_digits(data, start, stop) == stop - 1 and data[stop - 1] == c":":
            with gil:
                self.pids[self.thread_count] = int(text_of(data, start, stop - 1))
        elif starts(data, start, stop, b"_java_thread_list=") and find_word(data, start, stop, b"length=") >= 0:
            with gil:
                self.announced[self.thread_count] = self.ask.read_length(text_of(data, start, stop))
        elif stop - start == 4 and starts(data, start, stop, b"Heap"):
            self.in_heap = True
        elif not (
            starts(data, start, stop, b"0x")
            or begins_with_word(&java_around, data, start, stop)
            or is_java_time(data, start, stop)
            or (self.in_heap and first == c" ")
        ):
            return UNPARSED
        close_thread(s)
        return self.noise(start)

    cdef int begin(self, bytes text) except -1:
        """The first line of a dump; empty where only its first thread shows it."""
        cdef Scanner *s = &self.scanner
        rows = self.thread_count
        close_thread(s)
        self.in_deadlock = False
        self.numbers.clear()
        self.numbered = rows
        if rows and self.starts[len(self.starts) - 1][0] != rows:
            self.starts.append((rows, s.line))
        if text:
            self.headed.add(rows)
            is_core, pid = self.ask.read_opening(text)
            if is_core:
                self.cores.add(rows)
            if pid is not None:
                self.pids[rows] = pid
        return 0

    # -- headers

    cdef bint read_header(self, Py_ssize_t start, Py_ssize_t stop, Header *header) except -1 nogil:
        """As `read_header` of lines.py, which is asked about all but `"name" #17 … tid=0x00007fdd4800b550 nid=0x3ea2 …`."""
        cdef const uint8_t *data = self.scanner.data
        cdef Py_ssize_t at, quote, number, end
        cdef uint64_t value
        if data[start] == c"T":
            if starts(data, start, stop, b"Thread ") and find_word(data, start, stop, b": (state = ") >= 0:
                return self.ask_header(start, stop, header)
            return False
        if data[start] != c'"':
            return False
        at = find_last_word(data, start, stop, b" tid=")
        if find_word(data, start, stop, b'" - Thread t@') >= 0:
            return self.ask_header(start, stop, header)
        if at < 0:
            return False
        quote = find_end_of_java_name(data, start, at)
        if quote <= start:
            return False
        if not starts(data, at + 5, stop, b"0x"):
            return self.ask_header(start, stop, header)
        end = skip_hex(data, at + 7, stop, &header.pthread)
        if not at + 7 < end <= at + 23 or not starts(data, end, stop, b" nid="):
            return self.ask_header(start, stop, header)
        if header.pthread >> 63:
            header.pthread = 0
        header.name_start, header.name_size = start + 1, quote - start - 1
        # the kernel's number
        number = end + 5
        if find_word(data, number, stop, b" lwp_id=") >= 0:
            return self.ask_header(start, stop, header)
        if starts(data, number, stop, b"0x"):
            end = skip_hex(data, number + 2, stop, &value)
            if not number + 2 < end <= number + 17:
                return self.ask_header(start, stop, header)
            header.lwp = <int64_t>value
        else:
            end = read_number(data, number, stop, &header.lwp)
            if not number < end <= number + 18:
                return self.ask_header(start, stop, header)
        if end < stop and data[end] != c" ":
            return self.ask_header(start, stop, header)
        # Java's own
        header.number = UNKNOWN
        number = quote + 2
        if number < at and data[number] == c"#":
            end = read_number(data, number + 1, at, &header.number)
            if not number + 1 < end <= number + 19 or (end < at and data[end] != c" "):
                return self.ask_header(start, stop, header)
        return True

    cdef bint ask_header(self, Py_ssize_t start, Py_ssize_t stop, Header *header) except -1 nogil:
        with gil:
            found = self.ask.read_header(text_of(self.scanner.data, start, stop))
            if found is None:
                return False
            name, header.number, header.lwp, header.pthread = found
            header.name_start, header.name_size = UNKNOWN, 0
            if name is not None:
                header.name_start, header.name_size = start + name[0], name[1] - name[0]
            return True

    cdef int read_times(self, JavaThread *thread, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        """`… cpu=1.13ms elapsed=18.20s …`"""
        cdef const uint8_t *data = self.scanner.data
        cdef Py_ssize_t cpu = find_word(data, start, stop, b" cpu="), elapsed = find_word(data, start, stop, b" elapsed=")
        cdef bint usual = True
        if cpu >= 0:
            usual = read_java_time(data, cpu + 5, stop, b"ms ", 1000.0, &thread.ran)
        if elapsed >= 0:
            usual = read_java_time(data, elapsed + 9, stop, b"s ", 1e6, &thread.age) and usual
        if not usual:
            thread.flags |= ODD_TIMES
            with gil:
                self.times[self.thread_count - 1] = self.ask.read_times(text_of(data, start, stop))
        return 0

    # -- what is known of the threads

    def states(self, Py_ssize_t first, Py_ssize_t stop):
        """{row: its printed state}, as of threads that no other thread or section says something about."""
        cdef dict states = {}
        cdef Py_ssize_t row
        for row in range(first, stop):
            states[row] = self.printed_state(row)
        return states

    cdef object printed_state(self, Py_ssize_t row):
        cdef const JavaThread *thread = &self.threads[row]
        cdef const JavaLock *lock
        cdef Py_ssize_t number, stop = self.threads[row + 1].locks if row + 1 < self.thread_count else self.lock_count
        cdef bint waits = thread.flags & WAITS, blocked = thread.awaits == UNKNOWN and thread.state == BLOCKED
        cdef bint no_monitor = waits and (thread.awaits == UNKNOWN or not self.locks[thread.awaits].has_address)
        cdef list holds = []
        awaits = None if thread.awaits == UNKNOWN else self.lock_at(thread.awaits)
        held = None
        for number in range(thread.locks, stop):
            lock = &self.locks[number]
            if lock.awaited:
                continue
            if lock.kind != ONCE and stop - thread.locks > 1:
                address = lock.address if lock.has_address else None
                if held is None:
                    held = {address}
                elif address in held:
                    continue
                else:
                    held.add(address)
            if lock.kind == MONITOR and (no_monitor or (blocked and lock.frame == 0)):
                continue
            holds.append(self.lock_at(number))
        if thread.flags & ODD_TIMES:
            ran, age = self.times[row]
        else:
            ran, age = None if thread.ran == UNKNOWN else thread.ran, thread.age
        return record(self.state_type, (self.words(row), thread.state_line, awaits, tuple(holds), ran, age), self.state_rest)

    cdef object lock_at(self, Py_ssize_t number):
        cdef const JavaLock *lock = &self.locks[number]
        if lock.odd != UNKNOWN:
            return self.locks_read[lock.odd]
        address = lock.address if lock.has_address else None
        what = self.classes_read[lock.what]
        return record(self.lock_type, (LOCK_KINDS[lock.kind], address, lock.line, what, lock.frame), self.lock_rest)

    cdef object words(self, Py_ssize_t row):
        """The thread's state as profiles know it: the plain reader's, once for all threads that are alike."""
        cdef const JavaThread *thread = &self.threads[row]
        cdef const uint8_t *name = self.scanner.data + thread.name
        cdef uint64_t alike = <uint64_t>thread.state << 16 | <uint64_t>(thread.flags & ~ODD_TIMES) << 4 | thread.carries << 2
        alike |= <uint64_t>(self.scanner.threads.frames[row] > 0) << 1 | (thread.awaits != UNKNOWN and self.locks[thread.awaits].kind == ONCE)
        if thread.name_size:
            alike |= <uint64_t>is_word_line(&java_takes_the_dump, name, 0, thread.name_size) << 62
            alike |= <uint64_t>begins_with_word(&java_service, name, 0, thread.name_size) << 63
        known = self.words_known.get(alike)
        if known is None:
            known = self.words_known[alike] = self.ask.words(*self.fields(row))
        return known

    def fields(self, Py_ssize_t row):
        """All that is known of a thread: what `made` of parsing/java/scanned.py takes."""
        cdef const JavaThread *thread = &self.threads[row]
        cdef Py_ssize_t number, stop = self.threads[row + 1].locks if row + 1 < self.thread_count else self.lock_count
        flags = {name: bool(thread.flags & flag) for name, flag in FLAG_NAMES}
        ran, age = self.times[row] if thread.flags & ODD_TIMES else (None if thread.ran == UNKNOWN else thread.ran, thread.age)
        facts = dict(
            flags,
            number=thread.number,
            ran=ran,
            age=age,
            state=self.states_read[thread.state],
            state_line=thread.state_line,
            frames=self.scanner.threads.frames[row],
            awaits=None if thread.awaits == UNKNOWN else self.lock_at(thread.awaits),
            owner=self.owners.get(row),
        )
        held = [self.lock_at(number) for number in range(thread.locks, stop) if not self.locks[number].awaited]
        return self.name(row), thread.carries, facts, held

    def name(self, Py_ssize_t row):
        """A thread's name; of a virtual one that is mounted its number."""
        cdef const JavaThread *thread = &self.threads[row]
        return text_of(self.scanner.data, thread.name, thread.name + thread.name_size)

    def keeps_carrier(self, Py_ssize_t row):
        """Whether a virtual thread that is mounted waits there."""
        cdef const JavaThread *thread = &self.threads[row]
        return bool(thread.flags & (PINNED | WAITS)) or thread.state == BLOCKED


cdef tuple defaults_behind(kind, Py_ssize_t count):
    """What the members of a named tuple are by default, but for the first ones."""
    return tuple([kind._field_defaults[name] for name in kind._fields[count:]])


cdef tuple FLAG_NAMES = (
    ("runs", RUNS),
    ("initializes", INITIALIZES),
    ("waits", WAITS),
    ("compiles", COMPILES),
    ("pinned", PINNED),
    ("virtual", VIRTUAL),
    ("complete", COMPLETE),
)


cdef Py_ssize_t find_end_of_java_name(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """As `_end_of_name` of lines.py; below `start` if there is none."""
    cdef Py_ssize_t at = find_byte(data, start + 1, stop - 2, c'"'), word
    while at >= 0:
        word = at + 2
        if data[at + 1] == c" ":
            if word + 1 < stop and data[word] == c"#" and classes[data[word + 1]] & IS_DIGIT:
                return at
            if (
                starts(data, word, stop, b"daemon ")
                or starts(data, word, stop, b"prio=")
                or starts(data, word, stop, b"os_prio=")
                or starts(data, word, stop, b"cpu=")
            ):
                return at
        at = find_byte(data, at + 1, stop - 2, c'"')
    return find_last_word(data, start, stop + 1, b'" ')


cdef bint is_java_time(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """`2026-11-21 06:22:11`"""
    return (
        stop - start == 19
        and data[start + 4] == c"-"
        and data[start + 13] == c":"
        and skip_digits(data, start, start + 4) == start + 4
        and skip_digits(data, start + 17, stop) == stop
    )


cdef bint read_java_time(
    const uint8_t *data, Py_ssize_t start, Py_ssize_t stop, const char *unit, double factor, int64_t *microseconds
) noexcept nogil:
    """A number with a fraction, and its unit; False if it is not written so, or has so many digits that it may not be exact."""
    cdef int64_t whole, part
    cdef Py_ssize_t point = read_number(data, start, stop, &whole), end
    if point == start or point >= stop or data[point] != c".":
        return False
    end = read_number(data, point + 1, stop, &part)
    if end == point + 1 or end - start > 12 or not starts(data, end, stop, unit):
        return False
    # Both numbers are exact as doubles: their quotient is what Python reads.
    microseconds[0] = <int64_t>(<double>(whole * powers_of_ten[end - point - 1] + part) / <double>powers_of_ten[end - point - 1] * factor)
    return True


# -- dump_to_file

cdef class JavaFileScan(JavaScan):
    """A scan of what `jcmd PID Thread.dump_to_file` writes as plain text."""

    cdef int opening  # lines that are left of those that open the dump
    cdef readonly object pid
    cdef readonly bint is_headed

    def __init__(self, data, ask):
        self.scanner.marks = b"# ["
        self.run()
        self.pin_carriers()

    cdef int pin_carriers(self) except -1:
        cdef int32_t row, carriers = 0, pinned = 0
        for row in range(self.thread_count):
            carriers += self.threads[row].carries == CARRIER
            pinned += self.threads[row].flags & PINNED != 0
        if carriers and pinned >= carriers:
            for row in range(self.thread_count):
                if self.threads[row].carries == CARRIER:
                    self.threads[row].carries = PINNED_CARRIER
        return 0

    cdef int take(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t body = skip_space(data, start, stop), end = trim_space(data, body, stop)
        if body == stop:
            close_thread(s)
            return BLANK
        if data[start] == c"#" and find_word(data, start, stop, b' "') >= 0:
            return self.take_file_heading(start, stop)
        if s.open:
            if data[body] == c"-" or data[body] == c"b" or data[body] == c"w" or data[body] == c"o":
                if self.take_file_lock(body, end):
                    return self.below(LOCALS)
            if data[start] == c" " and data[end - 1] == c")":
                return self.take_frame(start, body + 3 if starts(data, body, end, b"at ") else body, end)
        elif classes[data[body]] & IS_DIGIT and end - body < 12 and skip_digits(data, body, end) == end:
            with gil:
                following = text_of(data, s.at, min(s.at + 64, s.size)).partition(b"\n")[0].rstrip(b"\r")
                if self.ask.is_time(following):
                    self.pid = int(text_of(data, body, end))
                    self.is_headed, self.opening = True, 2
                    return self.noise(start)
        if self.opening:
            self.opening -= 1
            return self.noise(start)
        return self.unparsed(start)

    cdef int take_file_heading(self, Py_ssize_t start, Py_ssize_t stop) except -1 nogil:
        """`#28 "" virtual BLOCKED 2026-11-26T03:31:35.791433785Z`"""
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Header header
        cdef JavaThread *thread
        cdef Py_ssize_t name = find_byte(data, start, stop, c'"') + 1, end = find_last_byte(data, start, stop, c'"')
        cdef Py_ssize_t digits = read_number(data, start + 1, name - 2, &header.number)
        if digits < name - 2 or not start + 1 < digits <= start + 19:
            with gil:
                header.number = self.ask.read_number(text_of(data, start + 1, max(start + 1, name - 2)))
        if header.number == UNKNOWN or end < name:
            return self.unparsed(start)
        header.lwp, header.pthread = UNKNOWN, 0
        header.name_start, header.name_size = UNKNOWN, 0
        if end > name:
            header.name_start, header.name_size = name, end - name
        self.open(start, &header)
        thread = self.add_java_thread(&header)
        if thread == NULL:
            return THREAD
        thread.number = UNKNOWN
        if starts(data, end + 1, stop, b" virtual"):
            thread.flags |= VIRTUAL
        return self.read_file_state(thread, end + 1, stop)

    cdef int read_file_state(self, JavaThread *thread, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """The first word from `at` on that is a state."""
        cdef Scanner *s = &self.scanner
        cdef Py_ssize_t end
        cdef uint64_t hash
        cdef Known known
        while at < stop:
            end = find_byte(s.data, at, stop, c" ")
            end = stop if end < 0 else end
            if end > at and is_word_line(&java_states, s.data, at, end):
                if not recall(&s.forms, JAVA_STATE, s.data + at, end - at, NULL, 0, &hash, &known):
                    with gil:
                        known.number = self.state_of(text_of(s.data, at, end))
                    remember(&s.forms, JAVA_STATE, s.data + at, end - at, NULL, 0, hash, &known)
                thread.state = known.number
                break
            at = end + 1
        return THREAD

    cdef bint take_file_lock(self, Py_ssize_t at, Py_ssize_t stop) except -1 nogil:
        """`- locked <java.lang.Object@1ba4c229>`; False if it is none."""
        cdef Scanner *s = &self.scanner
        cdef const uint8_t *data = s.data
        cdef Py_ssize_t body, closing, sign
        cdef int32_t deep = <int32_t>(s.frames.count - s.first_frame - 1)
        cdef int kind = MONITOR
        cdef bint awaited = True
        cdef uint64_t address
        cdef Known known
        if starts(data, at, stop, b"- locked <"):
            body, awaited = at + 10, False
        elif starts(data, at, stop, b"- waiting on <"):
            body = at + 14
        elif starts(data, at, stop, b"- waiting to lock <"):
            body = at + 19
        elif starts(data, at, stop, b"- parking to wait for <"):
            body, kind = at + 23, UNKNOWN
        elif starts(data, at, stop, b"blockedOn") or starts(data, at, stop, b"waitingOn") or starts(data, at, stop, b"object"):
            body = UNKNOWN
        else:
            return False
        if body != UNKNOWN:
            closing = find_byte(data, body, stop, c">")
            closing = stop if closing < 0 else closing
            sign = find_last_byte(data, body, closing, c"@")
            if sign >= 0 and sign + 1 < closing <= sign + 16 and skip_hex(data, sign + 1, closing, &address) == closing:
                self.read_class(body, sign, &known)
                self.add_lock(known.flags if kind == UNKNOWN else kind, awaited, address > 0, address, known.number, max(0, deep), UNKNOWN)
                return True
        with gil:
            verb, lock = self.ask.read_file_lock(text_of(data, at, stop), s.line, max(0, deep))
            self.keep_lock(verb, lock)
        return True

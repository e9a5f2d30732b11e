# Part of _fast.pyx: a scan's state, and what all grammars write into it: threads, stacks, sites and calls.

cdef struct Header:
    int64_t number, lwp
    uint64_t pthread
    Py_ssize_t name_start, name_size

cdef struct Threads:
    Py_ssize_t count, room
    int64_t *number
    int64_t *lwp
    uint64_t *pthread
    int64_t *name_start
    int32_t *name_size
    int32_t *line
    int64_t *start
    int64_t *stop
    int32_t *first
    int32_t *frames
    int32_t *node

cdef struct Frames:
    Py_ssize_t count, room
    int32_t *call
    uint32_t *start
    int32_t *args_start
    int32_t *args_size

cdef struct Notes:
    Py_ssize_t count, room
    int32_t *line
    int64_t *start

cdef struct Site:
    uint64_t hash
    const uint8_t *function
    const uint8_t *location
    Py_ssize_t function_size, location_size
    bint has_pc
    int32_t call  # the first one, or UNKNOWN

cdef struct Call:
    uint64_t pc
    int32_t site

cdef struct Node:
    int32_t site, parent
    int32_t child, child_site  # the first one, or UNKNOWN

cdef struct Form:  # a record: prefix and suffix are behind it
    uint64_t next_key, other_key  # eight bytes of the text that followed when this one was seen last, and another time...
    Form *next  # ...and the forms of it
    Form *other
    int32_t prefix_size  # text up to the opening parenthesis; all of it if there are no arguments
    int32_t suffix_size  # text from the closing parenthesis on
    int32_t call
    bint has_args
    bint is_line  # no newline is in it

cdef struct Stack:  # a record: its calls are behind it
    int32_t count, node

cdef struct Snapshot:  # what is counted of a text that passes by
    int64_t start  # of its first thread
    int64_t threads, frames
    int32_t stacks  # distinct ones
    bint noted  # a word of the debugger is before it
    uint64_t mark  # snapshots of the same threads in the same stacks have the same one

cdef struct Counts:
    Snapshot *snapshots
    int32_t count, room
    int64_t *lwps  # of the newest snapshot, by hash
    int32_t *lwps_snapshot  # the number of the snapshot in which such an LWP was seen last
    size_t lwp_count, lwp_mask
    int32_t *nodes_snapshot  # of each node, the same
    int32_t node_room
    int64_t lwp, number  # of the thread before
    int step  # whether the numbers of the newest snapshot go up or down; 0 before its second thread
    int64_t note  # where the newest line of noise starts
    bint noted  # one is directly before the newest thread
    bint border, bordered  # a line of noise after which a snapshot begins was seen; is before the newest thread
    bint odd  # the text may have to be mended
    bint leaps  # in a snapshot, a thread's number is not the one below that of the thread before

cdef struct Scanner:
    const uint8_t *data
    Py_ssize_t size
    int64_t origin  # where `data` starts in the text; offsets in rows count from the text's start
    Py_ssize_t whole  # lines that start before it may be taken
    bint eu_stack
    const char *marks  # how lines begin that give a thread, a frame, a note: rows are made for as many as samples show
    bint passes_by  # `data` will be overwritten: keep what is needed of it
    Counts counts  # of what has passed by

    # its position
    Py_ssize_t at  # the next line's start
    Py_ssize_t block  # of the newlines in the 64 bytes from here...
    uint64_t newlines  # ...those that are not used yet
    int64_t line
    int64_t noted  # the last line of noise, or 0: a line with fewer than eight blanks goes on with it
    bint open  # a thread takes lines
    int64_t thread_start, thread_stop  # of the newest thread, in the text
    Py_ssize_t first_frame
    bint has_locals  # locals were seen in this thread: column-0 lines may belong to them
    bint frame_open  # the line before belongs to a frame that may be continued, and is not split yet
    Py_ssize_t frame_start, frame_stop  # of the newest frame
    Py_ssize_t text  # behind its level

    # why it stops
    bint full  # no line may be taken: some group of columns may have no room for its row
    bint no_memory, too_large  # the scan has failed, and nothing that it has written since means anything

    Threads threads
    Frames frames
    Notes notes, unparsed
    int64_t *lines_by_kind

    Index site_index
    Site *sites
    int32_t site_count, site_room
    Index call_index  # of the calls that are not their site's first
    Call *calls
    int32_t call_count, call_room
    Index node_index  # of the nodes that are not their parent's first child
    Node *nodes
    int32_t node_count, node_room
    Texts texts  # of sites, where they are not in the buffer unchanged
    uint8_t *joined  # the location of the frame that is split now
    Py_ssize_t joined_room

    Cache forms
    Form *last  # of the frame before in this thread
    Form none  # fits no frame; the one before a thread's first
    Form odd  # of a frame whose form cannot serve others
    Cache stacks


# -- lines

cdef inline Py_ssize_t find_newline(Scanner *s) noexcept nogil:
    """The next newline, or the buffer's end.  Masks of 64 bytes cost less than a `memchr` for each line."""
    cdef const uint8_t *found
    cdef Py_ssize_t newline
    while s.newlines == 0:
        if not HAVE_LANES or s.block + 128 > s.size:  # the next block is cut: line by line from here on
            found = <const uint8_t *>memchr(s.data + s.at, c"\n", s.size - s.at)
            return found - s.data if found != NULL else s.size
        s.block += 64
        s.newlines = newline_mask(s.data + s.block)
    newline = s.block + first_bit(s.newlines)
    s.newlines &= s.newlines - 1
    return newline


cdef int add_note(Scanner *s, Notes *notes, Py_ssize_t start, int kind) noexcept nogil:
    notes.line[notes.count] = <int32_t>s.line
    notes.start[notes.count] = s.origin + start
    notes.count += 1
    if kind == NOISE:
        s.noted = s.line
    if notes.count == notes.room:
        s.full = True
    return kind


# -- threads and their stacks

cdef void add_thread(Scanner *s, Py_ssize_t start, const Header *header) noexcept nogil:
    cdef Threads *threads = &s.threads
    cdef Py_ssize_t row = threads.count
    threads.number[row] = header.number
    threads.lwp[row] = header.lwp
    threads.pthread[row] = header.pthread
    threads.name_start[row] = s.origin + header.name_start if header.name_start != UNKNOWN else UNKNOWN
    threads.name_size[row] = narrow(s, header.name_size)
    threads.line[row] = <int32_t>s.line
    threads.start[row] = s.origin + start
    threads.first[row] = <int32_t>s.frames.count
    threads.count += 1
    if threads.count == threads.room:
        s.full = True
    s.open = True
    s.counts.noted = s.counts.note >= s.thread_stop
    s.counts.bordered, s.counts.border = s.counts.border, False
    s.thread_start, s.thread_stop = s.origin + start, s.origin + s.at
    s.first_frame = s.frames.count
    s.has_locals = False
    s.last = &s.none


cdef inline int32_t narrow(Scanner *s, Py_ssize_t size) noexcept nogil:
    """A size as its column holds it."""
    if size > INT32_MAX:
        s.too_large = True
    return <int32_t>size


cdef void close_thread(Scanner *s) noexcept nogil:
    cdef Py_ssize_t row = s.threads.count - 1
    close_frame(s)
    if s.open:
        s.open = False
        s.threads.stop[row] = s.thread_stop
        s.threads.frames[row] = <int32_t>(s.frames.count - s.first_frame)
        s.threads.node[row] = find_stack(s, s.frames.call + s.first_frame, s.threads.frames[row])
        if s.thread_stop - s.thread_start > UINT32_MAX:
            s.too_large = True
        if s.passes_by:
            count_thread(s, row)


cdef int32_t find_stack(Scanner *s, const int32_t *calls, int32_t count) noexcept nogil:
    """The node of a stack: that of a thread with the same calls, or by a walk from the outermost frame inwards."""
    cdef size_t size = count * sizeof(int32_t)
    cdef uint64_t hash = hash_bytes(<const uint8_t *>calls, size, 0)
    cdef Stack *stack = <Stack *>find_record(&s.stacks, hash)
    cdef int32_t node = UNKNOWN
    cdef Py_ssize_t i
    if stack != NULL and stack.count == count and is_same(<const uint8_t *>(stack + 1), <const uint8_t *>calls, size):
        return stack.node
    for i in range(count - 1, -1, -1):
        node = find_node(s, node, s.calls[calls[i]].site)
    if is_worth_it(&s.stacks, sizeof(Stack) + size):
        forget_if_full(&s.stacks, sizeof(Stack) + size)
        stack = <Stack *>add_record(&s.stacks, hash, sizeof(Stack) + size)
        stack.count, stack.node = count, node
        memcpy(stack + 1, calls, size)
    return node


cdef int32_t find_node(Scanner *s, int32_t parent, int32_t site) noexcept nogil:
    """A node's number.

    Most nodes have one child, which is mostly beside them; only the others are in the index.  That keeps the index
    small: with all nodes in it, waiting for its memory took a fifth of the scan where most stacks are new.
    """
    cdef uint64_t hash = hash_pair(<uint64_t>parent, <uint64_t>site)
    cdef bint is_first = parent != UNKNOWN and s.nodes[parent].child == UNKNOWN
    cdef size_t at = 0
    cdef int32_t number
    if parent != UNKNOWN and s.nodes[parent].child_site == site:
        return s.nodes[parent].child
    if not is_first:
        number = next_like(&s.node_index, hash, &at)
        while number >= 0:
            if s.nodes[number].site == site and s.nodes[number].parent == parent:
                return number
            number = next_like(&s.node_index, hash, &at)
    if s.node_count == s.node_room and not enlarge(<void **>&s.nodes, &s.node_room, sizeof(Node)):
        return fail(s)
    number = s.node_count
    s.nodes[number] = Node(site, parent, UNKNOWN, UNKNOWN)
    if is_first:
        s.nodes[parent].child, s.nodes[parent].child_site = number, site
    elif not put(&s.node_index, hash, number):
        return fail(s)
    s.node_count += 1
    return number


cdef bint enlarge(void **items, int32_t *room, size_t item_size) noexcept nogil:
    """Double the room for items; False, and nothing changed, without memory."""
    cdef size_t size = <size_t>room[0] * item_size
    cdef void *larger = allocate(2 * size) if room[0] <= INT32_MAX // 2 else NULL
    if larger == NULL:
        return False
    memcpy(larger, items[0], size)
    release(items[0], size)
    items[0] = larger
    room[0] *= 2
    return True


cdef int32_t fail(Scanner *s) noexcept nogil:
    """There is no memory: take no further line."""
    s.no_memory = s.full = True
    return UNKNOWN


# -- sites and calls

cdef int32_t find_call(Scanner *s, int32_t site, uint64_t pc) noexcept nogil:
    """A call's number.  Most sites have one program counter, unless processes are mixed; only further ones are in the index."""
    cdef uint64_t hash = hash_pair(pc, <uint64_t>site)
    cdef size_t at = 0
    cdef int32_t number
    if site == UNKNOWN:  # there was no memory
        return UNKNOWN
    number = s.sites[site].call
    if number != UNKNOWN:
        if s.calls[number].pc == pc:
            return number
        number = next_like(&s.call_index, hash, &at)
        while number >= 0:
            if s.calls[number].pc == pc and s.calls[number].site == site:
                return number
            number = next_like(&s.call_index, hash, &at)
    if s.call_count == s.call_room and not enlarge(<void **>&s.calls, &s.call_room, sizeof(Call)):
        return fail(s)
    number = s.call_count
    s.calls[number] = Call(pc, site)
    if s.sites[site].call == UNKNOWN:
        s.sites[site].call = number
    elif not put(&s.call_index, hash, number):
        return fail(s)
    s.call_count += 1
    return number


cdef int32_t find_site(
    Scanner *s,
    const uint8_t *function,
    Py_ssize_t function_size,
    const uint8_t *location,
    Py_ssize_t location_size,
    bint has_pc,
    bint keep_function,  # a text that will not stay where it is
    bint keep_location,
) noexcept nogil:
    cdef uint64_t hash = hash_bytes(location, location_size, hash_bytes(function, function_size, has_pc))
    cdef size_t at = 0
    cdef int32_t number = next_like(&s.site_index, hash, &at)
    cdef Site *site
    while number >= 0:
        site = &s.sites[number]
        if (
            site.hash == hash
            and site.has_pc == has_pc
            and site.function_size == function_size
            and site.location_size == location_size
            and memcmp(site.function, function, function_size) == 0
            and memcmp(site.location, location, location_size) == 0
        ):
            return number
        number = next_like(&s.site_index, hash, &at)
    if s.site_count == s.site_room and not enlarge(<void **>&s.sites, &s.site_room, sizeof(Site)):
        return fail(s)
    if keep_function:
        function = keep_text(&s.texts, function, function_size)
    if keep_location:
        location = keep_text(&s.texts, location, location_size)
    if function == NULL or location == NULL:
        return fail(s)
    number = s.site_count
    if not put(&s.site_index, hash, number):
        return fail(s)
    s.site_count += 1
    s.sites[number] = Site(hash, function, location, function_size, location_size, has_pc, UNKNOWN)
    return number

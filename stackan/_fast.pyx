"""The native scanner: the same columns as `stackan._reference.scan`, on every input.

`_reference.py` is the specification: it says what each line and each part of a frame is.  What serves the same purpose
has the same name here and there, so that the two can be read side by side.  This is what is different:

* Rows are written straight into the arrays of the `Columns` that are given back.  Touching fresh memory for the first time
  costs 0.4 ns a byte; a frame's row has 48 bytes, and taking in its text costs 40 ns: a copy would make the scan half as
  slow again.  The scan runs without the GIL until a group of columns is full, comes back for more room, and goes on.
* A *form* is a frame's text without its address and its arguments.  Frames follow each other as they did before, so the
  form that followed last time is tried first (it fits 8 or 9 times in 10), then the one with the same hash.  Where a
  form fits, comparing it replaces splitting the text.
* A thread whose frames have the sites of an earlier thread gets its node without a walk.
* Tables that grow are indexed by keyed hashes.  The caches overwrite what they hold; a miss costs one split or walk.

So each byte is looked at a bounded number of times, on any input.  Nothing outside the buffer is read, even if another
thread changes its bytes meanwhile: what is kept of the text is positions inside it, never what was read there.
"""

from cpython cimport array
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport INT32_MAX, int8_t, int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memset, strlen

import os

from stackan.model import columns as _columns
from stackan.model import words as _words

cdef extern from "_fast.h" nogil:
    uint64_t load_word(const uint8_t *at, size_t size)
    uint64_t mix(uint64_t left, uint64_t right)
    bint HAVE_MASKS
    int first_bit(uint64_t mask)
    uint64_t newline_mask(const uint8_t *at)
    const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end)
    bint same_bytes(const uint8_t *left, const uint8_t *right, size_t size)
    bint load_16_digits(const uint8_t *at, uint64_t *value)
    void advise_large_pages(void *start, size_t size)

include "_fast_words.pxi"
include "_fast_grammar.pxi"


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
    int32_t *site
    int32_t *level
    uint64_t *pc
    int32_t *line
    int64_t *start
    int64_t *args_start
    int32_t *args_size
    int64_t *stop

cdef struct Notes:
    Py_ssize_t count, room
    int32_t *line
    int64_t *start

cdef struct Site:
    uint64_t hash
    Py_ssize_t function, function_size  # where it first stood in the buffer
    Py_ssize_t location, location_size  # the same; with eu-stack it stands in `joined`
    bint has_pc

cdef struct Node:
    int32_t site, parent
    int32_t child  # the first one, or UNKNOWN

cdef struct Form:
    uint64_t hash
    Py_ssize_t prefix, prefix_size  # text up to the opening parenthesis; all of it if there are no arguments
    Py_ssize_t suffix, suffix_size  # text from the closing parenthesis on
    bint has_pc, has_args
    int32_t site
    Form *next  # the form that followed when this one was seen last

cdef struct Scanner:
    const uint8_t *data
    Py_ssize_t size
    bint eu_stack

    # where it stands
    Py_ssize_t at  # the next line's start
    Py_ssize_t block  # of the newlines in the 64 bytes from here...
    uint64_t newlines  # ...those that are not used yet
    int64_t line
    int64_t noted  # the last line of noise, or 0: a line with fewer than eight blanks goes on with it
    bint open  # a thread takes lines
    bint frame_open  # the line before belongs to a frame that may be continued, and is not split yet
    bint has_locals  # locals were seen in this thread: column-0 lines may belong to them
    Py_ssize_t text  # the open frame's, behind its level

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
    Index node_index  # of the nodes that are not their parent's first child
    Node *nodes
    int32_t node_count, node_room
    uint8_t *joined  # locations of sites that do not stand in the buffer as they are
    Py_ssize_t joined_size, joined_room

    size_t cache_mask
    int32_t *form_slots  # by hash: numbers in `forms`
    Form *forms  # side by side, so that they stay near; the first one fits nothing, the others take turns
    int32_t form_count, newest_form
    Form *last  # of the frame before in this thread, or the first
    Form odd  # of a frame whose form cannot serve others
    int32_t *stacks  # by hash of all sites: 1 + a thread with this stack, or 0


# -- lines

cdef void take_lines(Scanner *s) noexcept nogil:
    """Take lines until the end, or until there is no room for another one."""
    cdef Py_ssize_t start, end, stop
    cdef int kind
    while s.at < s.size and not s.full:
        start, end = s.at, find_newline(s)
        s.line += 1
        stop = end - 1 if end > start and s.data[end - 1] == c"\r" else end
        s.at = min(end + 1, s.size)
        kind = take(s, start, stop)
        s.lines_by_kind[kind] += 1


cdef inline Py_ssize_t find_newline(Scanner *s) noexcept nogil:
    """The next newline, or the buffer's end.  Masks of 64 bytes take 7 % off the whole scan with a `memchr` for each line."""
    cdef const uint8_t *found
    cdef Py_ssize_t newline
    while s.newlines == 0:
        if not HAVE_MASKS or s.block + 128 > s.size:  # the next block is cut: line by line from here on
            found = <const uint8_t *>memchr(s.data + s.at, c"\n", s.size - s.at)
            return found - s.data if found != NULL else s.size
        s.block += 64
        s.newlines = newline_mask(s.data + s.block)
    newline = s.block + first_bit(s.newlines)
    s.newlines &= s.newlines - 1
    return newline


cdef inline int take(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Take one line, `data[start:stop]`; `s.at` is where the next begins.  Returns the line's kind."""
    cdef Header header
    cdef Py_ssize_t end
    cdef int64_t level
    cdef uint8_t first
    if stop == start:
        return take_blank(s)
    first = s.data[start]
    if first == c"#":
        end = read_number(s.data, start + 1, stop, &level)
        if start + 1 < end <= start + 10 and (end == stop or s.data[end] == c" "):
            close_frame(s)
            add_frame(s, start, stop, end, <int32_t>level)
            return FRAME
    if first == c"T" and read_header(s.data, start, stop, &header):
        close_thread(s)
        add_thread(s, start, &header)
        return THREAD
    if first == c" " or first == c"\t":
        return take_indented(s, start, stop)
    close_frame(s)
    return take_other(s, start, stop)


cdef int take_blank(Scanner *s) noexcept nogil:
    close_frame(s)
    s.has_locals = False
    return BLANK


cdef int take_indented(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t indent = start
    while indent < stop and (s.data[indent] == c" " or s.data[indent] == c"\t"):
        indent += 1
    if indent == stop:
        return take_blank(s)
    if s.frame_open and 3 <= indent - start <= 7 and s.data[start] == c" ":
        s.frames.stop[s.frames.count - 1] = stop
        s.threads.stop[s.threads.count - 1] = s.at
        return CONTINUATION
    close_frame(s)
    if s.open and (s.data[start] == c"\t" or (s.threads.frames[s.threads.count - 1] and (indent - start >= 8 or s.has_locals))):
        s.has_locals = True
        s.threads.stop[s.threads.count - 1] = s.at
        return LOCALS
    if (
        (0 < s.noted == s.line - 1 and indent - start < 8)
        or is_table_row(s.data, start, indent, stop)
        or (not s.open and is_map_detail(s.data, start, indent))
    ):
        return add_note(s, &s.notes, start, NOISE)
    return add_note(s, &s.unparsed, start, UNPARSED)


cdef int take_other(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    cdef bint inside = s.open and s.threads.frames[s.threads.count - 1] > 0
    if inside and is_word_line(&locals_lines, s.data, start, stop):
        s.threads.stop[s.threads.count - 1] = s.at
        return LOCALS
    if (
        begins_with_word(&noise_prefixes, s.data, start, stop)
        or is_stray_frame(s.data, start, stop)
        or is_table_row(s.data, start, start + 2, stop)
    ):
        if s.open and not begins_with_word(&noise_inside, s.data, start, stop):
            close_thread(s)
        return add_note(s, &s.notes, start, NOISE)
    if inside and s.has_locals:
        s.threads.stop[s.threads.count - 1] = s.at
        return LOCALS
    if not s.open and is_bare_frame(s.data, start, stop):
        return add_note(s, &s.notes, start, NOISE)
    return add_note(s, &s.unparsed, start, UNPARSED)


cdef int add_note(Scanner *s, Notes *notes, Py_ssize_t start, int kind) noexcept nogil:
    notes.line[notes.count] = <int32_t>s.line
    notes.start[notes.count] = start
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
    threads.name_start[row] = header.name_start
    threads.name_size[row] = narrow(s, header.name_size)
    threads.line[row] = <int32_t>s.line
    threads.start[row] = start
    threads.stop[row] = s.at
    threads.first[row] = <int32_t>s.frames.count
    threads.frames[row] = 0
    threads.node[row] = UNKNOWN
    threads.count += 1
    if threads.count == threads.room:
        s.full = True
    s.open = True
    s.has_locals = False
    s.last = s.forms


cdef inline int32_t narrow(Scanner *s, Py_ssize_t size) noexcept nogil:
    """A size as its column holds it."""
    if size > INT32_MAX:
        s.too_large = True
    return <int32_t>size


cdef void close_thread(Scanner *s) noexcept nogil:
    close_frame(s)
    if s.open:
        s.open = False
        s.threads.node[s.threads.count - 1] = find_stack(s, s.threads.count - 1)


cdef int32_t find_stack(Scanner *s, Py_ssize_t thread) noexcept nogil:
    """The node of a thread's stack: that of a thread with the same sites, or by a walk from the outermost frame inwards."""
    cdef int32_t count = s.threads.frames[thread], node = UNKNOWN
    cdef const int32_t *sites = s.frames.site + s.threads.first[thread]
    cdef int32_t *slot
    cdef Py_ssize_t i, other
    if count == 0:
        return UNKNOWN
    slot = &s.stacks[hash_bytes(<const uint8_t *>sites, count * sizeof(int32_t), 0) & s.cache_mask]
    other = slot[0] - 1
    if (
        other >= 0
        and s.threads.frames[other] == count
        and memcmp(sites, s.frames.site + s.threads.first[other], count * sizeof(int32_t)) == 0
    ):
        return s.threads.node[other]
    slot[0] = <int32_t>thread + 1
    for i in range(count - 1, -1, -1):
        node = find_node(s, node, sites[i])
    return node


cdef int32_t find_node(Scanner *s, int32_t parent, int32_t site) noexcept nogil:
    """A node's number.

    Most nodes have one child, which mostly stands beside them; only the others are in the index.  That keeps the index
    small: with all nodes in it, waiting for its memory took a fifth of the scan where most stacks are new.
    """
    cdef int32_t first = s.nodes[parent].child if parent != UNKNOWN else UNKNOWN
    cdef uint64_t hash = hash_pair(<uint64_t>parent, <uint64_t>site)
    cdef int32_t number
    cdef size_t slot
    if first != UNKNOWN and s.nodes[first].site == site:
        return first
    if first != UNKNOWN or parent == UNKNOWN:
        slot = hash & s.node_index.mask
        while s.node_index.slots[slot]:
            number = s.node_index.slots[slot] - 1
            if s.nodes[number].site == site and s.nodes[number].parent == parent:
                return number
            slot = (slot + 1) & s.node_index.mask
    if not make_room_for_node(s):
        return fail(s)
    number = s.node_count
    s.node_count += 1
    s.nodes[number] = Node(site, parent, UNKNOWN)
    if parent != UNKNOWN and first == UNKNOWN:
        s.nodes[parent].child = number
    else:
        put(&s.node_index, hash, number)
    return number


cdef bint make_room_for_node(Scanner *s) noexcept nogil:
    cdef int32_t number
    cdef const Node *node
    if s.node_count == s.node_room and not enlarge(<void **>&s.nodes, &s.node_room, sizeof(Node)):
        return False
    if is_full(&s.node_index):
        if not make_index(&s.node_index, 2 * (s.node_index.mask + 1)):
            return False
        for number in range(s.node_count):
            node = &s.nodes[number]
            if node.parent == UNKNOWN or s.nodes[node.parent].child != number:
                put(&s.node_index, hash_pair(<uint64_t>node.parent, <uint64_t>node.site), number)
    return True


cdef bint enlarge(void **items, int32_t *room, size_t item_size) noexcept nogil:
    """Double the room for items; False, and nothing changed, without memory."""
    cdef void *larger = realloc(items[0], 2 * <size_t>room[0] * item_size) if room[0] <= INT32_MAX // 2 else NULL
    if larger == NULL:
        return False
    items[0] = larger
    room[0] *= 2
    return True


cdef int32_t fail(Scanner *s) noexcept nogil:
    """There is no memory: take no further line."""
    s.no_memory = s.full = True
    return UNKNOWN


# -- frames

cdef inline void add_frame(Scanner *s, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t text, int32_t level) noexcept nogil:
    cdef Frames *frames = &s.frames
    cdef Py_ssize_t row = frames.count
    cdef Header none
    if not s.open or (level == 0 and s.threads.frames[s.threads.count - 1]):
        close_thread(s)
        none.number = none.lwp = none.name_start = UNKNOWN
        none.pthread = none.name_size = 0
        add_thread(s, start, &none)
    frames.level[row] = level
    frames.line[row] = <int32_t>s.line
    frames.start[row] = start
    frames.stop[row] = stop
    frames.count += 1
    if frames.count == frames.room:
        s.full = True
    s.threads.frames[s.threads.count - 1] += 1
    s.threads.stop[s.threads.count - 1] = s.at
    s.text = text
    s.frame_open = s.at < s.size and s.data[s.at] == c" "  # else the next line does not continue it
    if not s.frame_open:
        split_frame(s, row)


cdef inline void close_frame(Scanner *s) noexcept nogil:
    if s.frame_open:
        s.frame_open = False
        split_frame(s, s.frames.count - 1)


cdef void split_frame(Scanner *s, Py_ssize_t row) noexcept nogil:
    """Split the open frame now that its continuation lines are known."""
    cdef Py_ssize_t at = skip_blanks(s.data, s.text, s.frames.stop[row])
    cdef Py_ssize_t stop = trim_blanks(s.data, at, s.frames.stop[row])
    cdef Form *form = s.last.next
    cdef uint64_t pc
    cdef Py_ssize_t end = read_hex(s.data, at, stop, &pc)
    cdef bint has_pc = end > at
    at = end
    if has_pc and not s.eu_stack:
        at = skip_blanks(s.data, at, stop)
        if starts(s.data, at, stop, b"in") and at + 2 < stop and classes[s.data[at + 2]] & IS_BLANK:
            at = skip_blanks(s.data, at + 2, stop)
    if not fits(s, form, at, stop, has_pc):
        form = find_form(s, at, stop, pc, has_pc)
    s.frames.pc[row] = pc
    s.frames.site[row] = form.site
    if form.has_args:
        s.frames.args_start[row] = at + form.prefix_size
        s.frames.args_size[row] = narrow(s, stop - form.suffix_size - at - form.prefix_size)
    else:
        s.frames.args_start[row] = UNKNOWN
        s.frames.args_size[row] = 0
    if form != &s.odd:
        s.last.next = form
        s.last = form


cdef inline bint fits(const Scanner *s, const Form *form, Py_ssize_t at, Py_ssize_t stop, bint has_pc) noexcept nogil:
    """Does splitting `data[at:stop]` give this form's function and location, and the arguments that stand between them?

    With the same prefix, the arguments begin where it ends, unless they now read `(anonymous namespace)`: that prefix
    has no earlier candidate (a form is plain), and what is found up to its end depends on nothing behind it.
    With the same suffix, the location is the same if the arguments end where the suffix begins: they do if no other
    parenthesis and no quote stands between, else `match_arguments` says it.
    """
    cdef const uint8_t *data = s.data
    cdef Py_ssize_t args = at + form.prefix_size, closing = stop - form.suffix_size
    cdef uint8_t quotes = IS_QUOTE
    if args > closing or form.has_pc != has_pc:
        return False
    if not same_bytes(data + closing, data + form.suffix, form.suffix_size):
        return False
    if not same_bytes(data + at, data + form.prefix, form.prefix_size):
        return False
    if not form.has_args:
        return args == stop and form.prefix_size > 0
    if data[args] == c"a" and starts(data, args - 1, stop, b"(anonymous namespace)"):
        return False
    return (
        find_bracket_or_quote(data + args, data + s.size) == data + closing
        or match_arguments(data, args - 1, stop, &quotes) == closing
    )


cdef Form *find_form(Scanner *s, Py_ssize_t at, Py_ssize_t stop, uint64_t pc, bint has_pc) noexcept nogil:
    """The form of `data[at:stop]`: from the cache, or by splitting it.

    The key is the text's first and last bytes, and the address's last digits: they survive another load address.
    """
    cdef uint64_t first = load_word(s.data + at, stop - at)
    cdef uint64_t last = load_word(s.data + max(at, stop - 8), stop - at)
    cdef uint64_t hash = hash_pair(first, last ^ (pc & 0xfff))
    cdef int32_t *slot = &s.form_slots[hash & s.cache_mask]
    cdef Form *form = &s.forms[slot[0]]
    cdef Split split
    if form.hash == hash and fits(s, form, at, stop, has_pc):  # else comparing would fetch text from afar
        return form
    if s.eu_stack:
        split_eu_frame(s, at, stop, &split)
    else:
        split_gdb_frame(s.data, at, stop, &split)
    form = &s.odd
    if split.plain:
        s.newest_form = s.newest_form % (s.form_count - 1) + 1
        slot[0] = s.newest_form
        form = &s.forms[s.newest_form]
    form.hash = hash
    form.has_pc = has_pc
    form.has_args = split.args_start != UNKNOWN
    form.prefix = at
    form.prefix_size = (split.args_start if form.has_args else stop) - at
    form.suffix = split.args_stop if form.has_args else stop
    form.suffix_size = stop - form.suffix
    form.site = find_site(s, &split, has_pc)
    form.next = s.forms
    return form


cdef int32_t find_site(Scanner *s, const Split *split, bint has_pc) noexcept nogil:
    cdef const uint8_t *locations = s.joined if s.eu_stack else <uint8_t *>s.data
    cdef uint64_t hash = hash_bytes(s.data + split.function, split.function_size, has_pc)
    cdef size_t slot
    cdef int32_t number
    cdef Site *site
    hash = hash_bytes(locations + split.location, split.location_size, hash)
    slot = hash & s.site_index.mask
    while s.site_index.slots[slot]:
        number = s.site_index.slots[slot] - 1
        site = &s.sites[number]
        if (
            site.hash == hash
            and site.has_pc == has_pc
            and site.function_size == split.function_size
            and site.location_size == split.location_size
            and memcmp(s.data + site.function, s.data + split.function, split.function_size) == 0
            and memcmp(locations + site.location, locations + split.location, split.location_size) == 0
        ):
            return number
        slot = (slot + 1) & s.site_index.mask
    if not make_room_for_site(s):
        return fail(s)
    number = s.site_count
    s.site_count += 1
    s.sites[number] = Site(
        hash, split.function, split.function_size, split.location, split.location_size, has_pc
    )
    put(&s.site_index, hash, number)
    if s.eu_stack:
        s.joined_size += split.location_size
    return number


cdef bint make_room_for_site(Scanner *s) noexcept nogil:
    cdef int32_t number
    if s.site_count == s.site_room and not enlarge(<void **>&s.sites, &s.site_room, sizeof(Site)):
        return False
    if is_full(&s.site_index):
        if not make_index(&s.site_index, 2 * (s.site_index.mask + 1)):
            return False
        for number in range(s.site_count):
            put(&s.site_index, s.sites[number].hash, number)
    return True


cdef void split_eu_frame(Scanner *s, Py_ssize_t at, Py_ssize_t stop, Split *split) noexcept nogil:
    """Split a frame's text behind its address.  Its location is put behind `joined`; `find_site` may leave it there."""
    cdef const uint8_t *data = s.data
    cdef Py_ssize_t line_end = find_byte(data, at, stop, c"\n")
    cdef Py_ssize_t module, name_end, source, source_end, size = 0
    line_end = stop if line_end < 0 else line_end
    if starts(data, at, stop, b" - 1") and (at + 4 == line_end or data[at + 4] == c" "):
        at += 4
    module = line_end - 3
    while module >= at and not starts(data, module, line_end, b" - "):
        module -= 1
    if module < at or not (starts(data, module + 3, line_end, b"/") or starts(data, module + 3, line_end, b"[")):
        module = -1
    name_end = line_end if module < 0 else module
    at = min(skip_blanks(data, at, name_end), name_end)
    split.function, split.function_size = at, trim_blanks(data, at, name_end) - at
    split.location = s.joined_size
    split.args_start = split.args_stop = UNKNOWN
    split.plain = True
    if module >= 0:
        size = join(s, size, b"from ", module + 3, trim_blanks(data, module + 3, line_end))
    source = skip_blanks(data, line_end, stop)
    if source < stop:
        source_end = find_byte(data, source, stop, c"\n")
        source_end = trim_blanks(data, source, stop if source_end < 0 else source_end)
        size = join(s, size, b" at " if size else b"at ", source, source_end)
    split.location_size = size


cdef Py_ssize_t join(Scanner *s, Py_ssize_t size, const char *word, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Append `word` and `data[start:stop]` to the `size` bytes behind `joined`; returns their new size."""
    cdef Py_ssize_t word_size = strlen(word), end = s.joined_size + size
    cdef Py_ssize_t needed = end + word_size + stop - start
    cdef uint8_t *larger
    if needed > s.joined_room:
        larger = <uint8_t *>realloc(s.joined, 2 * needed)
        if larger == NULL:
            fail(s)
            return size
        s.joined = larger
        s.joined_room = 2 * needed
    memcpy(s.joined + end, word, word_size)
    memcpy(s.joined + end + word_size, s.data + start, stop - start)
    return size + word_size + stop - start


# -- the door

def scan(data, int dialect):
    """Scan a whole buffer (anything that gives its bytes in one piece); `dialect` says how frames are written."""
    cdef Scanner scanner
    cdef Py_buffer buffer
    memset(&scanner, 0, sizeof(Scanner))
    PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
    try:
        scanner.data = <const uint8_t *>buffer.buf
        scanner.size = buffer.len
        scanner.eu_stack = dialect == EU_STACK
        return run(&scanner)
    finally:
        free_scanner(&scanner)
        PyBuffer_Release(&buffer)


cdef object run(Scanner *s):
    columns = _columns.Columns()
    prepare(s, columns)
    while s.at < s.size:
        make_rows(s, columns)
        with nogil:
            take_lines(s)
        check(s)
    close_thread(s)
    check(s)
    finish(s, columns)
    return columns


cdef int check(const Scanner *s) except -1:
    if s.no_memory:
        raise MemoryError
    if s.too_large or s.line > INT32_MAX:
        raise OverflowError("a line's number, or the size of a name or of arguments, has more than 31 bits")
    return 0


cdef int prepare(Scanner *s, columns) except -1:
    """Tables and caches in proportion to the buffer: a dump of 80 kB is scanned in the time that a megabyte is touched."""
    cdef size_t slots = 1 << 8
    cdef array.array counts = columns.lines_by_kind
    while slots < 1 << 16 and slots < <size_t>s.size >> 10:
        slots <<= 1
    s.cache_mask = slots - 1
    s.form_count = s.site_room = s.node_room = <int32_t>slots // 4
    s.joined_room = 64
    s.form_slots = <int32_t *>calloc(slots, sizeof(int32_t))
    s.forms = <Form *>calloc(s.form_count, sizeof(Form))
    s.stacks = <int32_t *>calloc(slots, sizeof(int32_t))
    s.sites = <Site *>malloc(s.site_room * sizeof(Site))
    s.nodes = <Node *>malloc(s.node_room * sizeof(Node))
    s.joined = <uint8_t *>malloc(s.joined_room)
    if s.form_slots == NULL or s.forms == NULL or s.stacks == NULL or s.sites == NULL or s.nodes == NULL or s.joined == NULL:
        raise MemoryError
    if not make_index(&s.site_index, slots // 2) or not make_index(&s.node_index, slots // 2):
        raise MemoryError
    s.last = s.forms[0].next = s.forms
    s.block = -64
    s.lines_by_kind = <int64_t *>counts.data.as_voidptr
    return 0


cdef void free_scanner(Scanner *s) noexcept nogil:
    free(s.site_index.slots)
    free(s.sites)
    free(s.node_index.slots)
    free(s.nodes)
    free(s.joined)
    free(s.form_slots)
    free(s.forms)
    free(s.stacks)


cdef int make_rows(Scanner *s, columns) except -1:
    """Make room for more rows in the groups of columns that are full."""
    cdef Py_ssize_t room
    s.full = False
    if s.threads.count == s.threads.room:
        room = s.threads.room = more_rows(s, s.threads.count, c"T")
        s.threads.number = <int64_t *>resized(columns.thread_number, room)
        s.threads.lwp = <int64_t *>resized(columns.thread_lwp, room)
        s.threads.pthread = <uint64_t *>resized(columns.thread_pthread, room)
        s.threads.name_start = <int64_t *>resized(columns.thread_name_start, room)
        s.threads.name_size = <int32_t *>resized(columns.thread_name_size, room)
        s.threads.line = <int32_t *>resized(columns.thread_line, room)
        s.threads.start = <int64_t *>resized(columns.thread_start, room)
        s.threads.stop = <int64_t *>resized(columns.thread_stop, room)
        s.threads.first = <int32_t *>resized(columns.thread_first, room)
        s.threads.frames = <int32_t *>resized(columns.thread_frames, room)
        s.threads.node = <int32_t *>resized(columns.thread_node, room)
    if s.frames.count == s.frames.room:
        room = s.frames.room = more_rows(s, s.frames.count, c"#")
        s.frames.site = <int32_t *>resized(columns.frame_site, room)
        s.frames.level = <int32_t *>resized(columns.frame_level, room)
        s.frames.pc = <uint64_t *>resized(columns.frame_pc, room)
        s.frames.line = <int32_t *>resized(columns.frame_line, room)
        s.frames.start = <int64_t *>resized(columns.frame_start, room)
        s.frames.args_start = <int64_t *>resized(columns.frame_args_start, room)
        s.frames.args_size = <int32_t *>resized(columns.frame_args_size, room)
        s.frames.stop = <int64_t *>resized(columns.frame_stop, room)
    if s.notes.count == s.notes.room:
        room = s.notes.room = more_rows(s, s.notes.count, c"[")
        s.notes.line = <int32_t *>resized(columns.note_line, room)
        s.notes.start = <int64_t *>resized(columns.note_start, room)
    if s.unparsed.count == s.unparsed.room:
        room = s.unparsed.room = max(256, 2 * s.unparsed.count)
        s.unparsed.line = <int32_t *>resized(columns.unparsed_line, room)
        s.unparsed.start = <int64_t *>resized(columns.unparsed_start, room)
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


cdef void *resized(array.array column, Py_ssize_t rows) except NULL:
    """A column's memory, with room for these rows.

    Large pages take a fifth to a third off the whole scan.  A block of so many of them, less what `malloc` adds, starts
    at a page's border; what is too much is never touched.
    """
    cdef Py_ssize_t size = rows * column.ob_descr.itemsize, large_page = 1 << 21
    if size >= large_page // 2:
        size = (size + 32 + large_page - 1) // large_page * large_page - 32
        rows = size // column.ob_descr.itemsize
    array.resize(column, rows)
    advise_large_pages(column.data.as_voidptr, size)
    return column.data.as_voidptr


cdef int finish(Scanner *s, columns) except -1:
    """Cut the columns to their rows, and add those of sites and nodes."""
    cdef const char *locations = <const char *>(s.joined if s.eu_stack else <uint8_t *>s.data)
    cdef list functions = columns.site_function, places = columns.site_location
    cdef int8_t *has_pc = <int8_t *>resized(columns.site_has_pc, s.site_count)
    cdef int32_t *node_site = <int32_t *>resized(columns.node_site, s.node_count)
    cdef int32_t *node_parent = <int32_t *>resized(columns.node_parent, s.node_count)
    cdef int32_t number
    cdef const Site *site
    for number in range(s.site_count):
        site = &s.sites[number]
        functions.append(PyBytes_FromStringAndSize(<const char *>s.data + site.function, site.function_size))
        places.append(PyBytes_FromStringAndSize(locations + site.location, site.location_size))
        has_pc[number] = site.has_pc
    for number in range(s.node_count):
        node_site[number] = s.nodes[number].site
        node_parent[number] = s.nodes[number].parent
    rows = {
        "thread": s.threads.count,
        "frame": s.frames.count,
        "note": s.notes.count,
        "unparsed": s.unparsed.count,
        "site": s.site_count,
        "node": s.node_count,
    }
    for name in columns.__slots__:
        column = getattr(columns, name)
        group = name.partition("_")[0]
        if group in rows and not isinstance(column, list):
            array.resize_smart(column, rows[group])
    return 0

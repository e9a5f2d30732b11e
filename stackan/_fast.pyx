"""The native scanner: the same columns as `stackan._reference.scan`, on every input.

`_reference.py` is the specification: it says what each line and each part of a frame is.  What serves the same purpose
has the same name here and there, so that the two can be read side by side.  This is what is different:

* Rows are written straight into the memory of the `Columns` that are given back.  The scan runs without the GIL until a
  group of columns is full, comes back for more room, and goes on.
* A *form* is a frame's text without its arguments, from its address on.  Frames follow each other as they did before, so
  the forms that followed last time are tried first (one fits 9 times in 10), then the one with the same address.  Where a
  form fits, comparing it replaces splitting the text, and even the search for the line's end (`take_known_frames`).  Forms
  are copies, side by side: the texts that a dump repeats stay near.
* A thread whose frames are the calls of an earlier thread gets its node without a walk.
* Tables that grow are indexed by keyed hashes.  The caches forget everything when they are full; a miss costs one split
  or walk.
* A text may also pass by in pieces and only be counted: see `Tally`.

So each byte is looked at a bounded number of times, on any input.  Nothing outside the buffer is read, even if another
thread changes its bytes meanwhile: no position comes from what was read a second time.
"""

from cpython cimport array
from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBUF_WRITE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport INT32_MAX, UINT32_MAX, int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove, memset, strlen

import os

from stackan.model import columns as _columns
from stackan.model import debugger_phrases as _words

cdef extern from "_fast.h" nogil:
    uint64_t load_word(const uint8_t *at, size_t size)
    uint64_t mix(uint64_t left, uint64_t right)
    bint HAVE_LANES
    int first_bit(uint64_t mask)
    uint64_t newline_mask(const uint8_t *at)
    const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end)
    bint is_same(const uint8_t *left, const uint8_t *right, size_t size)
    const uint8_t *find_either(const uint8_t *at, const uint8_t *end, uint8_t first, uint8_t second)
    const uint8_t *find_end_of_arguments(const uint8_t *at, const uint8_t *end)
    void fetch_ahead(const uint8_t *at)
    bint load_16_digits(const uint8_t *at, uint64_t *value)
    void *allocate(size_t size)
    void release(void *start, size_t size)

include "_fast_words.pxi"
include "_fast_tables.pxi"
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


cdef enum:
    ESCAPE = 27
    LOOK = 18  # `0x` and the digits of an address, as they are usual
    KEY = 10  # its last eight digits


cdef uint64_t EIGHT_BLANKS = 0x2020202020202020ULL


# -- lines

cdef void take_lines(Scanner *s) noexcept nogil:
    """Take lines until the end, or until there is no room for another one."""
    cdef Py_ssize_t start, end, stop
    cdef int kind
    while s.at < s.whole and not s.full:
        if s.open and not s.frame_open and take_known_frames(s):
            continue
        start, end = s.at, find_newline(s)
        s.line += 1
        stop = end - 1 if end > start and s.data[end - 1] == c"\r" else end
        s.at = min(end + 1, s.size)
        kind = take(s, start, stop)
        if s.passes_by:
            watch(s, kind, start, stop)
        s.lines_by_kind[kind] += 1


cdef bint take_known_frames(Scanner *s) noexcept nogil:
    """Take frames of known forms, as long as each is a line of its own; False if there is none.

    `take` would do the same with them: this is the way for nearly all lines of a dump, whose ends need no search.
    """
    cdef const uint8_t *data = s.data
    cdef Frames frames = s.frames
    cdef Py_ssize_t at = s.at, row = frames.count, thread_start = s.thread_start - s.origin, size = s.size, text, args, end
    cdef Form *last = s.last
    cdef Form *form
    while row < frames.room - 1 and at < s.whole:
        fetch_ahead(data + at)
        text = at + 4
        if size - text < LOOK or not is_usual_level(data + at, size - at) or (data[at + 1] == c"0" and row > s.first_frame):
            break
        form = guess_form(s, last, data + text)
        end = find_known_end(data, size, form, text)
        if end < 0 or end - at > INT32_MAX or (end + 1 < size and data[end + 1] == c" "):  # else it may be continued
            break
        args = text + form.prefix_size
        frames.call[row] = form.call
        frames.start[row] = <uint32_t>(at - thread_start)
        frames.args_start[row] = <int32_t>(args - at) if form.has_args else UNKNOWN
        frames.args_size[row] = <int32_t>(end - form.suffix_size - args)
        row += 1
        last = form
        at = end + 1
    if row == frames.count:
        return False
    s.lines_by_kind[FRAME] += row - frames.count
    s.line += row - frames.count
    s.frames.count = row
    s.last = last
    s.at = at
    s.thread_stop = s.origin + at
    s.frame_stop = at - 1
    s.block, s.newlines = at - 64, 0
    return True


cdef inline Form *guess_form(const Scanner *s, Form *last, const uint8_t *text) noexcept nogil:
    """The form that a text most likely has, behind a frame of the form `last`; eight digits of its address show it."""
    cdef uint64_t key = load_word(text + KEY, 8)
    cdef Form *form = last.next
    if key == last.next_key:
        return form
    if key == last.other_key:
        form = last.other
    elif text[1] == c"x":
        form = <Form *>find_record(&s.forms, form_hash(text, LOOK))
        if form == NULL:
            return last.next
    else:
        return last.next
    follow(last, form, key)
    return form


cdef inline void follow(Form *last, Form *form, uint64_t key) noexcept nogil:
    """Note which form has followed another one."""
    last.other, last.other_key = last.next, last.next_key
    last.next, last.next_key = form, key


cdef inline Py_ssize_t find_known_end(const uint8_t *data, Py_ssize_t size, const Form *form, Py_ssize_t text) noexcept nogil:
    """The end of the line whose frame's text, at `text`, has a form; -1 if it has another one, or that is not easy to see.

    This says the same as `fits`.  As no newline is in the form or in the arguments, the next one is the line's end.
    """
    cdef const uint8_t *known = <const uint8_t *>(form + 1)
    cdef Py_ssize_t args = text + form.prefix_size, end
    if not form.is_line or args + form.suffix_size >= size or not is_same(data + text, known, form.prefix_size):
        return -1
    end = args
    if form.has_args:
        if data[args] == c"a" and starts(data, args - 1, size, b"(anonymous namespace)"):
            return -1
        end = find_end_of_arguments(data + args, data + size) - data
        if end + form.suffix_size >= size or not is_same(data + end, known + form.prefix_size, form.suffix_size):
            return -1
        end += form.suffix_size
    return end if data[end] == c"\n" else -1


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


cdef inline int take(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Take one line, `data[start:stop]`; `s.at` is where the next begins.  Returns the line's kind."""
    cdef Header header
    cdef uint8_t first
    if stop == start:
        return take_blank(s)
    first = s.data[start]
    if first == c"#" and take_frame(s, start, stop):
        return FRAME
    if first == c" " and is_deep(s, start, stop):
        s.has_locals = True
        s.thread_stop = s.origin + s.at
        return LOCALS
    if first == c"T" and read_header(s.data, start, stop, &header):
        close_thread(s)
        add_thread(s, start, &header)
        return THREAD
    if first == c" " or first == c"\t":
        return take_indented(s, start, stop)
    close_frame(s)
    return take_other(s, start, stop)


cdef inline bint is_deep(const Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Is this the usual line of locals: eight blanks, behind a frame, and not blank to its end?

    `take_indented` would say so, too; where locals are printed, nearly all lines are such.
    """
    return (
        stop - start > 8
        and load_word(s.data + start, 8) == EIGHT_BLANKS
        and s.data[stop - 1] > c" "
        and s.open
        and not s.frame_open
        and s.frames.count > s.first_frame
    )


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
        s.frame_stop = stop
        s.thread_stop = s.origin + s.at
        return CONTINUATION
    close_frame(s)
    if s.open and (s.data[start] == c"\t" or (s.frames.count > s.first_frame and (indent - start >= 8 or s.has_locals))):
        s.has_locals = True
        s.thread_stop = s.origin + s.at
        return LOCALS
    if (
        (0 < s.noted == s.line - 1 and indent - start < 8)
        or is_table_row(s.data, start, indent, stop)
        or (not s.open and is_outside_detail(s.data, start, indent, stop))
    ):
        return add_note(s, &s.notes, start, NOISE)
    return add_note(s, &s.unparsed, start, UNPARSED)


cdef int take_other(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    cdef bint inside = s.open and s.frames.count > s.first_frame
    if inside and is_word_line(&locals_lines, s.data, start, stop):
        s.thread_stop = s.origin + s.at
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
        s.thread_stop = s.origin + s.at
        return LOCALS
    if not s.open and is_bare_frame(s.data, start, stop):
        return add_note(s, &s.notes, start, NOISE)
    return add_note(s, &s.unparsed, start, UNPARSED)


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


# -- frames

cdef inline bint take_frame(Scanner *s, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Take a frame's line, unless its `#` is followed by something else than a level and a blank."""
    cdef const uint8_t *line = s.data + start
    cdef bint innermost
    cdef int64_t level
    cdef Py_ssize_t end
    if is_usual_level(line, stop - start):
        innermost = line[1] == c"0" and (line[2] == c"0" or line[2] == c" ")
        end = start + 4
    else:
        end = read_number(s.data, start + 1, stop, &level)
        if not start + 1 < end <= start + 10 or (end < stop and s.data[end] != c" "):
            return False
        innermost = level == 0
    if s.frame_open:
        close_frame(s)
    if not s.open or (innermost and s.frames.count > s.first_frame):
        add_nameless_thread(s, start)
    s.frames.count += 1
    s.thread_stop = s.origin + s.at
    s.frame_start, s.frame_stop, s.text = start, stop, end
    s.frame_open = may_be_continued(s)
    if not s.frame_open:
        split_frame(s)
    return True


cdef inline bint is_usual_level(const uint8_t *line, Py_ssize_t size) noexcept nogil:
    """`#5  ` or `#12 `, and then no further blank."""
    return (
        size > 4
        and line[0] == c"#"
        and line[3] == c" "
        and classes[line[1]] & IS_DIGIT
        and (line[2] == c" " or classes[line[2]] & IS_DIGIT)
        and not classes[line[4]] & IS_BLANK
    )


cdef void add_nameless_thread(Scanner *s, Py_ssize_t start) noexcept nogil:
    cdef Header none
    close_thread(s)
    none.number = none.lwp = none.name_start = UNKNOWN
    none.pthread = none.name_size = 0
    add_thread(s, start, &none)


cdef inline bint may_be_continued(const Scanner *s) noexcept nogil:
    """Does the next line begin like a continuation?  Locals, which are indented further, do not."""
    if s.at >= s.size or s.data[s.at] != c" ":
        return False
    return s.at + 8 > s.size or load_word(s.data + s.at, 8) != EIGHT_BLANKS


cdef inline void close_frame(Scanner *s) noexcept nogil:
    if s.frame_open:
        s.frame_open = False
        split_frame(s)


cdef inline void split_frame(Scanner *s) noexcept nogil:
    """Write the newest frame's row, now that its continuation lines are known."""
    cdef Frames *frames = &s.frames
    cdef Py_ssize_t row = frames.count - 1
    cdef Py_ssize_t at = skip_blanks(s.data, s.text, s.frame_stop)
    cdef Py_ssize_t stop = trim_blanks(s.data, at, s.frame_stop)
    cdef Form *form = find_form(s, at, stop)
    frames.call[row] = form.call
    frames.start[row] = <uint32_t>(s.origin + s.frame_start - s.thread_start)
    if form.has_args:
        frames.args_start[row] = narrow(s, at + form.prefix_size - s.frame_start)
        frames.args_size[row] = narrow(s, stop - form.suffix_size - at - form.prefix_size)
    else:
        frames.args_start[row] = UNKNOWN
        frames.args_size[row] = 0
    if frames.count == frames.room:
        s.full = True
    if form != &s.odd:
        if stop - at >= LOOK:
            follow(s.last, form, load_word(s.data + at + KEY, 8))
        s.last = form


cdef inline bint fits(const uint8_t *data, const Form *form, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    """Does splitting `data[at:stop]` give this form's call, and the arguments that are between prefix and suffix?

    With the same prefix, the arguments begin where it ends, unless they now read `(anonymous namespace)`: that prefix
    has no earlier candidate (a form is plain), and what is found up to its end depends on nothing behind it.
    With the same suffix, the location is the same if the arguments end where the suffix begins.
    """
    cdef const uint8_t *known = <const uint8_t *>(form + 1)
    cdef Py_ssize_t args = at + form.prefix_size, closing = stop - form.suffix_size
    cdef uint8_t quotes = IS_QUOTE
    if args > closing or not is_same(data + at, known, form.prefix_size):
        return False
    if not form.has_args:
        return args == stop
    if not is_same(data + closing, known + form.prefix_size, form.suffix_size):
        return False
    if data[args] == c"a" and starts(data, args - 1, stop, b"(anonymous namespace)"):
        return False
    return match_arguments(data, args - 1, stop, &quotes) == closing


cdef inline uint64_t form_hash(const uint8_t *text, Py_ssize_t size) noexcept nogil:
    """The key of a form: an address; else, of inlined frames, the text up to its first parenthesis, and the end."""
    cdef const uint8_t *bracket
    if size >= LOOK and text[0] == c"0" and text[1] == c"x":
        return hash_pair(load_word(text + 2, 8), load_word(text + 10, 8))
    bracket = <const uint8_t *>memchr(text, c"(", size)
    return hash_bytes(text, bracket - text if bracket != NULL else size, load_word(text + max(0, size - 8), min(8, size)))


cdef Form *find_form(Scanner *s, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    """The form of `data[at:stop]`: from the cache, or by splitting it."""
    cdef uint64_t hash = form_hash(s.data + at, stop - at)
    cdef Form *form
    cdef Split split
    cdef uint64_t pc
    cdef Py_ssize_t end
    cdef bint has_pc
    cdef int32_t call
    form = <Form *>find_record(&s.forms, hash)
    if form != NULL and fits(s.data, form, at, stop):
        return form
    end = read_hex(s.data, at, stop, &pc)
    has_pc = end > at
    if s.eu_stack:
        split_eu_frame(s, end, stop, &split)
    else:
        if has_pc:
            end = skip_in(s.data, end, stop)
        split_gdb_frame(s.data, end, stop, &split)
    call = find_call(s, find_site(s, &split, has_pc), pc)
    form = &s.odd
    form.has_args = split.args_start != UNKNOWN
    form.prefix_size = narrow(s, (split.args_start if form.has_args else stop) - at)
    form.suffix_size = narrow(s, stop - split.args_stop) if form.has_args else 0
    form.call = call
    return remember_form(s, at, stop, hash) if split.plain and stop > at else form


cdef void forget_last(Scanner *s) noexcept nogil:
    s.none.next_key = s.none.other_key = 0
    s.none.next = s.none.other = s.last = &s.none


cdef Form *remember_form(Scanner *s, Py_ssize_t at, Py_ssize_t stop, uint64_t hash) noexcept nogil:
    """Put the odd form into the cache; `data[at:stop]` is its text."""
    cdef Form *form = &s.odd
    cdef uint8_t *known
    cdef size_t size = sizeof(Form) + form.prefix_size + form.suffix_size
    if not is_worth_it(&s.forms, size):
        return form
    if forget_if_full(&s.forms, size):
        forget_last(s)
    form = <Form *>add_record(&s.forms, hash, size)
    form[0] = s.odd
    form.next_key = form.other_key = 0
    form.next = form.other = &s.none
    form.is_line = find_byte(s.data, at, at + form.prefix_size, c"\n") < 0 and find_byte(s.data, stop - form.suffix_size, stop, c"\n") < 0
    known = <uint8_t *>(form + 1)
    memcpy(known, s.data + at, form.prefix_size)
    memcpy(known + form.prefix_size, s.data + stop - form.suffix_size, form.suffix_size)
    return form


cdef inline Py_ssize_t skip_in(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    """Behind the `in` that gdb writes between an address and a function, and the blanks around it."""
    at = skip_blanks(data, at, stop)
    if starts(data, at, stop, b"in") and at + 2 < stop and classes[data[at + 2]] & IS_BLANK:
        return skip_blanks(data, at + 2, stop)
    return at


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


cdef int32_t find_site(Scanner *s, const Split *split, bint has_pc) noexcept nogil:
    cdef const uint8_t *function = s.data + split.function
    cdef const uint8_t *location = (<const uint8_t *>s.joined if s.eu_stack else s.data) + split.location
    cdef uint64_t hash = hash_bytes(location, split.location_size, hash_bytes(function, split.function_size, has_pc))
    cdef size_t at = 0
    cdef int32_t number = next_like(&s.site_index, hash, &at)
    cdef Site *site
    while number >= 0:
        site = &s.sites[number]
        if (
            site.hash == hash
            and site.has_pc == has_pc
            and site.function_size == split.function_size
            and site.location_size == split.location_size
            and memcmp(site.function, function, split.function_size) == 0
            and memcmp(site.location, location, split.location_size) == 0
        ):
            return number
        number = next_like(&s.site_index, hash, &at)
    if s.site_count == s.site_room and not enlarge(<void **>&s.sites, &s.site_room, sizeof(Site)):
        return fail(s)
    if s.passes_by:
        function = keep_text(&s.texts, function, split.function_size)
    if s.passes_by or s.eu_stack:
        location = keep_text(&s.texts, location, split.location_size)
    if function == NULL or location == NULL:
        return fail(s)
    number = s.site_count
    if not put(&s.site_index, hash, number):
        return fail(s)
    s.site_count += 1
    s.sites[number] = Site(hash, function, location, split.function_size, split.location_size, has_pc, UNKNOWN)
    return number


cdef void split_eu_frame(Scanner *s, Py_ssize_t at, Py_ssize_t stop, Split *split) noexcept nogil:
    """Split a frame's text behind its address; its location is put into `joined`."""
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
    split.location = 0
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
    """Append `word` and `data[start:stop]` to the `size` bytes of `joined`; returns their new size."""
    cdef Py_ssize_t word_size = strlen(word)
    cdef Py_ssize_t needed = size + word_size + stop - start
    cdef uint8_t *larger
    if needed > s.joined_room:
        larger = <uint8_t *>realloc(s.joined, 2 * needed)
        if larger == NULL:
            fail(s)
            return size
        s.joined = larger
        s.joined_room = 2 * needed
    memcpy(s.joined + size, word, word_size)
    memcpy(s.joined + size + word_size, s.data + start, stop - start)
    return needed


# -- the door

def scan(data, int dialect):
    """Scan a whole buffer (anything that gives its bytes in one piece); `dialect` says how frames are written."""
    cdef Scanner scanner
    cdef Py_buffer buffer
    memset(&scanner, 0, sizeof(Scanner))
    PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
    try:
        scanner.data = <const uint8_t *>buffer.buf
        scanner.size = scanner.whole = buffer.len
        scanner.eu_stack = dialect == EU_STACK
        return run(&scanner)
    finally:
        free_scanner(&scanner)
        PyBuffer_Release(&buffer)


cdef object run(Scanner *s):
    columns = _columns.Columns()
    threads, frames, notes, unparsed = Rows(THREAD_COLUMNS), Rows(FRAME_COLUMNS), Rows(NOTE_COLUMNS), Rows(UNPARSED_COLUMNS)
    prepare(s, columns)
    while s.at < s.whole:
        make_rows(s, threads, frames, notes, unparsed)
        with nogil:
            take_lines(s)
        check(s)
    close_thread(s)
    check(s)
    give(threads, columns, s.threads.count)
    give(frames, columns, s.frames.count)
    give(notes, columns, s.notes.count)
    give(unparsed, columns, s.unparsed.count)
    give_tables(s, columns)
    return columns


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
        make_room(threads, s.threads.count, more_rows(s, s.threads.count, c"T"))
        use_threads(s, threads)
    if s.frames.count == s.frames.room:
        make_room(frames, s.frames.count, more_rows(s, s.frames.count, c"#"))
        use_frames(s, frames)
    if s.notes.count == s.notes.room:
        make_room(notes, s.notes.count, more_rows(s, s.notes.count, c"["))
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


include "_fast_tally.pxi"
include "_fast_logs.pxi"
include "_fast_written.pxi"
include "_fast_json.pxi"
include "_fast_folded.pxi"

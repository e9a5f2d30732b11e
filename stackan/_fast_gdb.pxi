# Part of _fast.pyx: lines and frames as gdb and eu-stack write them; `_reference.py` says what each of them is.

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
    call = find_call(s, find_split_site(s, &split, has_pc), pc)
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


cdef int32_t find_split_site(Scanner *s, const Split *split, bint has_pc) noexcept nogil:
    cdef const uint8_t *locations = <const uint8_t *>s.joined if s.eu_stack else s.data
    return find_site(
        s,
        s.data + split.function,
        split.function_size,
        locations + split.location,
        split.location_size,
        has_pc,
        s.passes_by,
        s.passes_by or s.eu_stack,
    )


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

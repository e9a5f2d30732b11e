# Part of _fast.pyx: the small grammars of `_reference.py`, which describes them, under the same names and in the same order.
# All work on data[at:stop] or data[start:stop], read nothing outside of it, and allocate nothing.

cdef struct Split:
    Py_ssize_t function, function_size
    Py_ssize_t location, location_size
    Py_ssize_t args_start, args_stop  # UNKNOWN if there are none
    bint plain  # other frames may be split like this one: see `fits`

cdef struct Arguments:
    Py_ssize_t start, stop
    bint plain  # the first candidate, closed by the parenthesis that matches it


cdef bint read_header(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop, Header *header) noexcept nogil:
    cdef Py_ssize_t at, end, opening, closing
    cdef int64_t lwp
    header.number = header.lwp = header.name_start = UNKNOWN
    header.pthread = header.name_size = 0
    if starts(data, start, stop, b"TID "):
        at = read_number(data, start + 4, stop, &header.lwp)
        return start + 4 < at <= start + 14 and at < stop and data[at] == c":"
    if not starts(data, start, stop, b"Thread "):
        return False
    at = read_number(data, start + 7, stop, &header.number)
    if start + 7 < at < stop and data[at] == c".":
        start = at - 6
        at = read_number(data, at + 1, stop, &header.number)
    if not start + 7 < at <= start + 17 or not starts(data, at, stop, b" ("):
        return False
    at += 2
    if starts(data, at, stop, b"Thread ") or starts(data, at, stop, b"thread "):
        at = read_thread_id(data, at + 7, stop, &header.pthread, &header.lwp)
        if at < 0:
            return False
        if starts(data, at, stop, b" ("):
            at += 2
    end = at
    if starts(data, at, stop, b"LWP "):
        end = at + 4
    elif starts(data, at, stop, b"process "):
        end = at + 8
    if end > at:
        at = end
        end = read_number(data, at, stop, &lwp)
        if at < end <= at + 10 and end < stop:  # else the number may be cut
            header.lwp = lwp
    if header.lwp == UNKNOWN and not header.pthread:
        return False
    opening = find_byte(data, at, stop, c'"')
    closing = find_last_byte(data, at, stop, c'"')
    if opening < closing:
        header.name_start = opening + 1
        header.name_size = closing - opening - 1
    return True


cdef Py_ssize_t read_thread_id(
    const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint64_t *pthread, int64_t *lwp
) noexcept nogil:
    """Where the id ends, or -1 if there is none; of its two numbers only one is set."""
    cdef Py_ssize_t end = read_hex(data, at, stop, pthread), inner
    cdef bint negative
    cdef uint64_t thread
    cdef int64_t number
    if end > at:
        return end
    negative = starts(data, at, stop, b"-")
    end = read_number(data, at + negative, stop, &number)
    if not at + negative < end <= at + negative + 10:
        return -1
    if negative:
        pthread[0] = <uint64_t>(-number) << 32 >> 32
        return end
    if starts(data, end, stop, b".0x"):
        inner = read_hex(data, end + 1, stop, &thread)
        if inner == end + 1 or thread >> 32:
            return -1
        number, end = <int64_t>thread, inner
    lwp[0] = number
    return end


cdef bint is_stray_frame(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    cdef uint64_t address
    cdef int64_t number
    cdef Py_ssize_t at = read_hex(data, start, stop, &address)
    if at > start:
        return starts(data, at, stop, b" in ") or starts(data, at, stop, b"-0x")
    at = read_number(data, start, stop, &number)
    return start < at < stop and data[at] == c"\t"


cdef bint is_bare_frame(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    cdef Arguments found
    if not find_arguments(data, start, stop, &found):
        return False
    if found.stop < stop:
        return skip_blanks(data, found.stop + 1, stop) < stop
    return data[trim_blanks(data, start, stop) - 1] == c"," and memchr(data + found.start, c"=", stop - found.start) != NULL


cdef bint is_table_row(const uint8_t *data, Py_ssize_t start, Py_ssize_t indent, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t at
    cdef int64_t number
    if starts(data, start, stop, b"  Id "):
        return True
    if indent - start != 2 or not (starts(data, start, stop, b"* ") or starts(data, start, stop, b"  ")):
        return False
    at = read_number(data, indent, stop, &number)
    if at == indent:
        return False
    if starts(data, at, stop, b"."):
        at = read_number(data, at + 1, stop, &number)
    at = skip_blanks(data, at, stop)
    if starts(data, at, stop, b"0x") or starts(data, at, stop, b'"'):
        return True
    return starts(data, at, stop, b"Thread ") or starts(data, at, stop, b"LWP ") or starts(data, at, stop, b"process ")


cdef bint is_outside_detail(const uint8_t *data, Py_ssize_t start, Py_ssize_t indent, Py_ssize_t stop) noexcept nogil:
    cdef bint behind_tab = indent - start == 1 and data[start] == c"\t"
    return (behind_tab and begins_with_word(&noise_behind_tab, data, indent, stop)) or is_map_detail(data, start, indent)


cdef bint is_map_detail(const uint8_t *data, Py_ssize_t start, Py_ssize_t indent) noexcept nogil:
    return indent - start == 2 and (data[indent] == c"[" or data[indent] == c"/" or data[indent] == c"-")


cdef void split_gdb_frame(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, Split *split) noexcept nogil:
    """Split a frame's text behind its address; it ends with no blank."""
    cdef Arguments args
    split.function = at
    split.args_start = split.args_stop = UNKNOWN
    if not find_arguments(data, at, stop, &args):
        split.location = find_place(data, at, stop)
        split.location_size = stop - split.location
        split.function_size = trim_blanks(data, at, split.location) - at
        split.plain = True
        return
    split.function_size = trim_blanks(data, at, args.start - 1) - at
    split.location = min(skip_blanks(data, args.stop + 1, stop), stop)
    split.location_size = stop - split.location
    split.args_start, split.args_stop = args.start, args.stop
    split.plain = args.plain


cdef bint find_arguments(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, Arguments *found) noexcept nogil:
    """Where the arguments start, and their closing parenthesis (`stop` if the line is cut)."""
    cdef Py_ssize_t begin = at, first = -1, closing
    cdef Py_ssize_t depth = 0
    cdef uint8_t quotes = IS_QUOTE
    cdef uint8_t byte
    while at < stop:
        byte = data[at]
        if not classes[byte] & IN_FUNCTION:
            at += 1
            continue
        if byte == c"o":
            if starts(data, at, stop, b"operator") and (at == begin or not classes[data[at - 1]] & IS_WORD):
                at = skip_operator(data, at + 8, stop)
                continue
        elif byte == c"(":
            if depth == 0 and at > begin and classes[data[at - 1]] & IS_BLANK and not starts(data, at, stop, b"(anonymous namespace)"):
                closing = match_arguments(data, at, stop, &quotes)
                if closing >= 0 and ends_frame(data, closing + 1, stop):
                    found.start, found.stop = at + 1, closing
                    found.plain = first < 0
                    return True
                if first < 0:
                    first = at + 1
                if closing < 0:
                    break  # a second try could only fail again, and take as long
                at = closing + 1
                continue
            depth += 1
        elif byte == c"<" or byte == c"{" or byte == c"[":
            depth += 1
        elif depth and (byte != c">" or data[at - 1] != c"-"):  # `->` closes nothing
            depth -= 1
        at += 1
    if first < 0:
        return False
    closing = find_last_byte(data, first, stop, c")")
    while closing >= 0 and not ends_frame(data, closing + 1, stop):
        closing = find_last_byte(data, first, closing, c")")
    found.start, found.stop = first, closing if closing >= 0 else stop
    found.plain = False
    return True


cdef Py_ssize_t find_place(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t place = stop - 1
    while place >= at and not (data[place] == c" " and (starts(data, place, stop, b" at ") or starts(data, place, stop, b" from "))):
        place -= 1
    return stop if place < at else place + 1


cdef Py_ssize_t skip_operator(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    if starts(data, at, stop, b"()") or starts(data, at, stop, b"[]"):
        return at + 2
    while at < stop and classes[data[at]] & IS_OPERATOR_SIGN:
        at += 1
    return at


cdef Py_ssize_t match_arguments(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint8_t *quotes) noexcept nogil:
    """The parenthesis that closes the one at `at`, or -1; `quotes` are the classes of quotes that may still be closed."""
    cdef Py_ssize_t depth = 0, end
    cdef uint8_t byte
    at = find_bracket_or_quote(data + at, data + stop) - data
    while at < stop:
        byte = data[at]
        at += 1
        if byte == c"(":
            depth += 1
        elif byte == c")":
            depth -= 1
            if depth == 0:
                return at - 1
        elif classes[byte] & quotes[0]:
            end = skip_quoted(data, at - 1, stop)
            if end > stop:
                quotes[0] &= ~classes[byte]
            else:
                at = end
        at = find_bracket_or_quote(data + at, data + stop) - data
    return -1


cdef Py_ssize_t skip_quoted(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    cdef uint8_t quote = data[at]
    at += 1
    while at < stop:
        at = find_either(data + at, data + stop, quote, c"\\") - data
        if at < stop and data[at] == quote:
            return at + 1
        at += 2  # over an escaped byte
    return stop + 1


cdef inline bint ends_frame(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    cdef Py_ssize_t word = skip_blanks(data, at, stop)
    return word == stop or word > at and (starts(data, word, stop, b"at ") or starts(data, word, stop, b"from "))

# Part of _fast.pyx: bytes of a text that all grammars look at in the same way.
# All work on data[at:stop] or data[start:stop], read nothing outside of it; but for `text_of`, all allocate nothing.

cdef inline bint starts(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, const char *word) noexcept nogil:
    cdef Py_ssize_t size = strlen(word)
    return stop - at >= size and memcmp(data + at, word, size) == 0


cdef bint begins_with_word(const Words *words, const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Does `data[start:stop]`, which is not empty, begin with one of these words?"""
    cdef Py_ssize_t i
    if not words.begins[data[start]]:
        return False
    for i in range(words.count):
        if stop - start >= words.sizes[i] and memcmp(data + start, words.texts[i], words.sizes[i]) == 0:
            return True
    return False


cdef bint is_word_line(const Words *words, const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """Is `data[start:stop]`, which is not empty, one of these words?"""
    cdef Py_ssize_t i
    if not words.begins[data[start]]:
        return False
    for i in range(words.count):
        if stop - start == words.sizes[i] and memcmp(data + start, words.texts[i], words.sizes[i]) == 0:
            return True
    return False


cdef inline Py_ssize_t read_number(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, int64_t *value) noexcept nogil:
    """A decimal number at `at`: where it ends, and its value, which means nothing if it has more than ten digits."""
    cdef uint64_t number = 0
    while at < stop and classes[data[at]] & IS_DIGIT:
        number = number * 10 + data[at] - c"0"
        at += 1
    value[0] = <int64_t>number
    return at


cdef inline Py_ssize_t read_hex(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint64_t *value) noexcept nogil:
    """`0x` and up to 16 hex digits at `at`: where they end, and their value; `at` and 0 if there is none."""
    cdef Py_ssize_t end = at + 2
    value[0] = 0
    if not starts(data, at, stop, b"0x"):
        return at
    if stop - end > 16 and not classes[data[end + 16]] & IS_HEX and load_16_digits(data + end, value):
        return end + 16
    value[0] = 0
    while end < stop and classes[data[end]] & IS_HEX:
        value[0] = value[0] << 4 | hex_values[data[end]]
        end += 1
    if end == at + 2 or end > at + 18:
        value[0] = 0
        return at
    return end


cdef inline Py_ssize_t skip_blanks(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    while at < stop and classes[data[at]] & IS_BLANK:
        at += 1
    return at


cdef inline Py_ssize_t trim_blanks(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    while stop > start and classes[data[stop - 1]] & IS_BLANK:
        stop -= 1
    return stop


cdef inline Py_ssize_t find_byte(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint8_t byte) noexcept nogil:
    """The first such byte, or -1."""
    cdef const uint8_t *found = NULL
    if at < stop:
        found = <const uint8_t *>memchr(data + at, byte, stop - at)
    return found - data if found != NULL else -1


cdef inline Py_ssize_t find_last_byte(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint8_t byte) noexcept nogil:
    """The last such byte, or -1."""
    while stop > at:
        stop -= 1
        if data[stop] == byte:
            return stop
    return -1


cdef inline bint find_text(const uint8_t *text, Py_ssize_t size, const char *word) noexcept nogil:
    """Is such a word, of at least two bytes, in the text?"""
    return find_word(text, 0, size, word) >= 0


cdef inline Py_ssize_t find_word(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, const char *word) noexcept nogil:
    """The first such word, of at least two bytes, or -1."""
    cdef const uint8_t *end = data + stop
    cdef const uint8_t *found = find_text_at(data + at, end, <const uint8_t *>word, strlen(word)) if at < stop else end
    return found - data if found < end else -1


cdef inline Py_ssize_t find_last_word(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, const char *word) noexcept nogil:
    """The last such word, or -1."""
    cdef Py_ssize_t size = strlen(word)
    stop = find_last_byte(data, at, stop - size + 1, word[0])
    while stop >= 0 and memcmp(data + stop, word, size) != 0:
        stop = find_last_byte(data, at, stop, word[0])
    return stop


cdef inline bint ends(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, const char *word) noexcept nogil:
    cdef Py_ssize_t size = strlen(word)
    return stop - at >= size and memcmp(data + stop - size, word, size) == 0


cdef inline bint is_space(uint8_t byte) noexcept nogil:
    """What Python's `bytes.strip` takes off: some more than blanks."""
    return byte == c" " or 9 <= byte <= 13


cdef inline Py_ssize_t skip_space(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    while at < stop and is_space(data[at]):
        at += 1
    return at


cdef inline Py_ssize_t trim_space(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    while stop > start and is_space(data[stop - 1]):
        stop -= 1
    return stop


cdef inline Py_ssize_t skip_digits(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop) noexcept nogil:
    while at < stop and classes[data[at]] & IS_DIGIT:
        at += 1
    return at


cdef inline Py_ssize_t skip_hex(const uint8_t *data, Py_ssize_t at, Py_ssize_t stop, uint64_t *value) noexcept nogil:
    """Where the hexadecimal digits at `at` end, and their value, which means nothing if they are more than 16."""
    value[0] = 0
    while at < stop and classes[data[at]] & IS_HEX:
        value[0] = value[0] << 4 | hex_values[data[at]]
        at += 1
    return at


cdef inline bytes text_of(const uint8_t *data, Py_ssize_t start, Py_ssize_t stop):
    return PyBytes_FromStringAndSize(<const char *>data + start, stop - start)

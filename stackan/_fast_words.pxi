# Part of _fast.pyx: what is known before any dump is read.  Numbers come from model/columns.py, words from model/debugger_phrases.py and
# model/runtime_phrases.py.

cdef int THREAD = _columns.THREAD
cdef int FRAME = _columns.FRAME
cdef int CONTINUATION = _columns.CONTINUATION
cdef int LOCALS = _columns.LOCALS
cdef int NOISE = _columns.NOISE
cdef int BLANK = _columns.BLANK
cdef int UNPARSED = _columns.UNPARSED
cdef int EU_STACK = _columns.EU_STACK
cdef int UNKNOWN = _columns.UNKNOWN


# -- words of the debuggers

cdef struct Words:
    Py_ssize_t count
    const char **texts
    Py_ssize_t *sizes
    bint begins[256]  # does any word begin with this byte?


cdef Words words_table(tuple words) except *:
    """A table of words that lives as long as the process; it points into `words`, which the caller keeps."""
    cdef Words table
    cdef Py_ssize_t i
    memset(&table, 0, sizeof(Words))
    table.count = len(words)
    table.texts = <const char **>malloc(table.count * sizeof(char *))
    table.sizes = <Py_ssize_t *>malloc(table.count * sizeof(Py_ssize_t))
    if table.texts == NULL or table.sizes == NULL:
        raise MemoryError
    for i in range(table.count):
        table.texts[i] = PyBytes_AS_STRING(words[i])
        table.sizes[i] = len(words[i])
        table.begins[<uint8_t>table.texts[i][0]] = True
    return table


cdef tuple NOISE_PREFIXES = _words.NOISE_PREFIXES
cdef tuple NOISE_INSIDE = _words.NOISE_INSIDE
cdef tuple NOISE_BEHIND_TAB = _words.NOISE_BEHIND_TAB
cdef tuple LOCALS_LINES = _words.LOCALS_LINES
cdef Words noise_prefixes = words_table(NOISE_PREFIXES)
cdef Words noise_inside = words_table(NOISE_INSIDE)
cdef Words noise_behind_tab = words_table(NOISE_BEHIND_TAB)
cdef Words locals_lines = words_table(LOCALS_LINES)

# -- words of run-times

cdef tuple JAVA_DEADLOCK = _run_times.DEADLOCK
cdef tuple JAVA_DEADLOCK_ENDS = _run_times.DEADLOCK_ENDS
cdef tuple JAVA_INSIDE_DEADLOCKS = _run_times.INSIDE_DEADLOCKS
cdef tuple JAVA_MORE_OF_HEADER = _run_times.MORE_OF_HEADER
cdef tuple JAVA_AROUND = _run_times.AROUND
cdef tuple JAVA_SERVICE = _run_times.SERVICE
cdef tuple JAVA_TAKES_THE_DUMP = _run_times.TAKES_THE_DUMP
cdef tuple JAVA_STATES = _run_times.STATES
cdef tuple GO_OPENINGS = _run_times.OPENINGS
cdef Words java_deadlock = words_table(JAVA_DEADLOCK)
cdef Words java_deadlock_ends = words_table(JAVA_DEADLOCK_ENDS)
cdef Words java_inside_deadlocks = words_table(JAVA_INSIDE_DEADLOCKS)
cdef Words java_more_of_header = words_table(JAVA_MORE_OF_HEADER)
cdef Words java_around = words_table(JAVA_AROUND)
cdef Words java_service = words_table(JAVA_SERVICE)
cdef Words java_takes_the_dump = words_table(JAVA_TAKES_THE_DUMP)
cdef Words java_states = words_table(JAVA_STATES)
cdef Words go_openings = words_table(GO_OPENINGS)


# -- classes of bytes

cdef enum:
    IS_DIGIT = 1
    IS_HEX = 2
    IS_BLANK = 4
    IS_WORD = 8
    IS_OPERATOR_SIGN = 16
    IN_FUNCTION = 32  # means something to `find_arguments`
    IS_STRING_QUOTE = 64
    IS_CHARACTER_QUOTE = 128
    IS_QUOTE = IS_STRING_QUOTE | IS_CHARACTER_QUOTE

cdef uint8_t classes[256]
cdef uint8_t hex_values[256]


cdef int mark(bytes members, uint8_t flags) except -1:
    cdef uint8_t byte
    for byte in members:
        classes[byte] |= flags
    return 0


cdef int give_values(bytes digits) except -1:
    cdef uint8_t byte, value = 0
    for byte in digits:
        hex_values[byte] = value
        value += 1
    return 0


memset(classes, 0, sizeof(classes))
mark(b"0123456789", IS_DIGIT | IS_HEX | IS_WORD)
mark(b"abcdefABCDEF", IS_HEX)
mark(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", IS_WORD)
mark(b" \t\n\r", IS_BLANK)
mark(b"<>=-!+*/%&|^~,", IS_OPERATOR_SIGN)
mark(b"o(<{[)}]>", IN_FUNCTION)  # o: `operator`
mark(b'"', IS_STRING_QUOTE)
mark(b"'", IS_CHARACTER_QUOTE)
give_values(b"0123456789abcdef")
give_values(b"0123456789ABCDEF")

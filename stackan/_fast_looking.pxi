# Part of _fast.pyx: words and lines that are looked for in a whole text, as `stackan._reference_looking` says, which does the same.
#
# Many words are looked for at once, by four bytes of their ends, as words that begin alike are many: four bytes of the text, and then
# four some bytes further on, are looked up among the hashes of all that stand there in a word.  Hardly more than this is done, for any
# number of words.

cdef enum:
    GRAM = 4
    HASH_BITS = 15
    HASHES = 1 << HASH_BITS
    LEAST_LOOKED_UP = GRAM + 1  # bytes of a word; a shorter one is looked for alone

cdef struct Gram:
    const uint8_t *text  # of its word
    Py_ssize_t size
    uint32_t bytes
    int word, offset, following  # `following`: the next one in its chain, or -1


def find(bytes data, bytes text, Py_ssize_t start=0, Py_ssize_t stop=PY_SSIZE_T_MAX):
    """As `data.find(text, start, stop)` of a text of at least two bytes, several times as fast."""
    cdef const uint8_t *at = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef const uint8_t *end = at + min(len(data), stop)
    cdef const uint8_t *found
    if len(text) < 2 or not 0 <= start <= stop or start > len(data):
        return data.find(text, start, stop)
    found = find_text_at(at + start, end, <const uint8_t *>PyBytes_AS_STRING(text), len(text))
    return found - at if found < end else -1


def find_led(bytes data, bytes lead, tuple words, Py_ssize_t start=0):
    """Where the first line begins, from the one at `start` on, that goes on with one of the words behind a run of bytes of `lead`."""
    cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(data)
    cdef Py_ssize_t size = len(data), line = start, at
    cdef bint leads[256]
    cdef bint firsts[256]  # of the words; all, if one is empty
    memset(leads, 0, sizeof(leads))
    memset(firsts, b"" in words, sizeof(firsts))
    for byte in lead:
        leads[<uint8_t>byte] = True
    for word in words:
        if word:
            firsts[<uint8_t>word[0]] = True
    while 0 <= line < size:
        at = line
        while at < size and leads[text[at]]:
            at += 1
        if at > line and (at == size or firsts[text[at]]) and data.startswith(words, at):
            return line
        line = find_byte(text, at, size, c"\n") + 1
        if not line:
            break
    return -1


cdef class WordSet:
    """Which of some words a text holds; one that begins with a line's end may be at the beginning of the text, too."""

    cdef tuple alone, starting
    cdef list looked_up
    cdef int stride, count
    cdef int chains[256]
    cdef Gram *grams

    def __cinit__(self, words):
        cdef int offset, number
        cdef Gram *gram
        self.alone = tuple([word for word in words if len(word) < LEAST_LOOKED_UP])
        self.starting = tuple([word for word in words if word.startswith(b"\n")])
        self.looked_up = list({word for word in words if len(word) >= LEAST_LOOKED_UP})
        self.stride = min(map(len, self.looked_up), default=GRAM) - GRAM + 1
        self.grams = <Gram *>malloc((len(self.looked_up) * self.stride + 1) * sizeof(Gram))
        if self.grams == NULL:
            raise MemoryError
        for number in range(256):
            self.chains[number] = -1
        for number in range(len(self.looked_up)):
            for offset in range(self.stride):
                gram = self.grams + self.count
                gram.text = <const uint8_t *>PyBytes_AS_STRING(self.looked_up[number])
                gram.size = len(self.looked_up[number])
                gram.offset = gram.size - GRAM - offset
                gram.bytes = gram_at(gram.text + gram.offset)
                gram.word, gram.following = number, self.chains[hash_of_gram(gram.bytes) & 255]
                self.chains[hash_of_gram(gram.bytes) & 255] = self.count
                self.count += 1

    def __dealloc__(self):
        free(self.grams)

    def within(self, bytes data):
        """Those that are in the text."""
        cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(data)
        cdef Py_ssize_t size = len(data), at = 0
        cdef Py_ssize_t last = size - GRAM
        cdef int stride = self.stride
        cdef uint8_t marked[HASHES]
        cdef bytearray found = bytearray(len(self.looked_up))
        cdef uint8_t *flags = <uint8_t *>found
        self.mark(marked, flags)
        while at <= last:
            if marked[hash_of_gram(gram_at(text + at))] and self.look(text, size, at, flags):
                self.mark(marked, flags)
            at += stride
        shown = {word for word, flag in zip(self.looked_up, found) if flag}
        shown.update([word for word in self.alone if find(data, word) >= 0])
        shown.update([word for word in self.starting if data.startswith(word[1:])])
        return shown

    cdef void mark(self, uint8_t *marked, const uint8_t *found) noexcept nogil:
        """Mark the hashes of all words but for those that have been found."""
        cdef int number
        memset(marked, 0, HASHES)
        for number in range(self.count):
            if not found[self.grams[number].word]:
                marked[hash_of_gram(self.grams[number].bytes)] = True

    cdef bint look(self, const uint8_t *text, Py_ssize_t size, Py_ssize_t at, uint8_t *found) noexcept nogil:
        """Whether there is a word that was not found before, where four of its bytes are."""
        cdef uint32_t bytes = gram_at(text + at)
        cdef int number = self.chains[hash_of_gram(bytes) & 255]
        cdef const Gram *gram
        cdef Py_ssize_t start
        cdef bint any = False
        while number >= 0:
            gram = self.grams + number
            start = at - gram.offset
            if gram.bytes == bytes and not found[gram.word] and 0 <= start <= size - gram.size and is_same(text + start, gram.text, gram.size):
                found[gram.word] = any = True
            number = gram.following
        return any


cdef inline uint32_t gram_at(const uint8_t *at) noexcept nogil:
    return <uint32_t>load_word(at, GRAM)


cdef inline uint32_t hash_of_gram(uint32_t gram) noexcept nogil:
    return gram * 0x9E3779B1U >> (32 - HASH_BITS)

# Part of _fast.pyx: tables by hash.  Nothing here knows what a dump is.

# -- keyed hashes: a hostile dump cannot choose keys that collide without knowing the secrets

cdef uint64_t secrets[2]
secrets[0], secrets[1] = (int.from_bytes(os.urandom(8), "little") for _ in range(2))


cdef inline uint64_t hash_pair(uint64_t left, uint64_t right) noexcept nogil:
    return mix(left ^ secrets[0], right ^ secrets[1])


cdef uint64_t hash_bytes(const uint8_t *at, Py_ssize_t size, uint64_t hash) noexcept nogil:
    """The hash of these bytes and of `hash`."""
    hash ^= <uint64_t>size
    while size > 16:
        hash = hash_pair(hash ^ load_word(at, 8), load_word(at + 8, 8))
        at += 16
        size -= 16
    if size > 8:
        return hash_pair(hash ^ load_word(at, 8), load_word(at + 8, size - 8))
    return hash_pair(hash, load_word(at, size))


# -- an index by hash of things that are numbered from 0

cdef struct Entry:
    uint32_t mark  # the hash's upper half
    int32_t number  # 1 + a thing's number, or 0

cdef struct Index:
    size_t count
    size_t mask  # one less than the number of entries, a power of two; at most half of them are used
    Entry *entries  # a thing is in the first free entry from its mark on


cdef bint make_index(Index *index, size_t entries) noexcept nogil:
    """Room for half as many things; False without memory."""
    index.entries = <Entry *>allocate(entries * sizeof(Entry))
    index.mask = entries - 1
    index.count = 0
    return index.entries != NULL


cdef void free_index(Index *index) noexcept nogil:
    release(index.entries, (index.mask + 1) * sizeof(Entry))


cdef inline uint32_t mark_of(uint64_t hash) noexcept nogil:
    return <uint32_t>(hash >> 32)


cdef inline int32_t next_like(const Index *index, uint64_t hash, size_t *at) noexcept nogil:
    """The number of the next thing that may have this hash, or -1; `at` is 0 at first, and kept between the calls."""
    cdef uint32_t mark = mark_of(hash)
    cdef const Entry *entry
    while True:
        entry = &index.entries[(mark + at[0]) & index.mask]
        at[0] += 1
        if entry.number == 0:
            return -1
        if entry.mark == mark:
            return entry.number - 1


cdef bint put(Index *index, uint64_t hash, int32_t number) noexcept nogil:
    """Add a thing that is not there; False, and nothing changed, without memory."""
    cdef Index larger
    cdef size_t at
    if 2 * index.count > index.mask:
        if not make_index(&larger, 2 * (index.mask + 1)):
            return False
        for at in range(index.mask + 1):
            if index.entries[at].number:
                _put(&larger, index.entries[at])
        free_index(index)
        index[0] = larger
    _put(index, Entry(mark_of(hash), number + 1))
    return True


cdef inline void _put(Index *index, Entry entry) noexcept nogil:
    cdef size_t at = entry.mark & index.mask
    while index.entries[at].number:
        at = (at + 1) & index.mask
    index.entries[at] = entry
    index.count += 1


# -- a cache of records by hash; when there is no more room, it forgets all of them

cdef struct Slot:
    uint32_t mark  # the hash's upper half
    uint32_t place  # of the record, in units of 8 bytes; 0 if there is none

cdef struct Cache:
    size_t mask  # one less than the number of groups of slots, a power of two
    Slot *slots  # the group of a mark is side by side, the newest first
    size_t count
    uint8_t *records  # they never move
    size_t used, room


cdef enum:
    WAYS = 4  # slots of a group: half of what comes from memory at once
    FIRST_RECORD = 8


cdef bint make_cache(Cache *cache, size_t groups, size_t room) noexcept nogil:
    """Room for `room` bytes of records; False without memory."""
    cache.slots = <Slot *>allocate(groups * WAYS * sizeof(Slot))
    cache.mask = groups - 1
    cache.count = 0
    cache.records = <uint8_t *>allocate(room)
    cache.used, cache.room = FIRST_RECORD, room
    return cache.slots != NULL and cache.records != NULL


cdef void free_cache(Cache *cache) noexcept nogil:
    release(cache.slots, (cache.mask + 1) * WAYS * sizeof(Slot))
    release(cache.records, cache.room)


cdef inline void *find_record(const Cache *cache, uint64_t hash) noexcept nogil:
    """A record that probably has this hash (its caller compares what it holds), or NULL."""
    cdef uint32_t mark = mark_of(hash)
    cdef const Slot *slots = cache.slots + (mark & cache.mask) * WAYS
    cdef int way
    for way in range(WAYS):
        if slots[way].mark == mark and slots[way].place:
            return cache.records + 8 * <size_t>slots[way].place
    return NULL


cdef inline bint is_worth_it(const Cache *cache, size_t size) noexcept nogil:
    """A record of that size leaves room for some others."""
    return size <= cache.room // 8


cdef bint forget_if_full(Cache *cache, size_t size) noexcept nogil:
    """Forget everything if there is no room for such a record: then no record that was found before may be looked at."""
    if cache.used + size <= cache.room:
        return False
    memset(cache.slots, 0, (cache.mask + 1) * WAYS * sizeof(Slot))
    cache.used, cache.count = FIRST_RECORD, 0
    return True


cdef void *add_record(Cache *cache, uint64_t hash, size_t size) noexcept nogil:
    """Space for a record, for which there is room; the oldest one of its group may lose its slot."""
    cdef void *record = cache.records + cache.used
    if 2 * cache.count > (cache.mask + 1) * WAYS:
        spread_slots(cache)
    put_slot(cache, Slot(mark_of(hash), <uint32_t>(cache.used // 8)))
    cache.used += (size + 7) // 8 * 8
    return record


cdef inline void put_slot(Cache *cache, Slot slot) noexcept nogil:
    cdef Slot *slots = cache.slots + (slot.mark & cache.mask) * WAYS
    cdef int way
    for way in range(WAYS - 1, 0, -1):
        slots[way] = slots[way - 1]
    slots[0] = slot
    cache.count += 1


cdef void spread_slots(Cache *cache) noexcept nogil:
    """Double the slots; without memory they stay, and lose records earlier."""
    cdef Cache larger = cache[0]
    cdef size_t groups = cache.mask + 1, at
    cdef int way
    larger.slots = <Slot *>allocate(2 * groups * WAYS * sizeof(Slot))
    larger.mask, larger.count = 2 * groups - 1, 0
    if larger.slots == NULL:
        return
    for at in range(groups):
        for way in range(WAYS - 1, -1, -1):  # the oldest first
            if cache.slots[at * WAYS + way].place:
                put_slot(&larger, cache.slots[at * WAYS + way])
    release(cache.slots, groups * WAYS * sizeof(Slot))
    cache[0] = larger


# -- texts that are kept until the scan ends, and stay where they are

cdef struct Texts:
    uint8_t *chunk  # its first bytes are the address of the one before
    size_t used, room


cdef uint8_t *keep_text(Texts *texts, const uint8_t *text, size_t size) noexcept nogil:
    """A copy of these bytes, or NULL without memory."""
    cdef uint8_t *chunk
    cdef size_t room
    if texts.chunk == NULL or texts.used + size > texts.room:
        room = max(min(2 * texts.room, <size_t>1 << 24), sizeof(void *) + size, <size_t>1 << 12)
        chunk = <uint8_t *>malloc(room)
        if chunk == NULL:
            return NULL
        (<uint8_t **>chunk)[0] = texts.chunk
        texts.chunk, texts.used, texts.room = chunk, sizeof(void *), room
    chunk = texts.chunk + texts.used
    memcpy(chunk, text, size)
    texts.used += size
    return chunk


cdef void free_texts(Texts *texts) noexcept nogil:
    cdef uint8_t *before
    while texts.chunk != NULL:
        before = (<uint8_t **>texts.chunk)[0]
        free(texts.chunk)
        texts.chunk = before

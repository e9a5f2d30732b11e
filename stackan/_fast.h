/* What the scanner asks of bytes, sixteen at a time where the processor can: SSE2 is part of every x86-64. */
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

/* Up to eight bytes as a number; the same bytes give the same number.  (A `memcpy` of unknown size would be a call.) */
static inline uint64_t load_word(const uint8_t *at, size_t size) {
    uint64_t word = 0;
    uint32_t first, last;
    if (size >= 8) {
        memcpy(&word, at, 8);
        return word;
    }
    if (size >= 4) {
        memcpy(&first, at, 4);
        memcpy(&last, at + size - 4, 4);
        return (uint64_t)last << 32 | first;
    }
    while (size > 0) word = word << 8 | at[--size];
    return word;
}

/* Both halves of a product: with a secret in each factor nobody outside can tell what collides. */
static inline uint64_t mix(uint64_t left, uint64_t right) {
    __uint128_t product = (__uint128_t)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#if defined(__SSE2__)
static inline __m128i load_16(const uint8_t *at) { return _mm_loadu_si128((const __m128i *)at); }

/* 0xff in each byte that is `first` or one of the `count` bytes behind it. */
static inline __m128i in_range(__m128i bytes, char first, char count) {
    __m128i distance = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(count)), distance);
}

static inline int same_16(const uint8_t *left, const uint8_t *right) {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(load_16(left), load_16(right))) == 0xffff;
}
#endif

/* One bit for each newline among 64 bytes, where that is faster than `memchr`. */
#if defined(__SSE2__)
#define HAVE_MASKS 1
static inline uint64_t newline_mask(const uint8_t *at) {
    const __m128i newline = _mm_set1_epi8('\n');
    uint64_t mask = 0;
    for (int part = 0; part < 64; part += 16)
        mask |= (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(load_16(at + part), newline)) << part;
    return mask;
}
#else
#define HAVE_MASKS 0
static inline uint64_t newline_mask(const uint8_t *at) { return 0; }
#endif
static inline int first_bit(uint64_t mask) { return __builtin_ctzll(mask); }

/* The first of `" ' ( )`, or `end`. */
static inline const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    for (; end - at >= 16; at += 16) {
        __m128i bytes = load_16(at);
        int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), in_range(bytes, '\'', 2)));
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at != '"' && (*at < '\'' || *at > ')')) at++;
    return at;
}

/* `memcmp(...) == 0`, without a call for the few bytes that are usual here. */
static inline int same_bytes(const uint8_t *left, const uint8_t *right, size_t size) {
#if defined(__SSE2__)
    if (size >= 16) {
        for (size_t at = 0; at + 16 < size; at += 16)
            if (!same_16(left + at, right + at)) return 0;
        return same_16(left + size - 16, right + size - 16);
    }
    if (size >= 8)
        return load_word(left, 8) == load_word(right, 8) && load_word(left + size - 8, 8) == load_word(right + size - 8, 8);
    return load_word(left, size) == load_word(right, size);
#else
    return memcmp(left, right, size) == 0;
#endif
}

/* Sixteen hex digits as a number; returns whether all sixteen are digits. */
static inline int load_16_digits(const uint8_t *at, uint64_t *value) {
#if defined(__SSE2__)
    const __m128i text = load_16(at), lower = _mm_or_si128(text, _mm_set1_epi8(0x20));
    const __m128i is_digit = in_range(text, '0', 9), is_letter = in_range(lower, 'a', 5);
    __m128i digits, pairs;
    if (_mm_movemask_epi8(_mm_or_si128(is_digit, is_letter)) != 0xffff) return 0;
    digits = _mm_add_epi8(_mm_and_si128(text, _mm_set1_epi8(15)), _mm_and_si128(is_letter, _mm_set1_epi8(9)));
    pairs = _mm_and_si128(_mm_or_si128(_mm_slli_epi16(digits, 4), _mm_srli_epi16(digits, 8)), _mm_set1_epi16(0xff));
    *value = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs)));
    return 1;
#else
    return 0;
#endif
}

/* Ask for large pages, whose first touch takes a seventh of the time, for memory that is about to be written. */
static inline void advise_large_pages(void *start, size_t size) {
#if defined(MADV_HUGEPAGE)
    const uintptr_t page = 4096, first = (uintptr_t)start & ~(page - 1), last = ((uintptr_t)start + size + page - 1) & ~(page - 1);
    if (size >= (1u << 20)) madvise((void *)first, last - first, MADV_HUGEPAGE);
#endif
}

/* What the scanner asks of bytes, sixteen at a time where the processor can: SSE2 is part of every x86-64. */
#include <stdint.h>
#include <stdlib.h>
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

static inline __m128i same_16(const uint8_t *left, const uint8_t *right) { return _mm_cmpeq_epi8(load_16(left), load_16(right)); }

/* 0xff in each `" ' ( )`: the last three stand side by side, and are made the greatest signed bytes. */
static inline __m128i bracket_or_quote(const uint8_t *at) {
    const __m128i bytes = load_16(at), quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    return _mm_or_si128(quote, _mm_cmpgt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(0x7f - ')')), _mm_set1_epi8(0x7c)));
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
/* Fetch what will be read a page later: the processor itself looks ahead within a page only. */
static inline void fetch_ahead(const uint8_t *at) {
    for (int line = 0; line < 192; line += 64) __builtin_prefetch(at + 4096 + line);
}

static inline int first_bit(uint64_t mask) { return __builtin_ctzll(mask); }

/* The first of `" ' ( )`, or `end`. */
static inline const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16) {
        int found = _mm_movemask_epi8(bracket_or_quote(at));
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at != '"' && (*at < '\'' || *at > ')')) at++;
    return at;
}

/* `memcmp(...) == 0`.  Up to 64 bytes are looked at in four pieces of 16, which overlap where there are fewer: a loop whose
   number of turns changes costs more than the pieces. */
#if defined(__SSE2__)
#define FOUR_PIECES(size, second, third) \
    const size_t second = (size) < 32 ? (size) - 16 : 16, third = (size) < 32 ? 0 : (size) - 32
#endif

static inline int is_same(const uint8_t *left, const uint8_t *right, size_t size) {
#if defined(__SSE2__)
    for (; size > 64; size -= 64, left += 64, right += 64) {
        const __m128i begin = _mm_and_si128(same_16(left, right), same_16(left + 16, right + 16));
        const __m128i end = _mm_and_si128(same_16(left + 32, right + 32), same_16(left + 48, right + 48));
        if (_mm_movemask_epi8(_mm_and_si128(begin, end)) != 0xffff) return 0;
    }
    if (size >= 16) {
        FOUR_PIECES(size, second, third);
        const __m128i begin = _mm_and_si128(same_16(left, right), same_16(left + second, right + second));
        const __m128i end = _mm_and_si128(same_16(left + third, right + third), same_16(left + size - 16, right + size - 16));
        return _mm_movemask_epi8(_mm_and_si128(begin, end)) == 0xffff;
    }
    if (size >= 8) return load_word(left, 8) == load_word(right, 8) && load_word(left + size - 8, 8) == load_word(right + size - 8, 8);
    return load_word(left, size) == load_word(right, size);
#else
    return memcmp(left, right, size) == 0;
#endif
}

/* The first of two bytes, or `end`. */
static inline const uint8_t *find_either(const uint8_t *at, const uint8_t *end, uint8_t first, uint8_t second) {
#if defined(__SSE2__)
    const __m128i one = _mm_set1_epi8((char)first), other = _mm_set1_epi8((char)second);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = load_16(at);
        int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, one), _mm_cmpeq_epi8(bytes, other)));
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at != first && *at != second) at++;
    return at;
}

/* The first of `" # $ % & ' ( )`, which stand side by side, and of control characters, the newline among them; or `end`.
   What is no ASCII counts as such, too: signed, it is less than a blank. */
static inline const uint8_t *find_end_of_arguments(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    const __m128i to_greatest = _mm_set1_epi8(0x7f - ')'), below = _mm_set1_epi8(0x7f - ')' + '"' - 1), blank = _mm_set1_epi8(' ');
    for (; end - at >= 32; at += 32) {
        uint32_t found = 0;
        for (int part = 0; part < 32; part += 16) {
            const __m128i bytes = load_16(at + part), is_sign = _mm_cmpgt_epi8(_mm_add_epi8(bytes, to_greatest), below);
            found |= (uint32_t)_mm_movemask_epi8(_mm_or_si128(is_sign, _mm_cmpgt_epi8(blank, bytes))) << part;
        }
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at >= ' ' && *at < 0x80 && (*at < '"' || *at > ')')) at++;
    return at;
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

/* Memory of zeros; much of it comes in large pages, if the system has them, and only what is written to is ever there. */
#define LARGE_PAGE ((size_t)1 << 21)
static inline void *allocate(size_t size) {
#if defined(__linux__)
    if (size >= LARGE_PAGE / 2) {
        void *start = mmap(NULL, (size + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED) return NULL;
        madvise(start, (size + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1), MADV_HUGEPAGE);
        return start;
    }
#endif
    return calloc(size ? size : 1, 1);
}

static inline void release(void *start, size_t size) {
    if (!start) return;
#if defined(__linux__)
    if (size >= LARGE_PAGE / 2) {
        munmap(start, (size + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1));
        return;
    }
#endif
    free(start);
}

/* Tests of bytes for the scanner, sixteen at a time where the processor can: SSE2 is part of every x86-64, NEON of every AArch64. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
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

/* Both halves of a product: with a secret in each factor nobody outside can know which values collide. */
static inline uint64_t mix(uint64_t left, uint64_t right) {
    __uint128_t product = (__uint128_t)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Sixteen bytes side by side.  A comparison makes 0xff of each byte for which it holds, and 0 of the others. */
#if defined(__SSE2__)
#define HAVE_LANES 1
typedef __m128i lanes;
static inline lanes load_16(const uint8_t *at) { return _mm_loadu_si128((const __m128i *)at); }
static inline lanes all(uint8_t byte) { return _mm_set1_epi8((char)byte); }
static inline lanes add(lanes left, lanes right) { return _mm_add_epi8(left, right); }
static inline lanes equal(lanes left, lanes right) { return _mm_cmpeq_epi8(left, right); }
static inline lanes greater(lanes left, lanes right) { return _mm_cmpgt_epi8(left, right); } /* as signed bytes */
static inline lanes both(lanes left, lanes right) { return _mm_and_si128(left, right); }
static inline lanes either(lanes left, lanes right) { return _mm_or_si128(left, right); }
static inline uint32_t bits(lanes found) { return (uint32_t)_mm_movemask_epi8(found); } /* one for each byte */
static inline int everywhere(lanes found) { return bits(found) == 0xffff; }
#elif defined(__aarch64__)
#define HAVE_LANES 1
typedef uint8x16_t lanes;
static inline lanes load_16(const uint8_t *at) { return vld1q_u8(at); }
static inline lanes all(uint8_t byte) { return vdupq_n_u8(byte); }
static inline lanes add(lanes left, lanes right) { return vaddq_u8(left, right); }
static inline lanes equal(lanes left, lanes right) { return vceqq_u8(left, right); }
static inline lanes greater(lanes left, lanes right) { return vcgtq_s8(vreinterpretq_s8_u8(left), vreinterpretq_s8_u8(right)); }
static inline lanes both(lanes left, lanes right) { return vandq_u8(left, right); }
static inline lanes either(lanes left, lanes right) { return vorrq_u8(left, right); }
static inline uint32_t bits(lanes found) {
    const lanes places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128}, kept = vandq_u8(found, places);
    return vaddv_u8(vget_low_u8(kept)) | (uint32_t)vaddv_u8(vget_high_u8(kept)) << 8;
}
static inline int everywhere(lanes found) { return vminvq_u8(found) == 0xff; }
#else
#define HAVE_LANES 0
#endif

#if HAVE_LANES
static inline lanes same_16(const uint8_t *left, const uint8_t *right) { return equal(load_16(left), load_16(right)); }

/* `" ' ( )`: the last three have adjacent codes, and are made the greatest signed bytes. */
static inline lanes bracket_or_quote(const uint8_t *at) {
    const lanes bytes = load_16(at);
    return either(equal(bytes, all('"')), greater(add(bytes, all(0x7f - ')')), all(0x7c)));
}
#endif

/* One bit for each newline among 64 bytes, where that is faster than `memchr`. */
static inline uint64_t newline_mask(const uint8_t *at) {
    uint64_t mask = 0;
#if HAVE_LANES
    for (int part = 0; part < 64; part += 16) mask |= (uint64_t)bits(equal(load_16(at + part), all('\n'))) << part;
#endif
    return mask;
}

/* Fetch what will be read a page later: the processor itself looks ahead within a page only. */
static inline void fetch_ahead(const uint8_t *at) {
    for (int line = 0; line < 192; line += 64) __builtin_prefetch(at + 4096 + line);
}

static inline int first_bit(uint64_t mask) { return __builtin_ctzll(mask); }

/* The first of `" ' ( )`, or `end`. */
static inline const uint8_t *find_bracket_or_quote(const uint8_t *at, const uint8_t *end) {
#if HAVE_LANES
    for (; end - at >= 16; at += 16) {
        const uint32_t found = bits(bracket_or_quote(at));
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at != '"' && (*at < '\'' || *at > ')')) at++;
    return at;
}

/* `memcmp(...) == 0`.  Up to 64 bytes are looked at in four pieces of 16, which overlap where there are fewer: a loop whose
   number of turns changes costs more than the pieces. */
#if HAVE_LANES
#define FOUR_PIECES(size, second, third) \
    const size_t second = (size) < 32 ? (size) - 16 : 16, third = (size) < 32 ? 0 : (size) - 32
#endif

static inline int is_same(const uint8_t *left, const uint8_t *right, size_t size) {
#if HAVE_LANES
    for (; size > 64; size -= 64, left += 64, right += 64) {
        const lanes begin = both(same_16(left, right), same_16(left + 16, right + 16));
        const lanes end = both(same_16(left + 32, right + 32), same_16(left + 48, right + 48));
        if (!everywhere(both(begin, end))) return 0;
    }
    if (size >= 16) {
        FOUR_PIECES(size, second, third);
        const lanes begin = both(same_16(left, right), same_16(left + second, right + second));
        const lanes end = both(same_16(left + third, right + third), same_16(left + size - 16, right + size - 16));
        return everywhere(both(begin, end));
    }
    if (size >= 8) return load_word(left, 8) == load_word(right, 8) && load_word(left + size - 8, 8) == load_word(right + size - 8, 8);
    return load_word(left, size) == load_word(right, size);
#else
    return memcmp(left, right, size) == 0;
#endif
}

/* The first of two bytes, or `end`. */
static inline const uint8_t *find_either(const uint8_t *at, const uint8_t *end, uint8_t first, uint8_t second) {
#if HAVE_LANES
    const lanes one = all(first), other = all(second);
    for (; end - at >= 16; at += 16) {
        const lanes bytes = load_16(at);
        const uint32_t found = bits(either(equal(bytes, one), equal(bytes, other)));
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at != first && *at != second) at++;
    return at;
}

/* The first place of a text of at least two bytes, or `end`: where its first and its last byte are, the others are compared. */
static inline const uint8_t *find_text_at(const uint8_t *at, const uint8_t *end, const uint8_t *text, size_t size) {
    if ((size_t)(end - at) < size) return end;
    const uint8_t *stop = end - size + 1;
#if HAVE_LANES
    const lanes first = all(text[0]), last = all(text[size - 1]);
    for (; stop - at >= 64; at += 64) {
        lanes found[4];
        for (int part = 0; part < 4; part++)
            found[part] = both(equal(load_16(at + 16 * part), first), equal(load_16(at + 16 * part + size - 1), last));
        if (!bits(either(either(found[0], found[1]), either(found[2], found[3])))) continue;
        for (int part = 0; part < 4; part++)
            for (uint32_t mask = bits(found[part]); mask; mask &= mask - 1) {
                const uint8_t *place = at + 16 * part + __builtin_ctz(mask);
                if (memcmp(place + 1, text + 1, size - 2) == 0) return place;
            }
    }
    for (; stop - at >= 16; at += 16)
        for (uint32_t mask = bits(both(equal(load_16(at), first), equal(load_16(at + size - 1), last))); mask; mask &= mask - 1) {
            const uint8_t *place = at + __builtin_ctz(mask);
            if (memcmp(place + 1, text + 1, size - 2) == 0) return place;
        }
#endif
    for (; at < stop; at++)
        if (*at == text[0] && memcmp(at + 1, text + 1, size - 1) == 0) return at;
    return end;
}

/* The first of `" # $ % & ' ( )`, which have adjacent codes, and of control characters, the newline among them; or `end`.
   What is no ASCII counts as such, too: signed, it is less than a blank. */
static inline const uint8_t *find_end_of_arguments(const uint8_t *at, const uint8_t *end) {
#if HAVE_LANES
    const lanes to_greatest = all(0x7f - ')'), below = all(0x7f - ')' + '"' - 1), blank = all(' ');
    for (; end - at >= 32; at += 32) {
        uint32_t found = 0;
        for (int part = 0; part < 32; part += 16) {
            const lanes bytes = load_16(at + part), is_sign = greater(add(bytes, to_greatest), below);
            found |= bits(either(is_sign, greater(blank, bytes))) << part;
        }
        if (found) return at + __builtin_ctz(found);
    }
#endif
    while (at < end && *at >= ' ' && *at < 0x80 && (*at < '"' || *at > ')')) at++;
    return at;
}

/* Sixteen hex digits as a number; returns whether all sixteen are digits. */
static inline int load_16_digits(const uint8_t *at, uint64_t *value) {
#if HAVE_LANES
    const lanes text = load_16(at), lower = either(text, all(0x20));
    const lanes is_digit = both(greater(text, all('0' - 1)), greater(all('9' + 1), text));
    const lanes is_letter = both(greater(lower, all('a' - 1)), greater(all('f' + 1), lower));
    if (!everywhere(either(is_digit, is_letter))) return 0;
    const lanes digits = add(both(text, all(15)), both(is_letter, all(9)));
#if defined(__SSE2__)
    const lanes pairs = both(either(_mm_slli_epi16(digits, 4), _mm_srli_epi16(digits, 8)), _mm_set1_epi16(0xff));
    *value = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs)));
#else
    const uint16x8_t words = vreinterpretq_u16_u8(digits); /* of each pair the first digit is the low byte */
    const uint8x8_t pairs = vmovn_u16(vorrq_u16(vshlq_n_u16(words, 4), vshrq_n_u16(words, 8)));
    *value = __builtin_bswap64(vget_lane_u64(vreinterpret_u64_u8(pairs), 0));
#endif
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

/* Each function of _fast.h that looks at sixteen bytes at once, against the same one byte at a time, on bytes of all kinds. */
#include <stdio.h>
#include "_fast.h"

static uint64_t state = 88172645463325252u;
static uint64_t next(void) { /* xorshift: the same numbers everywhere */
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void fill(uint8_t *bytes, int size) {
    static const char usual[] = "0123456789abcdefABCDEF \n\"'()#$%&g@`~\t\x80\xff";
    int kind = (int)(next() % 4), digits = kind == 0 ? 22 : (int)sizeof usual - 1;
    for (int at = 0; at < size; at++) bytes[at] = kind == 3 ? (uint8_t)next() : (uint8_t)usual[next() % digits];
}

static int digit(uint8_t byte) {
    return byte >= '0' && byte <= '9' ? byte - '0' : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

#define CHECK(holds) if (!(holds)) { printf("%s, round %d\n", #holds, round); return 1; }

int main(void) {
    uint8_t left[256], right[256];
    printf("%d lanes\n", HAVE_LANES);
    for (int round = 0; round < 300000; round++) {
        int size = (int)(next() % 200), at;
        uint64_t mask = 0, value = 0, number = 0;
        fill(left, 256);
        memcpy(right, left, 256);
        if (next() % 2 && size) right[next() % size] ^= (uint8_t)(1 << next() % 8);
        CHECK(is_same(left, right, size) == (memcmp(left, right, size) == 0))
        for (at = 0; at < 64; at++) mask |= (uint64_t)(left[at] == '\n') << at;
        CHECK(!HAVE_LANES || newline_mask(left) == mask)
        for (at = 0; at < size && !strchr("\"'()", left[at] ? left[at] : 'x'); at++) {}
        CHECK(find_bracket_or_quote(left, left + size) == left + at)
        for (at = 0; at < size && left[at] != 'g' && left[at] != ' '; at++) {}
        CHECK(find_either(left, left + size, 'g', ' ') == left + at)
        for (at = 0; at < size && left[at] >= ' ' && left[at] < 0x80 && (left[at] < '"' || left[at] > ')'); at++) {}
        CHECK(find_end_of_arguments(left, left + size) == left + at)
        for (at = 0; at < 16 && digit(left[at]) >= 0; at++) number = number << 4 | (uint64_t)digit(left[at]);
        CHECK(!HAVE_LANES || load_16_digits(left, &value) == (at == 16))
        CHECK(at < 16 || !HAVE_LANES || value == number)
    }
    return 0;
}

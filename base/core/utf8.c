#include "core/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "core/check.h"

/* Length of the valid sequence at s.p[at], 0 when it is not valid (RFC 3629, table 3-7 of Unicode). */
static size_t jn_utf8_sequence(struct jn_str s, size_t at) {
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.n - at;
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
    return n;
}

/* Where the ASCII ends that begins here, but for less than a word. */
static size_t jn_utf8_ascii(struct jn_str s, size_t at) {
    uint64_t word;
    for (; s.n - at >= sizeof(word); at += sizeof(word)) {
        memcpy(&word, s.p + at, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0) break;
    }
    return at;
}

size_t jn_utf8_check(struct jn_str s) {
    size_t at = 0;
    while ((at = jn_utf8_ascii(s, at)) < s.n) {
        size_t n = jn_utf8_sequence(s, at);
        if (n == 0) return at;
        at += n;
    }
    return s.n;
}

uint32_t jn_utf8_next(struct jn_str s, size_t *at) {
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t n = jn_utf8_sequence(s, *at);
    if (n <= 1) {
        ++*at;
        return n == 1 ? p[0] : 0xFFFD;
    }
    *at += n;
    if (n == 2) return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    if (n == 3) return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

size_t jn_utf8_encode(uint32_t code_point, char out[4]) {
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)out);
}

size_t jn_utf8_length(struct jn_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

int jn_utf8_width(uint32_t code_point) {
    if (code_point >= 0x20 && code_point < 0x7F) return 1;
    return utf8proc_charwidth((utf8proc_int32_t)code_point);
}

bool jn_utf8_is_bidi(uint32_t c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

bool jn_utf8_is_name_start(uint32_t c) {
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool jn_utf8_is_name(uint32_t c) {
    if (c < 0x80) return jn_utf8_is_name_start(c) || (c >= '0' && c <= '9');
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return jn_utf8_is_name_start(c) || category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ND;
}

static bool jn_is_ascii(struct jn_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

static void jn_put(struct jn_buf *out, uint32_t code_point) {
    char bytes[4];
    jn_buf_add(out, bytes, jn_utf8_encode(code_point, bytes));
}

void jn_utf8_upcase(struct jn_str s, struct jn_buf *out) {
    for (size_t at = 0; at < s.n;) {
        uint32_t c = jn_utf8_next(s, &at);
        if (c == 0xDF)
            jn_buf_z(out, "SS"); /* the one common letter whose capital is two */
        else
            jn_put(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)c));
    }
}

void jn_utf8_downcase(struct jn_str s, struct jn_buf *out) {
    for (size_t at = 0; at < s.n;)
        jn_put(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)jn_utf8_next(s, &at)));
}

void jn_utf8_capitalize(struct jn_str s, struct jn_buf *out) {
    if (s.n == 0) return;
    size_t first = 0;
    jn_utf8_next(s, &first);
    jn_utf8_upcase(jn_str_sub(s, 0, first), out);
    jn_utf8_downcase(jn_str_sub(s, first, s.n), out);
}

struct jn_str jn_utf8_nfc(struct jn_arena *arena, struct jn_str s) {
    if (jn_is_ascii(s)) return s;
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &composed,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n < 0) return s; /* not valid UTF-8: the caller has its own answer to that */
    struct jn_str result = jn_arena_str(arena, (struct jn_str){(const char *)composed, (size_t)n});
    free(composed);
    return result;
}

#define DISTANCE_MAX 64

static size_t jn_code_points(struct jn_str s, uint32_t out[DISTANCE_MAX]) {
    size_t n = 0;
    for (size_t at = 0; at < s.n && n < DISTANCE_MAX;)
        out[n++] = jn_utf8_next(s, &at);
    return n;
}

static unsigned jn_min(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned jn_utf8_distance(struct jn_str a, struct jn_str b, unsigned limit) {
    uint32_t x[DISTANCE_MAX], y[DISTANCE_MAX];
    if (jn_utf8_length(a) > DISTANCE_MAX || jn_utf8_length(b) > DISTANCE_MAX) return limit + 1;
    size_t n = jn_code_points(a, x), m = jn_code_points(b, y);
    unsigned row[3][DISTANCE_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = jn_min(jn_min(before[j] + 1, now[j - 1] + 1), before[j - 1] + (x[i - 1] != y[j - 1]));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
                now[j] = jn_min(now[j], earlier[j - 2] + 1);
        }
    }
    return jn_min(row[n % 3][m], limit + 1);
}

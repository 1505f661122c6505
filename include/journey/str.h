/* Text as (pointer, length): never NUL-terminated by promise, never owned. */
#ifndef JOURNEY_STR_H
#define JOURNEY_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct jn_str {
    const char *p;
    size_t n;
};

/* printf helper: printf("%.*s", JN_FMT(s)). Text longer than INT_MAX is refused at every way in. */
#define JN_FMT(s)       (int)(s).n, (s).p
#define JN_STR(literal) ((struct jn_str){"" literal, sizeof(literal) - 1})
#define JN_STR_NONE     ((struct jn_str){NULL, 0})

static inline struct jn_str jn_str_z(const char *z) {
    return (struct jn_str){z, z == NULL ? 0 : strlen(z)};
}

static inline bool jn_str_eq(struct jn_str a, struct jn_str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool jn_str_is(struct jn_str a, const char *z) {
    return jn_str_eq(a, jn_str_z(z));
}

static inline bool jn_str_starts(struct jn_str s, struct jn_str prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool jn_str_ends(struct jn_str s, struct jn_str suffix) {
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* Bytewise order; for UTF-8 this is code point order. */
static inline int jn_str_cmp(struct jn_str a, struct jn_str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* Part of s from byte `from`, at most n bytes; clamped, never out of bounds. */
static inline struct jn_str jn_str_sub(struct jn_str s, size_t from, size_t n) {
    if (from >= s.n) return (struct jn_str){s.p, 0};
    return (struct jn_str){s.p + from, n < s.n - from ? n : s.n - from};
}

/* Without the blanks and tabs around it. */
static inline struct jn_str jn_str_trim(struct jn_str s) {
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = jn_str_sub(s, 1, s.n);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Takes the next item off a list `a, b, c`, trimmed; empty items are passed over. false: there is none. */
static inline bool jn_str_item(struct jn_str *list, struct jn_str *item) {
    for (*item = JN_STR_NONE; list->n > 0 && item->n == 0;) {
        const char *comma = (const char *)memchr(list->p, ',', list->n);
        size_t n = comma == NULL ? list->n : (size_t)(comma - list->p);
        *item = jn_str_trim(jn_str_sub(*list, 0, n));
        *list = jn_str_sub(*list, n + 1, list->n);
    }
    return item->n > 0;
}

#endif

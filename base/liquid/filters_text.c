/* Filters of texts. */
#include "core/utf8.h"
#include "liquid/tree.h"

#define TEXT_MAX JN_LIQUID_OUTPUT_MAX

static struct jn_str text(struct lq_filtering *f, struct jn_liquid_value v) {
    return lq_text(v, f->arena);
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static struct jn_str find(struct jn_str s, struct jn_str what) {
    const char *hit = what.n == 0 ? s.p : s.n == 0 ? NULL : memmem(s.p, s.n, what.p, what.n);
    return hit == NULL ? JN_STR_NONE : (struct jn_str){hit, what.n};
}

/* ---- putting together */

struct jn_liquid_value lq_taken(struct lq_filtering *f, struct jn_buf *text) {
    if (text->failed) f->failed = "the text is larger than 1 MiB";
    return lq_take(text, f->arena);
}

static struct jn_liquid_value together(struct lq_filtering *f, struct jn_str a, struct jn_str b) {
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    jn_buf_str(&out, a);
    jn_buf_str(&out, b);
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_append(struct lq_filtering *f, struct jn_liquid_value v) {
    return together(f, text(f, v), text(f, f->argument[0]));
}

struct jn_liquid_value lq_filter_prepend(struct lq_filtering *f, struct jn_liquid_value v) {
    return together(f, text(f, f->argument[0]), text(f, v));
}

/* ---- letters */

static struct jn_liquid_value mapped(struct lq_filtering *f, struct jn_liquid_value v,
                                     void (*map)(struct jn_str s, struct jn_buf *out)) {
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    map(text(f, v), &out);
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_upcase(struct lq_filtering *f, struct jn_liquid_value v) {
    return mapped(f, v, jn_utf8_upcase);
}

struct jn_liquid_value lq_filter_downcase(struct lq_filtering *f, struct jn_liquid_value v) {
    return mapped(f, v, jn_utf8_downcase);
}

struct jn_liquid_value lq_filter_capitalize(struct lq_filtering *f, struct jn_liquid_value v) {
    return mapped(f, v, jn_utf8_capitalize);
}

/* ---- blanks and lines */

static struct jn_liquid_value stripped(struct lq_filtering *f, struct jn_liquid_value v, bool left, bool right) {
    struct jn_str s = text(f, v);
    while (left && s.n > 0 && is_blank(s.p[0]))
        s = jn_str_sub(s, 1, s.n);
    while (right && s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return jn_liquid_text(s);
}

struct jn_liquid_value lq_filter_strip(struct lq_filtering *f, struct jn_liquid_value v) {
    return stripped(f, v, true, true);
}

struct jn_liquid_value lq_filter_lstrip(struct lq_filtering *f, struct jn_liquid_value v) {
    return stripped(f, v, true, false);
}

struct jn_liquid_value lq_filter_rstrip(struct lq_filtering *f, struct jn_liquid_value v) {
    return stripped(f, v, false, true);
}

static struct jn_liquid_value line_ends(struct lq_filtering *f, struct jn_liquid_value v, const char *by) {
    struct jn_str s = text(f, v);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < s.n; i++) {
        bool pair = s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n';
        if (pair || s.p[i] == '\n')
            jn_buf_z(&out, by);
        else
            jn_buf_char(&out, s.p[i]);
        i += pair;
    }
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_strip_newlines(struct lq_filtering *f, struct jn_liquid_value v) {
    return line_ends(f, v, "");
}

struct jn_liquid_value lq_filter_newline_to_br(struct lq_filtering *f, struct jn_liquid_value v) {
    return line_ends(f, v, "<br />\n");
}

/* ---- replacing */

enum which { ALL, FIRST, LAST };

/* An empty text stands before every character and behind the last. */
static void replace_everywhere(struct jn_str s, struct jn_buf *out, struct jn_str by) {
    size_t at = 0;
    jn_buf_str(out, by);
    while (at < s.n) {
        size_t start = at;
        (void)jn_utf8_next(s, &at);
        jn_buf_str(out, jn_str_sub(s, start, at - start));
        jn_buf_str(out, by);
    }
}

static struct jn_liquid_value replaced(struct lq_filtering *f, struct jn_liquid_value v, enum which which,
                                       struct jn_str by) {
    struct jn_str s = text(f, v), what = text(f, f->argument[0]), hit;
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    if (which == LAST) {
        size_t at = s.n + 1;
        while (at-- > 0)
            if (at + what.n <= s.n && (what.n == 0 || memcmp(s.p + at, what.p, what.n) == 0)) break;
        if (at <= s.n) {
            jn_buf_str(&out, jn_str_sub(s, 0, at));
            jn_buf_str(&out, by);
            s = jn_str_sub(s, at + what.n, s.n);
        }
    } else if (which == ALL && what.n == 0) {
        replace_everywhere(s, &out, by);
        return lq_taken(f, &out);
    }
    while (which != LAST && (hit = find(s, what)).p != NULL) {
        size_t before = (size_t)(hit.p - s.p);
        jn_buf_str(&out, jn_str_sub(s, 0, before));
        jn_buf_str(&out, by);
        s = jn_str_sub(s, before + what.n, s.n);
        if (which == FIRST) break;
    }
    jn_buf_str(&out, s);
    return lq_taken(f, &out);
}

static struct jn_str second(struct lq_filtering *f) {
    return f->n > 1 ? text(f, f->argument[1]) : JN_STR("");
}

struct jn_liquid_value lq_filter_replace(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, ALL, second(f));
}

struct jn_liquid_value lq_filter_replace_first(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, FIRST, second(f));
}

struct jn_liquid_value lq_filter_replace_last(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, LAST, second(f));
}

struct jn_liquid_value lq_filter_remove(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, ALL, JN_STR(""));
}

struct jn_liquid_value lq_filter_remove_first(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, FIRST, JN_STR(""));
}

struct jn_liquid_value lq_filter_remove_last(struct lq_filtering *f, struct jn_liquid_value v) {
    return replaced(f, v, LAST, JN_STR(""));
}

/* ---- parts */

/* Byte at which the n-th character begins. */
static size_t offset_of(struct jn_str s, int64_t n) {
    size_t at = 0;
    while (n-- > 0 && at < s.n)
        (void)jn_utf8_next(s, &at);
    return at;
}

static bool whole_argument(struct lq_filtering *f, uint32_t i, int64_t *out) {
    struct jn_liquid_value v = f->argument[i];
    bool whole = v.kind != JN_LIQUID_FLOAT && lq_integer(v, out);
    if (!whole) f->failed = "the argument must be a whole number";
    return whole;
}

struct jn_liquid_value lq_filter_slice(struct lq_filtering *f, struct jn_liquid_value v) {
    int64_t from, n = 1;
    bool second_given = f->n > 1 && f->argument[1].kind != JN_LIQUID_NIL;
    if (!whole_argument(f, 0, &from) || (second_given && !whole_argument(f, 1, &n))) return LQ_NIL;
    struct jn_str s = v.kind == JN_LIQUID_ARRAY ? JN_STR("") : text(f, v);
    int64_t length = v.kind == JN_LIQUID_ARRAY ? (int64_t)v.array.n : (int64_t)jn_utf8_length(s);
    if (from < 0) from += length;
    if (from < 0 || from > length || n < 0) n = from = 0;
    if (n > length - from) n = length - from;
    if (v.kind == JN_LIQUID_ARRAY) return lq_array(v.array.at + from, (size_t)n);
    size_t start = offset_of(s, from);
    return jn_liquid_text(jn_str_sub(s, start, offset_of(s, from + n) - start));
}

static struct jn_str ellipsis(struct lq_filtering *f) {
    return f->n > 1 ? text(f, f->argument[1]) : JN_STR("...");
}

struct jn_liquid_value lq_filter_truncate(struct lq_filtering *f, struct jn_liquid_value v) {
    int64_t length = 50;
    if (f->n > 0 && !whole_argument(f, 0, &length)) return LQ_NIL;
    struct jn_str s = text(f, v), more = ellipsis(f);
    if ((int64_t)jn_utf8_length(s) <= length) return jn_liquid_text(s);
    int64_t keep = length - (int64_t)jn_utf8_length(more);
    s.n = offset_of(s, keep < 0 ? 0 : keep);
    return together(f, s, more);
}

struct jn_liquid_value lq_filter_truncatewords(struct lq_filtering *f, struct jn_liquid_value v) {
    int64_t words = 15, n = 0;
    if (f->n > 0 && !whole_argument(f, 0, &words)) return LQ_NIL;
    if (words < 1) words = 1;
    struct jn_str s = text(f, v), more = ellipsis(f);
    struct jn_buf out;
    jn_buf_init(&out, TEXT_MAX);
    for (size_t at = 0; at < s.n;) {
        while (at < s.n && is_blank(s.p[at]))
            at++;
        size_t start = at;
        while (at < s.n && !is_blank(s.p[at]))
            at++;
        if (at == start) break;
        if (++n > words) break;
        if (n > 1) jn_buf_char(&out, ' ');
        jn_buf_str(&out, jn_str_sub(s, start, at - start));
    }
    jn_buf_str(&out, more);
    struct jn_liquid_value cut = lq_taken(f, &out);
    return n > words ? cut : jn_liquid_text(s);
}

static void split_add(struct lq_filtering *f, struct jn_liquid_value **at, uint32_t *n, struct jn_str part) {
    *(struct jn_liquid_value *)jn_arena_grow(f->arena, at, n, sizeof(**at)) = jn_liquid_text(part);
}

struct jn_liquid_value lq_filter_split(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_str s = text(f, v), by = text(f, f->argument[0]), hit;
    struct jn_liquid_value *at = NULL;
    uint32_t n = 0;
    bool words = jn_str_is(by, " ");
    if (by.n == 0)
        for (size_t i = 0; i < s.n;) {
            size_t start = i;
            (void)jn_utf8_next(s, &i);
            split_add(f, &at, &n, jn_str_sub(s, start, i - start));
        }
    else if (words)
        for (size_t i = 0; i < s.n;) {
            while (i < s.n && is_blank(s.p[i]))
                i++;
            size_t start = i;
            while (i < s.n && !is_blank(s.p[i]))
                i++;
            if (i > start) split_add(f, &at, &n, jn_str_sub(s, start, i - start));
        }
    else if (s.n > 0) {
        for (; (hit = find(s, by)).p != NULL; s = jn_str_sub(s, (size_t)(hit.p - s.p) + by.n, s.n))
            split_add(f, &at, &n, jn_str_sub(s, 0, (size_t)(hit.p - s.p)));
        split_add(f, &at, &n, s);
    }
    while (n > 0 && at[n - 1].s.n == 0) /* empty parts at the end go, as in Ruby */
        n--;
    return lq_array(at, n);
}

/* Filters of arrays. Something that is no array counts as one of itself; nil as an empty one. */
#include <stdlib.h>

#include "core/utf8.h"
#include "liquid/render.h"

#define NESTED_MAX 64

static void flatten(struct lq_filtering *f, struct jn_liquid_value v, struct jn_liquid_value **at, uint32_t *n,
                    int depth) {
    if (v.kind != JN_LIQUID_ARRAY || depth == NESTED_MAX) {
        *(struct jn_liquid_value *)jn_arena_grow(f->arena, at, n, sizeof(**at)) = v;
        return;
    }
    for (size_t i = 0; i < v.array.n; i++)
        flatten(f, v.array.at[i], at, n, depth + 1);
}

static struct jn_liquid_value elements_of(struct lq_filtering *f, struct jn_liquid_value v) {
    if (v.kind != JN_LIQUID_RANGE || lq_count(v) <= JN_LIQUID_WORK_MAX) return lq_elements(v, f->arena);
    f->failed = "the range has more than a million elements";
    return lq_array(NULL, 0);
}

/* A copy, flat; an object is one element. */
static struct jn_liquid_value list_of(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value *at = NULL;
    uint32_t n = 0;
    if (v.kind != JN_LIQUID_OBJECT) v = elements_of(f, v);
    flatten(f, v, &at, &n, 0);
    return lq_array(at, n);
}

struct jn_liquid_value lq_filter_size(struct lq_filtering *f, struct jn_liquid_value v) {
    (void)f;
    return lq_int((int64_t)lq_count(v));
}

struct jn_liquid_value lq_filter_first(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value first = LQ_NIL;
    if (v.kind == JN_LIQUID_OBJECT) v = lq_elements(v, f->arena);
    if (v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_RANGE)
        (void)lq_member(v, jn_liquid_text(JN_STR("first")), f->arena, &first);
    return first;
}

struct jn_liquid_value lq_filter_last(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value last = LQ_NIL;
    if (v.kind == JN_LIQUID_ARRAY || v.kind == JN_LIQUID_RANGE)
        (void)lq_member(v, jn_liquid_text(JN_STR("last")), f->arena, &last);
    return last;
}

struct jn_liquid_value lq_filter_join(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v);
    struct jn_str between = f->n == 0 ? JN_STR(" ") : lq_text(f->argument[0], f->arena);
    struct jn_buf out;
    jn_buf_init(&out, JN_LIQUID_OUTPUT_MAX);
    for (size_t i = 0; i < list.array.n; i++) {
        if (i > 0) jn_buf_str(&out, between);
        lq_print(list.array.at[i], f->arena, &out);
    }
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_reverse(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v);
    for (size_t i = 0; i < list.array.n / 2; i++) {
        struct jn_liquid_value swap = list.array.at[i];
        list.array.at[i] = list.array.at[list.array.n - 1 - i];
        list.array.at[list.array.n - 1 - i] = swap;
    }
    return list;
}

struct jn_liquid_value lq_filter_concat(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value other = f->argument[0], list = list_of(f, v);
    if (other.kind != JN_LIQUID_ARRAY && other.kind != JN_LIQUID_RANGE) {
        f->failed = "the argument must be an array";
        return LQ_NIL;
    }
    other = elements_of(f, other);
    struct jn_liquid_value *at = JN_NEW_ARRAY(f->arena, struct jn_liquid_value, list.array.n + other.array.n);
    if (list.array.n > 0) memcpy(at, list.array.at, list.array.n * sizeof(*at));
    if (other.array.n > 0) memcpy(at + list.array.n, other.array.at, other.array.n * sizeof(*at));
    return lq_array(at, list.array.n + other.array.n);
}

/* ---- properties */

enum property { PROPERTY, NO_PROPERTY, NO_MEMBERS };

/* What `element[key]` is: members of objects, parts of texts; numbers have none that a name could ask for. */
static enum property property_of(struct lq_filtering *f, struct jn_liquid_value element, struct jn_liquid_value key,
                                 struct jn_liquid_value *out) {
    *out = LQ_NIL;
    if (element.kind == JN_LIQUID_OBJECT) {
        bool named = key.kind == JN_LIQUID_TEXT || key.kind == JN_LIQUID_INT;
        if (named) (void)element.object.type->get(element.object.self, lq_text(key, f->arena), f->arena, out);
        return PROPERTY;
    }
    if (element.kind == JN_LIQUID_TEXT) {
        if (key.kind != JN_LIQUID_TEXT) return NO_MEMBERS;
        bool there = key.s.n == 0 || (element.s.n > 0 && memmem(element.s.p, element.s.n, key.s.p, key.s.n) != NULL);
        if (there) *out = key;
        return PROPERTY;
    }
    if (element.kind == JN_LIQUID_INT) {
        if (key.kind != JN_LIQUID_INT) return NO_PROPERTY;
        *out = lq_int(key.i >= 0 && key.i < 63 ? element.i >> key.i & 1 : 0); /* Ruby's: the bit */
        return PROPERTY;
    }
    return NO_MEMBERS;
}

/* Whether the element has the property, or has it with the value asked for. False with *stop: the whole filter gives
 * nothing, or has failed. */
static bool selects(struct lq_filtering *f, struct jn_liquid_value element, bool *stop) {
    struct jn_liquid_value value, target = f->n > 1 ? f->argument[1] : LQ_NIL;
    enum property found = property_of(f, element, f->argument[0], &value);
    if (found == NO_PROPERTY) f->failed = "an element has no such property";
    *stop = found != PROPERTY;
    if (*stop) return false;
    return target.kind == JN_LIQUID_NIL ? lq_truthy(value) : lq_equal(value, target, f->arena);
}

static struct jn_liquid_value chosen(struct lq_filtering *f, struct jn_liquid_value v, bool wanted) {
    struct jn_liquid_value list = list_of(f, v), *at = NULL;
    uint32_t n = 0;
    for (size_t i = 0; i < list.array.n; i++) {
        bool stop, is = selects(f, list.array.at[i], &stop);
        if (stop) return LQ_NIL;
        if (is == wanted) *(struct jn_liquid_value *)jn_arena_grow(f->arena, &at, &n, sizeof(*at)) = list.array.at[i];
    }
    return lq_array(at, n);
}

struct jn_liquid_value lq_filter_where(struct lq_filtering *f, struct jn_liquid_value v) {
    return chosen(f, v, true);
}

struct jn_liquid_value lq_filter_reject(struct lq_filtering *f, struct jn_liquid_value v) {
    return chosen(f, v, false);
}

static struct jn_liquid_value found(struct lq_filtering *f, struct jn_liquid_value v, size_t *at, bool *stop) {
    struct jn_liquid_value list = list_of(f, v);
    *stop = false;
    for (*at = 0; *at < list.array.n; ++*at) {
        if (selects(f, list.array.at[*at], stop)) return list.array.at[*at];
        if (*stop) return LQ_NIL;
    }
    *at = SIZE_MAX;
    return LQ_NIL;
}

struct jn_liquid_value lq_filter_find(struct lq_filtering *f, struct jn_liquid_value v) {
    size_t at;
    bool stop;
    return found(f, v, &at, &stop);
}

struct jn_liquid_value lq_filter_find_index(struct lq_filtering *f, struct jn_liquid_value v) {
    size_t at;
    bool stop;
    (void)found(f, v, &at, &stop);
    return stop || at == SIZE_MAX ? LQ_NIL : lq_int((int64_t)at);
}

struct jn_liquid_value lq_filter_has(struct lq_filtering *f, struct jn_liquid_value v) {
    size_t at;
    bool stop;
    (void)found(f, v, &at, &stop);
    return stop ? LQ_NIL : lq_bool(at != SIZE_MAX);
}

struct jn_liquid_value lq_filter_map(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v);
    for (size_t i = 0; i < list.array.n; i++) {
        struct jn_liquid_value element = list.array.at[i];
        if (element.kind != JN_LIQUID_OBJECT && element.kind != JN_LIQUID_NIL) {
            f->failed = "an element has no such property";
            return LQ_NIL;
        }
        list.array.at[i] = LQ_NIL;
        if (element.kind == JN_LIQUID_OBJECT) (void)property_of(f, element, f->argument[0], &list.array.at[i]);
    }
    return list;
}

/* The element itself, or its property when one is named. */
static struct jn_liquid_value looked_at(struct lq_filtering *f, struct jn_liquid_value element) {
    struct jn_liquid_value value;
    if (f->n == 0 || f->argument[0].kind == JN_LIQUID_NIL) return element;
    if (property_of(f, element, f->argument[0], &value) == NO_PROPERTY) f->failed = "an element has no such property";
    return value;
}

struct jn_liquid_value lq_filter_compact(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v), *at = NULL;
    uint32_t n = 0;
    for (size_t i = 0; i < list.array.n && f->failed == NULL; i++)
        if (looked_at(f, list.array.at[i]).kind != JN_LIQUID_NIL)
            *(struct jn_liquid_value *)jn_arena_grow(f->arena, &at, &n, sizeof(*at)) = list.array.at[i];
    return lq_array(at, n);
}

struct jn_liquid_value lq_filter_uniq(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v), *at = NULL, *key = NULL;
    uint32_t n = 0, same = 0;
    for (size_t i = 0; i < list.array.n && f->failed == NULL; i++) {
        struct jn_liquid_value value = looked_at(f, list.array.at[i]);
        bool known = false;
        if (!lq_frame_works(f->frame, n / 64)) break;
        for (uint32_t k = 0; k < n && !known; k++)
            known = lq_equal(key[k], value, f->arena);
        if (known) continue;
        *(struct jn_liquid_value *)jn_arena_grow(f->arena, &at, &n, sizeof(*at)) = list.array.at[i];
        *(struct jn_liquid_value *)jn_arena_grow(f->arena, &key, &same, sizeof(*key)) = value;
    }
    return lq_array(at, n);
}

struct jn_liquid_value lq_filter_sum(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value list = list_of(f, v), sum = lq_int(0), property = f->argument[0];
    bool named = f->n > 0 && property.kind != JN_LIQUID_NIL;
    for (size_t i = 0; i < list.array.n; i++) {
        struct jn_liquid_value element = list.array.at[i];
        if (named && element.kind != JN_LIQUID_OBJECT) {
            f->failed = "an element has no such property";
            return LQ_NIL;
        }
        f->argument[0] = named ? looked_at(f, element) : element;
        sum = lq_filter_plus(f, sum);
        f->argument[0] = property;
    }
    return sum;
}

/* ---- order: stable, nil behind everything */

struct sortable {
    struct jn_liquid_value element, key;
    size_t at;
    bool *failed;
};

static int by_value(const void *a, const void *b) {
    const struct sortable *x = a, *y = b;
    bool comparable = true;
    int order = 0;
    if (x->key.kind == JN_LIQUID_NIL || y->key.kind == JN_LIQUID_NIL)
        order = (x->key.kind == JN_LIQUID_NIL) - (y->key.kind == JN_LIQUID_NIL);
    else
        order = lq_compare(x->key, y->key, &comparable);
    if (!comparable) *x->failed = true;
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static struct jn_liquid_value sorted(struct lq_filtering *f, struct jn_liquid_value v, bool natural) {
    struct jn_liquid_value list = list_of(f, v);
    struct sortable *row = JN_NEW_ARRAY(f->arena, struct sortable, list.array.n);
    bool failed = false;
    for (size_t i = 0; i < list.array.n; i++) {
        row[i] = (struct sortable){list.array.at[i], looked_at(f, list.array.at[i]), i, &failed};
        if (!natural || row[i].key.kind == JN_LIQUID_NIL) continue;
        struct jn_buf small;
        jn_buf_init(&small, JN_LIQUID_OUTPUT_MAX);
        jn_utf8_downcase(lq_text(row[i].key, f->arena), &small);
        row[i].key = lq_taken(f, &small);
    }
    if (list.array.n > 0) qsort(row, list.array.n, sizeof(*row), by_value);
    if (failed) f->failed = "elements of different kinds have no order";
    for (size_t i = 0; i < list.array.n; i++)
        list.array.at[i] = row[i].element;
    return list;
}

struct jn_liquid_value lq_filter_sort(struct lq_filtering *f, struct jn_liquid_value v) {
    return sorted(f, v, false);
}

struct jn_liquid_value lq_filter_sort_natural(struct lq_filtering *f, struct jn_liquid_value v) {
    return sorted(f, v, true);
}

struct jn_liquid_value lq_filter_default(struct lq_filtering *f, struct jn_liquid_value v) {
    bool absent = v.kind == JN_LIQUID_NIL || v.kind == JN_LIQUID_EMPTY || v.kind == JN_LIQUID_BLANK || lq_is_empty(v) ||
                  (v.kind == JN_LIQUID_BOOL && !v.b && !f->allow_false);
    struct jn_liquid_value other = f->n == 0 ? jn_liquid_text(JN_STR("")) : f->argument[0];
    return absent ? other : v;
}

#include "compiler/fix/fix.h"

#include <stdlib.h>

#include "journey/compile.h"

#define ROUNDS 10 /* each round leaves fewer mistakes; ten layers of them are more than people write */

static int by_place(const void *a, const void *b) {
    const struct jc_fix *x = *(const struct jc_fix *const *)a, *y = *(const struct jc_fix *const *)b;
    return (x->span.offset > y->span.offset) - (x->span.offset < y->span.offset);
}

static const struct jc_fix **fixes_of(struct jn_arena *arena, const struct jc_diags *diags, uint32_t file, size_t *n) {
    const struct jc_fix **list = JN_NEW_ARRAY(arena, const struct jc_fix *, JC_MAX_DIAGS);
    *n = 0;
    for (const struct jc_diag *d = diags->first; d != NULL && *n < JC_MAX_DIAGS; d = d->next)
        if (d->fix != NULL && d->fix->safe && d->fix->span.file == file) list[(*n)++] = d->fix;
    if (*n > 1) qsort(list, *n, sizeof *list, by_place);
    return list;
}

struct jn_str jc_fix_text(struct jn_arena *arena, const struct jc_diags *diags, uint32_t file, uint32_t *n) {
    struct jn_str text = diags->source[file].text;
    size_t at = 0, n_list;
    const struct jc_fix **list = fixes_of(arena, diags, file, &n_list);
    struct jn_buf out;
    *n = 0;
    if (n_list == 0) return text;
    jn_buf_init(&out, SIZE_MAX);
    for (size_t i = 0; i < n_list; i++) {
        struct jc_span span = list[i]->span;
        if (span.offset < at || span.end < span.offset || span.end > text.n) continue;
        jn_buf_str(&out, jn_str_sub(text, at, span.offset - at));
        jn_buf_str(&out, list[i]->text);
        at = span.end;
        ++*n;
    }
    jn_buf_str(&out, jn_str_sub(text, at, text.n));
    text = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return text;
}

/* Mistakes of syntax weigh more: while there are any, others are not told. */
struct weight {
    uint32_t syntax, other;
};

static struct weight weigh(const struct jc_diags *diags) {
    struct weight weight = {0, 0};
    for (const struct jc_diag *d = diags->first; d != NULL; d = d->next) {
        if (d->code < JC_E0301)
            weight.syntax++;
        else
            weight.other++;
    }
    return weight;
}

static bool is_less(struct weight a, struct weight b) {
    return a.syntax != b.syntax ? a.syntax < b.syntax : a.other < b.other;
}

static uint32_t index_of(const struct jc_source *source, uint32_t n, struct jn_str path) {
    uint32_t i = 0;
    while (i < n && !jn_str_eq(source[i].path, path))
        i++;
    return i;
}

/* The sources with all safe fixes; the compiler's own list of files is sorted. */
static uint32_t fix_all(struct jn_arena *arena, const struct jc_diags *diags, struct jc_source *source, uint32_t n) {
    uint32_t total = 0;
    for (uint32_t file = 0; file < diags->n_source; file++) {
        uint32_t fixed, i = index_of(source, n, diags->source[file].path);
        struct jn_str text = jc_fix_text(arena, diags, file, &fixed);
        if (i < n && fixed > 0) source[i].text = text;
        total += fixed;
    }
    return total;
}

jn_rc jc_fix_workspace(struct jn_arena *arena, struct jc_source *source, uint32_t n_source, uint32_t *n_fixed,
                       struct jn_err *err) {
    struct jc_result result;
    *n_fixed = 0;
    jn_rc rc = jc_compile(arena, source, n_source, &result, err);
    for (uint32_t round = 0; rc == JN_OK && round < ROUNDS; round++) {
        struct jc_source *next = jn_arena_copy(arena, source, n_source * sizeof *source);
        struct weight before = weigh(result.diags);
        uint32_t n = fix_all(arena, result.diags, next, n_source);
        if (n == 0) return JN_OK;
        rc = jc_compile(arena, next, n_source, &result, err);
        if (rc != JN_OK || !is_less(weigh(result.diags), before)) return rc;
        memcpy(source, next, n_source * sizeof *source);
        *n_fixed += n;
    }
    return rc;
}

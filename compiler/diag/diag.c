/* The collector of diagnostics. */
#include "compiler/diag/diag.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/utf8.h"

#define DROPPED_MAX   1000 /* names that a broken line may have declared; of more, any name may */
#define MESSAGE_BYTES 1024 /* longer messages are cut: they hold at most a few names */

void jc_diags_init(struct jc_diags *diags, struct jn_arena *arena, const struct jc_source *source, uint32_t n_source) {
    *diags = (struct jc_diags){.arena = arena, .source = source, .n_source = n_source};
}

static int span_order(struct jc_span a, struct jc_span b) {
    if (a.file != b.file) return a.file < b.file ? -1 : 1;
    if (a.offset != b.offset) return a.offset < b.offset ? -1 : 1;
    return 0;
}

/* Formats into the arena, cut at a character boundary. */
static struct jn_str format_text(struct jn_arena *arena, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static struct jn_str format_text(struct jn_arena *arena, const char *format, va_list ap) {
    char text[MESSAGE_BYTES];
    int n = vsnprintf(text, sizeof text, format, ap);
    JN_CHECK(n >= 0);
    struct jn_str s = {text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    if ((size_t)n >= sizeof text) s.n = jn_utf8_check(s);
    return jn_arena_str(arena, s);
}

void jc_diags_drop(struct jc_diags *diags, struct jn_str name) {
    for (uint32_t i = 0; i < diags->n_dropped; i++)
        if (jn_str_eq(diags->dropped[i], name)) return;
    if (name.n == 0 || diags->n_dropped == DROPPED_MAX) {
        diags->nameless = true;
        return;
    }
    *(struct jn_str *)jn_arena_grow(diags->arena, &diags->dropped, &diags->n_dropped, sizeof name) = name;
}

/* What is told of a line that could only be guessed at. */
static bool is_guess(enum jc_code code) {
    return code == JC_E0104 || code == JC_E0105 || code == JC_E0201 || code == JC_E0202 || code == JC_E0214;
}

static bool is_unknown_name(enum jc_code code) {
    return code == JC_E0304 || code == JC_E0305 || code == JC_E0410 || code == JC_E0502 || code == JC_E0602 ||
           code == JC_E0605 || code == JC_E0701 || code == JC_E0703 || code == JC_E0704 || code == JC_E0408 ||
           code == JC_E0412;
}

/* The name that was lost by a mistake of syntax, which is told already. */
static bool is_lost_name(const struct jc_diags *diags, enum jc_code code, struct jc_span span) {
    if (!is_unknown_name(code) || span.file >= diags->n_source) return false;
    if (diags->nameless) return true;
    struct jn_str written = jn_str_sub(diags->source[span.file].text, span.offset, span.end - span.offset);
    if (jn_str_starts(written, JN_STR("\""))) written = jn_str_sub(written, 1, written.n > 2 ? written.n - 2 : 0);
    const char *dot = written.n == 0 ? NULL : memchr(written.p, '.', written.n);
    if (dot != NULL) written.n = (size_t)(dot - written.p); /* of a.b it is a that is looked for first */
    for (uint32_t i = 0; i < diags->n_dropped; i++)
        if (jn_str_eq(diags->dropped[i], written)) return true;
    return false;
}

/* One mistake, one diagnostic. */
static bool is_told(const struct jc_diags *diags, enum jc_code code, struct jc_span span) {
    if (code < JC_E0301 || jc_code_severity(code) != JC_ERROR) return false;
    if (is_lost_name(diags, code, span)) return true;
    for (const struct jc_diag *d = diags->first; d != NULL; d = d->next)
        if (is_guess(d->code) && d->span.file == span.file && d->span.line == span.line) return true;
    return false;
}

struct jc_diag *jc_report(struct jc_diags *diags, enum jc_code code, struct jc_span span, ...) {
    struct jc_diag **tail = &diags->first;
    uint32_t n = 0;
    for (; *tail != NULL; tail = &(*tail)->next, n++) {
        if ((*tail)->code == code && span_order((*tail)->span, span) == 0) return *tail;
    }
    struct jc_diag *diag = JN_NEW(diags->arena, struct jc_diag);
    diag->code = code;
    diag->severity = jc_code_severity(code);
    diag->span = span;
    va_list ap;
    va_start(ap, span);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the table's rows; each code has a golden test  \
                                                      */
    diag->message = format_text(diags->arena, jc_code_message(code), ap);
#pragma GCC diagnostic pop
    va_end(ap);
    if (is_told(diags, code, span)) return diag; /* kept by nobody */
    diags->n_error += diag->severity == JC_ERROR;
    diags->n_warning += diag->severity == JC_WARNING;
    if (n < JC_MAX_DIAGS) *tail = diag;
    return diag;
}

void jc_hint(struct jc_diags *diags, struct jc_diag *diag, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    diag->hint = format_text(diags->arena, format, ap);
    va_end(ap);
}

static void set_fix(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, struct jn_str replacement,
                    bool safe) {
    struct jc_fix *fix = JN_NEW(diags->arena, struct jc_fix);
    *fix = (struct jc_fix){.span = span, .text = jn_arena_str(diags->arena, replacement), .safe = safe};
    diag->fix = fix;
    if (diag->hint.n > 0) return;
    if (replacement.n == 0)
        diag->hint = JN_STR("leave it out");
    else if (replacement.n < 80 && memchr(replacement.p, '\n', replacement.n) == NULL)
        jc_hint(diags, diag, "write `%.*s`", JN_FMT(replacement));
}

void jc_fix(struct jc_diags *diags, struct jc_diag *diag, struct jn_str replacement) {
    set_fix(diags, diag, diag->span, replacement, true);
}

void jc_fix_at(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, struct jn_str replacement) {
    set_fix(diags, diag, span, replacement, true);
}

void jc_suggest(struct jc_diags *diags, struct jc_diag *diag, struct jn_str replacement) {
    set_fix(diags, diag, diag->span, replacement, false);
}

void jc_suggest_at(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, struct jn_str replacement) {
    set_fix(diags, diag, span, replacement, false);
}

void jc_relate(struct jc_diags *diags, struct jc_diag *diag, struct jc_span span, const char *format, ...) {
    struct jc_related *related = JN_NEW(diags->arena, struct jc_related);
    va_list ap;
    va_start(ap, format);
    related->text = format_text(diags->arena, format, ap);
    va_end(ap);
    related->span = span;
    struct jc_related **tail = &diag->related;
    while (*tail != NULL)
        tail = &(*tail)->next;
    *tail = related;
}

void jc_diags_add(struct jc_diags *diags, const struct jc_diags *found) {
    struct jc_diag **tail = &diags->first;
    while (found->first != NULL && *tail != NULL)
        tail = &(*tail)->next;
    for (const struct jc_diag *diag = found->first; diag != NULL; diag = diag->next, tail = &(*tail)->next)
        *tail = jn_arena_copy(diags->arena, diag, sizeof *diag);
    diags->n_error += found->n_error;
    diags->n_warning += found->n_warning;
    for (uint32_t i = 0; i < found->n_dropped; i++)
        jc_diags_drop(diags, found->dropped[i]);
    diags->nameless = diags->nameless || found->nameless;
}

static int diag_order(const void *a, const void *b) {
    const struct jc_diag *x = *(struct jc_diag *const *)a, *y = *(struct jc_diag *const *)b;
    int c = span_order(x->span, y->span);
    return c != 0 ? c : (x->code > y->code) - (x->code < y->code);
}

void jc_diags_sort(struct jc_diags *diags) {
    size_t n = 0;
    for (struct jc_diag *d = diags->first; d != NULL; d = d->next)
        n++;
    if (n == 0) return;
    struct jc_diag **order = JN_NEW_ARRAY(diags->arena, struct jc_diag *, n);
    n = 0;
    for (struct jc_diag *d = diags->first; d != NULL; d = d->next)
        order[n++] = d;
    qsort(order, n, sizeof *order, diag_order);
    diags->first = order[0];
    struct jc_diag *last = order[0];
    for (size_t i = 1; i < n; i++) {
        bool again = last->code == order[i]->code && last->span.offset == order[i]->span.offset &&
                     last->span.file == order[i]->span.file && jn_str_eq(last->message, order[i]->message);
        if (again) { /* a line of a test is read once for each row */
            diags->n_error -= order[i]->severity == JC_ERROR;
            diags->n_warning -= order[i]->severity == JC_WARNING;
            continue;
        }
        last->next = order[i];
        last = order[i];
    }
    last->next = NULL;
}

void jc_diags_remove(struct jc_diags *diags, const struct jc_diag *gone) {
    struct jc_diag **at = &diags->first;
    while (*at != NULL && *at != gone)
        at = &(*at)->next;
    if (*at == NULL) return;
    diags->n_error -= gone->severity == JC_ERROR;
    diags->n_warning -= gone->severity == JC_WARNING;
    *at = gone->next;
}

void jc_diags_deny(struct jc_diags *diags, const enum jc_code *code) {
    for (struct jc_diag *diag = diags->first; diag != NULL; diag = diag->next) {
        if (diag->severity != JC_WARNING || (code != NULL && diag->code != *code)) continue;
        diag->severity = JC_ERROR;
        diags->n_warning--;
        diags->n_error++;
    }
}

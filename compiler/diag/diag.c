/* The collector of diagnostics and the table of codes. */
#include "compiler/diag/diag.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/utf8.h"

#define MESSAGE_BYTES 1024 /* longer messages are cut: they hold at most a few names */

struct code_row {
    const char *name, *title, *message, *wrong, *right;
    enum jc_severity severity;
};

#define ERROR   JC_ERROR
#define WARNING JC_WARNING
static const struct code_row rows[] = {
#define DIAGNOSTIC(code, severity, title, message, wrong, right) {#code, title, message, wrong, right, severity},
#include "compiler/diag/diagnostics.def"
#undef DIAGNOSTIC
};
#undef ERROR
#undef WARNING

static const char *const severity_word[] = {[JC_ERROR] = "error", [JC_WARNING] = "warning", [JC_NOTE] = "note"};

const char *jc_code_name(enum jc_code code) {
    return rows[code].name;
}

enum jc_severity jc_code_severity(enum jc_code code) {
    return rows[code].severity;
}

const char *jc_code_title(enum jc_code code) {
    return rows[code].title;
}

struct jn_str jc_code_wrong(enum jc_code code) {
    return jn_str_z(rows[code].wrong);
}

struct jn_str jc_code_right(enum jc_code code) {
    return jn_str_z(rows[code].right);
}

const char *jc_severity_word(enum jc_severity severity) {
    return severity_word[severity];
}

bool jc_code_find(struct jn_str name, enum jc_code *out) {
    for (unsigned i = 0; i < JC_CODES; i++) {
        if (jn_str_is(name, rows[i].name)) {
            *out = (enum jc_code)i;
            return true;
        }
    }
    return false;
}

static void explain_example(const char *heading, const char *example, struct jn_buf *out) {
    if (example[0] == '\0') return;
    jn_buf_printf(out, "\n%s\n\n", heading);
    for (const char *line = example; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        if (n > 0) jn_buf_z(out, "    ");
        for (size_t i = 0; i < n; i++) {
            unsigned char c = (unsigned char)line[i];
            bool shown = (c >= 0x20 && c != 0x7f) || c == '\t';
            jn_buf_char(out, shown ? line[i] : '?');
        }
        jn_buf_char(out, '\n');
        line += n + (line[n] == '\n');
    }
}

void jc_code_explain(enum jc_code code, struct jn_buf *out) {
    const struct code_row *row = &rows[code];
    jn_buf_printf(out, "%s (%s): %s\n", row->name, severity_word[row->severity], row->title);
    explain_example("Wrong:", row->wrong, out);
    explain_example("Right:", row->right, out);
}

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

struct jc_diag *jc_report(struct jc_diags *diags, enum jc_code code, struct jc_span span, ...) {
    struct jc_diag **tail = &diags->first;
    uint32_t n = 0;
    for (; *tail != NULL; tail = &(*tail)->next, n++) {
        if ((*tail)->code == code && span_order((*tail)->span, span) == 0) return *tail;
    }
    struct jc_diag *diag = JN_NEW(diags->arena, struct jc_diag);
    diag->code = code;
    diag->span = span;
    va_list ap;
    va_start(ap, span);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the table's rows; each code has a golden test  \
                                                      */
    diag->message = format_text(diags->arena, rows[code].message, ap);
#pragma GCC diagnostic pop
    va_end(ap);
    diags->n_error += rows[code].severity == JC_ERROR;
    diags->n_warning += rows[code].severity == JC_WARNING;
    if (n < JC_MAX_DIAGS) *tail = diag;
    return diag;
}

void jc_hint(struct jc_diags *diags, struct jc_diag *diag, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    diag->hint = format_text(diags->arena, format, ap);
    va_end(ap);
}

void jc_fix(struct jc_diags *diags, struct jc_diag *diag, struct jn_str replacement) {
    diag->replace = jn_arena_str(diags->arena, replacement);
    diag->has_fix = true;
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
    for (size_t i = 0; i < n; i++)
        order[i]->next = i + 1 < n ? order[i + 1] : NULL;
    diags->first = order[0];
}

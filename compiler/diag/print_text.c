/* Diagnostics for people: place, sentence, the source line with carets, hint, related places, a summary. */
#include "compiler/diag/print.h"
#include "compiler/diag/show.h"

#define LINE_CELLS  70 /* of a source line: with what stands before it, 80; what is further right is left out */
#define LEAD_CELLS  40 /* kept in front of the place when the line is longer */
#define CARET_CELLS 70 /* a longer place is underlined this far */

#define COLOUR_ERROR   "\033[1;31m"
#define COLOUR_WARNING "\033[1;33m"
#define COLOUR_NOTE    "\033[1;36m"
#define COLOUR_OFF     "\033[0m"

static const char *severity_colour(enum jc_severity severity) {
    return severity == JC_ERROR ? COLOUR_ERROR : severity == JC_WARNING ? COLOUR_WARNING : COLOUR_NOTE;
}

static unsigned cells(struct jn_str text, size_t from, size_t to) {
    unsigned n = 0;
    for (size_t at = from; at < to && n < 4096;)
        n += jc_show_character(text, &at, NULL);
    return n;
}

/* Bytes to leave out at the left so that a place far to the right is seen. */
static size_t window(struct jn_str line, size_t place) {
    if (cells(line, 0, line.n) <= LINE_CELLS) return 0;
    size_t from = place;
    while (from > 0 && place - from < LEAD_CELLS)
        from--;
    while (from > 0 && ((unsigned char)line.p[from] & 0xc0) == 0x80)
        from--;
    return from;
}

static void print_quote(struct jn_str text, struct jc_span span, const char *colour, struct jn_buf *out) {
    size_t begin;
    struct jn_str line = jc_line_at(text, span.offset, &begin);
    size_t place = span.offset > begin ? span.offset - begin : 0;
    size_t end = span.end > span.offset ? span.end - begin : place;
    if (place > line.n) place = line.n;
    if (end > line.n) end = line.n;
    size_t from = window(line, place);

    jn_buf_printf(out, "%5u | %s", span.line, from > 0 ? "…" : "");
    unsigned shown = 0;
    size_t at = from;
    while (at < line.n && shown < LINE_CELLS)
        shown += jc_show_character(line, &at, out);
    jn_buf_printf(out, "%s\n      | %s", at < line.n ? "…" : "", from > 0 ? " " : "");

    for (unsigned i = cells(line, from, place); i > 0; i--)
        jn_buf_char(out, ' ');
    jn_buf_z(out, colour);
    unsigned carets = cells(line, place, end);
    if (carets == 0) carets = 1;
    if (carets > CARET_CELLS) carets = CARET_CELLS;
    while (carets-- > 0)
        jn_buf_char(out, '^');
    jn_buf_z(out, colour[0] != '\0' ? COLOUR_OFF "\n" : "\n");
}

static void print_entry(const struct jc_diags *diags, struct jc_span span, const char *word, const char *code,
                        struct jn_str message, const char *colour, struct jn_buf *out) {
    bool known = span.file < diags->n_source;
    if (known) {
        jc_show_path(diags->source[span.file].path, out);
        if (span.line > 0) jn_buf_printf(out, ":%u:%u", span.line, span.column);
        jn_buf_z(out, ": ");
    }
    jn_buf_printf(out, "%s%s%s%s%s%s: ", colour, word, code[0] != '\0' ? "[" : "", code, code[0] != '\0' ? "]" : "",
                  colour[0] != '\0' ? COLOUR_OFF : "");
    jc_show_text(message, out);
    jn_buf_char(out, '\n');
    if (known && span.line > 0) print_quote(diags->source[span.file].text, span, colour, out);
}

void jc_print_diag(const struct jc_diags *diags, const struct jc_diag *diag, bool colour, struct jn_buf *out) {
    print_entry(diags, diag->span, jc_severity_word(diag->severity), jc_code_name(diag->code), diag->message,
                colour ? severity_colour(diag->severity) : "", out);
    if (diag->hint.n > 0) {
        jn_buf_z(out, "      = ");
        jc_show_text(diag->hint, out);
        jn_buf_z(out, diag->fix != NULL && diag->fix->safe ? "  [journey fmt --fix]\n" : "\n");
    }
    for (const struct jc_related *r = diag->related; r != NULL; r = r->next)
        print_entry(diags, r->span, jc_severity_word(JC_NOTE), "", r->text, colour ? COLOUR_NOTE : "", out);
}

/* The file that all of them are in, or how many files. */
static void print_where(const struct jc_sheet *sheet, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = &(struct jc_sheet){.diags = sheet->diags, .n_diags = sheet->n_diags}};
    struct jn_str path = JN_STR_NONE;
    uint32_t n = 0;
    while (jc_shown_next(&shown)) {
        struct jn_str next = jc_path_of(sheet->diags[shown.workspace], shown.diag->span);
        if (n > 0 && jn_str_eq(path, next)) continue; /* they are sorted by file */
        path = next;
        n++;
    }
    if (n == 1) {
        jn_buf_z(out, " in ");
        jc_show_path(path, out);
    } else {
        jn_buf_printf(out, " in %u files", n);
    }
}

void jc_sheet_text(const struct jc_sheet *sheet, struct jn_buf *out) {
    struct jc_shown shown = {.sheet = sheet};
    uint32_t n_error = jc_sheet_errors(sheet), n_warning = jc_sheet_warnings(sheet);
    const struct jc_diag *first = NULL;
    while (jc_shown_next(&shown)) {
        if (first == NULL || (first->severity != JC_ERROR && shown.diag->severity == JC_ERROR)) first = shown.diag;
        jc_print_diag(sheet->diags[shown.workspace], shown.diag, sheet->colour, out);
    }
    if (n_error == 0 && n_warning == 0) return;
    jn_buf_printf(out, "%u error%s, %u warning%s", n_error, n_error == 1 ? "" : "s", n_warning,
                  n_warning == 1 ? "" : "s");
    print_where(sheet, out);
    if (sheet->max_errors > 0 && n_error > sheet->max_errors)
        jn_buf_printf(out, "; the first %u error%s shown", sheet->max_errors, sheet->max_errors == 1 ? " is" : "s are");
    if (first != NULL) jn_buf_printf(out, "; more: journey explain %s", jc_code_name(first->code));
    jn_buf_char(out, '\n');
}

void jc_diags_print_text(const struct jc_diags *diags, bool colour, struct jn_buf *out) {
    const struct jc_sheet sheet = {.diags = &diags, .n_diags = 1, .colour = colour};
    jc_sheet_text(&sheet, out);
}

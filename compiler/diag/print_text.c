/* Diagnostics for people: place, sentence, the source line with carets, hint, related places, a summary. */
#include "compiler/diag/diag.h"
#include "core/utf8.h"

#define TAB_CELLS   4
#define LINE_CELLS  160 /* of a source line; what is further right is left out */
#define LEAD_CELLS  60  /* kept in front of the place when the line is longer */
#define CARET_CELLS 120 /* a longer place is underlined this far */

#define COLOUR_ERROR   "\033[1;31m"
#define COLOUR_WARNING "\033[1;33m"
#define COLOUR_NOTE    "\033[1;36m"
#define COLOUR_OFF     "\033[0m"

static const char *severity_colour(enum jc_severity severity) {
    return severity == JC_ERROR ? COLOUR_ERROR : severity == JC_WARNING ? COLOUR_WARNING : COLOUR_NOTE;
}

/* One character as it may be shown; returns the cells it takes. Nothing that a terminal obeys gets through. */
static unsigned show_character(struct jn_str text, size_t *at, struct jn_buf *out) {
    unsigned char c = (unsigned char)text.p[*at];
    if (c == '\t') {
        ++*at;
        if (out != NULL) jn_buf_z(out, "    ");
        return TAB_CELLS;
    }
    struct jn_str rest = jn_str_sub(text, *at, 4);
    if (c < 0x80 ? c < 0x20 || c == 0x7f : jn_utf8_check(rest) == 0) {
        ++*at;
        if (out != NULL) jn_buf_char(out, '?');
        return 1;
    }
    size_t from = *at;
    uint32_t code_point = jn_utf8_next(text, at);
    if (jn_utf8_is_bidi(code_point) || (code_point >= 0x80 && code_point < 0xa0) || code_point == 0x2028 ||
        code_point == 0x2029) {
        if (out != NULL) jn_buf_char(out, '?');
        return 1;
    }
    if (out != NULL) jn_buf_add(out, text.p + from, *at - from);
    int width = jn_utf8_width(code_point);
    return width > 0 ? (unsigned)width : 0;
}

static void show_text(struct jn_str text, struct jn_buf *out) {
    for (size_t at = 0; at < text.n;)
        show_character(text, &at, out);
}

/* A path that begins like a command to a CI runner is led by "./". */
static void show_path(struct jn_str path, struct jn_buf *out) {
    if (jn_str_starts(path, JN_STR("::"))) jn_buf_z(out, "./");
    show_text(path, out);
}

static unsigned cells(struct jn_str text, size_t from, size_t to) {
    unsigned n = 0;
    for (size_t at = from; at < to && n < 4096;)
        n += show_character(text, &at, NULL);
    return n;
}

/* The line around byte `offset`, without its end; also where it begins. */
static struct jn_str line_at(struct jn_str text, size_t offset, size_t *begin) {
    size_t from = offset < text.n ? offset : text.n;
    while (from > 0 && text.p[from - 1] != '\n' && text.p[from - 1] != '\r')
        from--;
    if (from == 0 && jn_str_starts(text, JN_STR("\xef\xbb\xbf"))) from = 3;
    size_t to = from;
    while (to < text.n && text.p[to] != '\n' && text.p[to] != '\r')
        to++;
    *begin = from;
    return jn_str_sub(text, from, to - from);
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
    struct jn_str line = line_at(text, span.offset, &begin);
    size_t place = span.offset > begin ? span.offset - begin : 0;
    size_t end = span.end > span.offset ? span.end - begin : place;
    if (place > line.n) place = line.n;
    if (end > line.n) end = line.n;
    size_t from = window(line, place);

    jn_buf_printf(out, "%5u | %s", span.line, from > 0 ? "…" : "");
    unsigned shown = 0;
    size_t at = from;
    while (at < line.n && shown < LINE_CELLS)
        shown += show_character(line, &at, out);
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
        show_path(diags->source[span.file].path, out);
        if (span.line > 0) jn_buf_printf(out, ":%u:%u", span.line, span.column);
        jn_buf_z(out, ": ");
    }
    jn_buf_printf(out, "%s%s%s%s%s%s: ", colour, word, code[0] != '\0' ? "[" : "", code, code[0] != '\0' ? "]" : "",
                  colour[0] != '\0' ? COLOUR_OFF : "");
    show_text(message, out);
    jn_buf_char(out, '\n');
    if (known && span.line > 0) print_quote(diags->source[span.file].text, span, colour, out);
}

static void print_diag(const struct jc_diags *diags, const struct jc_diag *diag, bool colour, struct jn_buf *out) {
    enum jc_severity severity = jc_code_severity(diag->code);
    print_entry(diags, diag->span, jc_severity_word(severity), jc_code_name(diag->code), diag->message,
                colour ? severity_colour(severity) : "", out);
    if (diag->hint.n > 0) {
        jn_buf_z(out, "      = ");
        show_text(diag->hint, out);
        jn_buf_char(out, '\n');
    }
    for (const struct jc_related *r = diag->related; r != NULL; r = r->next)
        print_entry(diags, r->span, jc_severity_word(JC_NOTE), "", r->text, colour ? COLOUR_NOTE : "", out);
}

void jc_diags_print_text(const struct jc_diags *diags, bool colour, struct jn_buf *out) {
    for (const struct jc_diag *diag = diags->first; diag != NULL; diag = diag->next)
        print_diag(diags, diag, colour, out);
    if (diags->n_error == 0 && diags->n_warning == 0) return;
    jn_buf_printf(out, "%u error%s, %u warning%s\n", diags->n_error, diags->n_error == 1 ? "" : "s", diags->n_warning,
                  diags->n_warning == 1 ? "" : "s");
}

#include "compiler/diag/show.h"

#include "core/hash.h"
#include "core/utf8.h"

#define TAB_CELLS 4

unsigned jc_show_character(struct jn_str text, size_t *at, struct jn_buf *out) {
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

void jc_show_text(struct jn_str text, struct jn_buf *out) {
    for (size_t at = 0; at < text.n;)
        jc_show_character(text, &at, out);
}

void jc_show_path(struct jn_str path, struct jn_buf *out) {
    if (jn_str_starts(path, JN_STR("::"))) jn_buf_z(out, "./");
    jc_show_text(path, out);
}

void jc_show_xml(struct jn_str text, struct jn_buf *out) {
    for (size_t at = 0; at < text.n;) {
        char c = text.p[at];
        const char *entity = c == '<'    ? "&lt;"
                             : c == '>'  ? "&gt;"
                             : c == '&'  ? "&amp;"
                             : c == '"'  ? "&quot;"
                             : c == '\n' ? "&#10;"
                                         : NULL;
        struct jn_str rest = jn_str_sub(text, at, 4);
        if (entity != NULL) {
            jn_buf_z(out, entity);
            at++;
        } else if (jn_str_starts(rest, JN_STR("\xef\xbf\xbe")) || jn_str_starts(rest, JN_STR("\xef\xbf\xbf"))) {
            jn_buf_char(out, '?'); /* U+FFFE and U+FFFF are no characters of XML */
            at += 3;
        } else {
            jc_show_character(text, &at, out);
        }
    }
}

struct jn_str jc_path_of(const struct jc_diags *diags, struct jc_span span) {
    return span.file < diags->n_source ? diags->source[span.file].path : JN_STR("");
}

struct jn_str jc_line_at(struct jn_str text, size_t offset, size_t *begin) {
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

uint32_t jc_utf16_column(const struct jc_diags *diags, struct jc_span span, size_t offset) {
    uint32_t column = 1;
    size_t begin;
    if (span.file >= diags->n_source) return column;
    struct jn_str text = diags->source[span.file].text;
    jc_line_at(text, offset, &begin);
    for (size_t at = begin; at < offset && at < text.n; at++) {
        unsigned char c = (unsigned char)text.p[at];
        if ((c & 0xC0) != 0x80) column += c >= 0xF0 ? 2 : 1;
    }
    return column;
}

static void without_blanks(struct jn_str line, struct jn_buf *out) {
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t') jn_buf_char(out, line.p[i]);
}

static void identify(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    size_t begin;
    struct jn_str path = jc_path_of(diags, diag->span);
    jn_buf_reset(out);
    jn_buf_printf(out, "%s %.*s ", jc_code_name(diag->code), JN_FMT(path));
    if (diag->span.file < diags->n_source)
        without_blanks(jc_line_at(diags->source[diag->span.file].text, diag->span.offset, &begin), out);
}

void jc_fingerprint(const struct jc_diags *diags, const struct jc_diag *diag, struct jn_buf *out) {
    struct jn_buf own, other;
    uint64_t before = 0;
    jn_buf_init(&own, SIZE_MAX);
    jn_buf_init(&other, SIZE_MAX);
    identify(diags, diag, &own);
    for (const struct jc_diag *d = diags->first; d != NULL && d != diag; d = d->next) {
        if (d->code != diag->code || d->span.file != diag->span.file) continue;
        identify(diags, d, &other);
        before += jn_str_eq(jn_buf_view(&own), jn_buf_view(&other));
    }
    jn_buf_printf(out, "%016llx", (unsigned long long)jn_hash64_seed(jn_buf_view(&own), before));
    jn_buf_release(&other);
    jn_buf_release(&own);
}

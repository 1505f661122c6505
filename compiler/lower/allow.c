#include "compiler/lower/allow.h"

struct allowance {
    struct jc_span place; /* of the code in the comment */
    enum jc_code code;
    uint32_t line; /* 0: the whole file */
    bool used;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(struct jn_str s, size_t at) {
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

/* Where the codes begin in `# allow W0901, W0902: reason`; 0: it is another comment. */
static size_t codes_at(struct jn_str text) {
    size_t at = skip_blanks(text, 1);
    if (!jn_str_starts(jn_str_sub(text, at, text.n), JN_STR("allow"))) return 0;
    size_t code = skip_blanks(text, at + 5);
    if (code == at + 5 || code + 1 >= text.n) return 0;
    bool letter = text.p[code] == 'W' || text.p[code] == 'E',
         digit = text.p[code + 1] >= '0' && text.p[code + 1] <= '9';
    return letter && digit ? code : 0;
}

static size_t code_length(struct jn_str s) {
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'A' && s.p[n] <= 'Z')))
        n++;
    return n;
}

static bool has_reason(struct jn_str s) {
    size_t at = skip_blanks(s, 0);
    s = jn_str_sub(s, at, s.n);
    size_t colon = jn_str_starts(s, JN_STR(":")) ? 1 : jn_str_starts(s, JN_STR("：")) ? 3 : 0;
    return colon > 0 && skip_blanks(s, colon) < s.n;
}

static struct jc_span within(struct jc_span span, size_t from, size_t n) {
    span.offset += (uint32_t)from;
    span.column += (uint32_t)from; /* ASCII up to here */
    span.end = span.offset + (uint32_t)n;
    span.end_line = span.line;
    span.end_column = span.column + (uint32_t)n;
    return span;
}

/* What stands on line `line` of a text; *at is where it begins, and moves on. */
static struct jn_str next_line(struct jn_str text, size_t *at) {
    struct jn_str rest = jn_str_sub(text, *at, text.n);
    const char *end = rest.n == 0 ? NULL : memchr(rest.p, '\n', rest.n);
    struct jn_str line = jn_str_sub(rest, 0, end == NULL ? rest.n : (size_t)(end - rest.p));
    *at += line.n + 1;
    return jn_str_sub(line, skip_blanks(line, 0), line.n);
}

/* The line that a comment on a line of its own is about; 0: the whole file. */
static uint32_t line_of(struct jn_str text, const struct jc_comment *comment) {
    uint32_t line = 1;
    size_t at = 0;
    bool above = true, gap = false; /* nothing but comments so far; an empty line behind the comment */
    for (; line <= comment->span.line && at < text.n; line++) {
        struct jn_str written = next_line(text, &at);
        if (jn_str_starts(written, JN_STR("\xEF\xBB\xBF"))) written = jn_str_sub(written, 3, written.n);
        bool empty = written.n == 0 || written.p[0] == '\r';
        above = above && (empty || written.p[0] == '#');
    }
    for (; at < text.n; line++) {
        struct jn_str written = next_line(text, &at);
        bool empty = written.n == 0 || written.p[0] == '\r';
        gap = gap || empty;
        if (!empty && written.p[0] != '#') return above && gap ? 0 : line;
    }
    return above ? 0 : line;
}

static bool is_allowed(const struct jc_diag *diag, uint32_t file, const struct allowance *allowance) {
    return diag->code == allowance->code && diag->span.file == file && jc_code_severity(diag->code) == JC_WARNING &&
           (allowance->line == 0 || diag->span.line == allowance->line);
}

static void apply(struct jc_diags *diags, uint32_t file, struct allowance *allowance) {
    struct jc_diag *next;
    for (struct jc_diag *diag = diags->first; diag != NULL; diag = next) {
        next = diag->next;
        if (!is_allowed(diag, file, allowance)) continue;
        jc_diags_remove(diags, diag);
        allowance->used = true;
    }
}

static void allow_code(struct jc_diags *diags, const struct jc_comment *comment, size_t from, size_t n, bool complete) {
    struct jn_str code = jn_str_sub(comment->text, from, n);
    struct allowance allowance = {.place = within(comment->span, from, n)};
    uint32_t file = comment->span.file;
    if (!jc_code_find(code, &allowance.code) || jc_code_severity(allowance.code) != JC_WARNING) {
        jc_report(diags, JC_W0972, allowance.place, JN_FMT(code));
        return;
    }
    allowance.line = comment->trailing ? comment->span.line : line_of(diags->source[file].text, comment);
    apply(diags, file, &allowance);
    if (!allowance.used && complete) jc_report(diags, JC_W0970, allowance.place, JN_FMT(code));
}

void jc_allow(struct jc_diags *diags, uint32_t file, const struct jc_comment *comments) {
    bool complete = diags->n_error == 0; /* else not all warnings have been looked for */
    for (const struct jc_comment *comment = comments; comment != NULL; comment = comment->next) {
        struct jn_str text = comment->text;
        size_t at = codes_at(text), n;
        if (at == 0 || comment->span.file != file) continue;
        for (; (n = code_length(jn_str_sub(text, at, text.n))) > 0; at = skip_blanks(text, at)) {
            allow_code(diags, comment, at, n, complete);
            at = skip_blanks(text, at + n);
            if (at < text.n && text.p[at] == ',') at++;
        }
        if (!has_reason(jn_str_sub(text, at, text.n))) jc_report(diags, JC_W0971, within(comment->span, 0, text.n));
    }
}

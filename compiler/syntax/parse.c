#include "compiler/syntax/parse.h"

#include "compiler/syntax/grammar.h"
#include "compiler/syntax/parser.h"
#define YYSTYPE JC_YYSTYPE
#define YYLTYPE JC_YYLTYPE
#include "compiler/syntax/scanner.h"
#include "compiler/syntax/stream.h"
#include "core/utf8.h"

struct jn_str jc_parser_text(const struct jc_parser *parser, struct jc_span span) {
    return jn_str_sub(parser->text, span.offset, span.end - span.offset);
}

struct jc_diag *jc_parser_report(struct jc_parser *parser, enum jc_code code, struct jc_span span, struct jn_str a,
                                 struct jn_str b) {
    bool beyond = code == JC_E0104 || code == JC_E0105 || code == JC_E0201 || code == JC_E0202 || code == JC_E0214;
    if (span.line == parser->told_line && code != JC_E0203 && code != JC_E0207) return NULL;
    if (beyond) parser->told_line = span.line;
    if (parser->n_error > JC_LIMIT_ERRORS) return NULL;
    if (parser->n_error++ == JC_LIMIT_ERRORS) return jc_report(parser->diags, JC_E0116, span, JC_LIMIT_ERRORS);
    return jc_report(parser->diags, code, span, JN_FMT(a.p == NULL ? JN_STR("") : a),
                     JN_FMT(b.p == NULL ? JN_STR("") : b));
}

void jc_parser_drop_line(struct jc_parser *parser, size_t offset) {
    struct jn_str text = parser->text;
    size_t from = offset, to = offset;
    while (from > 0 && text.p[from - 1] != '\n')
        from--;
    while (to < text.n && text.p[to] != '\n')
        to++;
    if (jn_utf8_check(jn_str_sub(text, from, to - from)) < to - from) return;
    while (from < to) {
        size_t at = from, end = from;
        bool name = jn_utf8_is_name(jn_utf8_next(text, &at));
        for (end = at; name && at < to; end = at)
            if (!jn_utf8_is_name(jn_utf8_next(text, &at))) break;
        if (name) jc_diags_drop(parser->diags, jn_str_sub(text, from, end - from));
        from = end;
    }
}

/* ---- what no source may hold, wherever it stands */

static struct jc_span parse_place(const struct jc_parser *parser, size_t offset, size_t n) {
    struct jc_span span = {.file = parser->source, .offset = (uint32_t)offset, .line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        unsigned char c = (unsigned char)parser->text.p[i];
        if (c == '\n') {
            span.line++;
            span.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            span.column++;
        }
    }
    span.end = (uint32_t)(offset + n);
    span.end_line = span.line;
    span.end_column = span.column + 1;
    return span;
}

static void parse_blank(char *copy, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        copy[i] = ' ';
}

/* Bytes that are no character; a run of them is one mistake. */
static void parse_check_bytes(struct jc_parser *parser, char *copy) {
    struct jn_str text = parser->text;
    for (size_t at = 0; at < text.n && parser->n_error <= JC_LIMIT_ERRORS;) {
        size_t bad = at + jn_utf8_check(jn_str_sub(text, at, text.n));
        if (bad >= text.n) return;
        size_t end = bad + 1;
        while (end < text.n && jn_utf8_check(jn_str_sub(text, end, 4)) == 0)
            end++;
        jc_parser_report(parser, JC_E0101, parse_place(parser, bad, end - bad), JN_STR(""), JN_STR(""));
        parse_blank(copy, bad, end);
        at = end;
    }
}

static bool parse_check_characters(struct jc_parser *parser, char *copy) {
    struct jn_str text = {copy, parser->text.n};
    parse_check_bytes(parser, copy);
    for (size_t at = 0; at < text.n && parser->n_error <= JC_LIMIT_ERRORS;) {
        size_t start = at;
        uint32_t c = jn_utf8_next(text, &at);
        bool lone_return = c == '\r' && (at == text.n || text.p[at] != '\n');
        bool control = (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F || (c >= 0x80 && c < 0xA0);
        if (!lone_return && !control && !jn_utf8_is_bidi(c)) continue;
        jc_parser_report(parser, jn_utf8_is_bidi(c) ? JC_E0103 : JC_E0102, parse_place(parser, start, at - start),
                         jn_arena_printf(parser->arena, "U+%04X", c), JN_STR(""));
        if (lone_return) return false; /* lines cannot be told apart */
        parse_blank(copy, start, at);
    }
    return parser->n_error <= JC_LIMIT_ERRORS;
}

struct jc_span jc_parser_end(const struct jc_parser *parser) {
    return parse_place(parser, parser->text.n, 0);
}

/* One reading of the source, with mistakes of its own. */
static jn_rc parse_once(struct jc_parser *parser, struct jn_str whole, enum jc_reading reading, bool *balanced,
                        struct jn_err *err) {
    yyscan_t scanner;
    if (jc_yylex_init_extra(parser, &scanner) != 0) return jn_fail(err, JN_INTERNAL, "the scanner cannot be made");
    jc_yy_scan_bytes(whole.p, (int)whole.n, scanner);
    *balanced = jc_stream_run(parser, scanner, reading);
    jc_yylex_destroy(scanner);
    return JN_OK;
}

bool jc_parser_prepare(struct jc_parser *parser, struct jn_str *whole) {
    struct jn_str text = parser->text;
    enum jc_unread unread = parser->diags->source[parser->source].unread;
    struct jn_str kind = unread == JC_UNREAD_LINK ? JN_STR("a symbolic link") : JN_STR("neither a file nor a folder");
    if (unread != JC_READ) {
        jc_parser_report(parser, unread == JC_UNREAD_DENIED ? JC_E0370 : JC_W0973, parse_place(parser, 0, 0), kind,
                         JN_STR(""));
        return false;
    }
    if (text.n > JC_LIMIT_FILE_BYTES) {
        jc_parser_report(parser, JC_E0115, parse_place(parser, 0, 0), JN_STR(""), JN_STR(""));
        return false;
    }
    char *copy = jn_arena_alloc(parser->arena, text.n + 1); /* a line end behind the last line */
    if (text.n > 0) memcpy(copy, text.p, text.n);
    copy[text.n] = '\n';
    if (!parse_check_characters(parser, copy)) return false;
    size_t skip = jn_str_starts(text, JN_STR("\xEF\xBB\xBF")) ? 3 : 0;
    parser->offset = (uint32_t)skip;
    *whole = (struct jn_str){copy + skip, text.n + 1 - skip};
    return true;
}

/* Reads strictly; then, where that fails, with repairs; then, where blocks do not close, by the indentation, which
 * names the block that lacks its end. Of the last two the one with fewer mistakes counts. */
jn_rc jc_parse(struct jn_arena *arena, struct jc_diags *diags, uint32_t source_index, struct jc_tree *out,
               struct jn_err *err) {
    struct jc_parser blank = {.diags = diags, .arena = arena, .source = source_index, .line = 1, .column = 1};
    struct jc_parser read[3];
    struct jc_diags found[3];
    struct jn_str whole;
    bool balanced = false;
    unsigned best = 0;
    blank.text = diags->source[source_index].text;
    blank.words = jc_words_new(arena);
    *out = (struct jc_tree){.file = jc_node_new(&blank, JC_FILE, parse_place(&blank, 0, 0))};
    if (!jc_parser_prepare(&blank, &whole)) return JN_OK;
    for (unsigned i = JC_READ_STRICT; i <= JC_READ_INDENT; i++) {
        jc_diags_init(&found[i], arena, diags->source, diags->n_source);
        read[i] = blank;
        read[i].n_error = 0;
        read[i].diags = &found[i];
        read[i].comments_end = &read[i].comments;
        jn_rc rc = parse_once(&read[i], whole, (enum jc_reading)i, &balanced, err);
        if (rc != JN_OK) return rc;
        if (i != JC_READ_INDENT || found[i].n_error <= found[best].n_error) best = i;
        if (found[i].n_error == 0 || (i == JC_READ_REPAIR && balanced)) break;
    }
    jc_diags_add(diags, &found[best]);
    if (read[best].file != NULL) out->file = read[best].file;
    out->comments = read[best].comments;
    return JN_OK;
}

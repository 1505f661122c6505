#include "compiler/syntax/parse.h"

#include "compiler/syntax/expect.h"
#include "compiler/syntax/grammar.h"
#include "compiler/syntax/parser.h"
#define YYSTYPE JC_YYSTYPE
#define YYLTYPE JC_YYLTYPE
#include "compiler/syntax/scanner.h"
#include "core/utf8.h"

#define STACK_DEPTH_ENDS 64 /* blocks left open that are closed one by one */

struct jn_str jc_parser_text(const struct jc_parser *parser, struct jc_span span) {
    return jn_str_sub(parser->text, span.offset, span.end - span.offset);
}

struct jc_diag *jc_parser_report(struct jc_parser *parser, enum jc_code code, struct jc_span span, struct jn_str a, struct jn_str b) {
    if (parser->n_error > JC_LIMIT_ERRORS) return NULL;
    if (parser->n_error++ == JC_LIMIT_ERRORS) return jc_report(parser->diags, JC_E0116, span, JC_LIMIT_ERRORS);
    return jc_report(parser->diags, code, span, JN_FMT(a.p == NULL ? JN_STR("") : a), JN_FMT(b.p == NULL ? JN_STR("") : b));
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

static bool parse_check_characters(struct jc_parser *parser) {
    struct jn_str text = parser->text;
    size_t bad = jn_utf8_check(text);
    bool sound = true;
    if (bad < text.n) {
        jc_parser_report(parser, JC_E0101, parse_place(parser, bad, 1), JN_STR(""), JN_STR(""));
        return false;
    }
    for (size_t at = 0; at < text.n && sound;) {
        size_t start = at;
        uint32_t c = jn_utf8_next(text, &at);
        bool lone_return = c == '\r' && (at == text.n || text.p[at] != '\n');
        bool control = (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F || (c >= 0x80 && c < 0xA0);
        if (jn_utf8_is_bidi(c))
            jc_parser_report(parser, JC_E0103, parse_place(parser, start, at - start), jn_arena_printf(parser->arena, "U+%04X", c), JN_STR(""));
        else if (lone_return || control)
            jc_parser_report(parser, JC_E0102, parse_place(parser, start, at - start), jn_arena_printf(parser->arena, "U+%04X", c), JN_STR(""));
        else
            continue;
        sound = false;
    }
    return sound;
}

/* ---- tokens into the grammar */

/* A word that begins something new where only a block's end could stand: the block was never closed. */
static bool parse_begins_anew(int token) {
    return token == 0 || token == WORKSPACE || token == CUSTOMER || token == EVENT || token == SEGMENT || token == CHANNEL ||
           token == MESSAGE || token == SOURCE || token == JOURNEY || token == TEST || token == STAGE;
}

static void parse_close_blocks(struct jc_parser *parser, jc_yypstate *state, int token, struct jc_span span) {
    JC_YYSTYPE nothing = {0};
    for (int i = 0; i < STACK_DEPTH_ENDS && !jc_parser_expects(state, token) && jc_parser_expects(state, END); i++) {
        struct jc_diag *diag = jc_parser_report(parser, JC_E0203, span, jc_parser_text(parser, span), JN_STR(""));
        if (diag != NULL) jc_hint(parser->diags, diag, "write `end` before this line");
        jc_yypush_parse(state, END, &nothing, &span, parser);
        jc_yypush_parse(state, NL, &nothing, &span, parser);
    }
}

static void parse_tokens(struct jc_parser *parser, yyscan_t scanner) {
    jc_yypstate *state = jc_yypstate_new();
    int token, status = YYPUSH_MORE;
    bool line_start = true;
    while (status == YYPUSH_MORE) {
        JC_YYSTYPE value = {0};
        struct jc_span span;
        token = jc_yylex(&value, &span, scanner);
        if (token == 0) span = parse_place(parser, parser->text.n, 0);
        if (line_start && parse_begins_anew(token)) parse_close_blocks(parser, state, token, span);
        line_start = token == NL;
        /* `segment S is not …`: the two words belong to different things there. */
        if (token == IS_NOT && !jc_parser_expects(state, IS_NOT) && jc_parser_expects(state, IS)) {
            jc_yypush_parse(state, IS, &value, &span, parser);
            token = NOT;
        }
        status = jc_yypush_parse(state, token, &value, &span, parser);
        if (parser->n_error > JC_LIMIT_ERRORS) break;
    }
    jc_yypstate_delete(state);
}

jn_rc jc_parse(struct jn_arena *arena, struct jc_diags *diags, uint32_t source_index, struct jc_tree *out, struct jn_err *err) {
    struct jc_parser parser = {.diags = diags, .arena = arena, .source = source_index, .line = 1, .column = 1};
    struct jn_str text = diags->source[source_index].text;
    struct jn_str mark = JN_STR("\xEF\xBB\xBF");
    yyscan_t scanner;
    parser.text = text;
    parser.comments_end = &parser.comments;
    struct jc_span start = parse_place(&parser, 0, 0);
    *out = (struct jc_tree){.file = jc_node_new(&parser, JC_FILE, start)};
    if (text.n > JC_LIMIT_FILE_BYTES) {
        jc_parser_report(&parser, JC_E0115, start, JN_STR(""), JN_STR(""));
        return JN_OK;
    }
    if (!parse_check_characters(&parser)) return JN_OK;
    if (jc_yylex_init_extra(&parser, &scanner) != 0) return jn_fail(err, JN_INTERNAL, "the scanner cannot be made");
    /* A line end behind the last line, so that every token has something behind it. */
    size_t skip = jn_str_starts(text, mark) ? mark.n : 0;
    struct jn_str whole = jn_arena_printf(arena, "%.*s\n", JN_FMT(jn_str_sub(text, skip, text.n)));
    parser.offset = (uint32_t)skip;
    jc_yy_scan_bytes(whole.p, (int)whole.n, scanner);
    parse_tokens(&parser, scanner);
    jc_yylex_destroy(scanner);
    if (parser.file != NULL) out->file = parser.file;
    out->comments = parser.comments;
    return JN_OK;
}

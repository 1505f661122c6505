#include "compiler/syntax/here.h"

#include "compiler/syntax/grammar.h"
#include "compiler/syntax/parser.h"
#define YYSTYPE JC_YYSTYPE
#define YYLTYPE JC_YYLTYPE
#include "compiler/syntax/scanner.h"
#include "compiler/syntax/stream.h"

static void here_words(struct jc_stream *stream, struct jc_here *here) {
    const struct jc_word *row;
    struct jn_arena *arena = stream->parser->arena;
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++) {
        size_t n = row->token[1] == 0 ? 1 : 2;
        if (!jc_parser_expects(stream->state, row->token[0]) || jc_parser_names(stream->state, row->token[0])) continue;
        if (n == 2 && jc_parser_try(stream->state, row->token, n) < n) continue;
        *(const struct jc_word **)jn_arena_grow(arena, &here->word, &here->n_word, sizeof row) = row;
    }
}

/* A token as it went to the grammar. */
static void here_note(struct jc_stream *stream, const struct jc_token *token, struct jc_here *here) {
    struct jn_str text = jc_parser_text(stream->parser, token->span);
    bool name = token->kind == NAME;
    if (token->kind == NL) here->n_line = 0;
    if (token->kind == NL || text.n == 0) return;
    if (here->n_line == JC_HERE_TOKENS) return;
    if (name) text = token->value.node->text;
    here->line[here->n_line++] = (struct jc_here_token){token->span, text, name};
}

static bool here_is_inside(const struct jc_parser *parser) {
    size_t end = parser->text.n;
    for (const struct jc_comment *comment = parser->comments; comment != NULL; comment = comment->next)
        if (comment->next == NULL && comment->span.line == parser->line) return true;
    for (const struct jc_diag *diag = parser->diags->first; diag != NULL; diag = diag->next)
        if ((diag->code == JC_E0104 || diag->code == JC_E0105) && diag->span.end >= end) return true;
    return false;
}

static void here_finish(struct jc_stream *stream, struct jc_here *here) {
    here->inside = here_is_inside(stream->parser);
    if (here->inside || stream->status != YYPUSH_MORE) return;
    here->name = jc_parser_expects(stream->state, NAME);
    here->place = jc_parser_place(stream->state, stream->parser->arena);
    here_words(stream, here);
}

/* The point: what would be done there for the file's or the line's end must not be done. */
static bool here_is_end(struct jc_stream *stream) {
    const struct jc_token *next = jc_stream_peek(stream);
    struct jn_str text = stream->parser->text;
    if (next->kind == JC_YYEOF) return true;
    return next->kind == NL && next->span.end >= text.n && !jn_str_ends(text, JN_STR("\n"));
}

/* `first` and `last` are words when a name and a dot follow, which are yet to be written. */
static void here_read_ever(struct jc_stream *stream, struct jc_token *token) {
    if (token->kind != NAME || !here_is_end(stream)) return;
    if (!jc_parser_expects(stream->state, FIRST_OF)) return;
    struct jn_str written = jc_parser_text(stream->parser, token->span);
    if (jn_str_is(written, "first")) token->kind = FIRST_OF;
    if (jn_str_is(written, "last")) token->kind = LAST_OF;
}

/* One reading up to the end, which is neither the line's nor the file's. */
static jn_rc here_once(struct jc_parser *parser, struct jn_str text, enum jc_reading reading, struct jc_here *here,
                       struct jn_err *err) {
    yyscan_t scanner;
    if (jc_yylex_init_extra(parser, &scanner) != 0) return jn_fail(err, JN_INTERNAL, "the scanner cannot be made");
    jc_yy_scan_bytes(text.p, (int)text.n, scanner);
    struct jc_stream *stream = jc_stream_new(parser, scanner, reading);
    struct jc_token token;
    *here = (struct jc_here){0};
    while (!here_is_end(stream) && jc_stream_next(stream, &token)) {
        here_read_ever(stream, &token);
        here_note(stream, &token, here);
        jc_stream_push(stream, &token);
    }
    here_finish(stream, here);
    jc_stream_free(stream);
    jc_yylex_destroy(scanner);
    return JN_OK;
}

jn_rc jc_here_read(struct jn_arena *arena, struct jn_str text, struct jc_here *out, struct jn_err *err) {
    struct jc_source source = {JN_STR(""), text, JC_READ};
    struct jc_diags found;
    struct jn_str whole;
    jn_rc rc = JN_OK;
    *out = (struct jc_here){0};
    for (unsigned i = JC_READ_STRICT; i <= JC_READ_REPAIR && rc == JN_OK; i++) {
        struct jc_parser parser = {.diags = &found, .arena = arena, .text = text, .line = 1, .column = 1};
        jc_diags_init(&found, arena, &source, 1);
        parser.words = jc_words_new(arena);
        parser.comments_end = &parser.comments;
        if (!jc_parser_prepare(&parser, &whole)) return JN_OK;
        whole.n--; /* the line end that it adds */
        parser.n_error = 0;
        rc = here_once(&parser, whole, (enum jc_reading)i, out, err);
        if (parser.n_error == 0 || out->inside) break;
    }
    return rc;
}

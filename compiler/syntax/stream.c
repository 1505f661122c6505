/* Lines that cannot begin as they do, blocks that do not close, and everything else token by token. */
#include "compiler/syntax/stream.h"

#include "compiler/syntax/expect.h"
#include "core/value.h"

/* The scanner's own header says YYSTYPE; its one function is enough here. */
int jc_yylex(JC_YYSTYPE *value, JC_YYLTYPE *place, void *scanner);

static struct jc_token stream_scan(struct jc_stream *stream) {
    struct jc_token token = {0};
    stream->parser->word = NULL;
    token.kind = jc_yylex(&token.value, &token.span, stream->scanner);
    if (stream->parser->word != NULL) token.second = stream->parser->word->token[1];
    if (token.span.line == 0) token.span = jc_parser_end(stream->parser); /* the end, and the line end it stands for */
    return token;
}

struct jc_token jc_stream_read(struct jc_stream *stream) {
    struct jc_token token = {0};
    if (stream->n_ahead > 0) {
        token = stream->ahead[0];
        memmove(stream->ahead, stream->ahead + 1, --stream->n_ahead * sizeof *stream->ahead);
        return token;
    }
    return stream_scan(stream);
}

const struct jc_token *jc_stream_peek_at(struct jc_stream *stream, uint32_t i) {
    while (stream->n_ahead <= i)
        stream->ahead[stream->n_ahead++] = stream_scan(stream);
    return &stream->ahead[i];
}

void jc_stream_unread(struct jc_stream *stream, const struct jc_token *token) {
    memmove(stream->ahead + 1, stream->ahead, stream->n_ahead++ * sizeof *stream->ahead);
    stream->ahead[0] = *token;
}

const struct jc_token *jc_stream_peek(struct jc_stream *stream) {
    return jc_stream_peek_at(stream, 0);
}

void jc_stream_push(struct jc_stream *stream, const struct jc_token *token) {
    if (stream->status != YYPUSH_MORE) return;
    struct jc_span span = token->span;
    stream->before = span;
    if (!jc_blocks_token(&stream->blocks, token->kind, span)) {
        jc_parser_report(stream->parser, JC_E0205, span, JN_STR(""), JN_STR(""));
        stream->parser->too_deep = true;
    }
    stream->status = jc_yypush_parse(stream->state, token->kind, &token->value, &span, stream->parser);
    if (token->second == 0) return;
    struct jc_token second = {.kind = token->second, .span = token->span};
    jc_stream_push(stream, &second);
}

void jc_stream_insert(struct jc_stream *stream, int kind, struct jc_span place) {
    struct jc_token token = {.kind = kind, .span = place};
    token.span.end = place.offset;
    token.span.end_line = place.line;
    token.span.end_column = place.column;
    jc_stream_push(stream, &token);
}

static bool is_type_word(const struct jc_parser *parser, const struct jc_token *token) {
    enum jn_type type;
    if (token->kind != NAME) return false;
    struct jn_str written = jc_parser_text(parser, token->span);
    const struct jc_builtin *row = jc_builtin_find(written);
    return jn_type_by_word(row == NULL ? written : row->en, &type);
}

/* A declaration's word in the first column of a block of attributes or fields, that is no attribute or field. */
static bool leaves_names(struct jc_stream *stream, const struct jc_token *token, const struct jc_block *top) {
    if (!jc_is_declaration(token->kind) || token->span.column > top->span.column) return false;
    if (top->opener != CUSTOMER && top->opener != EVENT && top->opener != MESSAGE) return false;
    if (stream->reading == JC_READ_INDENT) return true;
    const struct jc_token *next = jc_stream_peek(stream);
    return top->opener == MESSAGE ? next->kind != TEXT_LITERAL
                                  : !is_type_word(stream->parser, next) && next->kind != WAS;
}

static bool block_is_open(struct jc_stream *stream, const struct jc_token *token) {
    const struct jc_block *top = jc_blocks_top(&stream->blocks);
    if (top == NULL || !jc_parser_expects(stream->state, END)) return false;
    bool outer = token->span.column <= top->span.column && (token->kind == STAGE || jc_is_declaration(token->kind));
    bool anew = token->kind == JC_YYEOF || outer;
    if (anew && !jc_parser_expects(stream->state, token->kind)) return true;
    if (leaves_names(stream, token, top)) return true;
    if (stream->reading != JC_READ_INDENT) return false;
    if (token->kind == END || token->kind == ELSE || token->kind == TIMEOUT)
        return top->span.column > token->span.column && jc_blocks_outer_at(&stream->blocks, token->span.column);
    return jc_blocks_statements(top) && token->span.column <= top->span.column;
}

uint32_t jc_stream_behind(struct jc_stream *stream, int kind[JC_AHEAD]) {
    for (uint32_t n = 0; n + 2 < JC_AHEAD;) {
        kind[n] = jc_stream_peek_at(stream, n)->kind;
        if (kind[n] == JC_YYEOF) return n;
        if (kind[n++] == NL) return n;
    }
    return 0;
}

bool jc_stream_leads_on(struct jc_stream *stream, int kind) {
    int line[JC_AHEAD + 1] = {kind};
    uint32_t n = jc_stream_behind(stream, line + 1);
    return jc_parser_try(stream->state, line, n + 1) == n + 1;
}

static void close_blocks(struct jc_stream *stream, const struct jc_token *token) {
    for (uint32_t i = 0; i < JC_LIMIT_DEPTH && block_is_open(stream, token); i++) {
        struct jc_block top = *jc_blocks_top(&stream->blocks);
        struct jc_diag *diag =
            jc_parser_report(stream->parser, JC_E0203, top.span, jc_parser_text(stream->parser, top.span), JN_STR(""));
        if (diag != NULL) jc_relate(stream->parser->diags, diag, token->span, "write `end` before this line");
        stream->unbalanced = true;
        jc_stream_insert(stream, END, token->span);
        jc_stream_insert(stream, NL, token->span);
    }
}

static void skip_line(struct jc_stream *stream) {
    while (jc_stream_peek(stream)->kind != NL && jc_stream_peek(stream)->kind != JC_YYEOF)
        jc_stream_read(stream);
    if (jc_stream_peek(stream)->kind == NL) jc_stream_read(stream);
}

/* The line and, going by the indentation, the block that it begins: one mistake, one diagnostic. */
static void skip_block(struct jc_stream *stream, uint32_t column) {
    bool body = false;
    skip_line(stream);
    for (;;) {
        const struct jc_token *next = jc_stream_peek(stream);
        if (next->kind == JC_YYEOF) return;
        bool deeper = next->span.column > column;
        bool branch =
            body && next->span.column == column &&
            (next->kind == ELSE || next->kind == TIMEOUT || next->kind == LABEL || next->kind == TEXT_LITERAL);
        bool end = body && next->span.column == column && next->kind == END;
        if (!deeper && !branch && !end) return;
        skip_line(stream);
        if (end) return;
        body = true;
    }
}

const char *jc_stream_where(const struct jc_stream *stream) {
    const struct jc_block *top = jc_blocks_top(&stream->blocks);
    if (top == NULL) return "outside all blocks";
    if (top->opener == JOURNEY) return "in a journey outside its stages";
    if (top->opener == SOURCE) return "in a source";
    if (top->opener == WHEN || top->opener == TAKE) return "in a mapping";
    if (top->opener == SERVICE) return "in a service";
    if (top->opener == CHANNEL) return "in a channel";
    if (top->opener == WORKSPACE) return "in a workspace";
    if (top->opener == TEST) return "in a test";
    if (top->opener == FOR) return "in a table";
    if (top->opener == SPLIT) return "in a split";
    if (top->opener == OPTIMIZE) return "in an `optimize`";
    if (top->opener == MATCH) return "in a match";
    if (top->opener == MESSAGE) return "in a message";
    if (top->opener == CUSTOMER || top->opener == EVENT) return "among attributes";
    return "in a stage";
}

/* `end` closes its block whatever is behind it. */
static void skip_behind_end(struct jc_stream *stream) {
    struct jc_token stray = jc_stream_read(stream);
    struct jn_str written = jn_str_sub(jc_parser_text(stream->parser, stray.span), 0, 64);
    struct jc_diag *diag = jc_parser_report(stream->parser, JC_E0201, stray.span, written, JN_STR(""));
    if (diag != NULL) jc_hint(stream->parser->diags, diag, "`end` stands alone on its line");
    while (jc_stream_peek(stream)->kind != NL && jc_stream_peek(stream)->kind != JC_YYEOF)
        jc_stream_read(stream);
}

/* Puts the token right, or the line; false when there is nothing of it left to be pushed. */
static bool repair(struct jc_stream *stream, struct jc_token *token) {
    bool first = stream->blocks.first == 0;
    if (!first) (void)jc_slip(stream, token);
    if (!jc_repair_token(stream, token)) {
        stream->line_start = token->kind == NL;
        return false;
    }
    bool stands = jc_parser_expects(stream->state, token->kind) ||
                  (token->kind >= LANGUAGE && jc_parser_expects(stream->state, NAME));
    if (stands || token->kind == JC_YYEOF) return true;
    if (jc_mend(stream, token, first)) return false;
    if (jc_mend_condition(stream, token)) return true;
    jc_repair_spelling(stream, token);
    return true;
}

static bool is_end_word(struct jc_stream *stream, const struct jc_token *token) {
    const struct jc_word *row = jc_word_find(stream->parser->words, jc_parser_text(stream->parser, token->span));
    return row != NULL && row->token[0] == END && jc_stream_peek(stream)->kind == '=' &&
           jc_stream_peek_at(stream, 1)->kind == NL;
}

/* A line as far left as the event before it, that is no attribute of it: a declaration of which something is wrong. */
static bool is_outdented(struct jc_stream *stream, const struct jc_token *token) {
    if (!stream->blocks.event_waits || token->span.column > stream->blocks.event.column) return false;
    if (jc_is_declaration(token->kind) || token->kind == END) return false;
    return !is_type_word(stream->parser, jc_stream_peek(stream));
}

/* An `end` too many: of an event without attributes it is just that one, else any before it may be meant. */
static void report_end(struct jc_stream *stream, const struct jc_token *token) {
    struct jc_diags *diags = stream->parser->diags;
    struct jc_diag *diag = jc_parser_report(stream->parser, JC_E0207, token->span, JN_STR(""), JN_STR(""));
    stream->unbalanced = stream->unbalanced || !stream->blocks.event_waits;
    if (diag == NULL || !stream->blocks.event_waits) return;
    jc_relate(diags, diag, stream->blocks.event, "an event without attributes is one line");
    jc_hint(diags, diag, "delete this line, or write the event's attributes before it");
    jc_fix(diags, diag, JN_STR(""));
}

/* True when the line is dealt with and nothing of it is left to be pushed. */
static bool begin_line(struct jc_stream *stream, struct jc_token *token) {
    close_blocks(stream, token);
    if (token->kind == JC_YYEOF || stream->reading == JC_READ_STRICT) return false;
    if (token->kind == END && !jc_parser_expects(stream->state, END)) {
        report_end(stream, token);
        skip_line(stream);
        stream->line_start = true;
        return true;
    }
    if (token->kind == NAME && is_end_word(stream, token)) token->kind = END; /* `end =` */
    if (token->kind == END && jc_stream_peek(stream)->kind != NL) skip_behind_end(stream);
    if (jc_slip(stream, token)) return false;
    if (token->kind == NAME && jc_repair_first(stream, token)) return false;
    if (is_outdented(stream, token) && jc_mend(stream, token, true)) return true;
    if (token->kind == LABEL || token->kind == NUMBER || jc_parser_expects(stream->state, token->kind)) return false;
    if (token->kind >= LANGUAGE && jc_parser_expects(stream->state, NAME)) return false;
    bool branch = token->kind == ELSE || token->kind == TIMEOUT; /* of nothing: no word before it makes it a line */
    if (!branch && jc_mend(stream, token, true)) return true;
    if (jc_repair_spelling(stream, token)) return false;
    jc_parser_report(stream->parser, JC_E0214, token->span,
                     jn_str_sub(jc_parser_text(stream->parser, token->span), 0, 64), jn_str_z(jc_stream_where(stream)));
    skip_block(stream, token->span.column);
    stream->line_start = true;
    return true;
}

/* The first attribute of an event may have a name that begins a declaration elsewhere: `source text`. */
static void read_attribute(struct jc_stream *stream, struct jc_token *token) {
    bool within = stream->blocks.event_waits && token->span.column > stream->blocks.event.column;
    if (!within || !jc_is_declaration(token->kind) || !is_type_word(stream->parser, jc_stream_peek(stream))) return;
    token->value.node = jc_node_word(stream->parser, JC_NAME, token->span);
    token->kind = NAME;
    token->second = 0;
}

struct jc_stream *jc_stream_new(struct jc_parser *parser, void *scanner, enum jc_reading reading) {
    struct jc_stream *stream = JN_NEW(parser->arena, struct jc_stream);
    *stream = (struct jc_stream){.parser = parser,
                                 .scanner = scanner,
                                 .line_start = true,
                                 .reading = reading,
                                 .status = YYPUSH_MORE,
                                 .state = jc_yypstate_new()};
    return stream;
}

void jc_stream_free(struct jc_stream *stream) {
    jc_yypstate_delete(stream->state);
}

bool jc_stream_next(struct jc_stream *stream, struct jc_token *token) {
    const struct jc_parser *parser = stream->parser;
    uint32_t most = stream->reading == JC_READ_STRICT ? 0 : JC_LIMIT_ERRORS;
    while (stream->status == YYPUSH_MORE && parser->n_error <= most && !parser->too_deep) {
        *token = jc_stream_read(stream);
        bool first = stream->line_start;
        stream->line_start = token->kind == NL;
        if (first) read_attribute(stream, token);
        if (first && token->kind != NL && begin_line(stream, token)) continue;
        if (stream->reading == JC_READ_STRICT)
            jc_read_in_context(stream, token);
        else if (token->span.line != parser->bad_line && !repair(stream, token))
            continue;
        return true;
    }
    return false;
}

bool jc_stream_run(struct jc_parser *parser, void *scanner, enum jc_reading reading) {
    struct jc_stream *stream = jc_stream_new(parser, scanner, reading);
    struct jc_token token;
    while (jc_stream_next(stream, &token))
        jc_stream_push(stream, &token);
    jc_stream_free(stream);
    return !stream->unbalanced;
}

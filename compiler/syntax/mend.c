/* Mends a line where the grammar cannot go on, by trial: the change that costs least and makes the rest of the line,
 * and the beginning of the next, read as the language. What the line declares is then known, and one mistake stays one.
 */
#include "compiler/syntax/expect.h"
#include "compiler/syntax/stream.h"
#include "compiler/syntax/words.h"
#include "core/utf8.h"
#include "core/value.h"

#define DROP_MAX   3 /* tokens left out */
#define BEYOND     4 /* tokens of the next line that are tried too */
#define DROP_COST  18
#define TOKEN_COST 20
#define VALUE_COST 30 /* putting in what only people can know */

struct mend {
    uint32_t drop;
    int insert; /* token, or 0 */
    int cost;
    bool all; /* what was tried of the next line fits too */
};

struct line {
    int kind[JC_AHEAD + 2]; /* from 1 on: the slot in front is for what is put in */
    uint32_t n_line;        /* with its end */
    uint32_t n;             /* with what is beyond */
};

/* The token and what is behind it on its line. False: it is too long. */
static bool read_line(struct jc_stream *stream, const struct jc_token *token, struct line *line) {
    uint32_t limit = JC_AHEAD - 1;
    line->kind[1] = token->kind;
    line->n = 1;
    while (line->n < limit && line->kind[line->n] != NL && line->kind[line->n] != JC_YYEOF) {
        line->kind[line->n + 1] = jc_stream_peek_at(stream, line->n - 1)->kind;
        line->n++;
    }
    line->n_line = line->n;
    for (uint32_t i = 0; i < BEYOND && line->n < limit && line->kind[line->n] != JC_YYEOF; i++) {
        line->kind[line->n + 1] = jc_stream_peek_at(stream, line->n - 1)->kind;
        line->n++;
    }
    return line->kind[line->n_line] == NL;
}

static bool is_value(int token) {
    return token == NAME || token == LABEL || token == HANDLER || (token >= NUMBER && token <= TEXT_LITERAL);
}

static struct jn_str text_of(const struct jc_stream *stream, const struct jc_token *token) {
    return jc_parser_text(stream->parser, token->span);
}

static bool is_name(struct jn_str text) {
    size_t at = 0;
    if (text.n == 0 || !jn_utf8_is_name_start(jn_utf8_next(text, &at))) return false;
    while (at < text.n)
        if (!jn_utf8_is_name(jn_utf8_next(text, &at))) return false;
    return true;
}

/* `tag vip`, `send "hello"`: the same thing with quotes, or without. Empty: it is not. */
static struct jn_str requoted(const struct jc_stream *stream, const struct jc_token *token, struct mend mend) {
    if (mend.drop != 1) return JN_STR_NONE;
    if (mend.insert == TEXT_LITERAL && (token->kind == NAME || token->kind >= LANGUAGE))
        return jn_arena_printf(stream->parser->arena, "\"%.*s\"", JN_FMT(text_of(stream, token)));
    struct jn_str text = token->kind == TEXT_LITERAL ? jn_value_str(token->value.node->value) : JN_STR_NONE;
    return mend.insert == NAME && is_name(text) ? text : JN_STR_NONE;
}

/* What the change costs; the smaller, the likelier. */
static int cost_of(const struct jc_stream *stream, const struct jc_token *token, uint32_t drop, int insert, bool all) {
    struct jn_str written = text_of(stream, token);
    int cost = (int)drop * DROP_COST + (insert == 0 ? 0 : is_value(insert) ? VALUE_COST : TOKEN_COST);
    if (!all) cost += TOKEN_COST;
    if (drop == 1 && insert == 0) {
        bool twice = jn_str_eq(written, jc_parser_text(stream->parser, stream->before)) ||
                     (stream->n_ahead > 0 && jn_str_eq(written, text_of(stream, &stream->ahead[0])));
        if (twice) cost -= TOKEN_COST / 2;
    }
    if (drop == 1 && insert >= LANGUAGE && jn_utf8_distance(written, jn_str_z(jc_parser_token_name(insert)), 2) <= 2)
        cost -= TOKEN_COST;
    return cost;
}

static void try_change(const struct jc_stream *stream, const struct jc_token *token, struct line *line, uint32_t drop,
                       int insert, struct mend *best) {
    uint32_t made = insert != 0, n = line->n - drop + made;
    int kept = line->kind[drop];
    line->kind[drop] = insert; /* the slot in front of what is kept */
    size_t taken = jc_parser_try(stream->state, line->kind + drop + 1 - made, n);
    line->kind[drop] = kept;
    if (taken < line->n_line - drop + made) return;
    int cost = cost_of(stream, token, drop, insert, taken == n);
    if (cost < best->cost) *best = (struct mend){drop, insert, cost, taken == n};
}

/* Whether the word would only be a name here: then `a name` is what may be put in. */
static bool is_but_a_name(const struct jc_stream *stream, int token) {
    const struct jc_word *row;
    if (token < LANGUAGE || !jc_parser_expects(stream->state, NAME)) return false;
    if (jc_parser_expects(stream->state, HANGS)) return true; /* any word is one */
    for (uint32_t i = 0; (row = jc_word_row(i)) != NULL; i++)
        if (row->token[0] == token && !row->phrase) return row->soft;
    return false;
}

static struct mend find_mend(const struct jc_stream *stream, const struct jc_token *token, struct line *line) {
    struct mend best = {.cost = INT32_MAX};
    for (uint32_t drop = 0; drop <= DROP_MAX && drop < line->n_line; drop++) {
        int insert;
        if (drop > 0) try_change(stream, token, line, drop, 0, &best);
        for (size_t i = 0; (insert = jc_parser_token(i)) != 0; i++)
            if (insert != NL && insert != END && jc_parser_expects(stream->state, insert) &&
                !is_but_a_name(stream, insert))
                try_change(stream, token, line, drop, insert, &best);
    }
    return best;
}

/* Whether the word declares the name behind it. */
static bool declares(int token) {
    return jc_is_declaration(token) || token == STAGE || token == GOAL || token == SPLIT || token == SET ||
           token == OPTIMIZE || token == NL || token == 0;
}

/* A token that nobody wrote, unless as `text`. Its line has been told of, so whatever it holds is no mistake of its
 * own. */
static struct jc_token made_up(struct jc_stream *stream, int kind, struct jc_span place, struct jn_str text) {
    static const struct {
        int kind;
        const char *text;
        struct jc_node *(*make)(struct jc_parser *, struct jc_span, struct jn_str);
    } value[] = {{NUMBER, "1", jc_literal_number},        {PERCENT, "1%", jc_literal_number},
                 {MONEY, "1 EUR", jc_literal_money},      {DURATION, "1 day", jc_literal_duration},
                 {TIME, "09:00", jc_literal_time},        {DATE, "2026-01-01", jc_literal_time},
                 {TEXT_LITERAL, "\"\"", jc_literal_text}, {INSTANT, "2026-01-01T00:00Z", jc_literal_time}};
    struct jc_token token = {.kind = kind, .span = place};
    token.span.end = place.offset;
    token.span.end_line = place.line;
    token.span.end_column = place.column;
    if (kind == NAME || kind == LABEL || kind == HANDLER) {
        token.value.node = jc_node_word(stream->parser, kind == NAME ? JC_NAME : JC_LABEL, token.span);
        token.value.node->text = text;
        if (text.n == 0 && declares(stream->blocks.last)) jc_diags_drop(stream->parser->diags, JN_STR(""));
    }
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        if (value[i].kind == kind)
            token.value.node = value[i].make(stream->parser, token.span, text.n > 0 ? text : jn_str_z(value[i].text));
    return token;
}

static void say(struct jc_stream *stream, const struct jc_token *token, struct mend mend, struct jc_span span,
                struct jn_str right, bool first) {
    struct jc_parser *parser = stream->parser;
    struct jn_str found = jn_str_sub(jc_parser_text(parser, span), 0, 64);
    const char *name = mend.insert == 0 ? "" : jc_parser_token_name(mend.insert);
    struct jc_diag *diag;
    bool at_end = token->kind == NL || token->kind == JC_YYEOF;
    if (first && !at_end) {
        diag = jc_parser_report(parser, JC_E0214, span, found, jn_str_z(jc_stream_where(stream)));
    } else if (mend.drop > 0) {
        diag = jc_parser_report(parser, JC_E0201, span, found, JN_STR(""));
    } else {
        struct jn_str before =
            at_end ? JN_STR("the end of the line") : jn_arena_printf(parser->arena, "`%.*s`", JN_FMT(found));
        diag = jc_parser_report(parser, JC_E0202, span, before, JN_STR(""));
    }
    const char *advice = jc_word_advice(text_of(stream, token));
    if (diag == NULL) return;
    if (advice != NULL)
        jc_hint(parser->diags, diag, "%s", advice);
    else if (right.n > 0)
        jc_suggest(parser->diags, diag, right);
    else if (mend.insert == 0)
        jc_suggest(parser->diags, diag, JN_STR(""));
    else if (is_value(mend.insert))
        jc_hint(parser->diags, diag, "%s belongs here", name);
    else if (mend.drop > 0)
        jc_suggest(parser->diags, diag, jn_str_z(name));
    else
        jc_hint(parser->diags, diag, "write `%s` before it", name);
}

/* `message on email`: the name is missing, and the word behind it was taken for it. */
static bool took_a_word_for_a_name(const struct jc_stream *stream) {
    struct jn_str before = jc_parser_text(stream->parser, stream->before);
    return declares(stream->blocks.first) && stream->blocks.first != 0 &&
           jc_word_find(stream->parser->words, before) != NULL;
}

bool jc_mend(struct jc_stream *stream, struct jc_token *token, bool first) {
    struct line line;
    if (!read_line(stream, token, &line)) return false;
    struct mend mend = find_mend(stream, token, &line);
    if (mend.cost == INT32_MAX) return false;
    if (first && (!mend.all || mend.drop > 1)) return false; /* it may open a block that nobody knows */
    struct jc_span span = token->span;
    struct jc_token next = *token;
    jc_parser_drop_line(stream->parser, span.offset);
    if (took_a_word_for_a_name(stream)) jc_diags_drop(stream->parser->diags, JN_STR(""));
    struct jn_str right = requoted(stream, token, mend);
    for (uint32_t i = 0; i < mend.drop; i++) {
        span = jc_span_join(span, next.span);
        next = jc_stream_read(stream);
    }
    say(stream, token, mend, span, right, first);
    if (mend.insert != 0) {
        struct jc_token inserted = made_up(stream, mend.insert, next.span, right);
        jc_stream_push(stream, &inserted);
    }
    stream->line_start = first && mend.insert == 0;
    jc_stream_unread(stream, &next);
    return true;
}

bool jc_mend_condition(struct jc_stream *stream, const struct jc_token *token) {
    static const int LACKING[] = {TRUE, THEN, NL};
    if (token->kind != NL || jc_parser_try(stream->state, LACKING, 3) < 3) return false;
    jc_parser_drop_line(stream->parser, token->span.offset);
    struct jc_diag *diag =
        jc_parser_report(stream->parser, JC_E0202, token->span, JN_STR("the end of the line"), JN_STR(""));
    if (diag != NULL) jc_hint(stream->parser->diags, diag, "a condition belongs here, and `then` behind it");
    jc_stream_insert(stream, TRUE, token->span);
    jc_stream_insert(stream, THEN, token->span);
    return true;
}

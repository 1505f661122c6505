/* Common mistakes: each is told with its fix and read as what was meant, so that it hides no other. */
#include "compiler/syntax/expect.h"
#include "compiler/syntax/stream.h"
#include "core/utf8.h"
#include "core/value.h"

#define NONE JN_STR("")

static struct jn_str written(const struct jc_stream *stream, const struct jc_token *token) {
    return jc_parser_text(stream->parser, token->span);
}

static bool expects(const struct jc_stream *stream, int kind) {
    return jc_parser_expects(stream->state, kind);
}

static void report_fix(struct jc_stream *stream, enum jc_code code, struct jc_span span, struct jn_str a,
                       struct jn_str b, struct jn_str fix) {
    struct jc_diag *diag = jc_parser_report(stream->parser, code, span, jn_str_sub(a, 0, 64), jn_str_sub(b, 0, 64));
    if (diag != NULL) jc_fix(stream->parser->diags, diag, fix);
}

static void report_meant(struct jc_stream *stream, const struct jc_token *token, struct jn_str word) {
    struct jc_diag *diag =
        jc_parser_report(stream->parser, JC_E0204, token->span, jn_str_sub(written(stream, token), 0, 64), NONE);
    if (diag == NULL) return;
    jc_hint(stream->parser->diags, diag, "did you mean `%.*s`?", JN_FMT(word));
    jc_fix(stream->parser->diags, diag, word);
}

/* Reads the word as the expected one that is nearest. */
static bool repair_spelling(struct jc_stream *stream, struct jc_token *token) {
    int behind[JC_AHEAD];
    uint32_t n = jc_stream_behind(stream, behind);
    struct jn_str word;
    int kind = jc_parser_meant(stream->state, written(stream, token), behind, n, &word);
    if (kind == 0) return false;
    report_meant(stream, token, word);
    token->kind = kind;
    return true;
}

bool jc_repair_first(struct jc_stream *stream, struct jc_token *token) {
    if (token->value.node->flags == 1) return false; /* in back-quotes: meant as it is */
    if (!expects(stream, NAME)) return repair_spelling(stream, token);
    const struct jc_token *next = jc_stream_peek(stream);
    const struct jc_block *top = jc_blocks_top(&stream->blocks);
    if (top != NULL && top->opener == FOR) return false; /* a name of the table's row */
    if (top != NULL && top->opener == TEST) {            /* NAME does …, NAME is now … */
        if (next->kind == DOES || next->kind == IS_NOW ||
            (next->kind == NAME && jn_utf8_distance(written(stream, next), JN_STR("does"), 1) <= 1))
            return false;
        return repair_spelling(stream, token);
    }
    if (stream->blocks.event_waits && token->span.column <= stream->blocks.event.column) {
        /* Behind an event without attributes: an attribute's name, or a declaration's word. */
        struct jn_str word;
        enum jn_type type;
        int kind = jc_parser_meant(stream->state, written(stream, token), NULL, 0, &word);
        if (jc_is_declaration(kind) && !jn_type_by_word(written(stream, next), &type))
            return repair_spelling(stream, token);
    }
    if (next->kind != NL || !expects(stream, END)) return false;
    if (jn_utf8_distance(written(stream, token), JN_STR("end"), 1) > 1) return false;
    report_meant(stream, token, JN_STR("end"));
    token->kind = END;
    return true;
}

static const struct unit {
    const char *word, *one, *many;
} units[] = {
    {"s", "second", "seconds"},       {"sec", "second", "seconds"},
    {"secs", "second", "seconds"},    {"m", "minute", "minutes"},
    {"min", "minute", "minutes"},     {"mins", "minute", "minutes"},
    {"h", "hour", "hours"},           {"hr", "hour", "hours"},
    {"hrs", "hour", "hours"},         {"d", "day", "days"},
    {"w", "week", "weeks"},           {"wk", "week", "weeks"},
    {"wks", "week", "weeks"},         {"mo", "month", "months"},
    {"mos", "month", "months"},       {"second", "second", "seconds"},
    {"seconds", "second", "seconds"}, {"minute", "minute", "minutes"},
    {"minutes", "minute", "minutes"}, {"hour", "hour", "hours"},
    {"hours", "hour", "hours"},       {"day", "day", "days"},
    {"days", "day", "days"},          {"week", "week", "weeks"},
    {"weeks", "week", "weeks"},       {"month", "month", "months"},
    {"months", "month", "months"},
};

static const struct unit *unit_meant(struct jn_str word) {
    const struct unit *near = NULL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (jn_str_is(word, units[i].word)) return &units[i];
        if (word.n > 2 && jn_utf8_distance(word, jn_str_z(units[i].many), 1) <= 1) near = &units[i];
    }
    return near;
}

/* The number and the word behind it become one literal. */
static void join_next(struct jc_stream *stream, struct jc_token *token, enum jc_code code, int kind,
                      struct jn_str right) {
    struct jc_span span = jc_span_join(token->span, jc_stream_read(stream).span);
    report_fix(stream, code, span, jc_parser_text(stream->parser, span), NONE, right);
    token->span = span;
    token->kind = kind;
    if (kind == DURATION) token->value.node = jc_literal_duration(stream->parser, span, right);
    if (kind == MONEY) token->value.node = jc_literal_money(stream->parser, span, right);
    if (kind == TIME) token->value.node = jc_literal_time(stream->parser, span, right);
}

/* `two weeks`: the number, or an empty text. */
static struct jn_str number_word(struct jn_str word) {
    static const char *const WORD[] = {"one",   "two",   "three", "four", "five",   "six",
                                       "seven", "eight", "nine",  "ten",  "eleven", "twelve"};
    static const char *const DIGITS[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++)
        if (jn_str_is(word, WORD[i])) return jn_str_z(DIGITS[i]);
    return NONE;
}

static bool repair_number_word(struct jc_stream *stream, struct jc_token *token) {
    struct jn_str number = number_word(written(stream, token));
    const struct jc_token *next = jc_stream_peek(stream);
    if (number.n == 0 || next->kind == NL || next->span.line != token->span.line) return false;
    const struct unit *unit = unit_meant(written(stream, next));
    if (unit == NULL || !expects(stream, DURATION)) return false;
    join_next(stream, token, JC_E0209, DURATION,
              jn_arena_printf(stream->parser->arena, "%.*s %s", JN_FMT(number),
                              jn_str_is(number, "1") ? unit->one : unit->many));
    return true;
}

static bool repair_clock(struct jc_stream *stream, struct jc_token *token, struct jn_str word) {
    bool pm = jn_str_is(word, "pm") || jn_str_is(word, "PM");
    if (!pm && !jn_str_is(word, "am") && !jn_str_is(word, "AM")) return false;
    struct jn_str clock = written(stream, token);
    unsigned hour = 0, minute = 0, *part = &hour;
    for (size_t i = 0; i < clock.n; i++) {
        if (clock.p[i] == ':')
            part = &minute;
        else if (clock.p[i] >= '0' && clock.p[i] <= '9' && *part < 100)
            *part = *part * 10 + (unsigned)(clock.p[i] - '0');
    }
    if (hour == 0 || hour > 12 || minute > 59) return false;
    hour = hour % 12 + (pm ? 12 : 0);
    join_next(stream, token, JC_E0209, TIME, jn_arena_printf(stream->parser->arena, "%02u:%02u", hour, minute));
    return true;
}

/* `3 hrs`, `9pm`, `49.90 cny`: no name ever stands behind a number. */
static void repair_number(struct jc_stream *stream, struct jc_token *token) {
    const struct jc_token *next = jc_stream_peek(stream);
    if (next->kind != NAME || next->span.line != token->span.line) return;
    struct jn_str word = written(stream, next), number = written(stream, token);
    if (repair_clock(stream, token, word) || token->kind != NUMBER) return;
    const struct unit *unit = unit_meant(word);
    struct jn_arena *arena = stream->parser->arena;
    if (unit != NULL && number.n < 64) {
        const char *name = jn_str_is(number, "1") ? unit->one : unit->many;
        join_next(stream, token, JC_E0209, DURATION, jn_arena_printf(arena, "%.*s %s", JN_FMT(number), name));
    } else if (word.n == 3 && number.n < 64 && expects(stream, MONEY)) {
        struct jn_buf code;
        jn_buf_init(&code, 16);
        jn_utf8_upcase(word, &code);
        struct jn_str right = jn_arena_printf(arena, "%.*s %.*s", JN_FMT(number), JN_FMT(jn_buf_view(&code)));
        jn_buf_release(&code);
        join_next(stream, token, JC_E0209, MONEY, right);
    }
}

static bool jc_is_constant(int kind) {
    return kind == TRUE || kind == FALSE;
}

/* `otherwsie:`, `fasle:` among the values of a match. */
static bool repair_case(struct jc_stream *stream, struct jc_token *token) {
    struct jn_str word;
    int kind = jc_parser_meant(stream->state, token->value.node->text, NULL, 0, &word);
    if (kind != OTHERWISE && !jc_is_constant(kind)) return false;
    struct jn_str right = jn_arena_printf(stream->parser->arena, "%.*s:", JN_FMT(word));
    report_meant(stream, token, right);
    token->kind = kind;
    if (kind != OTHERWISE) token->second = ':';
    return true;
}

/* `timeout:`, `split x:`, or a label on a line of its own. */
static bool repair_label(struct jc_stream *stream, struct jc_token *token, bool first) {
    struct jn_str name = token->value.node->text;
    const struct jc_word *row = jc_word_find(stream->parser->words, name);
    int kind = row == NULL ? 0 : row->token[0];
    bool alone = jc_stream_peek(stream)->kind == NL;
    if (expects(stream, LABEL) && !(first && alone)) return true;
    if (kind != 0 && expects(stream, kind)) {
        report_fix(stream, JC_E0211, token->span, name, NONE, name);
        token->kind = kind;
        return true;
    }
    if (alone && repair_case(stream, token)) return true;
    if (expects(stream, LABEL)) {
        const struct jc_block *top = jc_blocks_top(&stream->blocks);
        bool refused = top != NULL && top->span.line == stream->parser->bad_line; /* its branches are not known */
        if (!refused) jc_parser_report(stream->parser, JC_E0212, token->span, name, NONE);
        *token = jc_stream_read(stream);
        return false;
    }
    if (!expects(stream, NAME)) return true;
    report_fix(stream, JC_E0211, token->span, name, NONE, name);
    token->value.node->kind = JC_NAME;
    token->kind = NAME;
    return true;
}

static void repair_equals(struct jc_stream *stream, struct jc_token *token) {
    if (expects(stream, TO) && jc_stream_leads_on(stream, TO)) {
        report_fix(stream, JC_E0210, token->span, NONE, NONE, JN_STR("to"));
        token->kind = TO;
    } else if (expects(stream, IS) && jc_stream_leads_on(stream, IS)) {
        struct jc_diag *diag = jc_parser_report(stream->parser, JC_E0108, token->span, JN_STR("="), NONE);
        if (diag != NULL) jc_hint(stream->parser->diags, diag, "write `is`");
        if (diag != NULL) jc_fix(stream->parser->diags, diag, JN_STR("is"));
        token->kind = IS;
    }
}

/* `==` where a value is given a name, as in `with plan == "pro"`. */
static void repair_is(struct jc_stream *stream, struct jc_token *token) {
    if (!jn_str_is(written(stream, token), "==") || expects(stream, IS) || !expects(stream, '=')) return;
    for (struct jc_diag *diag = stream->parser->diags->first; diag != NULL; diag = diag->next) {
        if (diag->code != JC_E0108 || diag->span.offset != token->span.offset) continue;
        jc_hint(stream->parser->diags, diag, "write `=`");
        jc_fix(stream->parser->diags, diag, JN_STR("="));
    }
    token->kind = '=';
}

static bool begins_value(int kind) {
    return kind == NAME || kind == NUMBER || kind == DURATION || kind == MONEY || kind == TIME || kind == DATE ||
           kind == TEXT_LITERAL || kind == CUSTOMER;
}

static void repair_name(struct jc_stream *stream, struct jc_token *token, bool first) {
    if (token->value.node->flags == 1) return;
    if (!expects(stream, NAME)) {
        repair_spelling(stream, token);
        return;
    }
    /* Two names side by side: the first was to be a word, unless a type is behind it. */
    int last = stream->blocks.last;
    if (first || expects(stream, END) || last == WAS || last == GIVE || last == TAKE) return;
    if (begins_value(jc_stream_peek(stream)->kind)) repair_spelling(stream, token);
}

/* The next line stands further right: this one was to open a block. */
static bool opens_by_indent(struct jc_stream *stream) {
    const struct jc_token *next = jc_stream_peek(stream);
    return next->kind != JC_YYEOF && next->span.column > stream->blocks.place.column;
}

/* Told at the end of the line, and written behind its last word: a comment may lie between. */
static void report_then(struct jc_stream *stream, const struct jc_token *end) {
    struct jc_span behind = stream->before;
    behind.offset = behind.end;
    behind.line = behind.end_line;
    behind.column = behind.end_column;
    struct jc_diag *diag = jc_parser_report(stream->parser, JC_E0208, end->span, NONE, NONE);
    if (diag != NULL) jc_fix_at(stream->parser->diags, diag, behind, JN_STR(" then"));
}

void jc_read_in_context(struct jc_stream *stream, struct jc_token *token) {
    int kind = token->kind;
    const struct jc_word *word = kind == LABEL ? jc_word_find(stream->parser->words, token->value.node->text) : NULL;
    if (kind == LABEL && expects(stream, HANDLER) && jc_stream_peek(stream)->kind == NL) {
        token->kind = HANDLER; /* with its colon, alone on its line */
    } else if (word != NULL && word->token[0] == OTHERWISE && expects(stream, OTHERWISE)) {
        token->kind = OTHERWISE; /* with its colon */
    } else if (word != NULL && jc_is_constant(word->token[0]) && expects(stream, word->token[0])) {
        token->kind = word->token[0]; /* `true:` among the values of a match */
        token->second = ':';
    } else if (kind == IS_NOT && !expects(stream, IS_NOT) && expects(stream, IS)) {
        /* `segment S is not …`: the two words belong to different things there. */
        jc_stream_insert(stream, IS, token->span);
        token->kind = NOT;
    } else if (kind >= LANGUAGE && !expects(stream, kind) && expects(stream, NAME)) {
        token->value.node = jc_node_word(stream->parser, JC_NAME, token->span);
        token->kind = NAME;
        token->second = 0;
    }
}

bool jc_repair_spelling(struct jc_stream *stream, struct jc_token *token) {
    struct jn_str word;
    int kind = jc_parser_meant(stream->state, written(stream, token), NULL, 0, &word);
    if (token->kind != NAME || token->value.node->flags == 1 || kind == 0) return false;
    report_meant(stream, token, word);
    token->kind = kind;
    return true;
}

bool jc_repair_token(struct jc_stream *stream, struct jc_token *token) {
    bool first = stream->blocks.first == 0;
    int kind = token->kind;
    if ((kind == NAME || kind == ONE) && repair_number_word(stream, token)) return true;
    if (kind == NAME) {
        repair_name(stream, token, first);
    } else if (kind == LABEL) {
        jc_read_in_context(stream, token);
        return token->kind != LABEL || repair_label(stream, token, first);
    } else if (kind == NUMBER || kind == TIME) {
        if (kind == NUMBER && first && expects(stream, PERCENT) && !expects(stream, NUMBER)) {
            struct jn_str share =
                jn_arena_printf(stream->parser->arena, "%.*s%%", JN_FMT(jn_str_sub(written(stream, token), 0, 64)));
            report_fix(stream, JC_E0213, token->span, share, NONE, share);
            token->kind = PERCENT;
            token->value.node = jc_literal_number(stream->parser, token->span, share);
            return true;
        }
        repair_number(stream, token);
    } else if (kind == IS) {
        repair_is(stream, token);
        jc_read_in_context(stream, token);
    } else if (kind == '=' && !expects(stream, '=')) {
        repair_equals(stream, token);
    } else if (kind == NL && expects(stream, THEN) && (!expects(stream, NL) || opens_by_indent(stream))) {
        report_then(stream, token);
        jc_stream_insert(stream, THEN, token->span);
    } else {
        jc_read_in_context(stream, token);
    }
    return true;
}

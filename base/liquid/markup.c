/* What stands between braces: names, literals, paths, filters, conditions. */
#include <stdlib.h>

#include "core/utf8.h"
#include "liquid/tree.h"

static const struct {
    const char *name;
    uint32_t least, most;
} FILTER_ROW[LQ_FILTERS] = {
#define FILTER(name, least, most, function, text) {name, least, most},
#include "liquid/filters.def"
#undef FILTER
};

const char *jn_liquid_filter_name(uint32_t i) {
    return i < LQ_FILTERS ? FILTER_ROW[i].name : NULL;
}

/* ---- tokens */

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c) {
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void lq_markup_begin(struct lq_markup *m, struct lq_parser *parser, struct jn_str text) {
    *m = (struct lq_markup){.parser = parser, .text = text};
    m->base = (uint32_t)(text.p - parser->source.p);
    lq_markup_next(m);
}

static char peek(const struct lq_markup *m, size_t ahead) {
    return m->at + ahead < m->text.n ? m->text.p[m->at + ahead] : '\0';
}

static void take_name(struct lq_markup *m) {
    while (is_letter(peek(m, 0)) || is_digit(peek(m, 0)) || (peek(m, 0) == '-' && m->at > m->start))
        m->at++;
    if (peek(m, 0) == '?') m->at++;
    m->token = LQ_T_NAME;
}

static void take_number(struct lq_markup *m) {
    m->at++;
    while (is_digit(peek(m, 0)))
        m->at++;
    m->token = LQ_T_INTEGER;
    if (peek(m, 0) != '.' || !is_digit(peek(m, 1))) return;
    m->at++;
    while (is_digit(peek(m, 0)))
        m->at++;
    m->token = LQ_T_DECIMAL;
}

static void take_quoted(struct lq_markup *m, char quote) {
    const char *end = memchr(m->text.p + m->at + 1, quote, m->text.n - m->at - 1);
    if (end == NULL) {
        m->token = LQ_T_BAD;
        m->at = m->text.n;
        return;
    }
    m->word = (struct jn_str){m->text.p + m->at + 1, (size_t)(end - m->text.p) - m->at - 1};
    m->at = (size_t)(end - m->text.p) + 1;
    m->token = LQ_T_QUOTED;
}

static void take_mark(struct lq_markup *m, char c) {
    char next = peek(m, 1);
    bool two = (c == '=' && next == '=') || (c == '!' && next == '=') || (c == '<' && (next == '=' || next == '>')) ||
               (c == '>' && next == '=');
    m->token = two || c == '<' || c == '>' ? LQ_T_COMPARE : strchr(".[]()|:,", c) != NULL ? LQ_T_MARK : LQ_T_BAD;
    if (c == '.' && next == '.') {
        m->token = LQ_T_DOTS;
        two = true;
    }
    m->mark = c;
    m->at += two ? 2 : 1;
}

void lq_markup_next(struct lq_markup *m) {
    while (is_blank(peek(m, 0)))
        m->at++;
    m->start = m->at;
    m->mark = '\0';
    char c = peek(m, 0);
    if (m->at >= m->text.n)
        m->token = LQ_T_END;
    else if (is_letter(c))
        take_name(m);
    else if (is_digit(c) || (c == '-' && is_digit(peek(m, 1))))
        take_number(m);
    else if (c == '"' || c == '\'')
        take_quoted(m, c);
    else
        take_mark(m, c);
    if (m->token != LQ_T_QUOTED) m->word = jn_str_sub(m->text, m->start, m->at - m->start);
}

bool lq_markup_is(const struct lq_markup *m, const char *word) {
    return m->token == LQ_T_NAME && jn_str_is(m->word, word);
}

bool lq_markup_take(struct lq_markup *m, char mark) {
    if (m->token != LQ_T_MARK || m->mark != mark) return false;
    lq_markup_next(m);
    return true;
}

void lq_markup_expected(struct lq_markup *m, const char *what) {
    uint32_t n = (uint32_t)(m->at - m->start);
    lq_fail(m->parser, JN_LIQUID_SYNTAX, m->base + (uint32_t)m->start, n == 0 ? 1 : n, "%s", what);
}

bool lq_markup_end(struct lq_markup *m) {
    if (m->token == LQ_T_END) return true;
    lq_markup_expected(m, "the end of the tag");
    return false;
}

/* ---- expressions */

static struct lq_expr *expr_new(struct lq_markup *m, enum lq_expr_kind kind) {
    struct lq_expr *e = JN_NEW(m->parser->arena, struct lq_expr);
    e->kind = kind;
    e->offset = m->base + (uint32_t)m->start;
    return e;
}

static struct lq_expr *expr_literal(struct lq_markup *m, struct jn_liquid_value value) {
    struct lq_expr *e = expr_new(m, LQ_LITERAL);
    e->literal = value;
    e->n = (uint32_t)(m->at - m->start);
    lq_markup_next(m);
    return e;
}

static bool literal_word(struct jn_str word, struct jn_liquid_value *out) {
    static const struct {
        const char *word;
        enum jn_liquid_kind kind;
        bool b;
    } WORD[] = {{"nil", JN_LIQUID_NIL, false},    {"null", JN_LIQUID_NIL, false},    {"true", JN_LIQUID_BOOL, true},
                {"false", JN_LIQUID_BOOL, false}, {"blank", JN_LIQUID_BLANK, false}, {"empty", JN_LIQUID_EMPTY, false}};
    for (size_t i = 0; i < sizeof(WORD) / sizeof(*WORD); i++)
        if (jn_str_is(word, WORD[i].word)) {
            *out = (struct jn_liquid_value){.kind = WORD[i].kind, .b = WORD[i].b};
            return true;
        }
    return false;
}

static struct lq_expr *expr_number(struct lq_markup *m) {
    bool number;
    return expr_literal(m, lq_number(jn_liquid_text(m->word), &number));
}

static bool path_segment(struct lq_markup *m, struct lq_expr *path) {
    struct lq_expr *segment;
    if (lq_markup_take(m, '[')) {
        segment = lq_markup_expr(m);
        if (!m->parser->failed && !lq_markup_take(m, ']')) lq_markup_expected(m, "`]`");
    } else if (lq_markup_take(m, '.')) {
        if (m->token != LQ_T_NAME) {
            lq_markup_expected(m, "a name behind the dot");
            return false;
        }
        segment = expr_literal(m, jn_liquid_text(m->word));
    } else {
        return false;
    }
    if (m->parser->failed) return false;
    struct lq_expr **place = jn_arena_grow(m->parser->arena, &path->segment, &path->n_segment, sizeof(*place));
    *place = segment;
    return true;
}

static void path_note(struct lq_markup *m, const struct lq_expr *path, size_t end) {
    struct lq_parser *p = m->parser;
    struct jn_liquid_use *use = JN_NEW(p->arena, struct jn_liquid_use);
    if (path->a->kind != LQ_LITERAL) return;
    use->root = lq_text(path->a->literal, p->arena);
    for (const struct lq_named *made = p->made; made != NULL; made = made->next)
        if (jn_str_eq(made->name, use->root)) return;
    if (path->n_segment > 0) {
        const struct lq_expr *first = path->segment[0];
        bool named = first->kind == LQ_LITERAL && first->literal.kind == JN_LIQUID_TEXT;
        use->member = named ? first->literal.s : JN_STR("");
    }
    use->offset = path->offset;
    use->n = m->base + (uint32_t)end - path->offset;
    *p->uses_end = use;
    p->uses_end = &use->next;
}

/* The last use that was noted is asked about or has a default. */
static void path_guard(struct lq_parser *p, struct jn_liquid_use **from) {
    for (struct jn_liquid_use *use = *from; use != NULL; use = use->next)
        use->guarded = true;
    (void)p;
}

static struct lq_expr *expr_path(struct lq_markup *m) {
    struct lq_expr *path = expr_new(m, LQ_PATH);
    size_t end = m->at;
    if (m->token == LQ_T_NAME) {
        path->a = expr_literal(m, jn_liquid_text(m->word));
    } else {
        lq_markup_next(m);
        path->a = lq_markup_expr(m);
        end = m->at;
        if (!m->parser->failed && !lq_markup_take(m, ']')) lq_markup_expected(m, "`]`");
    }
    while (!m->parser->failed) {
        size_t before = m->at;
        if (!path_segment(m, path)) break;
        end = m->start > before ? m->start : before;
        while (end > 0 && is_blank(m->text.p[end - 1]))
            end--;
    }
    path->n = m->base + (uint32_t)end - path->offset;
    if (!m->parser->failed) path_note(m, path, end);
    return path;
}

static struct lq_expr *expr_range(struct lq_markup *m) {
    struct lq_expr *range = expr_new(m, LQ_RANGE);
    lq_markup_next(m);
    range->a = lq_markup_expr(m);
    if (!m->parser->failed && m->token != LQ_T_DOTS) lq_markup_expected(m, "`..`");
    if (m->parser->failed) return range;
    lq_markup_next(m);
    range->b = lq_markup_expr(m);
    if (!m->parser->failed && !lq_markup_take(m, ')')) lq_markup_expected(m, "`)`");
    return range;
}

struct lq_expr *lq_markup_expr(struct lq_markup *m) {
    struct jn_liquid_value value;
    struct lq_expr *e = NULL;
    if (++m->parser->depth > JN_LIQUID_DEPTH_MAX)
        lq_markup_expected(m, "less nesting");
    else if (m->token == LQ_T_NAME && literal_word(m->word, &value) && peek(m, 0) != '.' && peek(m, 0) != '[')
        e = expr_literal(m, value);
    else if (m->token == LQ_T_NAME || (m->token == LQ_T_MARK && m->mark == '['))
        e = expr_path(m);
    else if (m->token == LQ_T_INTEGER || m->token == LQ_T_DECIMAL)
        e = expr_number(m);
    else if (m->token == LQ_T_QUOTED)
        e = expr_literal(m, jn_liquid_text(m->word));
    else if (m->token == LQ_T_MARK && m->mark == '(')
        e = expr_range(m);
    else
        lq_markup_expected(m, "a value");
    m->parser->depth--;
    return e != NULL ? e : expr_new(m, LQ_LITERAL);
}

/* ---- filters */

static void call_unknown(struct lq_markup *m) {
    struct jn_str best = JN_STR("");
    unsigned distance = 3;
    for (uint32_t i = 0; i < LQ_FILTERS; i++) {
        unsigned d = jn_utf8_distance(m->word, jn_str_z(FILTER_ROW[i].name), 2);
        if (d < distance) best = jn_str_z(FILTER_ROW[i].name);
        if (d < distance) distance = d;
    }
    lq_fail(m->parser, JN_LIQUID_FILTER, m->base + (uint32_t)m->start, (uint32_t)m->word.n, "%.*s%s%.*s",
            JN_FMT(jn_str_sub(m->word, 0, 64)), best.n > 0 ? "|" : "", JN_FMT(best));
}

static bool next_is_colon(const struct lq_markup *m) {
    size_t at = m->at;
    while (at < m->text.n && is_blank(m->text.p[at]))
        at++;
    return at < m->text.n && m->text.p[at] == ':';
}

static void call_arguments(struct lq_markup *m, struct lq_call *call) {
    struct lq_expr **end = &call->argument;
    do {
        if (m->token == LQ_T_NAME && next_is_colon(m)) {
            struct lq_named *named = JN_NEW(m->parser->arena, struct lq_named);
            named->name = m->word;
            lq_markup_next(m);
            lq_markup_next(m);
            named->value = lq_markup_expr(m);
            named->next = call->named;
            call->named = named;
            continue;
        }
        *end = lq_markup_expr(m);
        end = &(*end)->next;
        call->n++;
    } while (!m->parser->failed && lq_markup_take(m, ','));
}

static struct lq_call *call_read(struct lq_markup *m) {
    struct lq_call *call = JN_NEW(m->parser->arena, struct lq_call);
    struct jn_str name = m->word;
    call->offset = m->base + (uint32_t)m->start;
    call->filter = LQ_FILTERS;
    if (m->token != LQ_T_NAME) {
        lq_markup_expected(m, "a filter");
        return call;
    }
    for (uint32_t i = 0; i < LQ_FILTERS; i++)
        if (jn_str_is(name, FILTER_ROW[i].name)) call->filter = (enum lq_filter)i;
    if (call->filter == LQ_FILTERS) {
        call_unknown(m);
        return call;
    }
    lq_markup_next(m);
    if (lq_markup_take(m, ':')) call_arguments(m, call);
    uint32_t least = FILTER_ROW[call->filter].least, most = FILTER_ROW[call->filter].most;
    bool named = call->named != NULL && call->filter != LQ_FILTER_default;
    if (!m->parser->failed && (call->n < least || call->n > most || named))
        lq_fail(m->parser, JN_LIQUID_ARGUMENTS, call->offset, (uint32_t)name.n, "%.*s|%s%u%s%u%s", JN_FMT(name),
                most == 0 ? "no argument, not " : "", most == 0 ? call->n : least, most == 0 ? "" : " to ",
                most == 0 ? 0u : most, most == 0 ? "" : " arguments");
    return call;
}

struct lq_filtered lq_markup_filtered(struct lq_markup *m) {
    struct jn_liquid_use **from = m->parser->uses_end;
    struct lq_filtered out = {.value = lq_markup_expr(m)};
    struct lq_call **end = &out.calls;
    struct jn_liquid_use **behind = m->parser->uses_end;
    while (!m->parser->failed && lq_markup_take(m, '|')) {
        *end = call_read(m);
        if ((*end)->filter == LQ_FILTER_default) {
            struct jn_liquid_use *rest = *behind; /* only what stands before the filter */
            *behind = NULL;
            path_guard(m->parser, from);
            *behind = rest;
        }
        end = &(*end)->next;
    }
    return out;
}

/* ---- conditions: `and` and `or` are read from the right, as Liquid does */

static enum lq_op compare_op(struct jn_str word) {
    static const struct {
        const char *word;
        enum lq_op op;
    } ROW[] = {{"==", LQ_EQ}, {"!=", LQ_NE}, {"<>", LQ_NE}, {"<", LQ_LT},
               {">", LQ_GT},  {"<=", LQ_LE}, {">=", LQ_GE}, {"contains", LQ_CONTAINS}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        if (jn_str_is(word, ROW[i].word)) return ROW[i].op;
    return LQ_TRUTH;
}

static struct lq_condition *condition_comparison(struct lq_markup *m) {
    struct lq_condition *c = JN_NEW(m->parser->arena, struct lq_condition);
    c->offset = m->base + (uint32_t)m->start;
    c->a = lq_markup_expr(m);
    bool compares = m->token == LQ_T_COMPARE || lq_markup_is(m, "contains");
    if (m->parser->failed || !compares) return c;
    c->op = compare_op(m->word);
    lq_markup_next(m);
    c->b = lq_markup_expr(m);
    return c;
}

struct lq_condition *lq_markup_condition(struct lq_markup *m) {
    struct jn_liquid_use **from = m->parser->uses_end;
    struct lq_condition *left = condition_comparison(m);
    path_guard(m->parser, from);
    bool both = lq_markup_is(m, "and"), either = lq_markup_is(m, "or");
    if (m->parser->failed || (!both && !either)) return left;
    m->parser->depth++; /* bounded as its values are read */
    struct lq_condition *c = JN_NEW(m->parser->arena, struct lq_condition);
    lq_markup_next(m);
    *c = (struct lq_condition){.op = both ? LQ_AND : LQ_OR, .x = left, .offset = left->offset};
    c->y = lq_markup_condition(m);
    m->parser->depth--;
    return c;
}

struct lq_named *lq_markup_named(struct lq_markup *m) {
    struct lq_named *first = NULL, **end = &first;
    (void)lq_markup_take(m, ',');
    while (!m->parser->failed && m->token == LQ_T_NAME && next_is_colon(m)) {
        struct lq_named *named = JN_NEW(m->parser->arena, struct lq_named);
        named->name = m->word;
        lq_markup_next(m);
        lq_markup_next(m);
        named->value = lq_markup_expr(m);
        *end = named;
        end = &named->next;
        (void)lq_markup_take(m, ',');
    }
    return first;
}

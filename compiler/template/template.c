#include "compiler/template/template.h"

#include "core/value.h"

#define CODE_MAX (1u << 20)

enum filter {
#define FILTER(name, argument, id, text) FILTER_##id,
#include "compiler/template/filters.def"
#undef FILTER
    FILTERS
};

static const struct {
    const char *name;
    bool argument;
} FILTER_ROW[FILTERS] = {
#define FILTER(name, argument, id, text) {name, argument},
#include "compiler/template/filters.def"
#undef FILTER
};

struct template {
    struct jc_unit *unit;
    struct jc_message *message;
    const struct jc_node *literal;
    struct jn_str text; /* with escapes resolved */
    size_t at;
    uint32_t tag; /* number of the `{{` or `{%` being read */
    size_t tag_at;
    struct jn_buf code;
    bool bad;
};

/* Where a part of the text stands in the source: the n-th tag of the value is the n-th tag as written. */
static struct jc_span template_place(const struct template *t, size_t at, size_t n) {
    struct jn_str raw = t->literal->text;
    struct jc_span span = t->literal->span;
    size_t raw_at = 0;
    uint32_t seen = 0;
    for (; raw_at + 1 < raw.n; raw_at++) {
        bool tag = raw.p[raw_at] == '{' && (raw.p[raw_at + 1] == '{' || raw.p[raw_at + 1] == '%');
        if (tag && seen++ == t->tag) break;
        if (tag) raw_at++;
    }
    raw_at += at - t->tag_at;
    for (size_t i = 0; i < raw_at && i < raw.n; i++) {
        if (raw.p[i] == '\n') {
            span.line++;
            span.column = 1;
        } else if (((unsigned char)raw.p[i] & 0xC0) != 0x80) {
            span.column++;
        }
    }
    span.offset += (uint32_t)raw_at;
    span.end = span.offset + (uint32_t)n;
    span.end_line = span.line;
    span.end_column = span.column + (uint32_t)(n == 0 ? 1 : n);
    return span;
}

static void template_skip(struct template *t) {
    while (t->at < t->text.n && (t->text.p[t->at] == ' ' || t->text.p[t->at] == '\t' || t->text.p[t->at] == '\n'))
        t->at++;
}

static bool template_take(struct template *t, char c) {
    template_skip(t);
    if (t->at >= t->text.n || t->text.p[t->at] != c) return false;
    t->at++;
    return true;
}

static struct jn_str template_word(struct template *t) {
    template_skip(t);
    size_t start = t->at;
    while (t->at < t->text.n) {
        unsigned char c = (unsigned char)t->text.p[t->at];
        bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
        if (!letter) break;
        t->at++;
    }
    return jn_str_sub(t->text, start, t->at - start);
}

static struct jc_typed template_fail(struct template *t) {
    t->bad = true;
    return jc_typed_bad();
}

static struct jc_typed template_bad_syntax(struct template *t, const char *expected) {
    jc_report(t->unit->diags, JC_E0601, template_place(t, t->at, 1), expected);
    return template_fail(t);
}

/* `customer.x`, `E.x`, `journey.name` …, by way of an expression's tree. */
static struct jc_typed template_member(struct template *t, struct jn_str owner, size_t owner_at, struct jn_str name,
                                       size_t name_at) {
    struct jc_unit *unit = t->unit;
    bool *readable = JN_NEW_ARRAY(unit->arena, bool, unit->n_symbol[JC_TABLE_EVENT]);
    if (t->message->entering != JN_NONE && t->message->sent) readable[t->message->entering] = true;
    struct jc_scope scope = {.unit = unit, .customer = true, .event = readable, .where = "a message"};
    struct jc_node left = {.kind = JC_NAME, .text = owner, .span = template_place(t, owner_at, owner.n)};
    struct jc_node member = {
        .kind = JC_MEMBER, .text = name, .text_span = template_place(t, name_at, name.n), .kid = {&left}};
    const struct jc_symbol *event = jc_known(unit, JC_TABLE_EVENT, owner);
    member.span = left.span;
    member.span.end = member.text_span.end;
    member.span.end_column = member.text_span.end_column;
    if (jn_str_is(owner, "journey") && jn_str_is(name, "name")) {
        jc_code_op(&t->code, JN_OP_JOURNEY_NAME);
        return (struct jc_typed){.type = JN_T_TEXT};
    }
    if (jn_str_is(owner, "stage") && jn_str_is(name, "name")) {
        jc_code_op(&t->code, JN_OP_STAGE_NAME);
        return (struct jc_typed){.type = JN_T_TEXT};
    }
    if (jn_str_is(owner, "workspace") && jn_str_is(name, "timezone")) {
        jc_code_op1(&t->code, JN_OP_PUSH, jn_builder_value(unit->builder, jn_value_text(unit->timezone)));
        return (struct jc_typed){.type = JN_T_TEXT};
    }
    if (event != NULL && !readable[event->index] && t->message->sent) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0608, member.span, JN_FMT(owner));
        jc_hint(unit->diags, diag, "give it: `send … with %.*s = %.*s.%.*s`", JN_FMT(name), JN_FMT(owner),
                JN_FMT(name));
        return template_fail(t);
    }
    if (event != NULL && !t->message->sent) readable[event->index] = true; /* sent by nobody yet: any event might */
    if (event == NULL && !jn_str_is(owner, "customer")) {
        const struct jn_str known[] = {JN_STR("customer"), JN_STR("journey"), JN_STR("stage"), JN_STR("workspace")};
        struct jc_diag *diag = jc_report(unit->diags, JC_E0602, left.span, JN_FMT(owner));
        struct jn_str near = jc_nearest(owner, known, 4);
        if (near.n > 0) jc_hint(unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        return template_fail(t);
    }
    struct jc_typed typed = jc_expr_read(&scope, &member, JN_T_MISSING, &t->code);
    t->bad = t->bad || typed.bad;
    return typed;
}

static struct jc_typed template_variable(struct template *t, struct jn_str name, size_t at) {
    struct jn_str candidate[64];
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->message->vars.n; i++) {
        struct jc_variable *variable = &t->message->vars.row[i];
        if (n < 64) candidate[n++] = variable->name;
        if (!jn_str_eq(variable->name, name)) continue;
        variable->read = true;
        jc_code_op1(&t->code, JN_OP_VAR, variable->index);
        return (struct jc_typed){.type = variable->type == JN_T_MISSING ? JN_T_TEXT : variable->type,
                                 .currency = variable->currency,
                                 .maybe_missing = variable->maybe_missing};
    }
    struct jc_diag *diag = jc_report(t->unit->diags, JC_E0602, template_place(t, at, name.n), JN_FMT(name));
    struct jn_str near = jc_nearest(name, candidate, n);
    if (near.n > 0)
        jc_hint(t->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    else if (jc_attribute_known(&t->unit->customer, name) != NULL)
        jc_hint(t->unit->diags, diag, "did you mean `customer.%.*s`?", JN_FMT(name));
    else
        jc_hint(t->unit->diags, diag, "a message reads customer.…, the entering event, and what `send … with` gives");
    return template_fail(t);
}

static struct jc_typed template_path(struct template *t) {
    template_skip(t);
    size_t at = t->at;
    struct jn_str owner = template_word(t);
    if (owner.n == 0) return template_bad_syntax(t, "the name of a variable");
    if (!template_take(t, '.')) return template_variable(t, owner, at);
    template_skip(t);
    size_t name_at = t->at;
    struct jn_str name = template_word(t);
    if (name.n == 0) return template_bad_syntax(t, "a name behind the dot");
    return template_member(t, owner, at, name, name_at);
}

/* A literal argument: a text in either kind of quotes, or a number. */
static bool template_argument(struct template *t, struct jn_value *out) {
    struct jn_dec number;
    template_skip(t);
    char quote = t->at < t->text.n ? t->text.p[t->at] : '\0';
    if (quote == '\'' || quote == '"') {
        size_t start = ++t->at;
        while (t->at < t->text.n && t->text.p[t->at] != quote)
            t->at++;
        if (t->at == t->text.n) return false;
        *out = jn_value_text(jn_str_sub(t->text, start, t->at++ - start));
        return true;
    }
    size_t start = t->at;
    while (t->at < t->text.n &&
           (t->text.p[t->at] == '-' || t->text.p[t->at] == '.' || (t->text.p[t->at] >= '0' && t->text.p[t->at] <= '9')))
        t->at++;
    if (!jn_dec_parse(jn_str_sub(t->text, start, t->at - start), &number)) return false;
    *out = jn_value_dec(number);
    return true;
}

static void template_to_text(struct template *t, struct jc_typed *typed) {
    if (typed->type == JN_T_TEXT) return;
    jc_code_op(&t->code, JN_OP_TO_TEXT);
    typed->type = JN_T_TEXT;
}

static void template_default(struct template *t, struct jc_typed *typed, struct jn_value argument) {
    if (argument.type != typed->type) {
        struct jn_buf text;
        jn_buf_init(&text, 256);
        template_to_text(t, typed);
        jn_value_print(argument, &text);
        argument = jn_value_text(jn_arena_str(t->unit->arena, jn_buf_view(&text)));
        jn_buf_release(&text);
    }
    jc_code_op1(&t->code, JN_OP_KNOWN_JUMP, 5); /* over the push: an opcode and its operand */
    jc_code_op1(&t->code, JN_OP_PUSH, jn_builder_value(t->unit->builder, argument));
    typed->maybe_missing = false;
}

static void template_date(struct template *t, struct jc_typed *typed, struct jn_value argument, struct jc_span span) {
    bool dated = typed->type == JN_T_DATE || typed->type == JN_T_INSTANT || typed->type == JN_T_TEXT;
    if (!dated || argument.type != JN_T_TEXT) {
        jc_report(t->unit->diags, JC_E0603, span, "date",
                  dated ? "a format in quotes" : "a date, an instant or a text");
        t->bad = true;
        return;
    }
    jc_code_op1(&t->code, JN_OP_FORMAT_DATE, jn_builder_value(t->unit->builder, argument));
    typed->type = JN_T_TEXT;
}

static void template_apply(struct template *t, enum filter filter, struct jc_typed *typed, struct jn_value argument,
                           struct jc_span span) {
    static const enum jn_op CASE[FILTERS] = {
        [FILTER_UPCASE] = JN_OP_UPPER, [FILTER_DOWNCASE] = JN_OP_LOWER, [FILTER_CAPITALIZE] = JN_OP_CAPITALIZE};
    if (filter == FILTER_DEFAULT) {
        template_default(t, typed, argument);
    } else if (filter == FILTER_DATE) {
        template_date(t, typed, argument, span);
    } else {
        template_to_text(t, typed);
        jc_code_op(&t->code, CASE[filter]);
    }
}

static void template_filter(struct template *t, struct jc_typed *typed) {
    struct jn_value argument = JN_MISSING;
    template_skip(t);
    size_t at = t->at;
    struct jn_str name = template_word(t), candidate[FILTERS];
    struct jc_span span = template_place(t, at, name.n);
    int filter = -1;
    for (int i = 0; i < FILTERS; i++) {
        candidate[i] = jn_str_z(FILTER_ROW[i].name);
        if (jn_str_eq(candidate[i], name)) filter = i;
    }
    bool given = template_take(t, ':');
    bool sound = !given || template_argument(t, &argument);
    if (filter < 0) {
        struct jc_diag *diag = jc_report(t->unit->diags, JC_E0604, span, JN_FMT(name));
        struct jn_str near = jc_nearest(name, candidate, FILTERS);
        if (near.n > 0)
            jc_hint(t->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        else
            jc_hint(t->unit->diags, diag, "filters are default, upcase, downcase, capitalize and date");
        t->bad = true;
    } else if (!sound || given != FILTER_ROW[filter].argument) {
        jc_report(t->unit->diags, JC_E0603, span, FILTER_ROW[filter].name,
                  FILTER_ROW[filter].argument ? "an argument: a text in quotes or a number" : "no argument");
        t->bad = true;
    } else if (!typed->bad) {
        template_apply(t, (enum filter)filter, typed, argument, span);
    }
}

static bool template_close(struct template *t, bool *trim) {
    template_skip(t);
    *trim = t->at < t->text.n && t->text.p[t->at] == '-';
    if (*trim) t->at++;
    if (t->at + 1 >= t->text.n || t->text.p[t->at] != '}' || t->text.p[t->at + 1] != '}') return false;
    t->at += 2;
    return true;
}

/* `{{ … }}`; t->at is behind the opening braces. False: the tag is not closed. */
static bool template_output(struct template *t, bool *trim) {
    struct jn_str name = jn_str_sub(t->text, t->at, 0);
    size_t path_at = t->at;
    struct jc_typed typed = template_path(t);
    while (template_take(t, '|'))
        template_filter(t, &typed);
    if (!template_close(t, trim)) {
        if (!t->bad) template_bad_syntax(t, "`|` or `}}`");
        return false;
    }
    (void)name;
    if (typed.bad) return true;
    if (typed.maybe_missing) {
        struct jc_diag *diag = jc_report(t->unit->diags, JC_W0904, template_place(t, path_at, 1));
        jc_hint(t->unit->diags, diag,
                "add `| default: '…'`; without it the message is not sent to who lacks the value");
    }
    template_to_text(t, &typed);
    jc_code_op(&t->code, JN_OP_OUT);
    return true;
}

static void template_put_text(struct template *t, struct jn_str text) {
    if (text.n > 0) jc_code_op1(&t->code, JN_OP_OUT_TEXT, jn_builder_value(t->unit->builder, jn_value_text(text)));
}

static bool template_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void template_run(struct template *t) {
    bool trim = false;
    while (t->at < t->text.n && !t->code.failed) {
        size_t start = t->at;
        while (t->at < t->text.n && !(t->text.p[t->at] == '{' && t->at + 1 < t->text.n &&
                                      (t->text.p[t->at + 1] == '{' || t->text.p[t->at + 1] == '%')))
            t->at++;
        struct jn_str text = jn_str_sub(t->text, start, t->at - start);
        while (trim && text.n > 0 && template_is_blank(text.p[0]))
            text = jn_str_sub(text, 1, text.n);
        if (t->at == t->text.n) {
            template_put_text(t, text);
            return;
        }
        t->tag_at = t->at;
        if (t->text.p[t->at + 1] == '%') {
            struct jc_diag *diag = jc_report(t->unit->diags, JC_E0609, template_place(t, t->at, 2));
            jc_hint(t->unit->diags, diag, "decide in the journey with `if`, and send one message or another");
            t->bad = true;
            return;
        }
        t->at += 2;
        bool trim_before = t->at < t->text.n && t->text.p[t->at] == '-';
        if (trim_before) t->at++;
        while (trim_before && text.n > 0 && template_is_blank(text.p[text.n - 1]))
            text.n--;
        template_put_text(t, text);
        if (!template_output(t, &trim)) {
            t->bad = true;
            return;
        }
        t->tag++;
    }
}

uint32_t jc_template_lower(struct jc_unit *unit, uint32_t message, const struct jc_node *literal) {
    struct template t = {
        .unit = unit, .message = &unit->message[message], .literal = literal, .text = jn_value_str(literal->value)};
    uint32_t expr = JN_NONE;
    jn_buf_init(&t.code, CODE_MAX);
    template_run(&t);
    if (t.code.failed && !t.bad) jc_report(unit->diags, JC_E0407, literal->span);
    jc_code_op(&t.code, JN_OP_RET);
    if (!t.bad && !t.code.failed) expr = jn_builder_code(unit->builder, jn_buf_view(&t.code), JN_T_OUTPUT);
    jn_buf_release(&t.code);
    return expr;
}

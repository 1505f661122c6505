/* Statements in plain words, what is inside a branch a level deeper. */
#include "compiler/explain/teller.h"

#include "core/check.h"
#include "core/value.h"

/* As statements.def lists them: a new one does not compile until it is told here. */
enum statement {
#define STATEMENT(kind, function) STATEMENT_##kind,
#include "compiler/stmt/statements.def"
#undef STATEMENT
    STATEMENTS
};

static enum statement statement_of(enum jc_kind kind) {
    switch ((int)kind) {
#define STATEMENT(kind, function)                                                                                      \
    case JC_##kind:                                                                                                    \
        return STATEMENT_##kind;
#include "compiler/stmt/statements.def"
#undef STATEMENT
    default:
        return STATEMENTS;
    }
}

static void tell_named(struct jc_teller *t, const struct jc_node *node, struct jn_str text) {
    jc_tell(t, node, node->label == NULL ? text : JC_SAY(t, NAMED, node->label->text, text));
}

/* A block a level deeper; an empty one says so. */
static void tell_block(struct jc_teller *t, const struct jc_node *block) {
    t->level++;
    if (block == NULL || block->first == NULL)
        jc_tell(t, block, JC_SAY_PLAIN(t, NOTHING));
    else
        jc_tell_statements(t, block->first);
    t->level--;
}

static struct jn_str say_withs(struct jc_teller *t, const struct jc_node *first) {
    struct jn_str text = JN_STR("");
    for (const struct jc_node *with = first; with != NULL; with = with->next) {
        struct jn_str one = JC_SAY(t, WITH, with->text, jc_say_expr(t, with->kid[0]));
        text = jn_arena_printf(t->arena, "%.*s%.*s", JN_FMT(text), JN_FMT(one));
    }
    return text;
}

static const struct jn_message *find_message(const struct jc_teller *t, struct jn_str name, uint32_t *index) {
    const struct jn_program *p = t->program;
    *index = 0;
    while (*index < p->n_message && !jn_str_eq(p->string[p->message[*index].name], name))
        (*index)++;
    JN_CHECK(*index < p->n_message); /* a program without errors knows every message that it sends */
    return &p->message[*index];
}

/* ` by email, about offers`. */
static struct jn_str say_way(struct jc_teller *t, struct jn_str name) {
    uint32_t index;
    const struct jn_message *message = find_message(t, name, &index);
    struct jn_str channel = t->program->string[t->program->channel[message->channel].name];
    struct jn_str topic = jc_say_topic(t, index);
    return topic.n == 0 ? JC_SAY(t, SEND_BY, channel) : JC_SAY(t, SEND_BY_ABOUT, channel, topic);
}

static struct jn_str say_outcome(const struct jc_teller *t, enum jn_outcome outcome) {
    if (outcome == JN_OUTCOME_CAPPED) return JC_SAY_PLAIN(t, ON_CAPPED);
    if (outcome == JN_OUTCOME_QUIET) return JC_SAY_PLAIN(t, ON_QUIET);
    return outcome == JN_OUTCOME_FAILED ? JC_SAY_PLAIN(t, ON_FAILED) : JC_SAY_PLAIN(t, ON_UNREACHABLE);
}

static void tell_send(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str given =
        jn_arena_printf(t->arena, "%.*s%.*s", JN_FMT(say_way(t, n->kid[0]->text)), JN_FMT(say_withs(t, n->first)));
    for (const struct jc_node *m = n->kid[1] == NULL ? NULL : n->kid[1]->first; m != NULL; m = m->next) {
        struct jn_str other = jn_arena_printf(t->arena, "%.*s%.*s", JN_FMT(m->text), JN_FMT(say_way(t, m->text)));
        given = jn_arena_printf(t->arena, "%.*s%.*s", JN_FMT(given), JN_FMT(JC_SAY(t, SEND_ELSE, other)));
    }
    tell_named(t, n, JC_SAY(t, SEND, n->kid[0]->text, given));
    if (n->kid[2] == NULL) return;
    t->level++;
    for (const struct jc_node *handler = n->kid[2]->first; handler != NULL; handler = handler->next) {
        jc_tell(t, handler, say_outcome(t, (enum jn_outcome)handler->flags));
        tell_block(t, handler->kid[1]);
    }
    t->level--;
}

static void tell_wait_time(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str time = jc_say_expr(t, n->kid[1]);
    tell_named(t, n,
               n->kid[0] == NULL ? JC_SAY(t, WAIT_TIME, time)
                                 : JC_SAY(t, WAIT_DAYS, time, jc_say_days(t, n->kid[0]->flags)));
}

static void tell_wait_date(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str date = jc_say_expr(t, n->kid[0]);
    tell_named(t, n,
               n->kid[1] == NULL ? JC_SAY(t, WAIT_DATE, date)
                                 : JC_SAY(t, WAIT_DATE_AT, date, jc_say_expr(t, n->kid[1])));
}

static void tell_wait_then(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str first = jc_say_expr(t, n->kid[0]), time = jc_say_expr(t, n->kid[2]);
    tell_named(t, n,
               n->kid[1] == NULL ? JC_SAY(t, WAIT_THEN, first, time)
                                 : JC_SAY(t, WAIT_THEN_DAYS, first, time, jc_say_days(t, n->kid[1]->flags)));
}

/* `then … timeout …`, and what each side is called. */
static void tell_sides(struct jc_teller *t, const struct jc_node *then, struct jn_str when,
                       const struct jc_node *timeout, struct jn_str else_when) {
    t->level++;
    jc_tell(t, then, when);
    tell_block(t, then);
    jc_tell(t, timeout, else_when);
    tell_block(t, timeout);
    t->level--;
}

static void tell_outcomes(struct jc_teller *t, const struct jc_node *then, const struct jc_node *timeout) {
    tell_sides(t, then, JC_SAY_PLAIN(t, IN_TIME), timeout, JC_SAY_PLAIN(t, TOO_LATE));
}

static struct jn_str say_alternatives(struct jc_teller *t, const struct jc_node *first) {
    struct jn_str text = JN_STR_NONE;
    for (const struct jc_node *one = first; one != NULL; one = one->next) {
        struct jn_str event = one->kid[0]->text;
        if (one->kid[1] != NULL) event = JC_SAY(t, EVENT_OF, event, one->kid[1]->text);
        if (one->kid[2] != NULL) event = JC_SAY(t, EVENT_WHERE, event, jc_say_condition(t, one->kid[2]));
        text = text.p == NULL ? event : JC_SAY(t, LIST_OR, text, event);
    }
    return text;
}

static void tell_wait_for(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str events = say_alternatives(t, n->first), limit = jc_say_expr(t, n->kid[0]), since = JN_STR("");
    if (n->flags == JN_SINCE_ENTRY) since = JC_SAY_PLAIN(t, SINCE_ENTRY);
    if (n->flags == JN_SINCE_STAGE) since = JC_SAY_PLAIN(t, SINCE_STAGE);
    bool branches = n->kid[1] != NULL || n->kid[2] != NULL;
    tell_named(t, n,
               branches ? JC_SAY(t, WAIT_FOR_THEN, events, limit, since) : JC_SAY(t, WAIT_FOR, events, limit, since));
    if (branches) tell_outcomes(t, n->kid[1], n->kid[2]);
}

static void tell_wait_if(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str condition = jc_say_condition(t, n->kid[3]), limit = jc_say_expr(t, n->kid[0]);
    bool branches = n->kid[1] != NULL || n->kid[2] != NULL;
    tell_named(t, n, branches ? JC_SAY(t, WAIT_IF_THEN, condition, limit) : JC_SAY(t, WAIT_IF, condition, limit));
    if (branches) tell_outcomes(t, n->kid[1], n->kid[2]);
}

static void tell_if(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, IF, jc_say_condition(t, n->kid[0])));
    tell_block(t, n->kid[1]);
    for (n = n->kid[2]; n != NULL && n->kind == JC_IF; n = n->kid[2]) {
        jc_tell(t, n, JC_SAY(t, OR_IF, jc_say_condition(t, n->kid[0])));
        tell_block(t, n->kid[1]);
    }
    if (n == NULL) return;
    jc_tell(t, n, JC_SAY_PLAIN(t, OTHERWISE));
    tell_block(t, n);
}

static void tell_arms(struct jc_teller *t, const struct jc_node *first) {
    t->level++;
    for (const struct jc_node *arm = first; arm != NULL; arm = arm->next) {
        jc_tell(t, arm,
                arm->kid[0] == NULL ? JC_SAY(t, CHOICE_ARM, arm->text)
                                    : JC_SAY(t, SPLIT_ARM, jc_say_expr(t, arm->kid[0]), arm->text));
        tell_block(t, arm->kid[1]);
    }
    t->level--;
}

static void tell_split(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, SPLIT, n->text));
    tell_arms(t, n->first);
}

static void tell_optimize(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str how = n->kid[1] == NULL ? JN_STR("") : JC_SAY(t, EXPLORE, jc_say_expr(t, n->kid[1]));
    if (n->kid[2] != NULL)
        how = jn_arena_printf(t->arena, "%.*s%.*s", JN_FMT(how), JN_FMT(JC_SAY(t, FALLBACK, n->kid[2]->text)));
    tell_named(t, n, JC_SAY(t, OPTIMIZE, n->text, n->kid[0]->text, how));
    tell_arms(t, n->first);
}

static void tell_match(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, MATCH, jc_say_expr(t, n->kid[0])));
    t->level++;
    for (const struct jc_node *one = n->first; one != NULL; one = one->next) {
        struct jn_str values = JN_STR_NONE;
        for (const struct jc_node *value = one->first; value != NULL; value = value->next) {
            struct jn_str said = jc_say_expr(t, value);
            values = values.p == NULL ? said : JC_SAY(t, LIST_OR, values, said);
        }
        jc_tell(t, one, JC_SAY(t, CASE, values));
        tell_block(t, one->kid[1]);
    }
    if (n->kid[2] != NULL) {
        jc_tell(t, n->kid[2], JC_SAY_PLAIN(t, OTHERWISE));
        tell_block(t, n->kid[2]);
    }
    t->level--;
}

static void tell_repeat(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, REPEAT, jc_say_expr(t, n->kid[0]), jc_say_expr(t, n->kid[2])));
    tell_block(t, n->kid[1]);
}

static void tell_wait(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, WAIT, jc_say_expr(t, n->kid[0])));
}

static void tell_stop(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY_PLAIN(t, STOP));
}

static void tell_start(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, START, n->kid[0]->text));
}

static void tell_emit(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, EMIT, n->kid[0]->text, say_withs(t, n->first)));
}

/* `score = 0.5, …`: what stands without an answer. */
static struct jn_str say_defaults(struct jc_teller *t, struct jn_str name) {
    const struct jn_program *p = t->program;
    struct jn_buf text;
    uint32_t i = 0;
    while (!jn_str_eq(p->string[p->service[i].name], name))
        i++;
    jn_buf_init(&text, 1u << 20);
    for (uint32_t k = 0; k < p->service[i].n_take; k++) {
        const struct jn_take *take = &p->take[p->service[i].first_take + k];
        jn_buf_printf(&text, "%s%.*s.%.*s = ", k == 0 ? "" : ", ", JN_FMT(name), JN_FMT(p->string[take->name]));
        jn_value_print_source(p->value[take->preset], &text);
    }
    struct jn_str said = jn_arena_str(t->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return said;
}

static void tell_ask(struct jc_teller *t, const struct jc_node *n) {
    struct jn_str name = n->kid[0]->text;
    tell_named(t, n, JC_SAY(t, ASK, name, say_withs(t, n->first), say_defaults(t, name)));
}

static void tell_approve(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, APPROVE, jn_value_str(n->kid[3]->value), n->text, jc_say_expr(t, n->kid[0])));
    tell_sides(t, n->kid[1], JC_SAY_PLAIN(t, APPROVED), n->kid[2], JC_SAY_PLAIN(t, NOT_APPROVED));
}

static void tell_set(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, SET, jc_say_expr(t, n->kid[0]), jc_say_expr(t, n->kid[1])));
}

static void tell_tag(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, TAG, n->text));
}

static void tell_untag(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, UNTAG, n->text));
}

static void tell_go_to(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, GO_TO, n->text));
}

static void tell_exit_as(struct jc_teller *t, const struct jc_node *n) {
    tell_named(t, n, JC_SAY(t, EXIT_AS, n->text));
}

typedef void tell_statement(struct jc_teller *t, const struct jc_node *n);

static tell_statement *told_by(enum statement statement) {
    switch (statement) {
    case STATEMENT_SEND:
        return tell_send;
    case STATEMENT_WAIT:
        return tell_wait;
    case STATEMENT_WAIT_TIME:
        return tell_wait_time;
    case STATEMENT_WAIT_DATE:
        return tell_wait_date;
    case STATEMENT_WAIT_THEN:
        return tell_wait_then;
    case STATEMENT_WAIT_FOR:
        return tell_wait_for;
    case STATEMENT_IF:
        return tell_if;
    case STATEMENT_SPLIT:
        return tell_split;
    case STATEMENT_MATCH:
        return tell_match;
    case STATEMENT_REPEAT:
        return tell_repeat;
    case STATEMENT_STOP:
        return tell_stop;
    case STATEMENT_WAIT_IF:
        return tell_wait_if;
    case STATEMENT_START:
        return tell_start;
    case STATEMENT_EMIT:
        return tell_emit;
    case STATEMENT_ASK:
        return tell_ask;
    case STATEMENT_APPROVE:
        return tell_approve;
    case STATEMENT_OPTIMIZE:
        return tell_optimize;
    case STATEMENT_SET:
        return tell_set;
    case STATEMENT_TAG:
        return tell_tag;
    case STATEMENT_UNTAG:
        return tell_untag;
    case STATEMENT_GO_TO:
        return tell_go_to;
    case STATEMENT_EXIT_AS:
        return tell_exit_as;
    case STATEMENTS:
        break;
    }
    return NULL;
}

void jc_tell_statements(struct jc_teller *t, const struct jc_node *first) {
    for (const struct jc_node *node = first; node != NULL; node = node->next) {
        tell_statement *tell = told_by(statement_of(node->kind));
        JN_CHECK(tell != NULL);
        tell(t, node);
    }
}

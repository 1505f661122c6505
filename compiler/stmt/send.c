/* `send A or B … then`: a step for each message, tried in order, then the handlers of what became of the last. */
#include "compiler/stmt/statement.h"
#include "compiler/syntax/parser.h"
#include "image/image.h"

static struct jc_variable *send_variable(struct jc_message *message, struct jn_str name) {
    for (uint32_t i = 0; i < message->vars.n; i++)
        if (jn_str_eq(message->vars.row[i].name, name)) return &message->vars.row[i];
    return NULL;
}

/* The first send that gives a variable tells its type; all others must agree. */
static void send_settle_type(struct jc_lowering *l, const struct jc_node *with, struct jc_variable *variable,
                             struct jc_typed typed) {
    variable->maybe_missing = variable->maybe_missing || typed.maybe_missing;
    if (variable->type == JN_T_MISSING) {
        variable->type = typed.type;
        variable->currency = typed.currency;
        variable->span = with->text_span;
    } else if (variable->type != typed.type || variable->currency != typed.currency) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0606, with->text_span, JN_FMT(with->text));
        jc_relate(l->unit->diags, diag, variable->span, "given here with another type");
    }
}

/* A send on its way: what `with` gives is lowered once for all its messages, as the first one's. */
struct sending {
    struct jc_lowering *l;
    const struct jc_node *node;
    bool read;
    const struct jc_node *with[JC_LIMIT_GIVEN];
    struct jc_typed typed[JC_LIMIT_GIVEN];
    uint32_t expr[JC_LIMIT_GIVEN], n;
};

void jc_given_check(struct jc_lowering *l, const struct jc_node *first) {
    uint32_t n = 0;
    for (const struct jc_node *with = first; with != NULL; with = with->next)
        if (n++ == JC_LIMIT_GIVEN)
            jc_report(l->unit->diags, JC_E0575, with->text_span, (unsigned)JC_LIMIT_GIVEN, "values are given");
}

static void send_read_given(struct sending *s) {
    jc_given_check(s->l, s->node->first);
    if (s->read) return;
    s->read = true;
    for (const struct jc_node *with = s->node->first; with != NULL && s->n < JC_LIMIT_GIVEN; with = with->next) {
        s->with[s->n] = with;
        s->expr[s->n] = jc_expr_finish(&s->l->scope, with->kid[0], JN_T_MISSING, "a value", &s->typed[s->n]);
        s->n += s->expr[s->n] != JN_NONE;
    }
}

static void send_bind(const struct sending *s, uint32_t index, uint32_t step) {
    struct jc_unit *unit = s->l->unit;
    struct jc_message *message = &unit->message[index];
    uint32_t first = jn_builder_count_bind(unit->builder);
    for (uint32_t i = 0; i < s->n; i++) {
        struct jc_variable *variable = send_variable(message, s->with[i]->text);
        if (variable == NULL) continue;
        send_settle_type(s->l, s->with[i], variable, s->typed[i]);
        struct jn_bind bind = {variable->index, s->expr[i]};
        jn_builder_add_bind(unit->builder, &bind);
    }
    struct jn_step *row = jc_step_at(s->l, step);
    row->a = index;
    row->b = first;
    row->c = jn_builder_count_bind(unit->builder) - first;
    struct jc_sending *sending = JN_NEW(unit->arena, struct jc_sending);
    *sending = (struct jc_sending){s->node->span, index, s->node, unit->sendings};
    unit->sendings = sending;
}

static void send_name(struct jc_lowering *l, uint32_t step, const struct jc_node *node, const struct jc_node *name) {
    struct jn_arena *arena = l->unit->arena;
    if (name == node->kid[0] || node->label == NULL)
        jc_step_name(l, step, node, jn_arena_printf(arena, "send_%.*s", JN_FMT(name->text)));
    else
        jc_step_name_behind(l, step, node, jn_arena_printf(arena, "or_%.*s", JN_FMT(name->text)));
}

static uint32_t send_one(struct sending *s, const struct jc_node *name, enum jn_step_kind kind) {
    const struct jc_symbol *symbol = jc_find(s->l->unit, JC_TABLE_MESSAGE, name->text, name->span);
    uint32_t step = jc_step_add(s->l, kind, s->node);
    send_name(s->l, step, s->node, name);
    send_read_given(s);
    if (symbol != NULL) send_bind(s, symbol->index, step);
    return step;
}

static bool send_is_twice(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *name) {
    const struct jc_node *other = node->kid[0];
    while (other != name && !jn_str_eq(other->text, name->text))
        other = other == node->kid[0] ? node->kid[1]->first : other->next;
    if (other == name) return false;
    struct jc_diag *diag = jc_report(l->unit->diags, JC_E0564, name->span, JN_FMT(name->text));
    jc_relate(l->unit->diags, diag, other->span, "the other one is here");
    return true;
}

/* A handler is there once, and is of something that may become of a message. */
static void send_check_handler(struct jc_lowering *l, const struct jc_node *handlers, const struct jc_node *handler) {
    struct jc_diags *diags = l->unit->diags;
    if (handler->flags == JN_OUTCOME_SENT) {
        struct jn_str word[JN_OUTCOMES];
        for (uint32_t i = JN_OUTCOME_SENT + 1; i < JN_OUTCOME_NO_CONSENT; i++)
            word[i] = jn_str_z(jn_outcome_word((enum jn_outcome)i));
        struct jn_str near = jc_nearest(handler->text, word + JN_OUTCOME_SENT + 1, JN_OUTCOME_NO_CONSENT - 1);
        struct jc_diag *diag = jc_report(diags, JC_E0562, handler->text_span, JN_FMT(handler->text));
        if (near.n > 0)
            jc_hint(diags, diag, "did you mean `%.*s:`?", JN_FMT(near));
        else
            jc_hint(diags, diag, "a send has `capped:`, `quiet:`, `failed:` and `unreachable:`");
        return;
    }
    for (const struct jc_node *other = handlers->first; other != handler; other = other->next) {
        if (other->flags != handler->flags) continue;
        struct jc_diag *diag = jc_report(diags, JC_E0563, handler->text_span, JN_FMT(handler->text));
        jc_relate(diags, diag, other->text_span, "the other one is here");
        return;
    }
}

/* The edges of a message that was not sent are open; those behind the handlers are, afterwards. */
static void send_handlers(struct jc_lowering *l, const struct jc_node *handlers) {
    struct jc_edges behind = {0};
    for (const struct jc_node *handler = handlers->first; handler != NULL; handler = handler->next) {
        send_check_handler(l, handlers, handler);
        uint32_t step = jc_step_add(l, JN_STEP_OUTCOME, handler);
        jc_step_at(l, step)->a = handler->flags;
        jc_block_lower(l, handler->kid[1]->first);
        jc_edges_join(l, behind);
        behind = jc_edges_take(l);
        jc_edge_open(l, JC_EDGE_ALT, step);
    }
    jc_edges_join(l, behind);
}

static bool send_awaits(const struct jc_node *node) {
    bool awaits = node->kid[1] != NULL;
    for (const struct jc_node *h = node->kid[2] == NULL ? NULL : node->kid[2]->first; h != NULL; h = h->next)
        awaits = awaits || jn_outcome_holds((enum jn_outcome)h->flags);
    return awaits;
}

void jc_stmt_send(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct sending s = {.l = l, .node = node};
    struct jc_edges sent = {0};
    (void)before;
    if (node->kid[1] == NULL && node->kid[2] == NULL) {
        send_one(&s, node->kid[0], JN_STEP_SEND);
        return;
    }
    for (const struct jc_node *name = node->kid[0]; name != NULL; name = name != node->kid[0]   ? name->next
                                                                         : node->kid[1] == NULL ? NULL
                                                                                                : node->kid[1]->first) {
        if (name != node->kid[0] && send_is_twice(l, node, name)) continue;
        uint32_t step = send_one(&s, name, JN_STEP_SEND_OR);
        jc_step_at(l, step)->d = send_awaits(node);
        jc_edges_join(l, sent);
        sent = jc_edges_take(l);
        jc_edge_open(l, JC_EDGE_ALT, step);
    }
    if (node->kid[2] != NULL) send_handlers(l, node->kid[2]);
    jc_edges_join(l, sent);
}

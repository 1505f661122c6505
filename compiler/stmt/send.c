#include "compiler/stmt/statement.h"

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

void jc_stmt_send(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jc_unit *unit = l->unit;
    const struct jc_symbol *symbol = jc_find(unit, JC_TABLE_MESSAGE, node->kid[0]->text, node->kid[0]->span);
    uint32_t step = jc_step_add(l, JN_STEP_SEND, node);
    struct jn_bind bind[64];
    uint32_t n = 0;
    (void)before;
    jc_step_name(l, step, node, jn_arena_printf(unit->arena, "send_%.*s", JN_FMT(node->kid[0]->text)));
    if (symbol == NULL) return;
    struct jc_message *message = &unit->message[symbol->index];
    for (const struct jc_node *with = node->first; with != NULL; with = with->next) {
        struct jc_typed typed;
        uint32_t expr = jc_expr_finish(&l->scope, with->kid[0], JN_T_MISSING, "a value", &typed);
        struct jc_variable *variable = send_variable(message, with->text);
        if (expr == JN_NONE || variable == NULL || n == sizeof(bind) / sizeof(*bind)) continue;
        send_settle_type(l, with, variable, typed);
        bind[n++] = (struct jn_bind){variable->index, expr};
    }
    struct jn_step *row = jc_step_at(l, step);
    row->a = symbol->index;
    row->b = jn_builder_count_bind(unit->builder);
    row->c = n;
    for (uint32_t i = 0; i < n; i++)
        jn_builder_add_bind(unit->builder, &bind[i]);
    struct jc_sending *sending = JN_NEW(unit->arena, struct jc_sending);
    *sending = (struct jc_sending){node->span, symbol->index, node, unit->sendings};
    unit->sendings = sending;
}

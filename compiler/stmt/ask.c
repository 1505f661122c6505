/* `ask S with name = expr, …`: the run holds until the service has answered or its time is over. */
#include "compiler/stmt/statement.h"
#include "compiler/syntax/parser.h"

static void ask_give(struct jc_lowering *l, const struct jc_symbol *service, const struct jc_node *with,
                     struct jn_bind *out, uint32_t *n) {
    struct jc_unit *unit = l->unit;
    const struct jc_attribute *give =
        jc_attribute_find(unit, &unit->service[service->index].gives, service->name, with->text, with->text_span);
    struct jc_typed typed;
    uint32_t expr =
        jc_expr_finish(&l->scope, with->kid[0], give == NULL ? JN_T_MISSING : give->type, "the value given", &typed);
    if (give == NULL || expr == JN_NONE || *n == JC_LIMIT_GIVEN) return;
    if (give->type == JN_T_MONEY) (void)jc_currency_same(unit, give->currency, typed.currency, with->kid[0]->span);
    out[(*n)++] = (struct jn_bind){give->index, expr};
}

static void ask_check_given(struct jc_lowering *l, const struct jc_symbol *service, const struct jc_node *node) {
    const struct jc_attributes *gives = &l->unit->service[service->index].gives;
    for (uint32_t i = 0; i < gives->n; i++) {
        bool given = false;
        for (const struct jc_node *with = node->first; with != NULL; with = with->next)
            given = given || jn_str_eq(with->text, gives->row[i].name);
        if (given) continue;
        struct jc_diag *diag =
            jc_report(l->unit->diags, JC_E0570, node->kid[0]->span, JN_FMT(service->name), JN_FMT(gives->row[i].name));
        jc_hint(l->unit->diags, diag, "write `ask %.*s with %.*s = …`", JN_FMT(service->name),
                JN_FMT(gives->row[i].name));
    }
}

void jc_stmt_ask(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_bind bind[JC_LIMIT_GIVEN];
    uint32_t n = 0, step = jc_step_add(l, JN_STEP_ASK, node);
    const struct jc_symbol *service = jc_find(l->unit, JC_TABLE_SERVICE, node->kid[0]->text, node->kid[0]->span);
    (void)before;
    jc_step_name(l, step, node, jn_arena_printf(l->unit->arena, "ask_%.*s", JN_FMT(node->kid[0]->text)));
    if (service == NULL) return;
    jc_given_check(l, node->first);
    for (const struct jc_node *with = node->first; with != NULL; with = with->next)
        ask_give(l, service, with, bind, &n);
    ask_check_given(l, service, node);
    const struct jc_attributes *takes = &l->unit->service[service->index].takes;
    jc_step_at(l, step)->a = service->index;
    jc_step_at(l, step)->b = jn_builder_count_bind(l->unit->builder);
    jc_step_at(l, step)->c = n;
    if (takes->n > 0) jc_step_at(l, step)->d = jc_answer_slot(l, service, &takes->row[0]);
    for (uint32_t i = 0; i < n; i++)
        jn_builder_add_bind(l->unit->builder, &bind[i]);
}

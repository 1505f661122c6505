/* `emit E with …` and `start J`: what the run makes happen to its own customer. */
#include "compiler/stmt/statement.h"
#include "compiler/syntax/parser.h"
#include "core/value.h"

static void emit_give(struct jc_lowering *l, const struct jc_symbol *event, const struct jc_node *with,
                      struct jn_mapping *out, uint32_t *n) {
    struct jc_unit *unit = l->unit;
    const struct jc_attribute *attribute =
        jc_attribute_find(unit, &unit->event[event->index], event->name, with->text, with->text_span);
    struct jc_typed typed;
    uint32_t expr = jc_expr_finish(&l->scope, with->kid[0], attribute == NULL ? JN_T_MISSING : attribute->type,
                                   "the attribute", &typed);
    if (attribute == NULL || expr == JN_NONE || *n == JC_LIMIT_GIVEN) return;
    if (attribute->type == JN_T_MONEY)
        (void)jc_currency_same(unit, attribute->currency, typed.currency, with->kid[0]->span);
    if (attribute->required && typed.maybe_missing) {
        struct jc_diag *diag =
            jc_report(unit->diags, JC_E0558, with->kid[0]->span, JN_FMT(event->name), JN_FMT(attribute->name));
        jc_hint(unit->diags, diag, "give the case a value: `… default …`");
    }
    jc_expr_check_one_of(&l->scope, attribute, with->kid[0]);
    out[(*n)++] = (struct jn_mapping){attribute->index, expr};
}

static void emit_check_required(struct jc_lowering *l, const struct jc_symbol *event, const struct jc_node *node) {
    const struct jc_attributes *attributes = &l->unit->event[event->index];
    for (uint32_t i = 0; i < attributes->n; i++) {
        bool given = false;
        for (const struct jc_node *with = node->first; with != NULL; with = with->next)
            given = given || jn_str_eq(with->text, attributes->row[i].name);
        if (attributes->row[i].required && !given)
            jc_report(l->unit->diags, JC_E0558, node->kid[0]->span, JN_FMT(event->name),
                      JN_FMT(attributes->row[i].name));
    }
}

void jc_stmt_emit(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_mapping row[JC_LIMIT_GIVEN];
    uint32_t n = 0, step = jc_step_add(l, JN_STEP_EMIT, node);
    const struct jc_symbol *event = jc_find(l->unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    (void)before;
    if (event == NULL) return;
    jc_given_check(l, node->first);
    for (const struct jc_node *with = node->first; with != NULL; with = with->next)
        emit_give(l, event, with, row, &n);
    emit_check_required(l, event, node);
    jc_step_at(l, step)->a = event->index;
    jc_step_at(l, step)->b = jn_builder_count_mapping(l->unit->builder);
    jc_step_at(l, step)->c = n;
    for (uint32_t i = 0; i < n; i++)
        jn_builder_add_mapping(l->unit->builder, &row[i]);
}

void jc_stmt_start(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jc_unit *unit = l->unit;
    uint32_t step = jc_step_add(l, JN_STEP_START, node);
    const struct jc_symbol *journey = jc_find(unit, JC_TABLE_JOURNEY, node->kid[0]->text, node->kid[0]->span);
    (void)before;
    if (journey == NULL) return;
    for (const struct jc_node *header = journey->node->first; header != NULL; header = header->next) {
        if (header->kind != JC_KEY) continue;
        struct jc_diag *diag = jc_report(unit->diags, JC_E0559, node->kid[0]->span, JN_FMT(journey->name));
        jc_hint(unit->diags, diag, "let an event that carries the key enter it: `emit E with %.*s = …`",
                JN_FMT(header->text));
    }
    jc_step_at(l, step)->a = journey->index;
}

/* `set customer.x to …` and `set name to …`. */
#include "compiler/stmt/statement.h"
#include "core/value.h"

static void set_attribute(struct jc_lowering *l, const struct jc_node *node) {
    struct jc_unit *unit = l->unit;
    const struct jc_node *target = node->kid[0];
    uint32_t step = jc_step_add(l, JN_STEP_SET_ATTR, node);
    const struct jc_attribute *attribute =
        jc_attribute_find(unit, &unit->customer, JN_STR("customer"), target->text, target->text_span);
    struct jc_typed typed;
    if (attribute != NULL && attribute->computed)
        jc_report(unit->diags, JC_E0362, target->text_span, JN_FMT(attribute->name));
    uint32_t expr = jc_expr_finish(&l->scope, node->kid[1], attribute == NULL ? JN_T_MISSING : attribute->type,
                                   "the attribute", &typed);
    if (attribute == NULL || expr == JN_NONE) return;
    if (attribute->type == JN_T_MONEY)
        (void)jc_currency_same(unit, attribute->currency, typed.currency, node->kid[1]->span);
    jc_expr_check_one_of(&l->scope, attribute, node->kid[1]);
    if (attribute->builtin && jn_str_is(attribute->name, "timezone") && node->kid[1]->kind == JC_LITERAL)
        jc_zone_check(unit, jn_value_str(node->kid[1]->value), node->kid[1]->span);
    jc_step_at(l, step)->a = attribute->index;
    jc_step_at(l, step)->b = expr;
}

static void set_variable(struct jc_lowering *l, const struct jc_node *node) {
    struct jc_unit *unit = l->unit;
    struct jc_variable *slot = NULL;
    struct jc_typed typed;
    for (uint32_t i = 0; i < l->slots.n; i++)
        if (jn_str_eq(l->slots.row[i].name, node->kid[0]->text)) slot = &l->slots.row[i];
    uint32_t step = jc_step_add(l, JN_STEP_SET_SLOT, node);
    uint32_t expr =
        jc_expr_finish(&l->scope, node->kid[1], slot == NULL ? JN_T_MISSING : slot->type, "the variable", &typed);
    if (slot == NULL || expr == JN_NONE) return;
    if (slot->type == JN_T_MISSING) {
        slot->type = typed.type;
        slot->currency = typed.currency;
        struct jn_slot *row = jn_builder_at_slot(unit->builder, slot->index);
        row->type = typed.type;
        row->currency = typed.currency;
    }
    slot->maybe_missing = slot->maybe_missing || typed.maybe_missing;
    jc_step_at(l, step)->a = slot->index;
    jc_step_at(l, step)->b = expr;
}

void jc_stmt_set(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    (void)before;
    if (node->kid[0]->kind == JC_MEMBER)
        set_attribute(l, node);
    else
        set_variable(l, node);
}

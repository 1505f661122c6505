/* `match X`: the values are tried in order; `otherwise` takes the rest. */
#include "compiler/stmt/statement.h"
#include "core/value.h"

static struct jc_node *match_node(struct jc_lowering *l, enum jc_kind kind, const struct jc_node *node,
                                  const struct jc_node *value) {
    struct jc_node *made = JN_NEW(l->unit->arena, struct jc_node);
    *made = (struct jc_node){.kind = kind, .span = value->span, .text_span = value->span, .kid = {node->kid[0]}};
    return made;
}

/* `X is one of …`, or `X is …`: what the case asks. */
static const struct jc_node *match_condition(struct jc_lowering *l, const struct jc_node *node,
                                             const struct jc_node *values) {
    struct jc_node *condition = match_node(l, values->first->next == NULL ? JC_BINARY : JC_ONE_OF, node, values);
    if (condition->kind == JC_ONE_OF) {
        condition->first = values->first;
        return condition;
    }
    condition->flags = JC_OP_IS;
    condition->text = JN_STR("is");
    condition->span = values->first->span;
    condition->kid[1] = values->first;
    return condition;
}

static void match_check_twice(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *value) {
    for (const struct jc_node *other = node->first; other != NULL; other = other->next)
        for (const struct jc_node *before = other->first; before != NULL; before = before->next) {
            if (before == value) return;
            if (before->kind != JC_LITERAL || value->kind != JC_LITERAL || !jn_value_eq(before->value, value->value))
                continue;
            struct jc_diag *diag = jc_report(l->unit->diags, JC_E0552, value->span, JN_FMT(value->text));
            jc_relate(l->unit->diags, diag, before->span, "the other one is here");
            return;
        }
}

static bool match_is_sound(struct jc_lowering *l, const struct jc_node *node) {
    struct jn_buf code;
    jn_buf_init(&code, 1u << 20);
    uint32_t answers = l->answers.n;
    struct jc_typed typed = jc_expr(&l->scope, node->kid[0], JN_T_MISSING, &code);
    l->answers.n = answers; /* they are noted with the steps that read them */
    jn_buf_release(&code);
    return !typed.bad;
}

void jc_stmt_match(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jc_edges behind = {0};
    bool sound = match_is_sound(l, node); /* a mistake in X is told once, not once a value */
    (void)before;
    for (const struct jc_node *values = node->first; values != NULL; values = values->next) {
        for (const struct jc_node *value = values->first; value != NULL; value = value->next)
            match_check_twice(l, node, value);
        uint32_t step = jc_step_add(l, JN_STEP_BRANCH, values);
        uint32_t cond =
            sound ? jc_expr_finish(&l->scope, match_condition(l, node, values), JN_T_BOOL, "a value", NULL) : JN_NONE;
        jc_step_at(l, step)->a = cond;
        jc_block_lower(l, values->kid[1]->first);
        jc_edges_join(l, behind);
        behind = jc_edges_take(l);
        jc_edge_open(l, JC_EDGE_ALT, step);
    }
    if (node->kid[2] != NULL) jc_block_lower(l, node->kid[2]->first);
    jc_edges_join(l, behind);
}

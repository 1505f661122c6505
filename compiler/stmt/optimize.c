/* `optimize NAME for GOAL`: arms whose shares follow what the goal shows. */
#include "compiler/stmt/statement.h"
#include "core/value.h"

#define WHOLE           10000 /* basis points */
#define DEFAULT_EXPLORE 1000  /* `explore 10%` */

static uint32_t optimize_goal(struct jc_lowering *l, const struct jc_node *name) {
    struct jn_str near = JN_STR("");
    uint32_t index = l->first_goal;
    for (const struct jc_node *node = l->node->first; node != NULL; node = node->next) {
        if (node->kind != JC_GOAL) continue;
        if (jn_str_eq(node->text, name->text)) return index;
        near = node->text;
        index++;
    }
    struct jc_diag *diag = jc_report(l->unit->diags, JC_E0555, name->span, JN_FMT(l->name), JN_FMT(name->text));
    if (near.n > 0) jc_hint(l->unit->diags, diag, "it has `%.*s`", JN_FMT(near));
    return JN_NONE;
}

static uint32_t optimize_explore(struct jc_lowering *l, const struct jc_node *literal) {
    struct jn_dec scaled;
    int64_t share = DEFAULT_EXPLORE;
    if (literal == NULL) return DEFAULT_EXPLORE;
    if (jn_dec_mul(jn_value_to_dec(literal->value), jn_dec_int(WHOLE), &scaled) && jn_dec_to_int(scaled, &share) &&
        share >= 0 && share <= WHOLE)
        return (uint32_t)share;
    jc_report(l->unit->diags, JC_E0511, literal->span, JN_FMT(literal->text));
    return DEFAULT_EXPLORE;
}

static uint32_t optimize_fallback(struct jc_lowering *l, const struct jc_node *node, uint32_t first) {
    struct jn_str candidate[100];
    uint32_t n = 0;
    if (node->kid[2] == NULL) return JN_NONE;
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next, n++) {
        if (jn_str_eq(arm->text, node->kid[2]->text)) return first + n;
        if (n < 100) candidate[n] = arm->text;
    }
    struct jc_diag *diag = jc_report(l->unit->diags, JC_E0556, node->kid[2]->span, JN_FMT(node->kid[2]->text));
    struct jn_str near = jc_nearest(node->kid[2]->text, candidate, n < 100 ? n : 100);
    if (near.n > 0) jc_hint(l->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    if (near.n > 0) jc_fix(l->unit->diags, diag, near);
    return JN_NONE;
}

static uint32_t optimize_count(const struct jc_node *node) {
    uint32_t n = 0;
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next)
        n++;
    return n;
}

void jc_stmt_optimize(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_builder *builder = l->unit->builder;
    uint32_t step = jc_step_add(l, JN_STEP_OPTIMIZE, node), first = jn_builder_count_arm(builder);
    uint32_t n = optimize_count(node), i = 0;
    (void)before;
    jc_chooser_check(l, node);
    jc_arms_check(l, node);
    if (n < 2 && !jc_has_mistake(l->unit, node))
        jc_report(l->unit->diags, JC_E0557, node->text_span, JN_FMT(node->text));
    for (const struct jc_node *arm = node->first; arm != NULL; arm = arm->next, i++) {
        struct jn_arm row = {.name = jn_builder_string(builder, arm->text), .weight = WHOLE / n};
        if (i < WHOLE % n) row.weight++;
        jn_builder_add_arm(builder, &row);
    }
    struct jn_choice choice = {.salt = jc_chooser_salt(l, node),
                               .goal = optimize_goal(l, node->kid[0]),
                               .explore = optimize_explore(l, node->kid[1]),
                               .fallback = optimize_fallback(l, node, first)};
    uint32_t name = jn_builder_string(builder, node->text), row = jn_builder_add_choice(builder, &choice);
    jc_step_at(l, step)->a = first;
    jc_step_at(l, step)->b = n;
    jc_step_at(l, step)->c = name;
    jc_step_at(l, step)->d = row;
    jc_arms_lower(l, node, first);
}

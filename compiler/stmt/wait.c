/* Waits for time: a duration, a time of day, a date. */
#include "compiler/stmt/statement.h"

#define EVERY_DAY 127

/* `wait_after_welcome` behind a send; otherwise plain `wait`. */
static struct jn_str wait_name(struct jc_lowering *l, const struct jc_node *before) {
    if (before != NULL && before->kind == JC_SEND)
        return jn_arena_printf(l->unit->arena, "wait_after_%.*s", JN_FMT(before->kid[0]->text));
    return JN_STR("wait");
}

/* How long: a duration that is known and longer than nothing. */
static uint32_t wait_duration(struct jc_lowering *l, const struct jc_node *node) {
    struct jc_typed typed;
    uint32_t expr = jc_expr_finish(&l->scope, node, JN_T_DURATION, "how long to wait", &typed);
    if (node->kind == JC_LITERAL && node->value.type == JN_T_DURATION && node->value.i == 0 &&
        !jc_has_mistake(l->unit, node))
        jc_report(l->unit->diags, JC_E0507, node->span);
    if (expr != JN_NONE && typed.maybe_missing) {
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0508, node->span);
        jc_hint(l->unit->diags, diag, "give the case a value: `… default 1 day`");
    }
    return expr;
}

static uint32_t wait_clock(struct jc_lowering *l, const struct jc_node *time) {
    return time == NULL ? JN_NONE : jn_builder_value(l->unit->builder, time->value);
}

static uint32_t wait_days(const struct jc_node *days) {
    return days == NULL ? EVERY_DAY : days->flags;
}

void jc_stmt_wait(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_WAIT, node), expr = wait_duration(l, node->kid[0]);
    jc_step_name(l, step, node, wait_name(l, before));
    jc_step_at(l, step)->a = expr;
}

void jc_stmt_wait_time(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_WAIT_TIME, node);
    jc_step_name(l, step, node, wait_name(l, before));
    jc_step_at(l, step)->a = wait_days(node->kid[0]);
    jc_step_at(l, step)->b = wait_clock(l, node->kid[1]);
}

void jc_stmt_wait_date(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jc_unit *unit = l->unit;
    uint32_t step = jc_step_add(l, JN_STEP_WAIT_DATE, node);
    struct jc_typed typed;
    uint32_t expr = jc_expr_finish(&l->scope, node->kid[0], JN_T_MISSING, "a date", &typed);
    jc_step_name(l, step, node, wait_name(l, before));
    if (expr != JN_NONE && typed.type != JN_T_DATE && typed.type != JN_T_INSTANT)
        jc_report(unit->diags, JC_E0404, node->kid[0]->span, "`wait until`", "a date, time or instant",
                  typed.type == JN_T_BOOL       ? "a condition"
                  : typed.type == JN_T_DURATION ? "a duration"
                                                : "a value of another type");
    else if (expr != JN_NONE && typed.maybe_missing) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0508, node->kid[0]->span);
        jc_hint(unit->diags, diag, "give the case a value: `… default today`");
    }
    jc_step_at(l, step)->a = expr;
    jc_step_at(l, step)->b = wait_clock(l, node->kid[1]);
}

void jc_stmt_wait_then(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_WAIT_THEN, node), expr = wait_duration(l, node->kid[0]);
    jc_step_name(l, step, node, wait_name(l, before));
    jc_step_at(l, step)->a = expr;
    jc_step_at(l, step)->b = wait_clock(l, node->kid[2]);
    jc_step_at(l, step)->c = wait_days(node->kid[1]);
}

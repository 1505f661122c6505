/* `wait for E … up to D`, alone or with `then` and `timeout`. */
#include "compiler/stmt/statement.h"

static void wait_for_alternative(struct jc_lowering *l, const struct jc_node *node, struct jn_alternative *rows,
                                 uint32_t *n, uint32_t max) {
    struct jc_unit *unit = l->unit;
    const struct jc_symbol *event = jc_find(unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    if (event == NULL || *n == max) return;
    struct jn_alternative row = {.event = event->index, .message = JN_NONE};
    row.key = jc_key_prop(l, event->index, node->kid[0]->span, "wait");
    if (node->kid[1] != NULL) {
        const struct jc_symbol *message = jc_find(unit, JC_TABLE_MESSAGE, node->kid[1]->text, node->kid[1]->span);
        if (message != NULL) row.message = message->index;
        if (jc_attribute_known(&unit->event[event->index], JN_STR("message")) == NULL)
            jc_report(unit->diags, JC_E0509, node->kid[1]->span, JN_FMT(event->name));
    }
    row.where = jc_where_lower(l, event->index, node->kid[2]);
    rows[(*n)++] = row;
}

static struct jn_str wait_for_name(struct jc_lowering *l, const struct jc_node *node) {
    struct jn_str name = JN_STR("wait_for");
    for (const struct jc_node *alternative = node->first; alternative != NULL; alternative = alternative->next)
        name = jn_arena_printf(l->unit->arena, "%.*s%s%.*s", JN_FMT(name), alternative == node->first ? "_" : "_or_",
                               JN_FMT(alternative->kid[0]->text));
    return name;
}

uint32_t jc_wait_limit(struct jc_lowering *l, const struct jc_node *node, const char *what) {
    struct jc_unit *unit = l->unit;
    struct jc_typed typed;
    if (node->kid[0] == NULL) {
        struct jc_span head = node->span;
        head.end_line = head.line;
        struct jc_diag *diag = jc_report(unit->diags, JC_E0510, head, what);
        jc_hint(unit->diags, diag, "write how long at most: `up to 7 days`");
        return JN_NONE;
    }
    uint32_t expr = jc_expr_finish(&l->scope, node->kid[0], JN_T_DURATION, "`up to`", &typed);
    if (node->kid[0]->kind == JC_LITERAL && node->kid[0]->value.i == 0 && !jc_has_mistake(unit, node->kid[0]))
        jc_report(unit->diags, JC_E0507, node->kid[0]->span);
    if (expr != JN_NONE && typed.maybe_missing) jc_report(unit->diags, JC_E0508, node->kid[0]->span);
    return expr;
}

void jc_stmt_wait_for(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_alternative rows[32];
    uint32_t n = 0;
    (void)before;
    uint32_t step = jc_step_add(l, JN_STEP_WAIT_FOR, node);
    jc_step_name(l, step, node, wait_for_name(l, node));
    for (const struct jc_node *alternative = node->first; alternative != NULL; alternative = alternative->next)
        wait_for_alternative(l, alternative, rows, &n, sizeof(rows) / sizeof(*rows));
    struct jn_str first = node->first->kid[0]->text;
    uint32_t limit = jc_wait_limit(l, node, jn_arena_printf(l->unit->arena, "`%.*s`", JN_FMT(first)).p);
    struct jn_step *row = jc_step_at(l, step);
    row->a = jn_builder_count_alternative(l->unit->builder);
    row->b = n;
    row->c = limit;
    row->d = node->flags;
    for (uint32_t i = 0; i < n; i++)
        jn_builder_add_alternative(l->unit->builder, &rows[i]);
    l->looks_back = l->looks_back || node->flags != JN_SINCE_STEP;
    if (node->kid[1] != NULL) jc_block_lower(l, node->kid[1]->first);
    struct jc_edges matched = jc_edges_take(l);
    jc_edge_open(l, JC_EDGE_ALT, step);
    if (node->kid[2] != NULL) jc_block_lower(l, node->kid[2]->first);
    jc_edges_join(l, matched);
}

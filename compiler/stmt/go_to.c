#include "compiler/stmt/statement.h"

void jc_stmt_go_to(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    struct jn_str candidate[64];
    uint32_t n = 0;
    bool known = false;
    (void)before;
    for (uint32_t i = 0; i < l->n_stage; i++) {
        known = known || jn_str_eq(l->stage[i].node->text, node->text);
        if (n < 64) candidate[n++] = l->stage[i].node->text;
    }
    if (!known) {
        struct jc_diag *diag =
            jc_report(l->unit->diags, JC_E0502, node->text_span, JN_FMT(node->text), JN_FMT(l->name));
        struct jn_str near = jc_nearest(node->text, candidate, n);
        if (near.n > 0) jc_hint(l->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        if (near.n > 0) jc_suggest(l->unit->diags, diag, near);
    }
    /* A step of its own, so that the way there can be shown and reported. */
    if (l->edges.n == 0) {
        jc_edges_take(l);
        return;
    }
    jc_step_add(l, JN_STEP_PASS, node);
    if (!known) {
        jc_edges_take(l);
        return;
    }
    struct jc_goto *go = JN_NEW(l->unit->arena, struct jc_goto);
    *go = (struct jc_goto){node, jc_edges_take(l), l->gotos};
    l->gotos = go;
}

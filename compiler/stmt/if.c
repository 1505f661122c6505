#include "compiler/stmt/statement.h"

void jc_stmt_if(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before) {
    uint32_t step = jc_step_add(l, JN_STEP_BRANCH, node);
    uint32_t cond = jc_expr_finish(&l->scope, node->kid[0], JN_T_BOOL, "the condition of an `if`", NULL);
    (void)before;
    jc_step_at(l, step)->a = cond;
    jc_block_lower(l, node->kid[1]->first);
    struct jc_edges yes = jc_edges_take(l);
    jc_edge_open(l, JC_EDGE_ALT, step);
    if (node->kid[2] != NULL && node->kid[2]->kind == JC_IF)
        jc_stmt_if(l, node->kid[2], NULL);
    else if (node->kid[2] != NULL)
        jc_block_lower(l, node->kid[2]->first);
    jc_edges_join(l, yes);
}

/* Statements in a row. */
#include "compiler/stmt/statement.h"

static jc_statement_fn *block_function(enum jc_kind kind) {
    static const struct {
        enum jc_kind kind;
        jc_statement_fn *function;
    } ROW[] = {
#define STATEMENT(kind, function) {JC_##kind, function},
#include "compiler/stmt/statements.def"
#undef STATEMENT
    };
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        if (ROW[i].kind == kind) return ROW[i].function;
    return NULL;
}

static bool block_is_reached(struct jc_lowering *l, const struct jc_node *node) {
    bool by_go_to = l->stage_begins && l->at_stage != JN_NONE && l->stage[l->at_stage].is_target;
    if (l->edges.n > 0 || by_go_to) {
        l->dead_told = false;
        return true;
    }
    if (!l->dead_told) {
        struct jc_span head = node->span;
        struct jc_diag *diag = jc_report(l->unit->diags, JC_E0501, head);
        jc_hint(l->unit->diags, diag, "every path before it ends or goes elsewhere; remove it, or move it up");
    }
    l->dead_told = true;
    return false;
}

void jc_block_lower(struct jc_lowering *l, const struct jc_node *first) {
    const struct jc_node *before = NULL;
    for (const struct jc_node *node = first; node != NULL; before = node, node = node->next) {
        jc_statement_fn *function = block_function(node->kind);
        if (function == NULL) continue;
        block_is_reached(l, node); /* lowered all the same: what is wrong in it is told too */
        function(l, node, before);
    }
}

/* The parser: a source file's text in, its tree, comments and mistakes out. */
#ifndef COMPILER_SYNTAX_PARSE_H
#define COMPILER_SYNTAX_PARSE_H

#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"

struct jc_tree {
    struct jc_node *file;        /* FILE, never NULL after JN_OK; holds what could be read */
    struct jc_comment *comments; /* in order */
};

/* Reads diags->source[source_index]. Mistakes are diagnostics, not failures; any byte string is accepted and answered
 * within the bounds of limits.def. The tree lives in the arena and points into it and into the source's text.
 * The formatter needs a tree without mistakes: compare diags->n_error before and after. */
jn_rc jc_parse(struct jn_arena *arena, struct jc_diags *diags, uint32_t source_index, struct jc_tree *out,
               struct jn_err *err);

#endif

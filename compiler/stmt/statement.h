/* Statements: each is checked and lowered by one function; the table is statements.def. */
#ifndef COMPILER_STMT_STATEMENT_H
#define COMPILER_STMT_STATEMENT_H

#include "compiler/lower/lowering.h"

/* `before` is the statement that stands before it in the block, or NULL: waits are named after it. */
typedef void jc_statement_fn(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before);

#define STATEMENT(kind, function) jc_statement_fn function;
#include "compiler/stmt/statements.def"
#undef STATEMENT

#endif

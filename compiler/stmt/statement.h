/* Statements: each is checked and lowered by one function; the table is statements.def. */
#ifndef COMPILER_STMT_STATEMENT_H
#define COMPILER_STMT_STATEMENT_H

#include "compiler/lower/lowering.h"

/* `before` is the statement that stands before it in the block, or NULL: waits are named after it. */
typedef void jc_statement_fn(struct jc_lowering *l, const struct jc_node *node, const struct jc_node *before);

#define STATEMENT(kind, function) jc_statement_fn function;
#include "compiler/stmt/statements.def"
#undef STATEMENT

/* `with …` gives JC_LIMIT_GIVEN values at most; reports one that gives more. */
void jc_given_check(struct jc_lowering *l, const struct jc_node *first);
/* `up to D` of a wait; reports one that has none: a wait has an end. */
uint32_t jc_wait_limit(struct jc_lowering *l, const struct jc_node *node, const char *what);
/* A name that salts a hash stands once in a journey. */
void jc_chooser_check(struct jc_lowering *l, const struct jc_node *node);
/* What is hashed with the customer: the same after the journey is renamed with `was`. */
uint32_t jc_chooser_salt(struct jc_lowering *l, const struct jc_node *node);
/* No two arms of one name. */
void jc_arms_check(struct jc_lowering *l, const struct jc_node *node);
/* Arms from the first on, each with its block; the edges behind them are open afterwards. */
void jc_arms_lower(struct jc_lowering *l, const struct jc_node *node, uint32_t first);

#endif

/* Liquid templates of messages: every variable and filter is checked against the dictionary, then lowered to code. */
#ifndef COMPILER_TEMPLATE_TEMPLATE_H
#define COMPILER_TEMPLATE_TEMPLATE_H

#include "compiler/expr/expr.h"

/* The template of a message's field, as an expression of type OUTPUT; JN_NONE after a diagnostic. */
uint32_t jc_template_lower(struct jc_unit *unit, uint32_t message, const struct jc_node *literal);

#endif

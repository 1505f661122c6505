/* Liquid templates of messages: every variable, filter and tag is checked against the dictionary. */
#ifndef COMPILER_TEMPLATE_TEMPLATE_H
#define COMPILER_TEMPLATE_TEMPLATE_H

#include "compiler/sema/unit.h"

/* The template of a message's field; false after a diagnostic. */
bool jc_template_check(struct jc_unit *unit, uint32_t message, const struct jc_node *literal);

#endif

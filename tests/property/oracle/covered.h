/* What of the language the random journeys hold: each kind of node that behaves, operator, question about the past,
 * handler and function. */
#ifndef TESTS_PROPERTY_ORACLE_COVERED_H
#define TESTS_PROPERTY_ORACLE_COVERED_H

#include "compiler/syntax/ast.h"

#define COVERED_FUNCTIONS 16

struct covered {
    uint64_t kind[JC_KINDS], op[JC_OPERATORS], history[JN_HISTORIES], outcome[JN_OUTCOMES], function[COVERED_FUNCTIONS];
};

void covered_add(struct covered *covered, const struct jc_node *file);
/* How many rows of the tables are neither generated nor named with a reason, or are both; each is printed. */
int covered_gaps(const struct covered *covered);

#endif

/* A second, naive reading of the language: walks the tree itself, statement by statement, over everything that happened.
 * It shares the parser and nothing else with the compiler and the engine. */
#ifndef TESTS_PROPERTY_ORACLE_ORACLE_H
#define TESTS_PROPERTY_ORACLE_ORACLE_H

#include "compiler/syntax/ast.h"
#include "generate.h"

/* What happens to ann, a line each: "MS entered", "MS sent m1", "MS goal g", "MS left x1". */
void oracle_tell(const struct jc_node *file, const struct deed *deed, uint32_t n, int64_t end, struct jn_buf *out);

#endif

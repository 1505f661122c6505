/* A second, naive reading of the language: walks the tree itself, statement by statement, over everything that
 * happened. It shares the parser and nothing else with the compiler and the engine. */
#ifndef TESTS_PROPERTY_ORACLE_ORACLE_H
#define TESTS_PROPERTY_ORACLE_ORACLE_H

#include "compiler/syntax/ast.h"
#include "days.h"

/* What happens to ann, a line each: "MS entered j", "MS sent j m1", "MS goal j g", "MS left j x1"; and the bodies of
 * what is sent, a line each. */
void oracle_tell(const struct jc_node *file, const struct chance *chance, const struct deed *deed, uint32_t n,
                 int64_t end, struct jn_buf *out, struct jn_buf *content);

#endif

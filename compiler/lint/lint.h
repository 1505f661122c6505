/* What is sound and yet surely not meant: warnings that are proved on the flow graph of a compiled program. */
#ifndef COMPILER_LINT_LINT_H
#define COMPILER_LINT_LINT_H

#include "compiler/sema/unit.h"

/* Every lint of lints.def over a program without mistakes; what they find is among the unit's diagnostics. */
void jc_lint_program(struct jc_unit *unit, const struct jn_program *program);

#endif

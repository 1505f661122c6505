/* What could stand where the parser is: for messages, and for closing blocks that were left open. */
#ifndef COMPILER_SYNTAX_EXPECT_H
#define COMPILER_SYNTAX_EXPECT_H

#include "compiler/syntax/parser.h"

struct jc_yypstate;

/* Whether the grammar takes the token next. */
bool jc_parser_expects(const struct jc_yypstate *state, int token);

#endif

/* What could stand where the parser is: for messages, and for putting right what was plainly meant. */
#ifndef COMPILER_SYNTAX_EXPECT_H
#define COMPILER_SYNTAX_EXPECT_H

#include "compiler/syntax/parser.h"

struct jc_yypstate;

/* Whether the grammar takes the token next. */
bool jc_parser_expects(struct jc_yypstate *state, int token);

/* The expected keyword that is nearest to the word as written, or 0; its spelling in *word. */
int jc_parser_meant(struct jc_yypstate *state, struct jn_str written, struct jn_str *word);

#endif

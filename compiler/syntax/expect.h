/* What could stand where the parser is: for messages, and for putting right what was plainly meant. */
#ifndef COMPILER_SYNTAX_EXPECT_H
#define COMPILER_SYNTAX_EXPECT_H

#include "compiler/syntax/parser.h"

struct jc_yypstate;

#define JC_TRY_MAX 64 /* tokens of a line that is tried; a longer one is left alone */

/* Whether the grammar takes the token next. */
bool jc_parser_expects(struct jc_yypstate *state, int token);

/* How many of the tokens the grammar would take next, one after the other; a word is a name where only a name can
 * stand. Nothing is read by it. */
size_t jc_parser_try(struct jc_yypstate *state, const int *token, size_t n);

/* Whether the token is expected as nothing but a name: a soft word in a place for names. */
bool jc_parser_names(struct jc_yypstate *state, int token);

#define JC_PLACE_SYMBOLS 8
/* What the grammar has read last and not yet put together: its symbols, a blank before each, innermost last. */
struct jn_str jc_parser_place(const struct jc_yypstate *state, struct jn_arena *arena);

/* The codes of all tokens that can be written, for those who try them; 0 behind the last. */
int jc_parser_token(size_t i);
/* What a token is called, for people: "a name", "then". */
const char *jc_parser_token_name(int token);

/* The expected keyword that is nearest to the word as written, or 0; its spelling in *word. Of those behind which the
 * tokens `behind` can be read. */
int jc_parser_meant(struct jc_yypstate *state, struct jn_str written, const int *behind, size_t n_behind,
                    struct jn_str *word);

#endif

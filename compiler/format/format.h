/* The one way to write a source: two blanks a level, one between words, comments where they were, at most one empty
 * line. */
#ifndef COMPILER_FORMAT_FORMAT_H
#define COMPILER_FORMAT_FORMAT_H

#include "compiler/syntax/parse.h"

/* Of the two sets of words: each word as it is written, or all of them in one. */
enum jc_set { JC_SET_KEPT, JC_SET_ENGLISH, JC_SET_CHINESE };

/* Writes the tree of a source that was parsed without mistakes; parsing the output gives an equal tree, and formatting
 * it again the same bytes. JN_INVALID when the tree holds a mistake, JN_TOO_LARGE when `out` is full. */
jn_rc jc_format(struct jn_arena *arena, const struct jc_tree *tree, struct jn_str source, enum jc_set set,
                struct jn_buf *out, struct jn_err *err);

/* Parses and formats diags->source[source_index]. JN_INVALID when it has mistakes: they are in diags. */
jn_rc jc_format_source(struct jn_arena *arena, struct jc_diags *diags, uint32_t source_index, enum jc_set set,
                       struct jn_buf *out, struct jn_err *err);

#endif

/* What could stand at a point of a text that is being written. */
#ifndef COMPILER_SYNTAX_HERE_H
#define COMPILER_SYNTAX_HERE_H

#include "compiler/diag/span.h"
#include "compiler/syntax/words.h"

#define JC_HERE_TOKENS 256 /* of the unfinished line that are kept; of a longer one the first */

/* A name or word of the unfinished line, as written. */
struct jc_here_token {
    struct jc_span span;
    struct jn_str text;
    bool name; /* where it stands it is a name */
};

struct jc_here {
    const struct jc_word **word; /* rows that can go on, a row for each way to say it; the grammar's words, no names */
    uint32_t n_word;
    bool name;           /* a name can stand here: `place` tells which */
    bool inside;         /* of a comment or a text: nothing of the language stands here */
    struct jn_str place; /* what the grammar has read last, innermost last: " headers enter when" */
    struct jc_here_token line[JC_HERE_TOKENS];
    uint32_t n_line;
};

/* Reads `text` up to the point, its end, with repairs if need be: what stands behind does not matter. The text is one
 * that jc_parse takes: of another, or where nothing can be read any more, nothing can stand. Lives in the arena. */
jn_rc jc_here_read(struct jn_arena *arena, struct jn_str text, struct jc_here *out, struct jn_err *err);

#endif

/* The halves of a compilation, for who keeps what was read of the files that have not changed. */
#ifndef COMPILER_LOWER_READING_H
#define COMPILER_LOWER_READING_H

#include "compiler/sema/unit.h"
#include "compiler/syntax/parse.h"
#include "journey/compile.h"

/* A file that was read. It depends on nothing but the file's text and its place among the sources. */
struct jc_reading {
    struct jc_tree tree;
    struct jc_diags found; /* what the parser says of it */
};

/* By path: the order in which a workspace is compiled. */
void jc_sources_sort(struct jc_source *source, uint32_t n);

/* The first half: text into a tree. The reading lives in the arena, and points into the text. */
jn_rc jc_reading_make(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source, uint32_t index,
                      struct jc_reading *out, struct jn_err *err);

/* The second half: what all files together mean. `reading` is by source, is left as it is, and outlives the result. The
 * unit, in the arena, is for who asks for names; give its maps back with jc_names_release. */
struct jc_unit *jc_readings_check(struct jn_arena *arena, const struct jc_source *source, uint32_t n_source,
                                  const struct jc_reading *reading, struct jc_result *result);

#endif

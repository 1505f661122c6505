/* Applies what diagnostics propose: the safe fixes of a workspace, again and again until there is none left. */
#ifndef COMPILER_FIX_FIX_H
#define COMPILER_FIX_FIX_H

#include "compiler/diag/diag.h"
#include "journey/error.h"

/* The file's text with the safe fixes of its diagnostics; of two that overlap the first is taken. *n counts them. */
struct jn_str jc_fix_text(struct jn_arena *arena, const struct jc_diags *diags, uint32_t file, uint32_t *n);

/* Replaces the texts of a workspace's sources, which are compiled again after every round. A round that leaves more
 * mistakes than there were is taken back: no source gets worse. Returns the number of fixes in *n_fixed. */
jn_rc jc_fix_workspace(struct jn_arena *arena, struct jc_source *source, uint32_t n_source, uint32_t *n_fixed,
                       struct jn_err *err);

#endif

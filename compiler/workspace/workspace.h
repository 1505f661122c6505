/* Reading sources: a folder, files or standard input, opened so that nothing but regular files is ever read. */
#ifndef COMPILER_WORKSPACE_WORKSPACE_H
#define COMPILER_WORKSPACE_WORKSPACE_H

#include "compiler/diag/diag.h"

#define JC_WORKSPACE_FILES      10000
#define JC_WORKSPACE_FILE_BYTES (1024 * 1024)
#define JC_WORKSPACE_BYTES      (64 * 1024 * 1024)
#define JC_WORKSPACE_DEPTH      16

struct jc_workspace {
    struct jc_source *source; /* by path, bytewise; paths begin as the user wrote them */
    uint32_t n_source;
};

/* Reads every path: a folder gives the *.journey files below it (hidden entries and node_modules left out; of links,
 * pipes and what may not be read only the name), a file gives itself, "-" gives standard input. No link is followed.
 * Texts live in the arena.
 * JN_NOT_FOUND, JN_INVALID (a link, a device, nothing to read), JN_TOO_LARGE or JN_IO, each with the path. */
jn_rc jc_workspace_read(struct jn_arena *arena, const struct jn_str *path, uint32_t n_path, struct jc_workspace *out,
                        struct jn_err *err);

#endif

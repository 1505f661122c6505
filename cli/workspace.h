/* From paths to programs: finds workspaces, compiles them, prints what is wrong. */
#ifndef CLI_WORKSPACE_H
#define CLI_WORKSPACE_H

#include "cli/args.h"
#include "compiler/diag/diag.h"
#include "journey/compile.h"

/* One workspace of those that the paths hold. */
struct cli_workspace {
    struct jn_str name; /* its folder, as the user wrote it */
    struct jc_source *source;
    uint32_t n_source;
};

/* The workspaces below the paths ("." when none is given). Where several folders declare `workspace`, each of them is
 * one, and a file belongs to the nearest folder above it that does; otherwise all files together are one. */
jn_rc cli_find_workspaces(const struct cli_args *args, struct jn_arena *arena, struct cli_workspace **out, uint32_t *n,
                          struct jn_err *err);

/* The one workspace below `path`; JN_USAGE when there are several. */
jn_rc cli_compile_one(const char *path, struct jn_arena *arena, struct jc_result *result, struct jn_err *err);

/* The folder whose workspace a file belongs to: the nearest at or above it with a file that declares `workspace`, else
 * its own. False when `path` is no file but a folder, standard input or nothing. */
bool cli_home_of_file(const char *path, struct jn_arena *arena, struct jn_str *home);

/* Prints diagnostics to stderr, coloured when that helps. */
void cli_print_diagnostics(const struct jc_diags *diags);

/* Compiles the one workspace below `path` into an image. With mistakes: prints them and sets *status to 1. */
jn_rc cli_compile_image(const char *path, struct jn_buf *image, int *status, struct jn_err *err);

#endif

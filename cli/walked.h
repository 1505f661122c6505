/* Counts of steps and ways as `journey test --coverage-file` and `journey simulate` write them, read back. */
#ifndef CLI_WALKED_H
#define CLI_WALKED_H

#include "core/arena.h"
#include "journey/program.h"

struct cli_walked {
    uint64_t *count, *next, *alt; /* by step */
    uint64_t *arm;                /* by arm */
    uint64_t *entered;            /* by journey: how often its first step was carried out */
};

/* Journeys and steps are found by their names and places; JN_CONFLICT when the file was written for other sources. */
jn_rc cli_walked_read(const struct jn_program *program, const char *file, struct jn_arena *arena,
                      struct cli_walked *out, struct jn_err *err);

#endif

/* Names of one program in another: `was` clauses applied. Private to this folder. */
#ifndef UPGRADE_NAMES_H
#define UPGRADE_NAMES_H

#include "core/arena.h"
#include "journey/program.h"

/* The name that `to` gives to what was called `old`; `old` itself when no `was` speaks of it. */
struct jn_str upgrade_name(const struct jn_program *to, enum jn_rename_kind kind, struct jn_str scope,
                           struct jn_str old);
/* The same for a step: labels by their own `was`, automatic names by those of the stage and of the noun in them. */
struct jn_str upgrade_step_name(const struct jn_program *to, struct jn_str journey, struct jn_str old,
                                struct jn_arena *arena);

#endif

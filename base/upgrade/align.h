/* Steps of two versions of one journey, paired. Private to this folder. */
#ifndef UPGRADE_ALIGN_H
#define UPGRADE_ALIGN_H

#include "core/arena.h"
#include "journey/program.h"

#define UPGRADE_ALIGN_MAX (1u << 22) /* cells of the table; beyond it only steps with names are paired */

/* pair[i] for every step of journey `a` of `from`: the step of journey `b` of `to` (absolute), or JN_NONE. Steps with
 * names pair by name wherever they stand; the others by what they do, in the order they stand. */
void upgrade_align(const struct jn_program *from, uint32_t a, const struct jn_program *to, uint32_t b,
                   struct jn_arena *arena, uint32_t *pair);

#endif

/* Runs move to another program, one customer at a time: on sight, and by a sweep that meets everybody. */
#ifndef RUNTIME_ENGINE_MIGRATE_MIGRATE_H
#define RUNTIME_ENGINE_MIGRATE_MIGRATE_H

#include "runtime/engine/turn.h"

#define MIGRATE_SLICE 100 /* customers a turn that the sweep looks at: events between two slices wait this long */

/* Brings the customer's live runs to the programs theirs have given way to. Nothing is sent: who has to go on at once
 * gets a timer. */
jn_rc turn_migrate(struct turn *turn, struct engine_customer *customer);

/* The next slice of the sweep. */
jn_rc turn_sweep(struct turn *turn);

/* What program gives way to what, read back from the counters. */
void engine_migrate_open(struct jr_engine *engine);
/* Notes it in the counters; what is noted holds from engine_migrate_open on. */
void engine_migrate_decide(struct jr_engine *engine, const struct engine_program *program,
                           const struct engine_program *target, const struct jr_deploy_rules *rules);
/* Whether a stored program is still needed as the target of one that is. */
bool engine_migrate_needs(struct jr_engine *engine, const struct engine_program *program);

#endif

/* What a run makes happen, and what may have become true for a customer since. */
#ifndef RUNTIME_ENGINE_FLOW_FLOW_H
#define RUNTIME_ENGINE_FLOW_FLOW_H

#include "runtime/engine/turn.h"

#define FLOW_SETTLE_MAX 1000 /* events emitted and holds passed by one customer at one instant */

/* An event that a run has emitted and that has not taken effect yet. */
struct engine_emitted {
    struct jn_str event, properties; /* JSON */
    struct engine_emitted *next;
};

/* Emitted events take effect, `exit if` ends runs, `wait if` passes, until nothing more happens. After everything that
 * may have changed a customer. */
jn_rc turn_settle(struct turn *turn, struct engine_customer *customer);
/* Whether the run's `exit if` is true; then it has ended. */
bool turn_exits_if(struct turn *turn, struct engine_customer *customer, struct engine_run *run);

#endif

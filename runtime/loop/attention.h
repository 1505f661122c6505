/* Time in which this thread looked at what came in. While it was busy elsewhere, or the process stood still, answers
 * lay unread: that time is held against nobody. */
#ifndef RUNTIME_LOOP_ATTENTION_H
#define RUNTIME_LOOP_ATTENTION_H

#include <stdbool.h>
#include <stdint.h>

#define JR_ATTENTION_LOOK_MS 250 /* so often somebody looks */
#define JR_ATTENTION_STEP_MS 500 /* from one look to the next no more than this counts */

struct jr_attention {
    uint64_t looked; /* monotonic ms */
    uint64_t time;   /* ms in which attention was paid: deadlines go by it */
};

/* True when more time has passed since the last look than counts. */
bool jr_attention_look(struct jr_attention *attention, uint64_t now);

#endif

/* Time in which this thread looked at what came in. While it was busy elsewhere, or the process stood still, answers
 * lay unread: that time is held against nobody. */
#ifndef RUNTIME_LOOP_ATTENTION_H
#define RUNTIME_LOOP_ATTENTION_H

#include <stdbool.h>
#include <stdint.h>

#define JR_ATTENTION_LOOK_MS 250 /* so often somebody looks */
#define JR_ATTENTION_STEP_MS 500 /* as a rule */

struct jr_attention {
    uint64_t looked; /* monotonic ms */
    uint64_t time;   /* ms in which attention was paid: deadlines go by it */
};

/* Of what has passed since the last look no more than `step` counts. True when more than that has. */
bool jr_attention_look(struct jr_attention *attention, uint64_t now, uint64_t step);

#endif

/* Jobs that take long, on a thread beside the lane and the loop: one at a time. */
#ifndef RUNTIME_APP_BESIDE_H
#define RUNTIME_APP_BESIDE_H

#include <uv.h>

#include "runtime/api/job.h"

struct jr_beside {
    uv_thread_t thread;
    uv_async_t done;
    bool busy; /* until `done` is closed */
    struct jr_store *store;
    struct jr_job *job; /* NULL: none is under way */
    _Atomic bool stop;
};

/* On the loop. The job is answered there and freed. Fails, with the job's own error, when one is under way or no thread
 * can be had: the job stays the caller's. */
jn_rc jr_beside_begin(struct jr_beside *beside, uv_loop_t *loop, struct jr_store *store, struct jr_job *job);
/* What is under way is given up soon, and answered; the loop lasts until then. */
void jr_beside_stop(struct jr_beside *beside);

#endif

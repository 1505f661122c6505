/* Transfers in threads of their own. At the end of some protocols libcurl stands and waits for the other side, and
 * nothing else of its thread goes on meanwhile: so it does not stand in the loop's. A thread keeps its connection for
 * the next transfer to the same place, and ends when none comes. */
#ifndef RUNTIME_LOOP_APART_H
#define RUNTIME_LOOP_APART_H

#include "runtime/loop/curl.h"
#include "runtime/loop/mailbox.h"
#include "runtime/loop/multi.h"

struct jr_apart__thread;

struct jr_apart {
    struct jr_mailbox mailbox; /* ends of transfers and threads, to the loop */
    uv_mutex_t lock;
    struct jr_apart__thread *threads; /* the loop's; what they are told is under the lock */
    uint32_t stay_ms;                 /* a thread without a transfer, for the next */
};

void jr_apart_open(struct jr_apart *apart, uv_loop_t *loop);
/* Starts a transfer to the place that `to` names. `done` is called once from the loop, never from within. Its code is
 * OPERATION_TIMEDOUT when `timeout_ms` is over, not counting the time in which the process stood still; it may be
 * noticed a second late; FAILED_INIT when no thread is to be had. Until then the easy handle and all that its callbacks
 * use are the thread's; its progress function and its PRIVATE pointer are ours. */
void jr_apart_add(struct jr_apart *apart, CURL *easy, struct jn_str to, uint32_t timeout_ms, jr_multi_done done,
                  void *user);
/* It ends within a second or so; `done` is still called. */
void jr_apart_abort(struct jr_apart *apart, CURL *easy);
/* Aborts what is left, waits for it, and calls each `done`. The loop must run once more before the memory goes. */
void jr_apart_close(struct jr_apart *apart);

#endif

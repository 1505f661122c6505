/* The lane's thread: owns store and engine, turns everything that has arrived into one commit, then tells the loop. */
#ifndef RUNTIME_APP_LANE_H
#define RUNTIME_APP_LANE_H

#include "runtime/api/job.h"
#include "runtime/app/feed.h"
#include "runtime/delivery/pump.h"
#include "runtime/loop/clock.h"
#include "runtime/loop/mailbox.h"

#define JR_LANE_TURN_EVENTS                                                                                            \
    200 /* events of a turn, unless one request alone has more: a larger batch only adds latency */
#define JR_LANE_TURN_RESULTS 500         /* results of attempts in a turn */
#define JR_LANE_TURN_BYTES   (64 << 20)  /* documents of a turn, unless one request alone has more */
#define JR_LANE_QUEUE_JOBS   10000       /* requests that wait; beyond: 503 */
#define JR_LANE_QUEUE_BYTES  (128 << 20) /* memory of requests that wait or are worked on */
#define JR_LANE_QUEUE_NOTES  256         /* refusals that wait to be noted; beyond, they are only counted */
#define JR_LANE_PAGE         512         /* deliveries read back from the store at a time */
#define JR_LANE_UPKEEP_MS    3600000     /* between two rounds of forgetting what is old */
#define JR_LANE_RETRY_MS     250         /* between two tries of a failing store when nothing new arrives */

struct jr_lane_options {
    struct jr_store *store;
    struct jr_engine *engine;
    struct jr_clock *clock;
    struct jr_mailbox *mailbox;
    struct jr_feed *feed;  /* what its engine tells */
    uint32_t queue_events; /* that may wait; beyond: 503 */
    struct jr_keep keep;
    int64_t keep_audit_ms; /* how long entries of the audit log are */
    uint64_t rewrite_max;  /* bytes of a store that is written anew after an erasure */
    void *user;
    /* All of these on the loop. */
    void (*deliver)(void *user, const struct jr_delivery *delivery);
    void (*cancel)(void *user, uint64_t delivery);
    void (*settled)(void *user, uint64_t delivery);
    void (*told)(void *user, const struct jr_told *told, uint32_t n);
    /* Answer to jr_lane_fetch, in order of numbers; fewer than JR_LANE_PAGE: there are no more. */
    void (*fetched)(void *user, const struct jr_delivery *delivery, uint32_t n);
    /* The thread is ending: JN_OK after jr_lane_stop, else why it cannot go on. */
    void (*stopped)(void *user, jn_rc rc, const struct jn_err *err);
};

struct jr_lane_thread;

jn_rc jr_lane_start(const struct jr_lane_options *options, struct jr_lane_thread **out, struct jn_err *err);

/* From the loop. False: too much waits, or the lane has ended; the job stays the caller's. */
bool jr_lane_submit(struct jr_lane_thread *lane, struct jr_job *job);
void jr_lane_report(struct jr_lane_thread *lane, const struct jr_report *report);
/* To be noted with the next commit: an entry of the audit log, a token; either may be none. False: too much waits. */
bool jr_lane_note(struct jr_lane_thread *lane, struct jn_str entry, const struct jr_row_token *token);
/* Once a turn of the loop, before it waits: wakes the thread when there is more for it. So what a turn of the loop has
 * brought, events and results alike, is one commit, not a first one of the first request alone. */
void jr_lane_rouse(struct jr_lane_thread *lane);
void jr_lane_fetch(struct jr_lane_thread *lane, uint64_t after);
bool jr_lane_is_failing(const struct jr_lane_thread *lane); /* the store cannot be written */
uint64_t jr_lane_waiting(struct jr_lane_thread *lane);      /* inputs */
/* When the thread last looked for work, in ns of uv_hrtime: a second ago at most, unless a commit takes longer. */
uint64_t jr_lane_beat(const struct jr_lane_thread *lane);

/* Works off what is queued, commits, then ends. */
void jr_lane_stop(struct jr_lane_thread *lane);
/* After `stopped`: waits for the thread and frees. */
void jr_lane_free(struct jr_lane_thread *lane);

#endif

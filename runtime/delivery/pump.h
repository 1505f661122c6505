/* The outbox's pump: which message is tried when, fairly over destinations, and what each attempt's end means.
 *
 * It holds copies; the store's rows are the truth. A message stays here until its result is committed (settled), so
 * that reading the store again never brings back one whose result is still on its way. One thread: the loop's. */
#ifndef RUNTIME_DELIVERY_PUMP_H
#define RUNTIME_DELIVERY_PUMP_H

#include <uv.h>

#include "journey/channel.h"
#include "journey/runtime.h"
#include "runtime/delivery/policy.h"

/* Messages held, in all and of one destination beside what came last, so that a receiver that is down does not fill it.
 */
#define JR_PUMP_MAX    50000
#define JR_PUMP_OF_ONE 5000

struct jr_pump;

struct jr_report {
    uint64_t delivery;
    struct jn_str receiver; /* channel or service; empty: not known any more */
    enum jr_result result;  /* how the attempt ended; CANCELLED: none is made any more */
    int64_t retry_at;
    uint32_t status;
    struct jn_str reason; /* lives until the call returns */
    struct jn_str answer; /* ACCEPTED, to a question: what came back */
    int64_t took_ms;      /* the attempt; -1: none was made */
    struct jr_breaker_news breaker;
};
/* The report as an input of a turn. Its texts are copied to `text`, which has the room that they need. */
size_t jr_report_room(const struct jr_report *report);
struct jr_input jr_report_input(const struct jr_report *report, char *text);

struct jr_pump_options {
    uv_loop_t *loop;
    struct jr_channel_place place;                              /* but for its multi and apart: the pump's */
    const struct jr_channel_ops *ops;                           /* for tests, instead of the channels of the table */
    uint32_t per_destination;                                   /* attempts at a time to one address */
    uint32_t at_a_time;                                         /* … in all */
    int64_t (*now)(void *user);                                 /* engine time: when a message is due */
    int64_t (*steady)(void *user);                              /* ms that pass: what holds a receiver's messages up */
    void (*report)(void *user, const struct jr_report *report); /* must lead to jr_pump_settled */
    void (*failed)(void *user, jn_rc rc, const struct jn_err *err); /* libcurl cannot be had: nothing will be sent */
    void *user;
    uint64_t seed; /* of the jitter */
};

struct jr_pump *jr_pump_new(const struct jr_pump_options *options);
/* Loads libcurl beside the loop, unless that has begun: the first message does so, too, which is held meanwhile. */
void jr_pump_begin(struct jr_pump *pump);

enum jr_pump_answer {
    JR_PUMP_HELD,
    JR_PUMP_LEFT, /* its destination has too many: jr_pump_refill asks for it */
    JR_PUMP_FULL  /* it must be read from the store again later */
};
/* Takes a copy; one that is held already is left as it is. */
enum jr_pump_answer jr_pump_add(struct jr_pump *pump, const struct jr_delivery *delivery);
/* Whether a destination has room again for what was left; then its messages are to be added from the store, those with
 * numbers greater than *after, for as long as jr_pump_is_refilling. */
bool jr_pump_refill(struct jr_pump *pump, uint64_t *after);
bool jr_pump_is_refilling(const struct jr_pump *pump);
void jr_pump_refilled(struct jr_pump *pump); /* the store has no more of them */
/* No attempt begins any more, which is reported; one in flight is let go on, and its end is reported. */
void jr_pump_cancel(struct jr_pump *pump, uint64_t delivery);
/* Begins what has become due; the pump's own timer does so, too. */
void jr_pump_wake(struct jr_pump *pump);
/* The reported result is durable. */
void jr_pump_settled(struct jr_pump *pump, uint64_t delivery);

/* Nothing is sent to a channel's address until it is enabled: what waits for it fails. That of which the receiver says
 * that it is gone (410) is disabled without a call. Enabling without a name enables all. */
void jr_pump_disable(struct jr_pump *pump, struct jn_str channel, struct jn_str url, int64_t since);
void jr_pump_enable(struct jr_pump *pump, struct jn_str channel);

/* The next destination behind *at, which begins with 0; false at the end. */
bool jr_pump_destination(const struct jr_pump *pump, uint32_t *at, struct jr_destination_view *out);
uint64_t jr_pump_held_back(const struct jr_pump *pump); /* retries that had to wait for their budget, ever */

uint32_t jr_pump_count(const struct jr_pump *pump); /* held */
uint32_t jr_pump_in_flight(const struct jr_pump *pump);

void jr_pump_stop(struct jr_pump *pump);  /* begins nothing more */
void jr_pump_close(struct jr_pump *pump); /* cancels attempts; the loop must run once more, then free */
void jr_pump_free(struct jr_pump *pump);

#endif

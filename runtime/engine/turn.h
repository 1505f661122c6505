/* One turn in the making: customers loaded, changes collected, nothing durable yet. Private to this folder. */
#ifndef RUNTIME_ENGINE_TURN_H
#define RUNTIME_ENGINE_TURN_H

#include "runtime/engine/customer.h"

#define ENGINE_STEPS_MAX    1000         /* of one activation */
#define ENGINE_MESSAGE_MAX  (1u << 20)   /* bytes of an outgoing body */
#define ENGINE_EVENT_MAX    (256u << 10) /* bytes of an event's properties, of traits */
#define ENGINE_START_DEPTH  16           /* journeys that start journeys at one instant */
#define ENGINE_LOOKBACK_MAX 10000        /* stored events that one wait may look at */

/* An id that a customer gets in this turn. */
struct engine_named {
    struct jn_str ext;
    struct engine_customer *customer; /* or whom that one has become */
};

struct turn {
    struct jr_engine *engine;
    struct jr_turn *out;
    struct jn_arena *arena;
    struct jn_err fault; /* an expression of a run that failed; cleared before what must not */
    struct jn_err *err;
    int64_t now;          /* the activation's instant */
    uint64_t cause;       /* what makes people enter: an inbound id, a timer, an answer; 0: nothing that can be named */
    uint32_t caused;      /* entries by it so far */
    int64_t since;        /* when it happened, or was due */
    int64_t limit;        /* timers due after it are not this turn's */
    struct jn_map known;  /* customers by outside id */
    struct jn_map number; /* … by number */
    struct engine_customer *customers, **customers_end;
    /* what the batch will hold, beside customers and runs */
    struct engine_named *named; /* ids that customers get */
    uint32_t n_named;
    struct jr_row_alias *claim; /* keys of identity attributes; customer 0: nobody's any more */
    uint32_t n_claim;
    struct jr_row_event *event;
    uint32_t n_event;
    struct jr_row_seen *seen;
    uint32_t n_seen;
    struct jr_row_delivery *delivery;
    uint32_t n_delivery;
    uint64_t *cancelled; /* messages that are not wanted any more */
    uint32_t n_cancelled;
    uint64_t *delivery_gone;
    uint32_t n_delivery_gone;
    struct jr_row_quarantine *quarantine;
    uint32_t n_quarantine;
    uint64_t set_aside[JR_SET_ASIDES]; /* number of the last one of each kind */
    uint64_t *erase;                   /* customers of whom nothing stays */
    uint32_t n_erase;
    uint64_t *quarantine_gone;
    uint32_t n_quarantine_gone;
    struct jr_trace *trace;
    uint32_t n_trace;
    struct engine_flight *flight; /* begun in this turn */
    uint32_t n_flight;
    struct jr_timer *taken; /* from the heap; put back when the commit fails */
    uint32_t n_taken;
    struct jr_timer recent; /* the engine's from the commit on */
    jn_rc asked;            /* the first failure of the store while an expression asked about the past */
    uint32_t n_out;         /* deliveries given out */
    uint32_t depth;         /* of journeys that start journeys */
    uint64_t sweep_after;   /* the engine's, once this turn is committed */
    bool watched;           /* something was counted of a version on trial */
    bool judged;            /* … and its trial is over */
};

/* ---- customers (load.c) */
/* The customer of an outside id; NULL without one or on failure (turn->err). */
jn_rc turn_customer(struct turn *turn, struct jn_str ext, struct engine_customer **out);
/* A new customer of an outside id that is nobody's. */
jn_rc turn_customer_new(struct turn *turn, struct jn_str ext, struct engine_customer **out);
/* NULL: the customer has been erased. */
jn_rc turn_customer_by_id(struct turn *turn, uint64_t id, struct engine_customer **out);
/* The outside id is the customer's from this turn on. */
void turn_name(struct turn *turn, struct engine_customer *customer, struct jn_str ext);

/* ---- looking (view.c): nothing that is loaded between the two changes */
void turn_look_begin(struct turn *turn, struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);
void turn_look_end(struct turn *turn);
void turn_view_run(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                   struct jr_run_view *out);

/* ---- ids that were taken (turn.c) */
/* Keyed by the store's own number: what is kept of an id says nothing of it. */
void engine_seen_key(const struct jr_engine *engine, struct jn_str source, struct jn_str id, struct jn_arena *arena,
                     uint8_t out[JR_SEEN_KEY]);

/* ---- events (match.c) */
/* `i` is the input whose answer a refusal sets; JN_NONE: nobody asked. */
/* An event of an instant meets one run: exits, goals, what it waits for. */
jn_rc turn_match(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                 const struct engine_event *event, int64_t at);
jn_rc turn_event(struct turn *turn, struct engine_customer *customer, const struct jr_input *input, uint32_t i);
jn_rc turn_identify(struct turn *turn, struct engine_customer *customer, const struct jr_input *input, uint32_t at);

/* ---- events that are set aside (quarantine.c) */
void turn_quarantine(struct turn *turn, enum jr_set_aside why, const struct jr_input *input, struct jn_str reason,
                     const struct jn_json *body);
/* A stored one is kept no more. */
void turn_quarantine_gone(struct turn *turn, const struct jr_row_quarantine *row);
/* At the end of the turn: when there are too many, or too large ones, the oldest go. */
jn_rc turn_bound_quarantine(struct turn *turn);
/* Behind the commit: the log says that there are new ones. */
void turn_tell_set_aside(struct turn *turn);

/* ---- entering (entry.c) */
/* What comes next is by this cause, of that instant. */
static inline void turn_caused_by(struct turn *turn, uint64_t cause, int64_t since) {
    turn->cause = cause;
    turn->caused = 0;
    turn->since = since;
}
jn_rc turn_enter(struct turn *turn, struct engine_customer *customer, uint32_t journey,
                 const struct engine_event *event);

/* Whether the journey's rule lets somebody in at `now` who entered at `entered`. */
bool engine_may_return(const struct jn_program *program, const struct jn_journey *journey, const struct jn_zone *zone,
                       int64_t entered, int64_t now);

/* ---- moving (activate.c) */
/* Carries out steps from `step` until the run holds or ends. */
jn_rc turn_activate(struct turn *turn, struct engine_customer *customer, struct engine_run *run, uint32_t step);
void turn_end(struct turn *turn, struct engine_customer *customer, struct engine_run *run, struct jn_str as);
/* What the run waited for is over: a later wait looks at events from here on. */
void turn_leave_hold(struct turn *turn, struct engine_run *run);

/* ---- runs that cannot go on (control/parked.c) */
/* The run rests before the step that it cannot take, until it is tried anew or ends. */
void turn_park(struct turn *turn, struct engine_customer *customer, struct engine_run *run, const char *why);
/* Whether what the live run evaluated has failed since turn->fault was cleared: then it is parked. */
bool turn_parks(struct turn *turn, struct engine_customer *customer, struct engine_run *run);
/* Tries anew; nothing when the run can go on or is gone. */
jn_rc turn_unpark(struct turn *turn, uint64_t run);

/* Which arm of a split the customer is drawn for. Sticky by itself: the same salt and customer give the same point
 * after a restart and in a new version. */
struct engine_draw {
    const struct jn_arm *arm;
    uint32_t point, below; /* of 10,000: drawn, and up to where the arm reaches */
};
struct engine_draw engine_draw(const struct engine_customer *customer, const struct jn_program *program,
                               const struct jn_step *step);

/* Fires what is due: the soonest, and beside a herd also who fell due of late. */
jn_rc turn_take_timers(struct turn *turn);
/* Fires a timer of the heap; nothing when its run has moved on. */
jn_rc turn_fire_timer(struct turn *turn, struct engine_customer *customer, const struct jr_timer *timer);
/* Fires what is due of this customer up to `limit`, in order. */
jn_rc turn_fire(struct turn *turn, struct engine_customer *customer, int64_t limit);

/* The value of an expression as the run sees it; missing when it fails. Texts are the turn's. */
struct jn_value turn_eval(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                          uint32_t expr);
/* What a kind of wait is asked to last for, or until: an expression, or JN_NONE. */
uint32_t engine_hold_expr(const struct jn_step *step);
/* The run's newest event has just passed its wait. */
void turn_note_match(struct turn *turn, struct engine_customer *customer, struct engine_run *run);

/* The message that the run holds for is settled: as its outcome says, it goes on. */
jn_rc turn_settled(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                   enum jn_outcome outcome);

/* ---- waiting (due.c) */
/* Whether engine_due says when a hold at this step ends. */
bool engine_is_timed(const struct jn_step *step);
/* When a hold that began at run->anchor ends; INT64_MIN: it does not hold at all. */
int64_t engine_due(const struct engine_run *run, const struct jn_zone *zone);
/* The first instant later than `from` with this local time on one of the weekdays. */
int64_t engine_time_after(const struct jn_zone *zone, int64_t from, uint32_t weekdays, int64_t time);
/* Plans the calendar waits of all live runs anew: the customer's zone has changed. */
void turn_replan(struct turn *turn, struct engine_customer *customer);
/* A journey's own zone, or the customer's. */
const struct jn_zone *engine_journey_zone(const struct engine_customer *customer, const struct engine_program *program,
                                          uint32_t journey);
const struct jn_zone *engine_run_zone(const struct engine_customer *customer, const struct engine_run *run);

/* ---- matching one event against what a run waits for (wait_for.c) */
bool engine_key_matches(const struct engine_run *run, uint32_t prop, const struct engine_event *event);
/* The alternative of the run's wait that the event passes, or JN_NONE. */
uint32_t turn_alternative(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                          const struct engine_event *event);
/* A matched event ends the wait: it is kept, what the other alternatives brought earlier is not. */
jn_rc turn_pass(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                const struct engine_event *event);
/* Whether the event's attribute `message` is the message's name; and whether it is, or is the id of one that the run
 * sent. */
bool engine_names_message(const struct jn_program *program, const struct engine_event *event, uint32_t message);
bool engine_of_message(struct turn *turn, const struct engine_run *run, const struct engine_event *event,
                       uint32_t message);
void engine_forget_others(struct engine_run *run, const struct jn_step *step, uint32_t matched);
/* Looks among events accepted before; *matched is set when one passes. */
jn_rc turn_look_back(struct turn *turn, struct engine_customer *customer, struct engine_run *run, bool *matched);
jn_rc turn_look_back_from(struct turn *turn, struct engine_customer *customer, struct engine_run *run, uint64_t since,
                          bool *matched);
void engine_capture(struct turn *turn, struct engine_run *run, const struct engine_event *event);
/* Whether `one of` (a constant, or JN_NONE) lets the value be; missing always may. */
bool engine_value_is_allowed(const struct jn_program *program, uint32_t one_of, struct jn_value value);
/* The event's properties by the types of a program. *why is set when one does not fit. */
struct engine_event *turn_decode_event(struct turn *turn, const struct engine_program *program, uint32_t event,
                                       const struct jn_json *properties, uint64_t seq, struct jn_str *why);

/* ---- sending (send/send.c) and its results (send/result.c) */
/* Sets run->outcome; run->due when the message is held back; run->awaits when the run holds until it is settled. */
jn_rc turn_send(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                const struct jn_step *step);
jn_rc turn_result(struct turn *turn, const struct jr_input *input);
/* One more visit of a step that sends or asks. */
uint32_t turn_visit(struct turn *turn, struct engine_run *run, uint32_t step);
/* The delivery becomes a row of the outbox, and is handed out after the commit. */
void turn_post(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run,
               const struct jn_step *step, const uint8_t id[16], struct jr_delivery *delivery);
void turn_delivery_gone(struct turn *turn, uint64_t delivery);
/* What every document that leaves begins and ends with. */
void turn_body_begin(const struct jr_context *context, const struct engine_run *run, const struct jn_step *step,
                     const struct jr_delivery *delivery, const char *type, struct jn_json_out *w, struct jn_buf *out);
void turn_body_key(struct jn_json_out *w, const char *key, struct jn_str value);
void turn_body_customer(struct jn_json_out *w, struct jn_str id);
void turn_body_end(const struct jr_context *context, struct jn_json_out *w);

/* ---- asking services (send/ask.c) */
/* False: the question could not be written, and the run goes on with the defaults. */
bool turn_ask(struct turn *turn, struct engine_customer *customer, struct engine_run *run, const struct jn_step *step);
jn_rc turn_answer(struct turn *turn, const struct engine_flight *flight, const struct jr_input *input);
/* No answer of use came in time. */
void turn_unanswered(struct turn *turn, struct engine_customer *customer, struct engine_run *run, struct jn_str why);
/* The run goes on from a hold that no wait made: events that came meanwhile are seen by the next wait. */
void turn_resume(struct turn *turn, struct engine_run *run);
/* ---- asking people (send/approve.c) */
/* The run begins to hold for a person's decision; its hold ends without one; it goes elsewhere before there is one. */
void turn_request(struct turn *turn, struct engine_customer *customer, struct engine_run *run);
void turn_request_expired(struct turn *turn, struct engine_run *run);
void turn_request_withdrawn(struct turn *turn, struct engine_customer *customer, struct engine_run *run);
/* Whether the run holds for a decision that can be given now. */
bool engine_awaits_person(const struct engine_run *run);
/* A decision; `i` is the input whose answer says when it comes too late. */
jn_rc turn_decide(struct turn *turn, const struct jr_input *input, uint32_t i);

/* A dead letter is tried anew (send/dead.c); nothing when it is not dead any more. */
jn_rc turn_replay(struct turn *turn, uint64_t delivery);
/* The row of a message that is given up by this result: with why, so that the list of dead letters can say it. */
jn_rc turn_bury(struct turn *turn, const struct engine_flight *flight, const struct jr_input *result,
                struct jr_row_delivery *row);
/* Its receiver's breaker opened or closed: the audit log has it with this turn (send/receivers.c). */
void turn_note_breaker(struct turn *turn, const struct jr_breaker_news *news, struct jn_str reason);
/* Its receiver said that it is gone: nothing is sent to that address until it is enabled (send/receivers.c). */
void turn_disable(struct turn *turn, const struct jr_delivery *delivery);

/* ---- the outbox row's body (send/outgoing.c) */
struct jn_str engine_outgoing_encode(const struct jr_delivery *delivery, const struct engine_flight *flight,
                                     struct jn_arena *arena);
bool engine_outgoing_decode(const struct jr_row_delivery *row, struct jn_arena *arena, struct jr_delivery *out,
                            struct engine_flight *flight);
void engine_message_id(const uint8_t id[16], char out[37]); /* "msg_…" */
void engine_effect_id(struct jr_engine *engine, uint64_t origin, uint32_t step, uint32_t visit, uint8_t out[16]);

/* ---- telling (trace.c) */
struct jr_trace *turn_trace(struct turn *turn, enum jr_trace_kind kind, const struct engine_customer *customer,
                            const struct engine_run *run);
void turn_count(struct turn *turn, enum jr_count_kind kind, struct jn_str journey, struct jn_str name);

/* What an expression of the run can see. `candidate` (may be NULL) is the newest event. */
struct jr_context turn_context(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                               const struct engine_event *candidate);

#endif

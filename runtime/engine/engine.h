/* What the engine keeps between turns: programs, timers, counters, messages on their way. Private to this folder. */
#ifndef RUNTIME_ENGINE_ENGINE_H
#define RUNTIME_ENGINE_ENGINE_H

#include "core/arena.h"
#include "core/hash.h"
#include "core/map.h"
#include "core/zone.h"
#include "journey/runtime.h"
#include "runtime/timer/timer.h"

struct engine_track {
    uint32_t segment;
    uint64_t key; /* of its name and meaning, the same in every program */
};

/* A loaded program; lives until the engine closes. */
struct engine_program {
    struct jn_arena arena;
    struct jn_program *program;
    struct jn_map events;       /* by name */
    const struct jn_zone *zone; /* the workspace's */
    uint64_t prefix;            /* first eight bytes of the id: how runs name it */
    char version[72];           /* "sha256:" and the id in hex */
    struct jn_liquid **field;   /* templates of the messages, by field */
    /* Which its runs move to, and how; NULL: they stay. */
    struct engine_program *target;
    struct jr_deploy_rules rules;
    /* Segments that its journeys are entered by joining; whether any journey is entered by a segment at all. */
    struct engine_track *track;
    uint32_t n_track;
    bool tracks;
    const struct jn_upgrade *upgrade; /* made when first asked for */
    struct engine_program *next;
};

/* Counters of the lane: the numbers given out, and what is counted. Sorted by id. */
struct engine_counter {
    uint64_t id;
    uint64_t value;
    uint64_t committed;
};

enum engine_counter_id {
    ENGINE_NEXT_CUSTOMER = 1,
    ENGINE_NEXT_RUN,
    ENGINE_NEXT_EVENT,
    ENGINE_NEXT_DELIVERY,
    ENGINE_NEXT_QUARANTINE,
    ENGINE_NAMESPACE_HIGH,
    ENGINE_NAMESPACE_LOW,
    ENGINE_TIME, /* high-water mark of engine time */
    ENGINE_DEAD, /* dead letters */
    ENGINE_PARKED_RUNS,
    ENGINE_REMAINS, /* people erased who had refused something */
    ENGINE_REWRITE, /* 1: the store is to be written anew, for somebody was erased */
    ENGINE_NOTED,   /* entries of the audit log that were ever made */
    ENGINE_QUARANTINE_ROWS,
    ENGINE_QUARANTINE_BYTES,
    ENGINE_QUARANTINE_DROPPED /* ever, for there were too many */
};

struct engine_counters {
    struct engine_counter *row;
    uint32_t n, cap;
};

/* A message in the outbox whose end is not known: what its result needs. Texts lie behind the struct. */
struct engine_flight {
    uint64_t delivery;
    uint64_t customer, run;
    uint32_t attempts;
    int64_t accepted; /* when, once it is among those that were sent */
    bool awaited;     /* its run holds until it is settled */
    uint8_t id[16];
    struct jn_str ext, journey, stage, step, message;
    bool asks;      /* a question to a service, which is `message` */
    uint64_t trial; /* what engine_trial said of its run */
};

/* A journey that has been paused or stopped. */
struct engine_control {
    struct jn_str journey;
    enum jr_journey_state state;
    bool running;
    enum jr_overdue overdue;
    uint32_t spread_s;
    int64_t since, resumed;
    uint64_t generation; /* of decisions that runs have to follow: each run does once */
};

/* A version on trial, or the last one that was (canary/). */
struct engine_canary {
    enum jr_canary_state state;
    struct engine_program *program; /* RUNNING: the version on trial */
    uint32_t share;
    int64_t began;
    uint64_t generation; /* of trials and raised shares: what is counted belongs to one */
};

struct engine_note;

struct jr_engine {
    struct jr_store *store;
    struct jr_engine_options options;
    struct jr_lane lane;
    struct engine_program *programs, *current;
    struct engine_counters counters;
    struct jr_timers timers;
    struct jr_timer recent;                  /* the last that was taken beside a herd */
    struct jn_map flights;                   /* by the delivery's number */
    struct engine_flight *sent[JR_SENT_MAX]; /* accepted last; the n-th ever at n % JR_SENT_MAX */
    uint64_t n_sent;
    struct engine_control *control;
    uint32_t n_control;
    struct engine_canary canary;
    uint64_t *unwanted; /* messages to be cancelled with the next turn */
    uint32_t n_unwanted;
    struct engine_note *note; /* wait for the next commit */
    struct jr_row_token *token;
    uint32_t n_note, cap_note, n_token;
    uint64_t noted; /* entries of the audit log that are durable */
    uint8_t noted_hash[32];
    bool refused;            /* the last commit was: the next turn finds out by one, also if nothing has changed */
    bool migrating;          /* some program has a target */
    bool sealing;            /* what the store held before it was sealed is not all sealed yet */
    bool sweeping;           /* not everybody has been looked at since */
    uint32_t upkeep_stage;   /* of this round of upkeep */
    uint64_t upkeep_after;   /* customers, or letters, up to here are done */
    int64_t quarantine_told; /* when the log may say again that it is full */
    struct engine_untold {
        int64_t until; /* … that some were set aside for this reason */
        uint64_t n;    /* since it last said so */
    } untold[JR_SET_ASIDES];
    uint64_t sweep_after; /* customers up to here have been */
};

/* ---- notes (notes.c) */
jn_rc engine_notes_open(struct jr_engine *engine, struct jn_err *err);
void engine_notes_release(struct jr_engine *engine);
/* Only the first n of the entries that wait are left: the others are of a turn that has not happened. */
void engine_notes_cut(struct jr_engine *engine, uint32_t n);
/* The one way to the store: the batch with the counters that have changed and the notes that wait. On failure nothing
 * has happened: counters are as they were, notes wait on. */
jn_rc engine_commit(struct jr_engine *engine, struct jr_batch *batch, struct jn_arena *arena, struct jn_err *err);

/* Reads on when few timers are left in memory and more are in the store. */
jn_rc engine_fill_timers(struct jr_engine *engine, struct jn_err *err);

/* Sixteen bytes that stand for a text which outsiders may choose. A rehearsal has none, and takes a quicker hash. */
void engine_digest(const struct jr_engine *engine, struct jn_str text, uint8_t out[16]);

/* ---- programs (programs.c) */
struct engine_program *engine_program_load(struct jn_str image, struct jn_err *err); /* NULL on failure */
/* The store is sealed from the first program on that declares something personal. */
jn_rc engine_program_seal(struct jr_engine *engine, const struct engine_program *program, struct jn_err *err);
void engine_program_free(struct engine_program *program);
/* The loaded program of an image: one that is there already, or a fresh one, which is dismissed when nothing comes of
 * it. */
jn_rc engine_program_admit(struct jr_engine *engine, struct jn_str image, struct engine_program **out, bool *fresh,
                           struct jn_err *err);
void engine_program_dismiss(struct jr_engine *engine, struct engine_program *program);
struct engine_program *engine_program_find(const struct jr_engine *engine, uint64_t prefix);
/* Its image is the store's last one, in one commit with the counters that have changed. */
jn_rc engine_program_keep(struct jr_engine *engine, const struct engine_program *program, struct jn_str image,
                          struct jn_arena *arena, struct jn_err *err);
/* Index of the event in this program, or JN_NONE. */
uint32_t engine_program_event(const struct engine_program *program, struct jn_str name);

/* How the program's runs fit its target. */
const struct jn_upgrade *engine_upgrade(struct engine_program *program);

/* Everybody is looked at for what the current program tracks, unless they have been. */
void engine_track_begin(struct jr_engine *engine);
/* They have been. */
void engine_track_done(struct jr_engine *engine);

/* ---- counters (counters.c) */
uint64_t *engine_counter(struct jr_engine *engine, uint64_t id);                   /* made when it is not there */
uint64_t engine_counter_value(const struct jr_engine *engine, uint64_t id);        /* 0 when it is not there */
uint64_t engine_counter_next(struct jr_engine *engine, enum engine_counter_id id); /* from 1 */
void engine_counters_forget(struct jr_engine *engine); /* all that count or number people, and the time */
void engine_counters_settle(struct engine_counters *counters, bool committed);
uint32_t engine_counters_changed(const struct jr_engine *engine, struct jn_arena *arena, struct jr_row_counter **out);
/* What changed becomes durable by itself, between turns; else nothing has changed. */
jn_rc engine_counters_commit(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);
uint64_t engine_count_id(enum jr_count_kind kind, struct jn_str journey, struct jn_str name);
/* Counter that says since when nothing is sent to a channel's address (an instant; 0: it is sent to). */
uint64_t engine_disabled_id(struct jn_str channel, struct jn_str url);
/* Counter of the runs that are pinned to a program. */
uint64_t engine_pinned_id(const struct engine_program *program);
/* Counters that say where a program's runs move (0: nowhere; else the first bytes of a program's id), and how. */
uint64_t engine_target_id(const struct engine_program *program);
uint64_t engine_rules_id(const struct engine_program *program);
/* Counter that is 1 when everybody has been looked at for what the program tracks. */
uint64_t engine_tracked_id(const struct engine_program *program);
/* Counters of what was decided of a journey. */
uint64_t engine_control_id(struct jn_str journey, uint32_t field);
/* Counters of the version on trial: what was decided, and what its guard counts (of a journey, or ""). */
uint64_t engine_canary_id(uint32_t field, struct jn_str journey);
/* Counter of the live runs that are at a step of a program. */
uint64_t engine_inside_id(const struct engine_program *program, uint32_t step);
/* Who stands at a step of the program that holds. */
uint64_t engine_people_inside(const struct jr_engine *engine, const struct engine_program *program);

/* ---- slices of upkeep, each a commit; *more: there is more of it */
jn_rc engine_quarantine_expire(struct jr_engine *engine, int64_t now, const struct jr_keep *keep,
                               struct jn_arena *arena, bool *more, struct jn_err *err);
jn_rc engine_dead_expire(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, struct jn_arena *arena,
                         bool *more, struct jn_err *err);
/* Counts what is set aside. */
jn_rc engine_quarantine_count(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);
/* The same, in a store that has not. */
jn_rc engine_quarantine_open(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);

/* ---- the outbox as it is stored (send/outgoing.c) */
jn_rc engine_outbox(struct jr_engine *engine, enum jr_delivery_state state, uint64_t after, uint32_t max,
                    struct jn_arena *arena, struct jr_delivery **out, struct engine_flight **flight, uint32_t *n,
                    struct jn_err *err);

/* ---- flights (send/flights.c) */
struct engine_flight *engine_flight_find(const struct jr_engine *engine, uint64_t delivery);
void engine_flight_add(struct jr_engine *engine, const struct engine_flight *flight); /* copies */
/* It was accepted: it is remembered among those, until many more are. */
void engine_flight_accepted(struct jr_engine *engine, uint64_t delivery, int64_t at);
void engine_flight_drop(struct jr_engine *engine, uint64_t delivery);
void engine_flights_erase(struct jr_engine *engine, uint64_t customer);
void engine_flights_release(struct jr_engine *engine);

#endif

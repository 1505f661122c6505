/* A new version on trial: who enters by it, what is counted of its runs and of the current version's, and its end. */
#ifndef RUNTIME_ENGINE_CANARY_CANARY_H
#define RUNTIME_ENGINE_CANARY_CANARY_H

#include "runtime/engine/turn.h"

/* What is kept of a trial, as counters under no journey's name. */
#define CANARY_WATCHED (JR_GUARDS * 4) /* counters of a journey behind them (watch.c) */

enum canary_field {
    CANARY_STATE,
    CANARY_VERSION,                   /* and the three behind it: the program's id */
    CANARY_BASE = CANARY_VERSION + 4, /* first bytes of the id of the version that is current meanwhile */
    CANARY_SHARE,
    CANARY_BEGAN,
    CANARY_GENERATION,
    CANARY_MIN,
    CANARY_ERROR,
    CANARY_END_RUNS,
    CANARY_ENDED,         /* when */
    CANARY_ENDED_GUARD,   /* by which guard, from 1; 0: by hand */
    CANARY_ENDED_JOURNEY, /* … which index of the current program, from 1; 0: all */
    CANARY_EXITS,
    CANARY_EXIT,                                       /* JR_CANARY_EXITS_MAX hashes of names */
    CANARY_MARGIN = CANARY_EXIT + JR_CANARY_EXITS_MAX, /* JR_GUARDS of them */
    CANARY_FIELDS = CANARY_MARGIN + JR_GUARDS
};

/* Which programs the store's rows stand for: the last one is current unless it is, or was, on trial. */
struct canary_rows {
    uint32_t current, trial; /* JN_NONE: none */
};
struct canary_rows engine_canary_rows(const struct jr_engine *engine, const struct jr_row_program *row, uint32_t n);
/* Read back from the counters, when programs are loaded. */
void engine_canary_open(struct jr_engine *engine);
/* What the counters say, once they are committed. */
void engine_canary_carry_out(struct jr_engine *engine);
/* Another version has been put behind all others: the trial is over, and forgotten. */
jn_rc engine_canary_forget(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);
uint64_t engine_canary_value(const struct jr_engine *engine, uint32_t field);
void engine_canary_version(const struct jr_engine *engine, uint8_t id[32]);

/* The program that the customer enters journeys by. */
struct engine_program *engine_program_of(const struct jr_engine *engine, const struct engine_customer *customer);

/* ---- what its guard sees (watch.c) */
/* What a run counts for: 0 for nothing, else of this trial and side. What is counted of a message that outlives its
 * run is kept with it. */
uint64_t engine_trial(const struct jr_engine *engine, const struct engine_run *run);
/* A run has entered, could not go on, or has ended; what became of a message. */
void turn_watch_entered(struct turn *turn, const struct engine_run *run);
void turn_watch_parked(struct turn *turn, const struct engine_run *run);
void turn_watch_left(struct turn *turn, const struct engine_run *run);
void turn_watch_message(struct turn *turn, const struct engine_flight *flight, bool failed);
/* An event that says that a message was not welcome. */
void turn_watch_event(struct turn *turn, const struct engine_customer *customer, struct jn_str event);
/* Every figure of the two versions; the array is the arena's. */
struct jr_canary_figure *engine_watch_figures(const struct jr_engine *engine, struct jn_arena *arena, uint32_t *n);
/* Forgets what was counted. */
void engine_watch_reset(struct jr_engine *engine);

/* ---- judging (judge.c): at the end of a turn; the trial's end is part of its commit */
void turn_judge(struct turn *turn);
/* The next look is at so many of the new version; `looks`: it is the first again. */
void engine_judge_reset(struct jr_engine *engine, bool looks);
/* After the commit: nobody enters any more, and it is told. */
void turn_judged(struct turn *turn);
/* Notes in the counters that it is over. */
void engine_canary_end(struct jr_engine *engine, bool end_runs, int64_t now);

#endif

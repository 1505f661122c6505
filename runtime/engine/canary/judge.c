/* Whether the version on trial is surely worse than the current one: looked at as its figures grow. */
#include <inttypes.h>

#include "core/log.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/canary/excess.h"

/* Counters of a figure behind those of watch.c: how often it was looked at, and at how many it is next. */
enum { JUDGE_LOOKS, JUDGE_NEXT, JUDGE_FIELDS };

static uint64_t *judge_field(struct jr_engine *engine, const struct jr_canary_figure *figure, uint32_t field) {
    uint32_t first = CANARY_FIELDS + CANARY_WATCHED + (uint32_t)figure->guard * JUDGE_FIELDS;
    return engine_counter(engine, engine_canary_id(first + field, figure->journey));
}

static double judge_share(const uint64_t of[2]) {
    return of[0] == 0 ? 0 : (double)of[1] / (double)of[0];
}

/* Counts the look, when it is time for one. */
static bool judge_is_worse(struct jr_engine *engine, const struct jr_canary_figure *figure, uint64_t pairs) {
    uint64_t n = figure->trial[0], margin = engine_canary_value(engine, CANARY_MARGIN + (uint32_t)figure->guard);
    uint64_t *next = judge_field(engine, figure, JUDGE_NEXT);
    if (margin == JN_NONE || n < engine_canary_value(engine, CANARY_MIN) || n < *next) return false;
    *next = n + n / 2 + 1;
    uint64_t look = ++*judge_field(engine, figure, JUDGE_LOOKS);
    double error = (double)engine_canary_value(engine, CANARY_ERROR) / JN_SHARE_ALL;
    double more = judge_share(figure->trial) - judge_share(figure->current);
    double p = engine_excess(figure->trial[1], n, figure->current[1], figure->current[0]);
    return p < engine_excess_bound(error, pairs, look) && more * JN_SHARE_ALL >= (double)margin;
}

void engine_judge_reset(struct jr_engine *engine, bool looks) {
    struct jn_arena arena;
    uint32_t n;
    jn_arena_init(&arena);
    const struct jr_canary_figure *figure = engine_watch_figures(engine, &arena, &n);
    for (uint32_t i = 0; i < n; i++) {
        *judge_field(engine, &figure[i], JUDGE_NEXT) = 0;
        if (looks) *judge_field(engine, &figure[i], JUDGE_LOOKS) = 0;
    }
    jn_arena_release(&arena);
}

/* In the same commit as the end. */
static void judge_note(struct turn *turn, const struct jr_canary_figure *why) {
    struct jr_canary canary;
    bool all = why->journey.n == 0;
    jr_engine_canary(turn->engine, turn->arena, &canary);
    struct jn_str text = jn_arena_printf(turn->arena,
                                         "its guard `%s`%s%.*s: %" PRIu64 " of %" PRIu64 ", and %" PRIu64 " of %" PRIu64
                                         " of the version before",
                                         jr_guard_word(why->guard), all ? "" : " of ", JN_FMT(why->journey),
                                         why->trial[1], why->trial[0], why->current[1], why->current[0]);
    jr_engine_decided(turn->engine, turn->now, JR_DECIDED_TRIAL_ENDED, canary.version, text);
}

void turn_judge(struct turn *turn) {
    struct jr_engine *engine = turn->engine;
    uint32_t n;
    if (!turn->watched || engine->canary.state != JR_CANARY_RUNNING) return;
    const struct jr_canary_figure *figure = engine_watch_figures(engine, turn->arena, &n);
    for (uint32_t i = 0; i < n && !turn->judged; i++) {
        if (!judge_is_worse(engine, &figure[i], n)) continue;
        uint32_t journey = jn_program_journey(engine->current->program, figure[i].journey);
        engine_canary_end(engine, engine_canary_value(engine, CANARY_END_RUNS) != 0, turn->now);
        *engine_counter(engine, engine_canary_id(CANARY_ENDED_GUARD, JN_STR(""))) = (uint64_t)figure[i].guard + 1;
        *engine_counter(engine, engine_canary_id(CANARY_ENDED_JOURNEY, JN_STR(""))) =
            journey == JN_NONE ? 0 : (uint64_t)journey + 1;
        judge_note(turn, &figure[i]);
        turn->judged = true;
    }
}

void turn_judged(struct turn *turn) {
    struct jr_canary canary;
    if (!turn->judged) return;
    engine_canary_carry_out(turn->engine);
    jr_engine_canary(turn->engine, turn->arena, &canary);
    JN_LOG(CANARY_STOPPED, JN_LF_STR("version", canary.version),
           JN_LF_STR("guard", jn_str_z(jr_guard_word(canary.why.guard))), JN_LF_STR("journey", canary.why.journey),
           JN_LF_INT("of", (int64_t)canary.why.trial[0]), JN_LF_INT("bad", (int64_t)canary.why.trial[1]),
           JN_LF_INT("current_of", (int64_t)canary.why.current[0]),
           JN_LF_INT("current_bad", (int64_t)canary.why.current[1]));
}

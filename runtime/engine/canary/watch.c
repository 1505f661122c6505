/* What is counted of two versions over the same time: runs that entered since the trial began, and their messages. */
#include "core/hash.h"
#include "runtime/engine/canary/canary.h"

enum { SIDE_CURRENT, SIDE_TRIAL, SIDES };

/* Which counter of a journey: of a side so many, or so many bad ones. Behind the fields of the trial itself. */
static uint64_t watch_id(enum jr_guard guard, uint32_t side, bool bad, struct jn_str journey) {
    return engine_canary_id(CANARY_FIELDS + ((uint32_t)guard * SIDES + side) * 2 + (bad ? 1 : 0), journey);
}

/* A journey by its name in the current version, which a newer one may have renamed; false: it has no such journey. */
static bool watch_name(const struct jr_engine *engine, const struct jn_program *program, uint32_t journey,
                       struct jn_str *name) {
    const struct jn_program *current = engine->current->program;
    *name = program->string[program->journey[journey].name];
    if (jn_program_journey(current, *name) != JN_NONE) return true;
    for (uint32_t i = 0; i < program->n_rename; i++) {
        if (program->rename[i].kind != JN_RENAME_JOURNEY || program->rename[i].now != program->journey[journey].name)
            continue;
        *name = program->string[program->rename[i].was];
        if (jn_program_journey(current, *name) != JN_NONE) return true;
    }
    return false;
}

uint64_t engine_trial(const struct jr_engine *engine, const struct engine_run *run) {
    const struct engine_canary *canary = &engine->canary;
    if (canary->state != JR_CANARY_RUNNING || run->entered < canary->began) return 0;
    if (run->program != canary->program && run->program != engine->current) return 0;
    return canary->generation << 1 | (run->program == canary->program ? SIDE_TRIAL : SIDE_CURRENT);
}

static void watch_count(struct turn *turn, uint64_t trial, enum jr_guard guard, struct jn_str journey, bool bad) {
    struct jr_engine *engine = turn->engine;
    if (trial == 0 || engine->canary.state != JR_CANARY_RUNNING || trial >> 1 != engine->canary.generation) return;
    ++*engine_counter(engine, watch_id(guard, (uint32_t)(trial & 1), bad, journey));
    turn->watched = true;
}

static void watch_run(struct turn *turn, const struct engine_run *run, enum jr_guard guard, bool bad) {
    uint64_t trial = engine_trial(turn->engine, run);
    struct jn_str name;
    if (trial != 0 && watch_name(turn->engine, run->program->program, run->journey, &name))
        watch_count(turn, trial, guard, name, bad);
}

void turn_watch_entered(struct turn *turn, const struct engine_run *run) {
    watch_run(turn, run, JR_GUARD_PARKED, false);
}

void turn_watch_parked(struct turn *turn, const struct engine_run *run) {
    watch_run(turn, run, JR_GUARD_PARKED, true);
}

void turn_watch_left(struct turn *turn, const struct engine_run *run) {
    const struct jr_engine *engine = turn->engine;
    if (engine_trial(engine, run) == 0) return;
    uint64_t as = jn_hash64(run->ended), n = engine_canary_value(engine, CANARY_EXITS);
    watch_run(turn, run, JR_GUARD_EXITS, false);
    for (uint32_t i = 0; i < n; i++)
        if (engine_canary_value(engine, CANARY_EXIT + i) == as) watch_run(turn, run, JR_GUARD_EXITS, true);
}

void turn_watch_message(struct turn *turn, const struct engine_flight *flight, bool failed) {
    const struct jr_engine *engine = turn->engine;
    if (flight->trial == 0 || engine->canary.state != JR_CANARY_RUNNING) return;
    const struct jn_program *program =
        (flight->trial & 1) == SIDE_TRIAL ? engine->canary.program->program : engine->current->program;
    uint32_t journey = jn_program_journey(program, flight->journey);
    struct jn_str name;
    if (journey == JN_NONE || !watch_name(engine, program, journey, &name)) return;
    watch_count(turn, flight->trial, JR_GUARD_FAILED, name, false);
    if (failed) watch_count(turn, flight->trial, JR_GUARD_FAILED, name, true);
    if (!failed) watch_count(turn, flight->trial, JR_GUARD_UNWANTED, JN_STR(""), false);
}

/* Such an event names a message that may be forgotten, so it counts for whoever has entered by a version since. */
void turn_watch_event(struct turn *turn, const struct engine_customer *customer, struct jn_str event) {
    const struct engine_canary *canary = &turn->engine->canary;
    bool entered = false;
    if (canary->state != JR_CANARY_RUNNING) return;
    if (!jn_str_is(event, "complained") && !jn_str_is(event, "bounced") && !jn_str_is(event, "unsubscribed")) return;
    for (uint32_t i = 0; i < customer->n_mark; i++)
        entered = entered || customer->mark[i].at >= canary->began;
    if (!entered) return;
    bool trial = engine_program_of(turn->engine, customer) == canary->program;
    watch_count(turn, canary->generation << 1 | (uint64_t)(trial ? SIDE_TRIAL : SIDE_CURRENT), JR_GUARD_UNWANTED,
                JN_STR(""), true);
}

/* ---- figures */

static struct jr_canary_figure watch_figure(const struct jr_engine *engine, struct jn_str journey,
                                            enum jr_guard guard) {
    struct jr_canary_figure figure = {.journey = journey, .guard = guard};
    for (int bad = 0; bad < 2; bad++) {
        figure.trial[bad] = engine_counter_value(engine, watch_id(guard, SIDE_TRIAL, bad == 1, journey));
        figure.current[bad] = engine_counter_value(engine, watch_id(guard, SIDE_CURRENT, bad == 1, journey));
    }
    /* A run that is tried anew may fail again, and one customer may complain twice. */
    if (figure.trial[1] > figure.trial[0]) figure.trial[1] = figure.trial[0];
    if (figure.current[1] > figure.current[0]) figure.current[1] = figure.current[0];
    return figure;
}

struct jr_canary_figure *engine_watch_figures(const struct jr_engine *engine, struct jn_arena *arena, uint32_t *n) {
    const struct jn_program *current = engine->current->program;
    struct jr_canary_figure *out = NULL;
    *n = 0;
    for (uint32_t j = 0; j < current->n_journey; j++)
        for (int guard = 0; guard < JR_GUARDS; guard++) {
            if (guard == JR_GUARD_UNWANTED) continue;
            struct jr_canary_figure figure =
                watch_figure(engine, current->string[current->journey[j].name], (enum jr_guard)guard);
            *(struct jr_canary_figure *)jn_arena_grow(arena, &out, n, sizeof(figure)) = figure;
        }
    *(struct jr_canary_figure *)jn_arena_grow(arena, &out, n, sizeof(*out)) =
        watch_figure(engine, JN_STR(""), JR_GUARD_UNWANTED);
    return out;
}

static void watch_zero(struct jr_engine *engine, struct jn_str journey) {
    for (int guard = 0; guard < JR_GUARDS; guard++)
        for (uint32_t side = 0; side < SIDES; side++)
            for (int bad = 0; bad < 2; bad++)
                *engine_counter(engine, watch_id((enum jr_guard)guard, side, bad == 1, journey)) = 0;
}

void engine_watch_reset(struct jr_engine *engine) {
    const struct jn_program *current = engine->current->program;
    watch_zero(engine, JN_STR(""));
    for (uint32_t j = 0; j < current->n_journey; j++)
        watch_zero(engine, current->string[current->journey[j].name]);
}

/* When waits end, and whose turn it is then. Civil times stay civil until they are asked for (language semantics 7). */
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/policy/policy.h"

enum {
    DUE_PAGE = 4096,
    DUE_TURN = 256,            /* looked at in a turn */
    DUE_BESIDE = DUE_TURN / 4, /* … of them beside a herd */
    DUE_LATE_MS = 300,         /* who waits for so long is of a herd */
    DUE_LOST_MS = 5000,        /* behind by so much, what is taken beside it is one itself */
};

const struct jn_zone *engine_journey_zone(const struct engine_customer *customer, const struct engine_program *program,
                                          uint32_t journey) {
    const struct jn_zone *zone;
    struct jn_str fixed = program->program->string[program->program->journey[journey].timezone];
    if (fixed.n > 0 && jn_zone_find(fixed, &zone, NULL) == JN_OK) return zone;
    return engine_zone(customer, program);
}

const struct jn_zone *engine_run_zone(const struct engine_customer *customer, const struct engine_run *run) {
    return engine_journey_zone(customer, run->program, run->journey);
}

/* The first instant with this local time on one of the weekdays that is not before `from`, or strictly later. */
static int64_t due_time(const struct jn_zone *zone, int64_t from, bool later, uint32_t weekdays, int64_t time) {
    int64_t day = jn_local_day(jn_zone_local(zone, from));
    for (int i = 0; i < 9; i++, day++) { /* today may be over, and a week holds every weekday */
        if ((weekdays >> jn_weekday(day) & 1) == 0) continue;
        int64_t at = jn_zone_instant(zone, day, time);
        if (later ? at > from : at >= from) return at;
    }
    return from;
}

int64_t engine_time_after(const struct jn_zone *zone, int64_t from, uint32_t weekdays, int64_t time) {
    return due_time(zone, from, true, weekdays, time);
}

static int64_t due_date(const struct jn_program *program, const struct jn_step *step, struct jn_value hold,
                        const struct jn_zone *zone) {
    if (jn_is_missing(hold)) return INT64_MIN;
    if (hold.type == JN_T_INSTANT && step->b == JN_NONE) return hold.i;
    int64_t day = hold.type == JN_T_DATE ? hold.i : jn_local_day(jn_zone_local(zone, hold.i));
    return jn_zone_instant(zone, day, step->b == JN_NONE ? 0 : program->value[step->b].i);
}

int64_t engine_due(const struct engine_run *run, const struct jn_zone *zone) {
    const struct jn_program *program = run->program->program;
    const struct jn_step *step = &program->step[run->step];
    bool lasting = run->hold.type == JN_T_DURATION && run->hold.i > 0;
    switch ((enum jn_step_kind)step->kind) {
    case JN_STEP_WAIT:
    case JN_STEP_WAIT_FOR:
    case JN_STEP_WAIT_IF:
    case JN_STEP_APPROVE:
    case JN_STEP_REPEAT:
        return lasting ? jn_instant_add(zone, run->anchor, run->hold) : INT64_MIN;
    case JN_STEP_WAIT_TIME:
        return due_time(zone, run->anchor, true, step->a, program->value[step->b].i);
    case JN_STEP_WAIT_DATE:
        return due_date(program, step, run->hold, zone);
    case JN_STEP_WAIT_THEN:
        return due_time(zone, lasting ? jn_instant_add(zone, run->anchor, run->hold) : run->anchor, false, step->c,
                        program->value[step->b].i);
    case JN_STEP_ASK:
        return run->anchor + program->service[step->a].timeout_ms;
    case JN_STEP_SEND:
    case JN_STEP_SEND_OR:
    case JN_STEP_OUTCOME:
    case JN_STEP_BRANCH:
    case JN_STEP_SPLIT:
    case JN_STEP_OPTIMIZE:
    case JN_STEP_START:
    case JN_STEP_EMIT:
    case JN_STEP_SET_ATTR:
    case JN_STEP_SET_SLOT:
    case JN_STEP_TAG:
    case JN_STEP_UNTAG:
    case JN_STEP_PASS:
    case JN_STEP_EXIT:
    case JN_STEPS:
        break;
    }
    return INT64_MIN;
}

bool engine_is_timed(const struct jn_step *step) {
    return step->kind == JN_STEP_WAIT || step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_WAIT_IF ||
           step->kind == JN_STEP_WAIT_TIME || step->kind == JN_STEP_WAIT_DATE || step->kind == JN_STEP_WAIT_THEN ||
           step->kind == JN_STEP_ASK || step->kind == JN_STEP_APPROVE;
}

void turn_replan(struct turn *turn, struct engine_customer *customer) {
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->status != ENGINE_LIVE || run->gone || run->arriving) continue;
        int64_t due = engine_is_held_back(run) ? turn->now : engine_due(run, engine_run_zone(customer, run));
        if (due == INT64_MIN || due == run->due) continue; /* the run that sets the zone does not hold */
        run->due = due < turn->now ? turn->now : due;
        run->changed = true;
    }
}

/* ---- whose turn it is: the soonest, and beside a herd also those who fall due while it is worked off ---- */

jn_rc engine_fill_timers(struct jr_engine *engine, struct jn_err *err) {
    struct jn_arena arena;
    jn_rc rc = JN_OK;
    if (!jr_timers_want(&engine->timers)) return JN_OK;
    jn_arena_init(&arena);
    while (rc == JN_OK && jr_timers_want(&engine->timers)) {
        struct jr_timer last = engine->timers.last;
        struct jr_row_timer *row;
        uint32_t n;
        jn_arena_reset(&arena);
        rc = engine->store->ops->timers(engine->store, (struct jr_row_timer){last.due, last.run, last.customer},
                                        DUE_PAGE, &arena, &row, &n, err);
        if (rc != JN_OK) break;
        struct jr_timer *timer = JN_NEW_ARRAY(&arena, struct jr_timer, n);
        for (uint32_t i = 0; i < n; i++)
            timer[i] = (struct jr_timer){row[i].due, row[i].run, row[i].customer};
        jr_timers_fill(&engine->timers, timer, n, n < DUE_PAGE);
    }
    jn_arena_release(&arena);
    return rc;
}

/* Everybody's timers, in the order of (due, run). */
static jn_rc due_take_soonest(struct turn *turn, uint32_t max) {
    struct jr_timer timer;
    jn_rc rc = JN_OK;
    while (turn->n_taken < max) {
        rc = engine_fill_timers(turn->engine, turn->err);
        if (rc != JN_OK || !jr_timers_take(&turn->engine->timers, turn->limit, &timer)) return rc;
        struct engine_customer *customer;
        struct jr_timer *place = engine_grow(turn->arena, &turn->taken, &turn->n_taken, sizeof(*place));
        *place = timer;
        rc = turn_customer_by_id(turn, timer.customer, &customer);
        if (rc == JN_OK && customer != NULL) rc = turn_fire_timer(turn, customer, &timer);
        if (rc != JN_OK) return rc;
    }
    return rc;
}

/* Behind which place what is taken beside a herd goes on, or begins anew. What falls due from now on never lies before
 * it: it ends before `limit`. */
static struct jr_timer due_recent(const struct turn *turn, int64_t soonest) {
    bool goes_on = turn->recent.due >= soonest && turn->recent.due >= turn->limit - DUE_LOST_MS;
    return goes_on ? turn->recent : (struct jr_timer){.due = turn->limit - DUE_LATE_MS};
}

/* They come from the store, whose rows stay in order; those of them that are in memory as well are recognised there
 * when the herd has gone. What is due of the same customer before it goes before it. */
static jn_rc due_take_recent(struct turn *turn, int64_t soonest) {
    struct jr_engine *engine = turn->engine;
    struct jr_row_timer *row;
    uint32_t n;
    turn->recent = due_recent(turn, soonest);
    jn_rc rc = engine->store->ops->timers(engine->store, (struct jr_row_timer){turn->recent.due, turn->recent.run, 0},
                                          DUE_BESIDE, turn->arena, &row, &n, turn->err);
    for (uint32_t i = 0; rc == JN_OK && i < n && row[i].due < turn->limit; i++) {
        struct engine_customer *customer;
        turn->recent = (struct jr_timer){row[i].due, row[i].run, row[i].customer};
        rc = turn_customer_by_id(turn, row[i].customer, &customer);
        if (rc != JN_OK || customer == NULL) continue;
        rc = turn_fire(turn, customer, row[i].due - 1);
        if (rc == JN_OK) rc = turn_fire_timer(turn, customer, &turn->recent);
    }
    return rc;
}

jn_rc turn_take_timers(struct turn *turn) {
    struct jr_timer soonest;
    jn_rc rc = due_take_soonest(turn, DUE_TURN - DUE_BESIDE);
    if (rc == JN_OK) rc = engine_fill_timers(turn->engine, turn->err);
    if (rc != JN_OK || !jr_timers_peek(&turn->engine->timers, &soonest)) return rc;
    bool herd = soonest.due <= turn->limit - DUE_LATE_MS;
    return herd ? due_take_recent(turn, soonest.due) : due_take_soonest(turn, DUE_TURN);
}

/* When waits end. Civil times stay civil until they are asked for (language semantics 7). */
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/policy/policy.h"

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

/* What was decided of a journey reaches each run once, when its customer is met: waits are moved, or the run ends. */
#include "core/hash.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/policy/policy.h"

bool engine_is_paused(const struct jr_engine *engine, const struct engine_run *run) {
    if (engine->n_control == 0 || run->status != ENGINE_LIVE) return false;
    const struct engine_control *control = engine_control_of(engine, engine_journey_name(run));
    return control != NULL && control->state == JR_JOURNEY_PAUSED;
}

struct jn_str engine_control_closed(const struct jr_engine *engine, struct jn_str journey) {
    const struct engine_control *control = engine_control_of(engine, journey);
    if (control == NULL || control->state == JR_JOURNEY_LIVE) return JN_STR("");
    return control->state == JR_JOURNEY_PAUSED ? JN_STR("it is paused") : JN_STR("it is stopped");
}

/* With the clock stopped, what was to last so long lasts as much longer; what ends at a time of day ends at the next
 * such time, and at a date on that date. */
static void control_shift(const struct engine_customer *customer, struct engine_run *run, int64_t shift,
                          int64_t resumed) {
    const struct jn_step *step = &run->program->program->step[run->step];
    if (shift == 0 || run->due == INT64_MAX) return;
    if (run->arriving) {
        if (run->due > resumed) run->due += shift;
        return;
    }
    if (engine_is_held_back(run)) return; /* is asked anew when it is due */
    run->anchor += shift;
    bool civil = step->kind == JN_STEP_WAIT_TIME || step->kind == JN_STEP_WAIT_DATE || step->kind == JN_STEP_WAIT_THEN;
    run->due = civil ? engine_due(run, engine_run_zone(customer, run)) : run->due + shift;
}

static int64_t control_later(const struct turn *turn, const struct engine_run *run, uint32_t spread_s) {
    uint64_t id = run->id;
    uint64_t hash = jn_hash64((struct jn_str){(const char *)&id, sizeof(id)});
    return turn->now + 1 + (int64_t)(hash % ((uint64_t)spread_s * 1000 + 1));
}

static void control_resume(const struct turn *turn, const struct engine_customer *customer, struct engine_run *run,
                           const struct engine_control *control) {
    run->resumed = control->generation;
    run->changed = true;
    if (run->status != ENGINE_LIVE) return;
    if (!control->running) control_shift(customer, run, control->resumed - control->since, control->resumed);
    if (run->due == INT64_MIN) run->due = turn->now;
    if (run->due > turn->now) return;
    if (control->overdue == JR_OVERDUE_SPREAD) run->due = control_later(turn, run, control->spread_s);
    run->skips = control->overdue == JR_OVERDUE_SKIP;
}

void turn_control(struct turn *turn, struct engine_customer *customer) {
    for (uint32_t i = 0; turn->engine->n_control > 0 && i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->gone || run->status == ENGINE_ENDED) continue;
        const struct engine_control *control = engine_control_of(turn->engine, engine_journey_name(run));
        if (control == NULL) continue;
        if (control->state == JR_JOURNEY_STOPPED)
            turn_end(turn, customer, run, JN_STR("stopped"));
        else if (control->state == JR_JOURNEY_LIVE && run->resumed != control->generation)
            control_resume(turn, customer, run, control);
    }
}

void turn_unwanted(struct turn *turn) {
    const struct jr_engine *engine = turn->engine;
    for (uint32_t i = 0; i < engine->n_unwanted; i++)
        *(uint64_t *)engine_grow(turn->arena, &turn->cancelled, &turn->n_cancelled, sizeof(uint64_t)) =
            engine->unwanted[i];
}

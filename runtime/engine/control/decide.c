/* Pause, resume and stop are decided once, kept as counters, and carried out by the sweep that meets everybody. */
#include "core/check.h"
#include "runtime/engine/control/control.h"

enum { FIELD_STATE, FIELD_RULE, FIELD_SINCE, FIELD_RESUMED, FIELD_GENERATION, FIELD_DONE };

#define RULE_RUNNING (1u << 8)

static uint64_t *control_field(struct jr_engine *engine, struct jn_str journey, uint32_t field) {
    return engine_counter(engine, engine_control_id(journey, field));
}

static uint64_t control_value(const struct jr_engine *engine, struct jn_str journey, uint32_t field) {
    return engine_counter_value(engine, engine_control_id(journey, field));
}

static void control_read(struct jr_engine *engine, struct jn_str journey) {
    struct engine_control row = {.journey = journey,
                                 .state = (enum jr_journey_state)control_value(engine, journey, FIELD_STATE),
                                 .generation = control_value(engine, journey, FIELD_GENERATION)};
    uint64_t rule = control_value(engine, journey, FIELD_RULE);
    if ((row.state == JR_JOURNEY_LIVE && row.generation == 0) || engine_control_of(engine, journey) != NULL) return;
    row.running = (rule & RULE_RUNNING) != 0;
    row.overdue = (enum jr_overdue)(rule & 0xFF);
    row.spread_s = (uint32_t)(rule >> 32);
    row.since = (int64_t)control_value(engine, journey, FIELD_SINCE);
    row.resumed = (int64_t)control_value(engine, journey, FIELD_RESUMED);
    engine->control = jn_realloc(engine->control, (engine->n_control + 1) * sizeof(row));
    engine->control[engine->n_control++] = row;
    if (control_value(engine, journey, FIELD_DONE) == row.generation) return;
    engine->sweep_after = 0;
    engine->sweeping = true;
}

void engine_control_open(struct jr_engine *engine) {
    engine->n_control = 0;
    for (const struct engine_program *p = engine->programs; p != NULL; p = p->next)
        for (uint32_t i = 0; i < p->program->n_journey; i++)
            control_read(engine, p->program->string[p->program->journey[i].name]);
}

void engine_control_done(struct jr_engine *engine) {
    for (uint32_t i = 0; i < engine->n_control; i++)
        *control_field(engine, engine->control[i].journey, FIELD_DONE) = engine->control[i].generation;
}

const struct engine_control *engine_control_of(const struct jr_engine *engine, struct jn_str journey) {
    for (uint32_t i = 0; i < engine->n_control; i++)
        if (jn_str_eq(engine->control[i].journey, journey)) return &engine->control[i];
    return NULL;
}

/* ---- messages that are not wanted any more */

void engine_unwanted_add(struct jr_engine *engine, uint64_t delivery) {
    engine->unwanted = jn_realloc(engine->unwanted, (engine->n_unwanted + 1) * sizeof(*engine->unwanted));
    engine->unwanted[engine->n_unwanted++] = delivery;
}

static void control_cancel(struct jr_engine *engine, struct jn_str journey) {
    uint64_t found;
    for (uint32_t at = 0; jn_map_next(&engine->flights, &at, NULL, &found);) {
        const struct engine_flight *flight = (struct engine_flight *)(uintptr_t)found;
        if (flight->attempts == 0 && !flight->asks && jn_str_eq(flight->journey, journey))
            engine_unwanted_add(engine, flight->delivery);
    }
}

/* ---- decisions */

static jn_rc control_find(const struct jr_engine *engine, struct jn_str name, struct jn_str *out, struct jn_err *err) {
    for (const struct engine_program *p = engine->programs; p != NULL; p = p->next) {
        uint32_t i = jn_program_journey(p->program, name);
        if (i == JN_NONE) continue;
        *out = p->program->string[p->program->journey[i].name];
        return JN_OK;
    }
    return jn_fail(err, JN_NOT_FOUND, "there is no journey `%.*s`", JN_FMT(name));
}

static jn_rc control_may(enum jr_journey_state state, bool busy, const struct jr_control *what, struct jn_str name,
                         struct jn_err *err) {
    if (busy)
        return jn_fail(err, JN_CONFLICT, "`%.*s` is still being %s; try again in a moment", JN_FMT(name),
                       state == JR_JOURNEY_STOPPED ? "stopped" : "resumed");
    if (what->verb == JR_CONTROL_PAUSE && state == JR_JOURNEY_STOPPED)
        return jn_fail(err, JN_CONFLICT, "`%.*s` is stopped: there is nobody to pause", JN_FMT(name));
    if (what->verb == JR_CONTROL_RESUME && state == JR_JOURNEY_LIVE)
        return jn_fail(err, JN_CONFLICT, "`%.*s` is neither paused nor stopped", JN_FMT(name));
    return JN_OK;
}

static void control_set(struct jr_engine *engine, struct jn_str name, enum jr_journey_state state,
                        const struct jr_control *what, int64_t now) {
    uint64_t *rule;
    switch (what->verb) {
    case JR_CONTROL_PAUSE:
        *control_field(engine, name, FIELD_STATE) = JR_JOURNEY_PAUSED;
        *control_field(engine, name, FIELD_RULE) = what->running ? RULE_RUNNING : 0;
        if (state == JR_JOURNEY_LIVE) *control_field(engine, name, FIELD_SINCE) = (uint64_t)now;
        return;
    case JR_CONTROL_RESUME:
        *control_field(engine, name, FIELD_STATE) = JR_JOURNEY_LIVE;
        rule = control_field(engine, name, FIELD_RULE);
        *rule = (*rule & RULE_RUNNING) | (uint64_t)what->overdue | (uint64_t)what->spread_s << 32;
        *control_field(engine, name, FIELD_RESUMED) = (uint64_t)now;
        ++*control_field(engine, name, FIELD_GENERATION);
        return;
    case JR_CONTROL_STOP:
        *control_field(engine, name, FIELD_STATE) = JR_JOURNEY_STOPPED;
        *control_field(engine, name, FIELD_SINCE) = (uint64_t)now;
        if (state != JR_JOURNEY_STOPPED) ++*control_field(engine, name, FIELD_GENERATION);
        return;
    }
}

jn_rc jr_engine_control(struct jr_engine *engine, struct jn_str journey, const struct jr_control *what, int64_t now,
                        struct jn_arena *arena, struct jn_err *err) {
    struct jn_str name;
    int64_t clock = (int64_t)engine_counter_value(engine, ENGINE_TIME);
    jn_rc rc = control_find(engine, journey, &name, err);
    if (rc != JN_OK) return rc;
    enum jr_journey_state state = jr_engine_state(engine, name, NULL);
    bool busy = control_value(engine, name, FIELD_GENERATION) != control_value(engine, name, FIELD_DONE);
    rc = control_may(state, busy, what, name, err);
    if (rc != JN_OK) return rc;
    control_set(engine, name, state, what, now < clock ? clock : now);
    rc = engine_counters_commit(engine, arena, err);
    if (rc != JN_OK) return rc;
    engine_control_open(engine);
    if (what->verb == JR_CONTROL_STOP) control_cancel(engine, name);
    return JN_OK;
}

enum jr_journey_state jr_engine_state(const struct jr_engine *engine, struct jn_str journey, int64_t *since) {
    const struct engine_control *control = engine_control_of(engine, journey);
    if (since != NULL) *since = control == NULL ? 0 : control->since;
    return control == NULL ? JR_JOURNEY_LIVE : control->state;
}

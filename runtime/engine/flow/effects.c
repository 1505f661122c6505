/* `repeat`, `start` and `emit`. */
#include "core/value.h"
#include "runtime/engine/activation.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/flow/flow.h"

/* Rounds count from the first one's instant, so that a late round moves none behind it. */
jn_rc activation_repeat(struct activation *a) {
    struct jn_value *slot = a->run->slot;
    uint32_t first = engine_journey(a->run)->first_slot;
    struct jn_value *count = &slot[a->step->c - first], start = slot[a->step->d - first];
    int64_t rounds = 0;
    if (!jn_is_missing(*count)) (void)jn_dec_to_int(jn_value_to_dec(*count), &rounds);
    *count = jn_value_dec(jn_dec_int(++rounds));
    if (rounds >= (int64_t)a->step->a || jn_is_missing(start)) {
        a->next = a->step->alt;
        return JN_OK;
    }
    struct jn_value every = activation_eval(a, a->step->b);
    a->run->anchor = start.i;
    a->run->hold = every;
    a->run->hold.i = every.i * rounds;
    int64_t due = engine_due(a->run, engine_run_zone(a->customer, a->run));
    if (due > a->turn->now) activation_hold(a, due);
    return JN_OK;
}

/* The journey of that name in the program that the customer enters by, whatever program this run is in. */
jn_rc activation_start(struct activation *a) {
    struct jn_str name = a->program->string[a->program->journey[a->step->a].name];
    const struct jn_program *current = engine_program_of(a->turn->engine, a->customer)->program;
    uint32_t journey = jn_program_journey(current, name);
    if (journey != JN_NONE && a->turn->depth < ENGINE_START_DEPTH) {
        a->turn->depth++;
        jn_rc rc = turn_enter(a->turn, a->customer, journey, NULL);
        a->turn->depth--;
        return rc;
    }
    struct jr_trace *trace = turn_trace(a->turn, JR_TRACE_IGNORED, a->customer, NULL);
    trace->journey = name;
    trace->name = JN_STR("start");
    trace->detail = journey == JN_NONE ? JN_STR("the current version has no such journey")
                                       : JN_STR("journeys start journeys without end");
    return JN_OK;
}

jn_rc activation_emit(struct activation *a) {
    struct engine_emitted *emitted = JN_NEW(a->turn->arena, struct engine_emitted), **end = &a->customer->emitted;
    struct jn_json_out w;
    struct jn_buf text;
    jn_buf_init(&text, ENGINE_EVENT_MAX);
    jn_jw_init(&w, &text);
    jn_jw_object(&w);
    for (uint32_t i = 0; i < a->step->c; i++) {
        const struct jn_mapping *row = &a->program->mapping[a->step->b + i];
        struct jn_value value = activation_eval(a, row->value);
        if (jn_is_missing(value)) continue;
        jn_jw_key_str(&w, a->program->string[a->program->prop[row->prop].name]);
        jn_value_to_json(value, &w);
    }
    jn_jw_end_object(&w);
    if (a->turn->fault.rc != JN_OK) {
        jn_buf_release(&text);
        return JN_OK;
    }
    emitted->event = a->program->string[a->program->event[a->step->a].name];
    emitted->properties = text.failed ? JN_STR("{}") : jn_arena_str(a->turn->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    while (*end != NULL)
        end = &(*end)->next;
    *end = emitted;
    turn_trace(a->turn, JR_TRACE_EMITTED, a->customer, a->run)->name = emitted->event;
    return JN_OK;
}

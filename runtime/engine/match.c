/* One accepted event meets one customer: exits, goals, waits, entries, in this order (language semantics 4). */
#include "core/value.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/policy/policy.h"

/* An event as each program sees it: decoded once a program. */
struct seen_event {
    const struct engine_program *program;
    struct engine_event *event; /* NULL: the program does not know it, or it does not fit its declaration */
    struct seen_event *next;
};

static struct engine_event *match_view(struct turn *turn, struct seen_event **seen,
                                       const struct engine_program *program, const struct jr_input *input,
                                       uint64_t seq) {
    for (struct seen_event *s = *seen; s != NULL; s = s->next)
        if (s->program == program) return s->event;
    struct seen_event *fresh = JN_NEW(turn->arena, struct seen_event);
    struct jn_str why = JN_STR_NONE;
    uint32_t index = engine_program_event(program, input->event);
    fresh->program = program;
    if (index != JN_NONE) fresh->event = turn_decode_event(turn, program, index, input->properties, seq, &why);
    if (why.n > 0) fresh->event = NULL;
    fresh->next = *seen;
    *seen = fresh;
    return fresh->event;
}

static void match_exits(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                        const struct engine_event *event) {
    const struct jn_journey *journey = engine_journey(run);
    const struct jn_program *program = run->program->program;
    for (uint32_t i = journey->first_leave; i < journey->first_leave + journey->n_leave && run->status != ENGINE_ENDED;
         i++) {
        const struct jn_leave *leave = &program->leave[i];
        if (leave->event != event->event || !engine_key_matches(run, leave->key, event)) continue;
        struct jr_context context = turn_context(turn, customer, run, event);
        if (jr_vm_holds(&context, leave->where)) turn_end(turn, customer, run, program->string[leave->name]);
    }
}

static bool match_window_open(const struct engine_run *run, const struct jn_goal *goal, const struct jn_zone *zone,
                              int64_t at) {
    if (goal->within == JN_NONE) return run->status != ENGINE_ENDED;
    return at <= jn_instant_add(zone, run->entered, run->program->program->value[goal->within]);
}

static void match_goals(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                        const struct engine_event *event, int64_t at) {
    const struct jn_journey *journey = engine_journey(run);
    const struct jn_program *program = run->program->program;
    for (uint32_t i = 0; i < journey->n_goal && i < ENGINE_GOALS_MAX; i++) {
        const struct jn_goal *goal = &program->goal[journey->first_goal + i];
        if ((run->goals >> i & 1) != 0 || goal->event != event->event || !engine_key_matches(run, goal->key, event))
            continue;
        if (!match_window_open(run, goal, engine_run_zone(customer, run), at)) continue;
        struct jr_context context = turn_context(turn, customer, run, event);
        if (!jr_vm_holds(&context, goal->where)) continue;
        run->goals |= 1u << i;
        run->changed = true;
        struct jn_str name = program->string[goal->name];
        turn_trace(turn, JR_TRACE_GOAL, customer, run)->name = name;
        turn_count(turn, JR_COUNT_GOAL, engine_journey_name(run), name);
        if ((goal->flags & JN_GOAL_EXIT) != 0 && run->status != ENGINE_ENDED) turn_end(turn, customer, run, name);
    }
}

jn_rc turn_match(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                 const struct engine_event *event, int64_t at) {
    turn->fault.rc = JN_OK;
    match_exits(turn, customer, run, event); /* also of a run that cannot go on: it can still be left */
    match_goals(turn, customer, run, event, at);
    if (run->status != ENGINE_LIVE) return JN_OK;
    bool passes = turn_alternative(turn, customer, run, event) != JN_NONE;
    if (turn_parks(turn, customer, run) || !passes) return JN_OK;
    return turn_pass(turn, customer, run, event);
}

/* Properties or traits as text; false when there is too much of it. */
static bool match_body(struct turn *turn, const struct jn_json *object, struct jn_str text, struct jn_str *out) {
    struct jn_buf body;
    *out = text.n > 0 ? text : JN_STR("{}");
    if (object == NULL || text.n > 0) return out->n <= ENGINE_EVENT_MAX;
    jn_buf_init(&body, ENGINE_EVENT_MAX);
    jn_json_dump(object, &body);
    bool fits = !body.failed;
    if (fits) *out = jn_arena_str(turn->arena, jn_buf_view(&body));
    jn_buf_release(&body);
    return fits;
}

static void match_refuse(struct turn *turn, const struct engine_customer *customer, const struct jr_input *input,
                         const struct jn_json *body, enum jr_set_aside kind, struct jn_str why, uint32_t i) {
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_QUARANTINED, customer, NULL);
    trace->name = input->event;
    trace->detail = why;
    turn_quarantine(turn, kind, input, why, body);
    if (i == JN_NONE) return;
    turn->out->answer[i] = JR_ANSWER_QUARANTINED;
    turn->out->answer_reason[i] = why;
}

/* Why the event cannot be taken over, by the declaration of the customer's program; empty when it can. */
static struct jn_str match_refusal(struct turn *turn, const struct engine_program *program,
                                   const struct jr_input *input, enum jr_set_aside *kind, struct jn_str *body) {
    struct jn_str why = JN_STR_NONE;
    *kind = JR_SET_ASIDE_TOO_LARGE;
    if (!match_body(turn, input->properties, input->compact, body))
        return jn_arena_printf(turn->arena, "the event is larger than %u bytes", ENGINE_EVENT_MAX);
    *kind = JR_SET_ASIDE_MISMATCH;
    if (program == NULL) return why;
    uint32_t index = engine_program_event(program, input->event);
    if (index != JN_NONE) turn_decode_event(turn, program, index, input->properties, 0, &why);
    return why;
}

jn_rc turn_event(struct turn *turn, struct engine_customer *customer, const struct jr_input *input, uint32_t i) {
    struct seen_event *seen = NULL;
    const struct engine_program *by = engine_program_of(turn->engine, customer);
    enum jr_set_aside kind;
    struct jn_str body, why = match_refusal(turn, by, input, &kind, &body);
    if (why.n > 0) {
        match_refuse(turn, customer, input, input->properties, kind, why, i);
        return JN_OK;
    }
    uint64_t seq = engine_counter_next(turn->engine, ENGINE_NEXT_EVENT);
    turn_trace(turn, JR_TRACE_EVENT, customer, NULL)->name = input->event;
    struct jr_row_event *row = engine_grow(turn->arena, &turn->event, &turn->n_event, sizeof(*row));
    *row = (struct jr_row_event){customer->id, seq, turn->now, input->event, body};
    turn_consent_receipt(turn, customer, input);
    turn_watch_event(turn, customer, input->event);
    jn_rc rc = JN_OK;
    uint32_t n = customer->n_run; /* runs that this event begins are not met by it */
    for (uint32_t r = 0; rc == JN_OK && r < n; r++) {
        struct engine_run *run = customer->run[r];
        if (run->gone) continue;
        const struct engine_event *event = match_view(turn, &seen, run->program, input, seq);
        if (event != NULL) rc = turn_match(turn, customer, run, event, turn->now);
    }
    if (rc != JN_OK || by == NULL) return rc;
    const struct jn_program *program = by->program;
    const struct engine_event *event = match_view(turn, &seen, by, input, seq);
    for (uint32_t j = 0; rc == JN_OK && event != NULL && j < program->n_journey; j++)
        if (program->journey[j].event == event->event) rc = turn_enter(turn, customer, j, event);
    return rc;
}

/* The trait as the attribute it becomes. */
static jn_rc match_trait(struct turn *turn, const struct jn_program *program, const struct jn_attr *attr,
                         const struct jn_json *node, struct jn_value *out, struct jn_err *err) {
    const struct jn_zone *zone;
    jn_rc rc = jn_value_from_json(node, (enum jn_type)attr->type, (uint16_t)attr->currency, turn->arena, out, err);
    if (rc != JN_OK) return rc;
    if (!engine_value_is_allowed(program, attr->one_of, *out))
        return jn_fail(err, JN_UNPROCESSABLE, "it is none of the values declared");
    bool names_zone = jn_str_is(program->string[attr->name], "timezone") && !jn_is_missing(*out);
    return names_zone ? jn_zone_find(jn_value_str(*out), &zone, err) : JN_OK;
}

/* Traits that the dictionary declares are taken over; one that does not fit is quarantined, the others are taken. */
jn_rc turn_identify(struct turn *turn, struct engine_customer *customer, const struct jr_input *input, uint32_t at) {
    const struct engine_program *by = engine_program_of(turn->engine, customer);
    const struct jn_program *program = by == NULL ? NULL : by->program;
    struct jn_value zone = engine_attr_get(customer, JN_STR("timezone"));
    struct jn_str body;
    struct jn_err err;
    if (!match_body(turn, input->traits, input->compact, &body)) {
        struct jn_str why = jn_arena_printf(turn->arena, "the traits are larger than %u bytes", ENGINE_EVENT_MAX);
        match_refuse(turn, customer, input, NULL, JR_SET_ASIDE_TOO_LARGE, why, at);
        return JN_OK;
    }
    if (program == NULL && input->traits != NULL) /* nothing is declared: what was accepted is not to be lost */
        match_refuse(turn, customer, input, input->traits, JR_SET_ASIDE_MISMATCH,
                     JN_STR("there is no program that declares traits"), at);
    for (uint32_t i = 0; program != NULL && i < program->n_attr && jn_json_kind(input->traits) == JN_JSON_OBJECT; i++) {
        const struct jn_attr *attr = &program->attr[i];
        struct jn_str name = program->string[attr->name];
        const struct jn_json *node = jn_json_get_str(input->traits, name);
        struct jn_value value;
        if (node == NULL || attr->computed != JN_NONE) continue;
        if (match_trait(turn, program, attr, node, &value, &err) == JN_OK) {
            engine_attr_set(customer, turn->arena, name, value);
            continue;
        }
        struct jn_str why = jn_arena_printf(turn->arena, "trait `%.*s`: %s", JN_FMT(name), err.text);
        turn_quarantine(turn, JR_SET_ASIDE_MISMATCH, input, why, (attr->flags & JN_ATTR_PERSONAL) != 0 ? NULL : node);
        struct jr_trace *trace = turn_trace(turn, JR_TRACE_QUARANTINED, customer, NULL);
        trace->name = name;
        trace->detail = why;
    }
    if (!jn_value_eq(zone, engine_attr_get(customer, JN_STR("timezone")))) turn_replan(turn, customer);
    return JN_OK;
}

/* Events and the waits they pass: keys, messages, looking back, what a run remembers. */
#include "core/value.h"
#include "runtime/engine/identity/identity.h"

#define TEXT_MAX 4096

bool engine_value_is_allowed(const struct jn_program *program, uint32_t one_of, struct jn_value value) {
    if (one_of == JN_NONE || jn_is_missing(value)) return true;
    struct jn_value list = program->value[one_of];
    for (uint32_t i = 0; i < list.len; i++)
        if (jn_value_eq(list.list[i], value)) return true;
    return false;
}

struct engine_event *turn_decode_event(struct turn *turn, const struct engine_program *program, uint32_t event,
                                       const struct jn_json *properties, uint64_t seq, struct jn_str *why) {
    const struct jn_program *p = program->program;
    const struct jn_event *row = &p->event[event];
    struct engine_event *decoded = JN_NEW(turn->arena, struct engine_event);
    struct jn_err err;
    decoded->event = event;
    decoded->seq = seq;
    decoded->prop = JN_NEW_ARRAY(turn->arena, struct jn_value, row->n_prop);
    for (uint32_t i = 0; i < row->n_prop; i++) {
        const struct jn_prop *prop = &p->prop[row->first_prop + i];
        struct jn_str name = p->string[prop->name];
        const struct jn_json *node =
            jn_json_kind(properties) == JN_JSON_OBJECT ? jn_json_get_str(properties, name) : NULL;
        struct jn_value *value = &decoded->prop[i];
        jn_rc rc =
            jn_value_from_json(node, (enum jn_type)prop->type, (uint16_t)prop->currency, turn->arena, value, &err);
        if (rc != JN_OK)
            *why = jn_arena_printf(turn->arena, "`%.*s`: %s", JN_FMT(name), err.text);
        else if (!engine_value_is_allowed(p, prop->one_of, *value))
            *why = jn_arena_printf(turn->arena, "`%.*s`: it is none of the values declared", JN_FMT(name));
        else if (jn_is_missing(*value) && (prop->flags & JN_PROP_REQUIRED) != 0)
            *why = jn_arena_printf(turn->arena, "`%.*s` is required", JN_FMT(name));
    }
    return decoded;
}

void engine_capture(struct turn *turn, struct engine_run *run, const struct engine_event *event) {
    struct engine_event *kept = JN_NEW(turn->arena, struct engine_event);
    *kept = *event;
    kept->next = run->events;
    run->events = kept;
    /* One of a type: the older one is not read any more. */
    for (struct engine_event **at = &kept->next; *at != NULL; at = &(*at)->next)
        if ((*at)->event == event->event) {
            *at = (*at)->next;
            break;
        }
    run->changed = true;
}

static bool engine_text_is(struct jn_value value, struct jn_str wanted) {
    if (value.type == JN_T_TEXT) return jn_str_eq(jn_value_str(value), wanted);
    if (jn_is_missing(value)) return false;
    struct jn_buf text;
    jn_buf_init(&text, TEXT_MAX);
    jn_value_print(value, &text);
    bool same = jn_str_eq(jn_buf_view(&text), wanted);
    jn_buf_release(&text);
    return same;
}

bool engine_key_matches(const struct engine_run *run, uint32_t prop, const struct engine_event *event) {
    if (prop == JN_NONE) return true;
    return engine_text_is(event->prop[prop - run->program->program->event[event->event].first_prop], run->key);
}

static struct jn_str engine_message_of(const struct jn_program *program, const struct engine_event *event) {
    const struct jn_event *row = &program->event[event->event];
    for (uint32_t i = 0; i < row->n_prop; i++)
        if (jn_str_is(program->string[program->prop[row->first_prop + i].name], "message"))
            return jn_value_str(event->prop[i]);
    return JN_STR_NONE;
}

bool engine_names_message(const struct jn_program *program, const struct engine_event *event, uint32_t message) {
    return jn_str_eq(engine_message_of(program, event), program->string[program->message[message].name]);
}

/* `E of M`: the event names M, or carries the id of a message of this run that was made from M. */
bool engine_of_message(struct turn *turn, const struct engine_run *run, const struct engine_event *event,
                       uint32_t message) {
    const struct jn_program *program = run->program->program;
    const struct jn_journey *journey = engine_journey(run);
    struct jn_str named = engine_message_of(program, event);
    if (engine_names_message(program, event, message)) return true;
    for (uint32_t i = 0; i < run->n_visit; i++) {
        uint32_t step = jn_program_step(program, run->journey, run->visit[i].step);
        if (step == JN_NONE || step - journey->first_step >= journey->n_step ||
            !jn_step_sends(program->step[step].kind) || program->step[step].a != message)
            continue;
        for (uint32_t visit = 1; visit <= run->visit[i].n; visit++) {
            uint8_t id[16];
            char text[37];
            engine_effect_id(turn->engine, run->origin, run->visit[i].step, visit, id);
            engine_message_id(id, text);
            if (jn_str_is(named, text)) return true;
        }
    }
    return false;
}

/* After `wait for E or F` the one that did not come is missing. */
void engine_forget_others(struct engine_run *run, const struct jn_step *step, uint32_t matched) {
    const struct jn_program *program = run->program->program;
    for (uint32_t i = step->a; i < step->a + step->b; i++) {
        struct engine_event **at = &run->events;
        while (*at != NULL) {
            bool other = (*at)->event == program->alternative[i].event && (*at)->event != matched;
            if (other)
                *at = (*at)->next;
            else
                at = &(*at)->next;
        }
    }
}

static uint64_t engine_since(const struct engine_run *run, const struct jn_step *step) {
    if (step->d == JN_SINCE_ENTRY) return run->entry_seq;
    return step->d == JN_SINCE_STAGE ? run->stage_seq : run->mark_seq;
}

static bool engine_was_consumed(const struct engine_run *run, uint64_t seq) {
    for (uint32_t i = 0; i < run->n_consumed; i++)
        if (run->consumed[i] == seq) return true;
    return false;
}

uint32_t turn_alternative(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                          const struct engine_event *event) {
    const struct jn_program *program = run->program->program;
    const struct jn_step *step = &program->step[run->step];
    if (step->kind != JN_STEP_WAIT_FOR || run->arriving || event->seq <= engine_since(run, step) ||
        engine_was_consumed(run, event->seq))
        return JN_NONE;
    for (uint32_t i = step->a; i < step->a + step->b; i++) {
        const struct jn_alternative *alternative = &program->alternative[i];
        if (alternative->event != event->event || !engine_key_matches(run, alternative->key, event)) continue;
        if (alternative->message != JN_NONE && !engine_of_message(turn, run, event, alternative->message)) continue;
        struct jr_context context = turn_context(turn, customer, run, event);
        if (jr_vm_holds(&context, alternative->where)) return i;
    }
    return JN_NONE;
}

/* One stored event; *matched when it passes the wait. */
static void turn_try_stored(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                            const struct jr_row_event *row, bool *matched) {
    struct jn_json *body;
    struct jn_str why = JN_STR_NONE;
    uint32_t event = engine_program_event(run->program, row->name);
    if (event == JN_NONE || jn_json_parse(row->body, &body, NULL) != JN_OK) return;
    struct engine_event *decoded = turn_decode_event(turn, run->program, event, body, row->seq, &why);
    if (turn_alternative(turn, customer, run, decoded) != JN_NONE) {
        engine_capture(turn, run, decoded);
        *matched = true;
    }
    jn_json_free(body);
}

jn_rc turn_look_back(struct turn *turn, struct engine_customer *customer, struct engine_run *run, bool *matched) {
    const struct jn_step *step = &run->program->program->step[run->step];
    *matched = false;
    if (step->d == JN_SINCE_STEP && !run->overslept)
        return JN_OK; /* nothing was accepted since: the hold begins as the last one ends */
    return turn_look_back_from(turn, customer, run, engine_since(run, step), matched);
}

jn_rc turn_look_back_from(struct turn *turn, struct engine_customer *customer, struct engine_run *run, uint64_t since,
                          bool *matched) {
    struct jr_row_event *row;
    uint32_t n;
    *matched = false;
    jn_rc rc = turn_stored_events(turn, customer, since, ENGINE_LOOKBACK_MAX, &row, &n);
    for (uint32_t i = 0; rc == JN_OK && i < n && !*matched; i++)
        turn_try_stored(turn, customer, run, &row[i], matched);
    for (uint32_t i = 0; rc == JN_OK && i < turn->n_event && !*matched; i++)
        if (turn->event[i].customer == customer->id && turn->event[i].seq > since)
            turn_try_stored(turn, customer, run, &turn->event[i], matched);
    return rc;
}

/* A run begins, or the reason why it does not (language semantics 2). */
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/policy/policy.h"

#define KEY_MAX 1024

static struct jn_str entry_key(struct turn *turn, const struct jn_program *program, const struct jn_journey *journey,
                               const struct engine_event *event) {
    if (journey->key == JN_NONE || event == NULL) return JN_STR("");
    struct jn_buf text;
    jn_buf_init(&text, KEY_MAX);
    jn_value_print(event->prop[journey->key - program->event[event->event].first_prop], &text);
    struct jn_str key = text.failed ? JN_STR("") : jn_arena_str(turn->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return key;
}

static struct engine_run *entry_live(const struct engine_customer *customer, struct jn_str journey, struct jn_str key) {
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->status != ENGINE_ENDED && !run->gone && jn_str_eq(engine_journey_name(run), journey) &&
            jn_str_eq(run->key, key))
            return run;
    }
    return NULL;
}

static struct engine_mark *entry_mark(struct engine_customer *customer, uint64_t journey, uint64_t key) {
    for (uint32_t i = 0; i < customer->n_mark; i++)
        if (customer->mark[i].journey == journey && customer->mark[i].key == key) return &customer->mark[i];
    return NULL;
}

bool engine_may_return(const struct jn_program *program, const struct jn_journey *journey, const struct jn_zone *zone,
                       int64_t entered, int64_t now) {
    if (journey->reenter == JN_REENTER_ALWAYS) return true;
    if (journey->reenter == JN_REENTER_NEVER) return false;
    return now >= jn_instant_add(zone, entered, program->value[journey->reenter_after]);
}

/* Notes the entry; marks of the same journey that no longer keep anyone out make room. */
static void entry_set_mark(struct turn *turn, struct engine_customer *customer, const struct jn_program *program,
                           const struct jn_journey *journey, uint64_t name, uint64_t key) {
    const struct jn_zone *zone = engine_zone(customer, engine_program_of(turn->engine, customer));
    struct engine_mark *mark = entry_mark(customer, name, key);
    for (uint32_t i = 0; mark == NULL && i < customer->n_mark; i++)
        if (customer->mark[i].journey == name &&
            engine_may_return(program, journey, zone, customer->mark[i].at, turn->now))
            mark = &customer->mark[i];
    if (mark == NULL && customer->n_mark >= ENGINE_MARKS_MAX) return;
    if (mark == NULL) mark = engine_grow(turn->arena, &customer->mark, &customer->n_mark, sizeof(*mark));
    *mark = (struct engine_mark){name, key, turn->now};
    customer->changed = true;
}

/* What is told as the reason of an entry: its event, the segment, or that another journey started it. */
static struct jn_str entry_trigger(const struct turn *turn, const struct jn_program *program,
                                   const struct jn_journey *journey, const struct engine_event *event) {
    if (event != NULL) return program->string[program->event[event->event].name];
    bool started = turn->depth > 0 || journey->segment == JN_NONE;
    return started ? JN_STR("start") : program->string[program->segment[journey->segment].name];
}

/* Why nobody enters on this day; empty when people do. */
static struct jn_str entry_closed(const struct jn_program *program, const struct jn_journey *journey,
                                  const struct jn_zone *zone, int64_t now) {
    int64_t day = jn_local_day(jn_zone_local(zone, now));
    if (journey->starts != JN_NONE && day < program->value[journey->starts].i) return JN_STR("it has not started");
    if (journey->ends != JN_NONE && day > program->value[journey->ends].i) return JN_STR("it has ended");
    return JN_STR("");
}

/* Nothing of it depends on other customers or on the order of their events: what is given anew after an older copy of
 * the database was restored makes the same messages with the same ids, and no other message has them. */
static uint64_t entry_origin(struct turn *turn, const struct engine_customer *customer, struct jn_str journey,
                             struct jn_str key, uint64_t run) {
    struct jn_buf text;
    uint8_t digest[16];
    uint64_t origin;
    jn_buf_init(&text, 4 * ENGINE_EVENT_MAX);
    jn_buf_le64(&text, turn->cause);
    jn_buf_le64(&text, turn->cause != 0 ? turn->caused++ : run);
    jn_buf_le64(&text, turn->cause != 0 ? 0 : (uint64_t)turn->now);
    jn_buf_lstr(&text, engine_seed(customer));
    jn_buf_lstr(&text, journey);
    jn_buf_lstr(&text, key);
    engine_digest(turn->engine, jn_buf_view(&text), digest);
    jn_buf_release(&text);
    memcpy(&origin, digest, sizeof(origin));
    return origin == 0 ? 1 : origin;
}

static struct engine_run *entry_begin(struct turn *turn, struct engine_customer *customer, uint32_t journey,
                                      struct jn_str key, const struct engine_event *event) {
    struct engine_program *program = engine_program_of(turn->engine, customer);
    uint64_t seq = event != NULL ? event->seq : *engine_counter(turn->engine, ENGINE_NEXT_EVENT);
    const struct jn_journey *row = &program->program->journey[journey];
    struct engine_run *run = JN_NEW(turn->arena, struct engine_run);
    *run = (struct engine_run){.id = engine_counter_next(turn->engine, ENGINE_NEXT_RUN),
                               .program = program,
                               .journey = journey,
                               .key = key,
                               .step = row->entry,
                               .stage = JN_NONE,
                               .entered = turn->now,
                               .anchor = turn->now,
                               .due = INT64_MAX,
                               .stored_due = INT64_MAX,
                               .entry_seq = seq,
                               .mark_seq = seq,
                               .stage_seq = seq,
                               .goal_until = INT64_MIN,
                               .fresh = true};
    run->origin = entry_origin(turn, customer, program->program->string[row->name], key, run->id);
    const struct engine_control *control = engine_control_of(turn->engine, program->program->string[row->name]);
    if (control != NULL) run->resumed = control->generation;
    run->slot = JN_NEW_ARRAY(turn->arena, struct jn_value, row->n_slot);
    struct engine_run **place = engine_grow(turn->arena, &customer->run, &customer->n_run, sizeof(*place));
    *place = run;
    if (event != NULL) engine_capture(turn, run, event);
    ++*engine_counter(turn->engine, engine_pinned_id(program));
    turn_watch_entered(turn, run);
    turn_trace(turn, JR_TRACE_ENTERED, customer, run)->name = entry_trigger(turn, program->program, row, event);
    turn_count(turn, JR_COUNT_ENTERED, engine_journey_name(run), JN_STR(""));
    return run;
}

static void entry_ignore(struct turn *turn, const struct engine_customer *customer, struct jn_str journey,
                         struct jn_str event, const char *why) {
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_IGNORED, customer, NULL);
    trace->journey = journey;
    trace->name = event;
    trace->detail = jn_arena_str(turn->arena, jn_str_z(why));
    turn_count(turn, JR_COUNT_IGNORED, journey, JN_STR(""));
}

jn_rc turn_enter(struct turn *turn, struct engine_customer *customer, uint32_t journey,
                 const struct engine_event *event) {
    const struct engine_program *by = engine_program_of(turn->engine, customer);
    const struct jn_program *program = by->program;
    const struct jn_journey *row = &program->journey[journey];
    struct jn_str name = program->string[row->name], event_name = entry_trigger(turn, program, row, event);
    struct jr_context context = turn_context(turn, customer, NULL, event);
    turn->fault.rc = JN_OK;
    if (event != NULL && !jr_vm_holds(&context, row->where)) {
        if (turn->fault.rc != JN_OK) entry_ignore(turn, customer, name, event_name, turn->fault.text);
        return JN_OK;
    }
    struct jn_str closed = entry_closed(program, row, engine_journey_zone(customer, by, journey), turn->now);
    if (closed.n == 0) closed = engine_control_closed(turn->engine, name);
    if (closed.n > 0) {
        entry_ignore(turn, customer, name, event_name, closed.p);
        return JN_OK;
    }
    struct jn_str key = entry_key(turn, program, row, event);
    if (row->key != JN_NONE && key.n == 0) {
        entry_ignore(turn, customer, name, event_name, "the key is missing");
        return JN_OK;
    }
    uint64_t journey_hash = jn_hash64(name), key_hash = key.n == 0 ? 0 : jn_hash64(key);
    struct engine_run *live = entry_live(customer, name, key);
    if (live != NULL && (row->flags & JN_JOURNEY_RESTART) == 0) {
        entry_ignore(turn, customer, name, event_name, "already inside");
        return JN_OK;
    }
    const struct engine_mark *mark = entry_mark(customer, journey_hash, key_hash);
    if (live == NULL && mark != NULL &&
        !engine_may_return(program, row, engine_zone(customer, by), mark->at, turn->now)) {
        entry_ignore(turn, customer, name, event_name, "re-entry is not due");
        return JN_OK;
    }
    if (customer->n_run >= ENGINE_RUNS_MAX) {
        entry_ignore(turn, customer, name, event_name, "too many runs at once");
        return JN_OK;
    }
    if (!turn_is_rolled_out(turn, customer, program, row)) {
        turn_leave_out(turn, customer, name, event_name);
        return JN_OK;
    }
    if (live != NULL) turn_end(turn, customer, live, JN_STR("restarted"));
    struct engine_run *run = entry_begin(turn, customer, journey, key, event);
    entry_set_mark(turn, customer, program, row, journey_hash, key_hash);
    if (turn_exits_if(turn, customer, run)) return JN_OK;
    return turn_activate(turn, customer, run, row->entry);
}

/* The turn: inputs and due timers in, one commit, then what may leave the process. */
#include "runtime/engine/turn.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/migrate/migrate.h"
#include "runtime/engine/person/person.h"
#include "runtime/engine/policy/policy.h"

/* ---- duplicates */

/* What an input's id says of it: its content is new, was taken before, or is other than what was. */
enum turn_repeat { TURN_NEW, TURN_DUPLICATE, TURN_CONFLICT };

/* Who, what, and what with; not when, which a sender that tries again may write anew. `content` is what with. */
static uint32_t turn_digest(const struct turn *turn, const struct jr_input *input, struct jn_str *content) {
    const struct jn_json *json = input->kind == JR_INPUT_IDENTIFY ? input->traits : input->properties;
    struct jn_buf text;
    jn_buf_init(&text, 2 * ENGINE_EVENT_MAX);
    jn_buf_u8(&text, (uint8_t)input->kind);
    jn_buf_lstr(&text, input->customer);
    jn_buf_lstr(&text, input->event);
    if (input->other.n > 0) jn_buf_lstr(&text, input->other);
    size_t before = text.n;
    if (json != NULL) jn_json_dump(json, &text);
    if (!text.failed) *content = jn_arena_str(turn->arena, jn_str_sub(jn_buf_view(&text), before, text.n - before));
    uint64_t digest = jn_hash64_seed(jn_buf_view(&text), engine_counter_value(turn->engine, ENGINE_NAMESPACE_LOW));
    jn_buf_release(&text);
    return (uint32_t)(digest & INT32_MAX);
}

void engine_seen_key(const struct jr_engine *engine, struct jn_str source, struct jn_str id, struct jn_arena *arena,
                     uint8_t out[JR_SEEN_KEY]) {
    struct jn_sha256 hash;
    uint64_t high = engine_counter_value(engine, ENGINE_NAMESPACE_HIGH);
    uint64_t low = engine_counter_value(engine, ENGINE_NAMESPACE_LOW);
    jn_sha256(jn_arena_printf(arena, "%016llx%016llx%zu:%.*s%.*s", (unsigned long long)high, (unsigned long long)low,
                              source.n, JN_FMT(source), JN_FMT(id)),
              &hash);
    memcpy(out, hash.b, JR_SEEN_KEY);
}

static uint64_t turn_first_bytes(const uint8_t bytes[JR_SEEN_KEY]) {
    uint64_t first;
    memcpy(&first, bytes, sizeof(first));
    return first;
}

/* Of input i: whether its id was taken before, in the store or earlier in the batch; and what it may cause. */
struct turn_id {
    enum turn_repeat repeat;
    uint64_t cause;
    struct jn_str content; /* the input's `compact`, when it was written to be compared */
};

static void turn_dedupe_key(struct turn *turn, const struct jr_input *input, struct turn_id *id,
                            struct jr_row_seen *row) {
    *row = (struct jr_row_seen){.at = input->received, .digest = turn_digest(turn, input, &id->content)};
    engine_seen_key(turn->engine, input->source, input->dedupe, turn->arena, row->key);
    id->cause = turn_first_bytes(row->key);
}

static jn_rc turn_look_at_ids(struct turn *turn, const struct jr_input *input, uint32_t n, struct turn_id *id) {
    struct jr_row_seen *row = JN_NEW_ARRAY(turn->arena, struct jr_row_seen, n);
    uint32_t *index = JN_NEW_ARRAY(turn->arena, uint32_t, n);
    bool *known = JN_NEW_ARRAY(turn->arena, bool, n);
    struct jn_map batch;
    uint32_t n_row = 0;
    for (uint32_t i = 0; i < n; i++)
        if (input[i].dedupe.n > 0) {
            turn_dedupe_key(turn, &input[i], &id[i], &row[n_row]);
            index[n_row++] = i;
        }
    struct jr_row_seen *stored = jn_arena_copy(turn->arena, row, n_row * sizeof(*row));
    jn_rc rc =
        n_row == 0 ? JN_OK : turn->engine->store->ops->seen(turn->engine->store, stored, n_row, known, turn->err);
    if (rc != JN_OK) return rc;
    jn_map_init(&batch);
    for (uint32_t i = 0; i < n_row; i++) {
        struct jn_str key = {(const char *)row[i].key, sizeof(row[i].key)};
        uint64_t digest = stored[i].digest;
        if (!known[i] && !jn_map_get(&batch, key, &digest)) {
            jn_map_put(&batch, key, row[i].digest);
            struct jr_row_seen *place = engine_grow(turn->arena, &turn->seen, &turn->n_seen, sizeof(*place));
            *place = row[i];
            continue;
        }
        id[index[i]].repeat = digest == row[i].digest ? TURN_DUPLICATE : TURN_CONFLICT;
    }
    jn_map_release(&batch);
    return JN_OK;
}

/* An id that was taken with other content is answered like any duplicate, but kept where someone sees it. */
static void turn_repeated(struct turn *turn, const struct jr_input *input, uint32_t i, bool conflict) {
    struct engine_customer nobody = {.ext = input->customer};
    turn->out->answer[i] = JR_ANSWER_DUPLICATE;
    turn_trace(turn, JR_TRACE_DUPLICATE, &nobody, NULL)->name = input->event;
    if (!conflict) return;
    struct jn_str why = JN_STR("its id was taken before, with other content");
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_QUARANTINED, &nobody, NULL);
    trace->name = input->event;
    trace->detail = why;
    turn_quarantine(turn, JR_SET_ASIDE_CONFLICT, input, why,
                    input->kind == JR_INPUT_IDENTIFY ? NULL : input->properties);
}

/* ---- inputs and timers */

/* What the input says of its customer. */
static jn_rc turn_input(struct turn *turn, struct engine_customer *customer, const struct jr_input *input, uint32_t i) {
    if (input->kind == JR_INPUT_IDENTIFY) return turn_identify(turn, customer, input, i);
    if (input->kind == JR_INPUT_EVENT) return turn_event(turn, customer, input, i);
    if (input->kind == JR_INPUT_CONSENT) turn_consent(turn, customer, input->event, input->in);
    return JN_OK;
}

static jn_rc turn_one(struct turn *turn, const struct jr_input *input, uint32_t i, struct turn_id id) {
    struct engine_customer *customer = NULL;
    turn_caused_by(turn, 0, turn->now);
    if (input->kind == JR_INPUT_RESULT) {
        turn_note_breaker(turn, &input->breaker, input->reason);
        return turn_result(turn, input);
    }
    if (input->kind == JR_INPUT_REPLAY) return turn_replay(turn, input->delivery);
    if (input->kind == JR_INPUT_DECISION) return turn_decide(turn, input, i);
    if (input->kind == JR_INPUT_UNPARK) return turn_unpark(turn, input->run);
    if (input->kind == JR_INPUT_ERASE) return turn_ask_erasure(turn, input);
    if (id.repeat != TURN_NEW) {
        turn_repeated(turn, input, i, id.repeat == TURN_CONFLICT);
        return JN_OK;
    }
    if (input->kind == JR_INPUT_QUARANTINE) {
        turn_quarantine(turn, JR_SET_ASIDE_MALFORMED, input, input->reason, NULL);
        turn->out->answer[i] = JR_ANSWER_QUARANTINED;
        turn->out->answer_reason[i] = input->reason;
        return JN_OK;
    }
    jn_rc rc = turn_who(turn, input, i, &customer);
    if (rc != JN_OK || customer == NULL) return rc;
    turn_caused_by(turn, id.cause, turn->now); /* not before: what was due of the customer has happened by now */
    rc = turn_input(turn, customer, input, i);
    return rc == JN_OK ? turn_settle(turn, customer) : rc;
}

static jn_rc turn_work(struct turn *turn, const struct jr_input *input, uint32_t n, int64_t now) {
    uint64_t *clock;
    struct turn_id *id = JN_NEW_ARRAY(turn->arena, struct turn_id, n);
    jn_rc rc = turn_look_at_ids(turn, input, n, id);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        /* Engine time never goes back: what a wrong clock stamps earlier counts as now. */
        clock = engine_counter(turn->engine, ENGINE_TIME);
        if ((int64_t)*clock < input[i].received) *clock = (uint64_t)input[i].received;
        turn->now = (int64_t)*clock;
        struct jr_input one = input[i];
        if (one.compact.n == 0) one.compact = id[i].content;
        rc = turn_one(turn, &one, i, id[i]);
    }
    clock = engine_counter(turn->engine, ENGINE_TIME);
    if ((int64_t)*clock < now) *clock = (uint64_t)now;
    turn->now = (int64_t)*clock;
    /* A caller whose `now` lies before its inputs has more to give for their instant: what is due then waits. */
    turn->limit = n > 0 && now < input[n - 1].received ? now : turn->now;
    turn_unwanted(turn);
    if (rc == JN_OK) rc = turn_sweep(turn);
    if (rc == JN_OK) rc = turn_take_timers(turn);
    for (struct engine_customer *c = turn->customers; rc == JN_OK && c != NULL; c = c->next)
        rc = turn_fire(turn, c, turn->limit); /* who has become another has nothing that is due */
    if (rc == JN_OK) rc = turn_claim_attributes(turn);
    if (rc == JN_OK) rc = turn_erase(turn);
    if (rc == JN_OK) rc = turn_bound_quarantine(turn);
    if (rc == JN_OK) turn_judge(turn);
    return rc == JN_OK ? turn->asked : rc;
}

/* ---- the batch */

/* Live runs are counted by where they stand. */
static void turn_count_place(struct turn *turn, struct engine_run *run) {
    const struct engine_program *program = run->gone || run->status == ENGINE_ENDED ? NULL : run->program;
    if (program == run->stored_program && (program == NULL || run->step == run->stored_step)) return;
    if (run->stored_program != NULL)
        --*engine_counter(turn->engine, engine_inside_id(run->stored_program, run->stored_step));
    if (program != NULL) ++*engine_counter(turn->engine, engine_inside_id(program, run->step));
    run->stored_program = program;
    run->stored_step = run->step;
}

/* Whose due time has only gone further off keeps the timer that there is: it wakes them too early once, and goes after
 * them then. So an event that begins a wait anew touches no page of timers. */
static bool turn_timer_stays(const struct turn *turn, const struct engine_run *run, int64_t due) {
    return run->stored_due > turn->limit && run->stored_due < due && due < ENGINE_PARKED_DUE;
}

static void turn_collect_run(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                             struct jr_batch *batch, struct jr_row_run **rows, struct jr_row_timer **gone,
                             struct jr_row_timer **timer) {
    int64_t due = run->gone ? INT64_MAX : run->due;
    bool moves = !run->fresh && run->stored_under != customer->id;
    turn_count_place(turn, run);
    if ((run->stored_due != due && !turn_timer_stays(turn, run, due)) || moves) {
        if (run->stored_due == ENGINE_PARKED_DUE) --*engine_counter(turn->engine, ENGINE_PARKED_RUNS);
        if (due == ENGINE_PARKED_DUE) ++*engine_counter(turn->engine, ENGINE_PARKED_RUNS);
        if (run->stored_due != INT64_MAX) {
            struct jr_row_timer *place = engine_grow(turn->arena, gone, &batch->n_timer_gone, sizeof(*place));
            *place = (struct jr_row_timer){run->stored_due, run->id, customer->id};
        }
        if (due != INT64_MAX) {
            struct jr_row_timer *place = engine_grow(turn->arena, timer, &batch->n_timer, sizeof(*place));
            *place = (struct jr_row_timer){due, run->id, customer->id};
        }
        run->stored_due = due;
    }
    if (moves) {
        struct jr_row_run *place = engine_grow(turn->arena, rows, &batch->n_run, sizeof(*place));
        *place = (struct jr_row_run){.customer = run->stored_under, .run = run->id};
    }
    if (run->gone && (run->fresh || moves)) return; /* not stored under this customer */
    struct jr_row_run *place = engine_grow(turn->arena, rows, &batch->n_run, sizeof(*place));
    *place = (struct jr_row_run){.customer = customer->id, .run = run->id};
    if (!run->gone) place->body = engine_run_encode(run, turn->arena);
}

static void turn_collect_own(struct turn *turn, const struct engine_customer *customer, struct jr_batch *batch,
                             struct jr_row_timer **gone, struct jr_row_timer **timer) {
    struct jr_row_timer row = {.run = customer->id | JR_TIMER_OWN, .customer = customer->id};
    if (customer->stored_own_due == customer->own_due) return;
    row.due = customer->stored_own_due;
    if (row.due != INT64_MAX)
        *(struct jr_row_timer *)engine_grow(turn->arena, gone, &batch->n_timer_gone, sizeof(row)) = row;
    row.due = customer->own_due;
    if (row.due != INT64_MAX)
        *(struct jr_row_timer *)engine_grow(turn->arena, timer, &batch->n_timer, sizeof(row)) = row;
}

/* Who was never stored leaves no trace. */
static void turn_collect_merged(struct turn *turn, struct engine_customer *customer, struct jr_batch *batch,
                                struct jr_row_customer **rows, struct jr_row_merge **merge) {
    uint64_t into = turn_merged_into(customer)->id;
    if (customer->fresh) return;
    struct jr_row_customer *row = engine_grow(turn->arena, rows, &batch->n_customer, sizeof(*row));
    *row = (struct jr_row_customer){customer->id, engine_merged_encode(into, turn->arena)};
    struct jr_row_merge *moved = engine_grow(turn->arena, merge, &batch->n_merge, sizeof(*moved));
    *moved = (struct jr_row_merge){customer->id, into};
}

static void turn_collect(struct turn *turn, struct jr_batch *batch) {
    struct jr_row_alias *alias = NULL;
    struct jr_row_customer *rows = NULL;
    struct jr_row_run *runs = NULL;
    struct jr_row_timer *gone = NULL, *timer = NULL;
    struct jr_row_merge *merge = NULL;
    for (uint32_t i = 0; i < turn->n_named; i++) {
        struct jr_row_alias *place = engine_grow(turn->arena, &alias, &batch->n_alias, sizeof(*place));
        *place = (struct jr_row_alias){turn->named[i].ext, turn_merged_into(turn->named[i].customer)->id};
    }
    for (uint32_t i = 0; i < turn->n_claim; i++)
        *(struct jr_row_alias *)engine_grow(turn->arena, &alias, &batch->n_alias, sizeof(*alias)) = turn->claim[i];
    for (struct engine_customer *c = turn->customers; c != NULL; c = c->next) {
        if (c->merged != NULL) {
            turn_collect_merged(turn, c, batch, &rows, &merge);
        } else if (c->changed) {
            struct jr_row_customer *place = engine_grow(turn->arena, &rows, &batch->n_customer, sizeof(*place));
            *place = (struct jr_row_customer){c->id, c->erased ? engine_remains_encode(c, turn->arena)
                                                               : engine_customer_encode(c, turn->arena)};
        }
        turn_collect_own(turn, c, batch, &gone, &timer);
        for (uint32_t i = 0; i < c->n_run; i++)
            if (c->run[i]->changed) turn_collect_run(turn, c, c->run[i], batch, &runs, &gone, &timer);
    }
    batch->alias = alias;
    batch->merge = merge;
    batch->customer = rows;
    batch->run = runs;
    batch->timer_gone = gone;
    batch->timer = timer;
    batch->event = turn->event;
    batch->n_event = turn->n_event;
    batch->seen = turn->seen;
    batch->n_seen = turn->n_seen;
    batch->delivery = turn->delivery;
    batch->n_delivery = turn->n_delivery;
    batch->delivery_gone = turn->delivery_gone;
    batch->n_delivery_gone = turn->n_delivery_gone;
    batch->quarantine = turn->quarantine;
    batch->n_quarantine = turn->n_quarantine;
    batch->erase = turn->erase;
    batch->n_erase = turn->n_erase;
    batch->quarantine_gone = turn->quarantine_gone;
    batch->n_quarantine_gone = turn->n_quarantine_gone;
}

static bool turn_is_empty(const struct jr_engine *engine, const struct jr_batch *batch) {
    if (engine->refused || jr_engine_has_notes(engine)) return false;
    uint32_t rows = batch->n_alias + batch->n_customer + batch->n_run + batch->n_timer_gone + batch->n_timer +
                    batch->n_event + batch->n_seen;
    return rows + batch->n_delivery + batch->n_delivery_gone + batch->n_quarantine == 0;
}

static jn_rc turn_commit(struct turn *turn, struct jr_batch *batch) {
    struct jr_engine *engine = turn->engine;
    *batch = (struct jr_batch){0};
    turn_collect(turn, batch);
    if (turn_is_empty(engine, batch)) return JN_OK; /* engine time alone is not worth a sync */
    return engine_commit(engine, batch, turn->arena, turn->err);
}

/* ---- after the commit, and after a failure */

static void turn_settle_flights(struct turn *turn, const struct jr_input *input, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (input[i].kind != JR_INPUT_RESULT) continue;
        struct engine_flight *flight = engine_flight_find(turn->engine, input[i].delivery);
        if (flight != NULL && input[i].result == JR_RESULT_RETRY)
            flight->attempts++;
        else if (flight != NULL && input[i].result == JR_RESULT_ACCEPTED && !flight->asks)
            engine_flight_accepted(turn->engine, input[i].delivery, turn->now);
        else if (flight != NULL)
            engine_flight_drop(turn->engine, input[i].delivery);
    }
    for (uint32_t i = 0; i < turn->n_flight; i++)
        engine_flight_add(turn->engine, &turn->flight[i]);
    for (uint32_t i = 0; i < turn->n_erase; i++)
        engine_flights_erase(turn->engine, turn->erase[i]);
}

/* What someone should look at is logged; the rest is for whoever listens. */
static void turn_tell(struct turn *turn) {
    const struct jr_engine_options *options = &turn->engine->options;
    turn_tell_set_aside(turn);
    for (uint32_t i = 0; i < turn->n_trace; i++) {
        const struct jr_trace *trace = &turn->trace[i];
        if (trace->kind == JR_TRACE_ERASED) JN_LOG(CUSTOMER_ERASED, JN_LF_STR("receipt", trace->detail));
        if (trace->kind == JR_TRACE_PARKED)
            JN_LOG(RUN_PARKED, JN_LF_INT("run", (int64_t)trace->run), JN_LF_STR("step", trace->step),
                   JN_LF_STR("reason", trace->detail));
        if (options->trace != NULL) options->trace(options->trace_user, trace);
    }
}

static void turn_tell_lateness(struct turn *turn) {
    int64_t *late = JN_NEW_ARRAY(turn->arena, int64_t, turn->n_taken);
    for (uint32_t i = 0; i < turn->n_taken; i++)
        late[i] = turn->now - turn->taken[i].due;
    turn->out->late = late;
    turn->out->n_late = turn->n_taken;
}

static void turn_done(struct turn *turn, const struct jr_batch *batch, const struct jr_input *input, uint32_t n) {
    struct jr_engine *engine = turn->engine;
    for (uint32_t i = 0; i < batch->n_timer; i++)
        jr_timers_add(&engine->timers,
                      (struct jr_timer){batch->timer[i].due, batch->timer[i].run, batch->timer[i].customer});
    turn_settle_flights(turn, input, n);
    turn->out->n_delivery = turn->n_out;
    turn->out->cancelled = turn->cancelled;
    turn->out->n_cancelled = turn->n_cancelled;
    engine->recent = turn->recent;
    engine->n_unwanted = 0;
    engine->sweep_after = turn->sweep_after;
    if (engine->sweep_after == UINT64_MAX) engine->sweeping = false;
    turn_judged(turn);
    turn_tell_lateness(turn);
    turn->out->more = jr_engine_next_due(engine) <= turn->limit;
    turn_tell(turn);
}

static void turn_undo(struct turn *turn, uint32_t n_note) {
    engine_counters_settle(&turn->engine->counters, false);
    engine_notes_cut(turn->engine, n_note);
    for (uint32_t i = 0; i < turn->n_taken; i++)
        jr_timers_add(&turn->engine->timers, turn->taken[i]);
    turn->out->n_delivery = 0;
}

jn_rc jr_engine_turn(struct jr_engine *engine, const struct jr_input *input, uint32_t n, int64_t now,
                     struct jr_turn *out, struct jn_err *err) {
    struct jn_err unheard;
    struct turn turn = {.engine = engine,
                        .out = out,
                        .arena = out->arena,
                        .recent = engine->recent,
                        .err = err == NULL ? &unheard : err};
    struct jr_batch batch;
    uint32_t n_note = engine->n_note;
    JN_CHECK(n <= JR_TURN_MAX);
    out->answer = JN_NEW_ARRAY(turn.arena, enum jr_answer, n);
    out->answer_reason = JN_NEW_ARRAY(turn.arena, struct jn_str, n);
    out->n_delivery = out->n_cancelled = out->n_late = 0;
    memset(out->set_aside, 0, sizeof(out->set_aside));
    out->more = false;
    jn_map_init(&turn.known);
    jn_map_init(&turn.number);
    turn.customers_end = &turn.customers;
    const struct jr_store_ops *store = engine->store->ops;
    jn_rc rc = store->begin == NULL ? JN_OK : store->begin(engine->store, turn.err);
    if (rc == JN_OK) rc = turn_work(&turn, input, n, now);
    if (rc == JN_OK) rc = turn_commit(&turn, &batch);
    if (store->end != NULL) store->end(engine->store);
    if (rc == JN_OK)
        turn_done(&turn, &batch, input, n);
    else
        turn_undo(&turn, n_note);
    jn_map_release(&turn.known);
    jn_map_release(&turn.number);
    return rc;
}

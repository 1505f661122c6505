/* Runs that cannot go on: parked with the reason, listed, and tried anew on request; all others go on.
 * Their timers lie behind everything that is ever due, so that the index of timers finds them. */
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/turn.h"

void turn_park(struct turn *turn, struct engine_customer *customer, struct engine_run *run, const char *why) {
    if (engine_awaits_person(run)) turn_request_withdrawn(turn, customer, run); /* asked anew when it is tried anew */
    run->status = ENGINE_PARKED;
    run->ended = jn_arena_str(turn->arena, jn_str_z(why));
    run->arriving = true;
    run->due = ENGINE_PARKED_DUE;
    run->changed = true;
    turn_trace(turn, JR_TRACE_PARKED, customer, run)->detail = run->ended;
    turn_watch_parked(turn, run);
}

bool turn_parks(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    if (turn->fault.rc == JN_OK || run->status != ENGINE_LIVE) return false;
    turn_park(turn, customer, run, turn->fault.text);
    turn->fault.rc = JN_OK;
    return true;
}

/* The timers of parked runs behind the one of number `after`. */
static jn_rc parked_timers(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                           struct jr_row_timer **row, uint32_t *n, struct jn_err *err) {
    struct jr_row_timer from = {.due = ENGINE_PARKED_DUE, .run = after};
    return engine->store->ops->timers(engine->store, from, max, arena, row, n, err);
}

static jn_rc parked_find(struct turn *turn, uint64_t number, struct engine_customer **customer,
                         struct engine_run **run) {
    struct jr_row_timer *row;
    uint32_t n;
    *run = NULL;
    if (number == 0) return JN_OK;
    jn_rc rc = parked_timers(turn->engine, number - 1, 1, turn->arena, &row, &n, turn->err);
    if (rc != JN_OK || n == 0 || row[0].run != number) return rc;
    rc = turn_customer_by_id(turn, row[0].customer, customer);
    for (uint32_t i = 0; rc == JN_OK && *customer != NULL && i < (*customer)->n_run; i++)
        if ((*customer)->run[i]->id == number && (*customer)->run[i]->status == ENGINE_PARKED)
            *run = (*customer)->run[i];
    return rc;
}

jn_rc turn_unpark(struct turn *turn, uint64_t number) {
    struct engine_customer *customer;
    struct engine_run *run;
    jn_rc rc = parked_find(turn, number, &customer, &run);
    if (rc != JN_OK || run == NULL || run->gone) return rc;
    run->status = ENGINE_LIVE;
    run->ended = JN_STR_NONE;
    run->arriving = false;
    turn_resume(turn, run);
    turn_trace(turn, JR_TRACE_UNPARKED, customer, run);
    rc = turn_activate(turn, customer, run, run->step);
    return rc == JN_OK ? turn_settle(turn, customer) : rc;
}

/* ---- lists */

static jn_rc parked_view(struct turn *turn, const struct jr_row_timer *row, struct jr_parked *out, uint32_t *n) {
    struct engine_customer *customer;
    jn_rc rc = turn_customer_by_id(turn, row->customer, &customer);
    for (uint32_t i = 0; rc == JN_OK && customer != NULL && i < customer->n_run; i++) {
        if (customer->run[i]->id != row->run) continue;
        out[*n].customer = customer->ext;
        turn_view_run(turn, customer, customer->run[i], &out[(*n)++].run);
    }
    return rc;
}

jn_rc jr_engine_parked(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_parked **out, uint32_t *n, struct jn_err *err) {
    struct turn turn;
    struct jn_err unheard;
    struct jr_row_timer *row;
    uint32_t n_row = 0;
    if (err == NULL) err = &unheard;
    *n = 0;
    *out = JN_NEW_ARRAY(arena, struct jr_parked, max);
    turn_look_begin(&turn, engine, arena, err);
    jn_rc rc = parked_timers(engine, after, max, arena, &row, &n_row, err);
    for (uint32_t i = 0; rc == JN_OK && i < n_row; i++)
        rc = parked_view(&turn, &row[i], *out, n);
    turn_look_end(&turn);
    return rc;
}

jn_rc jr_engine_is_parked(struct jr_engine *engine, uint64_t run, struct jn_err *err) {
    struct jn_arena arena;
    struct jr_row_timer *row;
    uint32_t n = 0;
    jn_arena_init(&arena);
    jn_rc rc = run == 0 ? JN_OK : parked_timers(engine, run - 1, 1, &arena, &row, &n, err);
    bool found = rc == JN_OK && n > 0 && row[0].run == run;
    jn_arena_release(&arena);
    if (rc != JN_OK || found) return rc;
    return jn_fail(err, JN_NOT_FOUND, "there is no run %llu that cannot go on", (unsigned long long)run);
}

uint64_t jr_engine_parked_count(const struct jr_engine *engine) {
    return engine_counter_value(engine, ENGINE_PARKED_RUNS);
}

/* A person is erased: nothing that was kept of them is left in the store or in memory, nor what this turn would add. */
#include "core/hash.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/person/person.h"

#define ERASE_PAGE 1000

jn_rc turn_ask_erasure(struct turn *turn, const struct jr_input *input) {
    struct engine_customer *customer;
    jn_rc rc = turn_customer(turn, input->customer, &customer);
    if (rc == JN_OK && customer == NULL) rc = turn_by_attribute(turn, input, &customer);
    if (rc == JN_OK && customer != NULL) customer->erased = true;
    return rc;
}

static void erase_runs(struct turn *turn, struct engine_customer *customer) {
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->gone) continue;
        if (run->status != ENGINE_ENDED) turn_end(turn, customer, run, JN_STR("erased"));
        if (!run->gone) --*engine_counter(turn->engine, engine_pinned_id(run->program)); /* a goal's window is open */
        run->gone = run->changed = true;
        run->due = INT64_MAX;
    }
    customer->own_due = INT64_MAX;
}

/* ---- what this turn would have added */

static void erase_new_events(struct turn *turn, uint64_t customer) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < turn->n_event; i++)
        if (turn->event[i].customer != customer) turn->event[n++] = turn->event[i];
    turn->n_event = n;
}

static bool erase_is_new(const struct turn *turn, uint64_t delivery, uint64_t customer) {
    for (uint32_t i = 0; i < turn->n_flight; i++)
        if (turn->flight[i].delivery == delivery) return turn->flight[i].customer == customer;
    return false;
}

static void erase_new_messages(struct turn *turn, uint64_t customer) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < turn->n_out; i++)
        if (!erase_is_new(turn, turn->out->delivery[i].delivery, customer))
            turn->out->delivery[n++] = turn->out->delivery[i];
    turn->n_out = n;
    n = 0;
    for (uint32_t i = 0; i < turn->n_flight; i++)
        if (turn->flight[i].customer != customer) turn->flight[n++] = turn->flight[i];
    turn->n_flight = n;
    n = 0;
    for (uint32_t i = 0; i < turn->n_delivery; i++) {
        const struct jr_row_delivery *row = &turn->delivery[i];
        /* One that was given up before its first attempt is new; the others are counted as they are stored. */
        if (row->customer != customer)
            turn->delivery[n++] = *row;
        else if (row->state == JR_DELIVERY_FAILED && row->attempts == 0)
            --*engine_counter(turn->engine, ENGINE_DEAD);
    }
    turn->n_delivery = n;
}

/* ---- what is stored */

/* As this turn leaves it. */
static uint32_t erase_state(const struct turn *turn, const struct jr_row_delivery *row) {
    uint32_t state = row->state;
    for (uint32_t i = 0; i < turn->n_delivery; i++)
        if (turn->delivery[i].delivery == row->delivery) state = turn->delivery[i].state;
    return state;
}

static jn_rc erase_messages(struct turn *turn, uint64_t customer) {
    const struct jr_store *store = turn->engine->store;
    struct jr_row_delivery *row;
    uint32_t n = ERASE_PAGE;
    jn_rc rc = JN_OK;
    for (uint64_t after = 0; rc == JN_OK && n == ERASE_PAGE;
         after = rc == JN_OK && n > 0 ? row[n - 1].delivery : after) {
        rc = store->ops->outbox_of(turn->engine->store, customer, after, ERASE_PAGE, turn->arena, &row, &n, turn->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
            uint32_t state = erase_state(turn, &row[i]);
            if (state == JR_DELIVERY_FAILED) --*engine_counter(turn->engine, ENGINE_DEAD);
            if (state != JR_DELIVERY_PENDING) continue;
            uint64_t *place = engine_grow(turn->arena, &turn->cancelled, &turn->n_cancelled, sizeof(*place));
            *place = row[i].delivery;
        }
    }
    return rc;
}

static jn_rc erase_number(struct turn *turn, uint64_t customer) {
    jn_rc rc = erase_messages(turn, customer);
    erase_new_events(turn, customer);
    erase_new_messages(turn, customer);
    return rc;
}

static jn_rc erase_quarantine(struct turn *turn, const struct engine_customer *customer) {
    const struct jr_store *store = turn->engine->store;
    struct jr_row_quarantine *row;
    uint32_t n = ERASE_PAGE, kept = 0;
    jn_rc rc = JN_OK;
    for (uint64_t after = 0; rc == JN_OK && n == ERASE_PAGE; after = rc == JN_OK && n > 0 ? row[n - 1].seq : after) {
        rc = store->ops->quarantined(turn->engine->store, after, ERASE_PAGE, turn->arena, &row, &n, turn->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++)
            if (engine_is_theirs(customer, &row[i], turn->arena)) turn_quarantine_gone(turn, &row[i]);
    }
    for (uint32_t i = 0; i < turn->n_quarantine; i++)
        if (!engine_is_theirs(customer, &turn->quarantine[i], turn->arena))
            turn->quarantine[kept++] = turn->quarantine[i];
    turn->n_quarantine = kept;
    return rc;
}

static void erase_name(struct turn *turn, struct jn_str key, uint64_t customer) {
    struct jr_row_alias *row = engine_grow(turn->arena, &turn->claim, &turn->n_claim, sizeof(*row));
    *row = (struct jr_row_alias){key, customer};
}

static void erase_names(struct turn *turn, const struct engine_customer *customer) {
    bool remains = engine_remains_any(customer);
    for (uint32_t i = 0; i <= customer->n_alias; i++) {
        struct jn_str id = i == 0 ? customer->ext : customer->alias[i - 1];
        erase_name(turn, id, 0);
        if (remains) erase_name(turn, engine_remains_key(turn->engine, id, turn->arena), customer->id);
    }
    if (remains) ++*engine_counter(turn->engine, ENGINE_REMAINS);
}

static jn_rc erase_one(struct turn *turn, struct engine_customer *customer) {
    uint64_t *place = engine_grow(turn->arena, &turn->erase, &turn->n_erase, sizeof(*place));
    *place = customer->id;
    customer->erased = customer->changed = true;
    customer->emitted = NULL;
    turn_trace(turn, JR_TRACE_ERASED, customer, NULL)->detail =
        jr_engine_receipt(turn->engine, customer->ext, turn->arena);
    erase_runs(turn, customer);
    jn_rc rc = erase_number(turn, customer->id);
    for (uint32_t i = 0; rc == JN_OK && i < customer->n_absorbed; i++)
        rc = erase_number(turn, customer->absorbed[i]);
    if (rc == JN_OK) rc = erase_quarantine(turn, customer);
    if (rc == JN_OK) rc = turn_unclaim_attributes(turn, customer);
    erase_names(turn, customer);
    *engine_counter(turn->engine, ENGINE_REWRITE) = 1;
    return rc;
}

jn_rc turn_erase(struct turn *turn) {
    jn_rc rc = JN_OK;
    for (struct engine_customer *c = turn->customers; rc == JN_OK && c != NULL; c = c->next) {
        struct engine_customer *now = turn_merged_into(c);
        bool done = false;
        for (uint32_t i = 0; i < turn->n_erase; i++)
            done = done || turn->erase[i] == now->id;
        if (c->erased && !done) rc = erase_one(turn, now);
    }
    return rc;
}

/* ---- the rewriting that takes the last bytes */

bool jr_engine_wants_rewrite(const struct jr_engine *engine) {
    return engine_counter_value(engine, ENGINE_REWRITE) != 0;
}

jn_rc jr_engine_rewrite(struct jr_engine *engine, uint64_t max, bool *done, struct jn_err *err) {
    struct jn_arena arena;
    jn_rc rc = engine->store->ops->rewrite(engine->store, max, done, err);
    if (rc != JN_OK || !*done) return rc;
    jn_arena_init(&arena);
    *engine_counter(engine, ENGINE_REWRITE) = 0;
    rc = engine_counters_commit(engine, &arena, err);
    jn_arena_release(&arena);
    return rc;
}

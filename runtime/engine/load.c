#include "runtime/engine/history/history.h"
#include "runtime/engine/migrate/migrate.h"

static jn_rc load_stored(struct turn *turn, uint64_t id, struct engine_customer **out) {
    struct jr_row_customer row;
    struct jr_row_run *run;
    uint32_t n_run;
    const struct jr_store *store = turn->engine->store;
    jn_rc rc = store->ops->load(turn->engine->store, id, turn->arena, &row, &run, &n_run, turn->err);
    if (rc != JN_OK) return rc;
    if (row.body.p == NULL)
        return jn_fail(turn->err, JN_CORRUPT, "customer %llu is named but not stored", (unsigned long long)id);
    struct engine_customer *customer = JN_NEW(turn->arena, struct engine_customer);
    rc = engine_customer_decode(turn->engine, &row, run, n_run, turn->arena, customer, turn->err);
    if (rc == JN_OK) *out = customer;
    return rc;
}

static void load_keep(struct turn *turn, struct engine_customer *customer) {
    *turn->customers_end = customer; /* in the order they come up: so their timers fire, and their messages leave */
    turn->customers_end = &customer->next;
    jn_map_put(&turn->known, customer->ext, (uint64_t)(uintptr_t)customer);
}

/* Who only looks (turn->out is NULL) moves nobody. */
static jn_rc load_found(struct turn *turn, struct engine_customer *customer) {
    load_keep(turn, customer);
    if (turn->out == NULL) return JN_OK;
    jn_rc rc = turn_migrate(turn, customer);
    if (rc == JN_OK) turn_track(turn, customer);
    return rc;
}

jn_rc turn_customer(struct turn *turn, struct jn_str ext, bool create, struct engine_customer **out) {
    uint64_t known, id;
    *out = NULL;
    if (jn_map_get(&turn->known, ext, &known)) {
        *out = (struct engine_customer *)(uintptr_t)known;
        return JN_OK;
    }
    jn_rc rc = turn->engine->store->ops->find(turn->engine->store, &ext, 1, &id, turn->err);
    if (rc != JN_OK) return rc;
    if (id != 0) {
        rc = load_stored(turn, id, out);
    } else if (create) {
        *out = JN_NEW(turn->arena, struct engine_customer);
        (*out)->id = engine_counter_next(turn->engine, ENGINE_NEXT_CUSTOMER);
        (*out)->ext = jn_arena_str(turn->arena, ext);
        (*out)->fresh = (*out)->changed = true;
        (*out)->own_due = (*out)->stored_own_due = INT64_MAX;
    }
    return rc == JN_OK && *out != NULL ? load_found(turn, *out) : rc;
}

jn_rc turn_customer_by_id(struct turn *turn, uint64_t id, struct engine_customer **out) {
    for (struct engine_customer *customer = turn->customers; customer != NULL; customer = customer->next)
        if (customer->id == id) {
            *out = customer;
            return JN_OK;
        }
    jn_rc rc = load_stored(turn, id, out);
    return rc == JN_OK ? load_found(turn, *out) : rc;
}

#include "runtime/engine/control/control.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/migrate/migrate.h"
#include "runtime/engine/person/person.h"

static struct jn_str load_number(const uint64_t *id) {
    return (struct jn_str){(const char *)id, sizeof(*id)};
}

/* Whom the customer has become by now. */
static struct engine_customer *load_now(uint64_t pointer) {
    struct engine_customer *customer = (struct engine_customer *)(uintptr_t)pointer;
    while (customer->merged != NULL)
        customer = customer->merged;
    return customer;
}

static jn_rc load_decode(struct turn *turn, const struct jr_row_customer *row, const struct jr_row_run *run,
                         uint32_t n_run, struct engine_customer **out) {
    struct engine_customer *customer = JN_NEW(turn->arena, struct engine_customer);
    jn_rc rc = engine_customer_decode(turn->engine, row, run, n_run, turn->arena, customer, turn->err);
    if (rc == JN_OK) *out = customer;
    return rc;
}

static void load_keep(struct turn *turn, struct engine_customer *customer) {
    *turn->customers_end = customer; /* in the order they come up: so their timers fire, and their messages leave */
    turn->customers_end = &customer->next;
    jn_map_put(&turn->known, customer->ext, (uint64_t)(uintptr_t)customer);
    jn_map_put(&turn->number, load_number(&customer->id), (uint64_t)(uintptr_t)customer);
}

/* Who only looks (turn->out is NULL) moves nobody. */
static jn_rc load_found(struct turn *turn, struct engine_customer *customer) {
    load_keep(turn, customer);
    if (turn->out == NULL) return JN_OK;
    jn_rc rc = turn_migrate(turn, customer);
    if (rc == JN_OK) turn_control(turn, customer);
    if (rc == JN_OK) turn_track(turn, customer);
    return rc;
}

void turn_name(struct turn *turn, struct engine_customer *customer, struct jn_str ext) {
    struct engine_named *named = engine_grow(turn->arena, &turn->named, &turn->n_named, sizeof(*named));
    *named = (struct engine_named){ext, customer};
    jn_map_put(&turn->known, ext, (uint64_t)(uintptr_t)customer);
}

jn_rc turn_customer_new(struct turn *turn, struct jn_str ext, struct engine_customer **out) {
    struct engine_customer *customer = JN_NEW(turn->arena, struct engine_customer);
    customer->id = engine_counter_next(turn->engine, ENGINE_NEXT_CUSTOMER);
    customer->ext = jn_arena_str(turn->arena, ext);
    customer->fresh = customer->changed = true;
    customer->own_due = customer->stored_own_due = INT64_MAX;
    turn_name(turn, customer, customer->ext);
    *out = customer;
    jn_rc rc = turn_remember(turn, customer);
    return rc == JN_OK ? load_found(turn, customer) : rc;
}

jn_rc turn_customer(struct turn *turn, struct jn_str ext, struct engine_customer **out) {
    uint64_t known, id;
    *out = NULL;
    if (jn_map_get(&turn->known, ext, &known)) {
        *out = load_now(known);
        return JN_OK;
    }
    jn_rc rc = turn->engine->store->ops->find(turn->engine->store, &ext, 1, &id, turn->err);
    if (rc != JN_OK) return rc;
    if (id != 0) rc = turn_customer_by_id(turn, id, out);
    if (rc == JN_OK && *out != NULL)
        jn_map_put(&turn->known, jn_arena_str(turn->arena, ext), (uint64_t)(uintptr_t)*out);
    return rc;
}

jn_rc turn_customer_by_id(struct turn *turn, uint64_t id, struct engine_customer **out) {
    const struct jr_store *store = turn->engine->store;
    struct jr_row_customer row;
    struct jr_row_run *run;
    uint32_t n_run;
    uint64_t known;
    do { /* from who has become another to that one, and on */
        if (jn_map_get(&turn->number, load_number(&id), &known)) {
            *out = load_now(known);
            return JN_OK;
        }
        *out = NULL;
        if (id == 0) return JN_OK;
        jn_rc rc = store->ops->load(turn->engine->store, id, turn->arena, &row, &run, &n_run, turn->err);
        if (rc != JN_OK) return rc;
        if (row.body.p == NULL)
            return jn_fail(turn->err, JN_CORRUPT, "customer %llu is named but not stored", (unsigned long long)id);
    } while (engine_merged_decode(row.body, &id));
    jn_rc rc = load_decode(turn, &row, run, n_run, out);
    return rc == JN_OK ? load_found(turn, *out) : rc;
}

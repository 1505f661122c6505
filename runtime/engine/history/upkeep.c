/* What nobody can ask about any more is forgotten, a slice at a time, between turns; and the time is kept. */
#include "core/value.h"
#include "runtime/engine/history/history.h"

#define UPKEEP_CUSTOMERS 32   /* looked at in a slice */
#define UPKEEP_EVENTS    1000 /* of one customer, forgotten in a slice */

/* Events accepted before this instant are not kept by any program that is loaded; INT64_MIN: all are. */
static int64_t upkeep_bound(const struct jr_engine *engine, int64_t now) {
    int64_t bound = engine->programs == NULL ? INT64_MIN : INT64_MAX;
    for (const struct engine_program *row = engine->programs; row != NULL; row = row->next) {
        uint32_t keep = row->program->meta[0].keep_events;
        if (keep == JN_NONE) return INT64_MIN;
        struct jn_value back = row->program->value[keep];
        back.i = -back.i;
        int64_t at = jn_instant_add(jn_zone_utc(), now, back);
        if (at < bound) bound = at;
    }
    return bound;
}

/* What a wait of a live run may still look back to stays, however old. */
static uint64_t upkeep_below(const struct engine_customer *customer) {
    uint64_t below = UINT64_MAX;
    for (uint32_t i = 0; i < customer->n_run; i++) {
        const struct engine_run *run = customer->run[i];
        bool looks_back = (engine_journey(run)->flags & JN_JOURNEY_LOOKS_BACK) != 0;
        if (run->status != ENGINE_ENDED && looks_back && run->entry_seq < below) below = run->entry_seq;
    }
    return below;
}

static jn_rc upkeep_customer(struct jr_engine *engine, const struct jr_row_customer *row, int64_t bound,
                             struct jn_arena *arena, uint32_t *n, struct jn_err *err) {
    struct engine_customer customer = {0};
    struct jr_row_customer body;
    struct jr_row_run *run;
    uint32_t n_run;
    uint64_t into;
    *n = 0;
    if (engine_merged_decode(row->body, &into)) return JN_OK; /* the events are whose the customer is */
    jn_rc rc = engine->store->ops->load(engine->store, row->customer, arena, &body, &run, &n_run, err);
    if (rc == JN_OK) rc = engine_customer_decode(engine, &body, run, n_run, arena, &customer, err);
    if (rc != JN_OK) return rc;
    return engine->store->ops->forget(engine->store, row->customer, bound, upkeep_below(&customer), UPKEEP_EVENTS, n,
                                      err);
}

static jn_rc upkeep_ids(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, struct jn_arena *arena,
                        bool *more, struct jn_err *err) {
    (void)arena;
    return engine->store->ops->prune(engine->store, now - keep->ids, more, err);
}

static jn_rc upkeep_events(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, struct jn_arena *arena,
                           bool *more, struct jn_err *err) {
    (void)keep; /* programs say how long */
    int64_t bound = upkeep_bound(engine, now);
    struct jr_row_customer *row;
    uint32_t n = 0;
    *more = false;
    if (bound == INT64_MIN) return JN_OK;
    jn_rc rc =
        engine->store->ops->customers(engine->store, engine->upkeep_after, UPKEEP_CUSTOMERS, arena, &row, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        uint32_t forgotten = 0;
        rc = upkeep_customer(engine, &row[i], bound, arena, &forgotten, err);
        if (rc != JN_OK) return rc;
        *more = true;
        if (forgotten == UPKEEP_EVENTS) return JN_OK; /* there may be more of this one */
        engine->upkeep_after = row[i].customer;
    }
    if (rc == JN_OK && n < UPKEEP_CUSTOMERS) *more = false;
    return rc;
}

/* What is sealed row by row has left clear bytes in the gaps: they go when the store is rewritten. */
static jn_rc upkeep_seal(struct jr_engine *engine, bool *more, struct jn_err *err) {
    struct jn_arena arena;
    bool rest;
    jn_rc rc = engine->store->ops->seal_rest(engine->store, &rest, err);
    *more = rc == JN_OK; /* of this, or what else is to be kept up */
    if (rc != JN_OK || rest) return rc;
    jn_arena_init(&arena);
    *engine_counter(engine, ENGINE_REWRITE) = 1;
    rc = engine_counters_commit(engine, &arena, err);
    jn_arena_release(&arena);
    engine->sealing = rc != JN_OK;
    return rc;
}

/* One counter: a start with an old mark would hold what is due, for it cannot tell a store that nobody has used from a
 * clock that is wrong. */
static jn_rc upkeep_time(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, struct jn_arena *arena,
                         bool *more, struct jn_err *err) {
    uint64_t *mark = engine_counter(engine, ENGINE_TIME);
    (void)keep;
    *more = false;
    if (*mark < (uint64_t)now) *mark = (uint64_t)now;
    return engine_counters_commit(engine, arena, err);
}

jn_rc jr_engine_upkeep(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, bool *more,
                       struct jn_err *err) {
    static jn_rc (*const STAGE[])(struct jr_engine *, int64_t, const struct jr_keep *, struct jn_arena *, bool *,
                                  struct jn_err *) = {upkeep_time, upkeep_ids, upkeep_events, engine_quarantine_expire,
                                                      engine_dead_expire};
    struct jn_arena arena;
    if (engine->sealing) return upkeep_seal(engine, more, err);
    jn_arena_init(&arena);
    jn_rc rc = STAGE[engine->upkeep_stage](engine, now, keep, &arena, more, err);
    jn_arena_release(&arena);
    if (rc != JN_OK) *more = false;
    if (rc != JN_OK || *more) return rc;
    engine->upkeep_after = 0;
    engine->upkeep_stage = (engine->upkeep_stage + 1) % (sizeof(STAGE) / sizeof(*STAGE));
    *more = engine->upkeep_stage != 0;
    return rc;
}

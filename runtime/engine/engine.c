/* Opening: the lane is claimed and what the store holds comes back; there is no other start-up path. */
#include "runtime/engine/history/history.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/random.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/migrate/migrate.h"

#define TIMERS_MAX (1u << 16) /* in memory: 1.5 MiB */

static jn_rc engine_load_counters(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    struct jr_row_counter *row;
    uint32_t n;
    jn_rc rc = engine->store->ops->counters(engine->store, arena, &row, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        *engine_counter(engine, row[i].counter) = row[i].value;
    engine_counters_settle(&engine->counters, true);
    if (rc != JN_OK || *engine_counter(engine, ENGINE_NAMESPACE_HIGH) != 0) return rc;
    /* A new store: its messages' ids must not meet those of another. Stored with the first commit that gives one out.
     */
    jn_random_bytes(engine_counter(engine, ENGINE_NAMESPACE_HIGH), sizeof(uint64_t));
    jn_random_bytes(engine_counter(engine, ENGINE_NAMESPACE_LOW), sizeof(uint64_t));
    *engine_counter(engine, ENGINE_NAMESPACE_HIGH) |= 1;
    return engine_counters_commit(engine, arena, err);
}

static bool engine_is_pinned(struct jr_engine *engine, const struct engine_program *program) {
    return *engine_counter(engine, engine_pinned_id(program)) != 0;
}

/* Loads what runs are pinned to and the current program; drops the others. */
static jn_rc engine_load_programs(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    struct jr_row_program *row;
    uint32_t n;
    jn_rc rc = engine->store->ops->programs(engine->store, arena, &row, &n, err);
    struct canary_rows kept = {JN_NONE, JN_NONE};
    if (rc == JN_OK) kept = engine_canary_rows(engine, row, n);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        bool needed = i == kept.current || i == kept.trial;
        struct engine_program *program = engine_program_load(row[i].image, err);
        if (program == NULL) return err == NULL ? JN_CORRUPT : err->rc;
        if (!needed && !engine_is_pinned(engine, program) && !engine_migrate_needs(engine, program)) {
            engine_program_free(program);
            rc = engine->store->ops->program_drop(engine->store, row[i].id, err);
            continue;
        }
        program->next = engine->programs;
        engine->programs = program;
        if (i == kept.current) engine->current = program;
        rc = engine_program_seal(engine, program, err); /* of a journey that was older than sealing */
    }
    if (rc == JN_OK) engine_canary_open(engine);
    if (rc == JN_OK) engine_migrate_open(engine);
    if (rc == JN_OK) engine_control_open(engine);
    if (rc == JN_OK) engine_track_begin(engine);
    return rc;
}

void engine_digest(const struct jr_engine *engine, struct jn_str text, uint8_t out[16]) {
    struct jn_sha256 hash;
    if (engine->options.rehearsal) {
        uint64_t quick[2] = {jn_hash64(text), jn_hash64_seed(text, 1)};
        memcpy(out, quick, sizeof(quick));
        return;
    }
    jn_sha256(text, &hash);
    memcpy(out, hash.b, 16);
}

jn_rc jr_engine_open(struct jr_store *store, const struct jr_engine_options *options, struct jr_engine **out,
                     struct jn_err *err) {
    struct jr_engine *engine = jn_alloc_zero(1, sizeof(*engine));
    struct jn_err unheard;
    struct jn_arena arena;
    if (err == NULL) err = &unheard;
    jn_arena_init(&arena);
    jn_map_init(&engine->flights);
    jr_timers_init(&engine->timers, options->timers_max == 0 ? TIMERS_MAX : options->timers_max);
    engine->recent.due = INT64_MIN;
    engine->store = store;
    engine->options = *options;
    jn_rc rc = store->ops->claim(store, options->lane, &engine->lane, err);
    if (rc == JN_OK) rc = engine_notes_open(engine, err);
    if (rc == JN_OK) rc = engine_load_counters(engine, &arena, err);
    if (rc == JN_OK) rc = engine_quarantine_open(engine, &arena, err);
    if (rc == JN_OK) rc = engine_load_programs(engine, &arena, err);
    if (rc == JN_OK) rc = engine_fill_timers(engine, err);
    jn_arena_release(&arena);
    if (rc != JN_OK) {
        jr_engine_close(engine);
        return rc;
    }
    *out = engine;
    return JN_OK;
}

void jr_engine_close(struct jr_engine *engine) {
    struct engine_program *next;
    for (struct engine_program *program = engine->programs; program != NULL; program = next) {
        next = program->next;
        engine_program_free(program);
    }
    engine_flights_release(engine);
    jr_timers_release(&engine->timers);
    free(engine->counters.row);
    free(engine->control);
    free(engine->unwanted);
    engine_notes_release(engine);
    free(engine);
}

void jr_engine_forget(struct jr_engine *engine) {
    engine_flights_release(engine);
    jn_map_init(&engine->flights);
    engine->timers.n = 0;
    engine->recent.due = INT64_MIN;
    engine->n_control = 0;
    engine->canary = (struct engine_canary){.state = JR_CANARY_NONE};
    engine_counters_forget(engine);
}

int64_t jr_engine_next_due(const struct jr_engine *engine) {
    struct jr_timer soonest;
    if (engine->sweeping || engine->n_unwanted > 0) return 0;
    if (jr_timers_peek(&engine->timers, &soonest)) return soonest.due < ENGINE_PARKED_DUE ? soonest.due : INT64_MAX;
    return engine->timers.whole ? INT64_MAX : 0; /* 0: a turn must read on */
}

int64_t jr_engine_time(const struct jr_engine *engine) {
    return (int64_t)engine_counter_value(engine, ENGINE_TIME);
}

uint64_t jr_engine_timer_count(const struct jr_engine *engine) {
    return engine->timers.n;
}

jn_rc jr_engine_pending(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                        struct jr_delivery **out, uint32_t *n, struct jn_err *err) {
    struct engine_flight *flight;
    jn_rc rc = engine_outbox(engine, JR_DELIVERY_PENDING, after, max, arena, out, &flight, n, err);
    for (uint32_t i = 0; rc == JN_OK && i < *n; i++)
        engine_flight_add(engine, &flight[i]);
    for (uint32_t i = 0; rc == JN_OK && i < *n; i++) {
        struct jr_delivery *d = &(*out)[i];
        d->unwanted = d->attempts == 0 && !d->asks && jr_engine_state(engine, d->journey, NULL) == JR_JOURNEY_STOPPED;
        if (d->unwanted) engine_unwanted_add(engine, d->delivery);
    }
    return rc;
}

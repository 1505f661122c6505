/* Dead letters: messages that were given up, kept with the reason, and tried anew on request under the same id. */
#include "core/log.h"
#include "runtime/engine/turn.h"

#define DEAD_PAGE       100 /* letters looked at in a slice of upkeep: each may be a megabyte */
#define DEAD_REASON_MAX 500 /* bytes of a reason that are kept */

/* The stored message of that number, if it is in this state. */
static jn_rc dead_find(struct turn *turn, enum jr_delivery_state state, uint64_t delivery, struct jr_delivery **out,
                       struct engine_flight **flight) {
    uint32_t n;
    jn_rc rc = engine_outbox(turn->engine, state, delivery - 1, 1, turn->arena, out, flight, &n, turn->err);
    if (rc == JN_OK && (n == 0 || (*out)->delivery != delivery)) *out = NULL;
    return rc;
}

static struct jn_str dead_body(const struct jr_delivery *delivery, const struct engine_flight *flight,
                               struct jn_arena *arena) {
    return engine_outgoing_encode(delivery, flight, arena);
}

jn_rc turn_bury(struct turn *turn, const struct engine_flight *flight, const struct jr_input *result,
                struct jr_row_delivery *row) {
    struct jr_delivery *delivery;
    struct engine_flight *stored;
    jn_rc rc = dead_find(turn, JR_DELIVERY_PENDING, flight->delivery, &delivery, &stored);
    if (rc != JN_OK || delivery == NULL) return rc;
    struct jn_str why = result->reason;
    delivery->last_reason = jn_str_sub(why, 0, why.n < DEAD_REASON_MAX ? why.n : DEAD_REASON_MAX);
    if (result->status == JR_STATUS_GONE) turn_disable(turn, delivery);
    row->body = dead_body(delivery, stored, turn->arena);
    ++*engine_counter(turn->engine, ENGINE_DEAD);
    return JN_OK;
}

static bool dead_is_replayed(const struct turn *turn, uint64_t delivery) {
    for (uint32_t i = 0; i < turn->n_delivery; i++)
        if (turn->delivery[i].delivery == delivery) return true;
    return false;
}

/* With as many attempts as its channel gives; its deadline was for the first try. */
jn_rc turn_replay(struct turn *turn, uint64_t delivery) {
    struct jr_delivery *found;
    struct engine_flight *flight;
    jn_rc rc =
        dead_is_replayed(turn, delivery) ? JN_OK : dead_find(turn, JR_DELIVERY_FAILED, delivery, &found, &flight);
    if (rc != JN_OK || dead_is_replayed(turn, delivery) || found == NULL || found->body.n == 0) return rc;
    found->attempts = flight->attempts = 0;
    found->due = found->deadline = 0;
    found->last_reason = JN_STR_NONE;
    struct jr_row_delivery *row = engine_grow(turn->arena, &turn->delivery, &turn->n_delivery, sizeof(*row));
    *row = (struct jr_row_delivery){.delivery = delivery,
                                    .customer = flight->customer,
                                    .state = JR_DELIVERY_PENDING,
                                    .body = dead_body(found, flight, turn->arena)};
    memcpy(row->id, flight->id, sizeof(row->id));
    *(struct jr_delivery *)engine_grow(turn->arena, &turn->out->delivery, &turn->n_out, sizeof(*found)) = *found;
    *(struct engine_flight *)engine_grow(turn->arena, &turn->flight, &turn->n_flight, sizeof(*flight)) = *flight;
    struct jr_trace *trace = engine_grow(turn->arena, &turn->trace, &turn->n_trace, sizeof(*trace));
    *trace = (struct jr_trace){.kind = JR_TRACE_REPLAYED,
                               .at = turn->now,
                               .run = flight->run,
                               .customer = flight->ext,
                               .journey = flight->journey,
                               .stage = flight->stage,
                               .step = flight->step,
                               .name = flight->message,
                               .at_step = JN_NONE};
    uint64_t *dead = engine_counter(turn->engine, ENGINE_DEAD);
    if (*dead > 0) --*dead;
    return JN_OK;
}

/* ---- age */

jn_rc engine_dead_expire(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, struct jn_arena *arena,
                         bool *more, struct jn_err *err) {
    struct jr_row_delivery *row;
    uint32_t n, n_gone = 0;
    jn_rc rc = engine->store->ops->deliveries(engine->store, JR_DELIVERY_FAILED, engine->upkeep_after, DEAD_PAGE, arena,
                                              &row, &n, err);
    *more = rc == JN_OK && n == DEAD_PAGE;
    if (rc != JN_OK || n == 0) return rc;
    uint64_t *gone = JN_NEW_ARRAY(arena, uint64_t, n), *dead = engine_counter(engine, ENGINE_DEAD);
    for (uint32_t i = 0; i < n; i++)
        if (row[i].due < now - keep->dead) gone[n_gone++] = row[i].delivery;
    engine->upkeep_after = row[n - 1].delivery;
    if (n_gone == 0) return JN_OK;
    *dead -= n_gone < *dead ? n_gone : *dead;
    rc = engine_commit(engine, &(struct jr_batch){.delivery_gone = gone, .n_delivery_gone = n_gone}, arena, err);
    if (rc == JN_OK) JN_LOG(DEAD_EXPIRED, JN_LF_INT("messages", n_gone));
    return rc;
}

/* ---- lists */

jn_rc jr_engine_dead(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                     struct jr_delivery **out, uint32_t *n, struct jn_err *err) {
    struct engine_flight *flight;
    return engine_outbox(engine, JR_DELIVERY_FAILED, after, max, arena, out, &flight, n, err);
}

static bool dead_id(struct jn_str text, uint8_t out[16]) {
    static const char HEX[] = "0123456789abcdef";
    if (text.n != 36 || !jn_str_starts(text, JN_STR("msg_"))) return false;
    for (size_t i = 0; i < 32; i++) {
        const char *digit = memchr(HEX, text.p[4 + i], 16);
        if (digit == NULL) return false;
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - HEX));
    }
    return true;
}

static bool dead_is_flying(const struct jr_engine *engine, const uint8_t id[16]) {
    uint64_t flight;
    for (uint32_t at = 0; jn_map_next(&engine->flights, &at, NULL, &flight);)
        if (memcmp(((struct engine_flight *)(uintptr_t)flight)->id, id, 16) == 0) return true;
    return false;
}

static bool dead_was_sent(const struct jr_engine *engine, const uint8_t id[16]) {
    for (uint32_t i = 0; i < JR_SENT_MAX && engine->sent[i] != NULL; i++)
        if (memcmp(engine->sent[i]->id, id, 16) == 0) return true;
    return false;
}

/* Some were given up before they had a text. */
static jn_rc dead_is_written(struct jr_engine *engine, struct jn_str id, uint64_t delivery, struct jn_err *err) {
    struct jr_delivery *letter;
    struct jn_arena arena;
    uint32_t n;
    jn_arena_init(&arena);
    jn_rc rc = jr_engine_dead(engine, delivery - 1, 1, &arena, &letter, &n, err);
    if (rc == JN_OK && n == 1 && letter->delivery == delivery && letter->body.n == 0)
        rc = jn_fail(err, JN_CONFLICT,
                     "%.*s could not be written, so that there is nothing to send again: mend message `%.*s`",
                     JN_FMT(id), JN_FMT(letter->message));
    jn_arena_release(&arena);
    return rc;
}

jn_rc jr_engine_dead_letter(struct jr_engine *engine, struct jn_str id, uint64_t *delivery, struct jn_err *err) {
    uint8_t bytes[16] = {0};
    if (!dead_id(id, bytes)) return jn_fail(err, JN_NOT_FOUND, "a message's id is `msg_` and 32 hexadecimal digits");
    jn_rc rc = engine->store->ops->dead(engine->store, bytes, delivery, err);
    if (rc != JN_OK) return rc;
    if (*delivery != 0) return dead_is_written(engine, id, *delivery, err);
    if (dead_is_flying(engine, bytes))
        return jn_fail(err, JN_CONFLICT, "%.*s is still on its way; only dead letters are retried", JN_FMT(id));
    if (dead_was_sent(engine, bytes))
        return jn_fail(err, JN_CONFLICT, "%.*s was accepted; only dead letters are retried", JN_FMT(id));
    return jn_fail(err, JN_NOT_FOUND, "there is no dead letter %.*s", JN_FMT(id));
}

void jr_engine_sent(const struct jr_engine *engine, uint64_t before, uint32_t max, struct jn_arena *arena,
                    struct jr_delivery **out, uint32_t *n) {
    uint64_t end = before == 0 || before - 1 > engine->n_sent ? engine->n_sent : before - 1;
    uint64_t first = engine->n_sent > JR_SENT_MAX ? engine->n_sent - JR_SENT_MAX : 0;
    *n = 0;
    *out = JN_NEW_ARRAY(arena, struct jr_delivery, max);
    for (uint64_t i = end; i > first && *n < max; i--) {
        const struct engine_flight *flight = engine->sent[(i - 1) % JR_SENT_MAX];
        char id[37];
        engine_message_id(flight->id, id);
        (*out)[(*n)++] = (struct jr_delivery){.delivery = i,
                                              .id = jn_arena_str(arena, jn_str_z(id)),
                                              .journey = flight->journey,
                                              .message = flight->message,
                                              .customer = flight->ext,
                                              .attempts = flight->attempts,
                                              .due = flight->accepted};
    }
}

jn_rc jr_engine_outbox(struct jr_engine *engine, struct jn_arena *arena, struct jr_outbox *out, struct jn_err *err) {
    struct jr_count *count;
    uint32_t n;
    jn_rc rc = jr_engine_counts(engine, arena, &count, &n, err);
    *out = (struct jr_outbox){.pending = engine->flights.n, .dead = engine_counter_value(engine, ENGINE_DEAD)};
    for (uint32_t i = 0; rc == JN_OK && i < n; i++)
        if (count[i].kind == JR_COUNT_SENT) out->sent += count[i].value;
    return rc;
}

/* Events that could not be taken over, kept where somebody sees them: so many, so many bytes, so long. The oldest go.
 */
#include "core/log.h"
#include "runtime/engine/turn.h"

#define QUARANTINE_PAGE       256
#define QUARANTINE_ROWS       100000
#define QUARANTINE_BYTES      (64ull << 20)
#define QUARANTINE_TOLD_EVERY 60000 /* ms between two lines of the log */

void turn_quarantine(struct turn *turn, enum jr_set_aside why, const struct jr_input *input, struct jn_str reason,
                     const struct jn_json *body) {
    turn->out->set_aside[why]++;
    struct jr_row_quarantine *row = engine_grow(turn->arena, &turn->quarantine, &turn->n_quarantine, sizeof(*row));
    *row = (struct jr_row_quarantine){.seq = engine_counter_next(turn->engine, ENGINE_NEXT_QUARANTINE),
                                      .at = turn->now,
                                      .customer = input->customer,
                                      .source = input->source,
                                      .reason = reason,
                                      .body = input->text};
    turn->set_aside[why] = row->seq;
    if (body != NULL) {
        struct jn_buf text;
        jn_buf_init(&text, ENGINE_EVENT_MAX);
        jn_json_dump(body, &text);
        row->body = text.failed ? JN_STR("") : jn_arena_str(turn->arena, jn_buf_view(&text));
        jn_buf_release(&text);
    }
}

/* A sender that has it wrong has it wrong in every event: a line a minute of each kind says how many there are. What
 * they say, and of whom, stands behind the number and not in the log. */
void turn_tell_set_aside(struct turn *turn) {
    static const char *const WHY[] = {
#define SET_ASIDE(name, word, text) word,
#include "journey/tbl/set_aside.def"
#undef SET_ASIDE
    };
    for (int why = 0; why < JR_SET_ASIDES; why++) {
        struct engine_untold *untold = &turn->engine->untold[why];
        untold->n += turn->out->set_aside[why];
        if (turn->out->set_aside[why] == 0 || turn->now < untold->until) continue;
        JN_LOG(EVENT_QUARANTINED, JN_LF_STR("why", jn_str_z(WHY[why])), JN_LF_INT("events", (int64_t)untold->n),
               JN_LF_INT("last", (int64_t)turn->set_aside[why]));
        *untold = (struct engine_untold){.until = turn->now + QUARANTINE_TOLD_EVERY};
    }
}

/* ---- bounds */

static uint64_t quarantine_bytes(const struct jr_row_quarantine *row) {
    return row->customer.n + row->source.n + row->reason.n + row->body.n;
}

static void quarantine_less(struct jr_engine *engine, const struct jr_row_quarantine *row) {
    uint64_t *rows = engine_counter(engine, ENGINE_QUARANTINE_ROWS);
    if (*rows > 0) --*rows;
    uint64_t *bytes = engine_counter(engine, ENGINE_QUARANTINE_BYTES), less = quarantine_bytes(row);
    *bytes -= less < *bytes ? less : *bytes;
}

void turn_quarantine_gone(struct turn *turn, const struct jr_row_quarantine *row) {
    *(uint64_t *)engine_grow(turn->arena, &turn->quarantine_gone, &turn->n_quarantine_gone, sizeof(uint64_t)) =
        row->seq;
    quarantine_less(turn->engine, row);
}

static bool quarantine_is_over(const struct jr_engine *engine) {
    const struct jr_engine_options *options = &engine->options;
    uint64_t rows = options->quarantine_rows == 0 ? QUARANTINE_ROWS : options->quarantine_rows;
    uint64_t bytes = options->quarantine_bytes == 0 ? QUARANTINE_BYTES : options->quarantine_bytes;
    return engine_counter_value(engine, ENGINE_QUARANTINE_ROWS) > rows ||
           engine_counter_value(engine, ENGINE_QUARANTINE_BYTES) > bytes;
}

static bool quarantine_is_gone(const struct turn *turn, uint64_t seq) {
    for (uint32_t i = 0; i < turn->n_quarantine_gone; i++)
        if (turn->quarantine_gone[i] == seq) return true;
    return false;
}

/* The oldest that are stored, then the oldest of this turn. */
static jn_rc quarantine_drop(struct turn *turn, uint64_t *dropped) {
    const struct jr_store *store = turn->engine->store;
    struct jr_row_quarantine *row;
    uint32_t n = QUARANTINE_PAGE, first = 0;
    jn_rc rc = JN_OK;
    for (uint64_t after = 0; n == QUARANTINE_PAGE && quarantine_is_over(turn->engine); after = row[n - 1].seq) {
        rc = store->ops->quarantined(turn->engine->store, after, QUARANTINE_PAGE, turn->arena, &row, &n, turn->err);
        if (rc != JN_OK || n == 0) break;
        for (uint32_t i = 0; i < n && quarantine_is_over(turn->engine); i++) {
            if (quarantine_is_gone(turn, row[i].seq)) continue;
            turn_quarantine_gone(turn, &row[i]);
            ++*dropped;
        }
    }
    for (; rc == JN_OK && first < turn->n_quarantine && quarantine_is_over(turn->engine); first++)
        quarantine_less(turn->engine, &turn->quarantine[first]);
    turn->quarantine += first;
    turn->n_quarantine -= first;
    *dropped += first;
    return rc;
}

jn_rc turn_bound_quarantine(struct turn *turn) {
    struct jr_engine *engine = turn->engine;
    uint64_t dropped = 0;
    for (uint32_t i = 0; i < turn->n_quarantine; i++) {
        ++*engine_counter(engine, ENGINE_QUARANTINE_ROWS);
        *engine_counter(engine, ENGINE_QUARANTINE_BYTES) += quarantine_bytes(&turn->quarantine[i]);
    }
    if (turn->n_quarantine == 0 || !quarantine_is_over(engine)) return JN_OK;
    jn_rc rc = quarantine_drop(turn, &dropped);
    *engine_counter(engine, ENGINE_QUARANTINE_DROPPED) += dropped;
    if (rc != JN_OK || turn->now < engine->quarantine_told) return rc;
    engine->quarantine_told = turn->now + QUARANTINE_TOLD_EVERY;
    JN_LOG(QUARANTINE_FULL,
           JN_LF_INT("dropped_ever", (int64_t)engine_counter_value(engine, ENGINE_QUARANTINE_DROPPED)));
    return rc;
}

/* ---- age */

jn_rc engine_quarantine_expire(struct jr_engine *engine, int64_t now, const struct jr_keep *keep,
                               struct jn_arena *arena, bool *more, struct jn_err *err) {
    struct jr_row_quarantine *row;
    uint32_t n, old = 0;
    *more = false;
    jn_rc rc = engine->store->ops->quarantined(engine->store, 0, QUARANTINE_PAGE, arena, &row, &n, err);
    if (rc != JN_OK) return rc;
    uint64_t *gone = JN_NEW_ARRAY(arena, uint64_t, n);
    for (; old < n && row[old].at < now - keep->quarantine; old++) {
        gone[old] = row[old].seq;
        quarantine_less(engine, &row[old]);
    }
    if (old == 0) return JN_OK;
    *more = old == QUARANTINE_PAGE;
    return engine_commit(engine, &(struct jr_batch){.quarantine_gone = gone, .n_quarantine_gone = old}, arena, err);
}

/* ---- figures */

jn_rc engine_quarantine_count(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    struct jr_row_quarantine *row;
    uint32_t n = QUARANTINE_PAGE;
    uint64_t rows = 0, bytes = 0;
    for (uint64_t after = 0; n == QUARANTINE_PAGE; after = row[n - 1].seq) {
        jn_arena_reset(arena);
        jn_rc rc = engine->store->ops->quarantined(engine->store, after, QUARANTINE_PAGE, arena, &row, &n, err);
        if (rc != JN_OK) return rc;
        if (n == 0) break;
        rows += n;
        for (uint32_t i = 0; i < n; i++)
            bytes += quarantine_bytes(&row[i]);
    }
    *engine_counter(engine, ENGINE_QUARANTINE_ROWS) = rows;
    *engine_counter(engine, ENGINE_QUARANTINE_BYTES) = bytes;
    return JN_OK;
}

/* A store that never counted them. */
jn_rc engine_quarantine_open(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err) {
    if (engine_counter_value(engine, ENGINE_QUARANTINE_ROWS) > 0) return JN_OK;
    jn_rc rc = engine_quarantine_count(engine, arena, err);
    if (rc == JN_OK) engine_counters_settle(&engine->counters, true);
    return rc;
}

struct jr_quarantine jr_engine_quarantine(const struct jr_engine *engine) {
    return (struct jr_quarantine){.events = engine_counter_value(engine, ENGINE_QUARANTINE_ROWS),
                                  .bytes = engine_counter_value(engine, ENGINE_QUARANTINE_BYTES),
                                  .dropped = engine_counter_value(engine, ENGINE_QUARANTINE_DROPPED)};
}

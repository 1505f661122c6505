#include "runtime/store/sqlite/sqlite.h"

struct jn_str sqlite_column_str(sqlite3_stmt *statement, int i, struct jn_arena *arena) {
    const char *p = sqlite3_column_blob(statement, i);
    int n = sqlite3_column_bytes(statement, i);
    return jn_arena_str(arena, (struct jn_str){p == NULL ? "" : p, (size_t)n});
}

/* A body could not be opened: the statement is free for the next. */
static jn_rc read_broken(struct jr_store_sqlite_state *state, enum sqlite_statement which, jn_rc rc) {
    sqlite3_reset(state->statement[which]);
    return rc;
}

jn_rc sqlite_read_done(struct jr_store_sqlite_state *state, enum sqlite_statement which, int code, struct jn_err *err) {
    jn_rc rc = code == SQLITE_DONE || code == SQLITE_ROW ? JN_OK : sqlite_failure(state->db, code, "read", err);
    sqlite3_reset(state->statement[which]);
    return rc;
}

static uint64_t read_u64(sqlite3_stmt *statement, int i) {
    return (uint64_t)sqlite3_column_int64(statement, i);
}

static jn_rc read_name(struct jr_store_sqlite_state *state, struct jn_str name, uint64_t *customer,
                       struct jn_err *err) {
    sqlite3_stmt *find = state->statement[SQL_FIND];
    sqlite_bind_str(find, 1, name);
    int code = sqlite3_step(find);
    *customer = code == SQLITE_ROW ? read_u64(find, 0) : 0;
    return sqlite_read_done(state, SQL_FIND, code, err);
}

jn_rc sqlite_find(struct jr_store *store, const struct jn_str *ext, uint32_t n, uint64_t *customer,
                  struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    uint8_t room[JR_SEAL_NAME];
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        rc = read_name(state, sqlite_name(state, ext[i], room), &customer[i], err);
        if (rc == JN_OK && customer[i] == 0 && state->sealed == JR_STORE_SEALING)
            rc = read_name(state, ext[i], &customer[i], err); /* of before */
    }
    return rc;
}

jn_rc sqlite_seen(struct jr_store *store, struct jr_row_seen *row, uint32_t n, bool *known, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *seen = state->statement[SQL_SEEN];
    for (uint32_t i = 0; i < n; i++) {
        known[i] = false;
        /* Most are new, most repeats are of today: a handful of look-ups, each in the upper pages of one tree. */
        for (uint32_t d = 0; d < state->n_seen_day && !known[i]; d++) {
            sqlite3_bind_int64(seen, 1, state->seen_day[d]);
            sqlite3_bind_blob(seen, 2, row[i].key, sizeof(row[i].key), SQLITE_STATIC);
            int code = sqlite3_step(seen);
            if (code == SQLITE_ROW) {
                known[i] = true;
                row[i].digest = (uint32_t)sqlite3_column_int64(seen, 0);
            }
            jn_rc rc = sqlite_read_done(state, SQL_SEEN, code, err);
            if (rc != JN_OK) return rc;
        }
    }
    return JN_OK;
}

jn_rc sqlite_load(struct jr_store *store, uint64_t customer, struct jn_arena *arena, struct jr_row_customer *out,
                  struct jr_row_run **run, uint32_t *n_run, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_LOAD];
    int code;
    *out = (struct jr_row_customer){.customer = customer};
    *run = NULL;
    *n_run = 0;
    sqlite_bind_u64(read, 1, customer);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        uint64_t part = read_u64(read, 0);
        struct jr_seal_place place = {SQLITE_OF_RUN, part};
        if (part == 0) place = (struct jr_seal_place){SQLITE_OF_CUSTOMER, customer};
        struct jn_str body;
        jn_rc rc = sqlite_column_body(state, read, 1, place, arena, &body, err);
        if (rc != JN_OK) return read_broken(state, SQL_LOAD, rc);
        if (part == 0)
            out->body = body;
        else
            *(struct jr_row_run *)sqlite_grow(arena, run, n_run, sizeof(**run)) =
                (struct jr_row_run){customer, part, body};
    }
    return sqlite_read_done(state, SQL_LOAD, code, err);
}

static jn_rc read_events(struct jr_store_sqlite_state *state, enum sqlite_statement which, uint64_t customer,
                         uint64_t bound, uint32_t max, struct jn_arena *arena, struct jr_row_event **out, uint32_t *n,
                         struct jn_err *err) {
    sqlite3_stmt *read = state->statement[which];
    int code;
    *n = 0;
    *out = NULL;
    sqlite_bind_u64(read, 1, customer);
    sqlite_bind_u64(read, 2, bound);
    sqlite3_bind_int64(read, 3, max);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_event *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row =
            (struct jr_row_event){.customer = customer, .seq = read_u64(read, 0), .at = sqlite3_column_int64(read, 1)};
        row->name = sqlite_column_str(read, 2, arena);
        jn_rc rc = sqlite_column_body(state, read, 3, (struct jr_seal_place){SQLITE_OF_EVENT, row->seq}, arena,
                                      &row->body, err);
        if (rc != JN_OK) return read_broken(state, which, rc);
    }
    return sqlite_read_done(state, which, code, err);
}

jn_rc sqlite_events(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err) {
    return read_events(sqlite_state(store), SQL_EVENTS, customer, after, max, arena, out, n, err);
}

jn_rc sqlite_recent(struct jr_store *store, uint64_t customer, uint64_t before, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err) {
    if (before > INT64_MAX) before = INT64_MAX;
    return read_events(sqlite_state(store), SQL_RECENT, customer, before, max, arena, out, n, err);
}

jn_rc sqlite_timers(struct jr_store *store, struct jr_row_timer after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_timer **out, uint32_t *n, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_TIMERS];
    int code;
    *n = 0;
    *out = NULL;
    sqlite3_bind_int64(read, 1, after.due);
    sqlite_bind_u64(read, 2, after.run);
    sqlite3_bind_int64(read, 3, max);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_timer *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row = (struct jr_row_timer){sqlite3_column_int64(read, 0), read_u64(read, 1), read_u64(read, 2)};
    }
    return sqlite_read_done(state, SQL_TIMERS, code, err);
}

_Static_assert(JR_DELIVERY_FAILED == 1, "the statement DEAD and its index say so");
_Static_assert(JR_DELIVERY_APPROVAL == 2, "the statement APPROVALS and its index say so");

static jn_rc read_deliveries(struct jr_store_sqlite_state *state, enum sqlite_statement which, uint64_t of,
                             uint64_t after, uint32_t max, struct jn_arena *arena, struct jr_row_delivery **out,
                             uint32_t *n, struct jn_err *err) {
    sqlite3_stmt *read = state->statement[which];
    int code;
    *n = 0;
    *out = NULL;
    sqlite_bind_u64(read, 1, of);
    sqlite_bind_u64(read, 2, after);
    sqlite3_bind_int64(read, 3, max);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_delivery *row = sqlite_grow(arena, out, n, sizeof(*row));
        struct jn_str id = sqlite_column_str(read, 1, arena);
        *row = (struct jr_row_delivery){.delivery = read_u64(read, 0),
                                        .customer = read_u64(read, 2),
                                        .due = sqlite3_column_int64(read, 3),
                                        .state = (uint32_t)sqlite3_column_int64(read, 6),
                                        .attempts = (uint32_t)sqlite3_column_int64(read, 4)};
        if (id.n == sizeof(row->id)) memcpy(row->id, id.p, id.n);
        jn_rc rc = sqlite_column_body(state, read, 5, (struct jr_seal_place){SQLITE_OF_DELIVERY, row->delivery}, arena,
                                      &row->body, err);
        if (rc != JN_OK) return read_broken(state, which, rc);
    }
    return sqlite_read_done(state, which, code, err);
}

/* What people are to decide is few among many messages, and is looked at often: it has an index of its own. */
jn_rc sqlite_deliveries(struct jr_store *store, enum jr_delivery_state wanted, uint64_t after, uint32_t max,
                        struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n, struct jn_err *err) {
    enum sqlite_statement which = wanted == JR_DELIVERY_APPROVAL ? SQL_APPROVALS : SQL_DELIVERIES;
    return read_deliveries(sqlite_state(store), which, (uint64_t)wanted, after, max, arena, out, n, err);
}

jn_rc sqlite_outbox_of(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_delivery **out, uint32_t *n, struct jn_err *err) {
    return read_deliveries(sqlite_state(store), SQL_OUTBOX_OF, customer, after, max, arena, out, n, err);
}

jn_rc sqlite_dead(struct jr_store *store, const uint8_t id[16], uint64_t *delivery, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_DEAD];
    sqlite3_bind_blob(read, 1, id, 16, SQLITE_STATIC);
    int code = sqlite3_step(read);
    *delivery = code == SQLITE_ROW ? read_u64(read, 0) : 0;
    return sqlite_read_done(state, SQL_DEAD, code, err);
}

jn_rc sqlite_quarantined(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                         struct jr_row_quarantine **out, uint32_t *n, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_QUARANTINED];
    int code;
    *n = 0;
    *out = NULL;
    sqlite_bind_u64(read, 1, after);
    sqlite3_bind_int64(read, 2, max);
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_quarantine *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row = (struct jr_row_quarantine){.seq = read_u64(read, 0), .at = sqlite3_column_int64(read, 1)};
        row->source = sqlite_column_str(read, 2, arena);
        struct jr_seal_place place = {.row = row->seq};
        struct jn_str *const text[] = {&row->reason, &row->body, &row->customer};
        for (int i = 0; i < 3; i++) {
            place.kind = SQLITE_QUARANTINE_KINDS[i];
            jn_rc rc = sqlite_column_body(state, read, 3 + i, place, arena, text[i], err);
            if (rc != JN_OK) return read_broken(state, SQL_QUARANTINED, rc);
        }
    }
    return sqlite_read_done(state, SQL_QUARANTINED, code, err);
}

/* Numbers are dense: one search finds most profiles, and passes over events and runs, which may be many. */
jn_rc sqlite_customers(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_customer **out, uint32_t *n, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_NEXT_CUSTOMER];
    int code = SQLITE_ROW;
    *n = 0;
    *out = NULL;
    for (uint64_t from = after + 1; *n < max && code == SQLITE_ROW;) {
        sqlite_bind_u64(read, 1, from);
        code = sqlite3_step(read);
        if (code == SQLITE_ROW) {
            int64_t part = sqlite3_column_int64(read, 1);
            from = read_u64(read, 0) + (part < 0 ? 0 : 1); /* an event: the profile is behind it */
            if (part == 0) {
                struct jr_row_customer *row = sqlite_grow(arena, out, n, sizeof(*row));
                *row = (struct jr_row_customer){.customer = from - 1};
                jn_rc opened = sqlite_column_body(state, read, 2, (struct jr_seal_place){SQLITE_OF_CUSTOMER, from - 1},
                                                  arena, &row->body, err);
                if (opened != JN_OK) return read_broken(state, SQL_NEXT_CUSTOMER, opened);
            }
        }
        jn_rc rc = sqlite_read_done(state, SQL_NEXT_CUSTOMER, code, err);
        if (rc != JN_OK) return rc;
    }
    return JN_OK;
}

jn_rc sqlite_counters(struct jr_store *store, struct jn_arena *arena, struct jr_row_counter **out, uint32_t *n,
                      struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_COUNTERS];
    int code;
    *n = 0;
    *out = NULL;
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_counter *row = sqlite_grow(arena, out, n, sizeof(*row));
        *row = (struct jr_row_counter){read_u64(read, 0), read_u64(read, 1)};
    }
    return sqlite_read_done(state, SQL_COUNTERS, code, err);
}

jn_rc sqlite_programs(struct jr_store *store, struct jn_arena *arena, struct jr_row_program **out, uint32_t *n,
                      struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_PROGRAMS];
    int code;
    *n = 0;
    *out = NULL;
    while ((code = sqlite3_step(read)) == SQLITE_ROW) {
        struct jr_row_program *row = sqlite_grow(arena, out, n, sizeof(*row));
        struct jn_str id = sqlite_column_str(read, 0, arena);
        *row = (struct jr_row_program){.image = sqlite_column_str(read, 1, arena)};
        if (id.n == sizeof(row->id)) memcpy(row->id, id.p, id.n);
    }
    return sqlite_read_done(state, SQL_PROGRAMS, code, err);
}

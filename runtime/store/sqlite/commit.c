/* A batch is one transaction: the fence first, then the rows, table by table. */
#include "core/civil.h"
#include "runtime/store/sqlite/sqlite.h"

int sqlite_step(struct jr_store_sqlite_state *state, enum sqlite_statement which) {
    sqlite3_stmt *statement = state->statement[which];
    if (state->unsynced && which != SQL_ROLLBACK) return SQLITE_IOERR_FSYNC;
    int code = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : reset == SQLITE_OK ? code : reset;
}

static int commit_merges(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    static const enum sqlite_statement MOVE[] = {SQL_MOVE_EVENTS, SQL_MOVE_DELIVERIES, SQL_MOVE_ABSORBED,
                                                 SQL_PUT_ABSORBED};
    int code = SQLITE_OK, moves = state->seal == NULL ? 2 : 4;
    for (uint32_t i = 0; i < b->n_merge; i++)
        for (int m = 0; code == SQLITE_OK && m < moves; m++) {
            sqlite_bind_u64(state->statement[MOVE[m]], 1, b->merge[i].from);
            sqlite_bind_u64(state->statement[MOVE[m]], 2, b->merge[i].into);
            code = sqlite_step(state, MOVE[m]);
        }
    return code;
}

static int commit_erase(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    static const enum sqlite_statement ERASE[] = {SQL_ERASE_PARTS, SQL_ERASE_DELIVERIES, SQL_FORGET_ABSORBED,
                                                  SQL_DROP_ABSORBED, SQL_PUT_FORGOTTEN};
    int code = SQLITE_OK, erasures = state->seal == NULL ? 2 : 5;
    for (uint32_t i = 0; i < b->n_erase; i++)
        for (int e = 0; code == SQLITE_OK && e < erasures; e++) {
            sqlite_bind_u64(state->statement[ERASE[e]], 1, b->erase[i]);
            code = sqlite_step(state, ERASE[e]);
        }
    return code;
}

static int commit_part(struct jr_store_sqlite_state *state, uint64_t customer, uint64_t part, struct jn_str body) {
    enum sqlite_statement which = body.p == NULL ? SQL_DROP_PART : SQL_PUT_PART;
    struct jr_seal_place place = {SQLITE_OF_RUN, part};
    int code = SQLITE_OK;
    if (part == 0) place = (struct jr_seal_place){SQLITE_OF_CUSTOMER, customer};
    sqlite_bind_u64(state->statement[which], 1, customer);
    sqlite_bind_u64(state->statement[which], 2, part);
    if (which == SQL_PUT_PART) code = sqlite_bind_body(state, state->statement[which], 3, customer, place, body);
    return code == SQLITE_OK ? sqlite_step(state, which) : code;
}

/* While names of before may stand in the clear, the one that is put takes the place of both. */
int sqlite_put_alias(struct jr_store_sqlite_state *state, const struct jr_row_alias *row) {
    uint8_t room[JR_SEAL_NAME];
    int code = SQLITE_OK;
    if (row->customer == 0 || state->sealed == JR_STORE_SEALING) {
        sqlite_bind_str(state->statement[SQL_DROP_ALIAS], 1, row->ext);
        code = sqlite_step(state, SQL_DROP_ALIAS);
    }
    enum sqlite_statement which = row->customer == 0 ? SQL_DROP_ALIAS : SQL_PUT_ALIAS;
    sqlite_bind_str(state->statement[which], 1, sqlite_name(state, row->ext, room));
    if (which == SQL_PUT_ALIAS) sqlite_bind_u64(state->statement[which], 2, row->customer);
    return code == SQLITE_OK ? sqlite_step(state, which) : code;
}

static int commit_people(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_alias; i++)
        code = sqlite_put_alias(state, &b->alias[i]);
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_customer; i++)
        code = commit_part(state, b->customer[i].customer, 0, b->customer[i].body);
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_run; i++)
        code = commit_part(state, b->run[i].customer, b->run[i].run, b->run[i].body);
    return code;
}

static int commit_timers(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_timer_gone; i++) {
        sqlite3_bind_int64(state->statement[SQL_DROP_TIMER], 1, b->timer_gone[i].due);
        sqlite_bind_u64(state->statement[SQL_DROP_TIMER], 2, b->timer_gone[i].run);
        code = sqlite_step(state, SQL_DROP_TIMER);
    }
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_timer; i++) {
        sqlite3_bind_int64(state->statement[SQL_PUT_TIMER], 1, b->timer[i].due);
        sqlite_bind_u64(state->statement[SQL_PUT_TIMER], 2, b->timer[i].run);
        sqlite_bind_u64(state->statement[SQL_PUT_TIMER], 3, b->timer[i].customer);
        code = sqlite_step(state, SQL_PUT_TIMER);
    }
    return code;
}

static int commit_events(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    sqlite3_stmt *put = state->statement[SQL_PUT_EVENT], *seen = state->statement[SQL_PUT_SEEN];
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_event; i++) {
        sqlite_bind_u64(put, 1, b->event[i].customer);
        sqlite_bind_u64(put, 2, b->event[i].seq);
        sqlite3_bind_int64(put, 3, b->event[i].at);
        sqlite_bind_str(put, 4, b->event[i].name);
        code = sqlite_bind_body(state, put, 5, b->event[i].customer,
                                (struct jr_seal_place){SQLITE_OF_EVENT, b->event[i].seq}, b->event[i].body);
        if (code == SQLITE_OK) code = sqlite_step(state, SQL_PUT_EVENT);
    }
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_seen; i++) {
        sqlite3_bind_int64(seen, 1, jn_local_day(b->seen[i].at));
        sqlite3_bind_blob(seen, 2, b->seen[i].key, sizeof(b->seen[i].key), SQLITE_STATIC);
        sqlite_bind_u64(seen, 3, b->seen[i].digest);
        code = sqlite_step(state, SQL_PUT_SEEN);
    }
    return code;
}

static int commit_delivery(struct jr_store_sqlite_state *state, const struct jr_row_delivery *row) {
    if (row->body.p == NULL) {
        sqlite3_stmt *set = state->statement[SQL_SET_DELIVERY];
        sqlite_bind_u64(set, 1, row->delivery);
        sqlite3_bind_int64(set, 2, row->due);
        sqlite3_bind_int64(set, 3, row->state);
        sqlite3_bind_int64(set, 4, row->attempts);
        return sqlite_step(state, SQL_SET_DELIVERY);
    }
    sqlite3_stmt *put = state->statement[SQL_PUT_DELIVERY];
    sqlite_bind_u64(put, 1, row->delivery);
    sqlite3_bind_blob(put, 2, row->id, sizeof(row->id), SQLITE_STATIC);
    sqlite_bind_u64(put, 3, row->customer);
    sqlite3_bind_int64(put, 4, row->due);
    sqlite3_bind_int64(put, 5, row->state);
    sqlite3_bind_int64(put, 6, row->attempts);
    int code = sqlite_bind_body(state, put, 7, row->customer, (struct jr_seal_place){SQLITE_OF_DELIVERY, row->delivery},
                                row->body);
    return code == SQLITE_OK ? sqlite_step(state, SQL_PUT_DELIVERY) : code;
}

/* Under the key of whom it came of, if that is known. */
int sqlite_put_quarantine(struct jr_store_sqlite_state *state, const struct jr_row_quarantine *row) {
    sqlite3_stmt *put = state->statement[SQL_PUT_QUARANTINE];
    const struct jn_str text[] = {row->reason, row->body, row->customer};
    uint64_t customer = JR_SEAL_STORE;
    int code = SQLITE_OK;
    if (state->seal != NULL && row->customer.n > 0 &&
        sqlite_find(&state->base, &row->customer, 1, &customer, &state->fault) != JN_OK)
        return SQLITE_ABORT;
    sqlite_bind_u64(put, 1, row->seq);
    sqlite3_bind_int64(put, 2, row->at);
    sqlite_bind_str(put, 3, row->source);
    for (int i = 0; code == SQLITE_OK && i < 3; i++)
        code = sqlite_bind_body(state, put, 4 + i, customer,
                                (struct jr_seal_place){SQLITE_QUARANTINE_KINDS[i], row->seq}, text[i]);
    return code == SQLITE_OK ? sqlite_step(state, SQL_PUT_QUARANTINE) : code;
}

static int commit_rest(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    sqlite3_stmt *counter = state->statement[SQL_PUT_COUNTER];
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_delivery; i++)
        code = commit_delivery(state, &b->delivery[i]);
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_delivery_gone; i++) {
        sqlite_bind_u64(state->statement[SQL_DROP_DELIVERY], 1, b->delivery_gone[i]);
        code = sqlite_step(state, SQL_DROP_DELIVERY);
    }
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_quarantine; i++)
        code = sqlite_put_quarantine(state, &b->quarantine[i]);
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_quarantine_gone; i++) {
        sqlite_bind_u64(state->statement[SQL_DROP_QUARANTINE], 1, b->quarantine_gone[i]);
        code = sqlite_step(state, SQL_DROP_QUARANTINE);
    }
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_counter; i++) {
        sqlite_bind_u64(counter, 1, b->counter[i].counter);
        sqlite_bind_u64(counter, 2, b->counter[i].value);
        code = sqlite_step(state, SQL_PUT_COUNTER);
    }
    return code;
}

static int commit_programs(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < b->n_program; i++) {
        sqlite3_bind_blob(state->statement[SQL_PUT_PROGRAM], 1, b->program[i].id, 32, SQLITE_STATIC);
        sqlite_bind_str(state->statement[SQL_PUT_PROGRAM], 2, b->program[i].image);
        code = sqlite_step(state, SQL_PUT_PROGRAM);
    }
    return code;
}

/* The newest days stand first; a new one is noted once its rows are durable. */
static void commit_note_days(struct jr_store_sqlite_state *state, const struct jr_batch *b) {
    for (uint32_t i = 0; i < b->n_seen; i++) {
        int64_t day = jn_local_day(b->seen[i].at);
        bool known = false;
        for (uint32_t d = 0; d < state->n_seen_day; d++)
            known = known || state->seen_day[d] == day;
        if (known || state->n_seen_day == SQLITE_SEEN_DAYS) continue;
        memmove(&state->seen_day[1], &state->seen_day[0], state->n_seen_day++ * sizeof(*state->seen_day));
        state->seen_day[0] = day;
    }
}

/* The log is written back between commits, never by anyone else; a busy reader is simply met again next time. */
static void commit_checkpoint(struct jr_store_sqlite_state *state) {
    int code = sqlite3_wal_checkpoint_v2(state->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK) (void)sqlite_write_failure(state, code, "write its log back", NULL);
}

/* The erasure is durable, and so is that these keys are to go: what fails now is done at the next start. */
static void commit_forget_keys(struct jr_store_sqlite_state *state) {
    state->unsynced = state->unsynced || sqlite_forget_keys(state, NULL) != JN_OK;
}

static int commit_hook(void *user, sqlite3 *db, const char *name, int pages) {
    (void)db, (void)name;
    *(int *)user = pages;
    return SQLITE_OK;
}

/* One transaction for a turn's reads and its commit: by itself, each read locks the log and unlocks it (measured: 7
 * system calls an event). */
jn_rc sqlite_begin(struct jr_store *store, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    int code = sqlite_step(state, SQL_BEGIN);
    return code == SQLITE_OK ? JN_OK : sqlite_failure(state->db, code, "begin a turn", err);
}

void sqlite_end(struct jr_store *store) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    if (sqlite3_get_autocommit(state->db) == 0) sqlite_step(state, SQL_ROLLBACK);
}

jn_rc sqlite_commit(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    if (state->unsynced) return jn_fail(err, JN_UNSYNCED, "the store is not written to any more: a sync failed");
    if (sqlite_is_damaged(state)) return jn_fail(err, JN_CORRUPT, "the database is damaged; see the log");
    bool begun = sqlite3_get_autocommit(state->db) == 0;
    int pages = 0, code = begun ? SQLITE_OK : sqlite_step(state, SQL_BEGIN);
    state->fault.rc = JN_OK;
    if (code != SQLITE_OK) return sqlite_write_failure(state, code, "begin a commit", err);
    sqlite3_bind_int64(state->statement[SQL_FENCE], 1, batch->lane);
    sqlite_bind_u64(state->statement[SQL_FENCE], 2, batch->epoch);
    sqlite_bind_u64(state->statement[SQL_FENCE], 3, batch->seq);
    code = sqlite_step(state, SQL_FENCE);
    if (code == SQLITE_OK && sqlite3_changes(state->db) == 0)
        code = SQLITE_CONSTRAINT_NOTNULL; /* a lane never claimed */
    if (code == SQLITE_OK) code = commit_merges(state, batch);
    if (code == SQLITE_OK) code = commit_erase(state, batch);
    if (code == SQLITE_OK) code = commit_people(state, batch);
    if (code == SQLITE_OK) code = commit_timers(state, batch);
    if (code == SQLITE_OK) code = commit_events(state, batch);
    if (code == SQLITE_OK) code = commit_rest(state, batch);
    if (code == SQLITE_OK) code = commit_programs(state, batch);
    if (code == SQLITE_OK) code = sqlite_commit_access(state, batch);
    sqlite3_wal_hook(state->db, commit_hook, &pages);
    if (code == SQLITE_OK) code = sqlite_step(state, SQL_COMMIT);
    sqlite3_wal_hook(state->db, NULL, NULL);
    jn_arena_reset(&state->sealing);
    if (code == SQLITE_OK) {
        commit_note_days(state, batch);
        if (batch->n_erase > 0) commit_forget_keys(state);
        if (pages >= state->checkpoint_pages) commit_checkpoint(state);
        return JN_OK;
    }
    jn_rc rc = state->fault.rc != JN_OK ? jn_fail(err, state->fault.rc, "%s", state->fault.text)
                                        : sqlite_write_failure(state, code, "commit", err);
    if (rc == JN_FENCED) jn_fail(err, rc, "lane %u has another owner", batch->lane);
    sqlite_end(store);
    return rc;
}

jn_rc sqlite_claim(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_bind_int64(state->statement[SQL_CLAIM], 1, lane);
    int code = sqlite_step(state, SQL_CLAIM);
    return code == SQLITE_OK ? sqlite_lane(store, lane, out, err)
                             : sqlite_write_failure(state, code, "claim a lane", err);
}

jn_rc sqlite_lane(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *read = state->statement[SQL_LANE];
    sqlite3_bind_int64(read, 1, lane);
    int code = sqlite3_step(read);
    *out = (struct jr_lane){.lane = lane};
    out->epoch = (uint64_t)sqlite3_column_int64(read, 0);
    out->seq = (uint64_t)sqlite3_column_int64(read, 1);
    sqlite3_reset(read);
    return code == SQLITE_ROW ? JN_OK : sqlite_failure(state->db, code, "read a lane", err);
}

jn_rc sqlite_program_drop(struct jr_store *store, const uint8_t id[32], struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_bind_blob(state->statement[SQL_DROP_PROGRAM], 1, id, 32, SQLITE_STATIC);
    int code = sqlite_step(state, SQL_DROP_PROGRAM);
    return code == SQLITE_OK ? JN_OK : sqlite_write_failure(state, code, "drop a program", err);
}

/* A step for each day: ids are many, days are few. */
jn_rc sqlite_load_days(struct jr_store_sqlite_state *state, struct jn_err *err) {
    sqlite3_stmt *newest = state->statement[SQL_SEEN_DAY];
    int64_t before = INT64_MAX;
    state->n_seen_day = 0;
    while (state->n_seen_day < SQLITE_SEEN_DAYS) {
        sqlite3_bind_int64(newest, 1, before);
        bool found = sqlite3_step(newest) == SQLITE_ROW, none = sqlite3_column_type(newest, 0) == SQLITE_NULL;
        before = sqlite3_column_int64(newest, 0);
        int code = sqlite3_reset(newest);
        if (!found) return sqlite_failure(state->db, code, "read what was taken", err);
        if (none) break;
        state->seen_day[state->n_seen_day++] = before;
    }
    return JN_OK;
}

jn_rc sqlite_prune(struct jr_store *store, int64_t before, bool *more, struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_bind_int64(state->statement[SQL_PRUNE], 1, jn_local_day(before));
    int code = sqlite_step(state, SQL_PRUNE);
    if (code != SQLITE_OK) return sqlite_write_failure(state, code, "forget old ids", err);
    *more = sqlite3_changes(state->db) > 0;
    return *more ? JN_OK : sqlite_load_days(state, err);
}

jn_rc sqlite_forget(struct jr_store *store, uint64_t customer, int64_t at, uint64_t below, uint32_t max, uint32_t *n,
                    struct jn_err *err) {
    struct jr_store_sqlite_state *state = sqlite_state(store);
    sqlite3_stmt *forget = state->statement[SQL_FORGET];
    sqlite_bind_u64(forget, 1, customer);
    sqlite3_bind_int64(forget, 2, at);
    sqlite_bind_u64(forget, 3, below > INT64_MAX ? INT64_MAX : below);
    sqlite3_bind_int64(forget, 4, max);
    int code = sqlite_step(state, SQL_FORGET);
    if (code != SQLITE_OK) return sqlite_write_failure(state, code, "forget old events", err);
    *n = (uint32_t)sqlite3_changes(state->db);
    return JN_OK;
}

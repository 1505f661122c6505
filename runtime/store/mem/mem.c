/* The store of the tests: sorted arrays in memory, the same answers as a durable one, gone when it is closed. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/map.h"
#include "journey/store.h"
#include "runtime/store/mem/mem.h"
#include "runtime/store/mem/table.h"

extern const struct jr_store_ops jr_store_mem;

#define MEM_LANES 64

struct mem_program {
    uint8_t id[32];
    struct jn_str image;
};

struct jr_store_mem {
    struct jr_store base;
    struct jn_map alias; /* keys are owned */
    struct jr_lane lane[MEM_LANES];
    struct mem_table customer, run, timer, event, seen, delivery, quarantine, counter, token, audit;
    struct jr_audit_ends ends;
    struct mem_program *program;
    uint32_t n_program;
};

static struct jr_store_mem *mem_of(struct jr_store *store) {
    return (struct jr_store_mem *)store;
}

static jn_rc mem_open(struct jn_str place, struct jr_store **out, struct jn_err *err) {
    if (place.n > 0) return jn_fail(err, JN_CONFIG, "the store mem: takes no place; write `mem:`");
    struct jr_store_mem *mem = jn_alloc_zero(1, sizeof(*mem));
    mem->base.ops = &jr_store_mem;
    jn_map_init(&mem->alias);
    *out = &mem->base;
    return JN_OK;
}

static void mem_close(struct jr_store *store) {
    struct jr_store_mem *mem = mem_of(store);
    struct mem_table *tables[] = {&mem->customer, &mem->run,        &mem->timer,   &mem->event, &mem->seen,
                                  &mem->delivery, &mem->quarantine, &mem->counter, &mem->token, &mem->audit};
    struct jn_str key;
    for (uint32_t at = 0; jn_map_next(&mem->alias, &at, &key, NULL);)
        free((char *)(uintptr_t)key.p);
    jn_map_release(&mem->alias);
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        mem_table_release(tables[i]);
    for (uint32_t i = 0; i < mem->n_program; i++)
        free((char *)(uintptr_t)mem->program[i].image.p);
    free(mem->program);
    free(mem);
}

void jr_store_mem_forget(struct jr_store *store) {
    struct jr_store_mem *mem = mem_of(store);
    struct mem_table *tables[] = {&mem->customer, &mem->run,      &mem->timer,     &mem->event,
                                  &mem->seen,     &mem->delivery, &mem->quarantine};
    struct jn_str key;
    for (uint32_t at = 0; jn_map_next(&mem->alias, &at, &key, NULL);)
        free((char *)(uintptr_t)key.p);
    jn_map_clear(&mem->alias);
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        mem_table_clear(tables[i]);
}

static jn_rc mem_claim(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err) {
    if (lane >= MEM_LANES) return jn_fail(err, JN_INVALID, "there is no lane %u", lane);
    struct jr_lane *row = &mem_of(store)->lane[lane];
    row->lane = lane;
    row->epoch++;
    *out = *row;
    return JN_OK;
}

/* ---- commit */

static void mem_put_alias(struct jr_store_mem *mem, const struct jr_row_alias *row) {
    struct jn_str key = row->ext;
    if (!jn_map_get(&mem->alias, key, NULL)) {
        char *copy = jn_alloc(key.n + 1);
        if (key.n > 0) memcpy(copy, key.p, key.n);
        key.p = copy;
    }
    jn_map_put(&mem->alias, key, row->customer);
}

/* Without a body it is an update of a row that is there. */
static void mem_put_delivery(struct jr_store_mem *mem, const struct jr_row_delivery *row) {
    struct mem_key key = {0, row->delivery};
    struct jr_row_delivery fixed = *row;
    struct jn_str body = row->body;
    if (body.p == NULL) {
        const struct mem_row *old = mem_table_get(&mem->delivery, key);
        if (old == NULL) return;
        memcpy(&fixed, old->fixed, sizeof(fixed));
        fixed.due = row->due;
        fixed.state = row->state;
        fixed.attempts = row->attempts;
        body = old->text[0];
    }
    fixed.body = JN_STR_NONE;
    mem_table_put(&mem->delivery, key, &fixed, sizeof(fixed), &body, 1);
}

static void mem_move_events(struct jr_store_mem *mem, uint64_t from, uint64_t into) {
    uint32_t at = mem_table_after(&mem->event, (struct mem_key){from, 0});
    while (at < mem->event.n && mem->event.row[at].key.high == from) {
        const struct mem_row *row = &mem->event.row[at];
        struct mem_key key = row->key;
        mem_table_put(&mem->event, (struct mem_key){into, key.low}, row->fixed, sizeof(int64_t), row->text, 2);
        mem_table_remove(&mem->event, key);
        at = mem_table_after(&mem->event, (struct mem_key){from, 0});
    }
}

static void mem_merge(struct jr_store_mem *mem, const struct jr_row_merge *merge) {
    if (merge->from == merge->into) return;
    mem_move_events(mem, merge->from, merge->into);
    for (uint32_t i = 0; i < mem->delivery.n; i++) {
        struct jr_row_delivery *row = mem->delivery.row[i].fixed;
        if (row->customer == merge->from) row->customer = merge->into;
    }
}

static void mem_erase_range(struct mem_table *table, uint64_t customer) {
    uint32_t at = mem_table_after(table, (struct mem_key){customer, 0});
    while (at < table->n && table->row[at].key.high == customer)
        mem_table_remove(table, table->row[at].key);
}

static void mem_erase(struct jr_store_mem *mem, uint64_t customer) {
    mem_erase_range(&mem->event, customer);
    mem_erase_range(&mem->run, customer);
    for (uint32_t i = mem->delivery.n; i-- > 0;)
        if (((struct jr_row_delivery *)mem->delivery.row[i].fixed)->customer == customer)
            mem_table_remove(&mem->delivery, mem->delivery.row[i].key);
}

static jn_rc mem_program_drop(struct jr_store *store, const uint8_t id[32], struct jn_err *err) {
    struct jr_store_mem *mem = mem_of(store);
    (void)err;
    for (uint32_t i = 0; i < mem->n_program; i++) {
        if (memcmp(mem->program[i].id, id, 32) != 0) continue;
        free((char *)(uintptr_t)mem->program[i].image.p);
        memmove(&mem->program[i], &mem->program[i + 1], (mem->n_program - i - 1) * sizeof(*mem->program));
        mem->n_program--;
        return JN_OK;
    }
    return JN_OK;
}

static void mem_put_program(struct jr_store_mem *mem, const struct jr_row_program *program) {
    char *image = jn_alloc(program->image.n);
    memcpy(image, program->image.p, program->image.n);
    mem_program_drop(&mem->base, program->id, NULL);
    mem->program = jn_realloc(mem->program, ((size_t)mem->n_program + 1) * sizeof(*mem->program));
    struct mem_program *row = &mem->program[mem->n_program++];
    memcpy(row->id, program->id, 32);
    row->image = (struct jn_str){image, program->image.n};
}

static void mem_put_token(struct jr_store_mem *mem, const struct jr_row_token *row) {
    struct mem_key key = mem_key_of(row->hash);
    if (row->body.p == NULL)
        mem_table_remove(&mem->token, key);
    else if (row->fresh || mem_table_get(&mem->token, key) != NULL)
        mem_table_put(&mem->token, key, row->hash, sizeof(row->hash), &row->body, 1);
}

static void mem_put_audit(struct jr_store_mem *mem, const struct jr_row_audit *row) {
    struct jr_row_audit fixed = *row;
    fixed.body = JN_STR_NONE;
    mem_table_put(&mem->audit, (struct mem_key){0, row->seq}, &fixed, sizeof(fixed), &row->body, 1);
    mem->ends.last = row->seq;
    memcpy(mem->ends.last_hash, row->hash, sizeof(row->hash));
}

static void mem_apply(struct jr_store_mem *mem, const struct jr_batch *b) {
    for (uint32_t i = 0; i < b->n_merge; i++)
        mem_merge(mem, &b->merge[i]);
    for (uint32_t i = 0; i < b->n_erase; i++)
        mem_erase(mem, b->erase[i]);
    for (uint32_t i = 0; i < b->n_alias; i++)
        mem_put_alias(mem, &b->alias[i]);
    for (uint32_t i = 0; i < b->n_customer; i++)
        mem_table_put(&mem->customer, (struct mem_key){0, b->customer[i].customer}, NULL, 0, &b->customer[i].body, 1);
    for (uint32_t i = 0; i < b->n_run; i++) {
        struct mem_key key = {b->run[i].customer, b->run[i].run};
        if (b->run[i].body.p == NULL)
            mem_table_remove(&mem->run, key);
        else
            mem_table_put(&mem->run, key, NULL, 0, &b->run[i].body, 1);
    }
    for (uint32_t i = 0; i < b->n_timer_gone; i++)
        mem_table_remove(&mem->timer, (struct mem_key){mem_order(b->timer_gone[i].due), b->timer_gone[i].run});
    for (uint32_t i = 0; i < b->n_timer; i++)
        mem_table_put(&mem->timer, (struct mem_key){mem_order(b->timer[i].due), b->timer[i].run}, &b->timer[i],
                      sizeof(b->timer[i]), NULL, 0);
    for (uint32_t i = 0; i < b->n_event; i++) {
        struct jn_str text[2] = {b->event[i].name, b->event[i].body};
        mem_table_put(&mem->event, (struct mem_key){b->event[i].customer, b->event[i].seq}, &b->event[i].at,
                      sizeof(b->event[i].at), text, 2);
    }
    for (uint32_t i = 0; i < b->n_seen; i++)
        mem_table_put(&mem->seen, mem_key_of(b->seen[i].key), &b->seen[i], sizeof(b->seen[i]), NULL, 0);
    for (uint32_t i = 0; i < b->n_delivery; i++)
        mem_put_delivery(mem, &b->delivery[i]);
    for (uint32_t i = 0; i < b->n_delivery_gone; i++)
        mem_table_remove(&mem->delivery, (struct mem_key){0, b->delivery_gone[i]});
    for (uint32_t i = 0; i < b->n_quarantine; i++) {
        struct jn_str text[4] = {b->quarantine[i].source, b->quarantine[i].reason, b->quarantine[i].body,
                                 b->quarantine[i].customer};
        mem_table_put(&mem->quarantine, (struct mem_key){0, b->quarantine[i].seq}, &b->quarantine[i].at,
                      sizeof(b->quarantine[i].at), text, 4);
    }
    for (uint32_t i = 0; i < b->n_quarantine_gone; i++)
        mem_table_remove(&mem->quarantine, (struct mem_key){0, b->quarantine_gone[i]});
    for (uint32_t i = 0; i < b->n_counter; i++)
        mem_table_put(&mem->counter, (struct mem_key){0, b->counter[i].counter}, &b->counter[i].value,
                      sizeof(b->counter[i].value), NULL, 0);
    for (uint32_t i = 0; i < b->n_program; i++)
        mem_put_program(mem, &b->program[i]);
    for (uint32_t i = 0; i < b->n_token; i++)
        mem_put_token(mem, &b->token[i]);
    for (uint32_t i = 0; i < b->n_audit; i++)
        mem_put_audit(mem, &b->audit[i]);
}

static jn_rc mem_commit(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err) {
    struct jr_store_mem *mem = mem_of(store);
    if (batch->lane >= MEM_LANES) return jn_fail(err, JN_INVALID, "there is no lane %u", batch->lane);
    struct jr_lane *lane = &mem->lane[batch->lane];
    if (lane->epoch != batch->epoch || lane->seq != batch->seq)
        return jn_fail(err, JN_FENCED, "lane %u has another owner", batch->lane);
    mem_apply(mem, batch);
    lane->seq++;
    return JN_OK;
}

/* ---- reads */

static jn_rc mem_find(struct jr_store *store, const struct jn_str *ext, uint32_t n, uint64_t *customer,
                      struct jn_err *err) {
    (void)err;
    for (uint32_t i = 0; i < n; i++)
        if (!jn_map_get(&mem_of(store)->alias, ext[i], &customer[i])) customer[i] = 0;
    return JN_OK;
}

static jn_rc mem_seen(struct jr_store *store, struct jr_row_seen *row, uint32_t n, bool *known, struct jn_err *err) {
    (void)err;
    for (uint32_t i = 0; i < n; i++) {
        const struct mem_row *found = mem_table_get(&mem_of(store)->seen, mem_key_of(row[i].key));
        known[i] = found != NULL;
        if (found != NULL) memcpy(&row[i], found->fixed, sizeof(row[i]));
    }
    return JN_OK;
}

static jn_rc mem_load(struct jr_store *store, uint64_t customer, struct jn_arena *arena, struct jr_row_customer *out,
                      struct jr_row_run **run, uint32_t *n_run, struct jn_err *err) {
    struct jr_store_mem *mem = mem_of(store);
    (void)err;
    const struct mem_row *row = mem_table_get(&mem->customer, (struct mem_key){0, customer});
    *out = (struct jr_row_customer){.customer = customer};
    *n_run = 0;
    *run = NULL;
    if (row == NULL) return JN_OK;
    out->body = jn_arena_str(arena, row->text[0]);
    uint32_t first = mem_table_after(&mem->run, (struct mem_key){customer, 0}), end = first;
    while (end < mem->run.n && mem->run.row[end].key.high == customer)
        end++;
    *run = JN_NEW_ARRAY(arena, struct jr_row_run, end - first);
    for (uint32_t i = first; i < end; i++)
        (*run)[(*n_run)++] = (struct jr_row_run){
            .customer = customer, .run = mem->run.row[i].key.low, .body = jn_arena_str(arena, mem->run.row[i].text[0])};
    return JN_OK;
}

/* A page of a table: rows behind `after` whose high key half is `high` (or any), at most max. */
static uint32_t mem_page(const struct mem_table *table, struct mem_key after, bool same_high, uint32_t max,
                         uint32_t *first) {
    uint32_t n = 0;
    *first = mem_table_after(table, after);
    while (n < max && *first + n < table->n && (!same_high || table->row[*first + n].key.high == after.high))
        n++;
    return n;
}

static void mem_event(uint64_t customer, const struct mem_row *row, struct jn_arena *arena, struct jr_row_event *out) {
    *out = (struct jr_row_event){.customer = customer, .seq = row->key.low};
    memcpy(&out->at, row->fixed, sizeof(out->at));
    out->name = jn_arena_str(arena, row->text[0]);
    out->body = jn_arena_str(arena, row->text[1]);
}

static jn_rc mem_events(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                        struct jr_row_event **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->event;
    uint32_t first;
    (void)err;
    *n = mem_page(table, (struct mem_key){customer, after}, true, max, &first);
    *out = JN_NEW_ARRAY(arena, struct jr_row_event, *n);
    for (uint32_t i = 0; i < *n; i++)
        mem_event(customer, &table->row[first + i], arena, &(*out)[i]);
    return JN_OK;
}

static jn_rc mem_recent(struct jr_store *store, uint64_t customer, uint64_t before, uint32_t max,
                        struct jn_arena *arena, struct jr_row_event **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->event;
    uint32_t end = mem_table_after(table, (struct mem_key){customer, before == 0 ? 0 : before - 1}), first = end;
    (void)err;
    while (first > 0 && end - first < max && table->row[first - 1].key.high == customer)
        first--;
    *n = end - first;
    *out = JN_NEW_ARRAY(arena, struct jr_row_event, *n);
    for (uint32_t i = 0; i < *n; i++)
        mem_event(customer, &table->row[end - 1 - i], arena, &(*out)[i]);
    return JN_OK;
}

static jn_rc mem_timers(struct jr_store *store, struct jr_row_timer after, uint32_t max, struct jn_arena *arena,
                        struct jr_row_timer **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->timer;
    uint32_t first;
    (void)err;
    *n = mem_page(table, (struct mem_key){mem_order(after.due), after.run}, false, max, &first);
    *out = JN_NEW_ARRAY(arena, struct jr_row_timer, *n);
    for (uint32_t i = 0; i < *n; i++)
        memcpy(&(*out)[i], table->row[first + i].fixed, sizeof(**out));
    return JN_OK;
}

/* In the order of numbers: of the state, or with `customer` not 0 of the customer. */
static void mem_outbox(struct jr_store *store, uint32_t state, uint64_t customer, uint64_t after, uint32_t max,
                       struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n) {
    const struct mem_table *table = &mem_of(store)->delivery;
    *n = 0;
    *out = NULL;
    for (uint32_t i = mem_table_after(table, (struct mem_key){0, after}); i < table->n && *n < max; i++) {
        struct jr_row_delivery row;
        memcpy(&row, table->row[i].fixed, sizeof(row));
        if (customer != 0 ? row.customer != customer : row.state != state) continue;
        row.body = jn_arena_str(arena, table->row[i].text[0]);
        *(struct jr_row_delivery *)jn_arena_grow(arena, out, n, sizeof(row)) = row;
    }
}

static jn_rc mem_deliveries(struct jr_store *store, enum jr_delivery_state state, uint64_t after, uint32_t max,
                            struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n, struct jn_err *err) {
    (void)err;
    mem_outbox(store, (uint32_t)state, 0, after, max, arena, out, n);
    return JN_OK;
}

static jn_rc mem_outbox_of(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max,
                           struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n, struct jn_err *err) {
    (void)err;
    mem_outbox(store, 0, customer, after, max, arena, out, n);
    return JN_OK;
}

static jn_rc mem_dead(struct jr_store *store, const uint8_t id[16], uint64_t *delivery, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->delivery;
    (void)err;
    *delivery = 0;
    for (uint32_t i = 0; i < table->n && *delivery == 0; i++) {
        struct jr_row_delivery row;
        memcpy(&row, table->row[i].fixed, sizeof(row));
        if (row.state == JR_DELIVERY_FAILED && memcmp(row.id, id, sizeof(row.id)) == 0) *delivery = row.delivery;
    }
    return JN_OK;
}

static jn_rc mem_quarantined(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                             struct jr_row_quarantine **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->quarantine;
    uint32_t first;
    (void)err;
    *n = mem_page(table, (struct mem_key){0, after}, false, max, &first);
    *out = JN_NEW_ARRAY(arena, struct jr_row_quarantine, *n);
    for (uint32_t i = 0; i < *n; i++) {
        const struct mem_row *row = &table->row[first + i];
        struct jr_row_quarantine *found = &(*out)[i];
        *found = (struct jr_row_quarantine){.seq = row->key.low};
        memcpy(&found->at, row->fixed, sizeof(found->at));
        found->source = jn_arena_str(arena, row->text[0]);
        found->reason = jn_arena_str(arena, row->text[1]);
        found->body = jn_arena_str(arena, row->text[2]);
        found->customer = jn_arena_str(arena, row->text[3]);
    }
    return JN_OK;
}

static jn_rc mem_customers(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                           struct jr_row_customer **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->customer;
    uint32_t first;
    (void)err;
    *n = mem_page(table, (struct mem_key){0, after}, false, max, &first);
    *out = JN_NEW_ARRAY(arena, struct jr_row_customer, *n);
    for (uint32_t i = 0; i < *n; i++)
        (*out)[i] =
            (struct jr_row_customer){table->row[first + i].key.low, jn_arena_str(arena, table->row[first + i].text[0])};
    return JN_OK;
}

static jn_rc mem_counters(struct jr_store *store, struct jn_arena *arena, struct jr_row_counter **out, uint32_t *n,
                          struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->counter;
    (void)err;
    *n = table->n;
    *out = JN_NEW_ARRAY(arena, struct jr_row_counter, table->n);
    for (uint32_t i = 0; i < table->n; i++) {
        (*out)[i].counter = table->row[i].key.low;
        memcpy(&(*out)[i].value, table->row[i].fixed, sizeof((*out)[i].value));
    }
    return JN_OK;
}

/* ---- programs */

static jn_rc mem_programs(struct jr_store *store, struct jn_arena *arena, struct jr_row_program **out, uint32_t *n,
                          struct jn_err *err) {
    struct jr_store_mem *mem = mem_of(store);
    (void)err;
    *n = mem->n_program;
    *out = JN_NEW_ARRAY(arena, struct jr_row_program, mem->n_program);
    for (uint32_t i = 0; i < mem->n_program; i++) {
        memcpy((*out)[i].id, mem->program[i].id, 32);
        (*out)[i].image = jn_arena_str(arena, mem->program[i].image);
    }
    return JN_OK;
}

/* ---- who may administer, and what they did */

static jn_rc mem_tokens(struct jr_store *store, struct jn_arena *arena, struct jr_row_token **out, uint32_t *n,
                        struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->token;
    (void)err;
    *n = table->n;
    *out = JN_NEW_ARRAY(arena, struct jr_row_token, table->n);
    for (uint32_t i = 0; i < table->n; i++) {
        (*out)[i] = (struct jr_row_token){.body = jn_arena_str(arena, table->row[i].text[0])};
        memcpy((*out)[i].hash, table->row[i].fixed, sizeof((*out)[i].hash));
    }
    return JN_OK;
}

static jn_rc mem_audit(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_audit **out, uint32_t *n, struct jn_err *err) {
    const struct mem_table *table = &mem_of(store)->audit;
    uint32_t first;
    (void)err;
    *n = mem_page(table, (struct mem_key){0, after}, false, max, &first);
    *out = JN_NEW_ARRAY(arena, struct jr_row_audit, *n);
    for (uint32_t i = 0; i < *n; i++) {
        memcpy(&(*out)[i], table->row[first + i].fixed, sizeof(**out));
        (*out)[i].body = jn_arena_str(arena, table->row[first + i].text[0]);
    }
    return JN_OK;
}

static jn_rc mem_audit_ends(struct jr_store *store, struct jr_audit_ends *out, struct jn_err *err) {
    (void)err;
    *out = mem_of(store)->ends;
    return JN_OK;
}

static jn_rc mem_audit_prune(struct jr_store *store, uint64_t upto, bool *more, struct jn_err *err) {
    struct jr_store_mem *mem = mem_of(store);
    (void)err;
    *more = false;
    while (mem->audit.n > 0 && mem->audit.row[0].key.low <= upto) {
        struct jr_row_audit row;
        memcpy(&row, mem->audit.row[0].fixed, sizeof(row));
        mem->ends.pruned = row.seq;
        memcpy(mem->ends.pruned_hash, row.hash, sizeof(row.hash));
        mem_table_remove(&mem->audit, mem->audit.row[0].key);
    }
    return JN_OK;
}

static jn_rc mem_prune(struct jr_store *store, int64_t before, bool *more, struct jn_err *err) {
    struct mem_table *table = &mem_of(store)->seen;
    (void)err;
    *more = false;
    for (uint32_t i = table->n; i-- > 0;) {
        struct jr_row_seen row;
        memcpy(&row, table->row[i].fixed, sizeof(row));
        if (row.at < before) mem_table_remove(table, table->row[i].key);
    }
    return JN_OK;
}

static jn_rc mem_forget(struct jr_store *store, uint64_t customer, int64_t at, uint64_t below, uint32_t max,
                        uint32_t *n, struct jn_err *err) {
    struct mem_table *table = &mem_of(store)->event;
    (void)err;
    *n = 0;
    for (uint32_t i = mem_table_after(table, (struct mem_key){customer, 0}); i < table->n && *n < max; (*n)++) {
        int64_t accepted;
        memcpy(&accepted, table->row[i].fixed, sizeof(accepted));
        if (table->row[i].key.high != customer || table->row[i].key.low >= below || accepted >= at) break;
        mem_table_remove(table, table->row[i].key);
    }
    return JN_OK;
}

/* What is gone when the process ends rests nowhere. */
static jn_rc mem_seal(struct jr_store *store, bool *rest, struct jn_err *err) {
    (void)store, (void)err;
    *rest = false;
    return JN_OK;
}

/* What is deleted is freed at once. */
static jn_rc mem_rewrite(struct jr_store *store, uint64_t max, bool *done, struct jn_err *err) {
    (void)store, (void)max, (void)err;
    *done = true;
    return JN_OK;
}

static jn_rc mem_check(struct jr_store *store, struct jn_err *err) {
    (void)store, (void)err;
    return JN_OK;
}

static struct jr_store_facts mem_facts(const struct jr_store *store) {
    (void)store;
    return (struct jr_store_facts){0};
}

static jn_rc mem_look(struct jn_str place, struct jr_store **out, struct jn_err *err) {
    (void)place, (void)out;
    return jn_fail(err, JN_NOT_FOUND, "a store in memory is gone when it is closed");
}

static jn_rc mem_backup(struct jr_store *store, const char *file, const _Atomic bool *stop, struct jr_store_copy *out,
                        struct jn_err *err) {
    (void)store, (void)file, (void)stop, (void)out;
    return jn_fail(err, JN_CONFIG, "a store in memory keeps nothing that could be copied");
}

static jn_rc mem_restore(struct jn_str place, const char *file, const char *keys, struct jr_store_copy *out,
                         struct jn_err *err) {
    (void)place, (void)file, (void)keys, (void)out;
    return jn_fail(err, JN_CONFIG, "a store in memory is not restored: it would be gone at once");
}

const struct jr_store_ops jr_store_mem = {
    .scheme = "mem",
    .open = mem_open,
    .close = mem_close,
    .claim = mem_claim,
    .commit = mem_commit,
    .find = mem_find,
    .seen = mem_seen,
    .load = mem_load,
    .events = mem_events,
    .recent = mem_recent,
    .timers = mem_timers,
    .deliveries = mem_deliveries,
    .outbox_of = mem_outbox_of,
    .dead = mem_dead,
    .quarantined = mem_quarantined,
    .customers = mem_customers,
    .counters = mem_counters,
    .programs = mem_programs,
    .program_drop = mem_program_drop,
    .tokens = mem_tokens,
    .audit = mem_audit,
    .audit_ends = mem_audit_ends,
    .audit_prune = mem_audit_prune,
    .prune = mem_prune,
    .forget = mem_forget,
    .seal = mem_seal,
    .seal_rest = mem_seal,
    .rewrite = mem_rewrite,
    .check = mem_check,
    .look = mem_look,
    .facts = mem_facts,
    .backup = mem_backup,
    .restore = mem_restore,
};

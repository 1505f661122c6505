/* Looking through a store: does every row say what the others say, and can everybody go on. */
#include <stdlib.h>

#include "core/check.h"
#include "runtime/audit/chain.h"
#include "runtime/engine/turn.h"

#define EXAMINE_PAGE 256 /* rows read at a time */

static const struct {
    const char *word, *text, *advice;
} FINDING_ROW[] = {
#define FINDING(name, word, text, advice) {word, text, advice},
#include "journey/tbl/findings.def"
#undef FINDING
};

const char *jr_finding_word(enum jr_finding_kind kind) {
    return FINDING_ROW[kind].word;
}

const char *jr_finding_text(enum jr_finding_kind kind) {
    return FINDING_ROW[kind].text;
}

const char *jr_finding_advice(enum jr_finding_kind kind) {
    return FINDING_ROW[kind].advice;
}

/* What is counted again, to be compared with the lane's counters. */
struct examine_count {
    const struct engine_program *program;
    uint64_t pinned;
    uint64_t *inside; /* by step */
};

struct examine {
    struct jr_engine *engine;
    struct jr_store *store;
    struct jn_arena arena; /* of a customer or a page of rows */
    struct examine_count *count;
    uint32_t n_count;
    bool recounts;              /* figures are set right, not found wrong */
    uint64_t due, parked, dead; /* rows of timers there should be; runs that cannot go on; dead letters */
    struct jr_examined *out;
    void (*found)(void *user, const struct jr_finding *finding);
    void *user;
    struct jn_err *err;
};

static void examine_found(struct examine *e, enum jr_finding_kind kind, uint64_t number, struct jn_str customer,
                          struct jn_str detail) {
    struct jr_finding finding = {kind, number, customer, detail};
    e->out->findings++;
    if (e->found != NULL) e->found(e->user, &finding);
}

/* ---- runs and their timers */

static struct examine_count *examine_count_of(struct examine *e, const struct engine_program *program) {
    for (uint32_t i = 0; i < e->n_count; i++)
        if (e->count[i].program == program) return &e->count[i];
    return NULL;
}

/* A timer is found by what it is ordered by. */
static jn_rc examine_timer(struct examine *e, uint64_t number, int64_t due, uint64_t customer, struct jn_str ext) {
    struct jr_row_timer *row;
    uint32_t n;
    if (due == INT64_MAX) return JN_OK;
    jn_rc rc = e->store->ops->timers(e->store, (struct jr_row_timer){.due = due, .run = number - 1}, 1, &e->arena, &row,
                                     &n, e->err);
    if (rc != JN_OK) return rc;
    e->due++;
    if (n == 0 || row->due != due || row->run != number || row->customer != customer)
        examine_found(e, JR_FINDING_TIMER_MISSING, number & ~JR_TIMER_OWN, ext, JN_STR(""));
    return JN_OK;
}

static bool examine_waits(const struct engine_run *run) {
    return run->status != ENGINE_LIVE || run->due != INT64_MAX || run->awaits != 0;
}

static jn_rc examine_run(struct examine *e, const struct engine_customer *customer, const struct engine_run *run) {
    struct examine_count *count = examine_count_of(e, run->program);
    if (count != NULL) {
        count->pinned++;
        if (run->status != ENGINE_ENDED) count->inside[run->step]++;
    }
    e->parked += run->due == ENGINE_PARKED_DUE;
    if (!examine_waits(run)) examine_found(e, JR_FINDING_RUN_STUCK, run->id, customer->ext, JN_STR(""));
    return examine_timer(e, run->id, run->stored_due, customer->id, customer->ext);
}

/* ---- customers */

static jn_rc examine_runs(struct examine *e, const struct jr_row_customer *row, const struct jr_row_run *run,
                          uint32_t n_run, const struct engine_customer *customer) {
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < n_run; i++) {
        struct engine_customer *alone = JN_NEW(&e->arena, struct engine_customer);
        struct jn_err why;
        e->out->runs++;
        if (engine_customer_decode(e->engine, row, &run[i], 1, &e->arena, alone, &why) == JN_OK)
            rc = examine_run(e, customer, alone->run[0]);
        else
            examine_found(e, JR_FINDING_RUN_UNREADABLE, run[i].run, customer->ext, jn_str_z(why.text));
    }
    return rc;
}

static jn_rc examine_merged(struct examine *e, uint64_t number, uint64_t into) {
    struct jr_row_customer row;
    struct jr_row_run *run;
    uint32_t n_run;
    if (into == 0) return JN_OK; /* erased */
    jn_rc rc = e->store->ops->load(e->store, into, &e->arena, &row, &run, &n_run, e->err);
    if (rc == JN_OK && row.body.p == NULL)
        examine_found(e, JR_FINDING_CUSTOMER_MISSING, number, JN_STR(""), JN_STR(""));
    return rc;
}

static jn_rc examine_customer(struct examine *e, uint64_t number) {
    struct engine_customer *customer = JN_NEW(&e->arena, struct engine_customer);
    struct jr_row_customer row;
    struct jr_row_run *run;
    uint32_t n_run;
    uint64_t into;
    struct jn_err why;
    jn_rc rc = e->store->ops->load(e->store, number, &e->arena, &row, &run, &n_run, e->err);
    if (rc != JN_OK) return rc;
    e->out->customers++;
    if (engine_merged_decode(row.body, &into)) return examine_merged(e, number, into);
    if (engine_customer_decode(e->engine, &row, NULL, 0, &e->arena, customer, &why) != JN_OK) {
        examine_found(e, JR_FINDING_CUSTOMER_UNREADABLE, number, JN_STR(""), jn_str_z(why.text));
        return JN_OK;
    }
    rc = examine_timer(e, number | JR_TIMER_OWN, customer->own_due, number, customer->ext);
    return rc == JN_OK ? examine_runs(e, &row, run, n_run, customer) : rc;
}

static jn_rc examine_customers(struct examine *e) {
    struct jn_arena page;
    uint64_t after = 0;
    jn_rc rc = JN_OK;
    jn_arena_init(&page);
    for (uint32_t n = EXAMINE_PAGE; rc == JN_OK && n == EXAMINE_PAGE;) {
        struct jr_row_customer *row = NULL;
        jn_arena_reset(&page);
        rc = e->store->ops->customers(e->store, after, EXAMINE_PAGE, &page, &row, &n, e->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
            jn_arena_reset(&e->arena);
            rc = examine_customer(e, after = row[i].customer);
        }
    }
    jn_arena_release(&page);
    return rc;
}

/* ---- timers and messages */

/* Every run has found its own: what is more belongs to nobody. */
static jn_rc examine_timers(struct examine *e) {
    struct jr_row_timer last = {INT64_MIN, 0, 0};
    jn_rc rc = JN_OK;
    for (uint32_t n = EXAMINE_PAGE; rc == JN_OK && n == EXAMINE_PAGE;) {
        struct jr_row_timer *row;
        jn_arena_reset(&e->arena);
        rc = e->store->ops->timers(e->store, last, EXAMINE_PAGE, &e->arena, &row, &n, e->err);
        if (rc != JN_OK) return rc;
        e->out->timers += n;
        if (n > 0) last = row[n - 1];
    }
    if (e->out->timers > e->due) {
        struct jn_str many = jn_arena_printf(&e->arena, "%llu of them", (unsigned long long)(e->out->timers - e->due));
        examine_found(e, JR_FINDING_TIMER_STRAY, 0, JN_STR(""), many);
    }
    return rc;
}

static jn_rc examine_delivery(struct examine *e, const struct jr_row_delivery *row, enum jr_delivery_state state) {
    struct jr_row_customer customer;
    struct jr_row_run *run;
    uint32_t n_run;
    struct jr_delivery delivery;
    struct engine_flight flight;
    jn_rc rc = e->store->ops->load(e->store, row->customer, &e->arena, &customer, &run, &n_run, e->err);
    if (rc != JN_OK) return rc;
    e->out->deliveries++;
    e->dead += state == JR_DELIVERY_FAILED;
    if (customer.body.p == NULL) examine_found(e, JR_FINDING_DELIVERY_STRAY, row->delivery, JN_STR(""), JN_STR(""));
    if (state != JR_DELIVERY_APPROVAL && !engine_outgoing_decode(row, &e->arena, &delivery, &flight))
        examine_found(e, JR_FINDING_DELIVERY_UNREADABLE, row->delivery, JN_STR(""), JN_STR(""));
    return JN_OK;
}

static jn_rc examine_deliveries(struct examine *e, enum jr_delivery_state state) {
    uint64_t after = 0;
    jn_rc rc = JN_OK;
    for (uint32_t n = EXAMINE_PAGE; rc == JN_OK && n == EXAMINE_PAGE;) {
        struct jr_row_delivery *row = NULL;
        jn_arena_reset(&e->arena);
        rc = e->store->ops->deliveries(e->store, state, after, EXAMINE_PAGE, &e->arena, &row, &n, e->err);
        for (uint32_t i = 0; rc == JN_OK && i < n; i++)
            rc = examine_delivery(e, &row[i], state);
        if (rc == JN_OK && n > 0) after = row[n - 1].delivery;
    }
    return rc;
}

/* ---- figures */

static void examine_figure(struct examine *e, uint64_t id, uint64_t counted, struct jn_str what) {
    uint64_t kept = engine_counter_value(e->engine, id);
    if (kept == counted) return;
    if (e->recounts) {
        *engine_counter(e->engine, id) = counted;
        return;
    }
    examine_found(e, JR_FINDING_COUNT_WRONG, 0, JN_STR(""),
                  jn_arena_printf(&e->arena, "%.*s: %llu are counted, %llu are stored", JN_FMT(what),
                                  (unsigned long long)kept, (unsigned long long)counted));
}

static void examine_figures(struct examine *e) {
    jn_arena_reset(&e->arena);
    for (uint32_t i = 0; i < e->n_count; i++) {
        const struct jn_program *program = e->count[i].program->program;
        examine_figure(e, engine_pinned_id(e->count[i].program), e->count[i].pinned,
                       jn_arena_printf(&e->arena, "runs of program %.20s", e->count[i].program->version));
        for (uint32_t step = 0; step < program->n_step; step++)
            examine_figure(e, engine_inside_id(e->count[i].program, step), e->count[i].inside[step],
                           jn_arena_printf(&e->arena, "people at step %.*s of program %.20s",
                                           JN_FMT(program->string[program->step[step].name]),
                                           e->count[i].program->version));
    }
    examine_figure(e, ENGINE_PARKED_RUNS, e->parked, JN_STR("runs that cannot go on"));
    examine_figure(e, ENGINE_DEAD, e->dead, JN_STR("dead letters"));
}

/* ---- the audit log */

static jn_rc examine_audit(struct examine *e) {
    struct jr_chain_walk walk;
    bool more = true;
    jn_rc rc = jr_chain_begin(e->store, &walk, e->err);
    while (rc == JN_OK && more)
        rc = jr_engine_check_notes(e->engine, &walk, EXAMINE_PAGE, &more, e->err);
    if (rc == JN_OK && walk.broken > 0)
        examine_found(e, JR_FINDING_AUDIT_BROKEN, walk.broken, JN_STR(""), jn_str_z(walk.why));
    return rc;
}

static void examine_begin(struct examine *e) {
    jn_arena_init(&e->arena);
    for (const struct engine_program *program = e->engine->programs; program != NULL; program = program->next)
        e->n_count++;
    e->out->programs = e->n_count;
    e->count = jn_alloc_zero(e->n_count + 1, sizeof(*e->count));
    uint32_t i = 0;
    for (const struct engine_program *program = e->engine->programs; program != NULL; program = program->next, i++) {
        e->count[i].program = program;
        e->count[i].inside = jn_alloc_zero(program->program->n_step + 1, sizeof(uint64_t));
    }
}

static void examine_end(struct examine *e) {
    for (uint32_t i = 0; i < e->n_count; i++)
        free(e->count[i].inside);
    free(e->count);
    jn_arena_release(&e->arena);
}

static jn_rc examine_all(struct examine *e) {
    examine_begin(e);
    jn_rc rc = examine_customers(e);
    if (rc == JN_OK) rc = examine_timers(e);
    for (int state = 0; rc == JN_OK && state < JR_DELIVERY_STATES; state++)
        rc = examine_deliveries(e, (enum jr_delivery_state)state);
    if (rc == JN_OK) rc = examine_audit(e);
    if (rc == JN_OK) examine_figures(e);
    examine_end(e);
    return rc;
}

jn_rc jr_engine_recount(struct jr_engine *engine, struct jn_err *err) {
    struct jn_err unheard;
    struct jr_examined examined = {0};
    struct jn_arena arena;
    struct examine e = {.engine = engine,
                        .store = engine->store,
                        .out = &examined,
                        .recounts = true,
                        .err = err == NULL ? &unheard : err};
    jn_rc rc = examine_all(&e);
    if (rc != JN_OK) return rc;
    jn_arena_init(&arena);
    rc = engine_quarantine_count(engine, &arena, err);
    if (rc == JN_OK) rc = engine_counters_commit(engine, &arena, err);
    jn_arena_release(&arena);
    return rc;
}

jn_rc jr_engine_examine(struct jr_engine *engine, void (*found)(void *user, const struct jr_finding *finding),
                        void *user, struct jr_examined *out, struct jn_err *err) {
    struct jn_err unheard;
    *out = (struct jr_examined){0};
    struct examine e = {.engine = engine,
                        .store = engine->store,
                        .out = out,
                        .found = found,
                        .user = user,
                        .err = err == NULL ? &unheard : err};
    return examine_all(&e);
}

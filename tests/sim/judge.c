/* At the end: what must be true of any life, and what must be true of this one. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/civil.h"
#include "core/value.h"
#include "known.h"

#define JUDGE_PAGE 64
#define SETTLED_MS (4 * JN_MS_DAY) /* a message is over by then: retries take a day, a breaker a quarter of an hour */

static void judge_finding(void *user, const struct jr_finding *finding) {
    sim_blame(user, "the store does not agree with itself: %s %llu %.*s", jr_finding_word(finding->kind),
              (unsigned long long)finding->number, JN_FMT(finding->detail));
}

static void judge_store(struct sim *sim) {
    struct jr_examined examined;
    struct jn_err err = {.text = ""};
    jn_rc rc = sim->store->ops->check(sim->store, &err);
    if (rc == JN_OK) rc = jr_engine_examine(sim->engine, judge_finding, sim, &examined, &err);
    if (rc != JN_OK) sim_blame(sim, "the store cannot be examined: %s", err.text);
}

/* Those that were given up are kept. */
static void judge_dead(struct sim *sim) {
    uint64_t after = 0;
    uint32_t n = 0;
    do {
        struct jr_delivery *delivery;
        if (jr_engine_dead(sim->engine, after, JUDGE_PAGE, &sim->arena, &delivery, &n, NULL) != JN_OK) n = 0;
        for (uint32_t i = 0; i < n; i++) {
            struct post *post = ledger_of(&sim->ledger, after = delivery[i].delivery);
            if (post != NULL) post->dead = true;
        }
    } while (n == JUDGE_PAGE);
}

/* Every message that was made has come to an end, and the world knows it. */
static void judge_posts(struct sim *sim) {
    for (uint32_t i = 0; i < sim->ledger.n; i++) {
        const struct post *post = sim->ledger.post[i];
        bool old = post->at + SETTLED_MS < sim->plan->end, asks = post->deed == 0;
        if (old && !asks && !post->received && !post->dead && !post->cancelled && !post->doubtful)
            sim_blame(sim, "message %.*s of %.*s was made and never sent", JN_FMT(post->id), JN_FMT(post->customer));
    }
}

/* Every acknowledged event is known: asked once more, it is a duplicate. */
static void judge_acknowledged(struct sim *sim) {
    const struct plan *plan = sim->plan;
    for (uint32_t i = 0; i < plan->n_request && sim->wrong[0] == '\0'; i++) {
        bool event = plan->request[i].deed.kind == DEED_EVENT || plan->request[i].deed.kind == DEED_OPENED;
        if (!event) continue;
        if (!sim->asking[i].acknowledged) sim_blame(sim, "%s was never acknowledged", plan->request[i].id);
        sim->asking[i].next_try = sim->now;
    }
    (void)process_turn(sim);
    while (requests_next(sim) <= sim->now && sim->wrong[0] == '\0')
        (void)process_turn(sim);
}

static int judge_order(const void *a, const void *b) {
    const struct post *x = *(const struct post *const *)a, *y = *(const struct post *const *)b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x->delivery < y->delivery ? -1 : x->delivery > y->delivery);
}

static void judge_known(struct sim *sim) {
    for (uint32_t who = 0; who < sim->plan->n_customer; who++) {
        struct known_got got = {.n = 0};
        const char *name = sim->plan->name[who];
        for (uint32_t i = 0; i < sim->ledger.n && got.n < KNOWN_GOT; i++)
            if (jn_str_is(sim->ledger.post[i]->customer, name)) got.post[got.n++] = sim->ledger.post[i];
        qsort(got.post, got.n, sizeof(*got.post), judge_order);
        const char *wrong = known_judge(&sim->plan->known, &got, true);
        if (wrong != NULL) sim_blame(sim, "%s: %s", name, wrong);
    }
}

void judge_end(struct sim *sim) {
    judge_acknowledged(sim);
    if (sim->wrong[0] == '\0') judge_store(sim);
    if (sim->wrong[0] == '\0') judge_dead(sim);
    if (sim->wrong[0] == '\0') judge_posts(sim);
    if (sim->wrong[0] == '\0' && sim->plan->kind == PLAN_KNOWN) judge_known(sim);
}

/* ---- the end of a life, to be compared with another's */

static void tell_runs(const struct jr_customer_view *view, struct jn_buf *out) {
    for (uint32_t i = 0; i < view->n_run; i++) {
        const struct jr_run_view *run = &view->run[i];
        jn_buf_printf(out,
                      "  run %.*s key %.*s at %.*s.%.*s ended %.*s parked %.*s held %.*s entered %lld due %lld goals",
                      JN_FMT(run->journey), JN_FMT(run->key), JN_FMT(run->stage), JN_FMT(run->step), JN_FMT(run->ended),
                      JN_FMT(run->parked), JN_FMT(run->held), (long long)run->entered, (long long)run->due);
        for (uint32_t g = 0; g < run->n_goal; g++)
            jn_buf_printf(out, " %.*s", JN_FMT(run->goal[g]));
        for (uint32_t s = 0; s < run->n_slot; s++) {
            jn_buf_printf(out, " %.*s=", JN_FMT(run->slot_name[s]));
            jn_value_print_source(run->slot[s], out);
        }
        jn_buf_char(out, '\n');
    }
}

static void tell_customer(struct sim *sim, uint32_t who, struct jn_buf *out) {
    struct jr_customer_view view;
    const char *name = sim->plan->name[who];
    if (jr_engine_customer_at(sim->engine, jn_str_z(name), sim->now, &sim->arena, &view, NULL) != JN_OK) {
        jn_buf_printf(out, "%s: nobody\n", name);
        return;
    }
    jn_buf_printf(out, "%s:", name);
    for (uint32_t i = 0; i < view.n_attr; i++) {
        jn_buf_printf(out, " %.*s=", JN_FMT(view.attr_name[i]));
        jn_value_print_source(view.attr[i], out);
    }
    for (uint32_t i = 0; i < view.n_tag; i++)
        jn_buf_printf(out, " tag %.*s", JN_FMT(view.tag[i]));
    for (uint32_t i = 0; i < view.n_topic; i++)
        jn_buf_printf(out, " %.*s %s", JN_FMT(view.topic[i]), view.consents[i] ? "in" : "out");
    jn_buf_char(out, '\n');
    tell_runs(&view, out);
}

static int tell_order(const void *a, const void *b) {
    return jn_str_cmp((*(const struct post *const *)a)->id, (*(const struct post *const *)b)->id);
}

void sim_tell(struct sim *sim, struct jn_buf *out) {
    struct jr_count *count;
    uint32_t n = 0;
    for (uint32_t who = 0; who < sim->plan->n_customer; who++)
        tell_customer(sim, who, out);
    if (jr_engine_counts(sim->engine, &sim->arena, &count, &n, NULL) != JN_OK) n = 0;
    for (uint32_t i = 0; i < n; i++)
        jn_buf_printf(out, "count %d %.*s %.*s %llu\n", (int)count[i].kind, JN_FMT(count[i].journey),
                      JN_FMT(count[i].name), (unsigned long long)count[i].value);
    if (sim->ledger.n > 0) qsort(sim->ledger.post, sim->ledger.n, sizeof(*sim->ledger.post), tell_order);
    for (uint32_t i = 0; i < sim->ledger.n; i++) {
        const struct post *post = sim->ledger.post[i];
        jn_buf_printf(out, "%.*s %016llx %.*s%s%s\n", JN_FMT(post->id), (unsigned long long)post->body,
                      JN_FMT(post->content), post->received ? " received" : "", post->dead ? " dead" : "");
    }
}

/* Runs of two customers who become one. */
#include <stdlib.h>

#include "core/hash.h"
#include "runtime/engine/identity/identity.h"

static bool runs_open(const struct engine_run *run) {
    return run->status != ENGINE_ENDED && !run->gone;
}

static bool runs_are_twins(const struct engine_run *a, const struct engine_run *b) {
    return jn_str_eq(engine_journey_name(a), engine_journey_name(b)) && jn_str_eq(a->key, b->key);
}

static bool runs_older(const struct engine_run *a, const struct engine_run *b) {
    return a->entered != b->entered ? a->entered < b->entered : a->id < b->id;
}

/* What the other has sent further than this one is not sent again. */
static void runs_take_visits(struct turn *turn, struct engine_run *stays, const struct engine_run *ends) {
    for (uint32_t i = 0; i < ends->n_visit; i++) {
        const struct engine_visit *theirs = &ends->visit[i];
        struct engine_visit *own = NULL;
        for (uint32_t k = 0; k < stays->n_visit && own == NULL; k++)
            if (stays->visit[k].step == theirs->step) own = &stays->visit[k];
        if (own == NULL) {
            own = engine_grow(turn->arena, &stays->visit, &stays->n_visit, sizeof(*own));
            *own = (struct engine_visit){.step = theirs->step};
        }
        uint32_t sent = theirs->n + theirs->skip;
        if (sent > own->n + own->skip) own->skip = sent - own->n;
    }
}

/* A goal that one has reached is not reached again by the other; they are told apart by name. */
static void runs_take_goals(struct engine_run *stays, const struct engine_run *ends) {
    const struct jn_program *to = stays->program->program, *of = ends->program->program;
    const struct jn_journey *own = engine_journey(stays), *theirs = engine_journey(ends);
    for (uint32_t i = 0; i < theirs->n_goal && i < ENGINE_GOALS_MAX; i++)
        for (uint32_t k = 0; k < own->n_goal && k < ENGINE_GOALS_MAX; k++)
            if ((ends->goals >> i & 1) != 0 && jn_str_eq(of->string[of->goal[theirs->first_goal + i].name],
                                                         to->string[to->goal[own->first_goal + k].name]))
                stays->goals |= 1u << k;
}

/* `stays` may be NULL: the other run is over. */
static void runs_end(struct turn *turn, struct engine_customer *customer, struct engine_run *ends,
                     struct engine_run *stays) {
    if (stays != NULL) {
        runs_take_visits(turn, stays, ends);
        runs_take_goals(stays, ends);
        stays->changed = true;
    }
    ends->goals = UINT32_MAX; /* no window stays open: what comes is counted for the run that stays */
    turn_end(turn, customer, ends, JN_STR("merged"));
}

/* Whether a customer who had been one all along would have only the other's run: he had entered as the other and was
 * not to enter again, or went through the journey as the other while this run was under way. */
static bool runs_had_entered(const struct turn *turn, const struct engine_customer *customer,
                             const struct engine_customer *other, const struct engine_run *run) {
    uint64_t journey = jn_hash64(engine_journey_name(run)), key = run->key.n == 0 ? 0 : jn_hash64(run->key);
    const struct jn_zone *zone = engine_zone(customer, turn->engine->current);
    for (uint32_t i = 0; i < other->n_mark; i++) {
        const struct engine_mark *mark = &other->mark[i];
        if (mark->journey != journey || mark->key != key) continue;
        if (mark->at >= run->entered) return true;
        return !engine_may_return(run->program->program, engine_journey(run), zone, mark->at, run->entered);
    }
    return false;
}

static struct engine_run *runs_twin(const struct engine_customer *customer, const struct engine_run *run) {
    for (uint32_t i = 0; i < customer->n_run; i++)
        if (runs_open(customer->run[i]) && runs_are_twins(customer->run[i], run)) return customer->run[i];
    return NULL;
}

/* A run that ends, and the one that stays for it, or NULL. */
struct runs_pair {
    struct engine_run *ends, *stays;
};

/* The customer's runs that end because of the other's; nothing ends before all is decided. */
static void runs_decide(struct turn *turn, struct engine_customer *customer, const struct engine_customer *other,
                        struct runs_pair **pair, uint32_t *n) {
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i], *twin;
        if (!runs_open(run)) continue;
        twin = runs_twin(other, run);
        if (twin != NULL ? !runs_older(twin, run) : !runs_had_entered(turn, customer, other, run)) continue;
        *(struct runs_pair *)engine_grow(turn->arena, pair, n, sizeof(**pair)) = (struct runs_pair){run, twin};
    }
}

static int runs_order(const void *a, const void *b) {
    const struct engine_run *x = *(struct engine_run *const *)a, *y = *(struct engine_run *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

void identity_merge_runs(struct turn *turn, struct engine_customer *into, struct engine_customer *from) {
    struct runs_pair *pair = NULL;
    uint32_t n = 0;
    runs_decide(turn, into, from, &pair, &n);
    runs_decide(turn, from, into, &pair, &n);
    for (uint32_t i = 0; i < n; i++)
        runs_end(turn, into, pair[i].ends, pair[i].stays);
    for (uint32_t i = 0; i < from->n_run; i++) {
        struct engine_run **place = engine_grow(turn->arena, &into->run, &into->n_run, sizeof(*place));
        *place = from->run[i];
        (*place)->changed = true; /* its row is under another customer */
    }
    if (into->n_run > 1) qsort(into->run, into->n_run, sizeof(*into->run), runs_order);
}

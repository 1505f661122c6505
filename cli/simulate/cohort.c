#include "cli/simulate/cohort.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cli/simulate/world.h"
#include "cli/terminal.h"
#include "core/check.h"

#define COHORT_SLICE 64 /* customers that a thread takes at a time */

struct cohort_work {
    const struct sim_cohort *cohort;
    const struct jn_program *program;
    struct jn_str image;
    const struct sim_model *model;
    atomic_uint next; /* first customer that nobody has taken */
    atomic_bool failed;
};

struct cohort_worker {
    struct cohort_work *work;
    struct sim_tally tally;
    struct jn_arena arena;
    pthread_t thread;
    bool first; /* shows progress */
    jn_rc rc;
    struct jn_err err;
};

/* Customers know nothing of each other: each lives on its own in an engine that is empty. */
static jn_rc cohort_lives(struct cohort_worker *worker, struct sim_world *world) {
    struct cohort_work *work = worker->work;
    uint32_t all = work->cohort->customers;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && !atomic_load(&work->failed)) {
        uint32_t from = atomic_fetch_add(&work->next, COHORT_SLICE);
        if (from >= all) break;
        uint32_t to = all - from < COHORT_SLICE ? all : from + COHORT_SLICE;
        for (uint32_t i = from; rc == JN_OK && i < to; i++)
            rc = sim_world_live(world, work->cohort->seed, i, 1, &worker->err);
        if (worker->first) cli_progress("simulate", to, all);
    }
    return rc;
}

static void *cohort_worker(void *user) {
    struct cohort_worker *worker = user;
    struct cohort_work *work = worker->work;
    const struct sim_cohort *cohort = work->cohort;
    struct sim_world world;
    worker->rc = sim_world_open(&world, work->program, work->image, work->model, &worker->tally, !cohort->together,
                                &worker->err);
    if (worker->rc == JN_OK && cohort->together && cohort->customers > 0)
        worker->rc = sim_world_live(&world, cohort->seed, 0, cohort->customers, &worker->err);
    else if (worker->rc == JN_OK)
        worker->rc = cohort_lives(worker, &world);
    sim_world_close(&world);
    if (worker->rc != JN_OK) atomic_store(&work->failed, true);
    return NULL;
}

jn_rc sim_cohort_run(const struct sim_cohort *cohort, const struct jn_program *program, struct jn_str image,
                     const struct sim_model *model, struct sim_tally *tally, struct jn_err *err) {
    struct cohort_work work = {.cohort = cohort, .program = program, .image = image, .model = model};
    uint32_t n = cohort->together ? 1 : cohort->threads, begun = 1;
    struct cohort_worker *worker = jn_alloc_zero(n, sizeof(*worker));
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; i < n; i++) {
        worker[i].work = &work;
        jn_arena_init(&worker[i].arena);
        sim_tally_init(&worker[i].tally, program, model, &worker[i].arena);
    }
    worker[0].first = true;
    while (begun < n && pthread_create(&worker[begun].thread, NULL, cohort_worker, &worker[begun]) == 0)
        begun++; /* with fewer threads it takes longer, and gives the same */
    cohort_worker(&worker[0]);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && i < begun) pthread_join(worker[i].thread, NULL);
        sim_tally_add(tally, &worker[i].tally);
        if (worker[i].rc != JN_OK && rc == JN_OK) rc = jn_fail(err, worker[i].rc, "%s", worker[i].err.text);
        sim_tally_release(&worker[i].tally);
        jn_arena_release(&worker[i].arena);
    }
    cli_progress(NULL, 0, 0);
    free(worker);
    return rc;
}

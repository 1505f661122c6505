#include "runtime/app/beside.h"

#include "core/check.h"

static void jr_beside__work(uv_work_t *work) {
    struct jr_beside *beside = work->data;
    struct jr_lane_view view = {.store = beside->store, .stop = &beside->stop};
    jr_job_work(beside->job, &view);
}

static void jr_beside__done(uv_work_t *work, int status) {
    struct jr_beside *beside = work->data;
    struct jr_job *job = beside->job;
    if (status != 0) job->rc = jn_fail(&job->err, JN_UNAVAILABLE, "the server is stopping");
    beside->job = NULL;
    job->answer(job);
    jr_job_free(job);
}

bool jr_beside_begin(struct jr_beside *beside, uv_loop_t *loop, struct jr_store *store, struct jr_job *job) {
    if (beside->job != NULL || beside->stop) return false;
    beside->store = store;
    beside->job = job;
    beside->work.data = beside;
    JN_CHECK(uv_queue_work(loop, &beside->work, jr_beside__work, jr_beside__done) == 0);
    return true;
}

void jr_beside_stop(struct jr_beside *beside) {
    beside->stop = true;
}

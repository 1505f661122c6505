#include "runtime/app/beside.h"

#include "core/check.h"

static void jr_beside__work(void *argument) {
    struct jr_beside *beside = argument;
    struct jr_lane_view view = {.store = beside->store, .stop = &beside->stop};
    jr_job_work(beside->job, &view);
    JN_CHECK(uv_async_send(&beside->done) == 0);
}

static void jr_beside__on_closed(uv_handle_t *handle) {
    ((struct jr_beside *)handle->data)->busy = false;
}

static void jr_beside__on_done(uv_async_t *done) {
    struct jr_beside *beside = done->data;
    JN_CHECK(uv_thread_join(&beside->thread) == 0);
    beside->job->answer(beside->job);
    jr_job_free(beside->job);
    uv_close((uv_handle_t *)done, jr_beside__on_closed);
}

/* A thread of its own: libuv's pool aborts when it cannot begin one. */
jn_rc jr_beside_begin(struct jr_beside *beside, uv_loop_t *loop, struct jr_store *store, struct jr_job *job) {
    if (beside->stop) return job->rc = jn_fail(&job->err, JN_UNAVAILABLE, "the server is stopping");
    if (beside->busy) return job->rc = jn_fail(&job->err, JN_CONFLICT, "another copy is being made");
    JN_CHECK(uv_async_init(loop, &beside->done, jr_beside__on_done) == 0);
    beside->done.data = beside;
    beside->busy = true;
    beside->store = store;
    beside->job = job;
    if (uv_thread_create(&beside->thread, jr_beside__work, beside) == 0) return JN_OK;
    uv_close((uv_handle_t *)&beside->done, jr_beside__on_closed);
    return job->rc = jn_fail(&job->err, JN_UNAVAILABLE, "no thread can be had to make a copy; try again later");
}

void jr_beside_stop(struct jr_beside *beside) {
    beside->stop = true;
}

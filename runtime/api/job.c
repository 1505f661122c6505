#include "runtime/api/job.h"

#include <stdlib.h>

#include "core/check.h"

struct jr_job *jr_job_new(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jn_alloc_zero(1, sizeof *job);
    job->api = api;
    job->exchange = exchange;
    jn_arena_init(&job->arena);
    jn_buf_init(&job->reply, JR_JOB_REPLY_MAX);
    return job;
}

void jr_job_work(struct jr_job *job, const struct jr_lane_view *lane) {
    if (job->work == NULL) return;
    job->rc = job->work(job, lane, &job->err);
    job->work = NULL;
}

void jr_job_free(struct jr_job *job) {
    jn_json_free(job->intake.document);
    jn_json_free(job->properties);
    jn_buf_release(&job->reply);
    jn_arena_release(&job->arena);
    free(job);
}

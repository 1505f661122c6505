#include "runtime/api/job.h"

#include <stdlib.h>

#include "core/check.h"
#include "runtime/api/access/access.h"
#include "runtime/api/api.h"

struct jr_job *jr_job_new(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jn_alloc_zero(1, sizeof *job);
    job->api = api;
    job->exchange = exchange;
    job->audited = api->audited;
    job->actor = api->actor;
    jn_arena_init(&job->arena);
    jn_buf_init(&job->reply, JR_JOB_REPLY_MAX);
    return job;
}

void jr_job_work(struct jr_job *job, const struct jr_lane_view *lane) {
    if (job->work == NULL) return;
    job->rc = jr_audit_begin(job, lane, &job->err);
    if (job->rc == JN_OK) job->rc = job->work(job, lane, &job->err);
    job->work = NULL;
    if (job->rc != JN_OK) jr_audit_came_to(job, lane, jn_rc_http(job->rc));
}

void jr_job_unwritten(struct jr_job *job, const struct jr_lane_view *lane, jn_rc rc, const struct jn_err *err) {
    if (job->rc != JN_OK || (job->intake.n == 0 && (job->note == 0 || jr_engine_noted(lane->engine) >= job->note)))
        return;
    job->rc = jn_fail(&job->err, rc, "the store cannot be written: %s", err->text);
    jr_audit_came_to(job, lane, jn_rc_http(rc));
}

void jr_job_answered(struct jr_job *job, const struct jr_lane_view *lane, enum jr_answer answer, struct jn_str reason) {
    job->answers[answer]++;
    job->done++;
    if (reason.n > 0 && job->reason.p == NULL) job->reason = jn_arena_str(&job->arena, reason);
    if (answer != JR_ANSWER_TAKEN) jr_audit_came_to(job, lane, 409);
}

void jr_job_free(struct jr_job *job) {
    jn_json_free(job->intake.document);
    jn_json_free(job->properties);
    jn_buf_release(&job->reply);
    jn_arena_release(&job->arena);
    free(job);
}

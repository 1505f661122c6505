/* A customer gets one more id, or is united with the customer who has it: what an administrator says is meant. */
#include "runtime/api/api.h"

static jn_rc jr_alias__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    const struct jr_http_request *request = jr_http_request_of(job->exchange);
    struct jr_input input = {.kind = JR_INPUT_ALIAS, .source = JN_STR("api"), .known = true, .insist = true};
    struct jr_customer_view view;
    jn_rc rc = jr_api__customer_of(request, &job->arena, &input.customer, err);
    if (rc == JN_OK) rc = jr_api__name(request->param, &job->arena, &input.other, err);
    if (rc == JN_OK && input.other.n > JR_TRACK_ID_MAX)
        rc = jn_fail(err, JN_INVALID, "an id is at most %d bytes", JR_TRACK_ID_MAX);
    if (rc == JN_OK) rc = jr_engine_customer(lane->engine, input.customer, &job->arena, &view, err);
    if (rc != JN_OK) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    return JN_OK;
}

static void jr_alias__answer(struct jr_job *job) {
    if (job->rc == JN_OK && job->answers[JR_ANSWER_QUARANTINED] > 0)
        job->rc = jn_fail(&job->err, JN_CONFLICT, "%.*s", JN_FMT(job->reason));
    if (job->rc != JN_OK) {
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
        return;
    }
    struct jn_json_out w;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jn_jw_key(&w, "id");
    jn_jw_str(&w, job->intake.input[0].customer);
    jn_jw_key(&w, "alias");
    jn_jw_str(&w, job->intake.input[0].other);
    jn_jw_end_object(&w);
    jr_http_respond(
        job->exchange,
        &(struct jr_http_reply){.status = 200, .content_type = "application/json", .body = jn_buf_view(&job->reply)});
}

void jr_api__alias(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_alias__work;
    job->answer = jr_alias__answer;
    jr_api__submit(api, job);
}

/* Consent given or taken back by whoever administers: an input like any other, durable before it is answered. */
#include "runtime/api/reply.h"

static jn_rc jr_consent__state(struct jr_job *job, bool *in, struct jn_err *err) {
    jn_rc rc = jr_reply__body(job, err);
    if (rc != JN_OK) return rc;
    struct jn_str state = jn_json_text(jn_json_get(job->properties, "state"));
    *in = jn_str_is(state, "in");
    if (*in || jn_str_is(state, "out")) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE, "`state` must be \"in\" or \"out\"");
}

static jn_rc jr_consent__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    const struct jr_http_request *request = jr_http_request_of(job->exchange);
    const struct jn_program *program = jr_engine_program(lane->engine);
    struct jr_input input = {.kind = JR_INPUT_CONSENT, .source = JN_STR("api")};
    struct jr_customer_view view;
    jn_rc rc = jr_consent__state(job, &input.in, err);
    if (rc == JN_OK) rc = jr_api__customer_of(request, &job->arena, &input.customer, err);
    if (rc == JN_OK) rc = jr_api__name(request->param, &job->arena, &input.event, err);
    if (rc == JN_OK && (program == NULL || jn_program_topic(program, input.event) == JN_NONE))
        rc = jn_fail(err, JN_NOT_FOUND, "the program has no topic `%.*s`", JN_FMT(input.event));
    if (rc == JN_OK) rc = jr_engine_customer(lane->engine, input.customer, &job->arena, &view, err);
    if (rc != JN_OK) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    return JN_OK;
}

static void jr_consent__answer(struct jr_job *job) {
    if (job->rc != JN_OK) {
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
        return;
    }
    const struct jr_input *input = &job->intake.input[0];
    struct jn_json_out w;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jn_jw_key(&w, "topic");
    jn_jw_str(&w, input->event);
    jn_jw_key(&w, "state");
    jn_jw_z(&w, input->in ? "in" : "out");
    jn_jw_end_object(&w);
    jr_http_respond(
        job->exchange,
        &(struct jr_http_reply){.status = 200, .content_type = "application/json", .body = jn_buf_view(&job->reply)});
}

void jr_api__consent(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_consent__work;
    job->answer = jr_consent__answer;
    jr_api__submit(api, job);
}

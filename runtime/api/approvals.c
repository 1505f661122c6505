/* What people are to decide, and their decisions: inputs like any other, durable before they are answered. */
#include "runtime/api/reply.h"

enum { JR_APPROVALS__BY_MAX = 1000 }; /* bytes; the compiler allows far fewer */

static void jr_approvals__item(struct jn_json_out *w, const struct jr_approval *approval) {
    jn_jw_object(w);
    jr_reply__text(w, "id", approval->id);
    jr_reply__text(w, "journey", approval->journey);
    jr_reply__text(w, "step", approval->step);
    jr_reply__text(w, "customer", approval->customer);
    jr_reply__text(w, "text", approval->text);
    jr_reply__text(w, "by", approval->by);
    jr_reply__instant(w, "since", approval->since);
    jr_reply__instant(w, "until", approval->until);
    jn_jw_end_object(w);
}

static jn_rc jr_approvals__work_list(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_approval *approval = NULL;
    uint32_t n = 0;
    uint64_t after, next = 0;
    struct jn_json_out w;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK)
        rc = jr_engine_approvals(lane->engine, after, JR_REPLY__PAGE, &job->arena, &approval, &n, &next, err);
    if (rc != JN_OK) return rc;
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++)
        jr_approvals__item(&w, &approval[i]);
    jr_reply__end_page(&w, next);
    return JN_OK;
}

void jr_api__approvals(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_approvals__work_list);
}

/* ---- decisions ---- */

static jn_rc jr_approvals__read(struct jr_job *job, struct jr_input *input, struct jn_err *err) {
    jn_rc rc = jr_reply__body(job, err);
    if (rc != JN_OK) return rc;
    struct jn_str decision = jn_json_text(jn_json_get(job->properties, "decision"));
    input->event = jn_json_text(jn_json_get(job->properties, "by"));
    input->in = jn_str_is(decision, "approve");
    if (!input->in && !jn_str_is(decision, "reject"))
        return jn_fail(err, JN_UNPROCESSABLE, "`decision` must be \"approve\" or \"reject\"");
    if (input->event.n == 0 || input->event.n > JR_APPROVALS__BY_MAX)
        return jn_fail(err, JN_UNPROCESSABLE, "`by` must say who decides: the text behind `by` in the script");
    return JN_OK;
}

static jn_rc jr_approvals__work_decide(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_DECISION, .source = JN_STR("api")};
    struct jn_json_out w;
    jn_rc rc = jr_approvals__read(job, &input, err);
    if (rc == JN_OK) rc = jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &input.other, err);
    if (rc == JN_OK) rc = jr_engine_approval(lane->engine, input.other, input.event, &job->arena, err);
    if (rc != JN_OK) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "id", input.other);
    jr_reply__text(&w, "decision", input.in ? JN_STR("approved") : JN_STR("rejected"));
    jr_reply__text(&w, "by", input.event);
    jn_jw_end_object(&w);
    return JN_OK;
}

/* Another decision, or the end of its time, may have overtaken this one on its way into the turn. */
static void jr_approvals__answer(struct jr_job *job) {
    if (job->rc == JN_OK && job->answers[JR_ANSWER_DUPLICATE] > 0)
        job->rc = jn_fail(&job->err, JN_CONFLICT, "%.*s", JN_FMT(job->reason));
    jr_reply__answer(job);
}

void jr_api__decision(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_approvals__work_decide;
    job->answer = jr_approvals__answer;
    jr_api__submit(api, job);
}

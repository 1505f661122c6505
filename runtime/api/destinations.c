/* Where messages go and how these receivers do; channels that were disabled are enabled. */
#include "runtime/api/reply.h"

static void jr_destinations__item(struct jn_json_out *w, const struct jr_destination_view *view) {
    static const char *const STATE[JR_DESTINATION_STATES] = {[JR_DESTINATION_STATE_CLOSED] = "closed",
                                                             [JR_DESTINATION_STATE_OPEN] = "open",
                                                             [JR_DESTINATION_STATE_HALF_OPEN] = "half_open",
                                                             [JR_DESTINATION_STATE_DISABLED] = "disabled"};
    jn_jw_object(w);
    jr_reply__text(w, "name", view->name);
    jr_reply__text(w, "kind", view->service ? JN_STR("service") : JN_STR("channel"));
    jr_reply__text(w, "state", jn_str_z(STATE[view->state]));
    jr_reply__number(w, "waiting", view->waiting);
    jr_reply__number(w, "in_flight", view->in_flight);
    if (view->since > 0) jr_reply__instant(w, "since", view->since);
    if (view->until > 0) jr_reply__instant(w, "until", view->until);
    jn_jw_end_object(w);
}

void jr_api__destinations(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_destination_view view;
    struct jn_json_out w;
    struct jn_buf out;
    jn_buf_init(&out, JR_JOB_REPLY_MAX);
    jr_reply__begin_page(&w, &out);
    for (uint32_t at = 0; api->host.destination(api->host.user, &at, &view);)
        jr_destinations__item(&w, &view);
    jr_reply__end_page(&w, 0);
    jr_http_respond(exchange, &(struct jr_http_reply){
                                  .status = 200, .content_type = "application/json", .body = jn_buf_view(&out)});
    jn_buf_release(&out);
}

/* ---- enable ---- */

static jn_rc jr_destinations__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str name;
    struct jn_json_out w;
    jn_rc rc = jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &name, err);
    if (rc == JN_OK && name.n == 0) rc = jn_fail(err, JN_INVALID, "a channel has a name");
    if (rc == JN_OK) rc = jr_engine_enable(lane->engine, name, &job->arena, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "name", name);
    jn_jw_end_object(&w);
    return JN_OK;
}

static void jr_destinations__answer(struct jr_job *job) {
    struct jn_str name;
    struct jn_err err;
    if (job->rc == JN_OK && jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &name, &err) == JN_OK)
        job->api->host.enable(job->api->host.user, name);
    jr_reply__answer(job);
}

void jr_api__enable(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_destinations__work;
    job->answer = jr_destinations__answer;
    jr_api__submit(api, job);
}

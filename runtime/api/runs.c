/* Runs that cannot go on, and their next try. */
#include "runtime/api/reply.h"

static void jr_runs__item(struct jn_json_out *w, const struct jr_parked *parked) {
    const struct jr_run_view *run = &parked->run;
    jn_jw_object(w);
    jr_reply__number(w, "run", run->run);
    jr_reply__text(w, "customer", parked->customer);
    jr_reply__text(w, "journey", run->journey);
    jr_reply__text(w, "stage", run->stage);
    jr_reply__text(w, "step", run->step);
    jr_reply__text(w, "version", run->version);
    jr_reply__text(w, "parked", run->parked);
    jr_reply__instant(w, "entered", run->entered);
    jn_jw_end_object(w);
}

static jn_rc jr_runs__work_list(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_parked *parked;
    struct jn_json_out w;
    uint32_t n;
    uint64_t after;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK) rc = jr_engine_parked(lane->engine, after, JR_REPLY__PAGE, &job->arena, &parked, &n, err);
    if (rc != JN_OK) return rc;
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++)
        jr_runs__item(&w, &parked[i]);
    jr_reply__end_page(&w, n == JR_REPLY__PAGE ? parked[n - 1].run.run : 0);
    return JN_OK;
}

void jr_api__runs(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_runs__work_list);
}

static jn_rc jr_runs__work_retry(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_UNPARK, .source = JN_STR("api")};
    struct jn_json_out w;
    jn_rc rc = jr_reply__digits(jr_http_request_of(job->exchange)->param, &input.run)
                   ? jr_engine_is_parked(lane->engine, input.run, err)
                   : jn_fail(err, JN_NOT_FOUND, "a run is named by its number");
    if (rc != JN_OK) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__number(&w, "run", input.run);
    jr_reply__text(&w, "state", JN_STR("live"));
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__unpark(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_runs__work_retry);
}

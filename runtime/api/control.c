/* Pausing, resuming and stopping a journey. */
#include "runtime/api/reply.h"

enum { JR_CONTROL__SPREAD_MAX_S = 7 * 24 * 3600 };

static jn_rc jr_control__resume(const struct jn_json *body, struct jr_control *out, struct jn_err *err) {
    static const char *const OVERDUE[] = {"replay", "skip", "spread"};
    struct jn_str overdue = jn_json_text(jn_json_get(body, "overdue"));
    const struct jn_json *spread = jn_json_get(body, "spread");
    bool known = jn_json_get(body, "overdue") == NULL;
    for (int i = 0; i < 3; i++)
        if (jn_str_is(overdue, OVERDUE[i])) {
            out->overdue = (enum jr_overdue)i;
            known = true;
        }
    if (!known)
        return jn_fail(
            err, JN_UNPROCESSABLE,
            "`overdue` is \"replay\" (who is overdue goes on at once), \"skip\" (goes on, but is not sent what "
            "was due) or \"spread\" (goes on within `spread`)");
    if ((out->overdue == JR_OVERDUE_SPREAD) != (spread != NULL))
        return jn_fail(err, JN_UNPROCESSABLE, "`spread` goes with `overdue` \"spread\", and that needs it");
    if (spread == NULL || jr_reply__span(jn_json_text(spread), JR_CONTROL__SPREAD_MAX_S, &out->spread_s)) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE,
                   "`spread` is a text like \"90 seconds\", \"30 minutes\", \"2 hours\" or \"1 day\", at most 7 days");
}

static jn_rc jr_control__pause(const struct jn_json *body, struct jr_control *out, struct jn_err *err) {
    const struct jn_json *clock = jn_json_get(body, "clock");
    out->running = jn_str_is(jn_json_text(clock), "running");
    if (clock == NULL || out->running || jn_str_is(jn_json_text(clock), "frozen")) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE,
                   "`clock` is \"frozen\" (waits last longer by the length of the pause) or \"running\" (they do not)");
}

static jn_rc jr_control__read(struct jr_job *job, struct jr_control *out, struct jn_err *err) {
    jn_rc rc = jr_http_request_of(job->exchange)->body.n == 0 ? JN_OK : jr_reply__body(job, err);
    if (rc != JN_OK) return rc;
    if (out->verb == JR_CONTROL_PAUSE) return jr_control__pause(job->properties, out, err);
    return out->verb == JR_CONTROL_RESUME ? jr_control__resume(job->properties, out, err) : JN_OK;
}

static jn_rc jr_control__do(struct jr_job *job, const struct jr_lane_view *lane, enum jr_control_verb verb,
                            struct jn_err *err) {
    struct jr_control control = {.verb = verb};
    struct jn_json_out w;
    struct jn_str name;
    jn_rc rc = jr_control__read(job, &control, err);
    if (rc == JN_OK) rc = jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &name, err);
    if (rc == JN_OK) rc = jr_engine_control(lane->engine, name, &control, lane->now, &job->arena, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "name", name);
    jr_reply__state(&w, lane->engine, name);
    jn_jw_end_object(&w);
    return JN_OK;
}

static jn_rc jr_control__work_pause(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    return jr_control__do(job, lane, JR_CONTROL_PAUSE, err);
}

static jn_rc jr_control__work_resume(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    return jr_control__do(job, lane, JR_CONTROL_RESUME, err);
}

static jn_rc jr_control__work_stop(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    return jr_control__do(job, lane, JR_CONTROL_STOP, err);
}

void jr_api__pause(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_control__work_pause);
}

void jr_api__resume(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_control__work_resume);
}

void jr_api__stop(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_control__work_stop);
}

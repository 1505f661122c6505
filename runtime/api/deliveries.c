/* Messages by what has become of them, and dead letters tried anew. */
#include "runtime/api/reply.h"

static void jr_deliveries__item(struct jn_json_out *w, const struct jr_delivery *d, struct jn_str state,
                                const char *when) {
    jn_jw_object(w);
    jr_reply__text(w, "id", d->id);
    jr_reply__text(w, "state", state);
    if (d->channel.n > 0) jr_reply__text(w, "channel", d->channel);
    jr_reply__text(w, "journey", d->journey);
    jr_reply__text(w, "message", d->message);
    jr_reply__text(w, "customer", d->customer);
    jr_reply__number(w, "attempts", d->attempts);
    if (d->due > 0) jr_reply__instant(w, when, d->due);
    if (d->last_reason.n > 0) jr_reply__text(w, "last_reason", d->last_reason);
    jn_jw_end_object(w);
}

static jn_rc jr_deliveries__work_list(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str state = jr_http_query(jr_http_request_of(job->exchange), "state");
    struct jr_delivery *delivery = NULL;
    const char *when = "due";
    uint32_t n = 0;
    uint64_t after;
    struct jn_json_out w;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc != JN_OK) return rc;
    if (state.p == NULL) state = JN_STR("pending");
    if (jn_str_is(state, "pending")) {
        rc = jr_engine_pending(lane->engine, after, JR_REPLY__PAGE, &job->arena, &delivery, &n, err);
    } else if (jn_str_is(state, "failed") || jn_str_is(state, "dead")) {
        when = "failed_at";
        rc = jr_engine_dead(lane->engine, after, JR_REPLY__PAGE, &job->arena, &delivery, &n, err);
    } else if (jn_str_is(state, "sent")) {
        when = "sent_at";
        jr_engine_sent(lane->engine, after, JR_REPLY__PAGE, &job->arena, &delivery, &n);
    } else {
        rc = jn_fail(err, JN_INVALID,
                     "`state` is pending (on its way or waiting for its next attempt), sent (the last ones accepted), "
                     "failed or dead (both: given up)");
    }
    if (rc != JN_OK) return rc;
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++)
        jr_deliveries__item(&w, &delivery[i], state, when);
    jr_reply__end_page(&w, n == JR_REPLY__PAGE ? delivery[n - 1].delivery : 0);
    return JN_OK;
}

void jr_api__deliveries(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_deliveries__work_list);
}

/* ---- retry ---- */

static jn_rc jr_deliveries__work_retry(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_input input = {.kind = JR_INPUT_REPLAY, .source = JN_STR("api")};
    struct jn_str id;
    struct jn_json_out w;
    jn_rc rc = jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &id, err);
    if (rc == JN_OK) rc = jr_engine_dead_letter(lane->engine, id, &input.delivery, err);
    if (rc != JN_OK) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &input, sizeof input);
    job->intake.n = 1;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "id", id);
    jr_reply__text(&w, "state", JN_STR("pending"));
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__retry(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_deliveries__work_retry);
}

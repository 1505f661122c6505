/* Messages by what has become of them, and dead letters tried anew. */
#include "core/civil.h"
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

/* Which are asked for; texts are empty where all are. */
struct jr_deliveries__filter {
    struct jn_str state, channel, journey, message, customer;
    int64_t since;
};

/* An instant, or how long ago: "2 hours". */
static jn_rc jr_deliveries__since(struct jn_str text, int64_t now, int64_t *out, struct jn_err *err) {
    enum { YEARS_10_S = 3650 * 24 * 3600 };
    uint32_t seconds;
    *out = INT64_MIN;
    if (text.p == NULL || jn_instant_parse(text, out)) return JN_OK;
    if (!jr_reply__span(text, YEARS_10_S, &seconds))
        return jn_fail(err, JN_INVALID, "`since` is an instant (2026-03-01T10:00:00Z), or how long ago (2 hours)");
    *out = now - (int64_t)seconds * 1000;
    return JN_OK;
}

static jn_rc jr_deliveries__filter(struct jr_job *job, int64_t now, struct jr_deliveries__filter *out,
                                   struct jn_err *err) {
    const struct {
        const char *name;
        struct jn_str *text;
    } ROW[] = {{"state", &out->state},
               {"channel", &out->channel},
               {"journey", &out->journey},
               {"message", &out->message},
               {"customer", &out->customer}};
    const struct jr_http_request *request = jr_http_request_of(job->exchange);
    struct jn_str since;
    jn_rc rc = jr_reply__query(request, "since", &job->arena, &since, err);
    for (size_t i = 0; rc == JN_OK && i < sizeof ROW / sizeof ROW[0]; i++)
        rc = jr_reply__query(request, ROW[i].name, &job->arena, ROW[i].text, err);
    if (rc == JN_OK) rc = jr_deliveries__since(since, now, &out->since, err);
    if (out->state.p == NULL) out->state = JN_STR("pending");
    if (rc == JN_OK && jn_str_is(out->state, "sent") && out->channel.n > 0)
        return jn_fail(err, JN_UNPROCESSABLE,
                       "of messages that were accepted the channel is not kept: leave `channel` out");
    return rc;
}

static bool jr_deliveries__fits(struct jn_str wanted, struct jn_str is) {
    return wanted.n == 0 || jn_str_eq(wanted, is);
}

static bool jr_deliveries__is_asked(const struct jr_deliveries__filter *filter, const struct jr_delivery *d) {
    return jr_deliveries__fits(filter->channel, d->channel) && jr_deliveries__fits(filter->journey, d->journey) &&
           jr_deliveries__fits(filter->message, d->message) && jr_deliveries__fits(filter->customer, d->customer) &&
           d->due >= filter->since;
}

static jn_rc jr_deliveries__work_list(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_deliveries__filter filter = {.since = INT64_MIN};
    struct jr_delivery *delivery = NULL;
    const char *when = "due";
    uint32_t n = 0;
    uint64_t after;
    struct jn_json_out w;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK) rc = jr_deliveries__filter(job, lane->now, &filter, err);
    if (rc != JN_OK) return rc;
    struct jn_str state = filter.state;
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
        if (jr_deliveries__is_asked(&filter, &delivery[i])) jr_deliveries__item(&w, &delivery[i], state, when);
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

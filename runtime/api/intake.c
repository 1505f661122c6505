#include <inttypes.h>

#include "core/hash.h"
#include "runtime/api/api.h"
#include "runtime/ingest/events.h"
#include "runtime/ingest/hooks.h"
#include "runtime/measure/metrics.h"

#define JR_INTAKE__CORS "Access-Control-Allow-Origin: *\r\n"

/* ---- the tracking API ---- */

/* Takes the request's events off what the sender may send in a second. */
static jn_rc jr_intake__limit(struct jr_job *job, struct jr_rates *rates, uint64_t sender, enum jr_api_refused refused,
                              struct jn_err *err) {
    const struct jr_api_host *host = &job->api->host;
    if (rates->per_second == 0) return JN_OK;
    job->retry_after_s = jr_rate_take(rates, sender, job->intake.n, host->steady(host->user));
    if (job->retry_after_s == 0) return JN_OK;
    jr_metric_add(JR_METRIC_REFUSED, refused, 1);
    return jn_fail(err, JN_LIMITED,
                   "this sender has sent more than %" PRIu32 " events a second; wait %" PRIu32 " seconds",
                   rates->per_second, job->retry_after_s);
}

static void jr_intake__answer_track(struct jr_job *job) {
    if (job->rc != JN_OK) {
        jr_api__fail_for_now(job->exchange, job->rc, JN_STR(JR_INTAKE__CORS), jn_str_z(job->err.text),
                             job->retry_after_s);
        return;
    }
    jr_http_respond(job->exchange, &(struct jr_http_reply){.status = 200,
                                                           .content_type = "application/json",
                                                           .headers = JN_STR(JR_INTAKE__CORS),
                                                           .body = JN_STR("{\"success\":true}")});
}

static jn_rc jr_intake__work_track(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    (void)err;
    jr_track_settle(&job->intake, jr_engine_program(lane->engine));
    return JN_OK;
}

/* The events that were read, or why there are none, are in the job. */
static void jr_intake__go_on(struct jr_api *api, struct jr_job *job) {
    job->answer = jr_intake__answer_track;
    job->work = jr_intake__work_track;
    if (job->rc == JN_OK && job->intake.n > 0)
        job->rc = jr_intake__limit(job, &api->key_rates, job->intake.key, JR_API_REFUSED_KEY, &job->err);
    if (job->rc == JN_OK && job->intake.n > 0) {
        jr_api__submit(api, job);
        return;
    }
    job->answer(job);
    jr_job_free(job);
}

void jr_api__track(struct jr_api *api, struct jr_http_exchange *exchange) {
    const struct jr_http_request *request = jr_http_request_of(exchange);
    struct jr_job *job = jr_job_new(api, exchange);
    struct jr_track_request track = {.call = request->param,
                                     .authorization = jr_http_header(request, "authorization"),
                                     .body = request->body,
                                     .wall = api->host.now(api->host.user)};
    job->rc = jr_track_take(&api->keys, &track, &job->arena, &job->intake, &job->err);
    jr_intake__go_on(api, job);
}

static bool jr_intake__attribute(const void *user, const char *name, struct jn_buf *out) {
    struct jn_str value = jr_http_header(user, name);
    if (value.p == NULL) return false;
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"') value = jn_str_sub(value, 1, value.n - 2);
    if (!jr_http_unescape(value, out)) jn_buf_reset(out);
    return true;
}

void jr_api__events(struct jr_api *api, struct jr_http_exchange *exchange) {
    const struct jr_http_request *request = jr_http_request_of(exchange);
    struct jr_job *job = jr_job_new(api, exchange);
    struct jr_events_request events = {.authorization = jr_http_header(request, "authorization"),
                                       .content_type = jr_http_header(request, "content-type"),
                                       .body = request->body,
                                       .wall = api->host.now(api->host.user),
                                       .header = jr_intake__attribute,
                                       .user = request};
    job->rc = jr_events_take(&api->keys, &events, &job->arena, &job->intake, &job->err);
    jr_intake__go_on(api, job);
}

void jr_api__preflight(struct jr_api *api, struct jr_http_exchange *exchange) {
    (void)api;
    static const char LINES[] = JR_INTAKE__CORS
        "Access-Control-Allow-Methods: POST, GET, OPTIONS\r\n"
        "Access-Control-Allow-Headers: Authorization, Content-Type, X-Retry-Count, AnonymousId, traceparent, "
        "tracestate\r\n"
        "Access-Control-Max-Age: 86400\r\n";
    jr_http_respond(exchange, &(struct jr_http_reply){.status = 204, .headers = {LINES, sizeof LINES - 1}});
}

void jr_api__settings(struct jr_api *api, struct jr_http_exchange *exchange) {
    (void)api;
    const struct jr_http_request *request = jr_http_request_of(exchange);
    struct jn_buf key, document;
    jn_buf_init(&key, 256);
    jn_buf_init(&document, 4096);
    if (!jr_http_unescape(request->param, &key)) {
        jr_api__fail(exchange, JN_INVALID, JN_STR(JR_INTAKE__CORS), JN_STR("the key in the path is malformed"));
    } else {
        /* Browsers on pages that came encrypted send to nothing else, so it matters what a proxy in front was asked. */
        bool encrypted =
            jr_http_is_encrypted(exchange) || jn_str_is(jr_http_header(request, "x-forwarded-proto"), "https");
        jr_track_settings(jn_buf_view(&key), jr_http_header(request, "host"), encrypted, &document);
        jr_http_respond(exchange, &(struct jr_http_reply){.status = 200,
                                                          .content_type = "application/json",
                                                          .headers = JN_STR(JR_INTAKE__CORS),
                                                          .body = jn_buf_view(&document)});
    }
    jn_buf_release(&key);
    jn_buf_release(&document);
}

/* ---- inbound webhooks ---- */

static struct jn_str jr_intake__header(const void *user, const char *name) {
    return jr_http_header(user, name);
}

static jn_rc jr_intake__work_hook(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    const struct jr_http_request *request = jr_http_request_of(job->exchange);
    struct jr_hook hook = {.program = jr_engine_program(lane->engine),
                           .source = request->param,
                           .body = request->body,
                           .now = lane->now,
                           .wall = job->api->host.wall(),
                           .header = jr_intake__header,
                           .user = request,
                           .variable = job->api->host.variable};
    struct jr_hook_taken taken;
    jn_rc rc = jr_hook_take(&hook, &job->arena, &taken, err);
    job->intake.document = taken.document;
    job->properties = taken.properties;
    job->weight += taken.weight;
    if (rc != JN_OK || !taken.taken) return rc;
    job->intake.input = jn_arena_copy(&job->arena, &taken.input, sizeof taken.input);
    job->intake.n = 1;
    /* Only behind the signature: nobody else can use up what a source may send. */
    return jr_intake__limit(job, &job->api->source_rates, jn_hash64(hook.source), JR_API_REFUSED_SOURCE, err);
}

static void jr_intake__answer_hook(struct jr_job *job) {
    if (job->rc != JN_OK) {
        jr_api__fail_for_now(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text), job->retry_after_s);
    } else if (job->answers[JR_ANSWER_QUARANTINED] > 0) {
        jr_api__fail(job->exchange, JN_UNPROCESSABLE, JN_STR_NONE, job->reason);
    } else {
        jr_http_respond(job->exchange, &(struct jr_http_reply){.status = 200,
                                                               .content_type = "application/json",
                                                               .body = JN_STR("{\"success\":true}")});
    }
}

void jr_api__hook(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_intake__work_hook;
    job->answer = jr_intake__answer_hook;
    jr_api__submit(api, job);
}

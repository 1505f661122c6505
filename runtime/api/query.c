#include "runtime/api/api.h"

#include "core/civil.h"
#include "core/hash.h"
#include "core/value.h"

enum { JR_QUERY__PAGE = 100 };

/* ---- shared ---- */

static void jr_query__answer(struct jr_job *job) {
    if (job->rc == JN_OK && job->reply.failed) job->rc = jn_fail(&job->err, JN_TOO_LARGE, "the answer is too large");
    if (job->rc != JN_OK) {
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
        return;
    }
    jr_http_respond(job->exchange, &(struct jr_http_reply){.status = 200,
                                                           .content_type = "application/json",
                                                           .headers = JN_STR("Cache-Control: no-store\r\n"),
                                                           .body = jn_buf_view(&job->reply)});
}

static void jr_query__begin(struct jr_api *api, struct jr_http_exchange *exchange,
                            jn_rc (*work)(struct jr_job *, const struct jr_lane_view *, struct jn_err *)) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = work;
    job->answer = jr_query__answer;
    jr_api__submit(api, job);
}

/* The `after` of a paged list; JN_INVALID when it is no number. */
static jn_rc jr_query__after(const struct jr_job *job, uint64_t *out, struct jn_err *err) {
    struct jn_str text = jr_http_query(jr_http_request_of(job->exchange), "after");
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *out > UINT64_MAX / 10 - 1)
            return jn_fail(err, JN_INVALID, "`after` must be the `next` of a page before");
        *out = *out * 10 + (uint64_t)(text.p[i] - '0');
    }
    return JN_OK;
}

static void jr_query__text(struct jn_json_out *w, const char *key, struct jn_str value) {
    jn_jw_key(w, key);
    jn_jw_str(w, value);
}

static void jr_query__number(struct jn_json_out *w, const char *key, uint64_t value) {
    jn_jw_key(w, key);
    jn_jw_int(w, (int64_t)value);
}

static void jr_query__instant(struct jn_json_out *w, const char *key, int64_t at) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_jw_key(w, key);
    jn_instant_print(at, &text);
    jn_jw_str(w, jn_buf_view(&text));
    jn_buf_release(&text);
}

static void jr_query__hex(struct jn_json_out *w, const char *key, const uint8_t *bytes, size_t n) {
    struct jn_buf text;
    jn_buf_init(&text, 128);
    jn_hex((struct jn_str){(const char *)bytes, n}, &text);
    jr_query__text(w, key, jn_buf_view(&text));
    jn_buf_release(&text);
}

/* Closes {"items":[…; `last` is the number of the last item of a full page, or 0. */
static void jr_query__end_page(struct jn_json_out *w, uint64_t last) {
    jn_jw_end_array(w);
    jn_jw_key(w, "next");
    if (last == 0)
        jn_jw_null(w);
    else
        jn_jw_int(w, (int64_t)last);
    jn_jw_end_object(w);
}

static void jr_query__begin_page(struct jn_json_out *w, struct jn_buf *out) {
    jn_jw_init(w, out);
    jn_jw_object(w);
    jn_jw_key(w, "items");
    jn_jw_array(w);
}

/* ---- journeys ---- */

static const struct {
    const char *key;
    bool by_name;
} COUNT_ROW[JR_COUNTS] = {
    [JR_COUNT_ENTERED] = {"entered", false},
    [JR_COUNT_LEFT] = {"left", true},
    [JR_COUNT_GOAL] = {"goals", true},
    [JR_COUNT_SENT] = {"sent", true},
    [JR_COUNT_FAILED] = {"failed", true},
    [JR_COUNT_IGNORED] = {"ignored", false},
    [JR_COUNT_OUTSIDE] = {"outside_rollout", false},
    [JR_COUNT_GHOST] = {"ghosts", true},
    [JR_COUNT_NO_CONSENT] = {"without_consent", true},
    [JR_COUNT_QUIET] = {"quiet", true},
    [JR_COUNT_CAPPED] = {"capped", true},
    [JR_COUNT_ANSWERED] = {"answered", true},
    [JR_COUNT_DEFAULTED] = {"defaulted", true},
    [JR_COUNT_LATE] = {"late_answers", true},
};

struct jr_query__counts {
    struct jr_count *count;
    uint32_t n;
};

static uint64_t jr_query__sum(const struct jr_query__counts *c, struct jn_str journey, enum jr_count_kind kind) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->count[i].kind == kind && jn_str_eq(c->count[i].journey, journey)) sum += c->count[i].value;
    return sum;
}

static void jr_query__journey(struct jn_json_out *w, const struct jn_program *program, const struct jn_journey *journey,
                              const struct jr_query__counts *c) {
    struct jn_str name = jn_program_str(program, journey->name);
    jn_jw_object(w);
    jr_query__text(w, "name", name);
    jr_query__text(w, "title", jn_program_str(program, journey->title));
    jr_query__hex(w, "version", program->id, sizeof program->id);
    jr_query__text(w, "state", JN_STR("live"));
    uint64_t entered = jr_query__sum(c, name, JR_COUNT_ENTERED), left = jr_query__sum(c, name, JR_COUNT_LEFT);
    jr_query__number(w, "inside", entered > left ? entered - left : 0);
    for (int kind = 0; kind < JR_COUNTS; kind++) {
        jn_jw_key(w, COUNT_ROW[kind].key);
        if (!COUNT_ROW[kind].by_name) {
            jn_jw_int(w, (int64_t)jr_query__sum(c, name, (enum jr_count_kind)kind));
            continue;
        }
        jn_jw_object(w);
        for (uint32_t i = 0; i < c->n; i++) {
            if ((int)c->count[i].kind != kind || !jn_str_eq(c->count[i].journey, name)) continue;
            jn_jw_key_str(w, c->count[i].name);
            jn_jw_int(w, (int64_t)c->count[i].value);
        }
        jn_jw_end_object(w);
    }
    jn_jw_end_object(w);
}

static jn_rc jr_query__work_journeys(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_query__counts c = {0};
    struct jn_json_out w;
    jn_rc rc = jr_engine_counts(lane->engine, &job->arena, &c.count, &c.n, err);
    if (rc != JN_OK) return rc;
    const struct jn_program *program = jr_engine_program(lane->engine);
    jr_query__begin_page(&w, &job->reply);
    for (uint32_t i = 0; program != NULL && i < program->n_journey; i++)
        jr_query__journey(&w, program, &program->journey[i], &c);
    jr_query__end_page(&w, 0);
    return JN_OK;
}

static jn_rc jr_query__work_journey(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_query__counts c = {0};
    struct jn_json_out w;
    struct jn_str name = jr_http_request_of(job->exchange)->param;
    const struct jn_program *program = jr_engine_program(lane->engine);
    uint32_t index = program == NULL ? JN_NONE : jn_program_journey(program, name);
    if (index == JN_NONE) return jn_fail(err, JN_NOT_FOUND, "the program has no journey `%.*s`", JN_FMT(name));
    jn_rc rc = jr_engine_counts(lane->engine, &job->arena, &c.count, &c.n, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jr_query__journey(&w, program, &program->journey[index], &c);
    return JN_OK;
}

void jr_api__journeys(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_query__begin(api, exchange, jr_query__work_journeys);
}

void jr_api__journey(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_query__begin(api, exchange, jr_query__work_journey);
}

/* ---- a customer ---- */

static void jr_query__run(struct jn_json_out *w, const struct jr_run_view *run) {
    jn_jw_object(w);
    jr_query__number(w, "run", run->run);
    jr_query__text(w, "journey", run->journey);
    jr_query__text(w, "key", run->key);
    jr_query__text(w, "stage", run->stage);
    jr_query__text(w, "step", run->step);
    jr_query__text(w, "version", run->version);
    jn_jw_key(w, "ended");
    if (run->ended.n == 0)
        jn_jw_null(w);
    else
        jn_jw_str(w, run->ended);
    if (run->held.n > 0) jr_query__text(w, "held", run->held);
    if (run->parked.n > 0) jr_query__text(w, "parked", run->parked);
    jr_query__instant(w, "entered", run->entered);
    if (run->ended.n == 0 && run->due > 0 && run->due < INT64_MAX) jr_query__instant(w, "due", run->due);
    jn_jw_key(w, "goals");
    jn_jw_array(w);
    for (uint32_t i = 0; i < run->n_goal; i++)
        jn_jw_str(w, run->goal[i]);
    jn_jw_end_array(w);
    jn_jw_end_object(w);
}

static void jr_query__customer(struct jn_json_out *w, const struct jr_customer_view *view) {
    jn_jw_object(w);
    jr_query__text(w, "id", view->id);
    jn_jw_key(w, "aliases");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_alias; i++)
        jn_jw_str(w, view->alias[i]);
    jn_jw_end_array(w);
    jn_jw_key(w, "known");
    jn_jw_bool(w, view->known);
    jn_jw_key(w, "attributes");
    jn_jw_object(w);
    for (uint32_t i = 0; i < view->n_attr; i++) {
        if (jn_is_missing(view->attr[i])) continue;
        jn_jw_key_str(w, view->attr_name[i]);
        jn_value_to_json(view->attr[i], w);
    }
    jn_jw_end_object(w);
    jn_jw_key(w, "tags");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_tag; i++)
        jn_jw_str(w, view->tag[i]);
    jn_jw_end_array(w);
    jn_jw_key(w, "consents");
    jn_jw_object(w);
    for (uint32_t i = 0; i < view->n_topic; i++) {
        jn_jw_key_str(w, view->topic[i]);
        jn_jw_z(w, view->consents[i] ? "in" : "out");
    }
    jn_jw_end_object(w);
    jn_jw_key(w, "runs");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_run; i++)
        jr_query__run(w, &view->run[i]);
    jn_jw_end_array(w);
    jn_jw_end_object(w);
}

static jn_rc jr_query__work_customer(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_buf id;
    struct jr_customer_view view;
    struct jn_json_out w;
    jn_buf_init(&id, 1024);
    jn_rc rc = jr_http_unescape(jr_http_request_of(job->exchange)->param, &id)
                   ? jr_engine_customer_at(lane->engine, jn_buf_view(&id), lane->now, &job->arena, &view, err)
                   : jn_fail(err, JN_INVALID, "the id in the path is malformed");
    if (rc == JN_OK) {
        jn_jw_init(&w, &job->reply);
        jr_query__customer(&w, &view);
    }
    jn_buf_release(&id);
    return rc;
}

void jr_api__customer(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_query__begin(api, exchange, jr_query__work_customer);
}

/* ---- deliveries and the quarantine ---- */

static jn_rc jr_query__pending(struct jr_job *job, const struct jr_lane_view *lane, uint64_t after,
                               struct jn_err *err) {
    struct jr_delivery *delivery;
    uint32_t n = 0;
    struct jn_json_out w;
    jn_rc rc = jr_engine_pending(lane->engine, after, JR_QUERY__PAGE, &job->arena, &delivery, &n, err);
    if (rc != JN_OK) return rc;
    jr_query__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++) {
        const struct jr_delivery *d = &delivery[i];
        jn_jw_object(&w);
        jr_query__text(&w, "id", d->id);
        jr_query__text(&w, "state", JN_STR("pending"));
        jr_query__text(&w, "channel", d->channel);
        jr_query__text(&w, "journey", d->journey);
        jr_query__text(&w, "message", d->message);
        jr_query__text(&w, "customer", d->customer);
        jr_query__number(&w, "attempts", d->attempts);
        if (d->due > 0) jr_query__instant(&w, "due", d->due);
        jr_query__text(&w, "last_reason", d->last_reason);
        jn_jw_end_object(&w);
    }
    jr_query__end_page(&w, n == JR_QUERY__PAGE ? delivery[n - 1].delivery : 0);
    return JN_OK;
}

static jn_rc jr_query__failed(struct jr_job *job, const struct jr_lane_view *lane, uint64_t after, struct jn_err *err) {
    struct jr_row_delivery *row;
    uint32_t n = 0;
    struct jn_json_out w;
    jn_rc rc = lane->store->ops->deliveries(lane->store, JR_DELIVERY_FAILED, after, JR_QUERY__PAGE, &job->arena, &row,
                                            &n, err);
    if (rc != JN_OK) return rc;
    jr_query__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++) {
        jn_jw_object(&w);
        jr_query__hex(&w, "id", row[i].id, sizeof row[i].id);
        jr_query__text(&w, "state", JN_STR("failed"));
        jr_query__number(&w, "attempts", row[i].attempts);
        jn_jw_end_object(&w);
    }
    jr_query__end_page(&w, n == JR_QUERY__PAGE ? row[n - 1].delivery : 0);
    return JN_OK;
}

static jn_rc jr_query__work_deliveries(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str state = jr_http_query(jr_http_request_of(job->exchange), "state");
    uint64_t after;
    jn_rc rc = jr_query__after(job, &after, err);
    if (rc != JN_OK) return rc;
    if (state.p == NULL || jn_str_is(state, "pending")) return jr_query__pending(job, lane, after, err);
    if (jn_str_is(state, "failed")) return jr_query__failed(job, lane, after, err);
    return jn_fail(err, JN_INVALID, "`state` must be `pending` or `failed`");
}

void jr_api__deliveries(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_query__begin(api, exchange, jr_query__work_deliveries);
}

static jn_rc jr_query__work_quarantine(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_row_quarantine *row;
    uint32_t n = 0;
    uint64_t after;
    struct jn_json_out w;
    jn_rc rc = jr_query__after(job, &after, err);
    if (rc == JN_OK) rc = lane->store->ops->quarantined(lane->store, after, JR_QUERY__PAGE, &job->arena, &row, &n, err);
    if (rc != JN_OK) return rc;
    jr_query__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++) {
        jn_jw_object(&w);
        jr_query__number(&w, "number", row[i].seq);
        jr_query__instant(&w, "at", row[i].at);
        jr_query__text(&w, "source", row[i].source);
        jr_query__text(&w, "reason", row[i].reason);
        jr_query__text(&w, "event", row[i].body);
        jn_jw_end_object(&w);
    }
    jr_query__end_page(&w, n == JR_QUERY__PAGE ? row[n - 1].seq : 0);
    return JN_OK;
}

void jr_api__quarantine(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_query__begin(api, exchange, jr_query__work_quarantine);
}

#include "runtime/api/reply.h"

#include "core/civil.h"
#include "core/hash.h"
#include "core/value.h"

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
    [JR_COUNT_APPROVED] = {"approved", true},
    [JR_COUNT_REJECTED] = {"rejected", true},
    [JR_COUNT_UNANSWERED] = {"unanswered", true},
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
                              const struct jr_query__counts *c, const struct jr_engine *engine) {
    struct jn_str name = jn_program_str(program, journey->name);
    jn_jw_object(w);
    jr_reply__text(w, "name", name);
    jr_reply__text(w, "title", jn_program_str(program, journey->title));
    jr_reply__version(w, "version", program);
    jr_reply__state(w, engine, name);
    uint64_t entered = jr_query__sum(c, name, JR_COUNT_ENTERED), left = jr_query__sum(c, name, JR_COUNT_LEFT);
    jr_reply__number(w, "inside", entered > left ? entered - left : 0);
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
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; program != NULL && i < program->n_journey; i++)
        jr_query__journey(&w, program, &program->journey[i], &c, lane->engine);
    jr_reply__end_page(&w, 0);
    return JN_OK;
}

static jn_rc jr_query__work_journey(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_query__counts c = {0};
    struct jn_json_out w;
    struct jn_str name;
    const struct jn_program *program = jr_engine_program(lane->engine);
    jn_rc rc = jr_api__name(jr_http_request_of(job->exchange)->param, &job->arena, &name, err);
    if (rc != JN_OK) return rc;
    uint32_t index = program == NULL ? JN_NONE : jn_program_journey(program, name);
    if (index == JN_NONE) return jn_fail(err, JN_NOT_FOUND, "the program has no journey `%.*s`", JN_FMT(name));
    rc = jr_engine_counts(lane->engine, &job->arena, &c.count, &c.n, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jr_query__journey(&w, program, &program->journey[index], &c, lane->engine);
    return JN_OK;
}

void jr_api__journeys(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_query__work_journeys);
}

void jr_api__journey(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_query__work_journey);
}

/* ---- a customer ---- */

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
        jn_jw_object(&w);
        jr_reply__customer(&w, &view);
        jn_jw_end_object(&w);
    }
    jn_buf_release(&id);
    return rc;
}

void jr_api__customer(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_query__work_customer);
}

/* ---- the quarantine ---- */

static jn_rc jr_query__work_quarantine(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_row_quarantine *row;
    uint32_t n = 0;
    uint64_t after;
    struct jn_json_out w;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK) rc = lane->store->ops->quarantined(lane->store, after, JR_REPLY__PAGE, &job->arena, &row, &n, err);
    if (rc != JN_OK) return rc;
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++) {
        jn_jw_object(&w);
        jr_reply__number(&w, "number", row[i].seq);
        jr_reply__instant(&w, "at", row[i].at);
        if (row[i].customer.n > 0) jr_reply__text(&w, "customer", row[i].customer);
        jr_reply__text(&w, "source", row[i].source);
        jr_reply__text(&w, "reason", row[i].reason);
        jr_reply__text(&w, "event", row[i].body);
        jn_jw_end_object(&w);
    }
    jr_reply__end_page(&w, n == JR_REPLY__PAGE ? row[n - 1].seq : 0);
    return JN_OK;
}

void jr_api__quarantine(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, jr_query__work_quarantine);
}

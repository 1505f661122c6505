/* The audit log: listed, and its chain checked. */
#include "core/civil.h"
#include "runtime/api/access/access.h"
#include "runtime/api/reply.h"
#include "runtime/audit/chain.h"

enum { AUDIT_CHECKED = 10000, AUDIT_SINCE_MAX_S = 3660 * 24 * 3600 };

/* ---- listing ---- */

static jn_rc audit_since(const struct jr_job *job, const struct jr_lane_view *lane, int64_t *out, struct jn_err *err) {
    struct jn_str written = jr_http_query(jr_http_request_of(job->exchange), "since");
    struct jn_buf text;
    uint32_t seconds;
    int64_t days;
    *out = INT64_MIN;
    if (written.p == NULL) return JN_OK;
    jn_buf_init(&text, 256);
    bool good = jr_http_unescape(written, &text);
    struct jn_str since = jn_buf_view(&text);
    if (good && jr_reply__span(since, AUDIT_SINCE_MAX_S, &seconds))
        *out = lane->now - (int64_t)seconds * 1000;
    else if (good && jn_date_parse(since, &days))
        *out = days * JN_MS_DAY;
    else
        good = good && jn_instant_parse(since, out);
    jn_buf_release(&text);
    if (good) return JN_OK;
    return jn_fail(err, JN_INVALID,
                   "`since` is a time like \"7 days\", a date (2026-11-28) or an instant (2026-11-28T10:00:00Z)");
}

/* The number before the first entry that was made at `since` or later: numbers and times grow together. */
static jn_rc audit_before(struct jr_job *job, const struct jr_lane_view *lane, int64_t since, uint64_t *out,
                          struct jn_err *err) {
    struct jr_audit_ends ends;
    struct jr_row_audit *row;
    uint32_t n;
    jn_rc rc = lane->store->ops->audit_ends(lane->store, &ends, err);
    if (rc != JN_OK) return rc;
    uint64_t low = ends.pruned, high = ends.last;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        rc = lane->store->ops->audit(lane->store, middle, 1, &job->arena, &row, &n, err);
        if (rc != JN_OK) return rc;
        if (n == 1 && row->at < since)
            low = row->seq;
        else
            high = middle;
    }
    *out = low;
    return JN_OK;
}

static void audit_item(struct jn_json_out *w, const struct jr_row_audit *row) {
    struct jn_json *body = NULL, *value;
    struct jn_str key;
    void *at = NULL;
    jn_jw_object(w);
    jr_reply__number(w, "number", row->seq);
    jr_reply__instant(w, "at", row->at);
    if (jn_json_parse(row->body, &body, NULL) == JN_OK) {
        while (jn_json_next(body, &at, &key, &value)) {
            jn_jw_key_str(w, key);
            jn_jw_node(w, value);
        }
    } else {
        jr_reply__text(w, "damaged", row->body);
    }
    jr_reply__hex(w, "hash", row->hash, sizeof row->hash);
    jn_jw_end_object(w);
    jn_json_free(body);
}

static jn_rc audit_work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_row_audit *row = NULL;
    uint32_t n = 0;
    uint64_t after, before = 0;
    int64_t since;
    struct jn_json_out w;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK) rc = audit_since(job, lane, &since, err);
    if (rc == JN_OK && since != INT64_MIN) rc = audit_before(job, lane, since, &before, err);
    if (rc != JN_OK) return rc;
    if (before > after) after = before;
    rc = lane->store->ops->audit(lane->store, after, JR_REPLY__PAGE, &job->arena, &row, &n, err);
    if (rc != JN_OK) return rc;
    jr_reply__begin_page(&w, &job->reply);
    for (uint32_t i = 0; i < n; i++)
        audit_item(&w, &row[i]);
    jr_reply__end_page(&w, n == JR_REPLY__PAGE ? row[n - 1].seq : 0);
    return JN_OK;
}

void jr_api__audit(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, audit_work);
}

/* ---- checking ---- */

static jn_rc audit_work_verify(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_chain_walk walk;
    struct jn_json_out w;
    uint64_t after;
    bool more = false;
    jn_rc rc = jr_reply__after(job, &after, err);
    if (rc == JN_OK) rc = jr_chain_begin_behind(lane->store, after, &walk, err);
    if (rc == JN_OK) rc = jr_engine_check_notes(lane->engine, &walk, AUDIT_CHECKED, &more, err);
    if (rc != JN_OK) return rc;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jn_jw_key(&w, "sound");
    jn_jw_bool(&w, walk.broken == 0);
    jr_reply__number(&w, "checked", walk.checked);
    jr_reply__number(&w, "last", walk.at);
    jr_reply__hex(&w, "hash", walk.hash, sizeof walk.hash);
    if (walk.broken > 0) {
        jr_reply__number(&w, "broken", walk.broken);
        jr_reply__text(&w, "why", jn_str_z(walk.why));
    }
    jn_jw_key(&w, "next");
    if (more)
        jn_jw_int(&w, (int64_t)walk.at);
    else
        jn_jw_null(&w);
    jn_jw_end_object(&w);
    return JN_OK;
}

void jr_api__audit_verify(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, audit_work_verify);
}

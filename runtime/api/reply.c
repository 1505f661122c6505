#include "runtime/api/reply.h"

#include "core/civil.h"
#include "core/hash.h"
#include "core/value.h"

void jr_reply__answer(struct jr_job *job) {
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

void jr_reply__begin(struct jr_api *api, struct jr_http_exchange *exchange,
                     jn_rc (*work)(struct jr_job *, const struct jr_lane_view *, struct jn_err *)) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = work;
    job->answer = jr_reply__answer;
    jr_api__submit(api, job);
}

jn_rc jr_reply__query(const struct jr_http_request *request, const char *name, struct jn_arena *arena,
                      struct jn_str *out, struct jn_err *err) {
    struct jn_str written = jr_http_query(request, name);
    struct jn_buf text;
    *out = JN_STR_NONE;
    if (written.p == NULL) return JN_OK;
    jn_buf_init(&text, 1024);
    bool plain = jr_http_unescape(written, &text);
    if (plain) *out = jn_str_trim(jn_arena_str(arena, jn_buf_view(&text)));
    jn_buf_release(&text);
    return plain ? JN_OK : jn_fail(err, JN_INVALID, "`%s` is malformed or longer than 1,024 bytes", name);
}

jn_rc jr_reply__body(struct jr_job *job, struct jn_err *err) {
    jn_rc rc = jn_json_parse(jr_http_request_of(job->exchange)->body, &job->properties, err);
    if (rc != JN_OK || jn_json_kind(job->properties) == JN_JSON_OBJECT) return rc;
    return jn_fail(err, JN_UNPROCESSABLE, "the body is a JSON object");
}

bool jr_reply__digits(struct jn_str text, uint64_t *out) {
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *out > UINT64_MAX / 10 - 1) return false;
        *out = *out * 10 + (uint64_t)(text.p[i] - '0');
    }
    return true;
}

bool jr_reply__span(struct jn_str text, uint32_t max_s, uint32_t *out) {
    static const struct {
        const char *word;
        uint32_t seconds;
    } UNIT[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 24 * 3600}, {"week", 7 * 24 * 3600}};
    uint64_t n = 0;
    size_t at = 0;
    for (; at < text.n && text.p[at] >= '0' && text.p[at] <= '9' && n <= max_s; at++)
        n = n * 10 + (uint64_t)(text.p[at] - '0');
    if (at == 0 || at == text.n || text.p[at] != ' ') return false;
    struct jn_str unit = jn_str_sub(text, at + 1, text.n);
    if (jn_str_ends(unit, JN_STR("s"))) unit.n--;
    for (size_t i = 0; i < sizeof UNIT / sizeof UNIT[0]; i++) {
        if (!jn_str_is(unit, UNIT[i].word) || n * UNIT[i].seconds > max_s) continue;
        *out = (uint32_t)(n * UNIT[i].seconds);
        return *out > 0;
    }
    return false;
}

jn_rc jr_reply__after(const struct jr_job *job, uint64_t *out, struct jn_err *err) {
    if (jr_reply__digits(jr_http_query(jr_http_request_of(job->exchange), "after"), out)) return JN_OK;
    return jn_fail(err, JN_INVALID, "`after` must be the `next` of a page before");
}

void jr_reply__text(struct jn_json_out *w, const char *key, struct jn_str value) {
    jn_jw_key(w, key);
    jn_jw_str(w, value);
}

void jr_reply__number(struct jn_json_out *w, const char *key, uint64_t value) {
    jn_jw_key(w, key);
    jn_jw_int(w, (int64_t)value);
}

void jr_reply__instant(struct jn_json_out *w, const char *key, int64_t at) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_jw_key(w, key);
    jn_instant_print(at, &text);
    jn_jw_str(w, jn_buf_view(&text));
    jn_buf_release(&text);
}

void jr_reply__hex(struct jn_json_out *w, const char *key, const uint8_t *bytes, size_t n) {
    struct jn_buf text;
    jn_buf_init(&text, 128);
    jn_hex((struct jn_str){(const char *)bytes, n}, &text);
    jr_reply__text(w, key, jn_buf_view(&text));
    jn_buf_release(&text);
}

void jr_reply__version(struct jn_json_out *w, const char *key, const struct jn_program *program) {
    struct jn_buf text;
    jn_buf_init(&text, 128);
    jn_buf_z(&text, "sha256:");
    jn_hex((struct jn_str){(const char *)program->id, sizeof program->id}, &text);
    jr_reply__text(w, key, jn_buf_view(&text));
    jn_buf_release(&text);
}

void jr_reply__end_page(struct jn_json_out *w, uint64_t last) {
    jn_jw_end_array(w);
    jn_jw_key(w, "next");
    if (last == 0)
        jn_jw_null(w);
    else
        jn_jw_int(w, (int64_t)last);
    jn_jw_end_object(w);
}

void jr_reply__begin_page(struct jn_json_out *w, struct jn_buf *out) {
    jn_jw_init(w, out);
    jn_jw_object(w);
    jn_jw_key(w, "items");
    jn_jw_array(w);
}

void jr_reply__state(struct jn_json_out *w, const struct jr_engine *engine, struct jn_str journey) {
    static const char *const STATE[] = {
        [JR_JOURNEY_LIVE] = "live", [JR_JOURNEY_PAUSED] = "paused", [JR_JOURNEY_STOPPED] = "stopped"};
    int64_t since;
    enum jr_journey_state state = jr_engine_state(engine, journey, &since);
    jr_reply__text(w, "state", jn_str_z(STATE[state]));
    if (state != JR_JOURNEY_LIVE) jr_reply__instant(w, "since", since);
}

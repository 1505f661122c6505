/* Rollouts: a version on trial is looked at, raised, finished, aborted. */
#include "runtime/api/version/rollout.h"

#include "core/decimal.h"
#include "runtime/api/reply.h"

#define MIN_MAX 1000000

/* ---- what is asked */

/* "10%", "2.5%", "10": basis points. */
static bool rollout_percent(struct jn_str text, uint32_t *out) {
    struct jn_dec percent, points;
    int64_t n;
    if (jn_str_ends(text, JN_STR("%"))) text.n--;
    if (!jn_dec_parse(text, &percent) || !jn_dec_mul(percent, jn_dec_int(100), &points)) return false;
    if (!jn_dec_to_int(points, &n) || n < 1 || n >= JN_SHARE_ALL) return false;
    *out = (uint32_t)n;
    return true;
}

static jn_rc rollout_share(struct jn_str text, uint32_t *out, struct jn_err *err) {
    if (rollout_percent(text, out)) return JN_OK;
    return jn_fail(err, JN_INVALID,
                   "the share `%.*s` is none: write more than 0%% and less than 100%%, as 10%% or 2.5%%", JN_FMT(text));
}

/* The part up to the separator, which is taken off. */
static struct jn_str rollout_part(struct jn_str *rest, char separator) {
    const char *at = rest->n == 0 ? NULL : memchr(rest->p, separator, rest->n);
    size_t n = at == NULL ? rest->n : (size_t)(at - rest->p);
    struct jn_str part = jn_str_trim(jn_str_sub(*rest, 0, n));
    *rest = at == NULL ? JN_STR("") : jn_str_sub(*rest, n + 1, rest->n);
    return part;
}

static uint32_t *rollout_margin(struct jr_canary_rules *rules, struct jn_str word) {
    for (int i = 0; i < JR_GUARDS; i++)
        if (jn_str_is(word, jr_guard_word((enum jr_guard)i))) return &rules->margin[i];
    return NULL;
}

/* "failed 2%, parked off"; "off": none. */
static jn_rc rollout_guards(struct jn_str text, struct jr_canary_rules *rules, struct jn_err *err) {
    if (jn_str_is(text, "off")) {
        for (int i = 0; i < JR_GUARDS; i++)
            rules->margin[i] = JN_NONE;
        return JN_OK;
    }
    while (text.n > 0) {
        struct jn_str part = rollout_part(&text, ',');
        uint32_t *margin = rollout_margin(rules, rollout_part(&part, ' '));
        part = jn_str_trim(part);
        if (margin == NULL || (!jn_str_is(part, "off") && !rollout_percent(part, margin)))
            return jn_fail(
                err, JN_INVALID,
                "`guard` is off, or failed, parked, exits or unwanted with a margin, as \"failed 2%%, parked "
                "off\"");
        if (jn_str_is(part, "off")) *margin = JN_NONE;
    }
    return JN_OK;
}

static jn_rc rollout_min(struct jn_str text, uint32_t *out, struct jn_err *err) {
    uint64_t n;
    if (!jr_reply__digits(text, &n) || n < 1 || n > MIN_MAX)
        return jn_fail(err, JN_INVALID, "`min` is a number from 1 to %d: of messages or runs before the guard judges",
                       MIN_MAX);
    *out = (uint32_t)n;
    return JN_OK;
}

static jn_rc rollout_exits(struct jn_str text, struct jr_canary_rules *rules, struct jn_err *err) {
    rules->n_exit = 0;
    while (text.n > 0) {
        struct jn_str name = rollout_part(&text, ',');
        if (name.n == 0 || rules->n_exit == JR_CANARY_EXITS_MAX)
            return jn_fail(err, JN_INVALID, "`exits` is up to %d names, separated by commas", JR_CANARY_EXITS_MAX);
        rules->exit[rules->n_exit++] = name;
    }
    return JN_OK;
}

static jn_rc rollout_runs(struct jn_str text, bool *end, struct jn_err *err) {
    *end = jn_str_is(text, "end");
    if (*end || jn_str_is(text, "finish")) return JN_OK;
    return jn_fail(err, JN_INVALID,
                   "`runs` is finish (when the trial is aborted people inside go on) or end (they leave as `changed`)");
}

jn_rc jr_rollout__rules(const struct jr_http_request *request, struct jn_arena *arena, struct jr_canary_rules *out,
                        bool *given, struct jn_err *err) {
    enum { CANARY, GUARD, MIN, ERROR, EXITS, RUNS, PARAMETERS };
    static const char *const NAME[PARAMETERS] = {"canary", "guard", "min", "error", "exits", "runs"};
    struct jn_str text[PARAMETERS];
    jn_rc rc = JN_OK;
    *out = jr_canary_presets(0);
    for (int i = 0; rc == JN_OK && i < PARAMETERS; i++)
        rc = jr_reply__query(request, NAME[i], arena, &text[i], err);
    if (rc != JN_OK) return rc;
    *given = text[CANARY].p != NULL;
    for (int i = 1; i < PARAMETERS; i++)
        if (!*given && text[i].p != NULL) return jn_fail(err, JN_UNPROCESSABLE, "`%s` goes with `canary`", NAME[i]);
    if (!*given) return JN_OK;
    rc = rollout_share(text[CANARY], &out->share, err);
    if (rc == JN_OK && text[GUARD].p != NULL) rc = rollout_guards(text[GUARD], out, err);
    if (rc == JN_OK && text[MIN].p != NULL) rc = rollout_min(text[MIN], &out->min, err);
    if (rc == JN_OK && text[ERROR].p != NULL && !rollout_percent(text[ERROR], &out->error))
        rc = jn_fail(err, JN_INVALID, "`error` is a share between 0%% and 100%%, as 1%%");
    if (rc == JN_OK && text[EXITS].p != NULL) rc = rollout_exits(text[EXITS], out, err);
    if (rc == JN_OK && text[RUNS].p != NULL) rc = rollout_runs(text[RUNS], &out->end_runs, err);
    return rc;
}

/* ---- what is told */

static const struct {
    const char *of, *bad;
} FIGURE_WORDS[JR_GUARDS] = {
#define GUARD(name, word, margin, of, bad) [JR_GUARD_##name] = {of, bad},
#include "journey/tbl/guards.def"
#undef GUARD
};

static void rollout_percent_out(struct jn_json_out *w, const char *key, uint32_t points) {
    struct jn_buf text;
    jn_buf_init(&text, 16);
    if (points % 100 == 0)
        jn_buf_printf(&text, "%u%%", points / 100);
    else
        jn_buf_printf(&text, "%u.%02u%%", points / 100, points % 100);
    jr_reply__text(w, key, jn_buf_view(&text));
    jn_buf_release(&text);
}

static void rollout_side(struct jn_json_out *w, const char *key, const uint64_t of[2]) {
    jn_jw_key(w, key);
    jn_jw_object(w);
    jr_reply__number(w, "of", of[0]);
    jr_reply__number(w, "bad", of[1]);
    jn_jw_end_object(w);
}

static void rollout_figure(struct jn_json_out *w, const struct jr_canary_figure *figure, uint32_t margin) {
    jn_jw_object(w);
    if (figure->journey.n > 0) jr_reply__text(w, "journey", figure->journey);
    jr_reply__text(w, "guard", jn_str_z(jr_guard_word(figure->guard)));
    jr_reply__text(w, "of", jn_str_z(FIGURE_WORDS[figure->guard].of));
    jr_reply__text(w, "bad", jn_str_z(FIGURE_WORDS[figure->guard].bad));
    if (margin != JN_NONE) rollout_percent_out(w, "margin", margin);
    rollout_side(w, "trial", figure->trial);
    rollout_side(w, "current", figure->current);
    jn_jw_end_object(w);
}

void jr_rollout__write(struct jn_json_out *w, const struct jr_engine *engine, struct jn_arena *arena) {
    static const char *const STATE[] = {
        [JR_CANARY_NONE] = "none", [JR_CANARY_RUNNING] = "running", [JR_CANARY_ENDED] = "ended"};
    struct jr_canary canary;
    jr_engine_canary(engine, arena, &canary);
    jn_jw_object(w);
    jr_reply__text(w, "state", jn_str_z(STATE[canary.state]));
    if (canary.state != JR_CANARY_NONE) {
        jr_reply__text(w, "version", canary.version);
        jr_reply__text(w, "against", canary.against);
        rollout_percent_out(w, "share", canary.rules.share);
        jr_reply__instant(w, "since", canary.began);
        if (canary.state == JR_CANARY_ENDED) jr_reply__instant(w, "ended", canary.ended);
        jr_reply__number(w, "inside", canary.inside);
        jr_reply__number(w, "min", canary.rules.min);
        rollout_percent_out(w, "error", canary.rules.error);
        jr_reply__text(w, "runs", canary.rules.end_runs ? JN_STR("end") : JN_STR("finish"));
        jn_jw_key(w, "by");
        jn_jw_z(w, canary.state == JR_CANARY_RUNNING ? "" : canary.by_guard ? "guard" : "hand");
        jn_jw_key(w, "why");
        if (canary.by_guard)
            rollout_figure(w, &canary.why, canary.rules.margin[canary.why.guard]);
        else
            jn_jw_null(w);
        jn_jw_key(w, "figures");
        jn_jw_array(w);
        for (uint32_t i = 0; i < canary.n_figure; i++)
            rollout_figure(w, &canary.figure[i], canary.rules.margin[canary.figure[i].guard]);
        jn_jw_end_array(w);
    }
    jn_jw_end_object(w);
}

static jn_rc rollout_show(struct jr_job *job, const struct jr_lane_view *lane) {
    struct jn_json_out w;
    jn_jw_init(&w, &job->reply);
    jr_rollout__write(&w, lane->engine, &job->arena);
    return JN_OK;
}

/* ---- routes */

static jn_rc rollout_work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    (void)err;
    return rollout_show(job, lane);
}

static jn_rc rollout_work_raise(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str text;
    uint32_t share = 0;
    jn_rc rc = jr_reply__query(jr_http_request_of(job->exchange), "share", &job->arena, &text, err);
    if (rc == JN_OK) rc = rollout_share(text, &share, err);
    if (rc == JN_OK) rc = jr_engine_canary_raise(lane->engine, share, lane->now, &job->arena, err);
    return rc == JN_OK ? rollout_show(job, lane) : rc;
}

static jn_rc rollout_work_finish(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    jn_rc rc = jr_engine_canary_finish(lane->engine, &job->arena, err);
    return rc == JN_OK ? rollout_show(job, lane) : rc;
}

static jn_rc rollout_work_abort(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jr_canary canary;
    struct jn_str text;
    jr_engine_canary(lane->engine, &job->arena, &canary);
    bool end = canary.rules.end_runs;
    jn_rc rc = jr_reply__query(jr_http_request_of(job->exchange), "runs", &job->arena, &text, err);
    if (rc == JN_OK && text.p != NULL) rc = rollout_runs(text, &end, err);
    if (rc == JN_OK) rc = jr_engine_canary_abort(lane->engine, end, lane->now, &job->arena, err);
    return rc == JN_OK ? rollout_show(job, lane) : rc;
}

void jr_api__rollout(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, rollout_work);
}

void jr_api__raise(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, rollout_work_raise);
}

void jr_api__finish(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, rollout_work_finish);
}

void jr_api__abort(struct jr_api *api, struct jr_http_exchange *exchange) {
    jr_reply__begin(api, exchange, rollout_work_abort);
}

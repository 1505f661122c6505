#include "core/hash.h"
#include "image/image.h"
#include "runtime/api/access/access.h"
#include "runtime/api/version/rollout.h"

/* What is wrong with an image is the sender's affair, not a fault of the server. */
static jn_rc jr_deploy__blame(jn_rc rc) {
    bool image = rc == JN_INVALID || rc == JN_CORRUPT || rc == JN_VERSION || rc == JN_CONFIG || rc == JN_TOO_LARGE;
    return image ? JN_UNPROCESSABLE : rc;
}

enum { JR_DEPLOY__SPREAD_S = 15 * 60, JR_DEPLOY__SPREAD_MAX_S = 7 * 24 * 3600 };

static jn_rc jr_deploy__spread(struct jn_str text, uint32_t *out, struct jn_err *err) {
    uint64_t seconds = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return jn_fail(err, JN_INVALID, "`spread` is a number of seconds");
        seconds = seconds * 10 + (uint64_t)(text.p[i] - '0');
        if (seconds > JR_DEPLOY__SPREAD_MAX_S) return jn_fail(err, JN_INVALID, "`spread` is at most 604800 seconds");
    }
    *out = (uint32_t)seconds;
    return JN_OK;
}

/* ?mode=pin|migrate|end, ?waits=anew|keep, ?spread=SECONDS */
static jn_rc jr_deploy__rules(const struct jr_http_request *request, struct jr_deploy_rules *out, struct jn_err *err) {
    static const char *const MODE[JR_DEPLOY_MODES] = {
        [JR_DEPLOY_PIN] = "pin", [JR_DEPLOY_MIGRATE] = "migrate", [JR_DEPLOY_END] = "end"};
    struct jn_str mode = jr_http_query(request, "mode"), waits = jr_http_query(request, "waits");
    struct jn_str spread = jr_http_query(request, "spread");
    *out = (struct jr_deploy_rules){.mode = JR_DEPLOY_MODES, .spread_s = JR_DEPLOY__SPREAD_S};
    if (mode.p == NULL) out->mode = JR_DEPLOY_PIN;
    for (int i = 0; i < JR_DEPLOY_MODES; i++)
        if (jn_str_is(mode, MODE[i])) out->mode = (enum jr_deploy_mode)i;
    if (out->mode == JR_DEPLOY_MODES)
        return jn_fail(err, JN_INVALID,
                       "`mode` is pin (people inside finish on the version they began with), migrate (they move) or "
                       "end (they leave as `changed`)");
    if (waits.p != NULL && !jn_str_is(waits, "anew") && !jn_str_is(waits, "keep"))
        return jn_fail(err, JN_INVALID, "`waits` is anew (timed by the new script) or keep (they end as planned)");
    out->keep = jn_str_is(waits, "keep");
    return spread.p == NULL ? JN_OK : jr_deploy__spread(spread, &out->spread_s, err);
}

/* It becomes the current version. */
static jn_rc jr_deploy__make(struct jr_job *job, const struct jr_lane_view *lane, const struct jn_program *program,
                             const struct jr_deploy_rules *rules, struct jn_err *err) {
    if (jr_engine_canary_program(lane->engine) != NULL)
        return jn_fail(err, JN_CONFLICT,
                       "a version is on trial: `journey rollout --finish` makes it the current one, `journey rollout "
                       "--abort` ends it; then deploy");
    jn_rc rc = jr_engine_may_move(lane->engine, program, rules, &job->arena, err);
    if (rc == JN_OK) rc = jr_engine_deploy(lane->engine, jr_http_request_of(job->exchange)->body, err);
    return rc == JN_OK ? jr_engine_move(lane->engine, rules, &job->arena, err) : rc;
}

/* It goes on trial. */
static jn_rc jr_deploy__try(struct jr_job *job, const struct jr_lane_view *lane, const struct jr_deploy_rules *rules,
                            const struct jr_canary_rules *canary, struct jn_err *err) {
    if (rules->mode != JR_DEPLOY_PIN)
        return jn_fail(
            err, JN_UNPROCESSABLE,
            "`mode` is pin while a version is on trial: nobody inside is moved; move them once it is current");
    struct jn_str image = jr_http_request_of(job->exchange)->body;
    return jr_engine_canary_begin(lane->engine, image, canary, lane->now, &job->arena, err);
}

static struct jn_str jr_deploy__version(struct jr_job *job, const struct jn_program *program) {
    struct jn_buf id;
    jn_buf_init(&id, 64);
    jn_hex((struct jn_str){(const char *)program->id, sizeof program->id}, &id);
    struct jn_str version = jn_arena_str(&job->arena, jn_buf_view(&id));
    jn_buf_release(&id);
    return version;
}

static void jr_deploy__note(struct jr_job *job, const struct jr_lane_view *lane, const struct jn_program *program) {
    struct jn_str query = jr_http_request_of(job->exchange)->query;
    jr_audit_object(
        job, lane,
        jn_arena_printf(&job->arena, "version %.*s %.*s", JN_FMT(jr_deploy__version(job, program)), JN_FMT(query)));
}

static jn_rc jr_deploy__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str image = jr_http_request_of(job->exchange)->body;
    struct jn_program *program = NULL;
    struct jr_deploy_rules rules;
    struct jr_canary_rules canary;
    bool trial = false;
    jn_rc rc = jr_deploy__rules(jr_http_request_of(job->exchange), &rules, err);
    if (rc == JN_OK) rc = jr_rollout__rules(jr_http_request_of(job->exchange), &job->arena, &canary, &trial, err);
    if (rc != JN_OK) return rc;
    rc = jn_image_load(image, &job->arena, &program, err);
    if (rc == JN_OK) jr_deploy__note(job, lane, program);
    if (rc == JN_OK) rc = job->api->host.check_program(program, err);
    if (rc == JN_OK)
        rc = trial ? jr_deploy__try(job, lane, &rules, &canary, err) : jr_deploy__make(job, lane, program, &rules, err);
    if (rc == JN_OK) rc = jr_engine_enable(lane->engine, JN_STR_NONE, &job->arena, err);
    if (rc != JN_OK) return jr_deploy__blame(rc);
    struct jn_json_out w;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jn_jw_key(&w, "version");
    jn_jw_str(&w, jr_deploy__version(job, program));
    jn_jw_key(&w, "journeys");
    jn_jw_int(&w, program->n_journey);
    jn_jw_key(&w, "canary");
    jr_rollout__write(&w, lane->engine, &job->arena);
    jn_jw_end_object(&w);
    return JN_OK;
}

static void jr_deploy__answer(struct jr_job *job) {
    if (job->rc != JN_OK) {
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
        return;
    }
    job->api->host.enable(job->api->host.user, JN_STR_NONE);
    jr_http_respond(
        job->exchange,
        &(struct jr_http_reply){.status = 200, .content_type = "application/json", .body = jn_buf_view(&job->reply)});
}

void jr_api__program(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_deploy__work;
    job->answer = jr_deploy__answer;
    jr_api__submit(api, job);
}

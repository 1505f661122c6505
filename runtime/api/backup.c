/* A copy of the store, beside the work. */
#include "runtime/api/access/access.h"
#include "runtime/api/reply.h"

static jn_rc jr_backup__file(struct jr_job *job, const char **out, struct jn_err *err) {
    jn_rc rc = jr_reply__body(job, err);
    if (rc != JN_OK) return rc;
    struct jn_str file = jn_json_text(jn_json_get(job->properties, "file"));
    if (file.n == 0 || file.p[0] != '/')
        return jn_fail(
            err, JN_UNPROCESSABLE,
            "`file` is the whole path of a new file on the server's machine: {\"file\":\"/var/backups/journey.db\"}");
    job->object = jn_arena_printf(&job->arena, "%.*s", JN_FMT(file));
    *out = job->object.p;
    return JN_OK;
}

static jn_rc jr_backup__work(struct jr_job *job, const struct jr_lane_view *view, struct jn_err *err) {
    const char *file = NULL;
    struct jr_store_copy copy = {0};
    struct jn_json_out w;
    jn_rc rc = jr_backup__file(job, &file, err);
    if (rc == JN_OK) rc = view->store->ops->backup(view->store, file, view->stop, &copy, err);
    if (rc != JN_OK) return rc == JN_CONFIG ? JN_CONFLICT : rc;
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jr_reply__text(&w, "file", jn_str_z(file));
    jr_reply__number(&w, "bytes", copy.bytes);
    jr_reply__number(&w, "customers", copy.customers);
    jr_reply__number(&w, "runs", copy.runs);
    jr_reply__number(&w, "deliveries", copy.deliveries);
    jn_jw_end_object(&w);
    return JN_OK;
}

static void jr_backup__answer(struct jr_job *job) {
    jr_audit_tell(job, jn_rc_http(job->rc));
    jr_reply__answer(job);
}

void jr_api__backup(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_backup__work;
    job->answer = jr_backup__answer;
    if (api->host.beside(api->host.user, job) == JN_OK) return;
    job->answer(job);
    jr_job_free(job);
}

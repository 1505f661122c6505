/* What is noted of a request in the audit log. */
#include "core/json.h"
#include "runtime/api/access/access.h"

#define NOTED_CUSTOMERS "/api/customers/"
enum { NOTED_MAX = 4096, NOTED_OBJECT = 256 };

void jr_audit_body(const struct jr_actor *actor, const char *from, const char *route, struct jn_str object, int status,
                   struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "who");
    jn_jw_z(&w, actor->name);
    if (actor->id[0] != '\0') {
        jn_jw_key(&w, "token");
        jn_jw_z(&w, actor->id);
        jn_jw_key(&w, "role");
        jn_jw_z(&w, jr_role_word(actor->role));
    }
    jn_jw_key(&w, "from");
    jn_jw_z(&w, from);
    jn_jw_key(&w, "route");
    jn_jw_z(&w, route);
    jn_jw_key(&w, "object");
    jn_jw_str(&w, jn_str_sub(object, 0, NOTED_OBJECT));
    jn_jw_key(&w, "result");
    jn_jw_int(&w, status);
    jn_jw_end_object(&w);
}

/* The entry outlives who is erased: a customer stands in it by what a receipt of the erasure says, too. */
static struct jn_str noted_customer(struct jr_job *job, const struct jr_lane_view *lane) {
    struct jn_str id;
    if (jr_api__customer_of(jr_http_request_of(job->exchange), &job->arena, &id, NULL) != JN_OK) return JN_STR_NONE;
    struct jn_str receipt = jr_engine_receipt(lane->engine, id, &job->arena);
    const char *digits = memchr(receipt.p, '_', receipt.n);
    return jn_arena_printf(&job->arena, "customer %.*s",
                           JN_FMT(jn_str_sub(receipt, (size_t)(digits + 1 - receipt.p), receipt.n)));
}

static struct jn_str noted_object(struct jr_job *job, const struct jr_lane_view *lane) {
    const struct jr_http_request *request = jr_http_request_of(job->exchange);
    struct jn_str name;
    if (job->object.n > 0) return job->object;
    if (jn_str_starts(request->path, JN_STR(NOTED_CUSTOMERS)))
        return lane == NULL ? JN_STR_NONE : noted_customer(job, lane);
    return jr_api__name(request->param, &job->arena, &name, NULL) == JN_OK ? name : JN_STR_NONE;
}

static void noted_write(struct jr_job *job, int status, struct jn_buf *out) {
    jn_buf_init(out, NOTED_MAX);
    jr_audit_body(&job->actor, jr_http_request_of(job->exchange)->peer, job->audited, job->object, status, out);
}

jn_rc jr_audit_begin(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_buf entry;
    if (job->audited == NULL || lane->engine == NULL) return JN_OK;
    job->object = noted_object(job, lane);
    noted_write(job, 200, &entry);
    job->note = jr_engine_note(lane->engine, lane->now, jn_buf_view(&entry));
    jn_buf_release(&entry);
    return job->note > 0 ? JN_OK : jn_fail(err, JN_BUSY, "more waits for the audit log than is held; try again");
}

void jr_audit_object(struct jr_job *job, const struct jr_lane_view *lane, struct jn_str object) {
    struct jn_buf entry;
    if (job->note == 0) return;
    job->object = jn_arena_str(&job->arena, object);
    noted_write(job, 200, &entry);
    (void)jr_engine_renote(lane->engine, job->note, jn_buf_view(&entry));
    jn_buf_release(&entry);
}

void jr_audit_came_to(struct jr_job *job, const struct jr_lane_view *lane, int status) {
    struct jn_buf entry;
    if (job->note == 0) return;
    noted_write(job, status, &entry);
    if (!jr_engine_renote(lane->engine, job->note, jn_buf_view(&entry)))
        (void)jr_engine_note(lane->engine, lane->now, jn_buf_view(&entry));
    jn_buf_release(&entry);
}

void jr_audit_tell(struct jr_job *job, int status) {
    struct jn_buf entry;
    if (job->audited == NULL) return;
    job->object = noted_object(job, NULL);
    noted_write(job, status, &entry);
    job->api->host.note(job->api->host.user, jn_buf_view(&entry), NULL);
    jn_buf_release(&entry);
}

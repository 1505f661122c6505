#include "core/hash.h"
#include "image/image.h"
#include "runtime/api/api.h"

/* What is wrong with an image is the sender's affair, not a fault of the server. */
static jn_rc jr_deploy__blame(jn_rc rc) {
    bool image = rc == JN_INVALID || rc == JN_CORRUPT || rc == JN_VERSION || rc == JN_CONFIG || rc == JN_TOO_LARGE;
    return image ? JN_UNPROCESSABLE : rc;
}

static jn_rc jr_deploy__work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str image = jr_http_request_of(job->exchange)->body;
    struct jn_program *program = NULL;
    jn_rc rc = jn_image_load(image, &job->arena, &program, err);
    if (rc == JN_OK) rc = job->api->host.check_program(program, err);
    if (rc == JN_OK) rc = jr_engine_deploy(lane->engine, image, err);
    if (rc != JN_OK) return jr_deploy__blame(rc);
    struct jn_json_out w;
    struct jn_buf id;
    jn_buf_init(&id, 64);
    jn_hex((struct jn_str){(const char *)program->id, sizeof program->id}, &id);
    jn_jw_init(&w, &job->reply);
    jn_jw_object(&w);
    jn_jw_key(&w, "version");
    jn_jw_str(&w, jn_buf_view(&id));
    jn_jw_key(&w, "journeys");
    jn_jw_int(&w, program->n_journey);
    jn_jw_end_object(&w);
    jn_buf_release(&id);
    return JN_OK;
}

static void jr_deploy__answer(struct jr_job *job) {
    if (job->rc != JN_OK) {
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
        return;
    }
    jr_http_respond(
        job->exchange,
        &(struct jr_http_reply){.status = 200, .content_type = "application/json", .body = jn_buf_view(&job->reply)});
}

void jr_api__program(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jn_str mode = jr_http_query(jr_http_request_of(exchange), "mode");
    if (mode.p != NULL && !jn_str_is(mode, "pin")) {
        jr_http_respond_problem(exchange, 422, JN_STR_NONE,
                                JN_STR("`mode` can only be `pin`: runs finish on the version they began with"));
        return;
    }
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = jr_deploy__work;
    job->answer = jr_deploy__answer;
    jr_api__submit(api, job);
}

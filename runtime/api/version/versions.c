/* What is loaded and who is inside: what a plan is made from. */
#include "core/hash.h"
#include "runtime/api/api.h"

#define PREFIX "sha256:"

struct versions {
    struct jn_json_out w;
    const struct jr_place *place;
    uint32_t n_place;
};

static void versions_journey(struct versions *v, const struct jn_program *program, const struct jn_journey *journey) {
    uint64_t people = 0;
    for (uint32_t i = 0; i < v->n_place; i++)
        if (v->place[i].program == program && v->place[i].step - journey->first_step < journey->n_step)
            people += v->place[i].people;
    jn_jw_object(&v->w);
    jn_jw_key(&v->w, "name");
    jn_jw_str(&v->w, program->string[journey->name]);
    jn_jw_key(&v->w, "people");
    jn_jw_int(&v->w, (int64_t)people);
    jn_jw_key(&v->w, "steps");
    jn_jw_array(&v->w);
    for (uint32_t i = 0; i < v->n_place; i++) {
        const struct jr_place *place = &v->place[i];
        if (place->program != program || place->step - journey->first_step >= journey->n_step) continue;
        jn_jw_object(&v->w);
        jn_jw_key(&v->w, "step");
        jn_jw_str(&v->w, program->string[program->step[place->step].name]);
        jn_jw_key(&v->w, "index");
        jn_jw_int(&v->w, place->step);
        jn_jw_key(&v->w, "people");
        jn_jw_int(&v->w, (int64_t)place->people);
        jn_jw_end_object(&v->w);
    }
    jn_jw_end_array(&v->w);
    jn_jw_end_object(&v->w);
}

static void versions_one(struct versions *v, const struct jr_engine *engine, const struct jn_program *program) {
    struct jn_buf id;
    jn_buf_init(&id, 128);
    jn_buf_z(&id, PREFIX);
    jn_hex((struct jn_str){(const char *)program->id, sizeof program->id}, &id);
    jn_jw_object(&v->w);
    jn_jw_key(&v->w, "version");
    jn_jw_str(&v->w, jn_buf_view(&id));
    jn_jw_key(&v->w, "current");
    jn_jw_bool(&v->w, program == jr_engine_program(engine));
    jn_jw_key(&v->w, "runs");
    jn_jw_int(&v->w, (int64_t)jr_engine_pinned(engine, program));
    jn_jw_key(&v->w, "journeys");
    jn_jw_array(&v->w);
    for (uint32_t i = 0; i < program->n_journey; i++)
        versions_journey(v, program, &program->journey[i]);
    jn_jw_end_array(&v->w);
    jn_jw_end_object(&v->w);
    jn_buf_release(&id);
}

static jn_rc versions_work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct versions v = {0};
    struct jr_place *place;
    const struct jn_program *program;
    (void)err;
    jr_engine_places(lane->engine, &job->arena, &place, &v.n_place);
    v.place = place;
    jn_jw_init(&v.w, &job->reply);
    jn_jw_object(&v.w);
    jn_jw_key(&v.w, "items");
    jn_jw_array(&v.w);
    for (uint32_t i = 0; (program = jr_engine_program_at(lane->engine, i)) != NULL; i++)
        versions_one(&v, lane->engine, program);
    jn_jw_end_array(&v.w);
    jn_jw_key(&v.w, "next");
    jn_jw_null(&v.w);
    jn_jw_end_object(&v.w);
    return JN_OK;
}

static jn_rc version_work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    struct jn_str text = jr_http_request_of(job->exchange)->param, image;
    struct jn_buf id;
    if (jn_str_starts(text, JN_STR(PREFIX))) text = jn_str_sub(text, sizeof(PREFIX) - 1, text.n);
    jn_buf_init(&id, 32);
    jn_rc rc = jn_unhex(text, &id) && id.n == 32
                   ? JN_OK
                   : jn_fail(err, JN_NOT_FOUND, "a version is named by the 64 hex digits of its id");
    job->reply.max = 64u << 20;
    if (rc == JN_OK) rc = jr_engine_image(lane->engine, (const uint8_t *)id.p, &job->arena, &image, err);
    if (rc == JN_OK) jn_buf_str(&job->reply, image);
    jn_buf_release(&id);
    return rc;
}

static void versions_answer(struct jr_job *job, const char *type) {
    if (job->rc == JN_OK && job->reply.failed) job->rc = jn_fail(&job->err, JN_TOO_LARGE, "the answer is too large");
    if (job->rc != JN_OK)
        jr_api__fail(job->exchange, job->rc, JN_STR_NONE, jn_str_z(job->err.text));
    else
        jr_http_respond(job->exchange, &(struct jr_http_reply){.status = 200,
                                                               .content_type = type,
                                                               .headers = JN_STR("Cache-Control: no-store\r\n"),
                                                               .body = jn_buf_view(&job->reply)});
}

static void versions_answer_json(struct jr_job *job) {
    versions_answer(job, "application/json");
}

static void versions_answer_image(struct jr_job *job) {
    versions_answer(job, "application/octet-stream");
}

void jr_api__versions(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = versions_work;
    job->answer = versions_answer_json;
    jr_api__submit(api, job);
}

void jr_api__version(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    job->work = version_work;
    job->answer = versions_answer_image;
    jr_api__submit(api, job);
}

/* Tokens of the administration: listed, made, revoked. */
#include "core/random.h"
#include "runtime/api/access/access.h"
#include "runtime/api/reply.h"

enum { TOKENS_EXPIRE_MAX_S = 3650 * 24 * 3600 };

static void tokens_members(struct jn_json_out *w, const struct jr_token *token) {
    char id[JR_TOKEN_ID + 1];
    jr_token_id(token, id);
    jr_reply__text(w, "id", jn_str_z(id));
    jr_reply__text(w, "name", jn_str_z(token->name));
    jr_reply__text(w, "role", jn_str_z(jr_role_word(token->role)));
    jr_reply__instant(w, "created", token->created);
    if (token->expires > 0) jr_reply__instant(w, "expires", token->expires);
    if (token->used > 0) jr_reply__instant(w, "used", token->used);
}

void jr_api__tokens(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jn_json_out w;
    struct jn_buf out;
    jn_buf_init(&out, JR_JOB_REPLY_MAX);
    jr_reply__begin_page(&w, &out);
    for (uint32_t i = 0; i < api->tokens.n; i++) {
        jn_jw_object(&w);
        tokens_members(&w, &api->tokens.row[i]);
        jn_jw_end_object(&w);
    }
    jr_reply__end_page(&w, 0);
    jr_http_respond(exchange, &(struct jr_http_reply){.status = 200,
                                                      .content_type = "application/json",
                                                      .headers = JN_STR("Cache-Control: no-store\r\n"),
                                                      .body = jn_buf_view(&out)});
    jn_buf_release(&out);
}

/* A job whose token is to be stored or dropped; it lies in its arena. */
struct tokens_change {
    struct jr_token token;
    struct jr_row_token row;
    char text[JR_TOKEN_TEXT];
};

static jn_rc tokens_work(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err) {
    const struct tokens_change *change = job->own;
    return jr_engine_put_token(lane->engine, &change->row, &job->arena, err);
}

/* The entry of the audit log says which token, also once it is gone. */
static void tokens_submit(struct jr_api *api, struct jr_job *job, void (*answer)(struct jr_job *job)) {
    struct tokens_change *change = job->own;
    char id[JR_TOKEN_ID + 1];
    jr_token_id(&change->token, id);
    memcpy(change->row.hash, change->token.hash.b, sizeof change->row.hash);
    job->object =
        jn_arena_printf(&job->arena, "token %s, %s, %s", id, change->token.name, jr_role_word(change->token.role));
    job->work = tokens_work;
    job->answer = answer;
    jr_api__submit(api, job);
}

static void tokens_refuse(struct jr_job *job) {
    jr_audit_tell(job, jn_rc_http(job->rc));
    jr_reply__answer(job);
    jr_job_free(job);
}

/* ---- making one ---- */

static void tokens_made(struct jr_job *job) {
    const struct tokens_change *change = job->own;
    struct jn_json_out w;
    job->api->tokens_coming--;
    if (job->rc == JN_OK) {
        (void)jr_token_add(&job->api->tokens, &change->token); /* there is room: it was counted */
        jn_jw_init(&w, &job->reply);
        jn_jw_object(&w);
        tokens_members(&w, &change->token);
        jr_reply__text(&w, "text", (struct jn_str){change->text, sizeof change->text});
        jn_jw_end_object(&w);
    }
    jr_reply__answer(job);
}

static jn_rc tokens_wanted(struct jr_job *job, struct jr_token *out, struct jn_err *err) {
    uint32_t seconds = 0;
    jn_rc rc = jr_reply__body(job, err);
    if (rc != JN_OK) return rc;
    const struct jn_json *body = job->properties;
    struct jn_str name = jn_json_text(jn_json_get(body, "name"));
    const struct jn_json *expires = jn_json_get(body, "expires");
    rc = jr_token_name_check(name, err);
    if (rc != JN_OK) return rc;
    memcpy(out->name, name.p, name.n);
    if (!jr_role_parse(jn_json_text(jn_json_get(body, "role")), &out->role))
        return jn_fail(err, JN_UNPROCESSABLE, "`role` is \"viewer\", \"operator\", \"deployer\" or \"admin\"");
    if (expires != NULL && !jr_reply__span(jn_json_text(expires), TOKENS_EXPIRE_MAX_S, &seconds))
        return jn_fail(err, JN_UNPROCESSABLE,
                       "`expires` is a text like \"12 hours\", \"90 days\" or \"52 weeks\", at most 3650 days");
    out->created = job->api->host.wall();
    if (expires != NULL) out->expires = out->created + (int64_t)seconds * 1000;
    return JN_OK;
}

static jn_rc tokens_room(const struct jr_api *api, const struct jr_token *token, struct jn_err *err) {
    if (api->tokens.n + api->tokens_coming >= JR_TOKENS_MAX)
        return jn_fail(err, JN_CONFLICT, "there are %d tokens, as many as may be; revoke those that nobody uses",
                       JR_TOKENS_MAX);
    for (uint32_t i = 0; i < api->tokens.n; i++)
        if (strcmp(api->tokens.row[i].name, token->name) == 0)
            return jn_fail(err, JN_CONFLICT, "there is a token of that name; revoke it first, or take another name");
    return JN_OK;
}

void jr_api__token_new(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    struct tokens_change *change = JN_NEW(&job->arena, struct tokens_change);
    struct jn_buf body;
    uint8_t random[32];
    job->own = change;
    job->rc = tokens_wanted(job, &change->token, &job->err);
    if (job->rc == JN_OK) job->rc = tokens_room(api, &change->token, &job->err);
    if (job->rc != JN_OK) {
        tokens_refuse(job);
        return;
    }
    jn_random_bytes(random, sizeof random);
    jr_token_make(random, change->text);
    jn_sha256((struct jn_str){change->text, sizeof change->text}, &change->token.hash);
    jn_buf_init(&body, 1024);
    jr_token_body(&change->token, &body);
    change->row = (struct jr_row_token){.fresh = true, .body = jn_arena_str(&job->arena, jn_buf_view(&body))};
    jn_buf_release(&body);
    api->tokens_coming++;
    tokens_submit(api, job, tokens_made);
}

/* ---- revoking one ---- */

static void tokens_revoked(struct jr_job *job) {
    const struct tokens_change *change = job->own;
    struct jn_json_out w;
    if (job->rc == JN_OK) {
        jr_token_drop(&job->api->tokens, &change->token.hash);
        jn_jw_init(&w, &job->reply);
        jn_jw_object(&w);
        tokens_members(&w, &change->token);
        jn_jw_end_object(&w);
    }
    jr_reply__answer(job);
}

void jr_api__token_revoke(struct jr_api *api, struct jr_http_exchange *exchange) {
    struct jr_job *job = jr_job_new(api, exchange);
    const struct jr_token *token = jr_token_by_id(&api->tokens, jr_http_request_of(exchange)->param);
    if (token == NULL) {
        job->rc = jn_fail(&job->err, JN_NOT_FOUND, "there is no token of that id; `journey tokens` lists them");
        tokens_refuse(job);
        return;
    }
    struct tokens_change *change = JN_NEW(&job->arena, struct tokens_change);
    change->token = *token;
    job->own = change;
    tokens_submit(api, job, tokens_revoked);
}

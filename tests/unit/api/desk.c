#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/diag/print.h"
#include "core/civil.h"
#include "core/log.h"
#include "image/image.h"
#include "journey/compile.h"
#include "runtime/http/problem.h"
#include "runtime/http/route.h"

/* What stands for the connection's: the linker puts these in place of those of runtime/http. */
struct jr_http_exchange {
    struct jr_http_request request;
    struct jr_http_header header[4];
    struct desk *desk;
};

const struct jr_http_request *__wrap_jr_http_request_of(const struct jr_http_exchange *exchange);
const struct jr_http_request *__wrap_jr_http_request_of(const struct jr_http_exchange *exchange) {
    return &exchange->request;
}

bool __wrap_jr_http_is_encrypted(const struct jr_http_exchange *exchange);
bool __wrap_jr_http_is_encrypted(const struct jr_http_exchange *exchange) {
    (void)exchange;
    return false;
}

static void desk_hear(struct desk *desk, const struct jr_http_request *request, const struct jr_http_reply *reply) {
    char room[JR_HTTP_REQUEST_ID];
    struct jr_http_reply full = *reply;
    struct jn_buf lines, body;
    assert_int_equal(desk->status, 0); /* each request is answered once */
    desk->status = reply->status;
    jn_buf_init(&lines, 4096);
    jn_buf_init(&body, 16384);
    if (jr_http_is_problem(reply)) full = jr_http_problem(reply, jr_http_request_id(request, room), &lines, &body);
    jn_buf_reset(&desk->body);
    jn_buf_str(&desk->body, full.body);
    jn_buf_release(&body);
    jn_buf_release(&lines);
}

void __wrap_jr_http_respond(struct jr_http_exchange *exchange, const struct jr_http_reply *reply);
void __wrap_jr_http_respond(struct jr_http_exchange *exchange, const struct jr_http_reply *reply) {
    desk_hear(exchange->desk, &exchange->request, reply);
}

/* Nobody listens here: as if the client had left. */
bool __wrap_jr_http_respond_stream(struct jr_http_exchange *exchange, const struct jr_http_reply *head,
                                   struct jr_http_stream *stream);
bool __wrap_jr_http_respond_stream(struct jr_http_exchange *exchange, const struct jr_http_reply *head,
                                   struct jr_http_stream *stream) {
    (void)exchange, (void)head, (void)stream;
    return false;
}

/* ---- the lane */

static void desk_kept(struct desk *desk, const struct jr_turn *turn) {
    for (uint32_t i = 0; i < turn->n_delivery; i++) {
        assert_in_range(desk->n_outbox, 0, DESK_OUTBOX - 1);
        struct jn_str body = turn->delivery[i].body, refused = jn_str_z(desk->refused);
        desk->fails[desk->n_outbox] = refused.n > 0 && memmem(body.p, body.n, refused.p, refused.n) != NULL;
        desk->outbox[desk->n_outbox++] = turn->delivery[i].delivery;
    }
}

static jn_rc desk_turn(struct desk *desk, struct jr_input *input, uint32_t n, struct jr_job *job, struct jn_err *err) {
    const struct jr_lane_view view = {.engine = desk->engine, .store = desk->store, .now = desk->now};
    struct jr_turn turn;
    do {
        jn_arena_reset(&desk->turn_arena);
        turn = (struct jr_turn){.arena = &desk->turn_arena};
        for (uint32_t i = 0; i < n; i++)
            input[i].received = desk->now;
        jn_rc rc = jr_engine_turn(desk->engine, input, n, desk->now, &turn, err);
        if (rc != JN_OK) return rc;
        for (uint32_t i = 0; job != NULL && i < n; i++)
            jr_job_answered(job, &view, turn.answer[i], turn.answer_reason[i]);
        desk_kept(desk, &turn);
        n = 0;
    } while (turn.more);
    return JN_OK;
}

static bool desk_submit(void *user, struct jr_job *job) {
    struct desk *desk = user;
    const struct jr_lane_view view = {.engine = desk->engine, .store = desk->store, .now = desk->now};
    struct jn_err err = {.text = ""};
    if (desk->full) return false;
    jr_job_work(job, &view);
    uint32_t n = job->rc == JN_OK ? job->intake.n : 0;
    jn_rc rc = JN_OK;
    if (n > 0 || jr_engine_has_notes(desk->engine)) rc = desk_turn(desk, job->intake.input, n, job, &err);
    if (rc != JN_OK) jr_job_unwritten(job, &view, rc, &err);
    job->answer(job);
    jr_job_free(job);
    return true;
}

/* ---- what the API asks of the process */

static jn_rc desk_beside(void *user, struct jr_job *job) {
    struct desk *desk = user;
    jr_job_work(job, &(struct jr_lane_view){.store = desk->store});
    job->answer(job);
    jr_job_free(job);
    return JN_OK;
}

static bool desk_ready(void *user) {
    return ((struct desk *)user)->ready;
}

static int64_t desk_now(void *user) {
    return ((struct desk *)user)->now;
}

static int64_t desk_steady(void *user) {
    return ((struct desk *)user)->now + ((struct desk *)user)->slow;
}

static void desk_note(void *user, struct jn_str entry, const struct jr_row_token *token) {
    struct desk *desk = user;
    if (entry.n > 0) (void)jr_engine_note(desk->engine, desk->now, entry);
    if (token != NULL) (void)jr_engine_note_token(desk->engine, token);
}

static void desk_measure(void *user) {
    (void)user;
}

static void desk_listen(void *user, bool on) {
    (void)user, (void)on;
}

static bool desk_destination(void *user, uint32_t *at, struct jr_destination_view *out) {
    (void)user;
    if (*at == JR_DESTINATION_STATES) return false;
    *out = (struct jr_destination_view){
        .name = JN_STR("post"), .state = (enum jr_destination_state) * at, .service = *at == 0, .waiting = *at};
    ++*at;
    return true;
}

static void desk_enable(void *user, struct jn_str channel) {
    (void)user, (void)channel;
}

static int64_t desk_wall(void) {
    int64_t at;
    assert_true(jn_instant_parse(JN_STR("2026-03-01T00:00:00Z"), &at));
    return at;
}

static struct jn_str desk_variable(struct jn_str name) {
    return jn_str_is(name, "SHOP_SECRET") ? JN_STR("shop-secret") : JN_STR_NONE;
}

static jn_rc desk_check(const struct jn_program *program, struct jn_err *err) {
    (void)program, (void)err;
    return JN_OK;
}

/* ---- life */

void desk_open(struct desk *desk, struct jr_store *store, const char *secret) {
    struct jn_err err;
    *desk = (struct desk){.store = store, .now = desk_wall(), .ready = true};
    jn_log_set_level(JN_LOG_OFF);
    jn_arena_init(&desk->arena);
    jn_arena_init(&desk->turn_arena);
    jn_buf_init(&desk->body, 1 << 20);
    desk->api = (struct jr_api){.host = {.user = desk,
                                         .submit = desk_submit,
                                         .beside = desk_beside,
                                         .ready = desk_ready,
                                         .now = desk_now,
                                         .steady = desk_steady,
                                         .note = desk_note,
                                         .measure = desk_measure,
                                         .listen = desk_listen,
                                         .destination = desk_destination,
                                         .enable = desk_enable,
                                         .wall = desk_wall,
                                         .variable = desk_variable,
                                         .check_program = desk_check},
                                .keys = {.any = true}};
    if (jr_engine_open(store, &(struct jr_engine_options){0}, &desk->engine, &err) != JN_OK) fail_msg("%s", err.text);
    assert_int_equal(jr_api_open(&desk->api, jn_str_z(secret), NULL, 0, &err), JN_OK);
}

void desk_close(struct desk *desk) {
    jr_engine_close(desk->engine);
    desk->store->ops->close(desk->store);
    jn_buf_release(&desk->body);
    jn_arena_release(&desk->turn_arena);
    jn_arena_release(&desk->arena);
}

struct jn_str desk_image(struct desk *desk, const char *script) {
    struct jc_source *source = JN_NEW(&desk->arena, struct jc_source);
    struct jc_result result;
    struct jn_buf out;
    *source = (struct jc_source){.path = JN_STR("test.journey"), .text = jn_str_z(script)};
    assert_int_equal(jc_compile(&desk->arena, source, 1, &result, NULL), JN_OK);
    jn_buf_init(&out, 1u << 20);
    if (result.program == NULL) {
        jc_diags_print_text(result.diags, false, &out);
        fail_msg("%.*s", JN_FMT(jn_buf_view(&out)));
    }
    assert_int_equal(jn_image_encode(result.program, &out, NULL), JN_OK);
    struct jn_str image = jn_arena_str(&desk->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return image;
}

/* ---- asking */

static void desk_header(struct jr_http_exchange *exchange, const char *name, struct jn_str value) {
    exchange->header[exchange->request.n_header++] = (struct jr_http_header){jn_str_z(name), value};
}

static void desk_write(struct desk *desk, const struct ask *ask, struct jr_http_exchange *exchange) {
    struct jr_http_request *out = &exchange->request;
    struct jn_str path = jn_str_z(ask->path);
    const char *query = memchr(path.p, '?', path.n);
    size_t n = query == NULL ? path.n : (size_t)(query - path.p);
    *out = (struct jr_http_request){.method = jn_str_z(ask->method),
                                    .path = jn_str_sub(path, 0, n),
                                    .query = jn_str_sub(path, n + 1, path.n),
                                    .header = exchange->header};
    out->body = ask->body == NULL ? ask->image : jn_str_z(ask->body);
    (void)snprintf(out->peer, sizeof out->peer, "192.0.2.1");
    desk_header(exchange, "host", jn_str_z(ask->host == NULL ? "localhost" : ask->host));
    desk_header(exchange, "request-id", JN_STR("desk")); /* for what is asked twice to be answered the same */
    if (ask->token != NULL)
        desk_header(exchange, "authorization", jn_arena_printf(&desk->arena, "Bearer %s", ask->token));
}

static void desk_sign(struct desk *desk, struct jr_http_exchange *exchange) {
    struct jn_sha256 mac;
    struct jn_buf text;
    jn_hmac_sha256(desk_variable(JN_STR("SHOP_SECRET")), exchange->request.body, &mac);
    jn_buf_init(&text, 80);
    jn_hex((struct jn_str){(const char *)mac.b, sizeof mac.b}, &text);
    desk_header(exchange, "x-shop-signature", jn_arena_str(&desk->arena, jn_buf_view(&text)));
    jn_buf_release(&text);
}

int desk_ask(struct desk *desk, const struct ask *ask) {
    struct jr_http_exchange exchange = {.desk = desk};
    uint32_t n, index;
    struct jn_buf allow;
    const struct jr_http_route *route = jr_api_routes(&n);
    struct jr_http_reply refusal;
    desk_write(desk, ask, &exchange);
    if (ask->sign) desk_sign(desk, &exchange);
    desk->status = 0;
    jn_buf_init(&allow, 256);
    int found = jr_http_route_find(route, n, &exchange.request, &index, &exchange.request.param, &allow);
    jn_buf_release(&allow);
    if (found != 200) return found;
    if (jr_api_admit(&desk->api, index, &exchange.request, &refusal))
        jr_api_handle(&desk->api, index, &exchange);
    else
        desk_hear(desk, &exchange.request, &refusal);
    return desk->status;
}

jn_rc desk_pass(struct desk *desk, int64_t ms) {
    desk->now += ms;
    return desk_turn(desk, NULL, 0, NULL, NULL);
}

jn_rc desk_answered(struct desk *desk, enum jr_result result) {
    struct jr_input input[DESK_OUTBOX];
    uint32_t n = desk->n_outbox;
    for (uint32_t i = 0; i < n; i++)
        input[i] = (struct jr_input){.kind = JR_INPUT_RESULT,
                                     .delivery = desk->outbox[i],
                                     .result = desk->fails[i] ? JR_RESULT_FAILED : result,
                                     .retry_at = desk->now + JN_MS_MINUTE,
                                     .reason = JN_STR("as the test says")};
    desk->n_outbox = 0;
    jn_rc rc = desk_turn(desk, input, n, NULL, NULL);
    if (rc != JN_OK) desk->n_outbox = n;
    return rc;
}

struct jn_str desk_found(struct desk *desk, const char *before) {
    struct jn_str body = jn_buf_view(&desk->body);
    const char *at = memmem(body.p, body.n, before, strlen(before));
    if (at == NULL) fail_msg("no %s in %.*s", before, JN_FMT(body));
    at += strlen(before);
    const char *end = at;
    while (end < body.p + body.n && *end != '"' && *end != ',' && *end != '}')
        end++;
    return jn_arena_printf(&desk->arena, "%.*s%c", (int)(end - at), at, '\0');
}

int desk_open_with(struct desk *desk, const char *script) {
    struct jr_store *store;
    if (jr_store_open(JN_STR("mem:"), &store, NULL) != JN_OK) return 0;
    desk_open(desk, store, "");
    return desk_ask(desk, &ASK("PUT", "/api/program", .image = desk_image(desk, script)));
}

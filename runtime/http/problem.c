#include "runtime/http/problem.h"

#include <inttypes.h>

#include "core/hash.h"
#include "core/json.h"
#include "core/random.h"
#include "runtime/http/response.h"

/* ---- which request it is ---- */

/* No blank, no quote, nothing that a shell, a log or a header would read as its own. */
static bool problem_is_id(struct jn_str text) {
    static const char EXTRA[] = "-._:/+=@";
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && memchr(EXTRA, c, sizeof EXTRA - 1) == NULL) return false;
    }
    return text.n > 0 && text.n <= JR_HTTP_REQUEST_ID;
}

struct jn_str jr_http_request_id(const struct jr_http_request *request, char room[JR_HTTP_REQUEST_ID]) {
    static const char *const NAME[] = {"request-id", "x-request-id"};
    for (size_t i = 0; i < sizeof NAME / sizeof NAME[0]; i++) {
        struct jn_str given = jr_http_header(request, NAME[i]);
        if (problem_is_id(given)) return given;
    }
    uint8_t random[16];
    struct jn_buf text;
    jn_random_bytes(random, sizeof random);
    jn_buf_init(&text, JR_HTTP_REQUEST_ID);
    jn_hex((struct jn_str){(const char *)random, sizeof random}, &text);
    struct jn_str made = {room, text.n};
    memcpy(room, text.p, text.n);
    jn_buf_release(&text);
    return made;
}

/* ---- what is told of it ---- */

bool jr_http_is_problem(const struct jr_http_reply *reply) {
    return reply->status >= 400 && reply->content_type == NULL;
}

const char *jr_http_problem_code(const struct jr_http_reply *reply) {
    return reply->code == NULL ? jr_http_status_name(reply->status) : reply->code;
}

static void problem_text(struct jn_json_out *w, const char *key, struct jn_str value) {
    jn_jw_key(w, key);
    jn_jw_str(w, value);
}

static void problem_document(const struct jr_http_reply *reply, struct jn_str id, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    problem_text(&w, "type", JN_STR("about:blank"));
    problem_text(&w, "title", jn_str_z(jr_http_status_text(reply->status)));
    jn_jw_key(&w, "status");
    jn_jw_int(&w, reply->status);
    problem_text(&w, "detail", reply->detail);
    problem_text(&w, "code", jn_str_z(jr_http_problem_code(reply)));
    problem_text(&w, "request_id", id);
    if (reply->retry_after_s > 0) {
        jn_jw_key(&w, "retry_after");
        jn_jw_int(&w, reply->retry_after_s);
    }
    jn_jw_end_object(&w);
}

struct jr_http_reply jr_http_problem(const struct jr_http_reply *reply, struct jn_str id, struct jn_buf *lines,
                                     struct jn_buf *body) {
    struct jr_http_reply full = *reply;
    jn_buf_str(lines, reply->headers);
    jn_buf_printf(lines, "Request-Id: %.*s\r\n", JN_FMT(id));
    if (reply->retry_after_s > 0) jn_buf_printf(lines, "Retry-After: %" PRIu32 "\r\n", reply->retry_after_s);
    problem_document(reply, id, body);
    full.content_type = "application/problem+json";
    full.headers = jn_buf_view(lines);
    full.body = jn_buf_view(body);
    return full;
}

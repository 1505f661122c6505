#include "runtime/api/api.h"

#include <inttypes.h>

#include "core/hash.h"
#include "runtime/measure/metrics.h"

enum jr_api__who { JR_API_OPEN, JR_API_KEY, JR_API_SOURCE, JR_API_ADMIN };

static const struct jr_http_route ROUTES[] = {
#define ROUTE(handler, method, path, who, body, text) {method, path, body},
#include "runtime/api/routes.def"
#undef ROUTE
};

static const struct {
    enum jr_api__who who;
    void (*handle)(struct jr_api *api, struct jr_http_exchange *exchange);
} HANDLERS[] = {
#define ROUTE(handler, method, path, who, body, text) {JR_API_##who, jr_api__##handler},
#include "runtime/api/routes.def"
#undef ROUTE
};

const struct jr_http_route *jr_api_routes(uint32_t *n) {
    *n = sizeof ROUTES / sizeof ROUTES[0];
    return ROUTES;
}

/* Without a token only a name of this machine will do, so that a web page whose name was rebound to loopback cannot
 * administer it. */
static bool jr_api__is_local(struct jn_str host) {
    static const char *const LOCAL[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof LOCAL / sizeof LOCAL[0]; i++) {
        struct jn_str name = jn_str_z(LOCAL[i]);
        if (jn_str_starts(host, name) && (host.n == name.n || host.p[name.n] == ':')) return true;
    }
    return false;
}

static bool jr_api__refuse(struct jr_http_reply *reply, int status, struct jn_str headers, struct jn_str problem) {
    *reply = (struct jr_http_reply){
        .status = status, .content_type = "application/problem+json", .headers = headers, .body = problem};
    return false;
}

bool jr_api_admit(void *user, uint32_t route, const struct jr_http_request *request, struct jr_http_reply *reply) {
    const struct jr_api *api = user;
    if (HANDLERS[route].who != JR_API_ADMIN) return true;
    if (api->token.n == 0) {
        if (jr_api__is_local(jr_http_header(request, "host"))) return true;
        return jr_api__refuse(reply, 403, JN_STR_NONE,
                              JN_STR("{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"without a token, "
                                     "administration is for requests to localhost only\"}"));
    }
    struct jn_str token = jr_bearer(jr_http_header(request, "authorization"));
    if (jn_equal_const_time(token, api->token)) return true;
    return jr_api__refuse(reply, 401, JN_STR("WWW-Authenticate: Bearer\r\n"),
                          JN_STR("{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"send the admin token as "
                                 "Authorization: Bearer TOKEN\"}"));
}

void jr_api_handle(void *user, uint32_t route, struct jr_http_exchange *exchange) {
    HANDLERS[route].handle(user, exchange);
}

void jr_api__fail(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail) {
    jr_api__fail_for_now(exchange, rc, headers, detail, 0);
}

void jr_api__fail_for_now(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail,
                          uint32_t seconds) {
    struct jn_buf lines;
    jn_buf_init(&lines, 1024);
    jn_buf_str(&lines, headers);
    if (jn_rc_retryable(rc) || jn_rc_http(rc) == 503)
        jn_buf_printf(&lines, "Retry-After: %" PRIu32 "\r\n", seconds == 0 ? 1 : seconds);
    jr_http_respond_problem(exchange, jn_rc_http(rc), jn_buf_view(&lines), detail);
    jn_buf_release(&lines);
}

void jr_api__submit(struct jr_api *api, struct jr_job *job) {
    job->weight = sizeof *job + jr_http_request_of(job->exchange)->body.n + job->intake.weight +
                  job->intake.n * sizeof(struct jr_input);
    if (api->host.submit(api->host.user, job)) return;
    jr_metric_add(JR_METRIC_REFUSED, JR_API_REFUSED_QUEUE, 1);
    job->rc = jn_fail(&job->err, JN_BUSY, "more waits to be stored than is held; try again");
    job->answer(job);
    jr_job_free(job);
}

/* ---- names in paths ---- */

enum { JR_API__NAME_MAX = 1024 };

#define JR_API__CUSTOMERS "/api/customers/"

jn_rc jr_api__name(struct jn_str written, struct jn_arena *arena, struct jn_str *out, struct jn_err *err) {
    struct jn_buf name;
    jn_buf_init(&name, JR_API__NAME_MAX);
    jn_rc rc = jr_http_unescape(written, &name) ? JN_OK : jn_fail(err, JN_INVALID, "a name in the path is malformed");
    if (rc == JN_OK) *out = jn_arena_str(arena, jn_buf_view(&name));
    jn_buf_release(&name);
    return rc;
}

jn_rc jr_api__customer_of(const struct jr_http_request *request, struct jn_arena *arena, struct jn_str *out,
                          struct jn_err *err) {
    struct jn_str rest = jn_str_sub(request->path, sizeof JR_API__CUSTOMERS - 1, request->path.n);
    const char *slash = rest.n == 0 ? NULL : memchr(rest.p, '/', rest.n);
    return jr_api__name(jn_str_sub(rest, 0, slash == NULL ? rest.n : (size_t)(slash - rest.p)), arena, out, err);
}

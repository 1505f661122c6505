#include "runtime/api/api.h"

#include <string.h>

#include "runtime/api/access/access.h"
#include "runtime/measure/metrics.h"

/* Who may use a route: anybody, as far as this is asked, or a token of a role. */
enum jr_api__who {
    JR_API_OPEN = -3,
    JR_API_KEY,
    JR_API_SOURCE,
#define ROLE(name, word, text) JR_API_##name,
#include "runtime/access/roles.def"
#undef ROLE
};

static const struct jr_http_route ROUTES[] = {
/* A browser shows a page of another origin why it was refused only when the refusal says that it may. */
#define ROUTE(handler, method, path, who, body, text)                                                                  \
    {method, path, body, (int)JR_API_##who == (int)JR_API_KEY ? "Access-Control-Allow-Origin: *\r\n" : NULL},
#include "runtime/api/routes.def"
#undef ROUTE
};

static const struct {
    enum jr_api__who who;
    void (*handle)(struct jr_api *api, struct jr_http_exchange *exchange);
    const char *name;
} HANDLERS[] = {
#define ROUTE(handler, method, path, who, body, text) {JR_API_##who, jr_api__##handler, method " " path},
#include "runtime/api/routes.def"
#undef ROUTE
};

const struct jr_http_route *jr_api_routes(uint32_t *n) {
    *n = sizeof ROUTES / sizeof ROUTES[0];
    return ROUTES;
}

_Static_assert((int)JR_API_VIEWER == (int)JR_ROLE_VIEWER && (int)JR_API_ADMIN == (int)JR_ROLE_ADMIN, "in one order");

bool jr_api_admit(void *user, uint32_t route, const struct jr_http_request *request, struct jr_http_reply *reply) {
    if (HANDLERS[route].who < 0) return true;
    return jr_guard_admit(user, HANDLERS[route].name, (enum jr_role)HANDLERS[route].who, request, reply);
}

/* What changes something is noted, and what gives out all that is kept of a person. */
static bool jr_api__is_audited(uint32_t route) {
    return strcmp(ROUTES[route].method, "GET") != 0 || HANDLERS[route].handle == jr_api__export;
}

void jr_api_handle(void *user, uint32_t route, struct jr_http_exchange *exchange) {
    struct jr_api *api = user;
    bool admin = HANDLERS[route].who >= 0;
    api->audited = admin && jr_api__is_audited(route) ? HANDLERS[route].name : NULL;
    if (admin && !jr_guard_still(api, (enum jr_role)HANDLERS[route].who, exchange)) return;
    HANDLERS[route].handle(api, exchange);
}

void jr_api__fail(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail) {
    jr_api__fail_for_now(exchange, rc, headers, detail, 0);
}

void jr_api__fail_for_now(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail,
                          uint32_t seconds) {
    struct jr_http_reply reply = {
        .status = jn_rc_http(rc), .headers = headers, .code = jn_rc_name(rc), .detail = detail};
    if (jn_rc_retryable(rc) || reply.status == 503) reply.retry_after_s = seconds == 0 ? 1 : seconds;
    jr_http_respond(exchange, &reply);
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

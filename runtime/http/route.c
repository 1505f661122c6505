#include "runtime/http/route.h"

static struct jn_str jr_http__segment(struct jn_str path) {
    const char *slash = path.n == 0 ? NULL : memchr(path.p, '/', path.n);
    return jn_str_sub(path, 0, slash == NULL ? path.n : (size_t)(slash - path.p));
}

static bool jr_http__path_matches(const char *pattern, struct jn_str path, struct jn_str *param) {
    struct jn_str want = jn_str_z(pattern);
    *param = JN_STR_NONE;
    while (want.n > 0 && path.n > 0) {
        struct jn_str a = jr_http__segment(want), b = jr_http__segment(path);
        if (a.n > 0 && a.p[0] == ':' && b.n > 0)
            *param = b;
        else if (!jn_str_eq(a, b))
            return false;
        if ((a.n == want.n) != (b.n == path.n)) return false;
        want = jn_str_sub(want, a.n + 1, want.n);
        path = jn_str_sub(path, b.n + 1, path.n);
    }
    return want.n == path.n;
}

/* A path may be another's pattern, too. */
static bool jr_http__is_listed(struct jn_str allow, const char *method) {
    return allow.n > 0 && memmem(allow.p, allow.n, method, strlen(method)) != NULL;
}

int jr_http_route_find(const struct jr_http_route *route, uint32_t n, const struct jr_http_request *request,
                       uint32_t *index, struct jn_str *param, struct jn_buf *allow) {
    struct jn_str path = request->path;
    if (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        if (!jr_http__path_matches(route[i].path, path, param)) continue;
        bool head = jn_str_is(request->method, "HEAD") && strcmp(route[i].method, "GET") == 0;
        if (head || jn_str_is(request->method, route[i].method)) {
            *index = i;
            return 200;
        }
        if (!jr_http__is_listed(jn_buf_view(allow), route[i].method)) {
            if (found) jn_buf_z(allow, ", ");
            jn_buf_z(allow, route[i].method);
        }
        found = true;
    }
    return found ? 405 : 404;
}

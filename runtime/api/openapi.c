/* The API as OpenAPI describes one, made from the tables of routes and queries. */
#include <string.h>

#include "runtime/api/reply.h"

#define OPENAPI__MAX (1u << 20)

enum openapi__who {
    OPENAPI_OPEN,
    OPENAPI_KEY,
    OPENAPI_SOURCE,
#define ROLE(name, word, text) OPENAPI_##name,
#include "runtime/access/roles.def"
#undef ROLE
};

static const struct openapi__route {
    const char *handler, *method, *path, *text;
    enum openapi__who who;
    size_t body;
} ROUTE_ROW[] = {
#define ROUTE(handler, method, path, who, body, text) {#handler, method, path, text, OPENAPI_##who, body},
#include "runtime/api/routes.def"
#undef ROUTE
};

static const struct openapi__query {
    const char *handler, *name, *text;
} QUERY_ROW[] = {
#define QUERY(handler, name, text) {#handler, name, text},
#include "runtime/api/queries.def"
#undef QUERY
};

static const char *const ROLE_WORD[] = {
#define ROLE(name, word, text) [OPENAPI_##name] = word,
#include "runtime/access/roles.def"
#undef ROLE
};

static void openapi__pair(struct jn_json_out *w, const char *key, const char *value) {
    jn_jw_key(w, key);
    jn_jw_z(w, value);
}

/* `/api/customers/:id` as `/api/customers/{id}`, or, where it is to be a name, `api_customers_id`. */
static void openapi__path(const char *path, bool name, struct jn_buf *out) {
    for (const char *at = path + (name ? 1 : 0); *at != '\0'; at++) {
        bool parameter = *at == ':';
        if (name && (*at == '/' || *at == '.'))
            jn_buf_char(out, '_');
        else if (parameter && !name)
            jn_buf_char(out, '{');
        else if (!parameter)
            jn_buf_char(out, *at);
        if (parameter) {
            for (; at[1] != '\0' && at[1] != '/'; at++)
                jn_buf_char(out, at[1]);
            if (!name) jn_buf_char(out, '}');
        }
    }
}

static void openapi__parameter(struct jn_json_out *w, const char *in, struct jn_str name, const char *text) {
    jn_jw_object(w);
    jr_reply__text(w, "name", name);
    openapi__pair(w, "in", in);
    jn_jw_key(w, "required");
    jn_jw_bool(w, strcmp(in, "path") == 0);
    if (text != NULL) openapi__pair(w, "description", text);
    jn_jw_key(w, "schema");
    jn_jw_raw(w, JN_STR("{\"type\":\"string\"}"));
    jn_jw_end_object(w);
}

static void openapi__parameters(struct jn_json_out *w, const struct openapi__route *route) {
    jn_jw_key(w, "parameters");
    jn_jw_array(w);
    for (const char *at = strchr(route->path, ':'); at != NULL; at = strchr(at + 1, ':'))
        openapi__parameter(w, "path", (struct jn_str){at + 1, strcspn(at + 1, "/")}, NULL);
    for (size_t i = 0; i < sizeof QUERY_ROW / sizeof QUERY_ROW[0]; i++)
        if (strcmp(QUERY_ROW[i].handler, route->handler) == 0)
            openapi__parameter(w, "query", jn_str_z(QUERY_ROW[i].name), QUERY_ROW[i].text);
    jn_jw_end_array(w);
}

static void openapi__security(struct jn_json_out *w, enum openapi__who who) {
    jn_jw_key(w, "security");
    if (who == OPENAPI_KEY)
        jn_jw_raw(w, JN_STR("[{\"write_key\":[]},{\"token\":[]},{}]"));
    else if (who < OPENAPI_VIEWER)
        jn_jw_raw(w, JN_STR("[]"));
    else
        jn_jw_raw(w, JN_STR("[{\"token\":[]}]"));
    if (who >= OPENAPI_VIEWER) openapi__pair(w, "x-role", ROLE_WORD[who]);
}

/* The answer when all is well. */
static struct jn_str openapi__done(const struct openapi__route *route) {
    if (strcmp(route->handler, "stream") == 0)
        return JN_STR("{\"description\":\"server-sent events\",\"content\":{\"text/event-stream\":{\"schema\":{"
                      "\"type\":\"string\"}}}}");
    if (route->who != OPENAPI_OPEN || strchr(route->path, ':') != NULL)
        return JN_STR("{\"description\":\"done\",\"content\":{\"application/json\":{\"schema\":{}}}}");
    return JN_STR("{\"description\":\"done\",\"content\":{\"text/plain\":{\"schema\":{\"type\":\"string\"}}}}");
}

static void openapi__responses(struct jn_json_out *w, const struct openapi__route *route) {
    bool options = strcmp(route->method, "OPTIONS") == 0;
    jn_jw_key(w, "responses");
    jn_jw_object(w);
    jn_jw_key(w, options ? "204" : "200");
    jn_jw_raw(w, options ? JN_STR("{\"description\":\"allowed\"}") : openapi__done(route));
    jn_jw_key(w, "4XX");
    jn_jw_raw(w, JN_STR("{\"$ref\":\"#/components/responses/problem\"}"));
    jn_jw_key(w, "5XX");
    jn_jw_raw(w, JN_STR("{\"$ref\":\"#/components/responses/problem\"}"));
    jn_jw_end_object(w);
}

static struct jn_str openapi__body(const struct openapi__route *route) {
    if (strcmp(route->handler, "program") == 0)
        return JN_STR("{\"content\":{\"application/octet-stream\":{\"schema\":{}}}}");
    if (strcmp(route->handler, "events") == 0)
        return JN_STR("{\"content\":{\"application/cloudevents+json\":{\"schema\":{}},"
                      "\"application/cloudevents-batch+json\":{\"schema\":{\"type\":\"array\"}},"
                      "\"application/json\":{\"schema\":{}}}}");
    return JN_STR("{\"content\":{\"application/json\":{\"schema\":{}}}}");
}

static void openapi__operation(struct jn_json_out *w, const struct openapi__route *route) {
    struct jn_buf name;
    jn_buf_init(&name, 256);
    for (const char *at = route->method; *at != '\0'; at++)
        jn_buf_char(&name, (char)(*at | 0x20));
    struct jn_str method = jn_buf_view(&name);
    jn_jw_key_str(w, method);
    jn_buf_char(&name, '_');
    openapi__path(route->path, true, &name);
    jn_jw_object(w);
    jr_reply__text(w, "operationId", jn_buf_view(&name));
    openapi__pair(w, "summary", route->text);
    openapi__security(w, route->who);
    openapi__parameters(w, route);
    if (route->body > 0) {
        jn_jw_key(w, "requestBody");
        jn_jw_raw(w, openapi__body(route));
    }
    openapi__responses(w, route);
    jn_jw_end_object(w);
    jn_buf_release(&name);
}

static void openapi__paths(struct jn_json_out *w) {
    size_t n = sizeof ROUTE_ROW / sizeof ROUTE_ROW[0];
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        while (strcmp(ROUTE_ROW[first].path, ROUTE_ROW[i].path) != 0)
            first++;
        if (first < i) continue; /* told with the other methods of its path */
        struct jn_buf path;
        jn_buf_init(&path, 256);
        openapi__path(ROUTE_ROW[i].path, false, &path);
        jn_jw_key_str(w, jn_buf_view(&path));
        jn_buf_release(&path);
        jn_jw_object(w);
        for (size_t k = i; k < n; k++)
            if (strcmp(ROUTE_ROW[k].path, ROUTE_ROW[i].path) == 0) openapi__operation(w, &ROUTE_ROW[k]);
        jn_jw_end_object(w);
    }
}

static const char COMPONENTS[] =
    "{\"securitySchemes\":{"
    "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"JOURNEY_TOKEN, or one that `journey tokens "
    "create` makes\"},"
    "\"write_key\":{\"type\":\"http\",\"scheme\":\"basic\",\"description\":\"the write key as the user, or as "
    "`writeKey` in the body\"}},"
    "\"schemas\":{\"problem\":{\"type\":\"object\",\"description\":\"RFC 9457\",\"required\":[\"type\",\"title\","
    "\"status\",\"detail\",\"code\",\"request_id\"],\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":"
    "\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\",\"description\":\"what is wrong, and what to "
    "do\"},\"code\":{\"type\":\"string\",\"description\":\"the name of the error, which stays: docs/errors.md\"},"
    "\"request_id\":{\"type\":\"string\",\"description\":\"also in the header Request-Id and in the log; the "
    "request's own Request-Id or X-Request-Id, if it has one\"},"
    "\"retry_after\":{\"type\":\"integer\",\"description\":\"seconds; there when the header is\"}}}},"
    "\"responses\":{\"problem\":{\"description\":\"why not\",\"headers\":{"
    "\"Request-Id\":{\"schema\":{\"type\":\"string\"}},"
    "\"Retry-After\":{\"description\":\"when to try again, where that is known\",\"schema\":{\"type\":\"integer\"}}},"
    "\"content\":{\"application/problem+json\":{\"schema\":{"
    "\"$ref\":\"#/components/schemas/problem\"}}}}}}";

static void openapi__write(struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    openapi__pair(&w, "openapi", "3.1.0");
    jn_jw_key(&w, "info");
    jn_jw_object(&w);
    openapi__pair(&w, "title", "Journey");
    openapi__pair(&w, "version", JOURNEY_VERSION);
    openapi__pair(&w, "summary", "Customer journeys as code: events in, signed webhooks out, and the administration");
    jn_jw_end_object(&w);
    jn_jw_key(&w, "servers");
    jn_jw_raw(&w, JN_STR("[{\"url\":\"/\"}]"));
    jn_jw_key(&w, "security");
    jn_jw_raw(&w, JN_STR("[{\"token\":[]}]"));
    jn_jw_key(&w, "paths");
    jn_jw_object(&w);
    openapi__paths(&w);
    jn_jw_end_object(&w);
    jn_jw_key(&w, "components");
    jn_jw_raw(&w, (struct jn_str){COMPONENTS, sizeof COMPONENTS - 1});
    jn_jw_end_object(&w);
}

void jr_api__openapi(struct jr_api *api, struct jr_http_exchange *exchange) {
    (void)api;
    struct jn_buf text;
    jn_buf_init(&text, OPENAPI__MAX);
    openapi__write(&text);
    jr_http_respond(exchange, &(struct jr_http_reply){
                                  .status = 200, .content_type = "application/json", .body = jn_buf_view(&text)});
    jn_buf_release(&text);
}

#include "cli/server/client.h"

#include "runtime/loop/curl.h"
#include <stdlib.h>

#include "core/json.h"

#define CLI_DEFAULT_SERVER  "http://127.0.0.1:8080"
#define CLI_CONNECT_SECONDS 10L

static size_t client_take(char *bytes, size_t size, size_t n, void *user) {
    struct jn_buf *answer = user;
    jn_buf_str(answer, (struct jn_str){bytes, size * n});
    return answer->failed ? 0 : size * n;
}

static bool client_has_token(void) {
    const char *token = getenv("JOURNEY_TOKEN");
    return token != NULL && token[0] != '\0';
}

/* What the server says of a refusal: the problem's detail, or its status. */
static jn_rc client_refused(long status, struct jn_str body, struct jn_err *err) {
    jn_rc rc = status == 401 || status == 403 ? JN_UNAUTHORIZED
               : status == 404                ? JN_NOT_FOUND
               : status == 409                ? JN_CONFLICT
               : status >= 500                ? JN_UNAVAILABLE
                                              : JN_INVALID;
    struct jn_json *problem = NULL;
    struct jn_str detail = JN_STR_NONE;
    if (jn_json_parse(body, &problem, NULL) == JN_OK && jn_json_kind(problem) == JN_JSON_OBJECT)
        detail = jn_json_text(jn_json_get_str(problem, JN_STR("detail")));
    if (status == 401 && !client_has_token())
        rc = jn_fail(err, rc, "the server wants a token: set JOURNEY_TOKEN");
    else if (detail.n > 0)
        rc = jn_fail(err, rc, "%.*s", JN_FMT(detail));
    else
        rc = jn_fail(err, rc, "the server answered %ld", status);
    jn_json_free(problem);
    return rc;
}

static void client_prepare(CURL *curl, const char *url, const char *method, struct jn_str body,
                           struct curl_slist *headers, struct jn_buf *answer) {
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CLI_CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, client_take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (body.p == NULL) return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
}

static jn_rc client_unproven(const char *server, const char *ca, CURLcode code, struct jn_err *err) {
    if (code == CURLE_SSL_CACERT_BADFILE)
        return jn_fail(err, JN_UNAVAILABLE, "`%s` of --ca holds no authorities that can be read", ca);
    return jn_fail(err, JN_UNAVAILABLE,
                   "%s does not prove who it is: its certificate is not vouched for by %s, or is another's; --ca FILE "
                   "names authorities to trust",
                   server, ca == NULL ? "the system's authorities" : ca);
}

static jn_rc client_perform(CURL *curl, const char *server, const char *ca, struct jn_buf *answer, struct jn_err *err) {
    long status = 0;
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return client_unproven(server, ca, code, err);
    if (code != CURLE_OK)
        return jn_fail(err, JN_UNAVAILABLE, "no answer from %s: %s; is `journey serve` running there?", server,
                       curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 == 2) return JN_OK;
    jn_rc rc = client_refused(status, jn_buf_view(answer), err);
    jn_buf_reset(answer);
    return rc;
}

jn_rc cli_request(const struct cli_args *args, const char *method, const char *path, struct jn_str body,
                  struct jn_buf *answer, struct jn_err *err) {
    struct jn_buf url, line;
    jn_buf_init(answer, CLI_ANSWER_MAX);
    jn_rc rc = jr_curl_load(err);
    if (rc != JN_OK) return rc;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
    const char *server = cli_args_named(args, "server"), *ca = cli_args_named(args, "ca");
    if (server == NULL) server = CLI_DEFAULT_SERVER;
    size_t n = strlen(server);
    while (n > 0 && server[n - 1] == '/')
        n--;
    jn_buf_init(&url, 4096);
    jn_buf_init(&line, 4096);
    jn_buf_printf(&url, "%.*s%s", (int)n, server, path);
    jn_buf_char(&url, '\0');
    if (client_has_token()) {
        jn_buf_printf(&line, "Authorization: Bearer %s", getenv("JOURNEY_TOKEN"));
        jn_buf_char(&line, '\0');
        headers = curl_slist_append(headers, line.p);
    }
    CURL *curl = curl_easy_init();
    rc = curl == NULL || url.failed || line.failed ? jn_fail(err, JN_USAGE, "the address or token is too long") : JN_OK;
    if (rc == JN_OK) {
        client_prepare(curl, url.p, method, body, headers, answer);
        if (ca != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
        if (ca != NULL) curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        rc = client_perform(curl, server, ca, answer, err);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    jn_buf_release(&line);
    jn_buf_release(&url);
    return rc;
}

const char *cli_escaped(struct jn_arena *arena, const char *text) {
    struct jn_buf out;
    jn_buf_init(&out, 3 * strlen(text) + 1);
    for (const char *p = text; *p != '\0'; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (plain || strchr("-._~", *p) != NULL)
            jn_buf_char(&out, *p);
        else
            jn_buf_printf(&out, "%%%02X", (unsigned)(unsigned char)*p);
    }
    jn_buf_char(&out, '\0');
    const char *escaped = jn_arena_str(arena, jn_buf_view(&out)).p;
    jn_buf_release(&out);
    return escaped;
}

#include "runtime/delivery/channel_webhook.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <uv.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/check.h"
#include "runtime/delivery/address.h"
#include "runtime/delivery/signature.h"
#include "runtime/loop/multi.h"

#ifndef JOURNEY_VERSION
#define JOURNEY_VERSION "dev"
#endif

struct jr_channel {
    struct jr_channel_place place;
    struct jr_multi *multi;
};

struct jr_attempt {
    struct jr_channel *channel;
    CURL *easy;
    CURLU *url;
    struct curl_slist *headers;
    struct jn_arena arena; /* texts the transfer refers to */
    struct jn_str host;
    int port;
    jr_attempt_done done;
    void *user;
    size_t received;
    struct jn_buf answer; /* kept only for those who ask */
    bool asks;
    bool refused, tried, overflowed;
    char refusal[96];
};

/* ---- what libcurl asks while it works ---- */

/* Called with every resolved address before it is connected to: the one place where an address is judged, so that
 * neither odd spellings nor names that resolve differently the second time get around it. */
static curl_socket_t jr_webhook__open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    struct jr_attempt *attempt = user;
    const struct jr_channel_place *place = &attempt->channel->place;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        !jr_address_allowed(place->allow, place->dev, &address->addr, attempt->host, attempt->port)) {
        char text[INET6_ADDRSTRLEN] = "?";
        const void *bytes = address->family == AF_INET
                                ? (const void *)&((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr
                                : (const void *)&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
        (void)inet_ntop(address->family, bytes, text, sizeof text);
        (void)snprintf(attempt->refusal, sizeof attempt->refusal, "%s is an internal address; see allow_destinations",
                       text);
        attempt->refused = true;
        return CURL_SOCKET_BAD;
    }
    attempt->tried = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t jr_webhook__receive(char *p, size_t size, size_t n, void *user) {
    struct jr_attempt *attempt = user;
    attempt->received += size * n;
    attempt->overflowed = attempt->received > JR_WEBHOOK_ANSWER_MAX;
    if (attempt->asks && !attempt->overflowed) jn_buf_add(&attempt->answer, p, size * n);
    return attempt->overflowed ? 0 : size * n;
}

/* ---- preparing one transfer ---- */

static jn_rc jr_webhook__resolve(const struct jr_attempt *attempt, bool is_name, struct jn_str text, const char *what,
                                 struct jn_str *out, struct jn_err *err) {
    *out = is_name ? attempt->channel->place.variable(text) : text;
    if (is_name && out->n == 0)
        return jn_fail(err, JN_CONFIG, "the %s is in %.*s, which is not set", what, JN_FMT(text));
    return JN_OK;
}

static jn_rc jr_webhook__parse_url(struct jr_attempt *attempt, struct jn_str url, struct jn_err *err) {
    attempt->url = curl_url();
    JN_CHECK(attempt->url != NULL);
    struct jn_str z = jn_arena_str(&attempt->arena, url);
    char *host = NULL, *port = NULL;
    CURLUcode code = curl_url_set(attempt->url, CURLUPART_URL, z.p, CURLU_DISALLOW_USER);
    if (code == CURLUE_OK) code = curl_url_get(attempt->url, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OK) code = curl_url_get(attempt->url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    if (code == CURLUE_OK) {
        attempt->host = jn_arena_str(&attempt->arena, jn_str_z(host));
        attempt->port = (int)strtol(port, NULL, 10);
    }
    curl_free(host);
    curl_free(port);
    /* The URL itself is not repeated: it may carry a secret in its path. */
    return code == CURLUE_OK ? JN_OK : jn_fail(err, JN_CONFIG, "the address is no URL: %s", curl_url_strerror(code));
}

static void jr_webhook__header(struct jr_attempt *attempt, const char *line) {
    attempt->headers = curl_slist_append(attempt->headers, line);
    JN_CHECK(attempt->headers != NULL);
}

static jn_rc jr_webhook__headers(struct jr_attempt *attempt, const struct jr_delivery *delivery, struct jn_str secret,
                                 int64_t now, struct jn_err *err) {
    for (size_t i = 0; i < delivery->id.n; i++)
        JN_CHECK((unsigned char)delivery->id.p[i] > ' ' && (unsigned char)delivery->id.p[i] < 0x7f);
    jr_webhook__header(attempt, "content-type: application/json");
    jr_webhook__header(attempt, "user-agent: journey/" JOURNEY_VERSION);
    jr_webhook__header(attempt, "expect:"); /* libcurl's own would cost a round trip */
    struct jn_str line = jn_arena_printf(&attempt->arena, "webhook-id: %.*s", JN_FMT(delivery->id));
    jr_webhook__header(attempt, line.p);
    int64_t timestamp = now / 1000;
    line = jn_arena_printf(&attempt->arena, "webhook-timestamp: %" PRId64, timestamp);
    jr_webhook__header(attempt, line.p);
    if (secret.n == 0) return JN_OK;
    struct jn_buf signature;
    jn_buf_init(&signature, 256);
    jn_rc rc = jr_signature(secret, delivery->id, timestamp, delivery->body, &signature, err);
    if (rc == JN_OK) {
        line = jn_arena_printf(&attempt->arena, "webhook-signature: %.*s", JN_FMT(jn_buf_view(&signature)));
        jr_webhook__header(attempt, line.p);
    }
    jn_buf_release(&signature);
    return rc;
}

static void jr_webhook__options(struct jr_attempt *attempt, const struct jr_delivery *delivery) {
    CURL *easy = attempt->easy;
    long timeout = delivery->timeout_ms == 0 ? JR_WEBHOOK_TIMEOUT_MS : (long)delivery->timeout_ms;
    curl_easy_setopt(easy, CURLOPT_CURLU, attempt->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* else an unanswered DNS query holds up the whole loop */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)JR_WEBHOOK_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, jr_webhook__open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, attempt);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, jr_webhook__receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)delivery->body.n);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, delivery->body.p);
}

static void jr_webhook__free(struct jr_attempt *attempt) {
    curl_easy_cleanup(attempt->easy);
    curl_url_cleanup(attempt->url);
    curl_slist_free_all(attempt->headers);
    jn_buf_release(&attempt->answer);
    jn_arena_release(&attempt->arena);
    free(attempt);
}

/* ---- the end of a transfer ---- */

static void jr_webhook__done(void *user, CURL *easy, CURLcode code) {
    struct jr_attempt *attempt = user;
    struct jr_attempt_end end = {0};
    long status = 0;
    curl_off_t after = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    char text[64];
    /* A body over the cap is cut off by us; the answer's head was complete and counts. */
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && attempt->overflowed)) {
        end.status = (uint32_t)status;
        if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
            end.retry_after_ms = after < INT32_MAX ? (int64_t)after * 1000 : INT32_MAX;
        (void)snprintf(text, sizeof text, "HTTP %ld", status);
        end.reason = jn_str_z(text);
        end.overflowed = attempt->overflowed;
        if (attempt->asks) end.answer = jn_buf_view(&attempt->answer);
    } else if (attempt->refused && !attempt->tried) {
        end.refused = true;
        end.reason = jn_str_z(attempt->refusal);
    } else {
        end.refused = code == CURLE_UNSUPPORTED_PROTOCOL;
        end.reason = jn_str_z(curl_easy_strerror(code));
    }
    jr_attempt_done done = attempt->done;
    void *owner = attempt->user;
    done(owner, &end);
    jr_webhook__free(attempt);
}

/* ---- the channel ---- */

static struct jr_attempt *jr_webhook__begin(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                            jr_attempt_done done, void *user, struct jn_err *err) {
    struct jr_attempt *attempt = jn_alloc_zero(1, sizeof *attempt);
    *attempt = (struct jr_attempt){.channel = channel, .done = done, .user = user};
    jn_arena_init(&attempt->arena);
    jn_buf_init(&attempt->answer, JR_WEBHOOK_ANSWER_MAX);
    attempt->asks = delivery->asks;
    attempt->easy = curl_easy_init();
    JN_CHECK(attempt->easy != NULL);
    struct jn_str url, secret;
    jn_rc rc = jr_webhook__resolve(attempt, delivery->env_url, delivery->url, "address", &url, err);
    if (rc == JN_OK) rc = jr_webhook__resolve(attempt, delivery->env_secret, delivery->secret, "secret", &secret, err);
    if (rc == JN_OK) rc = jr_webhook__parse_url(attempt, url, err);
    if (rc == JN_OK) rc = jr_webhook__headers(attempt, delivery, secret, now, err);
    if (rc == JN_OK) {
        jr_webhook__options(attempt, delivery);
        if (!jr_multi_add(channel->multi, attempt->easy, jr_webhook__done, attempt))
            rc = jn_fail(err, JN_INTERNAL, "the transfer was refused");
    }
    if (rc == JN_OK) return attempt;
    jr_webhook__free(attempt);
    return NULL;
}

static void jr_webhook__cancel(struct jr_attempt *attempt) {
    jr_multi_remove(attempt->channel->multi, attempt->easy);
    jr_webhook__free(attempt);
}

static jn_rc jr_webhook__open(const struct jr_channel_place *place, struct jr_channel **out, struct jn_err *err) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return jn_fail(err, JN_INTERNAL, "libcurl does not start");
    struct jr_channel *channel = jn_alloc_zero(1, sizeof *channel);
    channel->place = *place;
    channel->multi = jr_multi_new(place->loop, place->connections);
    *out = channel;
    return JN_OK;
}

static void jr_webhook__close(struct jr_channel *channel) {
    jr_multi_close(channel->multi);
    free(channel);
    curl_global_cleanup();
}

const struct jr_channel_ops jr_channel_webhook = {
    .name = "webhook",
    .open = jr_webhook__open,
    .begin = jr_webhook__begin,
    .cancel = jr_webhook__cancel,
    .close = jr_webhook__close,
};

#include "runtime/delivery/transfer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "runtime/delivery/address.h"

#define JR_TRANSFER__ADDRESS_MAX (1 << 20)

/* Called with every resolved address before it is connected to: the one place where an address is judged, so that
 * neither odd spellings nor names that resolve differently the second time get around it. */
static curl_socket_t jr_transfer__open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    struct jr_transfer *transfer = user;
    const struct jr_channel_place *place = transfer->place;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        !jr_address_allowed(place->allow, place->dev, &address->addr, jn_str_z(transfer->host), transfer->port)) {
        char text[INET6_ADDRSTRLEN] = "?";
        const void *bytes = address->family == AF_INET
                                ? (const void *)&((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr
                                : (const void *)&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
        (void)inet_ntop(address->family, bytes, text, sizeof text);
        (void)snprintf(transfer->refusal, sizeof transfer->refusal, "%s is an internal address; see allow_destinations",
                       text);
        transfer->refused = true;
        return CURL_SOCKET_BAD;
    }
    transfer->tried = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void jr_transfer_init(struct jr_transfer *transfer, const struct jr_channel_place *place, const char *protocols) {
    CURL *easy = curl_easy_init();
    JN_CHECK_MEMORY(easy != NULL);
    *transfer = (struct jr_transfer){.place = place, .easy = easy};
    jn_buf_init(&transfer->address, JR_TRANSFER__ADDRESS_MAX);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* else the environment is asked each time */
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (place->ca_file != NULL) curl_easy_setopt(easy, CURLOPT_CAINFO, place->ca_file);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Of their own for each transfer: as large as libcurl likes them, having them costs more than using them. */
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)JR_TRANSFER_RECEIVE_BYTES);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)JR_TRANSFER_SEND_BYTES);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* else an unanswered DNS query holds up the whole loop */
    curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(INT32_MAX / 1000)); /* else two minutes, of mails */
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, jr_transfer__open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
}

void jr_transfer_tell(struct jr_transfer *transfer, jr_attempt_done done, void *user) {
    transfer->done = done;
    transfer->user = user;
    transfer->refused = transfer->tried = false;
}

void jr_transfer_end(struct jr_transfer *transfer) {
    jn_arena_reset(&transfer->arena);
}

static void jr_transfer__forget(struct jr_transfer *transfer) {
    curl_url_cleanup(transfer->url);
    curl_free(transfer->host);
    transfer->url = NULL;
    transfer->host = NULL;
    jn_buf_reset(&transfer->address);
}

void jr_transfer_release(struct jr_transfer *transfer) {
    curl_easy_cleanup(transfer->easy);
    jr_transfer__forget(transfer);
    jn_buf_release(&transfer->address);
    jn_arena_release(&transfer->arena);
}

jn_rc jr_transfer_resolve(const struct jr_transfer *transfer, bool is_name, struct jn_str text, const char *what,
                          struct jn_str *out, struct jn_err *err) {
    *out = is_name ? transfer->place->variable(text) : text;
    if (is_name && out->n == 0)
        return jn_fail(err, JN_CONFIG, "the %s is in %.*s, which is not set", what, JN_FMT(text));
    return JN_OK;
}

static jn_rc jr_transfer__parse(struct jr_transfer *transfer, struct jn_str url, unsigned flags, struct jn_err *err) {
    struct jn_str z = jn_arena_str(&transfer->arena, url);
    char *port = NULL;
    jr_transfer__forget(transfer);
    transfer->url = curl_url();
    JN_CHECK_MEMORY(transfer->url != NULL);
    CURLUcode code = curl_url_set(transfer->url, CURLUPART_URL, z.p, flags);
    if (code == CURLUE_OK) code = curl_url_get(transfer->url, CURLUPART_HOST, &transfer->host, 0);
    if (code == CURLUE_OK) code = curl_url_get(transfer->url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    if (code == CURLUE_OK) {
        transfer->port = (int)strtol(port, NULL, 10);
        jn_buf_str(&transfer->address, url);
    }
    curl_free(port);
    JN_CHECK_MEMORY(code != CURLUE_OUT_OF_MEMORY); /* or the message would be given up for a bad address */
    /* The URL itself is not repeated: it may carry a secret. */
    return code == CURLUE_OK ? JN_OK : jn_fail(err, JN_CONFIG, "the address is no URL: %s", curl_url_strerror(code));
}

jn_rc jr_transfer_aim(struct jr_transfer *transfer, struct jn_str url, unsigned flags, struct jn_err *err) {
    jn_rc rc = url.n > 0 && jn_str_eq(url, jn_buf_view(&transfer->address))
                   ? JN_OK
                   : jr_transfer__parse(transfer, url, flags, err);
    if (rc != JN_OK) return rc;
    curl_easy_setopt(transfer->easy, CURLOPT_CURLU, transfer->url);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)JR_TRANSFER_CONNECT_MS); /* changed when time stood still */
    return JN_OK;
}

static uint32_t jr_transfer__timeout_ms(const struct jr_delivery *delivery) {
    return delivery->timeout_ms == 0 ? JR_TRANSFER_TIMEOUT_MS : delivery->timeout_ms;
}

bool jr_transfer_begin(struct jr_transfer *transfer, const struct jr_delivery *delivery, jr_multi_done done,
                       void *user) {
    return jr_multi_add(transfer->place->multi, transfer->easy, jr_transfer__timeout_ms(delivery), done, user);
}

void jr_transfer_begin_apart(struct jr_transfer *transfer, const struct jr_delivery *delivery, jr_multi_done done,
                             void *user) {
    jr_apart_add(transfer->place->apart, transfer->easy, jn_buf_view(&transfer->address),
                 jr_transfer__timeout_ms(delivery), done, user);
}

void jr_transfer_explain(const struct jr_transfer *transfer, CURLcode code, struct jr_attempt_end *end) {
    bool refused = transfer->refused && !transfer->tried;
    end->refused = refused || code == CURLE_UNSUPPORTED_PROTOCOL;
    end->reason = jn_str_z(refused ? transfer->refusal : curl_easy_strerror(code));
}

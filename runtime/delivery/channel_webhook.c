#include "runtime/delivery/channel_webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cipher/signing_key.h"
#include "core/buffer.h"
#include "core/check.h"
#include "runtime/delivery/signature.h"
#include "runtime/delivery/transfer.h"

#ifndef JOURNEY_VERSION
#define JOURNEY_VERSION "dev"
#endif

enum { JR_WEBHOOK__SPARE = 64 }; /* attempts that are kept for the next ones */

struct jr_channel {
    struct jr_channel_place place;
    struct jr_attempt *spare;
    uint32_t n_spare;
};

struct jr_attempt {
    struct jr_transfer transfer;
    struct jr_channel *channel;
    struct jr_attempt *next; /* spare one */
    struct curl_slist *headers;
    size_t received;
    struct jn_buf answer; /* kept only for those who ask */
    bool asks, overflowed;
};

/* ---- what libcurl asks while it works ---- */

static size_t jr_webhook__receive(char *p, size_t size, size_t n, void *user) {
    struct jr_attempt *attempt = user;
    attempt->received += size * n;
    attempt->overflowed = attempt->received > JR_WEBHOOK_ANSWER_MAX;
    if (attempt->asks && !attempt->overflowed) jn_buf_add(&attempt->answer, p, size * n);
    return attempt->overflowed ? 0 : size * n;
}

/* ---- preparing one transfer ---- */

/* What every request says. libcurl's own `expect` would cost a round trip. */
static struct curl_slist jr_webhook__always[] = {{"content-type: application/json", &jr_webhook__always[1]},
                                                 {"user-agent: journey/" JOURNEY_VERSION, &jr_webhook__always[2]},
                                                 {"expect:", NULL}};

/* libcurl only reads the list, so it lies in the attempt's arena. */
static void jr_webhook__header(struct jr_attempt *attempt, const char *name, struct jn_str value) {
    size_t n = strlen(name);
    char *line = jn_arena_alloc(&attempt->transfer.arena, n + value.n + 1);
    memcpy(line, name, n);
    memcpy(line + n, value.p, value.n);
    struct curl_slist *header = JN_NEW(&attempt->transfer.arena, struct curl_slist);
    *header = (struct curl_slist){.data = line, .next = attempt->headers};
    attempt->headers = header;
}

/* By the secret, and by the one before while receivers change over. */
static jn_rc jr_webhook__sign(struct jr_attempt *attempt, const struct jr_delivery *delivery, struct jn_str secret,
                              int64_t timestamp, struct jn_buf *out, struct jn_err *err) {
    jn_rc rc = jr_signature(secret, delivery->id, timestamp, delivery->body, out, err);
    if (rc != JN_OK || !delivery->env_secret) return rc;
    struct jn_arena *arena = &attempt->transfer.arena;
    struct jn_str old =
        attempt->transfer.place->variable(jn_arena_printf(arena, "%.*s" JN_SECRET_OLD, JN_FMT(delivery->secret)));
    if (old.n == 0) return JN_OK;
    jn_buf_char(out, ' ');
    return jr_signature(old, delivery->id, timestamp, delivery->body, out, err);
}

static jn_rc jr_webhook__headers(struct jr_attempt *attempt, const struct jr_delivery *delivery, struct jn_str secret,
                                 int64_t now, struct jn_err *err) {
    int64_t timestamp = now < 0 ? 0 : now / 1000;
    struct jn_buf text;
    jn_rc rc = JN_OK;
    attempt->headers = jr_webhook__always;
    for (size_t i = 0; i < delivery->id.n; i++)
        JN_CHECK((unsigned char)delivery->id.p[i] > ' ' && (unsigned char)delivery->id.p[i] < 0x7f);
    jn_buf_init(&text, 256);
    jr_webhook__header(attempt, "webhook-id: ", delivery->id);
    jn_buf_digits(&text, (uint64_t)timestamp, 1);
    jr_webhook__header(attempt, "webhook-timestamp: ", jn_buf_view(&text));
    if (secret.n > 0) {
        jn_buf_reset(&text);
        rc = jr_webhook__sign(attempt, delivery, secret, timestamp, &text, err);
        if (rc == JN_OK) jr_webhook__header(attempt, "webhook-signature: ", jn_buf_view(&text));
    }
    jn_buf_release(&text);
    return rc;
}

static void jr_webhook__options(struct jr_attempt *attempt) {
    CURL *easy = attempt->transfer.easy;
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, jr_webhook__receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
}

static struct jr_attempt *jr_webhook__take(struct jr_channel *channel) {
    struct jr_attempt *attempt = channel->spare;
    if (attempt == NULL) {
        attempt = jn_alloc_zero(1, sizeof *attempt);
        attempt->channel = channel;
        jr_transfer_init(&attempt->transfer, &channel->place, "http,https");
        jr_webhook__options(attempt);
    } else {
        channel->spare = attempt->next;
        channel->n_spare--;
    }
    return attempt;
}

static struct jr_attempt *jr_webhook__new(struct jr_channel *channel, jr_attempt_done done, void *user, bool asks) {
    struct jr_attempt *attempt = jr_webhook__take(channel);
    jr_transfer_tell(&attempt->transfer, done, user);
    attempt->asks = asks;
    attempt->overflowed = false;
    attempt->received = 0;
    jn_buf_init(&attempt->answer, JR_WEBHOOK_ANSWER_MAX);
    return attempt;
}

static void jr_webhook__body(struct jr_attempt *attempt, const struct jr_delivery *delivery) {
    CURL *easy = attempt->transfer.easy;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)delivery->body.n);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, delivery->body.p);
}

static void jr_webhook__free(struct jr_attempt *attempt) {
    jn_buf_release(&attempt->answer);
    jr_transfer_release(&attempt->transfer);
    free(attempt);
}

static void jr_webhook__put_by(struct jr_attempt *attempt) {
    struct jr_channel *channel = attempt->channel;
    jn_buf_release(&attempt->answer);
    jr_transfer_end(&attempt->transfer);
    attempt->next = channel->spare;
    channel->spare = attempt;
    channel->n_spare++;
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
    } else {
        jr_transfer_explain(&attempt->transfer, code, &end);
    }
    attempt->transfer.done(attempt->transfer.user, &end);
    if (code == CURLE_OK && attempt->channel->n_spare < JR_WEBHOOK__SPARE)
        jr_webhook__put_by(attempt);
    else
        jr_webhook__free(attempt);
}

/* ---- the channel ---- */

static struct jr_attempt *jr_webhook__begin(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                            jr_attempt_done done, void *user, struct jn_err *err) {
    struct jr_attempt *attempt = jr_webhook__new(channel, done, user, delivery->asks);
    struct jr_transfer *transfer = &attempt->transfer;
    struct jn_str url, secret;
    jn_rc rc = jr_transfer_resolve(transfer, delivery->env_url, delivery->url, "address", &url, err);
    if (rc == JN_OK) rc = jr_transfer_resolve(transfer, delivery->env_secret, delivery->secret, "secret", &secret, err);
    if (rc == JN_OK) rc = jr_transfer_aim(transfer, url, CURLU_DISALLOW_USER, err);
    if (rc == JN_OK) rc = jr_webhook__headers(attempt, delivery, secret, now, err);
    if (rc == JN_OK) {
        jr_webhook__body(attempt, delivery);
        if (!jr_transfer_begin(transfer, delivery, jr_webhook__done, attempt))
            rc = jn_fail(err, JN_INTERNAL, "the transfer was refused");
    }
    if (rc == JN_OK) return attempt;
    jr_webhook__free(attempt);
    return NULL;
}

static void jr_webhook__cancel(struct jr_attempt *attempt) {
    jr_multi_remove(attempt->transfer.place->multi, attempt->transfer.easy);
    jr_webhook__free(attempt);
}

static struct jr_channel *jr_webhook__open(const struct jr_channel_place *place) {
    struct jr_channel *channel = jn_alloc_zero(1, sizeof *channel);
    channel->place = *place;
    return channel;
}

static void jr_webhook__close(struct jr_channel *channel) {
    struct jr_attempt *next;
    for (struct jr_attempt *attempt = channel->spare; attempt != NULL; attempt = next) {
        next = attempt->next;
        jr_webhook__free(attempt);
    }
    free(channel);
}

const struct jr_channel_ops jr_channel_webhook = {
    .name = "webhook",
    .open = jr_webhook__open,
    .begin = jr_webhook__begin,
    .cancel = jr_webhook__cancel,
    .close = jr_webhook__close,
};

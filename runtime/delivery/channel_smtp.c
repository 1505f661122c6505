#include "runtime/delivery/channel_smtp.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "runtime/delivery/address.h"
#include "runtime/delivery/mail.h"
#include "runtime/delivery/transfer.h"

enum { JR_SMTP__REPLY_MAX = 32 };
#define JR_SMTP__BYE "221" /* answer to QUIT, which is no answer to the mail */

struct jr_channel {
    struct jr_channel_place place;
};

struct jr_attempt {
    struct jr_transfer transfer;
    struct jr_mail mail;
    size_t sent; /* bytes of it */
    struct curl_slist *recipient;
    char error[CURL_ERROR_SIZE];
    char reply[JR_SMTP__REPLY_MAX]; /* the server's last: its codes, not its words, which may name people */
    bool cancelled;
};

/* ---- what libcurl asks while it works ---- */

static size_t jr_smtp__read(char *p, size_t size, size_t n, void *user) {
    struct jr_attempt *attempt = user;
    size_t left = attempt->mail.text.n - attempt->sent, room = size * n;
    if (left > room) left = room;
    memcpy(p, attempt->mail.text.p + attempt->sent, left);
    attempt->sent += left;
    return left;
}

/* "550 5.1.1 <ann@example.com>: nobody" is remembered as "550 5.1.1". */
static size_t jr_smtp__reply(char *p, size_t size, size_t n, void *user) {
    struct jr_attempt *attempt = user;
    size_t kept = 0, length = size * n;
    while (kept < length && kept + 1 < JR_SMTP__REPLY_MAX &&
           ((p[kept] >= '0' && p[kept] <= '9') || p[kept] == '.' || p[kept] == ' ' || p[kept] == '-'))
        kept++;
    if (kept < 3 || memcmp(p, JR_SMTP__BYE, 3) == 0) return length;
    memcpy(attempt->reply, p, kept);
    while (kept > 3 && (attempt->reply[kept - 1] == ' ' || attempt->reply[kept - 1] == '-'))
        kept--;
    if (attempt->reply[3] == '-') attempt->reply[3] = ' ';
    attempt->reply[kept] = '\0';
    return length;
}

/* A server without a message on the line says nothing. */
static size_t jr_smtp__ignore(char *p, size_t size, size_t n, void *user) {
    (void)p, (void)user;
    return size * n;
}

/* ---- preparing one transfer ---- */

/* Mails are for one reader, and whoever stands on the way could take the offer of STARTTLS out of a greeting: so the
 * line is encrypted or nothing is sent. But for development, and for servers that the operator names as internal ones:
 * those may do without, when no password is sent. */
static long jr_smtp__encryption(const struct jr_transfer *transfer) {
    const struct jr_channel_place *place = transfer->place;
    char *user = NULL;
    bool secret = curl_url_get(transfer->url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    bool internal = !secret && jr_address_is_named(place->allow, jn_str_z(transfer->host), transfer->port);
    return place->dev || internal ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL;
}

static void jr_smtp__options(struct jr_attempt *attempt) {
    struct jr_transfer *transfer = &attempt->transfer;
    CURL *easy = transfer->easy;
    struct jn_str from = jn_arena_printf(&transfer->arena, "<%.*s>", JN_FMT(attempt->mail.from.address));
    struct jn_str to = jn_arena_printf(&transfer->arena, "<%.*s>", JN_FMT(attempt->mail.to.address));
    attempt->recipient = curl_slist_append(NULL, to.p);
    JN_CHECK_MEMORY(attempt->recipient != NULL);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from.p);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->recipient);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, jr_smtp__encryption(transfer));
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)attempt->mail.text.n);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, jr_smtp__read);
    curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, jr_smtp__reply);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, jr_smtp__ignore);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->error);
}

static void jr_smtp__free(struct jr_attempt *attempt) {
    jr_transfer_release(&attempt->transfer);
    curl_slist_free_all(attempt->recipient);
    free(attempt);
}

/* ---- the end of a transfer ---- */

/* A reply of 4yz says "later", one of 5yz "never". A login that is refused is the channel's affair, not this message's:
 * it waits until somebody has put that right. */
static void jr_smtp__judge(struct jr_attempt *attempt, CURLcode code, struct jr_attempt_end *end) {
    bool login = code == CURLE_LOGIN_DENIED;
    bool nobody = strncmp(attempt->error, "RCPT failed", 11) == 0;
    end->rejected = !login && attempt->reply[0] == '5';
    end->reason = jn_arena_printf(&attempt->transfer.arena, "%sSMTP %s",
                                  login                     ? "the mail server refuses the login: "
                                  : end->rejected && nobody ? "bounced: "
                                                            : "",
                                  attempt->reply);
}

static void jr_smtp__tell(struct jr_attempt *attempt, CURLcode code) {
    struct jr_attempt_end end = {0};
    bool refused = attempt->reply[0] == '4' || attempt->reply[0] == '5';
    if (code == CURLE_OK) {
        end.status = 200;
        end.reason = jn_str_z("sent");
    } else if (refused && code != CURLE_OPERATION_TIMEDOUT) {
        jr_smtp__judge(attempt, code, &end);
    } else {
        jr_transfer_explain(&attempt->transfer, code, &end);
        if (code == CURLE_FAILED_INIT) end.reason = jn_str_z("no thread can be had");
    }
    attempt->transfer.done(attempt->transfer.user, &end);
}

static void jr_smtp__done(void *user, CURL *easy, CURLcode code) {
    struct jr_attempt *attempt = user;
    (void)easy;
    if (!attempt->cancelled) jr_smtp__tell(attempt, code);
    jr_smtp__free(attempt);
}

/* ---- the channel ---- */

static struct jr_attempt *jr_smtp__begin(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                         jr_attempt_done done, void *user, struct jn_err *err) {
    (void)now; /* a mail says when it was made, the same on every attempt */
    struct jr_attempt *attempt = jn_alloc_zero(1, sizeof *attempt);
    struct jr_transfer *transfer = &attempt->transfer;
    struct jn_str url;
    jr_transfer_init(transfer, &channel->place, "smtp,smtps");
    jr_transfer_tell(transfer, done, user);
    jn_rc rc = jr_transfer_resolve(transfer, delivery->env_url, delivery->url, "address", &url, err);
    unsigned flags = delivery->env_url ? 0 : CURLU_DISALLOW_USER;
    if (rc == JN_OK) rc = jr_transfer_aim(transfer, url, flags, err);
    if (rc == JN_OK) rc = jr_mail_write(delivery->body, &transfer->arena, &attempt->mail, err);
    if (rc == JN_OK) {
        jr_smtp__options(attempt);
        jr_transfer_begin_apart(transfer, delivery, jr_smtp__done, attempt);
        return attempt;
    }
    jr_smtp__free(attempt);
    return NULL;
}

static void jr_smtp__cancel(struct jr_attempt *attempt) {
    attempt->cancelled = true;
    jr_apart_abort(attempt->transfer.place->apart, attempt->transfer.easy);
}

static struct jr_channel *jr_smtp__open(const struct jr_channel_place *place) {
    struct jr_channel *channel = jn_alloc_zero(1, sizeof *channel);
    channel->place = *place;
    return channel;
}

static void jr_smtp__close(struct jr_channel *channel) {
    free(channel);
}

const struct jr_channel_ops jr_channel_smtp = {
    .name = "smtp",
    .open = jr_smtp__open,
    .begin = jr_smtp__begin,
    .cancel = jr_smtp__cancel,
    .close = jr_smtp__close,
};

/* Who may administer: a name of this server, then a token, then its role. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/civil.h"
#include "runtime/api/access/access.h"
#include "runtime/measure/metrics.h"

enum {
    GUARD_TOLD_PER_SECOND = 1, /* refusals noted in the audit log: what more come are counted by the metric alone */
    GUARD_TOUCH_MS = 3600000   /* when a token was last used is kept as exactly as this */
};

jn_rc jr_api_open(struct jr_api *api, struct jn_str secret, const struct jr_row_token *row, uint32_t n,
                  struct jn_err *err) {
    struct jr_token token;
    jn_rc rc = JN_OK;
    api->open = secret.n == 0;
    api->told.per_second = GUARD_TOLD_PER_SECOND;
    jn_sha256(secret, &api->first);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        rc = jr_token_read(&row[i], &token, err);
        if (rc == JN_OK && !jr_token_add(&api->tokens, &token))
            rc = jn_fail(err, JN_CORRUPT, "the store has more than %d tokens", JR_TOKENS_MAX);
    }
    return rc;
}

/* ---- refusals ---- */

static bool guard_refuse(struct jr_api *api, struct jr_http_reply *reply, int status, const char *headers,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

static bool guard_refuse(struct jr_api *api, struct jr_http_reply *reply, int status, const char *headers,
                         const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(api->problem, sizeof api->problem, format, arguments);
    va_end(arguments);
    *reply = (struct jr_http_reply){.status = status, .headers = jn_str_z(headers), .detail = jn_str_z(api->problem)};
    return false;
}

static void guard_count(enum jr_api_denied why) {
    jr_metric_add(JR_METRIC_ADMIN_REFUSED, why, 1);
}

/* Refusals are noted as far as that cannot fill the log: which route, but not of whom. */
static void guard_note(struct jr_api *api, const struct jr_actor *actor, const char *route,
                       const struct jr_http_request *request, int status) {
    struct jn_buf entry;
    if (jr_rate_take(&api->told, 0, 1, api->host.steady(api->host.user)) > 0) return;
    jn_buf_init(&entry, 4096);
    jr_audit_body(actor, request->peer, route, JN_STR_NONE, status, &entry);
    api->host.note(api->host.user, jn_buf_view(&entry), NULL);
    jn_buf_release(&entry);
}

/* ---- who it is ---- */

enum guard_who { GUARD_KNOWN, GUARD_NONE, GUARD_WRONG, GUARD_MISTYPED, GUARD_EXPIRED };

struct guard_asked {
    enum guard_who who;
    struct jr_actor actor;
    struct jr_token *token; /* of the store; NULL otherwise */
    bool whole;             /* of 256 random bits: nothing that is guessed */
};

static void guard_name(struct jr_actor *actor, const char *name, enum jr_role role) {
    (void)snprintf(actor->name, sizeof actor->name, "%s", name);
    actor->role = role;
}

/* The text is hashed and every hash compared, whatever it is, so that the time taken says nothing. */
static void guard_ask(struct jr_api *api, const struct jr_http_request *request, struct guard_asked *out) {
    struct jn_str text = jr_bearer(jr_http_header(request, "authorization"));
    struct jn_sha256 hash;
    jn_sha256(text, &hash);
    *out = (struct guard_asked){.who = GUARD_WRONG, .token = jr_token_find(&api->tokens, &hash)};
    bool first = jn_equal_const_time((struct jn_str){(const char *)hash.b, sizeof hash.b},
                                     (struct jn_str){(const char *)api->first.b, sizeof api->first.b});
    enum jr_token_form form = jr_token_form(text);
    out->whole = form == JR_TOKEN_WHOLE;
    guard_name(&out->actor, "unknown", JR_ROLE_VIEWER);
    if (api->open && (text.n == 0 || out->token == NULL)) {
        out->who = GUARD_KNOWN;
        guard_name(&out->actor, "nobody (--dev)", JR_ROLE_ADMIN);
    } else if (text.n == 0) {
        out->who = GUARD_NONE;
    } else if (first) {
        out->who = GUARD_KNOWN;
        guard_name(&out->actor, "JOURNEY_TOKEN", JR_ROLE_ADMIN);
    } else if (out->token != NULL) {
        bool over = out->token->expires > 0 && out->token->expires <= api->host.wall();
        out->who = over ? GUARD_EXPIRED : GUARD_KNOWN;
        guard_name(&out->actor, out->token->name, out->token->role);
        jr_token_id(out->token, out->actor.id);
    } else if (form == JR_TOKEN_MISTYPED) {
        out->who = GUARD_MISTYPED;
    }
}

/* When it was used is kept every hour at most, with whichever commit comes next. */
static void guard_used(struct jr_api *api, struct jr_token *token) {
    struct jr_row_token row;
    struct jn_buf body;
    int64_t now = api->host.wall();
    if (token == NULL) return;
    token->used = now;
    if (now >= token->used_kept && now - token->used_kept < GUARD_TOUCH_MS) return; /* the clock may be put back */
    token->used_kept = now;
    memcpy(row.hash, token->hash.b, sizeof row.hash);
    row.fresh = false;
    jn_buf_init(&body, 1024);
    jr_token_body(token, &body);
    row.body = jn_buf_view(&body);
    api->host.note(api->host.user, JN_STR_NONE, &row);
    jn_buf_release(&body);
}

/* ---- before the body ---- */

#define GUARD_BEARER "WWW-Authenticate: Bearer\r\n"

static bool guard_expired(struct jr_api *api, const struct guard_asked *asked, struct jr_http_reply *reply) {
    struct jn_buf at;
    jn_buf_init(&at, 64);
    jn_instant_print(asked->token->expires, &at);
    guard_refuse(api, reply, 401, GUARD_BEARER,
                 "this token (%s) expired at %.*s; an admin makes another by `journey tokens create`", asked->actor.id,
                 JN_FMT(jn_buf_view(&at)));
    jn_buf_release(&at);
    return false;
}

static bool guard_limited(struct jr_api *api, struct jr_http_reply *reply, uint32_t seconds) {
    guard_count(JR_API_DENIED_LIMIT);
    guard_refuse(api, reply, 429, "", "too many wrong tokens came from this address; try again in %" PRIu32 " seconds",
                 seconds);
    reply->retry_after_s = seconds;
    return false;
}

/* No good token. Whoever shows none at all does not guess, and is not counted. */
static bool guard_unknown(struct jr_api *api, const char *route, const struct guard_asked *asked,
                          const struct jr_http_request *request, struct jr_http_reply *reply) {
    static const char *const WHY[] = {
        [GUARD_NONE] = "send a token as Authorization: Bearer TOKEN; the first one is the server's JOURNEY_TOKEN",
        [GUARD_WRONG] = "this token is not known here: it was revoked, or is another server's; `journey tokens create` "
                        "makes one",
        [GUARD_MISTYPED] = "this token is mistyped: its checksum does not fit",
    };
    guard_count(JR_API_DENIED_TOKEN);
    if (asked->who == GUARD_EXPIRED) {
        guard_note(api, &asked->actor, route, request, 401);
        return guard_expired(api, asked, reply);
    }
    if (asked->who != GUARD_NONE) {
        int64_t now = api->host.steady(api->host.user);
        uint64_t address = jr_attempts_address(jn_str_z(request->peer));
        uint32_t wait = jr_attempts_wait(&api->attempts, address, now);
        uint32_t wrong = jr_attempts_wrong(&api->attempts, address, now);
        if (wrong == 1) guard_note(api, &asked->actor, route, request, 401);
        if (wrong == JR_ATTEMPTS_ALLOWED + 1) guard_note(api, &asked->actor, route, request, 429);
        if (wait > 0) return guard_limited(api, reply, wait);
    }
    return guard_refuse(api, reply, 401, GUARD_BEARER, "%s", WHY[asked->who]);
}

bool jr_guard_admit(struct jr_api *api, const char *route, enum jr_role role, const struct jr_http_request *request,
                    struct jr_http_reply *reply) {
    struct guard_asked asked;
    struct jn_str host = jr_http_header(request, "host");
    guard_ask(api, request, &asked);
    if (!jr_hosts_take(&api->hosts, host)) {
        guard_count(JR_API_DENIED_HOST);
        guard_note(api, &asked.actor, route, request, 421);
        return guard_refuse(api, reply, 421, "",
                            "this server is not administered by the name `%.*s`; if it is meant, start it with "
                            "--allow-hosts and the name",
                            (int)(host.n > 200 ? 200 : host.n), host.p == NULL ? "" : host.p);
    }
    if (asked.who != GUARD_KNOWN) return guard_unknown(api, route, &asked, request, reply);
    /* While an address is held off, only what nobody can guess is still taken: the limit keeps no one out who has such
     * a token, and JOURNEY_TOKEN, which people may choose, cannot be found by trying. */
    uint64_t address = jr_attempts_address(jn_str_z(request->peer));
    uint32_t wait = jr_attempts_wait(&api->attempts, address, api->host.steady(api->host.user));
    if (!api->open && !asked.whole && wait > 0) return guard_limited(api, reply, wait);
    if (asked.actor.role < role) {
        guard_count(JR_API_DENIED_ROLE);
        guard_note(api, &asked.actor, route, request, 403);
        return guard_refuse(api, reply, 403, "", "this token is a%s %s; %s needs %s",
                            jr_role_word(asked.actor.role)[0] == 'o' ? "n" : "", jr_role_word(asked.actor.role), route,
                            jr_role_word(role));
    }
    guard_used(api, asked.token);
    return true;
}

bool jr_guard_still(struct jr_api *api, enum jr_role role, struct jr_http_exchange *exchange) {
    struct guard_asked asked;
    guard_ask(api, jr_http_request_of(exchange), &asked);
    api->actor = asked.actor;
    if (asked.who == GUARD_KNOWN && asked.actor.role >= role) return true;
    jr_api__fail(exchange, JN_UNAUTHORIZED, JN_STR(GUARD_BEARER),
                 JN_STR("the token was revoked or has expired meanwhile"));
    return false;
}

bool jr_guard_holds(const struct jr_api *api, const struct jr_actor *actor) {
    if (actor->id[0] == '\0') return true; /* not of the store: it lasts as long as the process */
    for (uint32_t i = 0; i < api->tokens.n; i++) {
        const struct jr_token *token = &api->tokens.row[i];
        char id[JR_TOKEN_ID + 1];
        jr_token_id(token, id);
        if (strcmp(id, actor->id) == 0) return token->expires == 0 || token->expires > api->host.wall();
    }
    return false;
}

#include "runtime/app/config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <unistd.h>

#include "cipher/signing_key.h"
#include "core/civil.h"
#include "core/decimal.h"
#include "runtime/ingest/verify.h"
#include "runtime/secret/secret.h"

#define KEEP_IDS_DAYS_MAX   60 /* a store may hold a few days more than it is asked to */
#define KEEP_AUDIT_MIN      30 /* days */
#define KEEP_AUDIT_MAX      3650
#define KEEP_DAYS_MAX       3650
#define QUARANTINE_MIN      1000
#define QUARANTINE_MAX      10000000
#define PER_DESTINATION_MAX 256
#define ATTEMPTS_MAX        512 /* each is a descriptor */
#define QUEUE_MIN           1000
#define EVENTS_MAX          1000000
#define REWRITE_MIB_MAX     (1 << 20) /* a tebibyte */

static struct jn_str jr_config__variable_or(const char *variable, const char *preset) {
    const char *value = getenv(variable);
    return jn_str_z(value == NULL ? preset : value);
}

void jr_app_options_init(struct jr_app_options *options) {
    jr_secret_hide_environment();
    *options = (struct jr_app_options){
#define OPTION(field, name, argument, variable, preset, text) .field = jr_config__variable_or(variable, preset),
#include "runtime/app/options.def"
#undef OPTION
    };
}

struct jn_str jr_config_variable(struct jn_str name) {
    struct jn_str value;
    return jr_secret(name, &value, NULL) == JN_OK ? value : JN_STR_NONE;
}

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0". */
static jn_rc jr_config__listen(struct jn_str text, struct jr_config *out, struct jn_err *err) {
    const char *colon = text.n == 0 ? NULL : memrchr(text.p, ':', text.n);
    size_t n = colon == NULL ? 0 : (size_t)(colon - text.p);
    struct jn_str host = jn_str_sub(text, 0, n), port = jn_str_sub(text, n + 1, text.n);
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') host = jn_str_sub(host, 1, host.n - 2);
    if (jn_str_is(host, "localhost")) host = JN_STR("127.0.0.1");
    unsigned number = 0;
    bool good = colon != NULL && host.n > 0 && host.n < sizeof out->host && port.n > 0 && port.n < 6;
    for (size_t i = 0; i < port.n && good; i++) {
        good = port.p[i] >= '0' && port.p[i] <= '9';
        number = number * 10 + (unsigned)(port.p[i] - '0');
    }
    if (!good || number > 65535) return jn_fail(err, JN_CONFIG, "`%.*s` is no ADDRESS:PORT to listen on", JN_FMT(text));
    memcpy(out->host, host.p, host.n);
    out->host[host.n] = '\0';
    out->port = (int)number;
    return JN_OK;
}

struct jr_config__number {
    struct jn_str text;
    int64_t min, max;
    const char *what;
    uint32_t *out;
};

static jn_rc jr_config__number(const struct jr_config__number *row, struct jn_err *err) {
    struct jn_dec number;
    int64_t value = 0;
    if (!jn_dec_parse(row->text, &number) || !jn_dec_to_int(number, &value) || value < row->min || value > row->max)
        return jn_fail(err, JN_CONFIG, "`%.*s` is no number of %s between %d and %d", JN_FMT(row->text), row->what,
                       (int)row->min, (int)row->max);
    *row->out = (uint32_t)value;
    return JN_OK;
}

static jn_rc jr_config__numbers(const struct jr_app_options *options, struct jr_config *out, struct jn_err *err) {
    uint32_t ids = 0, audit_days = 0, quarantine = 0, dead = 0, mib = 0, events = 0, quarantine_mib = 0;
    const struct jr_config__number rows[] = {
        {options->keep_ids, 1, KEEP_IDS_DAYS_MAX, "days to keep ids for", &ids},
        {options->keep_audit, KEEP_AUDIT_MIN, KEEP_AUDIT_MAX, "days to keep the audit log for", &audit_days},
        {options->keep_quarantine, 1, KEEP_DAYS_MAX, "days to keep events that were set aside", &quarantine},
        {options->keep_dead, 1, KEEP_DAYS_MAX, "days to keep dead letters", &dead},
        {options->quarantine_events, QUARANTINE_MIN, QUARANTINE_MAX, "events that are set aside", &events},
        {options->quarantine_size, 1, REWRITE_MIB_MAX, "MiB of events that are set aside", &quarantine_mib},
        {options->per_destination, 1, PER_DESTINATION_MAX, "attempts per destination", &out->per_destination},
        {options->attempts, 1, ATTEMPTS_MAX, "attempts at a time", &out->attempts},
        {options->queue, QUEUE_MIN, EVENTS_MAX, "events that may wait", &out->queue},
        {options->key_rate, 0, EVENTS_MAX, "events a second of a write key", &out->key_rate},
        {options->source_rate, 0, EVENTS_MAX, "events a second of a source", &out->source_rate},
        {options->rewrite_max, 0, REWRITE_MIB_MAX, "MiB to write anew after an erasure", &mib}};
    jn_rc rc = JN_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == JN_OK; i++)
        rc = jr_config__number(&rows[i], err);
    out->rewrite_max = (uint64_t)mib << 20;
    out->keep = (struct jr_keep){ids * JN_MS_DAY, quarantine * JN_MS_DAY, dead * JN_MS_DAY};
    out->quarantine_rows = events;
    out->quarantine_bytes = (uint64_t)quarantine_mib << 20;
    out->keep_audit_ms = audit_days * JN_MS_DAY;
    return rc;
}

static bool jr_config__is_on(struct jn_str flag) {
    return flag.n > 0 && !jn_str_is(flag, "0");
}

static bool jr_config__listens_on_loopback(const struct jr_config *config) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, config->host, &in.sin_addr) == 1) return jr_address_is_loopback((struct sockaddr *)&in);
    return inet_pton(AF_INET6, config->host, &in6.sin6_addr) == 1 && jr_address_is_loopback((struct sockaddr *)&in6);
}

static jn_rc jr_config__secrets(struct jr_config *config, struct jn_err *err) {
    if (config->keys.n == 0 && !config->dev)
        return jn_fail(
            err, JN_CONFIG,
            "no write key: set JOURNEY_WRITE_KEY to the key that senders of events use, or start with --dev");
    if (config->token.n == 0 && !config->dev)
        return jn_fail(err, JN_CONFIG, "no admin token: set JOURNEY_TOKEN to a long random text, or start with --dev");
    if (config->token.n == 0 && !jr_config__listens_on_loopback(config))
        return jn_fail(err, JN_CONFIG,
                       "no admin token: --dev needs none on loopback only; set JOURNEY_TOKEN to listen on %s",
                       config->host);
    config->keys.any = config->dev && config->keys.n == 0;
    return JN_OK;
}

/* What others could read on its way is served only when it is asked for by name. */
static jn_rc jr_config__encryption(const struct jr_app_options *options, struct jr_config *config, struct jn_err *err) {
    bool plain = jr_config__is_on(options->plain_http), tls = config->tls_cert.n > 0;
    if (tls != (config->tls_key.n > 0))
        return jn_fail(err, JN_CONFIG, "TLS needs both: --tls-cert FILE and --tls-key FILE");
    if (tls && plain) return jn_fail(err, JN_CONFIG, "--plain-http contradicts --tls-cert; give one of them");
    config->plain_reached = !tls && !jr_config__listens_on_loopback(config);
    if (config->plain_reached && !plain)
        return jn_fail(err, JN_CONFIG,
                       "other machines reach %s, and nothing would be encrypted: give --tls-cert and --tls-key, or "
                       "--plain-http where a proxy in front speaks TLS",
                       config->host);
    return JN_OK;
}

/* Looked at now: else every message would fail later. */
static jn_rc jr_config__ca_file(struct jn_str file, struct jr_config *out, struct jn_err *err) {
    if (file.n >= sizeof out->ca_file) return jn_fail(err, JN_CONFIG, "the name of ca_file is too long");
    if (file.n == 0) return JN_OK;
    memcpy(out->ca_file, file.p, file.n);
    if (access(out->ca_file, R_OK) == 0) return JN_OK;
    return jn_fail(err, JN_CONFIG, "ca_file `%s` cannot be read", out->ca_file);
}

static jn_rc jr_config__log_level(struct jn_str name, struct jr_config *out, struct jn_err *err) {
    if (jn_log_level_by_name(name, &out->log_level)) return JN_OK;
    return jn_fail(err, JN_CONFIG, "the log's level is debug, info, warn or error, not `%.*s`", JN_FMT(name));
}

jn_rc jr_config_read(const struct jr_app_options *options, struct jr_config *out, struct jn_err *err) {
    *out = (struct jr_config){.token = options->token,
                              .store = options->store,
                              .image = options->image,
                              .tls_cert = options->tls_cert,
                              .tls_key = options->tls_key,
                              .dev = jr_config__is_on(options->dev)};
    jn_rc rc = jr_config__listen(options->listen, out, err);
    if (rc == JN_OK) rc = jr_config__log_level(options->log_level, out, err);
    if (rc == JN_OK) rc = jr_config__ca_file(options->ca_file, out, err);
    if (rc == JN_OK) rc = jr_allow_parse(options->allow_destinations, &out->allow, err);
    if (rc == JN_OK) rc = jr_hosts_parse(options->allow_hosts, jr_config__listens_on_loopback(out), &out->hosts, err);
    struct jn_str keys = options->write_keys;
    if (rc == JN_OK && keys.n == 0) rc = jr_secret(JN_STR("JOURNEY_WRITE_KEY"), &keys, err);
    if (rc == JN_OK && out->token.n == 0) rc = jr_secret(JN_STR("JOURNEY_TOKEN"), &out->token, err);
    if (rc == JN_OK) rc = jr_keys_parse(keys, &out->keys, err);
    if (rc == JN_OK) rc = jr_config__secrets(out, err);
    if (rc == JN_OK) rc = jr_config__encryption(options, out, err);
    if (rc == JN_OK) rc = jr_config__numbers(options, out, err);
    return rc;
}

/* Puts the value of the variable *text in its place. */
static jn_rc jr_config__resolve(const char *what, struct jn_str name, const char *thing, struct jn_str *text,
                                struct jn_err *err) {
    struct jn_str variable = *text;
    struct jn_err why;
    if (jr_secret(variable, text, &why) != JN_OK)
        return jn_fail(err, JN_CONFIG, "%s `%.*s` takes its %s from %s", what, JN_FMT(name), thing, why.text);
    if (text->n == 0)
        return jn_fail(err, JN_CONFIG, "%s `%.*s` takes its %s from %.*s, which is not set", what, JN_FMT(name), thing,
                       JN_FMT(variable));
    return JN_OK;
}

/* The secret before one that is in a variable; empty when there is none. */
static struct jn_str jr_config__old(struct jn_str variable) {
    char name[256];
    int n = snprintf(name, sizeof name, "%.*s" JN_SECRET_OLD, JN_FMT(variable));
    return jr_config_variable((struct jn_str){name, n < (int)sizeof name ? (size_t)n : 0});
}

/* Where something is asked or sent, and what signs it. `what` and `name` say whose it is. */
static jn_rc jr_config__check_way_out(const char *what, struct jn_str name, uint32_t flags, struct jn_str url,
                                      struct jn_str secret, struct jn_err *err) {
    struct jn_str variable = secret, old = JN_STR_NONE;
    struct jn_err why;
    jn_rc rc = JN_OK;
    if ((flags & JN_CHANNEL_ENV_URL) != 0) rc = jr_config__resolve(what, name, "address", &url, err);
    if (rc == JN_OK && (flags & JN_CHANNEL_ENV_SECRET) != 0)
        rc = jr_config__resolve(what, name, "secret", &secret, err);
    if (rc != JN_OK) return rc;
    if (secret.n > 0 && jn_signing_key_check(secret, &why) != JN_OK)
        return jn_fail(err, JN_CONFIG, "%s `%.*s`: %s", what, JN_FMT(name), why.text);
    if ((flags & JN_CHANNEL_ENV_SECRET) != 0) old = jr_config__old(variable);
    if (old.n > 0 && jn_signing_key_check(old, &why) != JN_OK)
        return jn_fail(err, JN_CONFIG, "%s `%.*s`: %.*s" JN_SECRET_OLD ": %s", what, JN_FMT(name), JN_FMT(variable),
                       why.text);
    return JN_OK;
}

static jn_rc jr_config__check_channel(const struct jn_program *program, const struct jn_channel *channel,
                                      struct jn_err *err) {
    struct jn_str name = jn_program_str(program, channel->name);
    struct jn_str url = jn_program_str(program, channel->url), set = jr_config_variable(url);
    bool mail = jn_str_starts(set, JN_STR("smtp://")) || jn_str_starts(set, JN_STR("smtps://"));
    if (channel->kind == JN_CHANNEL_SMTP && (channel->flags & JN_CHANNEL_ENV_URL) != 0 && set.n > 0 && !mail)
        return jn_fail(err, JN_CONFIG,
                       "channel `%.*s` goes out by smtp: %.*s must be set to `smtps://user:password@server:465`, or "
                       "`smtp://…`",
                       JN_FMT(name), JN_FMT(url));
    return jr_config__check_way_out("channel", name, channel->flags, url, jn_program_str(program, channel->secret),
                                    err);
}

static jn_rc jr_config__check_service(const struct jn_program *program, const struct jn_service *service,
                                      struct jn_err *err) {
    return jr_config__check_way_out("service", jn_program_str(program, service->name), service->flags,
                                    jn_program_str(program, service->url), jn_program_str(program, service->secret),
                                    err);
}

static jn_rc jr_config__check_source(const struct jn_program *program, const struct jn_source *source,
                                     struct jn_err *err) {
    struct jn_str name = jn_program_str(program, source->name), secret = jn_program_str(program, source->secret);
    struct jn_str variable = secret, old = JN_STR_NONE;
    struct jn_err why;
    jn_rc rc = JN_OK;
    if ((source->flags & JN_SOURCE_ENV_SECRET) != 0) rc = jr_config__resolve("source", name, "secret", &secret, err);
    if (rc != JN_OK) return rc;
    if (jr_verify_secret(source->scheme, secret, &why) != JN_OK)
        return jn_fail(err, JN_CONFIG, "source `%.*s`: %s", JN_FMT(name), why.text);
    if ((source->flags & JN_SOURCE_ENV_SECRET) != 0) old = jr_config__old(variable);
    if (old.n > 0 && jr_verify_secret(source->scheme, old, &why) != JN_OK)
        return jn_fail(err, JN_CONFIG, "source `%.*s`: %.*s" JN_SECRET_OLD ": %s", JN_FMT(name), JN_FMT(variable),
                       why.text);
    return JN_OK;
}

jn_rc jr_config_check_program(const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; i < program->n_channel && rc == JN_OK; i++)
        rc = jr_config__check_channel(program, &program->channel[i], err);
    for (uint32_t i = 0; i < program->n_service && rc == JN_OK; i++)
        rc = jr_config__check_service(program, &program->service[i], err);
    for (uint32_t i = 0; i < program->n_source && rc == JN_OK; i++)
        rc = jr_config__check_source(program, &program->source[i], err);
    return rc;
}

/* ---- addresses in the script ---- */

/* The URL itself is not repeated: it may carry a secret. */
static jn_rc jr_config__check_address(const struct jr_config *config, const char *what, struct jn_str name,
                                      struct jn_str url, struct jn_err *err) {
    struct jr_written at;
    if (!jr_address_written(url, &at) || jr_written_allowed(&config->allow, config->dev, &at)) return JN_OK;
    bool loopback = jr_address_is_loopback((struct sockaddr *)&at.address);
    return jn_fail(err, JN_CONFIG,
                   "%s `%.*s` sends to %s, an internal address; if it is meant, start with --allow-destinations "
                   "%s:%d%s",
                   what, JN_FMT(name), at.host, at.host, at.port, loopback ? ", or while developing with --dev" : "");
}

jn_rc jr_config_check_addresses(const struct jr_config *config, const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; i < program->n_channel && rc == JN_OK; i++) {
        const struct jn_channel *channel = &program->channel[i];
        if ((channel->flags & JN_CHANNEL_ENV_URL) == 0)
            rc = jr_config__check_address(config, "channel", jn_program_str(program, channel->name),
                                          jn_program_str(program, channel->url), err);
    }
    for (uint32_t i = 0; i < program->n_service && rc == JN_OK; i++) {
        const struct jn_service *service = &program->service[i];
        if ((service->flags & JN_CHANNEL_ENV_URL) == 0)
            rc = jr_config__check_address(config, "service", jn_program_str(program, service->name),
                                          jn_program_str(program, service->url), err);
    }
    return rc;
}

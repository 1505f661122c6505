/* Options as the process uses them: checked, split, resolved. */
#ifndef RUNTIME_APP_CONFIG_H
#define RUNTIME_APP_CONFIG_H

#include <limits.h>

#include "core/log.h"
#include "journey/program.h"
#include "journey/runtime.h"
#include "runtime/access/hosts.h"
#include "runtime/app/app.h"
#include "runtime/delivery/address.h"
#include "runtime/ingest/keys.h"

struct jr_config {
    char host[64]; /* numeric */
    int port;
    bool dev;
    enum jn_log_level log_level;
    bool plain_reached; /* other machines reach it, and it is plain HTTP by request */
    struct jr_allow allow;
    char ca_file[PATH_MAX]; /* empty: none */
    struct jr_keys keys;
    struct jr_hosts hosts; /* the administration answers to */
    int64_t keep_audit_ms;
    struct jr_keep keep;
    uint64_t quarantine_rows, quarantine_bytes;
    uint32_t per_destination, attempts;
    uint32_t queue, key_rate, source_rate;
    uint64_t rewrite_max; /* bytes */
    struct jn_str token, store, image;
    struct jn_str tls_cert, tls_key; /* paths; both or none */
};

/* JN_CONFIG with a sentence that says what to set. */
jn_rc jr_config_read(const struct jr_app_options *options, struct jr_config *out, struct jn_err *err);

/* Value of a secret or address that a program names (secret.h); empty when there is none. From any thread. */
struct jn_str jr_config_variable(struct jn_str name);

/* Whether every variable that the program names is set, and every signing secret can be used. */
jn_rc jr_config_check_program(const struct jn_program *program, struct jn_err *err);

/* Whether no channel and no service has an internal address in the script that is not allowed. Names are judged when
 * they are resolved. */
jn_rc jr_config_check_addresses(const struct jr_config *config, const struct jn_program *program, struct jn_err *err);

#endif

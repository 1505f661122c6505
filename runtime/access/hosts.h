/* Names by which a server is asked: a web page whose name was rebound to this machine asks by its own, and is told from
 * who means it. Pure. */
#ifndef RUNTIME_ACCESS_HOSTS_H
#define RUNTIME_ACCESS_HOSTS_H

#include <stdint.h>

#include "journey/error.h"

#define JR_HOSTS_MAX 32

struct jr_hosts {
    struct jn_str name[JR_HOSTS_MAX];
    uint32_t n;
    bool any; /* every name is taken */
};

/* "journey.example.com, admin.internal"; texts point into `text`. Without names, any is taken unless the listener is
 * on loopback. */
jn_rc jr_hosts_parse(struct jn_str text, bool loopback, struct jr_hosts *out, struct jn_err *err);
/* A Host header: one of the names, or of this machine (localhost, 127.0.0.0/8, [::1]), with any port, in any case. */
bool jr_hosts_take(const struct jr_hosts *hosts, struct jn_str host);

#endif

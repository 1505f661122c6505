#include "runtime/access/hosts.h"

#include <arpa/inet.h>
#include <strings.h>

jn_rc jr_hosts_parse(struct jn_str text, bool loopback, struct jr_hosts *out, struct jn_err *err) {
    *out = (struct jr_hosts){0};
    for (struct jn_str item; jn_str_item(&text, &item);) {
        if (out->n == JR_HOSTS_MAX)
            return jn_fail(err, JN_CONFIG, "there are more than %d names of hosts", JR_HOSTS_MAX);
        for (size_t i = 0; i < item.n; i++)
            if (item.p[i] == '/' || item.p[i] == ':' || item.p[i] == '*' || item.p[i] <= ' ')
                return jn_fail(err, JN_CONFIG, "`%.*s` is no name of a host; write journey.example.com, without port",
                               JN_FMT(item));
        out->name[out->n++] = item;
    }
    out->any = out->n == 0 && !loopback;
    return JN_OK;
}

static bool hosts_same(struct jn_str a, struct jn_str b) {
    return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

/* Without the port. */
static struct jn_str hosts_name(struct jn_str host) {
    const char *end = host.n == 0 ? NULL : memchr(host.p, host.p[0] == '[' ? ']' : ':', host.n);
    if (end == NULL) return host;
    return jn_str_sub(host, 0, (size_t)(end - host.p) + (host.p[0] == '['));
}

static bool hosts_local(struct jn_str name) {
    char z[INET_ADDRSTRLEN] = "";
    struct in_addr address;
    if (hosts_same(name, JN_STR("localhost")) || hosts_same(name, JN_STR("[::1]"))) return true;
    if (name.n == 0 || name.n >= sizeof z) return false;
    memcpy(z, name.p, name.n);
    return inet_pton(AF_INET, z, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool jr_hosts_take(const struct jr_hosts *hosts, struct jn_str host) {
    struct jn_str name = hosts_name(host);
    if (hosts->any || hosts_local(name)) return true;
    for (uint32_t i = 0; i < hosts->n; i++)
        if (hosts_same(name, hosts->name[i])) return true;
    return false;
}

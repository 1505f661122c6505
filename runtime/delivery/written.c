/* Addresses that stand in a URL themselves. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "runtime/delivery/address.h"

static const struct {
    const char *scheme;
    int port;
} SCHEME_ROW[] = {{"https://", 443}, {"http://", 80}, {"smtps://", 465}, {"smtp://", 25}};

static bool written_port(struct jn_str text, int *out) {
    int port = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || port > 65535) return false;
        port = port * 10 + (text.p[i] - '0');
    }
    if (text.n > 0) *out = port;
    return port <= 65535;
}

/* Host and port of `user@host:port`. */
static bool written_authority(struct jn_str text, struct jn_str *host, int *port) {
    const char *at = text.n == 0 ? NULL : memrchr(text.p, '@', text.n);
    if (at != NULL) text = jn_str_sub(text, (size_t)(at - text.p) + 1, text.n);
    const char *end = text.n == 0                           ? NULL
                      : text.p[0] == '['                    ? memchr(text.p, ']', text.n)
                      : memchr(text.p, ':', text.n) == NULL ? text.p + text.n
                                                            : memchr(text.p, ':', text.n);
    if (end == NULL) return false;
    size_t n = (size_t)(end - text.p) + (text.p[0] == '[' ? 1 : 0);
    *host = jn_str_sub(text, 0, n);
    return n == text.n || (text.p[n] == ':' && written_port(jn_str_sub(text, n + 1, text.n), port));
}

static bool written_place(struct jn_str url, struct jn_str *host, int *port) {
    for (size_t i = 0; i < sizeof SCHEME_ROW / sizeof SCHEME_ROW[0]; i++) {
        struct jn_str scheme = jn_str_z(SCHEME_ROW[i].scheme);
        if (!jn_str_starts(url, scheme)) continue;
        struct jn_str rest = jn_str_sub(url, scheme.n, url.n);
        size_t n = 0;
        while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
            n++;
        *port = SCHEME_ROW[i].port;
        return written_authority(jn_str_sub(rest, 0, n), host, port);
    }
    return false;
}

/* localhost and what ends in .localhost is this machine, whatever resolvers say (RFC 6761). */
static bool written_is_localhost(struct jn_str host) {
    static const char NAME[] = "localhost";
    size_t n = sizeof NAME - 1;
    if (host.n < n || (host.n > n && host.p[host.n - n - 1] != '.')) return false;
    for (size_t i = 0; i < n; i++)
        if ((host.p[host.n - n + i] | 0x20) != NAME[i]) return false;
    return true;
}

/* In one to four parts, each decimal, octal or hexadecimal. */
static bool written_v4(struct jn_str host, struct jr_written *out) {
    char z[64];
    struct sockaddr_in in = {.sin_family = AF_INET};
    if (host.n == 0 || host.n >= sizeof z) return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x' || c == 'X';
        if (!plain && c != '.') return false;
        z[i] = c;
    }
    z[host.n] = '\0';
    if (inet_aton(z, &in.sin_addr) == 0) return false;
    memcpy(&out->address, &in, sizeof in);
    return inet_ntop(AF_INET, &in.sin_addr, out->host, sizeof out->host) != NULL;
}

/* Without the interface that may stand behind it. */
static bool written_v6(struct jn_str host, struct jr_written *out) {
    char z[INET6_ADDRSTRLEN];
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    const char *zone = memchr(host.p, '%', host.n);
    if (zone != NULL) host.n = (size_t)(zone - host.p);
    if (host.n >= sizeof z) return false;
    memcpy(z, host.p, host.n);
    z[host.n] = '\0';
    if (inet_pton(AF_INET6, z, &in6.sin6_addr) != 1) return false;
    memcpy(&out->address, &in6, sizeof in6);
    (void)inet_ntop(AF_INET6, &in6.sin6_addr, z, sizeof z);
    (void)snprintf(out->host, sizeof out->host, "[%s]", z);
    return true;
}

bool jr_address_written(struct jn_str url, struct jr_written *out) {
    struct jn_str host;
    *out = (struct jr_written){.port = 0};
    if (!written_place(url, &host, &out->port) || host.n == 0 || host.n >= sizeof out->host) return false;
    if (host.p[0] == '[') return written_v6(jn_str_sub(host, 1, host.n - 2), out);
    struct jn_str bare = jn_str_sub(host, 0, host.n - (host.p[host.n - 1] == '.' ? 1 : 0));
    if (!written_is_localhost(bare)) return written_v4(bare, out);
    (void)written_v4(JN_STR("127.0.0.1"), out);
    memcpy(out->host, host.p, host.n);
    out->host[host.n] = '\0';
    return true;
}

bool jr_written_allowed(const struct jr_allow *allow, bool dev, const struct jr_written *written) {
    return jr_address_allowed(allow, dev, (const struct sockaddr *)&written->address, jn_str_z(written->host),
                              written->port);
}

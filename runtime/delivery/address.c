#include "runtime/delivery/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct jr_address__net {
    uint8_t b[16];
    unsigned bits;
};

#define V4(a, b, c, d, bits)                                                                                           \
    { {[10] = 0xff, [11] = 0xff, [12] = (a), [13] = (b), [14] = (c), [15] = (d)}, 96 + (bits) }

/* IANA's special-purpose registry: what is not globally reachable, in mapped form. */
static const struct jr_address__net V4_DENIED[] = {
    V4(0, 0, 0, 0, 8),      V4(10, 0, 0, 0, 8),     V4(100, 64, 0, 0, 10), V4(127, 0, 0, 0, 8),
    V4(169, 254, 0, 0, 16), V4(172, 16, 0, 0, 12),  V4(192, 0, 0, 0, 24),  V4(192, 0, 2, 0, 24),
    V4(192, 88, 99, 0, 24), V4(192, 168, 0, 0, 16), V4(198, 18, 0, 0, 15), V4(198, 51, 100, 0, 24),
    V4(203, 0, 113, 0, 24), V4(224, 0, 0, 0, 4),    V4(240, 0, 0, 0, 4),
};

/* IPv6 is allowed inside 2000::/3 only; these are the holes in it. */
static const struct jr_address__net V6_ALLOWED = {{0x20}, 3};
static const struct jr_address__net V6_DENIED[] = {
    {{0x20, 0x01}, 23},             /* Teredo, benchmarking, ORCHID, … */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 carries IPv4 addresses */
    {{0x3f, 0xff}, 20},             /* documentation */
};

static const struct jr_address__net V4_LOOPBACK = V4(127, 0, 0, 0, 8);
static const struct jr_address__net V6_LOOPBACK = {{[15] = 1}, 128};

static bool jr_address__inside(const uint8_t *address, const uint8_t *net, unsigned bits) {
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(address, net, whole) != 0) return false;
    return rest == 0 || ((address[whole] ^ net[whole]) >> (8 - rest)) == 0;
}

/* The address in 16 bytes, IPv4 mapped; false for other families. */
static bool jr_address__bytes(const struct sockaddr *address, uint8_t out[16]) {
    memset(out, 0, 16);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        out[10] = out[11] = 0xff;
        memcpy(out + 12, &in.sin_addr, 4);
        return true;
    }
    if (address->sa_family != AF_INET6) return false;
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    memcpy(out, &in6.sin6_addr, 16);
    return true;
}

bool jr_address_is_public(const struct sockaddr *address) {
    uint8_t b[16];
    if (!jr_address__bytes(address, b)) return false;
    if (address->sa_family == AF_INET) {
        for (size_t i = 0; i < sizeof V4_DENIED / sizeof V4_DENIED[0]; i++)
            if (jr_address__inside(b, V4_DENIED[i].b, V4_DENIED[i].bits)) return false;
        return true;
    }
    if (!jr_address__inside(b, V6_ALLOWED.b, V6_ALLOWED.bits)) return false;
    for (size_t i = 0; i < sizeof V6_DENIED / sizeof V6_DENIED[0]; i++)
        if (jr_address__inside(b, V6_DENIED[i].b, V6_DENIED[i].bits)) return false;
    return true;
}

bool jr_address_is_loopback(const struct sockaddr *address) {
    uint8_t b[16];
    if (!jr_address__bytes(address, b)) return false;
    return jr_address__inside(b, V4_LOOPBACK.b, V4_LOOPBACK.bits) || memcmp(b, V6_LOOPBACK.b, 16) == 0;
}

static bool jr_address__same_host(struct jn_str a, struct jn_str b) {
    if (a.n != b.n || a.n == 0) return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x != y) return false;
    }
    return true;
}

bool jr_address_allowed(const struct jr_allow *allow, bool dev, const struct sockaddr *address, struct jn_str host,
                        int port) {
    uint8_t b[16];
    if (!jr_address__bytes(address, b)) return false;
    if (jr_address_is_public(address) || (dev && jr_address_is_loopback(address))) return true;
    for (uint32_t i = 0; i < allow->n; i++) {
        const struct jr_allow_entry *entry = &allow->entry[i];
        if (entry->port != 0 && entry->port != port) continue;
        if (entry->host.n > 0 ? jr_address__same_host(entry->host, host)
                              : jr_address__inside(b, entry->net, entry->bits))
            return true;
    }
    return false;
}

/* ---- the option's text ---- */

static bool jr_allow__number(struct jn_str text, unsigned max, unsigned *out) {
    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *out > max) return false;
        *out = *out * 10 + (unsigned)(text.p[i] - '0');
    }
    return text.n > 0 && *out <= max;
}

static bool jr_allow__address(struct jn_str text, struct jr_allow_entry *entry) {
    char z[INET6_ADDRSTRLEN];
    if (text.n == 0 || text.n >= sizeof z) return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    entry->bits = 128;
    memset(entry->net, 0, sizeof entry->net);
    if (inet_pton(AF_INET6, z, entry->net) == 1) return true;
    entry->net[10] = entry->net[11] = 0xff;
    return inet_pton(AF_INET, z, entry->net + 12) == 1;
}

bool jr_address_is_named(const struct jr_allow *allow, struct jn_str host, int port) {
    struct jr_allow_entry number;
    if (host.n > 2 && host.p[0] == '[') host = jn_str_sub(host, 1, host.n - 2);
    bool numeric = jr_allow__address(host, &number);
    for (uint32_t i = 0; i < allow->n; i++) {
        const struct jr_allow_entry *entry = &allow->entry[i];
        if (entry->port != 0 && entry->port != port) continue;
        if (entry->host.n > 0 ? jr_address__same_host(entry->host, host)
                              : numeric && jr_address__inside(number.net, entry->net, entry->bits))
            return true;
    }
    return false;
}

static bool jr_allow__name(struct jn_str text, struct jr_allow_entry *entry) {
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                     c == '.' || c == '_';
        if (!plain) return false;
    }
    entry->host = text;
    return text.n > 0 && text.n <= 253;
}

static bool jr_allow__item(struct jn_str item, struct jr_allow_entry *entry) {
    unsigned number;
    const char *slash = memchr(item.p, '/', item.n);
    if (slash != NULL) {
        size_t n = (size_t)(slash - item.p);
        if (!jr_allow__address(jn_str_sub(item, 0, n), entry)) return false;
        unsigned offset = memchr(item.p, ':', n) == NULL ? 96 : 0;
        if (!jr_allow__number(jn_str_sub(item, n + 1, item.n), 128 - offset, &number)) return false;
        entry->bits = offset + number;
        return true;
    }
    if (jr_allow__address(item, entry)) return true;
    struct jn_str port = JN_STR_NONE;
    const char *colon = memrchr(item.p, ':', item.n);
    if (item.p[0] == '[') {
        const char *close = memchr(item.p, ']', item.n);
        if (close == NULL) return false;
        size_t n = (size_t)(close - item.p);
        if (n + 1 < item.n && item.p[n + 1] != ':') return false;
        port = jn_str_sub(item, n + 2, item.n);
        if (!jr_allow__address(jn_str_sub(item, 1, n - 1), entry)) return false;
        if (n + 1 == item.n) return true;
    } else {
        size_t n = colon == NULL ? item.n : (size_t)(colon - item.p);
        port = jn_str_sub(item, n + 1, item.n);
        struct jn_str host = jn_str_sub(item, 0, n);
        if (!jr_allow__address(host, entry) && !jr_allow__name(host, entry)) return false;
        if (colon == NULL) return true;
    }
    if (!jr_allow__number(port, 65535, &number) || number == 0) return false;
    entry->port = (int)number;
    return true;
}

jn_rc jr_allow_parse(struct jn_str text, struct jr_allow *out, struct jn_err *err) {
    out->n = 0;
    for (struct jn_str item; jn_str_item(&text, &item);) {
        if (out->n == JR_ALLOW_MAX)
            return jn_fail(err, JN_CONFIG, "allow_destinations has more than %d items", JR_ALLOW_MAX);
        struct jr_allow_entry *entry = &out->entry[out->n++];
        *entry = (struct jr_allow_entry){0};
        if (!jr_allow__item(item, entry))
            return jn_fail(err, JN_CONFIG, "allow_destinations: `%.*s` is no HOST, HOST:PORT or CIDR", JN_FMT(item));
    }
    return JN_OK;
}

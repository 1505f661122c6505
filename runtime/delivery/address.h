/* Which addresses webhooks may reach: public ones, and those an operator listed. Pure; asked after name resolution. */
#ifndef RUNTIME_DELIVERY_ADDRESS_H
#define RUNTIME_DELIVERY_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

#include "journey/error.h"

#define JR_ALLOW_MAX 64

struct jr_allow_entry {
    uint8_t net[16];    /* IPv4 in its mapped form */
    unsigned bits;      /* of the prefix; a single address has 128 */
    struct jn_str host; /* a name instead of a net; points into the option's text */
    int port;           /* 0: any */
};

struct jr_allow {
    struct jr_allow_entry entry[JR_ALLOW_MAX];
    uint32_t n;
};

/* "intranet.example, 10.1.2.3:8080, [fd00::5]:9000, 192.168.0.0/16"; blanks and empty items are skipped.
 * JN_CONFIG names the item that is wrong. */
jn_rc jr_allow_parse(struct jn_str text, struct jr_allow *out, struct jn_err *err);

/* Global unicast only: nothing that is loopback, private, link-local, multicast, reserved, or that hides an IPv4
 * address inside an IPv6 one. */
bool jr_address_is_public(const struct sockaddr *address);
bool jr_address_is_loopback(const struct sockaddr *address);

/* May a request to `host` and `port` (as its URL says) go to this resolved address? `dev` admits loopback. */
bool jr_address_allowed(const struct jr_allow *allow, bool dev, const struct sockaddr *address, struct jn_str host,
                        int port);

/* A place that a URL says by number, in any spelling, or as localhost: nobody has to be asked where it is. */
struct jr_written {
    char host[256]; /* as the option names it: digits in their usual form, IPv6 in brackets */
    int port;       /* the scheme's own when there is none */
    struct sockaddr_storage address;
};
/* False: it is a name, which is judged when it is resolved, or no URL. */
bool jr_address_written(struct jn_str url, struct jr_written *out);
bool jr_written_allowed(const struct jr_allow *allow, bool dev, const struct jr_written *written);

/* Whether the list names this host itself, by name or by number. */
bool jr_address_is_named(const struct jr_allow *allow, struct jn_str host, int port);

#endif

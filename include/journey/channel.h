/* A way out of the process: one row of channels.def makes single attempts to deliver; when to try again is not its
 * business. */
#ifndef JOURNEY_CHANNEL_H
#define JOURNEY_CHANNEL_H

#include "journey/runtime.h"

struct jr_channel;
struct jr_multi;
struct jr_apart;
struct jr_attempt;

/* How an attempt ended. */
struct jr_attempt_end {
    uint32_t status;        /* HTTP status; 0: no answer, or none in words of HTTP */
    int64_t retry_after_ms; /* asked for by the other side; 0: not */
    bool refused;           /* it must not be made at all: a forbidden address, a missing secret */
    bool rejected;          /* the receiver refuses it for good, in other words than those of HTTP */
    struct jn_str reason;   /* a few words, no secrets */
    struct jn_str answer;   /* its body, when the delivery asks and it was no larger than may be */
    bool overflowed;        /* … it was larger */
};

/* Called once, from the loop, never from within begin. */
typedef void (*jr_attempt_done)(void *user, const struct jr_attempt_end *end);

/* Where a channel lives and what it may do. */
struct jr_channel_place {
    struct jr_multi *multi;       /* libcurl's, on the loop; shared by all channels */
    struct jr_apart *apart;       /* … in threads beside it */
    const struct jr_allow *allow; /* internal addresses that may be reached */
    bool dev;                     /* loopback may be reached */
    const char *ca_file;          /* certificates that are trusted beside the system's; NULL: none */
    /* Value of an environment variable; empty when it is not set. */
    struct jn_str (*variable)(struct jn_str name);
};

/* How the address of a channel or service does. */
enum jr_destination_state {
    JR_DESTINATION_STATE_CLOSED, /* its breaker is closed: all is well */
    JR_DESTINATION_STATE_OPEN,
    JR_DESTINATION_STATE_HALF_OPEN,
    JR_DESTINATION_STATE_DISABLED, /* its receiver said that it is gone */
    JR_DESTINATION_STATES
};

struct jr_destination_view {
    struct jn_str name; /* of the channel or service */
    bool service;
    enum jr_destination_state state;
    uint32_t waiting, in_flight; /* messages that are due; attempts */
    int64_t since;               /* DISABLED */
    int64_t until;               /* when the next attempt may be made; 0: at once, or nobody knows */
};

struct jr_channel_ops {
    const char *name;
    struct jr_channel *(*open)(const struct jr_channel_place *place);
    /* Begins one attempt; the delivery must live until it ends. NULL with err: it cannot be made. */
    struct jr_attempt *(*begin)(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                jr_attempt_done done, void *user, struct jn_err *err);
    void (*cancel)(struct jr_attempt *attempt); /* `done` is not called any more */
    void (*close)(struct jr_channel *channel);  /* after every attempt ended */
};

#endif

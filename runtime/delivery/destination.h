/* One way out: a channel's or a service's address, its messages that are ready, and what lets the next one begin:
 * concurrency, rate, a pause the receiver asked for, breaker, retry budget. It knows no clock and no channel: `steady`
 * is a time that passes evenly, whatever is done to the clock. */
#ifndef RUNTIME_DELIVERY_DESTINATION_H
#define RUNTIME_DELIVERY_DESTINATION_H

#include "runtime/delivery/breaker.h"
#include "runtime/delivery/budget.h"
#include "runtime/delivery/entry.h"

#define JR_DESTINATION_REST_MAX_MS     (INT64_C(15) * 60000) /* of a pause that the receiver asks for */
#define JR_DESTINATION_NOTED_MS        (INT64_C(10) * 60000) /* between two notes of a breaker that opens and closes */
#define JR_DESTINATION_FIRST_PER_RETRY 4 /* first attempts between two retries, while there are some */

/* While so many wait for their first attempt, what fell due later than they did stands beside them, so many at most;
 * and of those that waited so many go between two of it. */
#define JR_DESTINATION_MANY           500
#define JR_DESTINATION_RECENT         1000
#define JR_DESTINATION_OLD_PER_RECENT 3

struct jr_queue {
    struct jr_entry *first, *last; /* oldest first */
    uint32_t n;
};

/* Two addresses of one name, of an older program's channel and of a newer one's, are two destinations. */
struct jr_destination_key {
    uint64_t name, url, service;
};
struct jr_destination_key jr_destination_key(struct jn_str name, struct jn_str url, bool service);

struct jr_destination {
    struct jr_destination_key key;
    struct jn_str name; /* the channel's or the service's */
    bool service;
    struct jr_queue fresh, recent, again; /* first attempts; those that came while many waited; retries, which the
                                           * budget limits */
    uint32_t held;                        /* messages in the pump's hands, these included */
    uint64_t left;                        /* the first that was left in the store because of too many; 0: none */
    uint64_t left_last;                   /* the last that ever was */
    uint32_t in_flight, width;            /* attempts at a time; width: so many may be now */
    uint32_t width_max;
    uint32_t first_in_a_row; /* first attempts since the last retry */
    uint32_t old_in_a_row;   /* … since the last recent one */
    uint64_t newest;         /* that ever came */
    int64_t crowded;         /* when, by engine time, the many fell due: what did later passes them */
    int64_t begins_us;       /* when, by the rate, the next attempt may begin; µs of steady time */
    int64_t rests_until;     /* asked for by the receiver; steady */
    int64_t disabled;        /* since when, by engine time, nothing is sent: it said that it is gone; 0: it is not */
    struct jr_breaker breaker;
    bool noted; /* its breaker's last opening is in the audit log, since `noted_at` */
    int64_t noted_at;
    struct jr_budget budget;
    /* the pump's */
    struct jr_destination *next; /* in the round, or among those that rest */
    bool in_round, resting;
    int64_t wakes; /* steady */
};

/* What one that ended did to its destination. */
enum jr_destination_news { JR_DESTINATION_SAME, JR_DESTINATION_OPENED, JR_DESTINATION_CLOSED, JR_DESTINATION_GONE };

struct jr_destination *jr_destination_new(const struct jr_destination_key *key, struct jn_str name, uint32_t width,
                                          int64_t steady);

/* True: the entry is a retry that has to wait for the budget. */
bool jr_destination_queue(struct jr_destination *destination, struct jr_entry *entry, int64_t steady);
void jr_destination_unqueue(struct jr_entry *entry);
static inline bool jr_destination_is_empty(const struct jr_destination *destination) {
    return destination->fresh.n + destination->recent.n + destination->again.n == 0;
}
/* Whether one that is new, of no line, goes beside the many that wait, and not to them. */
bool jr_destination_passes(struct jr_destination *destination, int64_t since);

/* The entry whose attempt may begin; it stays in the queue. NULL: *at says when to ask again, INT64_MAX after the end
 * of an attempt or when a message comes. `now`: engine time, for who is too late. */
struct jr_entry *jr_destination_next(const struct jr_destination *destination, int64_t steady, int64_t now,
                                     int64_t *at);
/* Its attempt is being made. */
void jr_destination_began(struct jr_destination *destination, struct jr_entry *entry, int64_t steady);
/* How it ended. */
enum jr_destination_news jr_destination_ended(struct jr_destination *destination, struct jr_entry *entry,
                                              const struct jr_attempt_end *end, int64_t steady,
                                              struct jn_random *random);
/* What of it the audit log is to have: that a breaker opened and that it closed, not each try in between. */
struct jr_breaker_news jr_destination_note(struct jr_destination *destination, enum jr_destination_news news,
                                           int64_t steady);
void jr_destination_show(const struct jr_destination *destination, int64_t steady, struct jr_destination_view *out);
/* Whether a service may be asked now, or its breaker says no. */
bool jr_destination_may_ask(const struct jr_destination *destination, int64_t steady);

#endif

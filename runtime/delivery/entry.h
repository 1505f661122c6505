/* One message in the pump's hands: a copy of the delivery and where it stands. */
#ifndef RUNTIME_DELIVERY_ENTRY_H
#define RUNTIME_DELIVERY_ENTRY_H

#include "journey/channel.h"

enum jr_entry_state {
    JR_ENTRY_BEHIND,  /* an earlier one of its customer goes first */
    JR_ENTRY_READY,   /* in its destination's queue */
    JR_ENTRY_WAITING, /* in the heap until `delivery.due` */
    JR_ENTRY_FLYING,  /* an attempt is being made */
    JR_ENTRY_REPORTED /* its result is not committed yet */
};

struct jr_destination;
struct jr_pump;

struct jr_entry {
    struct jr_delivery delivery; /* texts in `text` */
    char *text;
    struct jr_pump *pump;
    struct jr_destination *destination;
    struct jr_entry *next, *previous; /* in one of its queues */
    struct {
        uint64_t destination, customer;
    } line;                          /* of an ordered channel */
    struct jr_entry *ahead, *behind; /* in its line */
    struct jr_attempt *attempt;      /* FLYING */
    enum jr_entry_state state;
    int64_t begun;  /* FLYING: since when; steady */
    uint32_t place; /* in the heap */
    bool recent;    /* came while many waited */
    bool again;     /* REPORTED: the result says there will be another attempt */
    bool cancelled; /* no further attempt */
    bool tries;     /* FLYING: for an open breaker */
};

/* Whether its time for attempts is over. However long it waited, it has one attempt in any case. */
static inline bool jr_entry_is_late(const struct jr_entry *entry, int64_t now) {
    const struct jr_delivery *delivery = &entry->delivery;
    return delivery->deadline > 0 && now > delivery->deadline && delivery->attempts > 0;
}

/* With a copy of the delivery. */
struct jr_entry *jr_entry_new(const struct jr_delivery *delivery);
void jr_entry_free(struct jr_entry *entry);

#endif

/* One message in the pump's hands: a copy of the delivery and where it stands. */
#ifndef RUNTIME_DELIVERY_ENTRY_H
#define RUNTIME_DELIVERY_ENTRY_H

#include "journey/channel.h"

enum jr_entry_state {
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
    struct jr_attempt *attempt;       /* FLYING */
    enum jr_entry_state state;
    int64_t begun;  /* FLYING: when */
    uint32_t place; /* in the heap */
    bool again;     /* REPORTED: the result says there will be another attempt */
    bool cancelled; /* no further attempt */
    bool tries;     /* FLYING: for an open breaker */
};

/* With a copy of the delivery. */
struct jr_entry *jr_entry_new(const struct jr_delivery *delivery);
void jr_entry_free(struct jr_entry *entry);

#endif

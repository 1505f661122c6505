/* What a seed decides before anything happens: the workspace, what its customers do, and what goes wrong when. */
#ifndef TESTS_SIM_PLAN_H
#define TESTS_SIM_PLAN_H

#include "core/arena.h"
#include "days.h"
#include "disk.h"

enum plan_kind {
    PLAN_TWIN,  /* any workspace; crashes and a bad disk, but time stands still meanwhile: the end is that of a life
                 * without them */
    PLAN_ROUGH, /* any workspace; clock and receivers, too: what holds in every workspace is looked at */
    PLAN_KNOWN, /* the workspace of known.c: what its customers must have got is known */
    PLAN_KINDS
};

enum { PLAN_CUSTOMERS = 4, PLAN_REQUESTS = PLAN_CUSTOMERS * DEEDS_MAX, PLAN_TROUBLES = 12 };

/* What a customer's side asks of the tracking API, again and again until it is acknowledged. */
struct request {
    int64_t at; /* true time */
    uint32_t customer;
    struct deed deed;
    char id[16];    /* its own, the same whenever it is asked again */
    char body[224]; /* EVENT, OPENED: JSON */
    bool twice;     /* it is sent again although it was acknowledged */
};

enum trouble_kind { TROUBLE_DISK, TROUBLE_KILL, TROUBLE_STALL, TROUBLE_CLOCK, TROUBLE_OUTAGE, TROUBLES };
struct trouble {
    int64_t at; /* true time */
    enum trouble_kind kind;
    enum disk_fault fault;
    enum disk_loss loss;
    uint64_t strike; /* operations until it strikes */
    int64_t ms;      /* STALL, OUTAGE: how long; CLOCK: by how much the wall clock is off from now on */
};

/* The parameters of the known workspace. */
struct known {
    uint32_t nap_minutes, reply_hours, ticks, tick_hours;
    uint32_t cap, cap_days; /* 0: none */
    bool cap_skips;
    bool quiet;
    uint32_t quiet_from, quiet_to; /* hours */
};

struct plan {
    uint64_t seed;
    enum plan_kind kind;
    struct jn_str script, image;
    struct known known;
    struct chance chance;
    char name[PLAN_CUSTOMERS][16];
    uint32_t n_customer;
    struct request request[PLAN_REQUESTS];
    uint32_t n_request;
    struct trouble trouble[PLAN_TROUBLES];
    uint32_t n_trouble;
    bool sealed;
    uint32_t sealed_after;     /* restarts: 0: from the beginning */
    int64_t start, quiet, end; /* true time: begin; no trouble from here on; end */
};

/* NULL, or what is wrong with the workspace that was made. */
const char *plan_make(uint64_t seed, struct jn_arena *arena, struct plan *out);

void known_script(struct rng *rng, struct known *known, struct jn_buf *out);

#endif

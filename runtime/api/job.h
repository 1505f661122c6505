/* One request's way through the lane: made on the loop, worked on by the lane's thread, answered on the loop. */
#ifndef RUNTIME_API_JOB_H
#define RUNTIME_API_JOB_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/json.h"
#include "journey/runtime.h"
#include "runtime/access/token.h"
#include "runtime/http/exchange.h"
#include "runtime/ingest/track.h"

struct jr_api;

/* What the lane's thread owns; only valid inside `work`. Beside the lane there is no engine, and of the store only what
 * may be called from any thread. */
struct jr_lane_view {
    struct jr_engine *engine;
    struct jr_store *store;
    int64_t now;              /* engine time of the turn */
    const _Atomic bool *stop; /* beside the lane: the server wants to end */
};

#define JR_JOB_REPLY_MAX ((size_t)8 << 20)

struct jr_job {
    struct jr_job *next;
    struct jr_api *api;
    struct jr_http_exchange *exchange; /* its request may be read from the lane, too */
    struct jn_arena arena;
    /* On the lane, before the turn: may set `intake` or write `reply`. May be NULL. */
    jn_rc (*work)(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err);
    /* On the loop, when rc is known and durable: answers the exchange. */
    void (*answer)(struct jr_job *job);
    struct jr_intake intake;    /* inputs of the turn */
    struct jn_json *properties; /* made for an input; freed with the job */
    void *own;                  /* the handler's, in the arena */
    size_t weight;              /* bytes of memory that it takes, at most */
    uint32_t retry_after_s;     /* 0: nothing is known of it */
    uint32_t done;              /* inputs that are committed */
    uint32_t answers[3];        /* by enum jr_answer */
    struct jn_str reason;       /* of the first input that was refused, in the arena */
    /* What is noted of it in the audit log. */
    const char *audited;   /* the route; NULL: nothing is */
    struct jr_actor actor; /* who asks */
    struct jn_str object;  /* what it is done to, in the arena; empty: as the path says */
    uint64_t note;         /* number of its entry, once there is one */
    struct jn_buf reply;
    jn_rc rc;
    struct jn_err err;
};

struct jr_job *jr_job_new(struct jr_api *api, struct jr_http_exchange *exchange);
/* Runs `work`, if there is one; afterwards rc says whether the inputs are to be taken into a turn. */
void jr_job_work(struct jr_job *job, const struct jr_lane_view *lane);
/* On the lane: the commit of its turn failed, and nothing of what it asked has happened. */
void jr_job_unwritten(struct jr_job *job, const struct jr_lane_view *lane, jn_rc rc, const struct jn_err *err);
/* On the lane: its input is committed, and came to this. */
void jr_job_answered(struct jr_job *job, const struct jr_lane_view *lane, enum jr_answer answer, struct jn_str reason);
void jr_job_free(struct jr_job *job);

#endif

/* The HTTP surface: the one list of routes, who may use them, and what they do. */
#ifndef RUNTIME_API_API_H
#define RUNTIME_API_API_H

#include "journey/channel.h"
#include "journey/store.h"
#include "runtime/api/job.h"
#include "runtime/ingest/keys.h"
#include "runtime/ingest/rate.h"

/* What the API needs of the process around it; called on the loop, except where it says so. */
struct jr_api_host {
    void *user;
    /* Queues a job for the lane; false when there is too much: the caller answers 503. */
    bool (*submit)(void *user, struct jr_job *job);
    /* Has the job worked off beside the lane: for what takes long. False when one is under way. */
    bool (*beside)(void *user, struct jr_job *job);
    bool (*ready)(void *user);
    int64_t (*now)(void *user);  /* engine time */
    void (*measure)(void *user); /* brings gauges up to date */
    /* The next address that messages go to behind *at, which begins with 0; false at the end. */
    bool (*destination)(void *user, uint32_t *at, struct jr_destination_view *out);
    void (*enable)(void *user, struct jn_str channel); /* of that name; none: all that are disabled */
    /* From any thread: the wall clock; value of an environment variable; whether all that a program names is set. */
    int64_t (*wall)(void);
    struct jn_str (*variable)(struct jn_str name);
    jn_rc (*check_program)(const struct jn_program *program, struct jn_err *err);
};

struct jr_api {
    struct jr_api_host host;
    struct jr_keys keys;
    struct jr_rates key_rates;    /* of the loop */
    struct jr_rates source_rates; /* of the lane's thread */
    struct jn_str token;          /* empty: loopback may administer without one */
};

const struct jr_http_route *jr_api_routes(uint32_t *n);
/* For jr_http_options; `user` is the struct jr_api. */
bool jr_api_admit(void *user, uint32_t route, const struct jr_http_request *request, struct jr_http_reply *reply);
void jr_api_handle(void *user, uint32_t route, struct jr_http_exchange *exchange);

/* Values of the metric REFUSED. */
enum jr_api_refused { JR_API_REFUSED_KEY, JR_API_REFUSED_SOURCE, JR_API_REFUSED_QUEUE };

/* Shared by the handlers. */
#define ROUTE(handler, method, path, who, body, text)                                                                  \
    void jr_api__##handler(struct jr_api *api, struct jr_http_exchange *exchange);
#include "runtime/api/routes.def"
#undef ROUTE
/* Hands the job over, or answers 503. */
void jr_api__submit(struct jr_api *api, struct jr_job *job);
/* A name in a path as it was meant; the one behind /api/customers/. */
jn_rc jr_api__name(struct jn_str written, struct jn_arena *arena, struct jn_str *out, struct jn_err *err);
jn_rc jr_api__customer_of(const struct jr_http_request *request, struct jn_arena *arena, struct jn_str *out,
                          struct jn_err *err);
/* Answers a failed job by its rc. */
void jr_api__fail(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail);
/* … where it is known in how many seconds to try again; 0: as above. */
void jr_api__fail_for_now(struct jr_http_exchange *exchange, jn_rc rc, struct jn_str headers, struct jn_str detail,
                          uint32_t seconds);

#endif

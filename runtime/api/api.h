/* The HTTP surface: the one list of routes, who may use them, and what they do. */
#ifndef RUNTIME_API_API_H
#define RUNTIME_API_API_H

#include "journey/channel.h"
#include "journey/store.h"
#include "runtime/access/attempts.h"
#include "runtime/access/hosts.h"
#include "runtime/access/token.h"
#include "runtime/api/job.h"
#include "runtime/api/told.h"
#include "runtime/ingest/keys.h"
#include "runtime/ingest/rate.h"

/* What the API needs of the process around it; called on the loop, except where it says so. */
struct jr_api_host {
    void *user;
    /* Queues a job for the lane; false when there is too much: the caller answers 503. */
    bool (*submit)(void *user, struct jr_job *job);
    /* Has the job worked off beside the lane: for what takes long. A failure is the job's own error. */
    jn_rc (*beside)(void *user, struct jr_job *job);
    bool (*ready)(void *user);
    int64_t (*now)(void *user); /* engine time */
    /* Milliseconds that pass, whatever is done to the clock: rates go by it. From any thread. */
    int64_t (*steady)(void *user);
    /* To be kept with the next commit: an entry of the audit log, or a change of a token. Either may be none. */
    void (*note)(void *user, struct jn_str entry, const struct jr_row_token *token);
    void (*measure)(void *user);         /* brings gauges up to date */
    void (*listen)(void *user, bool on); /* whether somebody wants to be told of what happens, by jr_api_tell */
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
    /* Who may administer; of the loop. */
    bool open;               /* without a token; for requests to this machine's names alone */
    struct jn_sha256 first;  /* hash of JOURNEY_TOKEN */
    struct jr_tokens tokens; /* as they are in the store */
    uint32_t tokens_coming;  /* are being stored */
    struct jr_hosts hosts;
    struct jr_attempts attempts;
    struct jr_rates told;             /* refusals that are noted in the audit log */
    struct jr_actor actor;            /* whose request is being handled, valid within a handler */
    const char *audited;              /* the route, when what it does is noted in the audit log */
    struct jr_stream_reader *readers; /* of what happens */
    uint32_t n_reader;
    uint64_t told_so_far, next_beat;
    char problem[512]; /* of the last refusal */
};

/* The secret is JOURNEY_TOKEN; empty: none is asked for. `row` are the store's tokens. */
jn_rc jr_api_open(struct jr_api *api, struct jn_str secret, const struct jr_row_token *row, uint32_t n,
                  struct jn_err *err);

/* Tells all who listen; and, twice a second, that the server lives, and whose token is no more that it is over. */
void jr_api_tell(struct jr_api *api, const struct jr_told *told, uint32_t n);
void jr_api_stream_beat(struct jr_api *api, uint64_t now_ms);

const struct jr_http_route *jr_api_routes(uint32_t *n);
/* For jr_http_options; `user` is the struct jr_api. */
bool jr_api_admit(void *user, uint32_t route, const struct jr_http_request *request, struct jr_http_reply *reply);
void jr_api_handle(void *user, uint32_t route, struct jr_http_exchange *exchange);

/* Values of the metric REFUSED. */
enum jr_api_refused { JR_API_REFUSED_KEY, JR_API_REFUSED_SOURCE, JR_API_REFUSED_QUEUE };
/* Values of the metric ADMIN_REFUSED. */
enum jr_api_denied { JR_API_DENIED_TOKEN, JR_API_DENIED_ROLE, JR_API_DENIED_LIMIT, JR_API_DENIED_HOST };

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

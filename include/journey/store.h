/* The one durable contract of the runtime: lanes, fenced batches of after-images, and the reads the engine needs.
 *
 * A store handle belongs to one lane thread; every call is synchronous there and none is made from elsewhere.
 * Results: JN_OK (durable), JN_FENCED (another owner: drop every cached byte), JN_IO / JN_FULL / JN_READ_ONLY (not
 * applied; may be tried again), JN_CORRUPT, JN_VERSION, JN_IN_USE, JN_INVALID (a bug or a poison batch).
 * Only JN_OK may be acknowledged. Bodies are opaque to the store. */
#ifndef JOURNEY_STORE_H
#define JOURNEY_STORE_H

#include <stdint.h>

#include "journey/error.h"

struct jn_arena;

struct jr_row_alias { /* a customer's outside id, or another key that finds him */
    struct jn_str ext;
    uint64_t customer; /* 0 in a batch: nobody's any more */
};

/* A customer's body that begins so says nobody, who became another or was erased: it stays readable when the key of the
 * customer is gone. */
#define JR_BODY_NOBODY 0xFF
#define JR_BODY_ERASED "x'FF00'" /* as SQL has it: who was erased, and had refused nothing */

struct jr_row_customer {
    uint64_t customer; /* from 1, growing */
    struct jn_str body;
};

struct jr_row_run {
    uint64_t customer;
    uint64_t run;       /* from 1, growing */
    struct jn_str body; /* p NULL in a batch: the row is deleted */
};

#define JR_TIMER_OWN (1ull << 62) /* beside a customer's number: a timer of the customer, not of a run */

struct jr_row_merge { /* two customers become one */
    uint64_t from, into;
};

struct jr_row_timer { /* ordered by (due, run) */
    int64_t due;
    uint64_t run; /* or customer | JR_TIMER_OWN */
    uint64_t customer;
};

struct jr_row_event { /* append-only, clustered by customer */
    uint64_t customer;
    uint64_t seq; /* order of acceptance in the lane, from 1, growing */
    int64_t at;   /* when it was accepted */
    struct jn_str name;
    struct jn_str body;
};

#define JR_SEEN_KEY 12 /* bytes: of 10^9 ids two are alike in one of 10^11 stores */

struct jr_row_seen {          /* an inbound id that was taken */
    uint8_t key[JR_SEEN_KEY]; /* of (source, id) */
    uint32_t digest;          /* of the content; below 2^31 */
    int64_t at;               /* of the day that it is kept with */
};

enum jr_delivery_state { JR_DELIVERY_PENDING, JR_DELIVERY_FAILED, JR_DELIVERY_APPROVAL, JR_DELIVERY_STATES };

struct jr_row_delivery { /* the outbox; a row goes when its message was accepted. APPROVAL: what a person is to decide,
                          * so that it is listed and found without reading everybody; what it says is the run's */
    uint64_t delivery;   /* from 1, growing */
    uint8_t id[16];      /* of the outgoing message */
    uint64_t customer;
    int64_t due; /* of the next attempt; 0: at once */
    uint32_t state;
    uint32_t attempts;
    struct jn_str body; /* p NULL in a batch: keep the stored body (an update of due, state, attempts) */
};

struct jr_row_quarantine { /* an event that could not be taken over */
    uint64_t seq;
    int64_t at;
    struct jn_str customer; /* outside id; empty: not known */
    struct jn_str source, reason, body;
};

struct jr_row_counter { /* per lane, absolute values; ids are the engine's */
    uint64_t counter;
    uint64_t value;
};

struct jr_row_program {
    uint8_t id[32];
    struct jn_str image;
};

struct jr_row_token {   /* of the administration */
    uint8_t hash[32];   /* SHA-256 of its text, which is kept nowhere */
    bool fresh;         /* in a batch: a new one; else one that is there changes, and nothing happens when none is */
    struct jn_str body; /* p NULL in a batch: the row is deleted */
};

struct jr_row_audit { /* what was done by people: append-only, each bound to the one before */
    uint64_t seq;     /* from 1, without gaps */
    int64_t at;
    uint8_t hash[32]; /* of the one before and of this one: runtime/audit/chain.h */
    struct jn_str body;
};

/* One batch is one atomic durable step of one lane. After-images only, never deltas, so that replay is idempotent.
 * Commits iff the lane's row has (epoch, seq); then seq + 1 is stored. */
struct jr_batch {
    uint32_t lane;
    uint64_t epoch, seq;
    const struct jr_row_alias *alias;
    uint32_t n_alias;
    const struct jr_row_customer *customer;
    uint32_t n_customer;
    /* Stored events and deliveries of `from` are of `into` from now on: in this order, before all other rows. What else
     * they have (aliases, runs, timers) is in the batch's rows. Once more is the same. */
    const struct jr_row_merge *merge;
    uint32_t n_merge;
    /* Customers whose stored events, runs and deliveries go: after the merges, before all other rows. */
    const uint64_t *erase;
    uint32_t n_erase;
    const struct jr_row_run *run;
    uint32_t n_run;
    const struct jr_row_timer *timer_gone;
    uint32_t n_timer_gone;
    const struct jr_row_timer *timer;
    uint32_t n_timer;
    const struct jr_row_event *event;
    uint32_t n_event;
    const struct jr_row_seen *seen;
    uint32_t n_seen;
    const struct jr_row_delivery *delivery; /* insert, or update by `delivery` */
    uint32_t n_delivery;
    const uint64_t *delivery_gone;
    uint32_t n_delivery_gone;
    const struct jr_row_quarantine *quarantine;
    uint32_t n_quarantine;
    const uint64_t *quarantine_gone;
    uint32_t n_quarantine_gone;
    const struct jr_row_counter *counter;
    uint32_t n_counter;
    const struct jr_row_program *program; /* kept by content id; the last one put is the current one */
    uint32_t n_program;
    const struct jr_row_token *token;
    uint32_t n_token;
    const struct jr_row_audit *audit;
    uint32_t n_audit;
};

struct jr_lane {
    uint32_t lane;
    uint64_t epoch, seq;
};

/* What a copy of a store holds. */
struct jr_store_copy {
    uint64_t bytes, customers, runs, deliveries;
    uint64_t erased; /* of a restored one: customers who were erased after it was made, and are not in the store */
    bool sealed;     /* keys lie beside it, in FILE.keys */
};

/* Where the audit log begins and ends; an entry of number 0 is none. */
struct jr_audit_ends {
    uint64_t pruned, last; /* the newest one that was forgotten; the newest one ever */
    uint8_t pruned_hash[32], last_hash[32];
};

/* What is kept of customers: in the clear; sealed from now on, some of before is in the clear; sealed, but in gaps of
 * the file there may be clear bytes of before; sealed whole. */
enum jr_store_sealed { JR_STORE_CLEAR, JR_STORE_SEALING, JR_STORE_SEALED_ROWS, JR_STORE_SEALED };
const char *jr_store_sealed_word(enum jr_store_sealed sealed); /* for people */

struct jr_store_facts {
    enum jr_store_sealed sealed;
    uint64_t generation;       /* how often it was restored from a copy */
    uint64_t bytes, log_bytes; /* on disk; the log is what is not written back yet */
    uint64_t stray_bytes;      /* of a store that is looked at: what stands behind the database's last page */
};

struct jr_store_ops;
struct jr_store {
    const struct jr_store_ops *ops;
};

/* Reads fill arrays in the arena; order as the row says. */
struct jr_store_ops {
    const char *scheme; /* "sqlite" in sqlite:DIR */
    /* Opens or creates; takes the lock (JN_IN_USE when another process has it). */
    jn_rc (*open)(struct jn_str place, struct jr_store **out, struct jn_err *err);
    void (*close)(struct jr_store *store);
    /* Opens what is there for reading only, also while another process writes to it: no lock is taken, a claim gives
     * the lane as it is, a commit is refused (JN_READ_ONLY). JN_NOT_FOUND when there is no store. */
    jn_rc (*look)(struct jn_str place, struct jr_store **out, struct jn_err *err);
    /* Makes the caller the lane's owner: epoch + 1. */
    jn_rc (*claim)(struct jr_store *store, uint32_t lane, struct jr_lane *out, struct jn_err *err);
    /* A turn begins: what is read until its commit, or `end`, is of one moment, and cheaper than read by read. NULL, as
     * is `end`: for this store it makes no difference. */
    jn_rc (*begin)(struct jr_store *store, struct jn_err *err);
    jn_rc (*commit)(struct jr_store *store, const struct jr_batch *batch, struct jn_err *err);
    /* The turn is over, with a commit or without. */
    void (*end)(struct jr_store *store);
    /* customer[i] = id of ext[i], or 0. */
    jn_rc (*find)(struct jr_store *store, const struct jn_str *ext, uint32_t n, uint64_t *customer, struct jn_err *err);
    /* known[i] = whether row[i].key was taken; then row[i].digest is filled in. */
    jn_rc (*seen)(struct jr_store *store, struct jr_row_seen *row, uint32_t n, bool *known, struct jn_err *err);
    /* One customer and all their runs; body.p NULL when there is no such customer. */
    jn_rc (*load)(struct jr_store *store, uint64_t customer, struct jn_arena *arena, struct jr_row_customer *out,
                  struct jr_row_run **run, uint32_t *n_run, struct jn_err *err);
    /* Events of a customer with seq > after, oldest first, at most max. */
    jn_rc (*events)(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err);
    /* Events of a customer with seq < before, newest first, at most max. */
    jn_rc (*recent)(struct jr_store *store, uint64_t customer, uint64_t before, uint32_t max, struct jn_arena *arena,
                    struct jr_row_event **out, uint32_t *n, struct jn_err *err);
    /* Forgets events of a customer that were accepted before `at` and have seq < below, the oldest first, at most max;
     * *n says how many. */
    jn_rc (*forget)(struct jr_store *store, uint64_t customer, int64_t at, uint64_t below, uint32_t max, uint32_t *n,
                    struct jn_err *err);
    /* Timers behind `after` (due, run) in order, at most max. */
    jn_rc (*timers)(struct jr_store *store, struct jr_row_timer after, uint32_t max, struct jn_arena *arena,
                    struct jr_row_timer **out, uint32_t *n, struct jn_err *err);
    /* Deliveries of the state with number > after, at most max. */
    jn_rc (*deliveries)(struct jr_store *store, enum jr_delivery_state state, uint64_t after, uint32_t max,
                        struct jn_arena *arena, struct jr_row_delivery **out, uint32_t *n, struct jn_err *err);
    /* Deliveries of a customer in any state with number > after, at most max. */
    jn_rc (*outbox_of)(struct jr_store *store, uint64_t customer, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_delivery **out, uint32_t *n, struct jn_err *err);
    /* The number of the FAILED delivery of that message, or 0. */
    jn_rc (*dead)(struct jr_store *store, const uint8_t id[16], uint64_t *delivery, struct jn_err *err);
    jn_rc (*quarantined)(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                         struct jr_row_quarantine **out, uint32_t *n, struct jn_err *err);
    /* Customers with number > after, at most max: for counts and exports, never on the hot path. */
    jn_rc (*customers)(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_row_customer **out, uint32_t *n, struct jn_err *err);
    jn_rc (*counters)(struct jr_store *store, struct jn_arena *arena, struct jr_row_counter **out, uint32_t *n,
                      struct jn_err *err);
    /* Images in the order they were put: the current one last. */
    jn_rc (*programs)(struct jr_store *store, struct jn_arena *arena, struct jr_row_program **out, uint32_t *n,
                      struct jn_err *err);
    jn_rc (*program_drop)(struct jr_store *store, const uint8_t id[32], struct jn_err *err);
    jn_rc (*tokens)(struct jr_store *store, struct jn_arena *arena, struct jr_row_token **out, uint32_t *n,
                    struct jn_err *err);
    /* Entries with number > after, oldest first, at most max. */
    jn_rc (*audit)(struct jr_store *store, uint64_t after, uint32_t max, struct jn_arena *arena,
                   struct jr_row_audit **out, uint32_t *n, struct jn_err *err);
    jn_rc (*audit_ends)(struct jr_store *store, struct jr_audit_ends *out, struct jn_err *err);
    /* Forgets entries up to number `upto`; its hash stays, so that what is left can be checked. At most 1,000 a call.
     */
    jn_rc (*audit_prune)(struct jr_store *store, uint64_t upto, bool *more, struct jn_err *err);
    /* Forgets seen ids taken before `before`, a bounded slice a call; *more when there is more. */
    jn_rc (*prune)(struct jr_store *store, int64_t before, bool *more, struct jn_err *err);
    /* From now on, and for ever, bodies and outside ids are sealed where they rest, under keys that go with an erased
     * customer; once more is nothing. *rest: what was there before is not sealed yet. JN_CONFIG without a master key.
     */
    jn_rc (*seal)(struct jr_store *store, bool *rest, struct jn_err *err);
    /* Seals a bounded slice of it. *rest: there is more; else it is to be rewritten. */
    jn_rc (*seal_rest)(struct jr_store *store, bool *rest, struct jn_err *err);
    /* Writes everything anew, so that no byte of what was deleted is left, where keys that are gone do not see to it;
     * the caller waits. *done is false, and nothing has happened, when there are more than `max` bytes. */
    jn_rc (*rewrite)(struct jr_store *store, uint64_t max, bool *done, struct jn_err *err);
    /* Whole-store check: JN_CORRUPT with the first finding. */
    jn_rc (*check)(struct jr_store *store, struct jn_err *err);
    /* From any thread. */
    struct jr_store_facts (*facts)(const struct jr_store *store);
    /* The store as it is at one moment, in a new file: whole, synced and checked, or none; of a sealed one the keys,
     * too, in a second file that comes first. From any thread, beside the work; given up with JN_UNAVAILABLE once
     * *stop. JN_CONFLICT when there is such a file, JN_CONFIG when the store keeps nothing. */
    jn_rc (*backup)(struct jr_store *store, const char *file, const _Atomic bool *stop, struct jr_store_copy *out,
                    struct jn_err *err);
    /* Makes a store of a copy, in a place that has none (JN_CONFLICT), of the next generation. The copy is checked
     * first: JN_CORRUPT, JN_VERSION. `keys` (may be NULL: those that are in the place, else those beside the copy): the
     * keys of a sealed one; JN_CONFIG when they or the master key are not its own. What is counted of runs is to be
     * counted anew when somebody was erased since (jr_engine_recount). */
    jn_rc (*restore)(struct jn_str place, const char *file, const char *keys, struct jr_store_copy *out,
                     struct jn_err *err);
};

/* "sqlite:DIR" or "mem:"; the row of stores.def whose scheme it names. */
jn_rc jr_store_open(struct jn_str url, struct jr_store **out, struct jn_err *err);
jn_rc jr_store_look(struct jn_str url, struct jr_store **out, struct jn_err *err);
jn_rc jr_store_restore(struct jn_str url, const char *file, const char *keys, struct jr_store_copy *out,
                       struct jn_err *err);

#endif

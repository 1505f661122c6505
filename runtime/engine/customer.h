/* A customer in a turn: profile, re-entry marks and runs, decoded from the store and encoded back. */
#ifndef RUNTIME_ENGINE_CUSTOMER_H
#define RUNTIME_ENGINE_CUSTOMER_H

#include "runtime/engine/engine.h"
#include "runtime/vm/vm.h"

/* When a run is due that cannot go on: never, but its timer is found among all others. */
#define ENGINE_PARKED_DUE (INT64_MAX - 1)

#define ENGINE_ATTRS_MAX    512 /* attributes kept of a customer */
#define ENGINE_TAGS_MAX     256
#define ENGINE_MARKS_MAX    65536        /* re-entry marks: one a journey and key */
#define ENGINE_GOALS_MAX    JN_GOALS_MAX /* bits of engine_run.goals */
#define ENGINE_MEMBERS_MAX  65536 /* segments that are tracked: as many as an image holds journeys, and no more */
#define ENGINE_RUNS_MAX     10000 /* of one customer */
#define ENGINE_CONSENTS_MAX 1024
#define ENGINE_RECENT_MAX   8    /* messages about topics whose ids are remembered */
#define ENGINE_ALIASES_MAX  1000 /* ids of one customer: more are no person's */
#define ENGINE_SLOTS_MAX    4096 /* messages that caps count, of one customer */

struct engine_attr {
    struct jn_str name;
    struct jn_value value; /* MISSING: taken back */
};

/* When a customer last entered a journey (under a key): outlives the run. */
struct engine_mark {
    uint64_t journey; /* hash of its name */
    uint64_t key;     /* hash of the key's text, 0 without one */
    int64_t at;
};

/* What a customer has said of a topic; an empty one stands for all that are not named. */
struct engine_consent {
    struct jn_str topic;
    bool in;
};

/* A message that caps count: when it was written, by which journey on which channel (hashes of their names). */
struct engine_slot {
    int64_t at;
    uint64_t delivery;
    uint64_t journey, channel;
};

/* A message about a topic, so that a receipt that names its id is understood when its run is gone. */
struct engine_recent {
    uint64_t id;    /* its first eight bytes */
    uint32_t topic; /* low half of the hash of its name */
};

/* Marks of what stands behind a customer's profile, there only when it is not empty. */
enum engine_kept {
    ENGINE_KEPT_CONSENTS = 1,
    ENGINE_KEPT_SLOTS,
    ENGINE_KEPT_TRACKING,
    ENGINE_KEPT_RECENT,
    ENGINE_KEPT_IDENTITY,
    ENGINE_KEPT_KNOWN
};

/* An event that a run holds on to: the one that entered it and the last one matched of each type. */
struct engine_event {
    uint32_t event; /* in the run's program */
    uint64_t seq;
    struct jn_value *prop;
    struct engine_event *next; /* older */
};

struct engine_visit {
    uint32_t step; /* stable id */
    uint32_t n;
    uint32_t skip; /* so many more visits pass: what they would send has been sent, in another version or run */
};

enum engine_status { ENGINE_LIVE, ENGINE_ENDED, ENGINE_PARKED };

struct engine_run {
    uint64_t id;
    uint64_t origin; /* what ids of its messages are made from; not `id`, which depends on everybody else */
    struct engine_program *program;
    uint32_t journey; /* in its program */
    struct jn_str key;
    enum engine_status status;
    struct jn_str ended; /* as what; PARKED: why it cannot go on */
    uint32_t step;       /* in its program; where it holds, or ended */
    uint32_t stage;      /* JN_NONE before the first */
    int64_t entered;
    int64_t anchor;                          /* when the present hold began */
    int64_t due;                             /* INT64_MAX: nothing is due */
    struct jn_value hold;                    /* what the present hold was asked to last for, or until */
    uint64_t awaits;                         /* the delivery whose outcome it holds for; 0: none */
    uint64_t entry_seq, mark_seq, stage_seq; /* events up to these do not pass a wait */
    uint32_t goals;                          /* bit i: the journey's goal i was reached */
    int64_t goal_until;                      /* last open window of an ended run */
    struct jn_value *slot;
    struct engine_event *events; /* newest first */
    struct engine_visit *visit;
    uint32_t n_visit;
    uint64_t *consumed; /* events that passed a wait, for waits that look back */
    uint32_t n_consumed;
    int64_t stored_due;                          /* when its timer in the store is; INT64_MAX: it has none */
    const struct engine_program *stored_program; /* where it was counted as inside; NULL: nowhere */
    uint32_t stored_step;
    enum jn_outcome outcome; /* of the last message, while the run moves on */
    bool ordered;            /* others of this instant have had their turn: it may take the last slot of a cap */
    bool overslept;          /* events came while a message was held back: the next wait looks at them */
    bool arriving;           /* goes on with `step` itself when it is due: put there by another version or a pause */
    uint64_t stored_under;   /* number of the customer whose row it is in the store */
    uint64_t resumed;        /* the last decision of its journey that it has followed */
    bool skips;              /* overdue at resume: what it would be sent up to its next wait is not */
    bool changed, gone, fresh;
};

/* Whether the customer is in a segment that is tracked, as far as is known. */
struct engine_member {
    uint64_t key;
    bool in;
};

struct engine_past;
struct engine_computed;

struct engine_customer {
    uint64_t id;
    struct jn_str ext;    /* the id it goes by */
    struct jn_str seed;   /* what shares and splits are drawn by, when it is not ext */
    bool known;           /* as a person, not only as a device */
    struct jn_str *alias; /* the other ids */
    uint32_t n_alias;
    struct engine_attr *attr;
    uint32_t n_attr;
    const struct engine_attr *loaded; /* as they are in the store */
    uint32_t n_loaded;
    struct jn_str *tag;
    uint32_t n_tag;
    struct engine_mark *mark;
    uint32_t n_mark;
    struct engine_consent *consent;
    uint32_t n_consent;
    struct engine_slot *slot; /* oldest first */
    uint32_t n_slot;
    struct engine_recent *recent; /* oldest first */
    uint32_t n_recent;
    struct engine_run **run;
    uint32_t n_run;
    struct engine_emitted *emitted; /* events that runs have emitted, to take effect next */
    bool changed, fresh, erased;
    /* Attributes as the expressions of a program read them; made when asked for, forgotten when one changes. */
    const struct engine_program *seen_by;
    struct jn_value *seen;
    struct engine_member *member;
    uint32_t n_member;
    uint64_t tracked_by;             /* the program that the members are up to date with; 0: none */
    int64_t own_due, stored_own_due; /* INT64_MAX: no timer of the customer's own */
    int64_t until;                   /* when time alone may make something true of this customer; of this turn */
    struct engine_past *past;        /* what has been read of the events, in this turn */
    struct engine_computed *computed;
    struct engine_customer *merged; /* into whom, in this turn */
    uint64_t *absorbed;             /* numbers under which the store still keeps events of this customer */
    uint32_t n_absorbed;
    struct engine_customer *next;
};

/* Grows an array in the arena by doubling; *n counts what is used. Returns the new element. */
static inline void *engine_grow(struct jn_arena *arena, void *array, uint32_t *n, size_t size) {
    return jn_arena_grow(arena, array, n, size);
}

jn_rc engine_customer_decode(const struct jr_engine *engine, const struct jr_row_customer *row,
                             const struct jr_row_run *run, uint32_t n_run, struct jn_arena *arena,
                             struct engine_customer *out, struct jn_err *err);
struct jn_str engine_customer_encode(const struct engine_customer *customer, struct jn_arena *arena);
struct jn_str engine_run_encode(const struct engine_run *run, struct jn_arena *arena);

/* The row that stays of a customer who became another: only into whom. */
struct jn_str engine_merged_encode(uint64_t into, struct jn_arena *arena);
bool engine_merged_decode(struct jn_str body, uint64_t *into);

/* What shares and splits are drawn by: the same for ever. */
static inline struct jn_str engine_seed(const struct engine_customer *customer) {
    return customer->seed.n > 0 ? customer->seed : customer->ext;
}

struct jn_value engine_attr_get(const struct engine_customer *customer, struct jn_str name);
void engine_attr_set(struct engine_customer *customer, struct jn_arena *arena, struct jn_str name,
                     struct jn_value value);
bool engine_tag_has(const struct engine_customer *customer, struct jn_str tag);
void engine_tag_set(struct engine_customer *customer, struct jn_arena *arena, struct jn_str tag, bool on);

/* The program's attributes in its order, presets applied. */
const struct jn_value *engine_attrs(struct engine_customer *customer, const struct engine_program *program,
                                    struct jn_arena *arena);
/* The customer's own zone, or the workspace's. */
const struct jn_zone *engine_zone(const struct engine_customer *customer, const struct engine_program *program);

static inline const struct jn_journey *engine_journey(const struct engine_run *run) {
    return &run->program->program->journey[run->journey];
}

static inline struct jn_str engine_journey_name(const struct engine_run *run) {
    return run->program->program->string[engine_journey(run)->name];
}

#endif

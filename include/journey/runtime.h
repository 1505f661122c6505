/* The engine: turns of inputs into one change set, one commit, then what may leave the process. No I/O but the store's.
 */
#ifndef JOURNEY_RUNTIME_H
#define JOURNEY_RUNTIME_H

#include "journey/program.h"
#include "journey/store.h"

struct jn_arena;
struct jn_json;
struct jr_engine;

/* Why something is set aside. */
enum jr_set_aside {
#define SET_ASIDE(name, word, text) JR_SET_ASIDE_##name,
#include "journey/tbl/set_aside.def"
#undef SET_ASIDE
    JR_SET_ASIDES
};

/* What a turn takes in. Everything an input points to must live until the turn returns. */
enum jr_input_kind {
    JR_INPUT_EVENT,
    JR_INPUT_IDENTIFY,
    JR_INPUT_RESULT,
    JR_INPUT_QUARANTINE,
    JR_INPUT_CONSENT,
    JR_INPUT_ALIAS,
    JR_INPUT_REPLAY,
    JR_INPUT_DECISION,
    JR_INPUT_UNPARK,
    JR_INPUT_ERASE
};

enum jr_result { JR_RESULT_ACCEPTED, JR_RESULT_RETRY, JR_RESULT_FAILED, JR_RESULT_CANCELLED };

/* What the end of an attempt did to its receiver's breaker, where that is worth an entry of the audit log. */
enum jr_breaker_turn { JR_BREAKER_SAME, JR_BREAKER_OPENED, JR_BREAKER_WELL };
struct jr_breaker_news {
    enum jr_breaker_turn turn;
    struct jn_str receiver; /* its name */
    bool service;           /* of a service, else of a channel */
    uint32_t failed, calls; /* OPENED: so many of the last calls, and how many after one another */
    uint32_t in_a_row;
    int64_t ms; /* OPENED: how long nothing is sent; WELL: how long ago it opened */
};

struct jr_input {
    enum jr_input_kind kind;
    int64_t received;     /* when it was accepted: engine time, ms; never decreasing over inputs */
    struct jn_str source; /* "track", or a source's name */
    struct jn_str call;   /* of the tracking API, or "webhook", for whoever counts; empty: nobody does */
    struct jn_str dedupe; /* id given by the sender; empty: no dedupe */
    /* EVENT, IDENTIFY, CONSENT, ALIAS, ERASE (by any id, or the value of an identity attribute) */
    struct jn_str customer; /* outside id; empty: EVENT, IDENTIFY by an identity attribute in the traits */
    bool known;             /* … by which a person is known, not only a device */
    struct jn_str
        other; /* EVENT, IDENTIFY: the device's id that came with it; ALIAS: an earlier id; DECISION: the approval's */
    bool by_attribute;                /* an id that nobody has may be the value of somebody's identity attribute */
    bool insist;                      /* ALIAS: even if both are known as persons of their own */
    struct jn_str event;              /* EVENT: name; CONSENT: topic; DECISION: who gives it */
    int64_t happened;                 /* EVENT: by the sender's clock; data, not order */
    const struct jn_json *properties; /* EVENT: object or NULL */
    const struct jn_json *traits;     /* IDENTIFY: object or NULL; EVENT without a customer: what finds him */
    bool in;                          /* CONSENT: else out; DECISION: approved, else rejected */
    uint64_t delivery;                /* REPLAY: a dead letter is tried anew; RESULT: what became of an attempt */
    uint64_t run;                     /* UNPARK: one that could not go on tries again */
    enum jr_result result;
    int64_t retry_at; /* RETRY */
    uint32_t status;  /* HTTP status, 0: no answer */
    struct jn_str reason;
    struct jn_str compact; /* EVENT, IDENTIFY: properties or traits as jn_json_dump writes them, from whom has them at
                            * hand; empty: they are written anew */
    struct jn_str answer;  /* ACCEPTED, of a service: the body of its answer */
    struct jr_breaker_news breaker; /* RESULT */
    /* QUARANTINE: reason (above) and the text as it came */
    struct jn_str text;
};

enum jr_answer { JR_ANSWER_TAKEN, JR_ANSWER_DUPLICATE, JR_ANSWER_QUARANTINED };

/* A message ready to leave; points into the turn's arena (or the caller's, for jr_engine_pending). */
struct jr_delivery {
    uint64_t delivery;
    struct jn_str id;      /* webhook-id, "msg_…" */
    struct jn_str channel; /* its name */
    enum jn_channel_kind kind;
    struct jn_str url;    /* address, or name of the variable when env_url */
    struct jn_str secret; /* key, or name of the variable when env_secret; empty: unsigned */
    bool env_url, env_secret;
    bool ordered;                   /* behind the customer's earlier ones of the channel */
    struct jn_str journey, message; /* names, for logs, tests and lists */
    struct jn_str customer;         /* outside id */
    struct jn_str to;
    struct jn_str body; /* the JSON that is sent, byte for byte, on every attempt */
    uint32_t attempts;  /* made so far */
    uint32_t retry_max;
    uint32_t timeout_ms;
    uint32_t rate, rate_ms; /* so many attempts begin in so long, to one address; 0: no limit */
    int64_t due;            /* 0: at once */
    int64_t since;          /* when what it is sent for happened or was due; 0: read back, and not known any more */
    int64_t deadline;       /* no attempt begins after it */
    /* A question to a service (`message` and `channel` are its name): one attempt, whose answer is wanted; while its
     * breaker is open it is not asked at all. */
    bool asks;
    uint32_t breaker, breaker_calls, breaker_ms; /* as in the image; 0: it has no breaker */
    struct jn_str last_reason;
    bool unwanted; /* read back, but of a journey that was stopped: it is about to be cancelled */
};

struct jr_turn {
    struct jn_arena *arena;       /* given: holds everything below until the caller resets it */
    enum jr_answer *answer;       /* one per input */
    struct jn_str *answer_reason; /* QUARANTINED, and DUPLICATE of a decision: why */
    struct jr_delivery *delivery; /* to be sent now or at `due` */
    uint32_t n_delivery;
    uint64_t *cancelled; /* deliveries that must not begin any more */
    uint32_t n_cancelled;
    bool more;           /* timers are still due: call again */
    const int64_t *late; /* of each due time that was looked at: how late the turn began, ms */
    uint32_t n_late;
    uint32_t set_aside[JR_SET_ASIDES];
};

/* What happened to a run, as it is decided; told only after the commit. For tests, metrics and live streams. */
enum jr_trace_kind {
#define TRACE(name, text) JR_TRACE_##name,
#include "journey/tbl/traces.def"
#undef TRACE
    JR_TRACES
};

struct jr_trace {
    enum jr_trace_kind kind;
    int64_t at;
    uint64_t run;                                     /* 0: about a customer or message only */
    struct jn_str customer;                           /* outside id */
    struct jn_str journey, stage, step, name, detail; /* name: message, goal, arm, reason, event, tag … */
    uint32_t at_step; /* of the run's program, where the run stands; JN_NONE without a run */
};

typedef void (*jr_trace_fn)(void *user, const struct jr_trace *trace);

/* Sticky shares of all customers. */
enum jr_share { JR_SHARE_CONTROL, JR_SHARE_ROLLOUT };

struct jr_engine_options {
    uint32_t lane;
    uint32_t timers_max;                        /* in memory; 0: 65,536 */
    uint64_t quarantine_rows, quarantine_bytes; /* of events set aside, at most; 0: 100,000 and 64 MiB */
    /* Whether this process can run a program that is new to the store. NULL: it can. */
    jn_rc (*fits)(void *user, const struct jn_program *program, struct jn_err *err);
    void *fits_user;
    jr_trace_fn trace; /* may be NULL */
    void *trace_user;
    /* Fixes a split's arm, for tests: arm's name or empty. May be NULL. */
    struct jn_str (*force_arm)(void *user, struct jn_str journey, struct jn_str split);
    /* Whether everybody is inside a share of that kind, for tests. NULL: as a hash decides. */
    bool (*force_share)(void *user, enum jr_share share);
    void *force_user;
    /* Nothing is going to be sent: messages are not rendered, their bodies stay empty. Everything else is as it is. */
    bool rehearsal;
};

/* Claims the lane, loads programs, counters and timers. The store stays the caller's. */
jn_rc jr_engine_open(struct jr_store *store, const struct jr_engine_options *options, struct jr_engine **out,
                     struct jn_err *err);
void jr_engine_close(struct jr_engine *engine);

/* For simulations, whose customers live one after another in one lane: forgets everybody, so that time may begin anew.
 * The store must forget them too; there must be one program, and no deployment under way. */
void jr_engine_forget(struct jr_engine *engine);
/* Whether a customer whose shares are drawn by this id (the outside one, unless customers were united) is never
 * messaged by a journey of the current program: in its control group or in that of all. */
bool jr_engine_is_control(struct jr_engine *engine, uint32_t journey, struct jn_str customer);

/* Verifies an image, keeps it in the store and makes it the version that new runs start on. Same id again: nothing. */
jn_rc jr_engine_deploy(struct jr_engine *engine, struct jn_str image, struct jn_err *err);

/* What becomes of the runs of older programs when another is made current (language semantics 1). */
enum jr_deploy_mode { JR_DEPLOY_PIN, JR_DEPLOY_MIGRATE, JR_DEPLOY_END, JR_DEPLOY_MODES };
struct jr_deploy_rules {
    enum jr_deploy_mode mode;
    bool keep;         /* waits end when they would have; else they are timed anew from when they began */
    uint32_t spread_s; /* who is overdue by that, or stood at a step that is gone, goes on within so many seconds */
};
/* JN_CONFLICT when people stand where `to` has no place for them: the script must say where they go. */
jn_rc jr_engine_may_move(struct jr_engine *engine, const struct jn_program *to, const struct jr_deploy_rules *rules,
                         struct jn_arena *arena, struct jn_err *err);
/* Runs of all other programs move to the current one, each when its customer is next touched and all within the
 * following turns; decided durably before it returns. PIN: they stay. */
jn_rc jr_engine_move(struct jr_engine *engine, const struct jr_deploy_rules *rules, struct jn_arena *arena,
                     struct jn_err *err);

/* A new version on trial: it takes a share of those who enter, the current one the others, until it is finished (it
 * becomes current) or ended (nobody enters it any more); a guard may end it. */
enum jr_guard {
#define GUARD(name, word, margin, of, bad) JR_GUARD_##name,
#include "journey/tbl/guards.def"
#undef GUARD
    JR_GUARDS
};
enum jr_canary_state { JR_CANARY_NONE, JR_CANARY_RUNNING, JR_CANARY_ENDED };
#define JR_CANARY_EXITS_MAX 8
struct jr_canary_rules {
    uint32_t share;             /* of JN_SHARE_ALL */
    uint32_t margin[JR_GUARDS]; /* basis points by which the new version has to be worse; JN_NONE: not watched */
    uint32_t min;               /* so many messages, runs or exits of the new version before its guard judges them */
    uint32_t error;             /* basis points: the chance that the guard ends a version which is no worse, ever */
    bool end_runs;              /* when it is ended people inside leave as `changed`; else they finish */
    struct jn_str exit[JR_CANARY_EXITS_MAX]; /* as what runs end that are failures */
    uint32_t n_exit;
};
/* What the guard compares: so many, and how many of them are bad. */
struct jr_canary_figure {
    struct jn_str journey; /* empty: all of them together */
    enum jr_guard guard;
    uint64_t trial[2], current[2];
};
struct jr_canary {
    enum jr_canary_state state;
    struct jn_str version, against; /* "sha256:…" */
    struct jr_canary_rules rules;   /* without the exits' names */
    int64_t began;                  /* or when its share was last raised: it is compared from there on */
    int64_t ended;
    uint64_t inside; /* people at a step of the version on trial */
    bool by_guard;   /* ENDED: … by this figure */
    struct jr_canary_figure why;
    const struct jr_canary_figure *figure;
    uint32_t n_figure;
};
const char *jr_guard_word(enum jr_guard guard);
struct jr_canary_rules jr_canary_presets(uint32_t share);
/* JN_CONFLICT: there is no current version, it is this one, or one is on trial. Decided durably before these return. */
jn_rc jr_engine_canary_begin(struct jr_engine *engine, struct jn_str image, const struct jr_canary_rules *rules,
                             int64_t now, struct jn_arena *arena, struct jn_err *err);
/* To a larger share; what was counted begins anew. JN_CONFLICT: none is on trial. */
jn_rc jr_engine_canary_raise(struct jr_engine *engine, uint32_t share, int64_t now, struct jn_arena *arena,
                             struct jn_err *err);
jn_rc jr_engine_canary_finish(struct jr_engine *engine, struct jn_arena *arena, struct jn_err *err);
jn_rc jr_engine_canary_abort(struct jr_engine *engine, bool end_runs, int64_t now, struct jn_arena *arena,
                             struct jn_err *err);
void jr_engine_canary(const struct jr_engine *engine, struct jn_arena *arena, struct jr_canary *out);
/* The version on trial, or NULL. */
const struct jn_program *jr_engine_canary_program(const struct jr_engine *engine);
/* Whether the guard ended this version and nobody has deployed anything since. */
bool jr_engine_canary_refused(const struct jr_engine *engine, const uint8_t id[32]);

/* Live runs at a step of a program that is loaded, kept as counters. */
struct jr_place {
    const struct jn_program *program;
    uint32_t step;
    uint64_t people;
};
/* People inside each journey of each program that is loaded, and how many of all wait for a time; from counters. */
struct jr_inside {
    struct jn_str journey;
    uint64_t people;
};
void jr_engine_inside(const struct jr_engine *engine, struct jn_arena *arena, struct jr_inside **out, uint32_t *n,
                      uint64_t *timed);
void jr_engine_places(const struct jr_engine *engine, struct jn_arena *arena, struct jr_place **out, uint32_t *n);
/* Live and ended-but-open runs that are pinned to the program. */
uint64_t jr_engine_pinned(const struct jr_engine *engine, const struct jn_program *program);
/* The image of a program that is loaded, from the store. JN_NOT_FOUND when there is none of that id. */
jn_rc jr_engine_image(struct jr_engine *engine, const uint8_t id[32], struct jn_arena *arena, struct jn_str *out,
                      struct jn_err *err);

const struct jn_program *jr_engine_program(const struct jr_engine *engine); /* current one, or NULL */
/* Every program that is loaded (current one and those that runs are pinned to); for resolving `env` names at start. */
const struct jn_program *jr_engine_program_at(const struct jr_engine *engine, uint32_t i); /* NULL past the end */

/* One turn at engine time `now` (ms): all inputs and the timers due, one commit. Inputs received after `now` belong to
 * an instant that is not complete: timers due at it wait for a later turn. On failure nothing has happened and the same
 * inputs may be given again (JN_IO, JN_FULL) or the lane is lost (JN_FENCED). At most JR_TURN_MAX inputs. */
#define JR_TURN_MAX 1024
jn_rc jr_engine_turn(struct jr_engine *engine, const struct jr_input *input, uint32_t n, int64_t now,
                     struct jr_turn *turn, struct jn_err *err);

/* For how long, in ms: ids of inputs, events that were set aside, dead letters. */
struct jr_keep {
    int64_t ids, quarantine, dead;
};
/* One bounded slice of forgetting what is older than that, and events that no loaded program keeps; the round also
 * keeps `now` as engine time, if nothing else does. *more: it goes on. Between turns, and no part of one. */
jn_rc jr_engine_upkeep(struct jr_engine *engine, int64_t now, const struct jr_keep *keep, bool *more,
                       struct jn_err *err);

/* Events that could not be taken over. */
struct jr_quarantine {
    uint64_t events, bytes; /* kept */
    uint64_t dropped;       /* ever, because there were too many */
};
struct jr_quarantine jr_engine_quarantine(const struct jr_engine *engine);

/* Engine time as it is kept: of the last turn or round of upkeep. 0: there was none. */
int64_t jr_engine_time(const struct jr_engine *engine);

/* What people do is noted: an entry of the audit log waits for the engine's next commit, whichever it is, and becomes
 * durable with it. The entry's number, or 0 when too many wait: what was to be noted must not be done then. */
#define JR_NOTES_MAX 1024
uint64_t jr_engine_note(struct jr_engine *engine, int64_t at, struct jn_str body);
/* Another body for an entry that waits; false when it is durable already. */
bool jr_engine_renote(struct jr_engine *engine, uint64_t number, struct jn_str body);
/* A change of a token waits with them. */
bool jr_engine_note_token(struct jr_engine *engine, const struct jr_row_token *row);
bool jr_engine_has_notes(const struct jr_engine *engine);
/* What the runtime decides by itself is noted as done by the server itself, however many entries wait. */
enum jr_decided {
#define DECIDED(name, text) JR_DECIDED_##name,
#include "journey/tbl/decided.def"
#undef DECIDED
};
void jr_engine_decided(struct jr_engine *engine, int64_t at, enum jr_decided what, struct jn_str object,
                       struct jn_str why);
/* The last entry that is durable. */
uint64_t jr_engine_noted(const struct jr_engine *engine);
/* A token is made, changed or dropped, durably before it returns, with all that waits; on failure it is not. */
jn_rc jr_engine_put_token(struct jr_engine *engine, const struct jr_row_token *row, struct jn_arena *arena,
                          struct jn_err *err);
/* One bounded slice of forgetting entries made before `before`, and all but the last JR_NOTES_KEPT. *more: there are
 * more. Between turns. */
#define JR_NOTES_KEPT 1000000
jn_rc jr_engine_forget_notes(struct jr_engine *engine, int64_t before, bool *more, struct jn_err *err);
/* Goes on along the audit log's chain; at its end, also whether entries were cut off there. */
struct jr_chain_walk;
jn_rc jr_engine_check_notes(struct jr_engine *engine, struct jr_chain_walk *walk, uint32_t max, bool *more,
                            struct jn_err *err);

/* When the next timer is due, INT64_MAX when none is. */
int64_t jr_engine_next_due(const struct jr_engine *engine);
/* Timers in memory: the soonest of the store's, options->timers_max at most. */
uint64_t jr_engine_timer_count(const struct jr_engine *engine);

/* Undelivered messages with number > after, at most max, for recovery: what a crash left in the outbox. */
jn_rc jr_engine_pending(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                        struct jr_delivery **out, uint32_t *n, struct jn_err *err);

/* Messages that were given up: dead letters, with number > after, at most max; `due` is when. One that could not be
 * written has no body. */
jn_rc jr_engine_dead(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                     struct jr_delivery **out, uint32_t *n, struct jn_err *err);
/* The number of the dead letter of an id ("msg_…"). JN_NOT_FOUND when there is none, JN_CONFLICT when its message is
 * still on its way, is known to have been accepted, or could not be written. */
jn_rc jr_engine_dead_letter(struct jr_engine *engine, struct jn_str id, uint64_t *delivery, struct jn_err *err);
/* The last messages that were accepted since the engine was opened, JR_SENT_MAX at most, the newest first: those before
 * the one that was listed under number `before` (0: all), at most max. `due` is when; without channel and address. */
#define JR_SENT_MAX 1024
void jr_engine_sent(const struct jr_engine *engine, uint64_t before, uint32_t max, struct jn_arena *arena,
                    struct jr_delivery **out, uint32_t *n);
/* Channels' addresses of loaded programs to which nothing is sent any more: their receivers answered that they are
 * gone. */
#define JR_STATUS_GONE 410
struct jr_disabled {
    struct jn_str channel, url; /* url: as in the program, a name of a variable perhaps */
    int64_t since;
};
void jr_engine_disabled(const struct jr_engine *engine, struct jn_arena *arena, struct jr_disabled **out, uint32_t *n);
/* Sends to the channel again, by whatever address; without a name to all. JN_NOT_FOUND: there is no such channel. */
jn_rc jr_engine_enable(struct jr_engine *engine, struct jn_str channel, struct jn_arena *arena, struct jn_err *err);

/* What is wrong in a store that can be read. */
enum jr_finding_kind {
#define FINDING(name, word, text, advice) JR_FINDING_##name,
#include "journey/tbl/findings.def"
#undef FINDING
    JR_FINDINGS
};
struct jr_finding {
    enum jr_finding_kind kind;
    uint64_t number;        /* of the customer, run or delivery; 0: of none */
    struct jn_str customer; /* outside id, when it is known */
    struct jn_str detail;   /* may be empty */
};
struct jr_examined {
    uint64_t programs, customers, runs, timers, deliveries, findings;
};
const char *jr_finding_word(enum jr_finding_kind kind);
const char *jr_finding_text(enum jr_finding_kind kind);
const char *jr_finding_advice(enum jr_finding_kind kind);
/* Looks through everybody's rows, and writes nothing: each is read as the engine does, and set against the others.
 * `found` is told what is wrong, and may be NULL; texts live until it returns. An error is one of reading at all. */
jn_rc jr_engine_examine(struct jr_engine *engine, void (*found)(void *user, const struct jr_finding *finding),
                        void *user, struct jr_examined *out, struct jn_err *err);
/* Figures that are counted from rows are set to what the rows say: after rows were taken out of a store. */
jn_rc jr_engine_recount(struct jr_engine *engine, struct jn_err *err);

/* Messages by what has become of them. */
struct jr_outbox {
    uint64_t pending; /* on their way, as far as they have been read back since the start */
    uint64_t dead;    /* given up and not replayed */
    uint64_t sent;    /* accepted, ever */
};
jn_rc jr_engine_outbox(struct jr_engine *engine, struct jn_arena *arena, struct jr_outbox *out, struct jn_err *err);

/* A journey is paused (nobody enters, nobody goes on; exits and goals still end runs), resumed or stopped (everybody
 * inside leaves as `stopped`, messages that have not begun to leave are cancelled, nobody enters). */
enum jr_journey_state { JR_JOURNEY_LIVE, JR_JOURNEY_PAUSED, JR_JOURNEY_STOPPED };
enum jr_control_verb { JR_CONTROL_PAUSE, JR_CONTROL_RESUME, JR_CONTROL_STOP };
/* What becomes of those who should have gone on meanwhile: all go on at once; they do, but what they would be sent on
 * the way to their next wait is not; they go on within spread_s. */
enum jr_overdue { JR_OVERDUE_REPLAY, JR_OVERDUE_SKIP, JR_OVERDUE_SPREAD };
struct jr_control {
    enum jr_control_verb verb;
    bool running; /* PAUSE: waits go on; else they last longer by the length of the pause */
    enum jr_overdue overdue;
    uint32_t spread_s;
};
/* Decided durably before it returns, carried out within the following turns. JN_NOT_FOUND: no such journey.
 * JN_CONFLICT: it cannot be, as it is. */
jn_rc jr_engine_control(struct jr_engine *engine, struct jn_str journey, const struct jr_control *what, int64_t now,
                        struct jn_arena *arena, struct jn_err *err);
/* `since` (may be NULL): when it was paused or stopped. */
enum jr_journey_state jr_engine_state(const struct jr_engine *engine, struct jn_str journey, int64_t *since);

/* What runs hold for that a person decides, with number > after, at most max; *next: after which there is more, or 0.
 */
struct jr_approval {
    uint64_t number;
    struct jn_str id; /* "NUMBER-8 hexadecimal digits" */
    struct jn_str journey, step;
    struct jn_str customer; /* outside id */
    struct jn_str text, by; /* what is asked, and of whom */
    int64_t since, until;
};
jn_rc jr_engine_approvals(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                          struct jr_approval **out, uint32_t *n, uint64_t *next, struct jn_err *err);
/* Whether `by` may decide the approval of that id: JN_NOT_FOUND when it was never asked for, or so long ago that it is
 * forgotten; JN_CONFLICT when it is over, with how; JN_UNPROCESSABLE when somebody else decides it. A decision that is
 * overtaken on its way to the turn is answered there as JR_ANSWER_DUPLICATE, with why. */
jn_rc jr_engine_approval(struct jr_engine *engine, struct jn_str id, struct jn_str by, struct jn_arena *arena,
                         struct jn_err *err);

/* What is known of a customer: for the API, and for `expect` in tests. */
struct jr_run_view {
    uint64_t run;
    struct jn_str journey, key, stage, step;
    struct jn_str ended;   /* empty while it is live; else the name it ended as */
    struct jn_str parked;  /* why it cannot go on; empty when it can */
    struct jn_str held;    /* why its message is held back until `due`; empty: it is not */
    struct jn_str version; /* hex of the program's id */
    int64_t entered, due;
    const struct jn_str *goal; /* reached */
    uint32_t n_goal;
    const struct jn_str *slot_name; /* what the journey has named, and its value */
    const struct jn_value *slot;
    uint32_t n_slot;
    /* Why: what began it (empty: not known any more), whether it is in a control group, so that nothing is sent; events
     * that it waits for; where its step is written; the arms that the customer is drawn for. */
    struct jn_str trigger;
    bool control;
    const struct jn_str *awaits;
    uint32_t n_awaits;
    struct jn_str file;
    uint32_t line;
    const struct jr_arm_view *arm;
    uint32_t n_arm;
};
struct jr_arm_view {
    struct jn_str split, arm;
    uint32_t drawn, below; /* of 10,000 */
};

/* What says that the customer of this id was erased, without saying who that is: the same for the same id. */
struct jn_str jr_engine_receipt(const struct jr_engine *engine, struct jn_str id, struct jn_arena *arena);
/* After an erasure bytes may be left in the store's files until it is written anew, during which the caller waits.
 * *done is false when it has more than `max` bytes. */
bool jr_engine_wants_rewrite(const struct jr_engine *engine);
jn_rc jr_engine_rewrite(struct jr_engine *engine, uint64_t max, bool *done, struct jn_err *err);

/* Runs that cannot go on, with number > after, at most max; `customer` by its outside id, `parked` says why. */
struct jr_parked {
    struct jn_str customer;
    struct jr_run_view run;
};
jn_rc jr_engine_parked(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                       struct jr_parked **out, uint32_t *n, struct jn_err *err);
/* JN_NOT_FOUND when the run is none of them. */
jn_rc jr_engine_is_parked(struct jr_engine *engine, uint64_t run, struct jn_err *err);
uint64_t jr_engine_parked_count(const struct jr_engine *engine);

struct jr_customer_view {
    struct jn_str id;
    bool known;                 /* as a person: by more than a device's id */
    const struct jn_str *alias; /* every id, `id` first */
    uint32_t n_alias;
    const struct jn_str *attr_name;
    const struct jn_value *attr; /* presets of the current program included */
    uint32_t n_attr;
    const struct jn_str *tag;
    uint32_t n_tag;
    const struct jn_str *topic; /* of the current program, and whether the customer consents: said or by its rule */
    const bool *consents;
    uint32_t n_topic;
    const struct jr_run_view *run; /* live ones, and ended ones whose goal window is open */
    uint32_t n_run;
};

/* JN_NOT_FOUND for an unknown customer. */
jn_rc jr_engine_customer(struct jr_engine *engine, struct jn_str id, struct jn_arena *arena,
                         struct jr_customer_view *out, struct jn_err *err);

/* Everything that is kept of a customer. Names that no loaded version has any more are empty: what is kept is a hash.
 */
struct jr_held_entry {
    struct jn_str journey;
    bool keyed; /* under a key */
    int64_t at;
};
struct jr_held_slot { /* a message that caps count */
    struct jn_str journey, channel;
    int64_t at;
};
struct jr_held_message {
    struct jr_delivery delivery;
    enum jr_delivery_state state; /* APPROVAL: a request, of which the delivery holds nothing */
    struct jn_str stage, step;    /* where it was written */
    uint64_t run;
};
struct jr_held {
    struct jr_customer_view view;
    const struct jn_str *said; /* topics that something was said of; empty: of all others */
    const bool *said_in;
    uint32_t n_said;
    const struct jr_held_entry *entry; /* when journeys were last entered */
    uint32_t n_entry;
    const struct jr_held_slot *slot;
    uint32_t n_slot;
    const struct jr_row_event *event; /* oldest first */
    uint32_t n_event;
    const struct jr_held_message *message; /* on their way, given up, waiting for a decision */
    uint32_t n_message;
    const struct jr_delivery *sent; /* those of the last JR_SENT_MAX accepted ones, newest first */
    uint32_t n_sent;
    const struct jr_row_quarantine *quarantined;
    uint32_t n_quarantined;
};
jn_rc jr_engine_held(struct jr_engine *engine, struct jn_str id, int64_t now, struct jn_arena *arena,
                     struct jr_held *out, struct jn_err *err);

/* … as of an instant, where what is computed moves with time; at engine time's, when `now` lies before it. */
jn_rc jr_engine_customer_at(struct jr_engine *engine, struct jn_str id, int64_t now, struct jn_arena *arena,
                            struct jr_customer_view *out, struct jn_err *err);

/* Per journey of the current program and per (journey, name) counts, kept as counters in the store. */
enum jr_count_kind {
    JR_COUNT_ENTERED,
    JR_COUNT_LEFT,
    JR_COUNT_GOAL,
    JR_COUNT_SENT,
    JR_COUNT_FAILED,
    JR_COUNT_IGNORED,
    JR_COUNT_OUTSIDE,    /* would have entered, but for the rollout */
    JR_COUNT_GHOST,      /* messages not sent: control group */
    JR_COUNT_NO_CONSENT, /* … no consent to their topic */
    JR_COUNT_QUIET,      /* … dropped in quiet hours */
    JR_COUNT_CAPPED,     /* … a cap was full */
    JR_COUNT_ANSWERED,   /* questions to services; name: service */
    JR_COUNT_DEFAULTED,  /* … without an answer of use: the defaults stood */
    JR_COUNT_LATE,       /* … whose answer nobody waited for any more */
    JR_COUNT_APPROVED,   /* decisions of people; name: who decides */
    JR_COUNT_REJECTED,   /* … */
    JR_COUNT_UNANSWERED, /* … that nobody gave in time */
    JR_COUNTS
};
struct jr_count {
    enum jr_count_kind kind;
    struct jn_str journey, name; /* name: reason, goal or message */
    uint64_t value;
};
jn_rc jr_engine_counts(struct jr_engine *engine, struct jn_arena *arena, struct jr_count **out, uint32_t *n,
                       struct jn_err *err);

#endif

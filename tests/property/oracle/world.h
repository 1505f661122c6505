/* One customer's world as the oracle sees it: what has happened, what is known, and every run. */
#ifndef TESTS_PROPERTY_ORACLE_WORLD_H
#define TESTS_PROPERTY_ORACLE_WORLD_H

#include "days.h"
#include "value.h"

#define RUNS   4096
#define FRAMES 64
#define STORED 4096
#define POSTED 4096
#define MARKS  32
#define NEVER  INT64_MAX
#define TYPES  5 /* of events: 1 … 3, and `opened` */
#define NOBODY UINT32_MAX

enum { OPENED = 4 };

struct event {
    int type;
    int64_t at;
    struct value x, t, c, message;
};

/* A list of statements half done; `repeat` when it is the body of one. */
struct frame {
    const struct jc_node *next;
    const struct jc_node *repeat;
    int64_t rounds, start;
};

struct run {
    const struct jc_node *journey;
    struct value key;
    bool live, goal;
    int64_t entered;
    uint32_t entry_seq, stage_seq, mark; /* stored events before these are not looked at */
    const struct jc_node *stage;
    struct frame frame[FRAMES];
    uint32_t n_frame;
    struct value v, w, score, tier;
    int seen[TYPES];            /* stored event of each type that it last matched; -1: none */
    const struct jc_node *hold; /* statement it holds at, NULL while it moves */
    int64_t due;
    /* A send that is not over: the message it is at, and why it holds. */
    const struct jc_node *message;
    bool held; /* back, by quiet hours or a cap */
    int64_t held_since;
    uint32_t place;
    uint32_t awaits;   /* the post whose end it holds for, NOBODY: none */
    uint32_t asked;    /* since when it holds for a decision: how many others were asked for before */
    bool used[STORED]; /* stored events that passed a wait of it */
};

/* What was written to the outbox: a message or a question. */
struct post {
    uint32_t run;
    const struct jc_node *message, *journey; /* declarations; `message` of a question is its service */
    int64_t sent, told;                      /* when what became of it is told; NEVER: it has been */
    enum fate_end end;
    struct fate fate;
    bool asks, counts; /* `counts`: it takes a slot of caps */
};

struct mark {
    const struct jc_node *journey;
    struct value key;
    int64_t at;
};

struct world {
    const struct jc_node *file;
    struct jn_buf *out, *content;
    const struct chance *chance;
    int64_t now;
    struct value n, m, t, d, g, l;
    bool tag[2], consent_said[2], consent_in[2]; /* of `p`, `q`; of `news`, `promo` */
    struct event stored[STORED];
    uint32_t n_stored;
    struct event queue[STORED]; /* emitted, not yet in effect */
    uint32_t queue_first, queue_end;
    struct run run[RUNS];
    uint32_t n_run;
    struct post post[POSTED];
    uint32_t n_post;
    uint32_t n_asked; /* decisions */
    struct mark mark[MARKS];
    uint32_t n_mark;
    bool member;        /* of the segment that a journey is entered by */
    int64_t settled;    /* up to which instant it is known what has become true */
    int64_t every_done; /* up to which instant `enter every` has been looked at */
    int64_t window[64]; /* lengths that the file writes */
    uint32_t n_window;
    bool hourly; /* something in the file may change at any hour */
};

/* ---- the file */
const struct jc_node *declared(const struct world *w, enum jc_kind kind, struct jn_str name);
const struct jc_node *line_of(const struct jc_node *parent, enum jc_kind kind);
int64_t journey_shift(const struct jc_node *journey); /* its zone, ms ahead of UTC */

/* ---- expressions (judge.c); `run` and `candidate` may be NULL */
struct value judge(const struct world *w, const struct run *run, const struct event *candidate,
                   const struct jc_node *node);
bool holds(const struct world *w, const struct run *run, const struct event *candidate, const struct jc_node *node);

/* ---- runs (runs.c) */
void tell(struct world *w, const struct jc_node *journey, const char *what, struct jn_str name);
void leave(struct world *w, struct run *run, struct jn_str as);
bool must_leave(struct world *w, struct run *run);
void push(const struct world *w, struct run *run, const struct jc_node *block, const struct jc_node *repeat);
void hold(struct run *run, const struct jc_node *node, int64_t due);
void move(struct world *w, struct run *run);
void enter_stage(struct world *w, struct run *run, const struct jc_node *stage);
int type_of(const struct jc_node *name); /* of an event */
bool key_fits(const struct run *run, const struct event *event);
bool alternative_passes(const struct world *w, const struct run *run, const struct jc_node *wait, uint32_t stored);
void pass(struct world *w, struct run *run, const struct jc_node *wait, uint32_t stored);
/* The first such time on one of the days that is not before `from`. */
int64_t civil_time(const struct run *run, const struct jc_node *days, const struct jc_node *time, int64_t from);

/* ---- who comes in, and what has become true (oracle.c) */
void enter(struct world *w, const struct jc_node *journey, uint32_t stored); /* NOBODY: by no event */
void settle(struct world *w);

/* ---- messages and questions (outbox.c) */
void send(struct world *w, struct run *run, const struct jc_node *node, const struct jc_node *message, bool ordered);
void ask(struct world *w, struct run *run, const struct jc_node *node);
void unanswered(struct world *w, struct run *run);
void cancel(struct world *w, uint32_t post);
/* The next end of a post, NEVER: none; and what it does. */
int64_t next_told(const struct world *w, uint32_t *post);
void told(struct world *w, uint32_t post);

#endif

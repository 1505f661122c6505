/* A journey's flow graph with times on its ways, and what lints share. Private to this folder. */
#ifndef LINT_FLOW_H
#define LINT_FLOW_H

#include "compiler/lint/lint.h"

#define LINT_EVER INT64_MAX /* no bound */

/* A way out of a step. `least` is a time that can happen, `most` none is longer; both in ms. */
struct lint_way {
    uint32_t to;  /* step, from the journey's first */
    uint32_t nth; /* 0 next, 1 alt; of a split: which arm */
    int64_t least, most;
    int64_t lead; /* of `least`: what the wait for a time of day at the far end takes for who comes this way */
    bool closed;  /* the view that is looked at does not take it */
};

/* The time of day at which a run comes to a step. */
struct lint_clock {
    enum { LINT_CLOCK_NONE, LINT_CLOCK_KNOWN, LINT_CLOCK_OPEN } is; /* no run comes; just this one; any */
    uint32_t days;                                                  /* weekdays it may be, bit 0 Monday */
    int64_t time;                                                   /* ms since midnight, in the journey's zone */
    uint32_t source;                                                /* the step that waited for it; JN_NONE: entering */
    bool sure; /* else a date may have been past, or another journey may have started this one */
};

struct lint_flow {
    const struct jn_journey *journey;
    const struct jc_node *node; /* JOURNEY */
    uint32_t first, n;          /* steps */
    uint32_t *begin;            /* n + 1: the first way of each step */
    struct lint_way *way;
    struct lint_clock *clock; /* on arrival at each step */
    uint32_t *rounds;         /* how often repeats bring a run to each step, at most */
    bool circles;             /* a `go to` leads back */
    uint32_t *same;           /* steps that ask a condition which is asked again, or its opposite: groups in a row */
    uint32_t n_same, n_group;
};

struct lint {
    struct jc_unit *unit;
    const struct jn_program *program;
    struct jn_arena *arena; /* of one lint of one journey */
    struct lint_flow *flow; /* of the journey; NULL for those of the workspace */
};

/* ---- flow.c */
struct lint_flow *lint_flow_make(const struct jc_unit *unit, const struct jn_program *program, uint32_t journey,
                                 struct jn_arena *arena);
static inline const struct jn_step *lint_step(const struct lint *lint, uint32_t i) {
    return &lint->program->step[lint->flow->first + i];
}
/* Which sides of conditions that are asked more than once go together: each view closes all others. No view says that
 * there are too many of them. */
uint32_t lint_views(const struct lint_flow *flow);
void lint_view(const struct lint *lint, uint32_t view);
void lint_view_all(const struct lint *lint); /* opens every way */
/* The earliest arrival at each step over open ways, LINT_EVER where there is none; `from` (or NULL) is the step before.
 */
int64_t *lint_earliest(const struct lint *lint, uint32_t start, uint32_t *from);

/* ---- time.c */
int64_t lint_add(int64_t a, int64_t b); /* stays at LINT_EVER */
/* Whether the expression is one value. */
bool lint_constant(const struct jn_program *program, uint32_t expr, struct jn_value *out);
int64_t lint_shortest(struct jn_value duration); /* on any calendar, in any zone */
int64_t lint_longest(struct jn_value duration);
struct jn_str lint_say_time(struct jn_arena *arena, int64_t ms); /* 1 day 2 hours */
struct jn_str lint_say_clock(struct jn_arena *arena, int64_t time);

/* ---- clock.c */
void lint_clocks(const struct jn_program *program, struct lint_flow *flow, struct jn_arena *arena);
/* The clock behind a step, by the way taken. */
struct lint_clock lint_clock_behind(const struct jn_program *program, const struct lint_flow *flow, uint32_t i,
                                    uint32_t nth);
/* The next of the weekdays at a time, for who comes by a clock: ms, 0 when it may be at once. */
int64_t lint_clock_gap(const struct lint_clock *from, uint32_t weekdays, int64_t time);

/* ---- quiet.c */
/* Whether the workspace or the journey has quiet hours of this kind. */
bool lint_has_quiet(const struct jn_program *program, const struct jn_journey *journey, enum jn_quiet_mode mode);
/* The quiet hours that cover a time of day in the customer's zone, or NULL; `to` is when a message could go. */
const struct jn_quiet *lint_quiet_at(const struct jn_program *program, const struct jn_journey *journey, int64_t time,
                                     int64_t *to);

/* ---- caps.c */
/* Whether a cap may hold a send; whether that or quiet hours may. */
bool lint_may_be_capped(const struct jn_program *program, const struct jn_journey *journey, const struct jn_step *step,
                        enum jn_cap_mode mode);
bool lint_may_be_held(const struct jn_program *program, const struct jn_journey *journey, const struct jn_step *step);

/* The line of a block that became its nth cap. */
const struct jc_node *lint_nth_cap(const struct jc_node *block, uint32_t nth);

/* ---- tell.c: places and words */
const struct jc_node *lint_origin(const struct lint *lint, uint32_t i);
/* The statement's first line. */
struct jc_span lint_place(const struct lint *lint, const struct jc_node *node);
struct jc_span lint_step_place(const struct lint *lint, uint32_t i);
struct jn_str lint_step_name(const struct lint *lint, uint32_t i); /* its stable name, or what it is */
const struct jc_node *lint_line(const struct jc_node *block, enum jc_kind kind);
/* Notes along a path: what goes out when, which side is taken. At most ten of them. */
void lint_witness(const struct lint *lint, struct jc_diag *diag, const uint32_t *path, uint32_t n);
/* The path that ends at a step, by who came before; *n steps. */
const uint32_t *lint_path(const struct lint *lint, const uint32_t *from, uint32_t start, uint32_t end, uint32_t *n);

#define LINT(name, scope, text) void lint_##name(const struct lint *lint);
#include "compiler/lint/lints.def"
#undef LINT

#endif

#include "oracle.h"

#include <stdlib.h>

#include "core/check.h"
#include "world.h"

/* ---- who comes in */

static struct mark *mark_of(struct world *w, const struct jc_node *journey, struct value key) {
    for (uint32_t i = 0; i < w->n_mark; i++)
        if (w->mark[i].journey == journey && value_same(w->mark[i].key, key)) return &w->mark[i];
    return NULL;
}

static bool is_closed(const struct world *w, const struct jc_node *journey) {
    const struct jc_node *starts = line_of(journey, JC_JY_STARTS), *ends = line_of(journey, JC_JY_ENDS);
    int64_t day = (w->now + journey_shift(journey)) / DAY_MS;
    return (starts != NULL && day < starts->kid[0]->value.i) || (ends != NULL && day > ends->kid[0]->value.i);
}

static bool may_return(const struct world *w, const struct jc_node *journey, const struct mark *mark) {
    const struct jc_node *reenter = line_of(journey, JC_REENTER);
    if (mark == NULL || reenter->flags == JN_REENTER_ALWAYS) return true;
    return reenter->flags == JN_REENTER_AFTER && w->now >= mark->at + value_ms(reenter->kid[0]);
}

static void begin(struct world *w, const struct jc_node *journey, struct value key, uint32_t stored) {
    JN_CHECK(w->n_run < RUNS);
    struct run *run = &w->run[w->n_run++];
    uint32_t from = stored == NOBODY ? w->n_stored : stored + 1;
    *run = (struct run){.journey = journey,
                        .key = key,
                        .live = true,
                        .entered = w->now,
                        .entry_seq = from,
                        .mark = from,
                        .awaits = NOBODY};
    for (int i = 0; i < TYPES; i++)
        run->seen[i] = -1;
    if (stored != NOBODY) run->seen[w->stored[stored].type] = (int)stored;
    tell(w, journey, "entered", JN_STR(""));
    if (must_leave(w, run)) return;
    enter_stage(w, run, line_of(journey, JC_STAGE));
    move(w, run);
}

/* By a stored event, or by none. */
void enter(struct world *w, const struct jc_node *journey, uint32_t stored) {
    const struct jc_node *by = line_of(journey, JC_ENTER);
    struct run *live = NULL;
    struct value key = NOTHING;
    if (stored != NOBODY && by->kid[1] != NULL && !holds(w, NULL, &w->stored[stored], by->kid[1])) return;
    if (is_closed(w, journey)) return;
    if (line_of(journey, JC_KEY) != NULL) {
        if (stored == NOBODY || w->stored[stored].t.kind == MISSING) return;
        key = w->stored[stored].t;
    }
    for (uint32_t i = 0; i < w->n_run; i++)
        if (w->run[i].live && w->run[i].journey == journey && value_same(w->run[i].key, key)) live = &w->run[i];
    if (live != NULL && line_of(journey, JC_ON_REPEAT) == NULL) return;
    struct mark *mark = mark_of(w, journey, key);
    if (live == NULL && !may_return(w, journey, mark)) return;
    if (w->chance->rollout && line_of(journey, JC_JY_ROLLOUT) != NULL) return;
    if (live != NULL) leave(w, live, JN_STR("restarted"));
    JN_CHECK(w->n_mark < MARKS);
    if (mark == NULL) mark = &w->mark[w->n_mark++];
    *mark = (struct mark){journey, key, w->now};
    begin(w, journey, key, stored);
}

/* Journeys that are entered by a segment, `every` so often or by joining it. */
static void enter_by_segment(struct world *w, enum jc_kind kind) {
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next) {
        const struct jc_node *line = node->kind == JC_JOURNEY ? line_of(node, kind) : NULL;
        if (line == NULL) continue;
        const struct jc_node *segment = kind == JC_ENTER_EVERY ? line->kid[2] : line->kid[0];
        bool in = holds(w, NULL, NULL, declared(w, JC_SEGMENT, segment->text)->kid[0]);
        if (kind == JC_ENTER_EVERY ? in : in && !w->member) enter(w, node, NOBODY);
    }
}

/* ---- events */

static void meet(struct world *w, struct run *run, uint32_t stored) {
    const struct event *event = &w->stored[stored];
    const struct jc_node *exit = line_of(run->journey, JC_EXIT_WHEN), *goal = line_of(run->journey, JC_GOAL);
    bool fits = event->type == 3 && key_fits(run, event);
    if (run->live && exit != NULL && fits && holds(w, run, event, exit->kid[1])) leave(w, run, JN_STR("e3"));
    bool counts = goal != NULL && !run->goal && fits && w->now <= run->entered + value_ms(goal->kid[2]);
    if (counts && holds(w, run, event, goal->kid[1])) {
        run->goal = true;
        tell(w, run->journey, "goal", goal->text);
        if (goal->flags == 1 && run->live) leave(w, run, goal->text);
    }
    if (!run->live || run->hold == NULL || run->hold->kind != JC_WAIT_FOR) return;
    if (!alternative_passes(w, run, run->hold, stored)) return;
    pass(w, run, run->hold, stored);
    move(w, run);
}

static void happen(struct world *w, struct event event) {
    JN_CHECK(w->n_stored < STORED);
    uint32_t stored = w->n_stored++, n = w->n_run;
    event.at = w->now;
    w->stored[stored] = event;
    for (uint32_t i = 0; i < n; i++)
        meet(w, &w->run[i], stored);
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next) {
        const struct jc_node *by = node->kind == JC_JOURNEY ? line_of(node, JC_ENTER) : NULL;
        if (by != NULL && type_of(by->kid[0]) == event.type) enter(w, node, stored);
    }
}

/* ---- what becomes true */

static bool settle_run(struct world *w, struct run *run) {
    if (must_leave(w, run)) return true;
    if (!run->live || run->hold == NULL || run->hold->kind != JC_WAIT_IF) return false;
    if (!holds(w, run, NULL, run->hold->kid[3])) return false;
    const struct jc_node *then = run->hold->kid[1];
    run->hold = NULL;
    run->mark = w->n_stored;
    push(w, run, then, NULL);
    move(w, run);
    return true;
}

static bool is_member(const struct world *w) {
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next) {
        const struct jc_node *line = node->kind == JC_JOURNEY ? line_of(node, JC_ENTER_JOINS) : NULL;
        if (line != NULL) return holds(w, NULL, NULL, declared(w, JC_SEGMENT, line->kid[0]->text)->kid[0]);
    }
    return false;
}

/* What has become true since: emitted events first, then states, then who has joined; until nothing moves. */
void settle(struct world *w) {
    w->settled = w->now;
    for (bool moved = true; moved;) {
        moved = w->queue_first < w->queue_end;
        if (moved) {
            happen(w, w->queue[w->queue_first++]);
            continue;
        }
        for (uint32_t i = 0; i < w->n_run && !moved; i++)
            moved = settle_run(w, &w->run[i]);
        if (moved) continue;
        bool was = w->member, is = is_member(w);
        if (is && !was) {
            enter_by_segment(w, JC_ENTER_JOINS);
            moved = true;
        }
        w->member = is;
    }
}

/* ---- time */

static bool fires_before(const struct run *a, const struct run *b) {
    const struct jc_node *x = line_of(a->journey, JC_JY_PRIORITY), *y = line_of(b->journey, JC_JY_PRIORITY);
    int64_t a_rank = x == NULL ? 0 : value_literal(x->kid[0]).n, b_rank = y == NULL ? 0 : value_literal(y->kid[0]).n;
    if (a->due != b->due) return a->due < b->due;
    if (a->held != b->held) return b->held;
    if (!a->held) return a < b;
    if (a_rank != b_rank) return a_rank > b_rank;
    return a->held_since != b->held_since ? a->held_since < b->held_since : a->place < b->place;
}

/* The next hold that ends; NULL: none. */
static struct run *next_due(struct world *w) {
    struct run *soonest = NULL;
    for (uint32_t i = 0; i < w->n_run; i++) {
        struct run *run = &w->run[i];
        if (!run->live || run->hold == NULL || run->due == NEVER) continue;
        if (soonest == NULL || fires_before(run, soonest)) soonest = run;
    }
    return soonest;
}

static void fire(struct world *w, struct run *run) {
    const struct jc_node *held = run->hold;
    bool waited = held->kind == JC_WAIT_FOR || held->kind == JC_WAIT_IF || held->kind == JC_APPROVE;
    if (held->kind == JC_ASK) {
        unanswered(w, run);
        run->awaits = NOBODY;
    } else if (!run->held) {
        run->mark = w->n_stored;
    }
    run->hold = NULL;
    if (run->held)
        send(w, run, held, run->message, true);
    else if (waited)
        push(w, run, held->kid[2], NULL);
    move(w, run);
    settle(w);
}

/* When something may become true by itself: an event leaves a window, an hour begins. */
static int64_t next_tick(const struct world *w) {
    int64_t soonest = w->hourly ? (w->settled / HOUR_MS + 1) * HOUR_MS : NEVER;
    for (uint32_t i = 0; i < w->n_stored; i++)
        for (uint32_t k = 0; k < 2 * w->n_window; k++) {
            int64_t at = w->stored[i].at + w->window[k / 2] + k % 2;
            if (at > w->settled && at < soonest) soonest = at;
        }
    return soonest;
}

static int64_t next_every(const struct world *w) {
    int64_t soonest = NEVER;
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next) {
        const struct jc_node *line = node->kind == JC_JOURNEY ? line_of(node, JC_ENTER_EVERY) : NULL;
        struct run of = {.journey = node};
        int64_t at = line == NULL ? NEVER : civil_time(&of, line->kid[0], line->kid[1], w->every_done + 1);
        if (at < soonest) soonest = at;
    }
    return soonest;
}

static void note_node(void *user, const struct jc_node *node) {
    struct world *w = user;
    bool window = node->kind == JC_HISTORY && node->kid[1] != NULL;
    const struct jc_node *duration = window ? node->kid[1] : node;
    if (node->kind == JC_NAME && (jn_str_is(node->text, "now") || jn_str_is(node->text, "today"))) w->hourly = true;
    if (!window && (node->kind != JC_LITERAL || node->value.type != JN_T_DURATION)) return;
    for (uint32_t i = 0; i < w->n_window; i++)
        if (w->window[i] == value_ms(duration)) return;
    JN_CHECK(w->n_window < sizeof(w->window) / sizeof(*w->window));
    w->window[w->n_window++] = value_ms(duration);
}

/* Everything that is due up to the instant, in order: what comes back from outside, then runs, then time itself, and at
 * last what was held back. */
static void pass_time(struct world *w, int64_t until) {
    for (;;) {
        uint32_t post = 0;
        struct run *run = next_due(w);
        int64_t told_at = next_told(w, &post), due = run == NULL ? NEVER : run->due;
        int64_t tick = next_tick(w), every = next_every(w), own = tick < every ? tick : every;
        int64_t at = told_at < due ? told_at : due;
        if (own < at) at = own;
        if (at > until) return;
        w->now = at;
        if (told_at == at) {
            told(w, post);
        } else if (due == at && (own > at || !run->held)) {
            fire(w, run);
        } else {
            if (every == at) {
                w->every_done = at;
                enter_by_segment(w, JC_ENTER_EVERY);
            }
            settle(w);
        }
    }
}

/* ---- deeds */

/* Of what is asked of people, what has waited longest. */
static void decide(struct world *w, bool approved) {
    struct run *run = NULL;
    for (uint32_t i = 0; i < w->n_run; i++) {
        struct run *other = &w->run[i];
        if (!other->live || other->hold == NULL || other->hold->kind != JC_APPROVE) continue;
        if (run == NULL || other->asked < run->asked) run = other;
    }
    if (run == NULL) return; /* nothing has happened */
    const struct jc_node *node = run->hold;
    run->hold = NULL;
    run->mark = w->n_stored;
    push(w, run, node->kid[approved ? 1 : 2], NULL);
    move(w, run);
    settle(w);
}

static void act(struct world *w, const struct deed *deed) {
    static const char *const MESSAGE[] = {"m0", "m1", "m2", "m3"};
    struct event event = {.type = deed->event};
    if (deed->kind == DEED_CONSENT) {
        w->consent_said[deed->event] = true;
        w->consent_in[deed->event] = deed->in;
        settle(w);
        return;
    }
    if (deed->kind == DEED_DECISION) {
        decide(w, deed->in);
        return;
    }
    if (deed->kind == DEED_OPENED) {
        event.type = OPENED;
        event.message = value_text(jn_str_z(MESSAGE[deed->event]));
    } else {
        if (deed->x != INT64_MIN) event.x = value_of(NUMBER, deed->x * ONE);
        if (deed->t != NULL) event.t = value_text(jn_str_z(deed->t));
        if (deed->c != INT64_MIN) event.c = value_of(MONEY, deed->c * ONE);
    }
    happen(w, event);
    settle(w);
}

void oracle_tell(const struct jc_node *file, const struct chance *chance, const struct deed *deed, uint32_t n,
                 int64_t end, struct jn_buf *out, struct jn_buf *content) {
    struct world *w = jn_alloc_zero(1, sizeof(*w));
    w->file = file;
    w->chance = chance;
    w->out = out;
    w->content = content;
    jc_walk(file->first, note_node, w);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t post = 0;
        /* What comes back at an instant comes before what is done at it; timers come behind both. */
        if (i > 0) pass_time(w, deed[i].at - 1);
        w->now = deed[i].at;
        if (i == 0) {
            w->member = is_member(w);
            w->every_done = w->settled = w->now;
        }
        while (next_told(w, &post) <= w->now)
            told(w, post);
        act(w, &deed[i]);
    }
    pass_time(w, end);
    free(w);
}

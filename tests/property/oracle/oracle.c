#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/value.h"

#define RUNS   64
#define FRAMES 64
#define STORED 4096
#define NEVER  INT64_MAX

enum kind { MISSING, NUMBER, TEXT, TRUTH };

struct value {
    enum kind kind;
    int64_t n;
    struct jn_str s;
};

struct event {
    int type; /* 1 … 3 */
    struct value x, t;
};

/* A list of statements half done; `repeat` when it is the body of one. */
struct frame {
    const struct jc_node *next;
    const struct jc_node *repeat;
    int64_t rounds, start;
};

struct run {
    bool live, goal;
    int64_t entered;
    uint32_t entry_seq, stage_seq; /* stored events before these are not looked at */
    const struct jc_node *stage;
    struct frame frame[FRAMES];
    uint32_t n_frame;
    struct value v, w;
    int seen[4];                /* stored event of each type that it last matched; -1: none */
    const struct jc_node *hold; /* statement it holds at, NULL while it moves */
    int64_t due;
    bool used[STORED]; /* stored events that passed a wait of it */
};

struct world {
    const struct jc_node *journey;
    struct jn_buf *out;
    int64_t now;
    struct value n, m, t;
    bool tag[2];
    struct event stored[STORED];
    uint32_t n_stored;
    struct event queue[STORED]; /* emitted, not yet in effect */
    uint32_t queue_first, queue_end;
    struct run run[RUNS];
    uint32_t n_run;
    bool ever;
    int64_t last_entry;
};

/* ---- values and conditions */

static const struct value NOTHING = {.kind = MISSING};

static struct value truth(bool b) {
    return (struct value){.kind = TRUTH, .n = b};
}

static bool same(struct value a, struct value b) {
    if (a.kind != b.kind) return false;
    return a.kind == TEXT ? jn_str_eq(a.s, b.s) : a.kind == MISSING || a.n == b.n;
}

static struct value literal(const struct jc_node *node) {
    if (node->value.type == JN_T_TEXT) return (struct value){.kind = TEXT, .s = jn_value_str(node->value)};
    if (node->value.type == JN_T_BOOL) return truth(node->value.i != 0);
    int64_t n = 0;
    (void)jn_dec_to_int(jn_value_to_dec(node->value), &n);
    return (struct value){.kind = NUMBER, .n = n};
}

static const struct event *event_seen(const struct world *w, const struct run *run, const struct event *candidate,
                                      int type) {
    if (candidate != NULL && candidate->type == type) return candidate;
    return run == NULL || run->seen[type] < 0 ? NULL : &w->stored[run->seen[type]];
}

static struct value read(const struct world *w, const struct run *run, const struct event *candidate,
                         const struct jc_node *node) {
    struct jn_str owner = node->kid[0]->text;
    char c = node->text.p[0];
    if (owner.p[0] == 'c') {
        struct value zero = {.kind = NUMBER};
        return c == 't' ? w->t : c == 'm' ? w->m : w->n.kind == MISSING ? zero : w->n;
    }
    const struct event *event = event_seen(w, run, candidate, owner.p[1] - '0');
    return event == NULL ? NOTHING : c == 'x' ? event->x : event->t;
}

static struct value eval(const struct world *w, const struct run *run, const struct event *candidate,
                         const struct jc_node *node);

static bool holds(const struct world *w, const struct run *run, const struct event *candidate,
                  const struct jc_node *node) {
    struct value v = eval(w, run, candidate, node);
    return v.kind == TRUTH && v.n != 0;
}

static struct value binary(const struct world *w, const struct run *run, const struct event *candidate,
                           const struct jc_node *node) {
    struct value a = eval(w, run, candidate, node->kid[0]), b = eval(w, run, candidate, node->kid[1]);
    bool known = a.kind != MISSING && b.kind != MISSING;
    switch ((enum jc_operator)node->flags) {
    case JC_OP_AND:
        return truth(a.n != 0 && b.n != 0);
    case JC_OP_OR:
        return truth(a.n != 0 || b.n != 0);
    case JC_OP_IS:
        return truth(same(a, b));
    case JC_OP_IS_NOT:
        return truth(!same(a, b));
    case JC_OP_LESS:
        return truth(known && a.n < b.n);
    case JC_OP_AT_MOST:
        return truth(known && a.n <= b.n);
    case JC_OP_MORE:
        return truth(known && a.n > b.n);
    case JC_OP_AT_LEAST:
        return truth(known && a.n >= b.n);
    case JC_OP_DEFAULT:
        return a.kind != MISSING ? a : b;
    case JC_OP_PLUS:
        return known ? (struct value){.kind = NUMBER, .n = a.n + b.n} : NOTHING;
    case JC_OP_MINUS:
        return known ? (struct value){.kind = NUMBER, .n = a.n - b.n} : NOTHING;
    case JC_OP_NOT:
    case JC_OP_CONTAINS:
    case JC_OP_STARTS:
    case JC_OP_ENDS:
    case JC_OP_LIKE:
    case JC_OP_TIMES:
    case JC_OP_DIVIDE:
    case JC_OP_NEGATE:
    case JC_OPERATORS:
        break;
    }
    abort();
}

static struct value one_of(struct value value, const struct jc_node *list, bool not ) {
    bool found = false;
    for (const struct jc_node *element = list; element != NULL; element = element->next)
        found = found || same(value, literal(element));
    return truth(found != not );
}

static struct value eval(const struct world *w, const struct run *run, const struct event *candidate,
                         const struct jc_node *node) {
    if (node->kind == JC_LITERAL) return literal(node);
    if (node->kind == JC_MEMBER) return read(w, run, candidate, node);
    if (node->kind == JC_NAME) return node->text.p[0] == 'v' ? run->v : run->w;
    if (node->kind == JC_BINARY) return binary(w, run, candidate, node);
    if (node->kind == JC_UNARY) return truth(!holds(w, run, candidate, node->kid[0]));
    if (node->kind == JC_HAS_TAG) return truth(w->tag[node->text.p[0] - 'p']);
    if (node->kind == JC_IS_MISSING)
        return truth((eval(w, run, candidate, node->kid[0]).kind == MISSING) != (node->flags == 1));
    JN_CHECK(node->kind == JC_ONE_OF);
    return one_of(eval(w, run, candidate, node->kid[0]), node->first, node->flags == 1);
}

static int64_t lasts(const struct jc_node *duration) {
    int64_t n = duration->value.i;
    return duration->value.scale == JN_UNIT_MS ? n : n * 24 * 3600 * 1000; /* the zone is UTC */
}

/* ---- telling */

static void tell(struct world *w, const char *what, struct jn_str name) {
    jn_buf_printf(w->out, "%lld %s%s%.*s\n", (long long)w->now, what, name.n > 0 ? " " : "", JN_FMT(name));
}

static void leave(struct world *w, struct run *run, struct jn_str as) {
    run->live = false;
    run->hold = NULL;
    tell(w, "left", as);
}

static const struct jc_node *header(const struct world *w, enum jc_kind kind) {
    for (const struct jc_node *node = w->journey->first; node != NULL; node = node->next)
        if (node->kind == kind) return node;
    return NULL;
}

static bool must_leave(struct world *w, struct run *run) {
    const struct jc_node *exit_if = header(w, JC_EXIT_IF);
    if (!run->live || exit_if == NULL || !holds(w, run, NULL, exit_if->kid[0])) return false;
    leave(w, run, JN_STR("exit_if"));
    return true;
}

/* ---- moving */

static void push(struct run *run, const struct jc_node *first, const struct jc_node *repeat, int64_t now) {
    JN_CHECK(run->n_frame < FRAMES);
    run->frame[run->n_frame++] = (struct frame){.next = first, .repeat = repeat, .start = now};
}

static void hold(struct run *run, const struct jc_node *node, int64_t due) {
    run->hold = node;
    run->due = due;
}

static void enter_stage(struct world *w, struct run *run, const struct jc_node *stage) {
    run->stage = stage;
    run->stage_seq = w->n_stored;
    run->n_frame = 0;
    push(run, stage->first, NULL, w->now);
}

static bool alternative_passes(struct world *w, struct run *run, const struct jc_node *wait, uint32_t stored) {
    for (const struct jc_node *row = wait->first; row != NULL; row = row->next) {
        if (row->kid[0]->text.p[1] - '0' != w->stored[stored].type) continue;
        if (row->kid[2] == NULL || holds(w, run, &w->stored[stored], row->kid[2])) return true;
    }
    return false;
}

static void pass(struct world *w, struct run *run, const struct jc_node *wait, uint32_t stored) {
    for (const struct jc_node *row = wait->first; row != NULL; row = row->next)
        run->seen[row->kid[0]->text.p[1] - '0'] = -1;
    run->seen[w->stored[stored].type] = (int)stored;
    run->used[stored] = true;
    run->hold = NULL;
    if (wait->kid[1] != NULL) push(run, wait->kid[1]->first, NULL, w->now);
}

static void begin_wait_for(struct world *w, struct run *run, const struct jc_node *node) {
    static const uint32_t NOW = UINT32_MAX;
    uint32_t since = node->flags == 1 ? run->entry_seq : node->flags == 2 ? run->stage_seq : NOW;
    for (uint32_t i = since; since != NOW && i < w->n_stored; i++)
        if (!run->used[i] && alternative_passes(w, run, node, i)) {
            pass(w, run, node, i);
            return;
        }
    hold(run, node, w->now + lasts(node->kid[0]));
}

static void set(struct world *w, struct run *run, const struct jc_node *node) {
    struct value value = eval(w, run, NULL, node->kid[1]);
    char c = node->kid[0]->text.p[0];
    struct value *place = node->kid[0]->kind == JC_NAME ? (c == 'v' ? &run->v : &run->w)
                          : c == 'n'                    ? &w->n
                          : c == 'm'                    ? &w->m
                                                        : &w->t;
    *place = value;
}

static void emit(struct world *w, const struct run *run, const struct jc_node *node) {
    struct event event = {.type = node->kid[0]->text.p[1] - '0'};
    for (const struct jc_node *with = node->first; with != NULL; with = with->next)
        *(with->text.p[0] == 'x' ? &event.x : &event.t) = eval(w, run, NULL, with->kid[0]);
    JN_CHECK(w->queue_end < STORED);
    w->queue[w->queue_end++] = event;
}

static void match(struct world *w, struct run *run, const struct jc_node *node) {
    struct value value = eval(w, run, NULL, node->kid[0]);
    for (const struct jc_node *row = node->first; row != NULL; row = row->next)
        if (one_of(value, row->first, false).n != 0) {
            push(run, row->kid[1]->first, NULL, w->now);
            return;
        }
    if (node->kid[2] != NULL) push(run, node->kid[2]->first, NULL, w->now);
}

static void go_to(struct world *w, struct run *run, struct jn_str name) {
    for (const struct jc_node *node = w->journey->first; node != NULL; node = node->next)
        if (node->kind == JC_STAGE && jn_str_eq(node->text, name)) enter_stage(w, run, node);
}

static void statement(struct world *w, struct run *run, const struct jc_node *node) {
    if (node->kind == JC_SEND) {
        if (!must_leave(w, run)) tell(w, "sent", node->kid[0]->text);
    } else if (node->kind == JC_SET) {
        set(w, run, node);
    } else if (node->kind == JC_TAG || node->kind == JC_UNTAG) {
        w->tag[node->text.p[0] - 'p'] = node->kind == JC_TAG;
    } else if (node->kind == JC_WAIT) {
        hold(run, node, w->now + lasts(node->kid[0]));
    } else if (node->kind == JC_WAIT_FOR) {
        begin_wait_for(w, run, node);
    } else if (node->kind == JC_WAIT_IF) {
        if (!holds(w, run, NULL, node->kid[3]))
            hold(run, node, w->now + lasts(node->kid[0]));
        else if (node->kid[1] != NULL)
            push(run, node->kid[1]->first, NULL, w->now);
    } else if (node->kind == JC_APPROVE) {
        if (!must_leave(w, run)) hold(run, node, w->now + lasts(node->kid[0]));
    } else if (node->kind == JC_IF) {
        const struct jc_node *side = holds(w, run, NULL, node->kid[0]) ? node->kid[1] : node->kid[2];
        if (side != NULL) push(run, side->first, NULL, w->now);
    } else if (node->kind == JC_MATCH) {
        match(w, run, node);
    } else if (node->kind == JC_REPEAT) {
        push(run, node->kid[1]->first, node, w->now);
    } else if (node->kind == JC_STOP) {
        while (run->frame[--run->n_frame].repeat == NULL)
            ;
    } else if (node->kind == JC_EMIT) {
        emit(w, run, node);
    } else if (node->kind == JC_GO_TO) {
        go_to(w, run, node->text);
    } else {
        JN_CHECK(node->kind == JC_EXIT_AS);
        leave(w, run, node->text);
    }
}

/* A list has come to its end. */
static void end_of_list(struct world *w, struct run *run) {
    struct frame *frame = &run->frame[run->n_frame - 1];
    if (frame->repeat == NULL) {
        run->n_frame--;
        return;
    }
    int64_t most = literal(frame->repeat->kid[0]).n;
    if (++frame->rounds >= most) {
        run->n_frame--;
        return;
    }
    frame->next = frame->repeat->kid[1]->first;
    int64_t due = frame->start + frame->rounds * lasts(frame->repeat->kid[2]);
    if (due > w->now) hold(run, frame->repeat, due);
}

static void move(struct world *w, struct run *run) {
    while (run->live && run->hold == NULL) {
        if (run->n_frame == 0) {
            const struct jc_node *stage = run->stage->next;
            while (stage != NULL && stage->kind != JC_STAGE)
                stage = stage->next;
            if (stage == NULL)
                leave(w, run, JN_STR("completed"));
            else
                enter_stage(w, run, stage);
            continue;
        }
        struct frame *frame = &run->frame[run->n_frame - 1];
        const struct jc_node *next = frame->next;
        if (next == NULL) {
            end_of_list(w, run);
            continue;
        }
        frame->next = next->next;
        statement(w, run, next);
    }
}

/* ---- events */

static void enter(struct world *w, uint32_t stored) {
    const struct jc_node *enter = header(w, JC_ENTER), *reenter = header(w, JC_REENTER);
    struct run *live = NULL;
    for (uint32_t i = 0; i < w->n_run; i++)
        if (w->run[i].live) live = &w->run[i];
    if (enter->kid[1] != NULL && !holds(w, NULL, &w->stored[stored], enter->kid[1])) return;
    if (live != NULL && header(w, JC_ON_REPEAT) == NULL) return;
    bool banned = reenter->flags == 0 || (reenter->flags == 2 && w->now < w->last_entry + lasts(reenter->kid[0]));
    if (live == NULL && w->ever && banned) return;
    if (live != NULL) leave(w, live, JN_STR("restarted"));
    JN_CHECK(w->n_run < RUNS);
    struct run *run = &w->run[w->n_run++];
    *run = (struct run){.live = true, .entered = w->now, .entry_seq = stored + 1, .seen = {-1, (int)stored, -1, -1}};
    w->ever = true;
    w->last_entry = w->now;
    tell(w, "entered", JN_STR(""));
    if (must_leave(w, run)) return;
    const struct jc_node *stage = header(w, JC_STAGE);
    enter_stage(w, run, stage);
    move(w, run);
}

static void meet(struct world *w, struct run *run, uint32_t stored) {
    const struct event *event = &w->stored[stored];
    const struct jc_node *exit = header(w, JC_EXIT_WHEN), *goal = header(w, JC_GOAL);
    if (run->live && exit != NULL && event->type == 3 && holds(w, run, event, exit->kid[1]))
        leave(w, run, JN_STR("e3"));
    bool counts = goal != NULL && !run->goal && event->type == 3 && w->now <= run->entered + lasts(goal->kid[2]);
    if (counts && holds(w, run, event, goal->kid[1])) {
        run->goal = true;
        tell(w, "goal", goal->text);
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
    w->stored[stored] = event;
    for (uint32_t i = 0; i < n; i++)
        meet(w, &w->run[i], stored);
    if (event.type == 1) enter(w, stored);
}

/* What has become true since: emitted events first, then states, until nothing moves. */
static void settle(struct world *w) {
    for (bool moved = true; moved;) {
        moved = w->queue_first < w->queue_end;
        if (moved) {
            happen(w, w->queue[w->queue_first++]);
            continue;
        }
        for (uint32_t i = 0; i < w->n_run && !moved; i++) {
            struct run *run = &w->run[i];
            if (must_leave(w, run)) {
                moved = true;
            } else if (run->live && run->hold != NULL && run->hold->kind == JC_WAIT_IF &&
                       holds(w, run, NULL, run->hold->kid[3])) {
                const struct jc_node *then = run->hold->kid[1];
                run->hold = NULL;
                if (then != NULL) push(run, then->first, NULL, w->now);
                move(w, run);
                moved = true;
            }
        }
    }
}

static void decide(struct world *w, bool approves) {
    for (uint32_t i = 0; i < w->n_run; i++) {
        struct run *run = &w->run[i];
        if (!run->live || run->hold == NULL || run->hold->kind != JC_APPROVE) continue;
        push(run, run->hold->kid[approves ? 1 : 2]->first, NULL, w->now);
        run->hold = NULL;
        move(w, run);
        settle(w);
    }
}

/* The next hold that ends, at most at `until`; NULL: none. */
static struct run *next_due(struct world *w, int64_t until) {
    struct run *soonest = NULL;
    for (uint32_t i = 0; i < w->n_run; i++) {
        struct run *run = &w->run[i];
        if (run->live && run->hold != NULL && run->due <= until && (soonest == NULL || run->due < soonest->due))
            soonest = run;
    }
    return soonest;
}

static void pass_time(struct world *w, int64_t until) {
    struct run *run;
    while ((run = next_due(w, until)) != NULL) {
        const struct jc_node *held = run->hold;
        bool waited = held->kind == JC_WAIT_FOR || held->kind == JC_WAIT_IF || held->kind == JC_APPROVE;
        w->now = run->due;
        run->hold = NULL;
        if (waited && held->kid[2] != NULL) push(run, held->kid[2]->first, NULL, w->now);
        move(w, run);
        settle(w);
    }
}

void oracle_tell(const struct jc_node *file, const struct deed *deed, uint32_t n, int64_t end, struct jn_buf *out) {
    struct world *w = jn_alloc_zero(1, sizeof(*w));
    w->out = out;
    for (const struct jc_node *node = file->first; node != NULL; node = node->next)
        if (node->kind == JC_JOURNEY) w->journey = node;
    for (uint32_t i = 0; i < n; i++) {
        struct event event = {.type = deed[i].event};
        if (deed[i].x != INT64_MIN) event.x = (struct value){.kind = NUMBER, .n = deed[i].x};
        if (deed[i].t != NULL) event.t = (struct value){.kind = TEXT, .s = jn_str_z(deed[i].t)};
        pass_time(w, deed[i].at - 1);
        w->now = deed[i].at;
        if (deed[i].event >= DEED_APPROVES) {
            decide(w, deed[i].event == DEED_APPROVES);
            continue;
        }
        happen(w, event);
        settle(w);
    }
    pass_time(w, end);
    free(w);
}

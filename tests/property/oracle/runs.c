/* A run moves: statement after statement until it holds or ends. */
#include <stdlib.h>

#include "core/check.h"
#include "world.h"

/* ---- the file */

const struct jc_node *declared(const struct world *w, enum jc_kind kind, struct jn_str name) {
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next)
        if (node->kind == kind && jn_str_eq(node->text, name)) return node;
    abort();
}

const struct jc_node *line_of(const struct jc_node *parent, enum jc_kind kind) {
    for (const struct jc_node *node = parent->first; node != NULL; node = node->next)
        if (node->kind == kind) return node;
    return NULL;
}

int64_t journey_shift(const struct jc_node *journey) {
    const struct jc_node *line = line_of(journey, JC_JY_TIMEZONE);
    return line != NULL && jn_str_is(line->text, "Asia/Shanghai") ? 8 * HOUR_MS : 0;
}

/* ---- telling */

void tell(struct world *w, const struct jc_node *journey, const char *what, struct jn_str name) {
    jn_buf_printf(w->out, "%lld %s %.*s%s%.*s\n", (long long)w->now, what, JN_FMT(journey->text), name.n > 0 ? " " : "",
                  JN_FMT(name));
}

void leave(struct world *w, struct run *run, struct jn_str as) {
    bool asks = run->hold != NULL && run->hold->kind == JC_ASK;
    if (run->hold != NULL && run->awaits != NOBODY && !asks) cancel(w, run->awaits);
    run->live = run->held = false;
    run->hold = NULL;
    run->awaits = NOBODY;
    tell(w, run->journey, "left", as);
}

bool must_leave(struct world *w, struct run *run) {
    const struct jc_node *exit_if = line_of(run->journey, JC_EXIT_IF);
    if (!run->live || exit_if == NULL || !holds(w, run, NULL, exit_if->kid[0])) return false;
    leave(w, run, JN_STR("exit_if"));
    return true;
}

/* ---- moving */

void push(const struct world *w, struct run *run, const struct jc_node *block, const struct jc_node *repeat) {
    if (block == NULL) return;
    JN_CHECK(run->n_frame < FRAMES);
    run->frame[run->n_frame++] = (struct frame){.next = block->first, .repeat = repeat, .start = w->now};
}

void hold(struct run *run, const struct jc_node *node, int64_t due) {
    run->hold = node;
    run->due = due;
}

void enter_stage(struct world *w, struct run *run, const struct jc_node *stage) {
    if (run->stage != stage) run->stage_seq = w->n_stored;
    run->stage = stage;
    run->n_frame = 0;
    push(w, run, stage, NULL);
}

bool key_fits(const struct run *run, const struct event *event) {
    return line_of(run->journey, JC_KEY) == NULL || value_same(run->key, event->t);
}

int type_of(const struct jc_node *name) {
    return name->text.p[0] == 'o' ? OPENED : name->text.p[1] - '0';
}

bool alternative_passes(const struct world *w, const struct run *run, const struct jc_node *wait, uint32_t stored) {
    const struct event *event = &w->stored[stored];
    for (const struct jc_node *row = wait->first; row != NULL; row = row->next) {
        if (type_of(row->kid[0]) != event->type || !key_fits(run, event)) continue;
        if (row->kid[1] != NULL && !value_same(event->message, value_text(row->kid[1]->text))) continue;
        if (row->kid[2] == NULL || holds(w, run, event, row->kid[2])) return true;
    }
    return false;
}

void pass(struct world *w, struct run *run, const struct jc_node *wait, uint32_t stored) {
    for (const struct jc_node *row = wait->first; row != NULL; row = row->next)
        run->seen[type_of(row->kid[0])] = -1;
    run->seen[w->stored[stored].type] = (int)stored;
    run->used[stored] = true;
    run->hold = NULL;
    run->mark = w->n_stored;
    push(w, run, wait->kid[1], NULL);
}

static void begin_wait_for(struct world *w, struct run *run, const struct jc_node *node) {
    uint32_t since = node->flags == JN_SINCE_ENTRY   ? run->entry_seq
                     : node->flags == JN_SINCE_STAGE ? run->stage_seq
                                                     : run->mark;
    for (uint32_t i = since; i < w->n_stored; i++)
        if (!run->used[i] && alternative_passes(w, run, node, i)) {
            pass(w, run, node, i);
            return;
        }
    hold(run, node, w->now + value_ms(node->kid[0]));
}

static void begin_wait_if(struct world *w, struct run *run, const struct jc_node *node) {
    if (holds(w, run, NULL, node->kid[3]))
        push(w, run, node->kid[1], NULL);
    else
        hold(run, node, w->now + value_ms(node->kid[0]));
}

static void begin_approve(struct world *w, struct run *run, const struct jc_node *node) {
    if (must_leave(w, run)) return;
    run->asked = w->n_asked++;
    hold(run, node, w->now + value_ms(node->kid[0]));
}

/* The first such time on one of the days that is not before `from`. */
int64_t civil_time(const struct run *run, const struct jc_node *days, const struct jc_node *time, int64_t from) {
    int64_t shift = journey_shift(run->journey), day = (from + shift) / DAY_MS;
    for (;; day++) {
        int64_t at = day * DAY_MS + time->value.i - shift;
        bool fits = days == NULL || (days->flags >> ((day + 3) % 7) & 1) != 0; /* 1970-01-01 was a Thursday */
        if (fits && at >= from) return at;
    }
}

static int64_t civil_date(const struct world *w, const struct run *run, const struct jc_node *node) {
    struct value date = judge(w, run, NULL, node->kid[0]);
    int64_t shift = journey_shift(run->journey);
    if (date.kind == INSTANT && node->kid[1] == NULL) return date.n;
    int64_t day = date.kind == DATE ? date.n : (date.n + shift) / DAY_MS;
    return day * DAY_MS + (node->kid[1] == NULL ? 0 : node->kid[1]->value.i) - shift;
}

static void begin_wait(struct world *w, struct run *run, const struct jc_node *node) {
    int64_t due;
    if (node->kind == JC_WAIT)
        due = w->now + judge(w, run, NULL, node->kid[0]).n;
    else if (node->kind == JC_WAIT_TIME)
        due = civil_time(run, node->kid[0], node->kid[1], w->now + 1);
    else if (node->kind == JC_WAIT_THEN)
        due = civil_time(run, node->kid[1], node->kid[2], w->now + judge(w, run, NULL, node->kid[0]).n);
    else
        due = civil_date(w, run, node);
    if (due > w->now) hold(run, node, due);
}

/* ---- statements that hold nobody */

static void set(struct world *w, struct run *run, const struct jc_node *node) {
    struct value value = judge(w, run, NULL, node->kid[1]);
    char c = node->kid[0]->text.p[0];
    struct value *place = node->kid[0]->kind == JC_NAME ? (c == 'v' ? &run->v : &run->w)
                          : c == 'n'                    ? &w->n
                          : c == 'm'                    ? &w->m
                          : c == 'd'                    ? &w->d
                          : c == 'g'                    ? &w->g
                          : c == 'l'                    ? &w->l
                                                        : &w->t;
    *place = value;
}

static void emit(struct world *w, const struct run *run, const struct jc_node *node) {
    struct event event = {.type = type_of(node->kid[0])};
    for (const struct jc_node *with = node->first; with != NULL; with = with->next)
        *(with->text.p[0] == 'x' ? &event.x : &event.t) = judge(w, run, NULL, with->kid[0]);
    JN_CHECK(w->queue_end < STORED);
    w->queue[w->queue_end++] = event;
}

static void match(struct world *w, struct run *run, const struct jc_node *node) {
    struct value value = judge(w, run, NULL, node->kid[0]);
    for (const struct jc_node *row = node->first; row != NULL; row = row->next)
        if (value_one_of(value, row->first)) {
            push(w, run, row->kid[1], NULL);
            return;
        }
    push(w, run, node->kid[2], NULL);
}

static void choose(struct world *w, struct run *run, const struct jc_node *node) {
    const struct jc_node *arm = node->first;
    push(w, run, (chance_arm(w->chance, node->text) ? arm->next : arm)->kid[1], NULL);
}

static void branch(struct world *w, struct run *run, const struct jc_node *node) {
    while (node != NULL && node->kind == JC_IF) {
        if (holds(w, run, NULL, node->kid[0])) {
            push(w, run, node->kid[1], NULL);
            return;
        }
        node = node->kid[2];
    }
    push(w, run, node, NULL);
}

static void go_to(struct world *w, struct run *run, struct jn_str name) {
    for (const struct jc_node *node = run->journey->first; node != NULL; node = node->next)
        if (node->kind == JC_STAGE && jn_str_eq(node->text, name)) enter_stage(w, run, node);
}

static void stop(struct run *run) {
    while (run->frame[--run->n_frame].repeat == NULL)
        ;
}

static void statement(struct world *w, struct run *run, const struct jc_node *node) {
    if (node->kind == JC_SEND) {
        send(w, run, node, node->kid[0], false);
    } else if (node->kind == JC_ASK) {
        ask(w, run, node);
    } else if (node->kind == JC_APPROVE) {
        begin_approve(w, run, node);
    } else if (node->kind == JC_SET) {
        set(w, run, node);
    } else if (node->kind == JC_TAG || node->kind == JC_UNTAG) {
        w->tag[node->text.p[0] - 'p'] = node->kind == JC_TAG;
    } else if (node->kind == JC_WAIT_FOR) {
        begin_wait_for(w, run, node);
    } else if (node->kind == JC_WAIT_IF) {
        begin_wait_if(w, run, node);
    } else if (node->kind == JC_IF) {
        branch(w, run, node);
    } else if (node->kind == JC_MATCH) {
        match(w, run, node);
    } else if (node->kind == JC_SPLIT || node->kind == JC_OPTIMIZE) {
        choose(w, run, node);
    } else if (node->kind == JC_REPEAT) {
        push(w, run, node->kid[1], node);
    } else if (node->kind == JC_STOP) {
        stop(run);
    } else if (node->kind == JC_EMIT) {
        emit(w, run, node);
    } else if (node->kind == JC_START) {
        enter(w, declared(w, JC_JOURNEY, node->kid[0]->text), NOBODY);
    } else if (node->kind == JC_GO_TO) {
        go_to(w, run, node->text);
    } else if (node->kind == JC_EXIT_AS) {
        leave(w, run, node->text);
    } else {
        begin_wait(w, run, node);
    }
}

/* A list has come to its end. */
static void end_of_list(struct world *w, struct run *run) {
    struct frame *frame = &run->frame[run->n_frame - 1];
    if (frame->repeat == NULL) {
        run->n_frame--;
        return;
    }
    int64_t most = value_literal(frame->repeat->kid[0]).n / ONE;
    if (++frame->rounds >= most) {
        run->n_frame--;
        return;
    }
    frame->next = frame->repeat->kid[1]->first;
    int64_t due = frame->start + frame->rounds * value_ms(frame->repeat->kid[2]);
    if (due > w->now) hold(run, frame->repeat, due);
}

static void next_stage(struct world *w, struct run *run) {
    const struct jc_node *stage = run->stage->next;
    while (stage != NULL && stage->kind != JC_STAGE)
        stage = stage->next;
    if (stage == NULL)
        leave(w, run, JN_STR("completed"));
    else
        enter_stage(w, run, stage);
}

void move(struct world *w, struct run *run) {
    while (run->live && run->hold == NULL) {
        if (run->n_frame == 0) {
            next_stage(w, run);
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

/* What an expression says, read off the tree. */
#include <stdlib.h>

#include "core/check.h"
#include "world.h"

bool holds(const struct world *w, const struct run *run, const struct event *candidate, const struct jc_node *node) {
    struct value v = judge(w, run, candidate, node);
    return v.kind == TRUTH && v.n != 0;
}

/* ---- names */

static struct value computed(const struct world *w, struct jn_str name) {
    for (const struct jc_node *node = w->file->first; node != NULL; node = node->next)
        for (const struct jc_node *a = node->kind == JC_CUSTOMER ? node->first : NULL; a != NULL; a = a->next)
            if (jn_str_eq(a->text, name)) return judge(w, NULL, NULL, a->kid[2]);
    abort();
}

static struct value of_customer(const struct world *w, struct jn_str name) {
    switch (name.p[0]) {
    case 'n':
        return w->n.kind == MISSING ? value_of(NUMBER, 0) : w->n;
    case 'm':
        return w->m;
    case 't':
        return w->t;
    case 'd':
        return w->d;
    case 'g':
        return w->g;
    case 'l':
        return w->l;
    default:
        return computed(w, name);
    }
}

static struct value of_event(const struct event *event, struct jn_str name) {
    if (event == NULL) return NOTHING;
    return name.p[0] == 'x' ? event->x : name.p[0] == 't' ? event->t : name.p[0] == 'c' ? event->c : event->message;
}

static struct value member(const struct world *w, const struct run *run, const struct event *candidate,
                           const struct jc_node *node) {
    struct jn_str owner = node->kid[0]->text;
    if (owner.p[0] == 'c') return of_customer(w, node->text);
    if (owner.p[0] == 's') return node->text.p[0] == 's' ? run->score : run->tier;
    int type = type_of(node->kid[0]);
    if (candidate != NULL && candidate->type == type) return of_event(candidate, node->text);
    return of_event(run == NULL || run->seen[type] < 0 ? NULL : &w->stored[run->seen[type]], node->text);
}

/* A run's civil times are in its journey's zone, a customer's in his own: UTC. */
static int64_t shift(const struct run *run) {
    return run == NULL ? 0 : journey_shift(run->journey);
}

static struct value named(const struct world *w, const struct run *run, const struct jc_node *node) {
    if (jn_str_is(node->text, "now")) return value_of(INSTANT, w->now);
    if (jn_str_is(node->text, "today")) return value_of(DATE, (w->now + shift(run)) / DAY_MS);
    if (jn_str_is(node->text, "missing")) return NOTHING;
    return node->text.p[0] == 'v' ? run->v : run->w;
}

/* ---- what happened */

static bool is_asked_about(const struct world *w, const struct run *run, const struct event *event,
                           const struct jc_node *node) {
    if (event->type != type_of(node->kid[0])) return false;
    /* An event counts for as long as the window is, from its own instant on. */
    if (node->kid[1] != NULL && event->at + value_ms(node->kid[1]) <= w->now) return false;
    if (node->kid[3] != NULL && (event->message.kind != TEXT || !jn_str_eq(event->message.s, node->kid[3]->text)))
        return false;
    return node->kid[2] == NULL || holds(w, run, event, node->kid[2]);
}

/* Of the values of all events asked about, the oldest first. */
static struct value folded(enum jn_history kind, struct value so_far, struct value next, int64_t *n) {
    if (next.kind == MISSING) return so_far;
    if ((*n)++ == 0) return next;
    if (kind == JN_HISTORY_MIN) return next.n < so_far.n ? next : so_far;
    if (kind == JN_HISTORY_MAX) return next.n > so_far.n ? next : so_far;
    return value_of(next.kind, so_far.n + next.n);
}

static struct value history(const struct world *w, const struct run *run, const struct jc_node *node) {
    enum jn_history kind = (enum jn_history)node->flags;
    struct value fold = NOTHING, first = NOTHING, last = NOTHING;
    int64_t events = 0, values = 0, latest = 0;
    for (uint32_t i = 0; i < w->n_stored; i++) {
        const struct event *event = &w->stored[i];
        if (!is_asked_about(w, run, event, node)) continue;
        struct value value = node->text.n == 0 ? NOTHING : of_event(event, node->text);
        fold = folded(kind, fold, value, &values);
        if (events++ == 0) first = value;
        last = value;
        latest = event->at;
    }
    switch (kind) {
    case JN_HISTORY_SOME:
        return value_of(TRUTH, events > 0);
    case JN_HISTORY_NONE:
        return value_of(TRUTH, events == 0);
    case JN_HISTORY_COUNT:
        return value_of(NUMBER, events * ONE);
    case JN_HISTORY_SUM:
        return values > 0 ? fold : value_of(node->text.p[0] == 'c' ? MONEY : NUMBER, 0);
    case JN_HISTORY_AVERAGE:
        return values > 0 ? value_of(fold.kind, fold.n / values) : NOTHING;
    case JN_HISTORY_MIN:
    case JN_HISTORY_MAX:
        return fold;
    case JN_HISTORY_LAST:
        return last;
    case JN_HISTORY_FIRST:
        return first;
    case JN_HISTORY_SINCE:
        return events > 0 ? value_of(DURATION, w->now - latest) : NOTHING;
    case JN_HISTORIES:
        break;
    }
    abort();
}

/* ---- the rest */

static struct value binary(const struct world *w, const struct run *run, const struct event *candidate,
                           const struct jc_node *node) {
    enum jc_operator op = (enum jc_operator)node->flags;
    struct value a = judge(w, run, candidate, node->kid[0]), b = judge(w, run, candidate, node->kid[1]);
    bool arithmetic = op == JC_OP_PLUS || op == JC_OP_MINUS || op == JC_OP_TIMES || op == JC_OP_DIVIDE;
    if (op == JC_OP_AND) return value_of(TRUTH, a.n != 0 && b.n != 0);
    if (op == JC_OP_OR) return value_of(TRUTH, a.n != 0 || b.n != 0);
    if (op == JC_OP_IS || op == JC_OP_IS_NOT) return value_of(TRUTH, value_same(a, b) == (op == JC_OP_IS));
    if (op == JC_OP_DEFAULT) return a.kind != MISSING ? a : b;
    if (a.kind == MISSING || b.kind == MISSING) return arithmetic ? NOTHING : value_of(TRUTH, 0);
    return value_under(op, a, b);
}

static struct value unary(const struct world *w, const struct run *run, const struct event *candidate,
                          const struct jc_node *node) {
    struct value a = judge(w, run, candidate, node->kid[0]);
    if (node->flags == JC_OP_NOT) return value_of(TRUTH, a.n == 0);
    return a.kind == MISSING ? NOTHING : value_of(a.kind, -a.n);
}

static bool is_tagged(const struct world *w, const struct jc_node *node) {
    return w->tag[node->text.p[0] - 'p'] != (node->flags == 1);
}

static bool is_in_segment(const struct world *w, const struct jc_node *node) {
    return holds(w, NULL, NULL, declared(w, JC_SEGMENT, node->text)->kid[0]) != (node->flags == 1);
}

static struct value call(struct jn_str function, struct value argument, int64_t ahead) {
    if (argument.kind == INSTANT) argument.n += ahead;
    return value_call(function, argument);
}

struct value judge(const struct world *w, const struct run *run, const struct event *candidate,
                   const struct jc_node *node) {
    if (node->kind == JC_LITERAL) return value_literal(node);
    if (node->kind == JC_LIST) return value_list(node->first);
    if (node->kind == JC_MEMBER) return member(w, run, candidate, node);
    if (node->kind == JC_NAME) return named(w, run, node);
    if (node->kind == JC_BINARY) return binary(w, run, candidate, node);
    if (node->kind == JC_UNARY) return unary(w, run, candidate, node);
    if (node->kind == JC_HISTORY) return history(w, run, node);
    if (node->kind == JC_HAS_TAG) return value_of(TRUTH, is_tagged(w, node));
    if (node->kind == JC_IN_SEGMENT) return value_of(TRUTH, is_in_segment(w, node));
    if (node->kind == JC_CALL) return call(node->text, judge(w, run, candidate, node->first), shift(run));
    if (node->kind == JC_IS_MISSING)
        return value_of(TRUTH, (judge(w, run, candidate, node->kid[0]).kind == MISSING) != (node->flags == 1));
    JN_CHECK(node->kind == JC_ONE_OF);
    return value_of(TRUTH, value_one_of(judge(w, run, candidate, node->kid[0]), node->first) != (node->flags == 1));
}

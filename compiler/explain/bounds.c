/* The longest path over a journey's steps. What repeats go round is counted, circles by `go to` are drawn together. */
#include "compiler/explain/bounds.h"

#include "core/value.h"
#include "image/image.h"

#define NO_ORDER UINT32_MAX

/* One kind of weight over one journey. */
struct bounds {
    const struct jn_program *program;
    const struct jn_journey *journey;
    struct jn_arena *arena;
    uint32_t first, n;
    struct jn_dec *weight; /* of each step; at the head of a repeat also what its other rounds weigh */
    struct jn_dec *most;   /* from each step to an end, itself included */
    uint32_t *group;       /* steps that lead to each other have one number, and whatever follows has a smaller one */
    uint32_t *order, *low, *stack, *way;
    uint32_t n_order, n_stack, n_group;
    bool endless, huge;
};

typedef struct jn_dec bounds_weigh(const struct jn_program *program, const struct jn_message *message);

static struct jn_dec bounds_add(struct bounds *b, struct jn_dec x, struct jn_dec y) {
    struct jn_dec sum = x;
    if (!jn_dec_add(x, y, &sum)) b->huge = true;
    return sum;
}

/* Where the nth way of a step leads; JN_NONE behind the last. The way back of a repeat is none: its rounds are counted.
 */
static uint32_t bounds_way(const struct bounds *b, uint32_t i, uint32_t nth) {
    const struct jn_step *step = &b->program->step[b->first + i];
    if (jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS)
        return nth < step->b ? b->program->arm[step->a + nth].step - b->first : JN_NONE;
    uint32_t to[2] = {step->kind == JN_STEP_REPEAT ? JN_NONE : step->next, step->alt}, n = 0;
    for (int k = 0; k < 2; k++)
        if (to[k] != JN_NONE && n++ == nth) return to[k] - b->first;
    return JN_NONE;
}

/* ---- rounds */

/* The heaviest way through the body of a repeat, which stands in a row from its head to the repeat's own step. */
static struct jn_dec bounds_round(struct bounds *b, uint32_t head, uint32_t end) {
    struct jn_dec *at = JN_NEW_ARRAY(b->arena, struct jn_dec, end - head + 1);
    bool *reached = JN_NEW_ARRAY(b->arena, bool, end - head + 1);
    reached[0] = true;
    at[0] = b->weight[head];
    for (uint32_t i = head; i < end; i++)
        for (uint32_t nth = 0, to; reached[i - head] && (to = bounds_way(b, i, nth)) != JN_NONE; nth++) {
            if (to <= i || to > end) continue;
            struct jn_dec then = bounds_add(b, at[i - head], b->weight[to]);
            if (reached[to - head] && jn_dec_cmp(then, at[to - head]) <= 0) continue;
            reached[to - head] = true;
            at[to - head] = then;
        }
    return at[end - head];
}

/* Inner repeats come first: their steps stand before the outer one's. */
static void bounds_repeats(struct bounds *b) {
    for (uint32_t i = 0; i < b->n; i++) {
        const struct jn_step *step = &b->program->step[b->first + i];
        if (step->kind != JN_STEP_REPEAT || step->next - b->first > i) continue;
        uint32_t head = step->next - b->first;
        struct jn_dec others;
        if (!jn_dec_mul(bounds_round(b, head, i), jn_dec_int((int64_t)step->a - 1), &others))
            b->huge = true;
        else
            b->weight[head] = bounds_add(b, b->weight[head], others);
    }
}

/* ---- circles (Tarjan), without recursion: a journey may be long */

static void bounds_push(struct bounds *b, uint32_t i) {
    b->order[i] = b->low[i] = b->n_order++;
    b->way[i] = 0;
    b->stack[b->n_stack++] = i;
}

/* What a group weighs with the heaviest that follows it. All that follow are known. */
static void bounds_close(struct bounds *b, uint32_t root) {
    uint32_t from = b->n_stack, group = b->n_group++;
    struct jn_dec behind = jn_dec_int(0), own = jn_dec_int(0);
    bool circle = false;
    do
        b->group[b->stack[--from]] = group;
    while (b->stack[from] != root);
    for (uint32_t s = from; s < b->n_stack; s++) {
        uint32_t i = b->stack[s];
        own = bounds_add(b, own, b->weight[i]);
        for (uint32_t nth = 0, to; (to = bounds_way(b, i, nth)) != JN_NONE; nth++) {
            circle = circle || b->group[to] == group;
            if (b->group[to] != group && jn_dec_cmp(b->most[to], behind) > 0) behind = b->most[to];
        }
    }
    if (circle && own.m > 0) b->endless = true;
    struct jn_dec all = bounds_add(b, own, behind);
    for (uint32_t s = from; s < b->n_stack; s++)
        b->most[b->stack[s]] = all;
    b->n_stack = from;
}

static void bounds_walk(struct bounds *b, uint32_t entry) {
    uint32_t *path = JN_NEW_ARRAY(b->arena, uint32_t, b->n), depth = 0;
    path[depth++] = entry;
    bounds_push(b, entry);
    while (depth > 0) {
        uint32_t i = path[depth - 1], to = bounds_way(b, i, b->way[i]);
        if (to == JN_NONE) {
            if (b->low[i] == b->order[i]) bounds_close(b, i);
            depth--;
            if (depth > 0 && b->low[i] < b->low[path[depth - 1]]) b->low[path[depth - 1]] = b->low[i];
            continue;
        }
        b->way[i]++;
        if (b->order[to] == NO_ORDER) {
            path[depth++] = to;
            bounds_push(b, to);
        } else if (b->group[to] == NO_ORDER && b->order[to] < b->low[i]) {
            b->low[i] = b->order[to];
        }
    }
}

/* ---- */

static struct jc_bound bounds_of(const struct jn_program *program, uint32_t journey, bounds_weigh *weigh,
                                 struct jn_arena *arena) {
    const struct jn_journey *row = &program->journey[journey];
    struct bounds b = {.program = program, .journey = row, .arena = arena, .first = row->first_step, .n = row->n_step};
    b.weight = JN_NEW_ARRAY(arena, struct jn_dec, b.n);
    b.most = JN_NEW_ARRAY(arena, struct jn_dec, b.n);
    uint32_t **const array[] = {&b.group, &b.order, &b.low, &b.stack, &b.way};
    for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
        *array[i] = JN_NEW_ARRAY(arena, uint32_t, b.n);
    for (uint32_t i = 0; i < b.n; i++) {
        const struct jn_step *step = &program->step[b.first + i];
        b.order[i] = b.group[i] = NO_ORDER;
        if (jn_step_sends(step->kind)) b.weight[i] = weigh(program, &program->message[step->a]);
    }
    bounds_repeats(&b);
    bounds_walk(&b, row->entry - b.first);
    return (struct jc_bound){b.endless ? JC_BOUND_NONE
                             : b.huge  ? JC_BOUND_HUGE
                                       : JC_BOUND_KNOWN,
                             b.most[row->entry - b.first]};
}

static struct jn_dec bounds_message(const struct jn_program *program, const struct jn_message *message) {
    (void)program;
    (void)message;
    return jn_dec_int(1);
}

static struct jn_dec bounds_constant(const struct jn_program *program, uint32_t constant) {
    return constant == JN_NONE ? jn_dec_int(0) : jn_value_to_dec(program->value[constant]);
}

static struct jn_dec bounds_cost(const struct jn_program *program, const struct jn_message *message) {
    return bounds_constant(program, program->channel[message->channel].cost);
}

static struct jn_dec bounds_carbon(const struct jn_program *program, const struct jn_message *message) {
    return bounds_constant(program, program->channel[message->channel].carbon);
}

void jc_bounds_find(const struct jn_program *program, uint32_t journey, struct jn_arena *arena, struct jc_bounds *out) {
    const struct jn_journey *row = &program->journey[journey];
    *out = (struct jc_bounds){.messages = bounds_of(program, journey, bounds_message, arena),
                              .cost = bounds_of(program, journey, bounds_cost, arena),
                              .carbon = bounds_of(program, journey, bounds_carbon, arena)};
    for (uint32_t i = row->first_step; i < row->first_step + row->n_step; i++) {
        if (!jn_step_sends(program->step[i].kind)) continue;
        uint32_t cost = program->channel[program->message[program->step[i].a].channel].cost;
        if (cost == JN_NONE) continue;
        out->mixed = out->mixed || (out->currency != 0 && out->currency != program->value[cost].currency);
        out->currency = program->value[cost].currency;
    }
}

#include "compiler/explain/places.h"

#include <stdlib.h>

#include "compiler/explain/layout.h"

#define PLACES_SWEEPS 12
#define PLACES_MOVES  40
#define PLACES_NARROW 14.0 /* of a place on the way */

struct placing {
    const struct chart *chart;
    struct places *out;
    uint32_t *order; /* nodes in the order in which a walk from the entry met them */
    uint32_t *met;   /* by node: its place in that order */
    bool *back;      /* by edge */
    uint32_t *first; /* by node: its first edge; edges of a node stand together */
    uint32_t **row;  /* by layer: places from the left */
    uint32_t *n_row;
    double gap;
};

/* ---- layers */

enum { PLACING_NEW, PLACING_OPEN, PLACING_DONE };

/* Depth first from the entry; what leads to a box that is still open leads back. */
static void placing_walk(struct placing *p, uint32_t root, uint8_t *state, uint32_t *at, uint32_t *stack, uint32_t *n) {
    const struct chart *chart = p->chart;
    uint32_t depth = 0;
    stack[depth++] = root;
    state[root] = PLACING_OPEN;
    p->met[root] = (*n)++;
    while (depth > 0) {
        uint32_t node = stack[depth - 1], e = p->first[node] + at[node];
        if (e >= chart->n_edge || chart->edge[e].from != node) {
            state[node] = PLACING_DONE;
            depth--;
            continue;
        }
        at[node]++;
        uint32_t to = chart->edge[e].to;
        p->back[e] = state[to] == PLACING_OPEN || chart->node[to].band < chart->node[node].band;
        if (state[to] != PLACING_NEW) continue;
        state[to] = PLACING_OPEN;
        p->met[to] = (*n)++;
        stack[depth++] = to;
    }
}

static void placing_meet(struct placing *p) {
    const struct chart *chart = p->chart;
    uint8_t *state = JN_NEW_ARRAY(chart->arena, uint8_t, chart->n_node);
    uint32_t *at = JN_NEW_ARRAY(chart->arena, uint32_t, chart->n_node);
    uint32_t *stack = JN_NEW_ARRAY(chart->arena, uint32_t, chart->n_node);
    uint32_t n = 0;
    for (uint32_t i = 0; i < chart->n_node; i++)
        p->first[i] = chart->n_edge;
    for (uint32_t e = chart->n_edge; e > 0; e--)
        p->first[chart->edge[e - 1].from] = e - 1;
    for (uint32_t i = 0; i < chart->n_node; i++)
        if (state[i] == PLACING_NEW) placing_walk(p, i, state, at, stack, &n);
    for (uint32_t i = 0; i < chart->n_node; i++)
        p->order[p->met[i]] = i;
}

/* Longest ways within a band; bands lie below each other. Nodes become ready when all that leads to them has a layer.
 */
static void placing_layers(struct placing *p) {
    const struct chart *chart = p->chart;
    struct place *place = p->out->place;
    uint32_t *open = JN_NEW_ARRAY(chart->arena, uint32_t, chart->n_node);
    uint32_t *ready = JN_NEW_ARRAY(chart->arena, uint32_t, chart->n_node);
    uint32_t base = 1, highest = 0;
    for (uint32_t e = 0; e < chart->n_edge; e++)
        open[chart->edge[e].to] += !p->back[e];
    for (uint32_t band = 0; band <= chart->journey->n_stage; band++) {
        uint32_t n = 0, head = 0;
        for (uint32_t i = 0; i < chart->n_node; i++) {
            uint32_t node = p->order[i];
            bool here = node == 0 ? band == 0 : chart->node[node].band == band;
            if (here && open[node] == 0) ready[n++] = node;
            if (node != 0 && here && place[node].layer < base) place[node].layer = base;
        }
        while (head < n) {
            uint32_t node = ready[head++];
            if (place[node].layer > highest) highest = place[node].layer;
            for (uint32_t e = p->first[node]; e < chart->n_edge && chart->edge[e].from == node; e++) {
                uint32_t to = chart->edge[e].to;
                if (p->back[e]) continue;
                if (place[to].layer < place[node].layer + 1) place[to].layer = place[node].layer + 1;
                if (--open[to] == 0 && chart->node[to].band == band) ready[n++] = to;
            }
        }
        base = highest + 1;
    }
    p->out->n_layer = highest + 1;
}

static void placing_bands(struct placing *p) {
    struct places *out = p->out;
    out->band = JN_NEW_ARRAY(p->chart->arena, uint32_t, out->n_layer);
    for (uint32_t i = 0; i < out->n_layer; i++)
        out->band[i] = UINT32_MAX;
    for (uint32_t i = 1; i < p->chart->n_node; i++)
        out->band[out->place[i].layer] = p->chart->node[i].band;
}

/* ---- ways over several layers */

static void placing_ways(struct placing *p) {
    const struct chart *chart = p->chart;
    struct places *out = p->out;
    uint32_t more = 0;
    for (uint32_t e = 0; e < chart->n_edge; e++) {
        struct places_way *way = &out->way[e];
        uint32_t from = chart->edge[e].from, to = chart->edge[e].to;
        bool down = out->place[from].layer <= out->place[to].layer;
        way->upper = down ? from : to;
        way->lower = down ? to : from;
        uint32_t apart = out->place[way->lower].layer - out->place[way->upper].layer;
        way->between = chart->n_node + more;
        way->n_between = apart > 1 ? apart - 1 : 0;
        more += way->n_between;
    }
    struct place *place = JN_NEW_ARRAY(chart->arena, struct place, (size_t)chart->n_node + more);
    memcpy(place, out->place, chart->n_node * sizeof(*place));
    out->place = place;
    out->n_place = chart->n_node + more;
    for (uint32_t e = 0; e < chart->n_edge; e++) {
        const struct places_way *way = &out->way[e];
        double label = layout_text_width(chart->edge[e].text);
        for (uint32_t i = 0; i < way->n_between; i++)
            place[way->between + i] = (struct place){.layer = place[way->upper].layer + 1 + i,
                                                     .w = i == 0 && label > PLACES_NARROW ? label : PLACES_NARROW};
    }
}

/* Calls `touch` for every pair of places that an arrow joins directly, the upper one first. */
static void placing_pairs(const struct placing *p, void (*touch)(void *user, uint32_t upper, uint32_t lower),
                          void *user) {
    for (uint32_t e = 0; e < p->chart->n_edge; e++) {
        const struct places_way *way = &p->out->way[e];
        uint32_t upper = way->upper;
        if (p->out->place[way->upper].layer == p->out->place[way->lower].layer) continue;
        for (uint32_t i = 0; i < way->n_between; i++) {
            touch(user, upper, way->between + i);
            upper = way->between + i;
        }
        touch(user, upper, way->lower);
    }
}

/* ---- order in a layer */

struct placing_pull {
    const struct placing *p;
    double *sum, *weight; /* by place */
    bool from_above, by_x;
};

static void placing_pull(void *user, uint32_t upper, uint32_t lower) {
    struct placing_pull *pull = user;
    const struct place *place = pull->p->out->place;
    uint32_t who = pull->from_above ? lower : upper, by = pull->from_above ? upper : lower;
    /* Long ways are kept straight first. */
    double weight = pull->by_x ? (place[who].box ? 1 : 3) * (place[by].box ? 1 : 3) : 1;
    pull->sum[who] += weight * (pull->by_x ? place[by].x : place[by].order);
    pull->weight[who] += weight;
}

static void placing_pulled(struct placing_pull *pull, bool above, bool below) {
    uint32_t n = pull->p->out->n_place;
    memset(pull->sum, 0, n * sizeof(*pull->sum));
    memset(pull->weight, 0, n * sizeof(*pull->weight));
    for (int side = 0; side < 2; side++) {
        pull->from_above = side == 0;
        if (side == 0 ? above : below) placing_pairs(pull->p, placing_pull, pull);
    }
}

static void placing_renumber(struct placing *p) {
    for (uint32_t layer = 0; layer < p->out->n_layer; layer++)
        for (uint32_t i = 0; i < p->n_row[layer]; i++)
            p->out->place[p->row[layer][i]].order = i;
}

/* Stable, and rows are short or nearly sorted. */
static void placing_sort(uint32_t *row, uint32_t n, const double *key) {
    for (uint32_t i = 1; i < n; i++) {
        uint32_t place = row[i], at = i;
        for (; at > 0 && key[row[at - 1]] > key[place]; at--)
            row[at] = row[at - 1];
        row[at] = place;
    }
}

struct placing_crossings {
    const struct placing *p;
    uint32_t (*pair)[2];
    uint32_t n;
};

static void placing_note(void *user, uint32_t upper, uint32_t lower) {
    struct placing_crossings *c = user;
    c->pair[c->n][0] = upper;
    c->pair[c->n++][1] = lower;
}

static int placing_pair_order(const void *a, const void *b, void *user) {
    const uint32_t *x = a, *y = b;
    const struct place *place = ((const struct placing *)user)->out->place;
    const struct place *px = &place[x[0]], *py = &place[y[0]];
    if (px->layer != py->layer) return px->layer < py->layer ? -1 : 1;
    if (px->order != py->order) return px->order < py->order ? -1 : 1;
    return place[x[1]].order < place[y[1]].order ? -1 : place[x[1]].order > place[y[1]].order;
}

static uint64_t placing_crossings(struct placing *p, struct placing_crossings *c) {
    const struct place *place = p->out->place;
    uint64_t crossings = 0;
    c->n = 0;
    placing_pairs(p, placing_note, c);
    qsort_r(c->pair, c->n, sizeof(*c->pair), placing_pair_order, p);
    for (uint32_t i = 0; i < c->n; i++)
        for (uint32_t k = i + 1; k < c->n && place[c->pair[k][0]].layer == place[c->pair[i][0]].layer; k++)
            crossings += place[c->pair[k][1]].order < place[c->pair[i][1]].order;
    return crossings;
}

static void placing_rows(struct placing *p, double *key) {
    struct places *out = p->out;
    for (uint32_t i = 0; i < p->chart->n_node; i++)
        key[i] = p->met[i];
    for (uint32_t e = 0; e < p->chart->n_edge; e++)
        for (uint32_t i = 0; i < out->way[e].n_between; i++)
            key[out->way[e].between + i] = p->met[out->way[e].upper] + 0.5;
    for (uint32_t i = 0; i < out->n_place; i++)
        p->n_row[out->place[i].layer]++;
    for (uint32_t layer = 0; layer < out->n_layer; layer++) {
        p->row[layer] = JN_NEW_ARRAY(p->chart->arena, uint32_t, p->n_row[layer]);
        p->n_row[layer] = 0;
    }
    for (uint32_t i = 0; i < out->n_place; i++) {
        uint32_t layer = out->place[i].layer;
        p->row[layer][p->n_row[layer]++] = i;
    }
    for (uint32_t layer = 0; layer < out->n_layer; layer++)
        placing_sort(p->row[layer], p->n_row[layer], key);
    placing_renumber(p);
}

static void placing_order(struct placing *p, struct placing_pull *pull) {
    struct places *out = p->out;
    struct placing_crossings c = {.p = p};
    uint32_t pairs = p->chart->n_edge + out->n_place;
    c.pair = (uint32_t(*)[2])jn_arena_array(p->chart->arena, pairs, sizeof(*c.pair));
    uint32_t *best = JN_NEW_ARRAY(p->chart->arena, uint32_t, out->n_place);
    double *key = JN_NEW_ARRAY(p->chart->arena, double, out->n_place);
    placing_rows(p, key);
    uint64_t least = UINT64_MAX;
    pull->by_x = false;
    for (uint32_t sweep = 0; sweep <= PLACES_SWEEPS; sweep++) {
        uint64_t crossings = placing_crossings(p, &c);
        for (uint32_t i = 0; crossings < least && i < out->n_place; i++)
            best[i] = out->place[i].order;
        if (crossings < least) least = crossings;
        if (least == 0) break;
        for (uint32_t i = 0; i < out->n_layer; i++) {
            uint32_t layer = sweep % 2 == 0 ? i : out->n_layer - 1 - i;
            placing_pulled(pull, sweep % 2 == 0, sweep % 2 != 0);
            for (uint32_t k = 0; k < p->n_row[layer]; k++) {
                uint32_t place = p->row[layer][k];
                key[place] = pull->weight[place] > 0 ? pull->sum[place] / pull->weight[place] : out->place[place].order;
            }
            placing_sort(p->row[layer], p->n_row[layer], key);
            placing_renumber(p);
        }
    }
    for (uint32_t i = 0; i < out->n_place; i++)
        out->place[i].order = best[i];
    for (uint32_t layer = 0; layer < out->n_layer; layer++) {
        for (uint32_t k = 0; k < p->n_row[layer]; k++)
            key[p->row[layer][k]] = out->place[p->row[layer][k]].order;
        placing_sort(p->row[layer], p->n_row[layer], key);
    }
}

/* ---- x */

struct placing_pool {
    double sum, weight;
    uint32_t n;
};

/* Each place as near to where it is pulled as the distances to its neighbours let it be. */
static void placing_spread(struct placing *p, uint32_t layer, const struct placing_pull *pull,
                           struct placing_pool *pool) {
    struct place *place = p->out->place;
    const uint32_t *row = p->row[layer];
    double offset = 0;
    uint32_t n = 0, at = 0;
    for (uint32_t i = 0; i < p->n_row[layer]; i++) {
        const struct place *here = &place[row[i]];
        if (i > 0) offset += (place[row[i - 1]].w + here->w) / 2 + p->gap;
        double weight = pull->weight[row[i]] > 0 ? pull->weight[row[i]] : 0.01;
        double wish = pull->weight[row[i]] > 0 ? pull->sum[row[i]] / weight : here->x;
        pool[n++] = (struct placing_pool){(wish - offset) * weight, weight, 1};
        while (n > 1 && pool[n - 2].sum / pool[n - 2].weight > pool[n - 1].sum / pool[n - 1].weight) {
            pool[n - 2].sum += pool[n - 1].sum;
            pool[n - 2].weight += pool[n - 1].weight;
            pool[n - 2].n += pool[n - 1].n;
            n--;
        }
    }
    offset = 0;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < pool[k].n; i++, at++) {
            if (at > 0) offset += (place[row[at - 1]].w + place[row[at]].w) / 2 + p->gap;
            place[row[at]].x = pool[k].sum / pool[k].weight + offset;
        }
}

static void placing_x(struct placing *p, struct placing_pull *pull) {
    struct places *out = p->out;
    struct placing_pool *pool = JN_NEW_ARRAY(p->chart->arena, struct placing_pool, out->n_place);
    memset(pull->weight, 0, out->n_place * sizeof(*pull->weight));
    for (uint32_t layer = 0; layer < out->n_layer; layer++)
        placing_spread(p, layer, pull, pool); /* side by side */
    pull->by_x = true;
    for (uint32_t move = 0; move < PLACES_MOVES; move++) {
        bool down = move % 2 == 0, both = move >= PLACES_MOVES / 2;
        for (uint32_t i = 0; i < out->n_layer; i++) {
            placing_pulled(pull, down || both, !down || both);
            placing_spread(p, down ? i : out->n_layer - 1 - i, pull, pool);
        }
    }
}

void places_make(const struct chart *chart, const double *width, double gap, struct places *out) {
    struct jn_arena *arena = chart->arena;
    struct placing p = {.chart = chart, .out = out, .gap = gap};
    *out = (struct places){.place = JN_NEW_ARRAY(arena, struct place, chart->n_node),
                           .n_place = chart->n_node,
                           .way = JN_NEW_ARRAY(arena, struct places_way, chart->n_edge)};
    p.order = JN_NEW_ARRAY(arena, uint32_t, chart->n_node);
    p.met = JN_NEW_ARRAY(arena, uint32_t, chart->n_node);
    p.back = JN_NEW_ARRAY(arena, bool, chart->n_edge);
    p.first = JN_NEW_ARRAY(arena, uint32_t, chart->n_node);
    placing_meet(&p);
    placing_layers(&p);
    placing_bands(&p);
    placing_ways(&p);
    for (uint32_t i = 0; i < chart->n_node; i++) {
        out->place[i].box = true;
        out->place[i].w = width[i];
    }
    p.row = JN_NEW_ARRAY(arena, uint32_t *, out->n_layer);
    p.n_row = JN_NEW_ARRAY(arena, uint32_t, out->n_layer);
    struct placing_pull pull = {
        .p = &p, .sum = JN_NEW_ARRAY(arena, double, out->n_place), .weight = JN_NEW_ARRAY(arena, double, out->n_place)};
    placing_order(&p, &pull);
    placing_x(&p, &pull);
}

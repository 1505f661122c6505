/* One journey as boxes and arrows: what every form of picture is written from. Private to this folder. */
#ifndef COMPILER_EXPLAIN_CHART_H
#define COMPILER_EXPLAIN_CHART_H

#include "compiler/explain/graph.h"
#include "core/arena.h"

enum chart_shape { CHART_ENTRY, CHART_SEND, CHART_HOLD, CHART_CHOICE, CHART_EFFECT, CHART_EXIT, CHART_SHAPES };

struct chart_node {
    uint32_t step; /* JN_NONE: where people enter */
    uint32_t band; /* place of its stage in the journey; n_stage: outside every stage */
    enum chart_shape shape;
    struct jn_str label;
    uint64_t count;
};

struct chart_edge {
    uint32_t from, to;  /* nodes */
    struct jn_str text; /* what stands on it, with what marks add */
    uint64_t count;
    bool bare; /* coverage: nothing went this way, or one of those that it stands for */
};

/* Steps that only join ways are left out: their arrows lead on. */
struct chart {
    const struct jn_program *program;
    const struct jn_journey *journey;
    const struct jc_graph_marks *marks; /* NULL: none */
    uint64_t entered;
    struct chart_node *node; /* [0] is where people enter */
    uint32_t n_node;
    struct chart_edge *edge;
    uint32_t n_edge;
    struct jn_arena *arena;
};

void chart_make(const struct jn_program *program, uint32_t journey, const struct jc_graph_marks *marks,
                struct jn_arena *arena, struct chart *out);
struct jn_str chart_band_name(const struct chart *chart, uint32_t band); /* empty outside every stage */
bool chart_is_bare(const struct chart *chart, uint64_t count);           /* coverage: nothing came here */
double chart_share(const struct chart *chart, uint64_t count); /* of those who entered, 0 to 1; loops may have more */
/* What marks add to a box; empty without. */
struct jn_str chart_node_text(const struct chart *chart, const struct chart_node *node);

void chart_mermaid(const struct chart *chart, struct jn_buf *out);
void chart_dot(const struct chart *chart, struct jn_buf *out);
void chart_svg(const struct chart *chart, uint32_t n, struct jn_buf *out);

#endif

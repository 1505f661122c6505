/* Places of a chart in layers: one for each box, and one for each layer that an arrow passes through. Private to this
 * folder. */
#ifndef COMPILER_EXPLAIN_PLACES_H
#define COMPILER_EXPLAIN_PLACES_H

#include "compiler/explain/chart.h"

struct place {
    uint32_t layer, order; /* from the left */
    double x, w;           /* x: its middle */
    bool box;
};

/* An edge as the layers see it: from the upper box down to the lower one, whatever its direction. */
struct places_way {
    uint32_t upper, lower;
    uint32_t between, n_between; /* places on the way, downwards */
};

struct places {
    struct place *place; /* boxes first, by node */
    uint32_t n_place;
    struct places_way *way; /* by edge */
    uint32_t *band;         /* by layer; UINT32_MAX: of none */
    uint32_t n_layer;
};

/* `width` by node; places of a layer lie `gap` apart at least. */
void places_make(const struct chart *chart, const double *width, double gap, struct places *out);

#endif

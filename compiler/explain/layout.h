/* Where boxes and arrows of a chart lie: layers from top to bottom, a band of layers for each stage. Private to this
 * folder. */
#ifndef COMPILER_EXPLAIN_LAYOUT_H
#define COMPILER_EXPLAIN_LAYOUT_H

#include "compiler/explain/chart.h"

#define LAYOUT_LINE  17.0 /* height of a line of text, pixels */
#define LAYOUT_CELL  7.2  /* mean width of a terminal cell of text */
#define LAYOUT_PAD   12.0
#define LAYOUT_WRAP  28 /* cells of a line in a box */
#define LAYOUT_LINES 4  /* of a box; the rest is cut */

struct layout_point {
    double x, y;
};

struct layout_box {
    double x, y, w, h; /* x: its middle; y: its top */
    struct jn_str line[LAYOUT_LINES + 1];
    uint32_t n_line;
};

/* Points come in pairs: straight from the first to the second, a curve to the next pair. The last is the arrow's tip.
 */
struct layout_route {
    struct layout_point *point;
    uint32_t n_point;
    bool back; /* against the direction of reading */
};

struct layout_band {
    double top, bottom; /* equal: no box lies in it */
};

struct layout {
    struct layout_box *box;     /* by node */
    struct layout_route *route; /* by edge */
    struct layout_band *band;   /* by band, the one outside every stage last */
    double left, width, height;
};

void layout_make(const struct chart *chart, struct layout *out);
double layout_text_width(struct jn_str text);

#endif

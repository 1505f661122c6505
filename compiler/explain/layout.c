/* Layers after Sugiyama, Tagawa and Toda (1981): ways back are turned round, boxes put into layers, ways over several
 * layers cut into places of their own, places ordered by barycentres, then moved to the middle of their neighbours by
 * least squares under their distances (pooling adjacent violators). */
#include "compiler/explain/layout.h"

#include <stdlib.h>

#include "compiler/explain/places.h"
#include "core/utf8.h"

#define LAYOUT_GAP_X     26.0
#define LAYOUT_GAP_Y     46.0
#define LAYOUT_TITLE     30.0 /* above the boxes of a stage: its name */
#define LAYOUT_BOTTOM    16.0 /* below them */
#define LAYOUT_PORT      26.0 /* between arrows that leave one box */
#define LAYOUT_BOX_LEAST 84.0

/* ---- text */

static uint32_t layout_cells(struct jn_str text) {
    uint32_t cells = 0;
    for (size_t at = 0; at < text.n;)
        cells += (uint32_t)jn_utf8_width(jn_utf8_next(text, &at));
    return cells;
}

double layout_text_width(struct jn_str text) {
    return LAYOUT_CELL * layout_cells(text);
}

/* Bytes of the first line: as many words as fit; a longer word is cut. */
static size_t layout_break(struct jn_str text) {
    size_t at = 0, space = 0;
    for (uint32_t cells = 0; at < text.n;) {
        size_t next = at;
        uint32_t code = jn_utf8_next(text, &next);
        cells += (uint32_t)jn_utf8_width(code);
        if (cells > LAYOUT_WRAP) return space > 0 ? space : at;
        at = next;
        if (code == ' ' || jn_utf8_width(code) == 2) space = at;
    }
    return at;
}

static void layout_lines(const struct chart *chart, const struct chart_node *node, struct layout_box *box) {
    struct jn_str text = node->label, counted = chart_node_text(chart, node);
    while (text.n > 0 && box->n_line < LAYOUT_LINES) {
        size_t n = layout_break(text);
        bool last = box->n_line + 1 == LAYOUT_LINES && n < text.n;
        struct jn_str line = jn_str_sub(text, 0, n);
        box->line[box->n_line++] = last ? jn_arena_printf(chart->arena, "%.*s…", JN_FMT(line)) : line;
        text = jn_str_sub(text, n, text.n);
    }
    if (counted.n > 0) box->line[box->n_line++] = counted;
    box->w = LAYOUT_BOX_LEAST;
    for (uint32_t i = 0; i < box->n_line; i++) {
        double w = layout_text_width(box->line[i]) + 2 * LAYOUT_PAD;
        if (node->shape == CHART_CHOICE) w += LAYOUT_PAD;
        if (w > box->w) box->w = w;
    }
    box->h = box->n_line * LAYOUT_LINE + LAYOUT_PAD;
}

/* ---- from places to pixels */

static void layout_rows(const struct chart *chart, const struct places *places, struct layout *out, double *top,
                        double *height) {
    double y = 0;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < chart->n_node; i++) {
        uint32_t layer = places->place[i].layer;
        if (out->box[i].h > height[layer]) height[layer] = out->box[i].h;
    }
    for (uint32_t layer = 0; layer < places->n_layer; layer++) {
        uint32_t band = places->band[layer];
        bool named = band != UINT32_MAX && chart_band_name(chart, band).n > 0;
        if (band != last && last != UINT32_MAX) out->band[last].bottom = y - LAYOUT_GAP_Y + LAYOUT_BOTTOM;
        if (band != last && last != UINT32_MAX && chart_band_name(chart, last).n > 0) y += LAYOUT_BOTTOM;
        if (band != last && band != UINT32_MAX) out->band[band].top = y;
        if (band != last && named) y += LAYOUT_TITLE;
        top[layer] = y;
        y += height[layer] + LAYOUT_GAP_Y;
        last = band;
    }
    out->height = y - LAYOUT_GAP_Y + LAYOUT_BOTTOM;
    if (last != UINT32_MAX) out->band[last].bottom = out->height;
}

static void layout_sides(const struct chart *chart, const struct places *places, struct layout *out) {
    double left = 0, right = 0;
    for (uint32_t i = 0; i < places->n_place; i++) {
        const struct place *place = &places->place[i];
        if (i == 0 || place->x - place->w / 2 < left) left = place->x - place->w / 2;
        if (i == 0 || place->x + place->w / 2 > right) right = place->x + place->w / 2;
    }
    for (uint32_t band = 0; band < chart->journey->n_stage; band++) {
        double w = layout_text_width(chart_band_name(chart, band));
        if (right - left < w) right = left + w;
    }
    out->left = left;
    out->width = right - left;
}

struct layout_port {
    double x;
    uint32_t edge;
};

static int layout_port_order(const void *a, const void *b) {
    const struct layout_port *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return p->edge < q->edge ? -1 : p->edge > q->edge;
}

/* Arrows at one side of a box stand beside each other, in the order of where they lead. */
static void layout_ports(const struct chart *chart, const struct places *places, struct layout *out, uint32_t node,
                         bool below) {
    struct layout_port *port = NULL;
    uint32_t n = 0;
    for (uint32_t e = 0; e < chart->n_edge; e++) {
        const struct places_way *way = &places->way[e];
        if ((below ? way->upper : way->lower) != node) continue;
        struct layout_port *row = jn_arena_grow(chart->arena, &port, &n, sizeof(*row));
        uint32_t next = below ? (way->n_between > 0 ? way->between : way->lower)
                              : (way->n_between > 0 ? way->between + way->n_between - 1 : way->upper);
        *row = (struct layout_port){places->place[next].x, e};
    }
    if (n == 0) return;
    qsort(port, n, sizeof(*port), layout_port_order);
    const struct layout_box *box = &out->box[node];
    double step = box->w * 0.8 / n < LAYOUT_PORT ? box->w * 0.8 / n : LAYOUT_PORT;
    for (uint32_t i = 0; i < n; i++) {
        struct layout_route *route = &out->route[port[i].edge];
        struct layout_point *end = &route->point[below ? 0 : route->n_point - 1];
        end->x = box->x + (i - (n - 1) / 2.0) * step;
        end->y = below ? box->y + box->h : box->y;
    }
}

static void layout_routes(const struct chart *chart, const struct places *places, struct layout *out, const double *top,
                          const double *height) {
    for (uint32_t e = 0; e < chart->n_edge; e++) {
        const struct places_way *way = &places->way[e];
        struct layout_route *route = &out->route[e];
        route->n_point = 2 + 2 * way->n_between;
        route->point = JN_NEW_ARRAY(chart->arena, struct layout_point, route->n_point);
        route->back = way->upper != chart->edge[e].from;
        for (uint32_t i = 0; i < way->n_between; i++) {
            const struct place *place = &places->place[way->between + i];
            route->point[2 * i + 1] = (struct layout_point){place->x, top[place->layer]};
            route->point[2 * i + 2] = (struct layout_point){place->x, top[place->layer] + height[place->layer]};
        }
    }
    for (uint32_t i = 0; i < chart->n_node; i++) {
        layout_ports(chart, places, out, i, true);
        layout_ports(chart, places, out, i, false);
    }
    for (uint32_t e = 0; e < chart->n_edge; e++) {
        struct layout_route *route = &out->route[e];
        for (uint32_t i = 0; route->back && i < route->n_point / 2; i++) {
            struct layout_point point = route->point[i];
            route->point[i] = route->point[route->n_point - 1 - i];
            route->point[route->n_point - 1 - i] = point;
        }
    }
}

void layout_make(const struct chart *chart, struct layout *out) {
    struct places places;
    out->box = JN_NEW_ARRAY(chart->arena, struct layout_box, chart->n_node);
    out->route = JN_NEW_ARRAY(chart->arena, struct layout_route, chart->n_edge);
    out->band = JN_NEW_ARRAY(chart->arena, struct layout_band, chart->journey->n_stage + 1);
    double *width = JN_NEW_ARRAY(chart->arena, double, chart->n_node);
    for (uint32_t i = 0; i < chart->n_node; i++) {
        layout_lines(chart, &chart->node[i], &out->box[i]);
        width[i] = out->box[i].w;
    }
    places_make(chart, width, LAYOUT_GAP_X, &places);
    double *top = JN_NEW_ARRAY(chart->arena, double, places.n_layer);
    double *height = JN_NEW_ARRAY(chart->arena, double, places.n_layer);
    layout_rows(chart, &places, out, top, height);
    for (uint32_t i = 0; i < chart->n_node; i++) {
        struct layout_box *box = &out->box[i];
        uint32_t layer = places.place[i].layer;
        box->x = places.place[i].x;
        box->y = top[layer] + (height[layer] - box->h) / 2;
    }
    layout_sides(chart, &places, out);
    layout_routes(chart, &places, out, top, height);
}

/* Segments of segments: none may lead back to itself. */
#include "compiler/sema/unit.h"

#define SEGMENTS_DEPTH 16 /* segments within segments that a program may have */

/* Marks the segments that a condition names. Depth is bounded by the parser. */
static void segments_mark(const struct jc_unit *unit, const struct jc_node *node, bool *seen) {
    if (node == NULL) return;
    if (node->kind == JC_IN_SEGMENT) {
        const struct jc_symbol *named = jc_known(unit, JC_TABLE_SEGMENT, node->text);
        if (named != NULL) seen[named->index] = true;
    }
    for (int i = 0; i < 4; i++)
        segments_mark(unit, node->kid[i], seen);
    for (const struct jc_node *element = node->first; element != NULL; element = element->next)
        segments_mark(unit, element, seen);
}

/* reach[a * n + b]: whether a's condition leads to b, directly or through others. */
static bool *segments_reach(const struct jc_unit *unit) {
    uint32_t n = unit->n_symbol[JC_TABLE_SEGMENT];
    bool *reach = jn_arena_array(unit->arena, (size_t)n * n, sizeof(bool));
    for (uint32_t a = 0; a < n; a++)
        segments_mark(unit, unit->symbol[JC_TABLE_SEGMENT][a].node->kid[0], &reach[(size_t)a * n]);
    for (uint32_t via = 0; via < n; via++)
        for (uint32_t a = 0; a < n; a++)
            for (uint32_t b = 0; reach[(size_t)a * n + via] && b < n; b++)
                reach[(size_t)a * n + b] = reach[(size_t)a * n + b] || reach[(size_t)via * n + b];
    return reach;
}

static bool segments_circles(struct jc_unit *unit, const bool *reach) {
    uint32_t n = unit->n_symbol[JC_TABLE_SEGMENT];
    bool any = false;
    for (uint32_t a = 0; a < n; a++) {
        bool told = false; /* a circle is one mistake, told at the first of its names */
        for (uint32_t b = 0; b < a; b++)
            told = told || (reach[(size_t)a * n + b] && reach[(size_t)b * n + a]);
        if (told || !reach[(size_t)a * n + a]) continue;
        any = true;
        const struct jc_symbol *segment = &unit->symbol[JC_TABLE_SEGMENT][a];
        struct jc_diag *diag = jc_report(unit->diags, JC_E0313, segment->span, JN_FMT(segment->name));
        for (uint32_t b = a + 1; b < n; b++)
            if (reach[(size_t)a * n + b] && reach[(size_t)b * n + a])
                jc_relate(unit->diags, diag, unit->symbol[JC_TABLE_SEGMENT][b].span, "the circle goes through this");
    }
    return any;
}

/* The longest way down from each; told of the one that is just too high, not of all that stand on it. */
static void segments_depth(struct jc_unit *unit, const bool *reach) {
    uint32_t n = unit->n_symbol[JC_TABLE_SEGMENT];
    uint32_t *depth = JN_NEW_ARRAY(unit->arena, uint32_t, n);
    bool grew = true;
    while (grew) { /* ends: there is no circle, so no depth passes n */
        grew = false;
        for (uint32_t a = 0; a < n; a++)
            for (uint32_t b = 0; b < n; b++)
                if (reach[(size_t)a * n + b] && depth[b] >= depth[a]) {
                    depth[a] = depth[b] + 1;
                    grew = true;
                }
    }
    for (uint32_t a = 0; a < n; a++) {
        const struct jc_symbol *segment = &unit->symbol[JC_TABLE_SEGMENT][a];
        if (depth[a] == SEGMENTS_DEPTH + 1)
            jc_report(unit->diags, JC_E0317, segment->span, JN_FMT(segment->name), (unsigned)SEGMENTS_DEPTH);
    }
}

void jc_segments_check(struct jc_unit *unit) {
    const bool *reach = segments_reach(unit);
    if (!segments_circles(unit, reach)) segments_depth(unit, reach);
}

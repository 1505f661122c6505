/* The picture of journeys: as Mermaid or DOT text for others to draw, or drawn, as SVG. */
#ifndef COMPILER_EXPLAIN_GRAPH_H
#define COMPILER_EXPLAIN_GRAPH_H

#include "core/buffer.h"
#include "journey/program.h"

enum jc_graph_language { JC_GRAPH_MERMAID, JC_GRAPH_DOT, JC_GRAPH_SVG };

/* What is shown of counts: what tests went through, or the share of runs on each way. */
enum jc_graph_mark { JC_GRAPH_COVERAGE, JC_GRAPH_FLOW };

struct jc_graph_marks {
    enum jc_graph_mark mark;
    const uint64_t *count;      /* by step: how often it was carried out */
    const uint64_t *next, *alt; /* by step: how often each way on was taken */
    const uint64_t *arm;        /* by arm */
    const uint64_t *entered;    /* by journey */
};

/* Journeys of the program, one below the other. Texts are escaped for the language; `marks` may be NULL. */
void jc_graph(const struct jn_program *program, const uint32_t *journey, uint32_t n, enum jc_graph_language language,
              const struct jc_graph_marks *marks, struct jn_buf *out);

#endif

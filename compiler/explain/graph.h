/* The picture of a journey, as Mermaid or DOT text. */
#ifndef COMPILER_EXPLAIN_GRAPH_H
#define COMPILER_EXPLAIN_GRAPH_H

#include "core/buffer.h"
#include "journey/program.h"

enum jc_graph_language { JC_GRAPH_MERMAID, JC_GRAPH_DOT };

/* One journey of the program. Labels are escaped for the language. */
void jc_graph(const struct jn_program *program, uint32_t journey, enum jc_graph_language language, struct jn_buf *out);

#endif

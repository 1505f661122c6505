/* Mermaid and DOT: pictures that others draw. */
#include "compiler/explain/chart.h"

/* ---- Mermaid */

/* Inside quotes a Mermaid label knows entities (#quot;), a leading back-quote (Markdown) and HTML. */
static void mermaid_text(struct jn_str text, struct jn_buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"')
            jn_buf_z(out, "#quot;");
        else if (c == '#' || c == '<' || c == '>' || c == '&' || c == '`' || c == '\\')
            jn_buf_printf(out, "#%u;", c);
        else
            jn_buf_char(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
}

static const char *const MERMAID_OPEN[CHART_SHAPES] = {"([\"", "[\"", "[/\"", "{{\"", "[\"", "([\""};
static const char *const MERMAID_CLOSE[CHART_SHAPES] = {"\"])", "\"]", "\"/]", "\"}}", "\"]", "\"])"};

static void mermaid_node(const struct chart *chart, uint32_t i, struct jn_buf *out) {
    const struct chart_node *node = &chart->node[i];
    struct jn_str counted = chart_node_text(chart, node);
    jn_buf_printf(out, "    n%u%s", i, MERMAID_OPEN[node->shape]);
    mermaid_text(node->label, out);
    if (counted.n > 0) {
        jn_buf_z(out, "<br>");
        mermaid_text(counted, out);
    }
    jn_buf_z(out, MERMAID_CLOSE[node->shape]);
    if (chart->marks != NULL && chart->marks->mark == JC_GRAPH_COVERAGE)
        jn_buf_z(out, chart_is_bare(chart, node->count) ? ":::bare" : ":::covered");
    jn_buf_char(out, '\n');
}

static void mermaid_styles(const struct chart *chart, struct jn_buf *out) {
    if (chart->marks == NULL) return;
    if (chart->marks->mark == JC_GRAPH_COVERAGE)
        jn_buf_z(out, "  classDef covered stroke:#1a7f37,stroke-width:2px\n"
                      "  classDef bare stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 3\n");
    for (uint32_t i = 0; i < chart->n_edge; i++) {
        const struct chart_edge *edge = &chart->edge[i];
        if (chart->marks->mark == JC_GRAPH_COVERAGE)
            jn_buf_printf(out, "  linkStyle %u stroke:%s\n", i,
                          edge->bare ? "#cf222e,stroke-dasharray:5 3" : "#1a7f37");
        else
            jn_buf_printf(out, "  linkStyle %u stroke-width:%.1fpx\n", i, 1 + 9 * chart_share(chart, edge->count));
    }
}

void chart_mermaid(const struct chart *chart, struct jn_buf *out) {
    jn_buf_z(out, "flowchart TD\n");
    mermaid_node(chart, 0, out);
    for (uint32_t band = 0; band <= chart->journey->n_stage; band++) {
        struct jn_str name = chart_band_name(chart, band);
        if (name.n > 0) {
            jn_buf_printf(out, "  subgraph stage%u[\"", band);
            mermaid_text(name, out);
            jn_buf_z(out, "\"]\n");
        }
        for (uint32_t i = 1; i < chart->n_node; i++)
            if (chart->node[i].band == band) mermaid_node(chart, i, out);
        if (name.n > 0) jn_buf_z(out, "  end\n");
    }
    for (uint32_t i = 0; i < chart->n_edge; i++) {
        struct jn_str text = chart->edge[i].text;
        jn_buf_printf(out, "  n%u -->", chart->edge[i].from);
        if (text.n > 0) {
            jn_buf_z(out, "|\"");
            mermaid_text(text, out);
            jn_buf_z(out, "\"|");
        }
        jn_buf_printf(out, " n%u\n", chart->edge[i].to);
    }
    mermaid_styles(chart, out);
}

/* ---- DOT */

static void dot_text(struct jn_str text, struct jn_buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"' || c == '\\') jn_buf_char(out, '\\');
        jn_buf_char(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
}

static const char *const DOT_SHAPE[CHART_SHAPES] = {"oval", "box", "parallelogram", "hexagon", "box", "oval"};

static void dot_node(const struct chart *chart, uint32_t i, struct jn_buf *out) {
    const struct chart_node *node = &chart->node[i];
    struct jn_str counted = chart_node_text(chart, node);
    jn_buf_printf(out, "    n%u [shape=%s, label=\"", i, DOT_SHAPE[node->shape]);
    dot_text(node->label, out);
    if (counted.n > 0) {
        jn_buf_z(out, "\\n");
        dot_text(counted, out);
    }
    jn_buf_char(out, '"');
    if (chart->marks != NULL && chart->marks->mark == JC_GRAPH_COVERAGE)
        jn_buf_z(out, chart_is_bare(chart, node->count) ? ", color=\"#cf222e\", style=dashed" : ", color=\"#1a7f37\"");
    jn_buf_z(out, "];\n");
}

static void dot_edge(const struct chart *chart, const struct chart_edge *edge, struct jn_buf *out) {
    jn_buf_printf(out, "  n%u -> n%u [label=\"", edge->from, edge->to);
    dot_text(edge->text, out);
    jn_buf_char(out, '"');
    if (chart->marks != NULL && chart->marks->mark == JC_GRAPH_FLOW)
        jn_buf_printf(out, ", penwidth=%.1f", 1 + 9 * chart_share(chart, edge->count));
    else if (chart->marks != NULL)
        jn_buf_z(out, edge->bare ? ", color=\"#cf222e\", style=dashed" : ", color=\"#1a7f37\"");
    jn_buf_z(out, "];\n");
}

void chart_dot(const struct chart *chart, struct jn_buf *out) {
    jn_buf_z(out, "digraph journey {\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
    dot_node(chart, 0, out);
    for (uint32_t band = 0; band <= chart->journey->n_stage; band++) {
        struct jn_str name = chart_band_name(chart, band);
        if (name.n > 0) {
            jn_buf_printf(out, "  subgraph cluster_%u {\n    label=\"", band);
            dot_text(name, out);
            jn_buf_z(out, "\";\n");
        }
        for (uint32_t i = 1; i < chart->n_node; i++)
            if (chart->node[i].band == band) dot_node(chart, i, out);
        if (name.n > 0) jn_buf_z(out, "  }\n");
    }
    for (uint32_t i = 0; i < chart->n_edge; i++)
        dot_edge(chart, &chart->edge[i], out);
    jn_buf_z(out, "}\n");
}

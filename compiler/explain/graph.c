#include "compiler/explain/graph.h"

#include "compiler/explain/infix.h"
#include "core/value.h"
#include "image/image.h"

static void graph_alternatives(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    jn_buf_z(out, "wait for ");
    for (uint32_t i = 0; i < step->b; i++)
        jn_buf_printf(out, "%s%.*s", i == 0 ? "" : " or ",
                      JN_FMT(p->string[p->event[p->alternative[step->a + i].event].name]));
}

/* What stands in a step's box. */
static void graph_label(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    switch ((enum jn_step_kind)step->kind) {
    case JN_STEP_SEND:
        jn_buf_printf(out, "send %.*s", JN_FMT(p->string[p->message[step->a].name]));
        break;
    case JN_STEP_WAIT:
    case JN_STEP_WAIT_THEN:
    case JN_STEP_WAIT_DATE:
        jn_buf_z(out, "wait ");
        jc_infix(p, step->a, out);
        break;
    case JN_STEP_WAIT_TIME:
        jn_buf_z(out, "wait until ");
        jn_value_print(p->value[step->b], out);
        break;
    case JN_STEP_WAIT_FOR:
        graph_alternatives(p, step, out);
        break;
    case JN_STEP_BRANCH:
        jn_buf_z(out, "if ");
        jc_infix(p, step->a, out);
        break;
    case JN_STEP_SPLIT:
    case JN_STEP_OPTIMIZE:
        jn_buf_printf(out, "%s %.*s", jn_step_word((enum jn_step_kind)step->kind), JN_FMT(p->string[step->c]));
        break;
    case JN_STEP_REPEAT:
        jn_buf_printf(out, "again, up to %u times, every ", step->a);
        jc_infix(p, step->b, out);
        break;
    case JN_STEP_WAIT_IF:
        jn_buf_z(out, "wait if ");
        jc_infix(p, step->a, out);
        break;
    case JN_STEP_START:
        jn_buf_printf(out, "start %.*s", JN_FMT(p->string[p->journey[step->a].name]));
        break;
    case JN_STEP_EMIT:
        jn_buf_printf(out, "emit %.*s", JN_FMT(p->string[p->event[step->a].name]));
        break;
    case JN_STEP_SET_ATTR:
        jn_buf_printf(out, "set customer.%.*s", JN_FMT(p->string[p->attr[step->a].name]));
        break;
    case JN_STEP_SET_SLOT:
        jn_buf_printf(out, "set %.*s", JN_FMT(p->string[p->slot[step->a].name]));
        break;
    case JN_STEP_TAG:
    case JN_STEP_UNTAG:
        jn_buf_printf(out, "%s %.*s", jn_step_word((enum jn_step_kind)step->kind), JN_FMT(p->string[step->a]));
        break;
    case JN_STEP_EXIT:
        jn_buf_printf(out, "exit as %.*s", JN_FMT(p->string[step->a]));
        break;
    case JN_STEP_PASS:
        jn_buf_z(out, "go on");
        break;
    case JN_STEPS:
        break;
    }
}

static void graph_escape(struct jn_str text, enum jc_graph_language language, struct jn_buf *out) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool mermaid = language == JC_GRAPH_MERMAID;
        if (c == '"')
            jn_buf_z(out, mermaid ? "#quot;" : "\\\"");
        else if (c == '\\' && !mermaid)
            jn_buf_z(out, "\\\\");
        else if (mermaid && (c == '#' || c == '<' || c == '>'))
            jn_buf_printf(out, "#%u;", c);
        else
            jn_buf_char(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
}

static void graph_node(const struct jn_program *p, uint32_t step, enum jc_graph_language language, struct jn_buf *out) {
    struct jn_buf label;
    jn_buf_init(&label, 1u << 20);
    graph_label(p, &p->step[step], &label);
    jn_buf_printf(out, language == JC_GRAPH_MERMAID ? "    s%u[\"" : "    s%u [label=\"", step);
    graph_escape(jn_buf_view(&label), language, out);
    jn_buf_z(out, language == JC_GRAPH_MERMAID ? "\"]\n" : "\"];\n");
    jn_buf_release(&label);
}

static void graph_edge(uint32_t from, uint32_t to, struct jn_str label, enum jc_graph_language language,
                       struct jn_buf *out) {
    if (to == JN_NONE) return;
    if (language == JC_GRAPH_MERMAID) {
        jn_buf_printf(out, "  s%u -->", from);
        if (label.n > 0) {
            jn_buf_z(out, "|\"");
            graph_escape(label, language, out);
            jn_buf_z(out, "\"|");
        }
        jn_buf_printf(out, " s%u\n", to);
        return;
    }
    jn_buf_printf(out, "  s%u -> s%u [label=\"", from, to);
    graph_escape(label, language, out);
    jn_buf_z(out, "\"];\n");
}

static void graph_edges(const struct jn_program *p, uint32_t i, enum jc_graph_language language, struct jn_buf *out) {
    const struct jn_step *step = &p->step[i];
    struct jn_str yes = JN_STR(""), no = JN_STR("timeout");
    if (step->kind == JN_STEP_BRANCH) {
        yes = JN_STR("yes");
        no = JN_STR("no");
    } else if (step->kind == JN_STEP_WAIT_FOR) {
        yes = JN_STR("came");
    } else if (step->kind == JN_STEP_WAIT_IF) {
        yes = JN_STR("true");
    } else if (step->kind == JN_STEP_REPEAT) {
        yes = JN_STR("again");
        no = JN_STR("done");
    }
    graph_edge(i, step->next, yes, language, out);
    graph_edge(i, step->alt, no, language, out);
    for (uint32_t a = 0; jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS && a < step->b; a++)
        graph_edge(i, p->arm[step->a + a].step, p->string[p->arm[step->a + a].name], language, out);
}

void jc_graph(const struct jn_program *p, uint32_t journey, enum jc_graph_language language, struct jn_buf *out) {
    const struct jn_journey *row = &p->journey[journey];
    bool mermaid = language == JC_GRAPH_MERMAID;
    jn_buf_z(out, mermaid ? "flowchart TD\n" : "digraph journey {\n  node [shape=box];\n");
    for (uint32_t s = 0; s <= row->n_stage; s++) { /* the last round: steps outside every stage */
        uint32_t stage = s == row->n_stage ? JN_NONE : row->first_stage + s;
        struct jn_str name = stage == JN_NONE ? JN_STR("") : p->string[p->stage[stage].name];
        if (stage != JN_NONE) {
            jn_buf_printf(out, mermaid ? "  subgraph stage%u[\"" : "  subgraph cluster_%u {\n    label=\"", s);
            graph_escape(name, language, out);
            jn_buf_z(out, mermaid ? "\"]\n" : "\";\n");
        }
        for (uint32_t i = row->first_step; i < row->first_step + row->n_step; i++)
            if (p->step[i].stage == stage) graph_node(p, i, language, out);
        if (stage != JN_NONE) jn_buf_z(out, mermaid ? "  end\n" : "  }\n");
    }
    jn_buf_printf(out, mermaid ? "  enter((\"" : "  enter [shape=circle, label=\"");
    graph_escape(row->event != JN_NONE ? p->string[p->event[row->event].name]
                                       : p->string[p->segment[row->segment].name],
                 language, out);
    jn_buf_printf(out, mermaid ? "\")) --> s%u\n" : "\"];\n  enter -> s%u;\n", row->entry);
    for (uint32_t i = row->first_step; i < row->first_step + row->n_step; i++)
        graph_edges(p, i, language, out);
    if (!mermaid) jn_buf_z(out, "}\n");
}

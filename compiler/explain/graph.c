#include "compiler/explain/chart.h"

#include "compiler/explain/infix.h"
#include "compiler/syntax/ast.h"
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define GRAPH_LABEL_MAX (1u << 20)

static void graph_alternatives(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    for (uint32_t i = 0; i < step->b; i++)
        jn_buf_printf(out, "%s%.*s", i == 0 ? "" : " or ",
                      JN_FMT(p->string[p->event[p->alternative[step->a + i].event].name]));
}

/* Word and name. */
static void graph_noun(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    uint32_t name = step->kind == JN_STEP_ASK     ? p->service[step->a].name
                    : step->kind == JN_STEP_START ? p->journey[step->a].name
                                                  : p->event[step->a].name;
    jn_buf_printf(out, "%s %.*s", jn_step_word((enum jn_step_kind)step->kind), JN_FMT(p->string[name]));
}

static void graph_set(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    if (step->kind == JN_STEP_SET_ATTR)
        jn_buf_printf(out, "set customer.%.*s", JN_FMT(p->string[p->attr[step->a].name]));
    else
        jn_buf_printf(out, "set %.*s", JN_FMT(p->string[p->slot[step->a].name]));
}

/* The next TIME on one of the weekdays. */
static void graph_until(const struct jn_program *p, uint32_t weekdays, uint32_t time, struct jn_buf *out) {
    jn_buf_z(out, " until ");
    if (weekdays != JC_EVERY_DAY) {
        jn_buf_z(out, jn_weekdays_take(&weekdays));
        for (const char *word; (word = jn_weekdays_take(&weekdays)) != NULL;)
            jn_buf_printf(out, " or %s", word);
        jn_buf_char(out, ' ');
    }
    jn_value_print(p->value[time], out);
}

static void graph_wait(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    if (step->kind == JN_STEP_WAIT_FOR) {
        jn_buf_z(out, "wait for ");
        graph_alternatives(p, step, out);
    } else if (step->kind == JN_STEP_WAIT_TIME) {
        jn_buf_z(out, "wait");
        graph_until(p, step->a, step->b, out);
    } else if (step->kind == JN_STEP_WAIT_DATE) {
        jn_buf_z(out, "wait until ");
        jc_infix(p, step->a, out);
        if (step->b != JN_NONE) {
            jn_buf_z(out, " at ");
            jn_value_print(p->value[step->b], out);
        }
    } else {
        jn_buf_z(out, step->kind == JN_STEP_WAIT_IF ? "wait if " : "wait ");
        jc_infix(p, step->a, out);
        if (step->kind == JN_STEP_WAIT_THEN) graph_until(p, step->c, step->b, out);
    }
}

/* What stands in a step's box. */
static void graph_label(const struct jn_program *p, const struct jn_step *step, struct jn_buf *out) {
    switch ((enum jn_step_kind)step->kind) {
    case JN_STEP_SEND:
    case JN_STEP_SEND_OR:
        jn_buf_printf(out, "send %.*s", JN_FMT(p->string[p->message[step->a].name]));
        break;
    case JN_STEP_WAIT:
    case JN_STEP_WAIT_THEN:
    case JN_STEP_WAIT_DATE:
    case JN_STEP_WAIT_TIME:
    case JN_STEP_WAIT_FOR:
    case JN_STEP_WAIT_IF:
        graph_wait(p, step, out);
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
    case JN_STEP_ASK:
    case JN_STEP_START:
    case JN_STEP_EMIT:
        graph_noun(p, step, out);
        break;
    case JN_STEP_SET_ATTR:
    case JN_STEP_SET_SLOT:
        graph_set(p, step, out);
        break;
    case JN_STEP_TAG:
    case JN_STEP_UNTAG:
        jn_buf_printf(out, "%s %.*s", jn_step_word((enum jn_step_kind)step->kind), JN_FMT(p->string[step->a]));
        break;
    case JN_STEP_APPROVE:
        jn_buf_printf(out, "%.*s decides: %.*s", JN_FMT(p->string[step->b]), JN_FMT(p->string[step->a]));
        break;
    case JN_STEP_EXIT:
        jn_buf_printf(out, "exit as %.*s", JN_FMT(p->string[step->a]));
        break;
    case JN_STEP_OUTCOME:
        jn_buf_printf(out, "%s?", jn_outcome_word((enum jn_outcome)step->a));
        break;
    case JN_STEP_PASS:
        jn_buf_z(out, "go on");
        break;
    case JN_STEPS:
        break;
    }
}

/* What kind of box it is drawn as. */
static enum chart_shape graph_shape(enum jn_step_kind kind) {
    switch (kind) {
    case JN_STEP_SEND:
    case JN_STEP_SEND_OR:
        return CHART_SEND;
    case JN_STEP_WAIT:
    case JN_STEP_WAIT_TIME:
    case JN_STEP_WAIT_DATE:
    case JN_STEP_WAIT_THEN:
    case JN_STEP_WAIT_FOR:
    case JN_STEP_WAIT_IF:
    case JN_STEP_REPEAT:
    case JN_STEP_ASK:
    case JN_STEP_APPROVE:
        return CHART_HOLD;
    case JN_STEP_BRANCH:
    case JN_STEP_OUTCOME:
    case JN_STEP_SPLIT:
    case JN_STEP_OPTIMIZE:
        return CHART_CHOICE;
    case JN_STEP_START:
    case JN_STEP_EMIT:
    case JN_STEP_SET_ATTR:
    case JN_STEP_SET_SLOT:
    case JN_STEP_TAG:
    case JN_STEP_UNTAG:
    case JN_STEP_PASS:
        return CHART_EFFECT;
    case JN_STEP_EXIT:
        return CHART_EXIT;
    case JN_STEPS:
        break;
    }
    return CHART_EFFECT;
}

/* What comes, and after which time it does not. */
static struct jn_str graph_came(const struct jn_program *p, const struct jn_step *step, struct jn_arena *arena) {
    struct jn_buf text;
    jn_buf_init(&text, GRAPH_LABEL_MAX);
    graph_alternatives(p, step, &text);
    struct jn_str came = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return came;
}

static struct jn_str graph_limit(const struct jn_program *p, const struct jn_step *step, struct jn_arena *arena) {
    struct jn_buf text;
    jn_buf_init(&text, GRAPH_LABEL_MAX);
    jn_buf_z(&text, "after ");
    jc_infix(p, step->c, &text);
    struct jn_str limit = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return limit;
}

/* An answer's way is the defaults' way; why these stand. */
static struct jn_str graph_defaults(const struct jn_program *p, const struct jn_step *step, struct jn_arena *arena) {
    const struct jn_service *service = &p->service[step->a];
    struct jn_buf text;
    jn_buf_init(&text, GRAPH_LABEL_MAX);
    jn_buf_z(&text, "default: after ");
    jn_value_print(jn_value_duration(JN_UNIT_MS, service->timeout_ms), &text);
    jn_buf_z(&text, service->breaker > 0 ? ", failed, breaker open" : ", failed");
    struct jn_str defaults = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return defaults;
}

/* What is written on a step's two ways. */
static void graph_sides(const struct jn_program *p, const struct jn_step *step, struct jn_arena *arena,
                        struct jn_str *next, struct jn_str *alt) {
    enum jn_step_kind kind = (enum jn_step_kind)step->kind;
    *next = *alt = JN_STR("");
    if (kind == JN_STEP_SEND_OR) {
        *next = JN_STR("sent");
        *alt = JN_STR("not sent");
    } else if (kind == JN_STEP_BRANCH || kind == JN_STEP_OUTCOME) {
        *next = JN_STR("yes");
        *alt = JN_STR("no");
    } else if (kind == JN_STEP_WAIT_FOR) {
        *next = graph_came(p, step, arena);
        *alt = graph_limit(p, step, arena);
    } else if (kind == JN_STEP_WAIT_IF) {
        *next = JN_STR("true");
        *alt = graph_limit(p, step, arena);
    } else if (kind == JN_STEP_ASK) {
        *next = JN_STR("answer");
        *alt = graph_defaults(p, step, arena);
    } else if (kind == JN_STEP_APPROVE) {
        *next = JN_STR("approved");
        *alt = JN_STR("not approved");
    } else if (kind == JN_STEP_REPEAT) {
        *next = JN_STR("again");
        *alt = JN_STR("done");
    }
}

/* ---- boxes and arrows */

/* Joins, and what `repeat` counts in variables that no script can name. */
static bool graph_is_hidden(const struct jn_program *p, uint32_t step) {
    const struct jn_step *row = &p->step[step];
    if (row->kind == JN_STEP_PASS) return true;
    if (row->kind != JN_STEP_SET_SLOT) return false;
    struct jn_str name = p->string[p->slot[row->a].name];
    return memchr(name.p, '.', name.n) != NULL;
}

/* What is hidden is passed over. A cycle holds a wait, so this ends. */
static uint32_t graph_target(const struct jn_program *p, uint32_t step) {
    while (step != JN_NONE && graph_is_hidden(p, step))
        step = p->step[step].next;
    return step;
}

static struct chart_node *graph_box(struct chart *chart, uint32_t step) {
    const struct jn_step *row = &chart->program->step[step];
    struct chart_node *node = jn_arena_grow(chart->arena, &chart->node, &chart->n_node, sizeof(*node));
    struct jn_buf label;
    jn_buf_init(&label, GRAPH_LABEL_MAX);
    graph_label(chart->program, row, &label);
    *node = (struct chart_node){.step = step,
                                .band = row->stage == JN_NONE ? chart->journey->n_stage
                                                              : row->stage - chart->journey->first_stage,
                                .shape = graph_shape((enum jn_step_kind)row->kind),
                                .label = jn_arena_str(chart->arena, jn_buf_view(&label)),
                                .count = chart->marks == NULL ? 0 : chart->marks->count[step]};
    jn_buf_release(&label);
    return node;
}

static struct jn_str graph_counted(const struct chart *chart, uint64_t count) {
    if (chart->marks == NULL) return JN_STR("");
    if (chart->marks->mark == JC_GRAPH_COVERAGE)
        return jn_arena_printf(chart->arena, "%llu×", (unsigned long long)count);
    return jn_arena_printf(chart->arena, "%.1f%%", 100 * chart_share(chart, count));
}

/* What stands on a way, and what marks add to it. */
static struct jn_str graph_way(const struct chart *chart, struct jn_str label, uint64_t count) {
    struct jn_str counted = graph_counted(chart, count);
    if (label.n == 0 || counted.n == 0) return label.n == 0 ? counted : label;
    return jn_arena_printf(chart->arena, "%.*s · %.*s", JN_FMT(label), JN_FMT(counted));
}

/* Ways between the same two boxes are one arrow, on which each is written; one of them bare makes it bare. */
static void graph_arrow(struct chart *chart, const uint32_t *box, uint32_t from, uint32_t step, struct jn_str label,
                        uint64_t count) {
    uint32_t target = graph_target(chart->program, step);
    if (target == JN_NONE) return;
    uint32_t to = box[target - chart->journey->first_step];
    struct jn_str text = graph_way(chart, label, count);
    bool bare = chart_is_bare(chart, count);
    for (uint32_t i = chart->n_edge; i > 0 && chart->edge[i - 1].from == from; i--) {
        struct chart_edge *edge = &chart->edge[i - 1];
        if (edge->to != to) continue;
        edge->text = jn_arena_printf(chart->arena, "%.*s / %.*s", JN_FMT(edge->text), JN_FMT(text));
        edge->count += count;
        edge->bare = edge->bare || bare;
        return;
    }
    struct chart_edge *edge = jn_arena_grow(chart->arena, &chart->edge, &chart->n_edge, sizeof(*edge));
    *edge = (struct chart_edge){from, to, text, count, bare};
}

static void graph_arrows(struct chart *chart, const uint32_t *box, uint32_t from) {
    const struct jn_program *p = chart->program;
    const struct jc_graph_marks *marks = chart->marks;
    uint32_t i = chart->node[from].step;
    const struct jn_step *step = &p->step[i];
    struct jn_str next, alt;
    graph_sides(p, step, chart->arena, &next, &alt);
    graph_arrow(chart, box, from, step->next, next, marks == NULL ? 0 : marks->next[i]);
    uint32_t other = step->kind == JN_STEP_ASK ? step->next : step->alt;
    graph_arrow(chart, box, from, other, alt, marks == NULL ? 0 : marks->alt[i]);
    for (uint32_t a = step->a; jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS && a < step->a + step->b;
         a++)
        graph_arrow(chart, box, from, p->arm[a].step, p->string[p->arm[a].name], marks == NULL ? 0 : marks->arm[a]);
}

void chart_make(const struct jn_program *program, uint32_t journey, const struct jc_graph_marks *marks,
                struct jn_arena *arena, struct chart *out) {
    const struct jn_journey *row = &program->journey[journey];
    uint32_t *box = JN_NEW_ARRAY(arena, uint32_t, row->n_step + 1);
    *out = (struct chart){.program = program,
                          .journey = row,
                          .marks = marks,
                          .entered = marks == NULL ? 0 : marks->entered[journey],
                          .arena = arena};
    struct chart_node *entry = jn_arena_grow(arena, &out->node, &out->n_node, sizeof(*entry));
    *entry = (struct chart_node){.step = JN_NONE, .shape = CHART_ENTRY, .count = out->entered};
    entry->label = program->string[row->event != JN_NONE     ? program->event[row->event].name
                                   : row->segment != JN_NONE ? program->segment[row->segment].name
                                                             : row->name];
    for (uint32_t i = 0; i < row->n_step; i++) {
        if (graph_is_hidden(program, row->first_step + i)) continue;
        box[i] = out->n_node;
        graph_box(out, row->first_step + i);
    }
    graph_arrow(out, box, 0, row->entry, JN_STR(""), out->entered);
    out->node[0].band = out->n_edge > 0 ? out->node[out->edge[0].to].band : row->n_stage;
    for (uint32_t i = 1; i < out->n_node; i++)
        graph_arrows(out, box, i);
}

struct jn_str chart_band_name(const struct chart *chart, uint32_t band) {
    if (band >= chart->journey->n_stage) return JN_STR("");
    return chart->program->string[chart->program->stage[chart->journey->first_stage + band].name];
}

/* ---- what marks say */

bool chart_is_bare(const struct chart *chart, uint64_t count) {
    return chart->marks != NULL && chart->marks->mark == JC_GRAPH_COVERAGE && count == 0;
}

double chart_share(const struct chart *chart, uint64_t count) {
    return chart->entered == 0 ? 0 : (double)count / (double)chart->entered;
}

struct jn_str chart_node_text(const struct chart *chart, const struct chart_node *node) {
    struct jn_str counted = graph_counted(chart, node->count);
    if (chart->marks == NULL || chart->marks->mark == JC_GRAPH_COVERAGE) return counted;
    return jn_arena_printf(chart->arena, "%llu · %.*s", (unsigned long long)node->count, JN_FMT(counted));
}

/* ---- the picture */

void jc_graph(const struct jn_program *p, const uint32_t *journey, uint32_t n, enum jc_graph_language language,
              const struct jc_graph_marks *marks, struct jn_buf *out) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    struct chart *chart = JN_NEW_ARRAY(&arena, struct chart, n);
    for (uint32_t i = 0; i < n; i++)
        chart_make(p, journey[i], marks, &arena, &chart[i]);
    if (language == JC_GRAPH_SVG) chart_svg(chart, n, out);
    for (uint32_t i = 0; language != JC_GRAPH_SVG && i < n; i++) {
        if (i > 0) jn_buf_char(out, '\n');
        if (language == JC_GRAPH_MERMAID)
            chart_mermaid(&chart[i], out);
        else
            chart_dot(&chart[i], out);
    }
    jn_arena_release(&arena);
}

/* The sample of every line a journey may have, drawn in each language: no kind of step is without its box. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "compiler/explain/graph.h"
#include "core/arena.h"
#include "image/image.h"
#include "journey/compile.h"

#define SAMPLE "tests/lang/explained/everything.journey"

static struct jn_arena arena;
static struct jn_program *program;

static int set_up(void **state) {
    char *text = jn_arena_alloc(&arena, 1 << 16);
    FILE *file = fopen(SAMPLE, "rb");
    struct jc_result result;
    (void)state;
    if (file == NULL) return 1;
    size_t n = fread(text, 1, 1 << 16, file);
    (void)fclose(file);
    struct jc_source source = {JN_STR("everything.journey"), {text, n}, JC_READ};
    if (jc_compile(&arena, &source, 1, &result, NULL) != JN_OK) return 1;
    program = result.program;
    return program == NULL;
}

static int tear_down(void **state) {
    (void)state;
    jn_arena_release(&arena);
    return 0;
}

static void expect_all(enum jc_graph_language language, const struct jc_graph_marks *marks, const char *const *said) {
    uint32_t all[16];
    struct jn_buf out;
    assert_true(program->n_journey <= 16);
    for (uint32_t i = 0; i < program->n_journey; i++)
        all[i] = i;
    jn_buf_init(&out, 1u << 20);
    jc_graph(program, all, program->n_journey, language, marks, &out);
    assert_false(out.failed);
    for (; *said != NULL; said++)
        if (memmem(out.p, out.n, *said, strlen(*said)) == NULL)
            fail_msg("\"%s\" is not in\n%.*s", *said, (int)out.n, out.p);
    jn_buf_release(&out);
}

static void what_repeat_counts_is_not_drawn(void **state) {
    (void)state;
    for (int language = 0; language <= JC_GRAPH_SVG; language++)
        for (uint32_t i = 0; i < program->n_journey; i++) {
            struct jn_buf out;
            jn_buf_init(&out, 1u << 20);
            jc_graph(program, &i, 1, (enum jc_graph_language)language, NULL, &out);
            if (memmem(out.p, out.n, ".rounds", 7) != NULL) fail_msg("%.*s", (int)out.n, out.p);
            jn_buf_release(&out);
        }
}

static void every_kind_of_step_is_in_the_sample(void **state) {
    (void)state;
    for (uint32_t kind = 0; kind < JN_STEPS; kind++) {
        bool there = false;
        for (uint32_t i = 0; i < program->n_step; i++)
            there = there || program->step[i].kind == kind;
        if (!there) fail_msg("no %s in " SAMPLE, jn_step_word((enum jn_step_kind)kind));
    }
}

static void each_step_has_its_box_and_its_ways(void **state) {
    static const char *const SAID[] = {"send hello",
                                       "wait 90 minutes",
                                       "Is this order sound?",
                                       "again, up to 3 times, every 2 days",
                                       "capped?",
                                       "set plan_seen",
                                       "set customer.points",

                                       "approved",
                                       "not approved",
                                       "not sent",
                                       "again",
                                       "done",
                                       "wait if",
                                       "emit signup",
                                       "start reminders",
                                       "loyal",
                                       NULL};
    (void)state;
    expect_all(JC_GRAPH_MERMAID, NULL, SAID);
    expect_all(JC_GRAPH_DOT, NULL, SAID);
    expect_all(JC_GRAPH_SVG, NULL, (const char *const[]){"<svg", "</svg>", "Every line there is", NULL});
}

static void what_ran_is_drawn_with_its_counts(void **state) {
    uint64_t *count = JN_NEW_ARRAY(&arena, uint64_t, program->n_step),
             *way = JN_NEW_ARRAY(&arena, uint64_t, program->n_step);
    uint64_t *arm = JN_NEW_ARRAY(&arena, uint64_t, program->n_arm),
             *entered = JN_NEW_ARRAY(&arena, uint64_t, program->n_journey);
    struct jc_graph_marks marks = {JC_GRAPH_COVERAGE, count, way, way, arm, entered};
    (void)state;
    for (uint32_t i = 0; i < program->n_step; i += 2) /* every other step was carried out, and went on by both ways */
        count[i] = way[i] = 7;
    for (uint32_t i = 0; i < program->n_arm; i++)
        arm[i] = i;
    for (uint32_t i = 0; i < program->n_journey; i++)
        entered[i] = 100;
    expect_all(JC_GRAPH_MERMAID, &marks, (const char *const[]){"send hello", NULL});
    expect_all(JC_GRAPH_SVG, &marks, (const char *const[]){"<svg", NULL});
    marks.mark = JC_GRAPH_FLOW;
    expect_all(JC_GRAPH_DOT, &marks, (const char *const[]){"send hello", "%", NULL});
    expect_all(JC_GRAPH_SVG, &marks, (const char *const[]){"<svg", "%", NULL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_repeat_counts_is_not_drawn),
        cmocka_unit_test(every_kind_of_step_is_in_the_sample),
        cmocka_unit_test(each_step_has_its_box_and_its_ways),
        cmocka_unit_test(what_ran_is_drawn_with_its_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

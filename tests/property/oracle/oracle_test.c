/* The compiler, the image and the engine agree with a naive reading of the tree, over random journeys and days.
 *
 * JOURNEY_SEEDS=100000 runs that many (1,000 otherwise), JOURNEY_SEED=N begins at N: a failure prints its seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "covered.h"
#include "generate.h"
#include "oracle.h"
#include "played.h"

#include "compiler/diag/print.h"
#include "compiler/syntax/parse.h"
#include "core/log.h"
#include "journey/compile.h"

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define END   (START + INT64_C(120) * 24 * 3600 * 1000)

static void show_mistakes(const struct jc_diags *diags) {
    struct jn_buf out;
    jn_buf_init(&out, 1u << 20);
    jc_diags_print_text(diags, false, &out);
    fprintf(stderr, "%.*s", JN_FMT(jn_buf_view(&out)));
    jn_buf_release(&out);
}

/* One customer's days in one workspace, by either. */
struct telling {
    struct jn_buf script, engine, oracle, engine_content, oracle_content;
    struct deed deed[DEEDS_MAX];
    uint32_t n_deed;
};

static void telling_init(struct telling *t) {
    struct jn_buf *all[] = {&t->script, &t->engine, &t->oracle, &t->engine_content, &t->oracle_content};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        jn_buf_init(all[i], 1u << 20);
}

static void telling_release(struct telling *t) {
    struct jn_buf *all[] = {&t->script, &t->engine, &t->oracle, &t->engine_content, &t->oracle_content};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        jn_buf_release(all[i]);
}

static void compare(uint64_t seed, const struct telling *t) {
    if (jn_str_eq(jn_buf_view(&t->engine), jn_buf_view(&t->oracle)) &&
        jn_str_eq(jn_buf_view(&t->engine_content), jn_buf_view(&t->oracle_content)))
        return;
    /* cmocka's own printing ends after a kilobyte */
    for (uint32_t i = 0; i < t->n_deed; i++) {
        const struct deed *d = &t->deed[i];
        fprintf(stderr, "%lld kind %d e%d x %lld c %lld t %s in %d\n", (long long)d->at, (int)d->kind, d->event,
                (long long)d->x, (long long)d->c, d->t == NULL ? "-" : d->t, d->in);
    }
    fprintf(stderr, "%.*s\nthe engine:\n%.*s%.*s\nthe oracle:\n%.*s%.*s", JN_FMT(jn_buf_view(&t->script)),
            JN_FMT(jn_buf_view(&t->engine)), JN_FMT(jn_buf_view(&t->engine_content)), JN_FMT(jn_buf_view(&t->oracle)),
            JN_FMT(jn_buf_view(&t->oracle_content)));
    fail_msg("seed %llu: the engine and the oracle differ", (unsigned long long)seed);
}

static void one_seed(uint64_t seed, struct covered *covered) {
    struct rng rng = {seed * UINT64_C(0x2545F4914F6CDD1D)};
    struct telling t = {.n_deed = 0};
    struct jn_arena arena;
    struct jc_result result;
    struct jc_tree tree;
    struct jc_diags diags;
    jn_arena_init(&arena);
    telling_init(&t);
    generate_script(&rng, &t.script);
    struct chance chance = random_chance(&rng);
    t.n_deed = random_deeds(&rng, START, t.deed);
    struct jc_source source = {JN_STR("random.journey"), jn_buf_view(&t.script), JC_READ};
    assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
    if (result.program == NULL) {
        show_mistakes(result.diags);
        fail_msg("seed %llu does not compile", (unsigned long long)seed);
    }
    jc_diags_init(&diags, &arena, &source, 1);
    assert_int_equal(jc_parse(&arena, &diags, 0, &tree, NULL), JN_OK);
    play(result.program, &chance, t.deed, t.n_deed, END, &t.engine, &t.engine_content);
    oracle_tell(tree.file, &chance, t.deed, t.n_deed, END, &t.oracle, &t.oracle_content);
    compare(seed, &t);
    covered_add(covered, tree.file);
    telling_release(&t);
    jn_arena_release(&arena);
}

static uint64_t setting(const char *name, uint64_t preset) {
    const char *text = getenv(name);
    return text == NULL ? preset : strtoull(text, NULL, 10);
}

static struct covered covered;

static void the_engine_agrees_with_the_tree(void **state) {
    uint64_t first = setting("JOURNEY_SEED", 1), n = setting("JOURNEY_SEEDS", 1000);
    (void)state;
    jn_log_set_level(JN_LOG_OFF);
    for (uint64_t seed = first; seed < first + n; seed++)
        one_seed(seed, &covered);
}

static void everything_that_behaves_is_generated(void **state) {
    (void)state;
    if (getenv("JOURNEY_SEEDS") != NULL || getenv("JOURNEY_SEED") != NULL) skip(); /* may lack what is rare */
    assert_int_equal(covered_gaps(&covered), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_engine_agrees_with_the_tree),
                                       cmocka_unit_test(everything_that_behaves_is_generated)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The compiler, the image and the engine agree with a naive reading of the tree, over random journeys and days.
 *
 * JOURNEY_SEEDS=100000 runs that many (2,000 otherwise), JOURNEY_SEED=N begins at N: a failure prints its seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "oracle.h"

#include "compiler/diag/print.h"
#include "compiler/syntax/parse.h"
#include "core/json.h"
#include "core/log.h"
#include "image/image.h"
#include "journey/compile.h"
#include "journey/runtime.h"
#include "journey/store.h"

extern const struct jr_store_ops jr_store_mem;

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define END   (START + INT64_C(400) * 24 * 3600 * 1000)

/* ---- the real engine */

struct played {
    struct jr_store *store;
    struct jr_engine *engine;
    struct jn_arena arena;
    struct jn_buf *out;
};

static void hear(void *user, const struct jr_trace *trace) {
    struct played *p = user;
    const char *what = trace->kind == JR_TRACE_ENTERED ? "entered"
                       : trace->kind == JR_TRACE_SENT  ? "sent"
                       : trace->kind == JR_TRACE_LEFT  ? "left"
                       : trace->kind == JR_TRACE_GOAL  ? "goal"
                                                       : NULL;
    struct jn_str name = trace->kind == JR_TRACE_ENTERED ? JN_STR("") : trace->name;
    if (what == NULL) return;
    jn_buf_printf(p->out, "%lld %s%s%.*s\n", (long long)trace->at, what, name.n > 0 ? " " : "", JN_FMT(name));
}

static void take_turn(struct played *p, const struct jr_input *input, uint32_t n, int64_t now) {
    struct jr_turn turn;
    do {
        turn = (struct jr_turn){.arena = &p->arena};
        jn_arena_reset(&p->arena);
        assert_int_equal(jr_engine_turn(p->engine, input, n, now, &turn, NULL), JN_OK);
        n = 0;
    } while (turn.more);
}

static void pass_time(struct played *p, int64_t until) {
    int64_t due;
    while ((due = jr_engine_next_due(p->engine)) <= until)
        take_turn(p, NULL, 0, due);
}

/* What is open is decided; what is due at this very instant comes afterwards. */
static void play_decision(struct played *p, const struct deed *deed) {
    struct jr_approval *approval;
    struct jn_arena arena;
    uint32_t n;
    uint64_t next;
    jn_arena_init(&arena);
    assert_int_equal(jr_engine_approvals(p->engine, 0, DEEDS_MAX, &arena, &approval, &n, &next, NULL), JN_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct jr_input input = {.kind = JR_INPUT_DECISION,
                                 .received = deed->at,
                                 .event = approval[i].by,
                                 .other = approval[i].id,
                                 .in = deed->event == DEED_APPROVES};
        take_turn(p, &input, 1, deed->at - 1);
    }
    jn_arena_release(&arena);
}

static void play_deeds(struct played *p, const struct deed *deed, uint32_t n) {
    for (uint32_t i = 0; i < n;) {
        struct jr_input input[DEEDS_MAX];
        struct jn_json *json[DEEDS_MAX];
        uint32_t same = 0;
        static const char *const NAME[] = {"", "e1", "e2", "e3"};
        pass_time(p, deed[i].at - 1);
        if (deed[i].event >= DEED_APPROVES) {
            play_decision(p, &deed[i++]);
            continue;
        }
        for (; i + same < n && deed[i + same].at == deed[i].at && deed[i + same].event < DEED_APPROVES; same++) {
            const struct deed *d = &deed[i + same];
            struct jn_buf text;
            jn_buf_init(&text, 256);
            jn_buf_char(&text, '{');
            if (d->x != INT64_MIN) jn_buf_printf(&text, "\"x\":%lld", (long long)d->x);
            if (d->t != NULL) jn_buf_printf(&text, "%s\"t\":\"%s\"", d->x != INT64_MIN ? "," : "", d->t);
            jn_buf_char(&text, '}');
            assert_int_equal(jn_json_parse(jn_buf_view(&text), &json[same], NULL), JN_OK);
            jn_buf_release(&text);
            input[same] = (struct jr_input){.kind = JR_INPUT_EVENT,
                                            .received = d->at,
                                            .happened = d->at,
                                            .source = JN_STR("track"),
                                            .customer = JN_STR("ann"),
                                            .event = jn_str_z(NAME[d->event]),
                                            .properties = json[same]};
        }
        take_turn(p, input, same, deed[i].at - 1);
        for (uint32_t k = 0; k < same; k++)
            jn_json_free(json[k]);
        i += same;
    }
    pass_time(p, END);
}

static void play(struct jn_program *program, const struct deed *deed, uint32_t n, struct jn_buf *out) {
    struct played p = {.out = out};
    struct jr_engine_options options = {.trace = hear, .trace_user = &p};
    struct jn_buf image;
    struct jn_err err;
    jn_arena_init(&p.arena);
    jn_buf_init(&image, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(program, &image, &err), JN_OK);
    assert_int_equal(jr_store_mem.open(JN_STR(""), &p.store, NULL), JN_OK);
    assert_int_equal(jr_engine_open(p.store, &options, &p.engine, &err), JN_OK);
    if (jr_engine_deploy(p.engine, jn_buf_view(&image), &err) != JN_OK) fail_msg("%s", err.text);
    play_deeds(&p, deed, n);
    jr_engine_close(p.engine);
    jr_store_mem.close(p.store);
    jn_buf_release(&image);
    jn_arena_release(&p.arena);
}

/* ---- both */

static void show_mistakes(const struct jc_diags *diags) {
    struct jn_buf out;
    jn_buf_init(&out, 1u << 20);
    jc_diags_print_text(diags, false, &out);
    print_error("%.*s", JN_FMT(jn_buf_view(&out)));
    jn_buf_release(&out);
}

static void compare(uint64_t seed, struct jn_str script, struct jn_str engine, struct jn_str oracle,
                    const struct deed *deed, uint32_t n) {
    if (jn_str_eq(engine, oracle)) return;
    /* cmocka's own printing ends after a kilobyte */
    for (uint32_t i = 0; i < n; i++)
        fprintf(stderr, "%lld e%d x %lld t %s\n", (long long)deed[i].at, deed[i].event, (long long)deed[i].x,
                deed[i].t == NULL ? "-" : deed[i].t);
    fprintf(stderr, "%.*s\nthe engine:\n%.*s\nthe oracle:\n%.*s", JN_FMT(script), JN_FMT(engine), JN_FMT(oracle));
    fail_msg("seed %llu: the engine and the oracle differ", (unsigned long long)seed);
}

static void one_seed(uint64_t seed) {
    struct rng rng = {seed * UINT64_C(0x2545F4914F6CDD1D)};
    struct deed deed[DEEDS_MAX];
    struct jn_arena arena;
    struct jn_buf script, engine, oracle;
    struct jc_result result;
    struct jc_tree tree;
    jn_arena_init(&arena);
    jn_buf_init(&script, 1u << 20);
    jn_buf_init(&engine, 1u << 20);
    jn_buf_init(&oracle, 1u << 20);
    generate_script(&rng, &script);
    uint32_t n = generate_deeds(&rng, START, deed);
    struct jc_source source = {JN_STR("random.journey"), jn_buf_view(&script), JC_READ};
    assert_int_equal(jc_compile(&arena, &source, 1, &result, NULL), JN_OK);
    if (result.program == NULL) {
        show_mistakes(result.diags);
        fail_msg("seed %llu does not compile", (unsigned long long)seed);
    }
    struct jc_diags diags;
    jc_diags_init(&diags, &arena, &source, 1);
    assert_int_equal(jc_parse(&arena, &diags, 0, &tree, NULL), JN_OK);
    play(result.program, deed, n, &engine);
    oracle_tell(tree.file, deed, n, END, &oracle);
    compare(seed, jn_buf_view(&script), jn_buf_view(&engine), jn_buf_view(&oracle), deed, n);
    jn_buf_release(&oracle);
    jn_buf_release(&engine);
    jn_buf_release(&script);
    jn_arena_release(&arena);
}

static uint64_t setting(const char *name, uint64_t preset) {
    const char *text = getenv(name);
    return text == NULL ? preset : strtoull(text, NULL, 10);
}

static void the_engine_agrees_with_the_tree(void **state) {
    uint64_t first = setting("JOURNEY_SEED", 1), n = setting("JOURNEY_SEEDS", 2000);
    (void)state;
    jn_log_set_level(JN_LOG_OFF);
    for (uint64_t seed = first; seed < first + n; seed++)
        one_seed(seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_engine_agrees_with_the_tree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Whatever the store cannot do just now, lives go on as if nothing had been: every test block of the language and of
 * the examples, on a store each of whose calls fails once, one after the other. A turn that meets such a call must say
 * so and change nothing; the same turn is then tried again, until it comes through without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/command.h"
#include "core/arena.h"
#include "failing.h"
#include "journey/runtime.h"

static struct failing store;
static uint32_t turns;

jn_rc __wrap_jr_store_open(struct jn_str url, struct jr_store **out, struct jn_err *err);
jn_rc __wrap_jr_store_open(struct jn_str url, struct jr_store **out, struct jn_err *err) {
    (void)url, (void)err;
    *out = failing_open(&store);
    return JN_OK;
}

/* Tries until the call that is to fail is none that is made; `before` is what each try begins with. */
#define TRIED(call, before)                                                                                            \
    for (uint32_t strike = 1;; strike++) {                                                                             \
        before;                                                                                                        \
        failing_arm(&store, strike);                                                                                   \
        jn_rc rc = call;                                                                                               \
        if (!failing_disarm(&store)) return rc;                                                                        \
        assert_int_equal(rc, JN_IO);                                                                                   \
    }

/* A function of the engine as the linker has it for the commands: __real_ is the engine's. */
#define BETWEEN(name, parameters)                                                                                      \
    jn_rc __real_##name parameters;                                                                                    \
    jn_rc __wrap_##name parameters;                                                                                    \
    jn_rc __wrap_##name parameters

BETWEEN(jr_engine_turn, (struct jr_engine * engine, const struct jr_input *input, uint32_t n, int64_t now,
                         struct jr_turn *turn, struct jn_err *err)) {
    struct jn_arena *arena = turn->arena;
    turns++;
    TRIED(__real_jr_engine_turn(engine, input, n, now, turn, err),
          (jn_arena_reset(arena), *turn = (struct jr_turn){.arena = arena}))
}

BETWEEN(jr_engine_open, (struct jr_store * below, const struct jr_engine_options *options, struct jr_engine **out,
                         struct jn_err *err)){TRIED(__real_jr_engine_open(below, options, out, err), *out = NULL)}

BETWEEN(jr_engine_deploy, (struct jr_engine * engine, struct jn_str image, struct jn_err *err)){
    TRIED(__real_jr_engine_deploy(engine, image, err), (void)0)}

BETWEEN(jr_engine_customer, (struct jr_engine * engine, struct jn_str id, struct jn_arena *arena,
                             struct jr_customer_view *out, struct jn_err *err)) {
    TRIED(__real_jr_engine_customer(engine, id, arena, out, err), (void)0)
}

static void passes(char *path) {
    struct cli_args args = {.path = &path, .n_path = 1};
    turns = 0;
    assert_int_equal(cli_cmd_test(&args), 0);
    assert_true(turns > 100);
}

static void the_language_means_the_same(void **state) {
    (void)state;
    passes((char[]){"tests/lang/behaviour"});
}

static void the_examples_go_on(void **state) {
    (void)state;
    passes((char[]){"journeys"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_means_the_same),
        cmocka_unit_test(the_examples_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

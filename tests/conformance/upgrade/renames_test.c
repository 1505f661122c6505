/* Where people at a step are in the next version when names behind it have changed: steps without a label are found by
 * the new names of their messages, events and stages, and by those alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/arena.h"
#include "journey/compile.h"
#include "upgrade/upgrade.h"

#define WORLD         "channel mail\n  webhook \"https://x.example\"\nend\n"
#define MESSAGE(name) "message " name " on mail\n  body \"x\"\nend\n"
#define JOURNEY(stage, statements)                                                                                     \
    "journey j\n  enter when start\n  re-enter never\n  stage " stage "\n" statements "  end\nend\n"
#define OLD                                                                                                            \
    "event start\nevent look\nevent buy\n" MESSAGE("hello") MESSAGE("extra_hello")                                     \
        JOURNEY("s", "    send hello\n    wait 1 day\n    send extra_hello\n    wait 2 days\n    wait for look or "    \
                     "buy up to 1 day\n    wait for buy up to 1 day\n")

static const struct {
    const char *now, *was, *becomes; /* names of steps; becomes NULL: nothing behind it is left */
} ROW[] = {
    {OLD, "s.send_hello", "s.send_hello"},
    {"event start\nevent look\nevent buy\n" MESSAGE("hi was hello") MESSAGE("extra_hello") JOURNEY(
         "s",
         "    send hi\n    wait 1 day\n    send extra_hello\n    wait 2 days\n    wait for look or buy up to 1 day\n"),
     "s.wait_after_hello", "s.wait_after_hi"},
    {"event start\nevent look\nevent buy\n" MESSAGE("hi was hello") MESSAGE("extra_hello") JOURNEY(
         "s",
         "    send hi\n    wait 1 day\n    send extra_hello\n    wait 2 days\n    wait for look or buy up to 1 day\n"),
     "s.wait_after_extra_hello", "s.wait_after_extra_hello"}, /* another message, whose name only ends the same */
    {"event start\nevent look\nevent bought was buy\n" MESSAGE("hello")
         JOURNEY("s", "    send hello\n    wait for look or bought up to 1 day\n    wait for bought up to 1 day\n"),
     "s.wait_for_look_or_buy", "s.wait_for_look_or_bought"},
    {"event start\nevent seen was look\nevent buy\n" MESSAGE("hello")
         JOURNEY("s", "    send hello\n    wait for seen or buy up to 1 day\n    wait for buy up to 1 day\n"),
     "s.wait_for_look_or_buy", "s.wait_for_seen_or_buy"},
    {"event start\nevent look\nevent bought was buy\n" MESSAGE("hello")
         JOURNEY("s", "    send hello\n    wait for look or bought up to 1 day\n    wait for bought up to 1 day\n"),
     "s.wait_for_buy", "s.wait_for_bought"},
    {"event start\nevent look\nevent buy\n" MESSAGE("hello") JOURNEY("t was s", "    send hello\n    wait 1 day\n"),
     "s.wait_after_hello", "t.wait_after_hello"},
    {"event start\nevent look\nevent buy\n" MESSAGE("hello") JOURNEY("s", "    send hello\n"), "s.wait_for_buy", NULL},
};

static struct jn_program *compile(struct jn_arena *arena, const char *text) {
    struct jc_source *source = JN_NEW(arena, struct jc_source);
    struct jc_result result;
    *source = (struct jc_source){JN_STR("a.journey"), jn_arena_printf(arena, "%s%s", WORLD, text), JC_READ};
    assert_int_equal(jc_compile(arena, source, 1, &result, NULL), JN_OK);
    if (result.program == NULL)
        fail_msg("%u: %.*s", result.diags->first->span.line, JN_FMT(result.diags->first->message));
    return result.program;
}

static uint32_t step_of(const struct jn_program *program, const char *name) {
    for (uint32_t i = 0; i < program->n_step; i++)
        if (jn_str_is(program->string[program->step[i].name], name)) return i;
    fail_msg("there is no step %s", name);
    return 0;
}

static void steps_are_found_by_the_new_names(void **state) {
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct jn_arena arena;
        jn_arena_init(&arena);
        const struct jn_program *from = compile(&arena, OLD), *to = compile(&arena, ROW[i].now);
        struct jn_step_move move = jn_upgrade_make(from, to, &arena)->step[step_of(from, ROW[i].was)];
        struct jn_str name = move.move == JN_MOVE_ENDS ? JN_STR("") : to->string[to->step[move.step].name];
        if (!jn_str_is(name, ROW[i].becomes == NULL ? "" : ROW[i].becomes)) {
            print_message("row %zu: %s becomes %.*s\n", i, ROW[i].was, JN_FMT(name));
            wrong++;
        }
        jn_arena_release(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_are_found_by_the_new_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

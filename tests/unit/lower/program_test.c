/* What the compiler makes of a workspace: stable names, flow, code of expressions and templates, the same bytes always.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "core/arena.h"
#include "image/image.h"
#include "journey/compile.h"

#define WORLD                                                                                                          \
    "workspace\n  currency CNY\nend\n"                                                                                 \
    "customer\n  points number, default 0\n  plan text\nend\n"                                                         \
    "event signup\n  plan text\nend\n"                                                                                 \
    "channel email\n  webhook \"https://esp.example/\"\nend\n"                                                         \
    "message welcome on email\n  body \"Hi {{ customer.plan | default: 'friend' | upcase }}!\"\nend\n"                 \
    "message nudge on email\n  body \"Still there?\"\nend\n"
#define HEAD        "journey j\n  enter when signup\n  re-enter never\n"
#define SENDS       HEAD "  stage last\n    send welcome\n    wait 1 day\n    send nudge\n  end\nend\n"
#define BODY(lines) WORLD HEAD "  stage s\n    send welcome\n    send nudge\n" lines "  end\nend\n"

static struct jc_result compile(struct jn_arena *arena, const struct jc_source *source, uint32_t n) {
    struct jc_result result;
    struct jn_err err;
    assert_int_equal(jc_compile(arena, source, n, &result, &err), JN_OK);
    return result;
}

static struct jc_result compile_text(struct jn_arena *arena, struct jn_str text) {
    struct jc_source *source = JN_NEW(arena, struct jc_source);
    *source = (struct jc_source){JN_STR("w/a.journey"), text, JC_READ};
    return compile(arena, source, 1);
}

static const struct jn_program *sound(struct jn_arena *arena, struct jn_str text) {
    struct jc_result result = compile_text(arena, text);
    for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next)
        if (jc_code_severity(diag->code) == JC_ERROR)
            fail_msg("%s at line %u: %.*s", jc_code_name(diag->code), diag->span.line, JN_FMT(diag->message));
    assert_non_null(result.program);
    return result.program;
}

static bool gives(struct jn_str text, enum jc_code code) {
    struct jn_arena arena;
    bool found = false;
    jn_arena_init(&arena);
    struct jc_result result = compile_text(&arena, text);
    for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next)
        found = found || diag->code == code;
    jn_arena_release(&arena);
    return found;
}

static bool has_step(const struct jn_program *program, const char *name) {
    for (uint32_t i = 0; i < program->n_step; i++)
        if (jn_str_is(program->string[program->step[i].name], name)) return true;
    return false;
}

static void steps_are_named_by_stage_kind_and_noun(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    const struct jn_program *program =
        sound(&arena, JN_STR(BODY("    wait 2 days\n    wait for signup up to 1 day\n    late: wait 3 days\n")));
    assert_true(has_step(program, "s.send_welcome"));
    assert_true(has_step(program, "s.send_nudge"));
    assert_true(has_step(program, "s.wait_after_nudge"));
    assert_true(has_step(program, "s.wait_for_signup"));
    assert_true(has_step(program, "late"));
    jn_arena_release(&arena);
}

/* A changed duration, or a step put in front, must not make anybody's step another one. */
static void a_step_keeps_its_id_when_others_change(void **state) {
    struct jn_arena arena;
    uint32_t id[2] = {0, 1};
    (void)state;
    jn_arena_init(&arena);
    const struct jn_program *program[] = {sound(&arena, JN_STR(BODY("    wait 2 days\n"))),
                                          sound(&arena, JN_STR(BODY("    wait 9 days\n    tag \"x\"\n")))};
    for (int i = 0; i < 2; i++)
        for (uint32_t s = 0; s < program[i]->n_step; s++)
            if (jn_str_is(program[i]->string[program[i]->step[s].name], "s.wait_after_nudge"))
                id[i] = program[i]->step[s].id;
    assert_int_equal(id[0], id[1]);
    jn_arena_release(&arena);
}

static void every_cycle_passes_time_and_ends(void **state) {
    (void)state;
#define TURN "    if customer.points > 3 then\n      go to s\n    end\n"
    assert_true(gives(JN_STR(BODY(TURN)), JC_E0505));
    assert_false(gives(JN_STR(BODY("    wait 1 day\n" TURN)), JC_E0505));
    assert_false(gives(JN_STR(BODY("    wait until 09:00\n" TURN)), JC_E0505));
    assert_false(gives(JN_STR(BODY("    wait for signup up to 1 day\n" TURN)), JC_E0505));
    /* With its lookback at entry the same event would pass it again at once. */
    assert_true(gives(JN_STR(BODY("    wait for signup since entry up to 1 day\n" TURN)), JC_E0505));
    /* A date already past passes at once. */
    assert_true(gives(JN_STR(BODY("    wait until 2026-11-11\n" TURN)), JC_E0505));
    assert_true(gives(JN_STR(BODY("    wait 1 day\n    go to s\n")), JC_E0506));
    assert_true(gives(JN_STR(BODY("    exit as x\n    wait 1 day\n")), JC_E0501));
}

static void the_sum_of_a_split_is_told(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    struct jc_result result = compile_text(
        &arena,
        JN_STR(BODY("    split t\n      45% a:\n        tag \"x\"\n      50% b:\n        tag \"y\"\n    end\n")));
    assert_int_equal(result.diags->n_error, 1);
    assert_int_equal(result.diags->first->code, JC_E0512);
    char text[256];
    snprintf(text, sizeof(text), "%.*s", JN_FMT(result.diags->first->message));
    assert_non_null(strstr(text, "95"));
    jn_arena_release(&arena);
}

static void assert_code(const struct jn_program *program, uint32_t expr, const char *expected) {
    struct jn_buf out;
    jn_buf_init(&out, 1u << 16);
    jn_image_disassemble_expr(program, expr, &out);
    char text[1024];
    snprintf(text, sizeof(text), "%.*s", JN_FMT(jn_buf_view(&out)));
    jn_buf_release(&out);
    assert_string_equal(text, expected);
}

static void expressions_become_code(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    const struct jn_program *program =
        sound(&arena, JN_STR(BODY("    if customer.points + 1 > 3 then\n      tag \"x\"\n    end\n")));
    for (uint32_t i = 0; i < program->n_step; i++)
        if (program->step[i].kind == JN_STEP_BRANCH)
            assert_code(program, program->step[i].a, "attr points; push 1; add; push 3; gt; ret");
    jn_arena_release(&arena);
}

static void templates_are_kept(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    const struct jn_program *program = sound(&arena, JN_STR(BODY("")));
    const struct jn_message *message = &program->message[jn_program_message(program, JN_STR("welcome"))];
    assert_int_equal(message->n_field, 1);
    const struct jn_field *field = &program->field[message->first_field];
    assert_true(jn_str_is(program->string[field->text], "Hi {{ customer.plan | default: 'friend' | upcase }}!"));
    jn_arena_release(&arena);
}

static void encode(struct jn_arena *arena, const struct jc_source *source, struct jn_buf *out) {
    struct jn_err err;
    struct jc_result result = compile(arena, source, 2);
    assert_non_null(result.program);
    assert_int_equal(jn_image_encode(result.program, out, &err), JN_OK);
}

/* Neither the order in which files are read nor the folder they lie in is part of a program. */
static void the_same_workspace_gives_the_same_bytes(void **state) {
    const struct jn_str a = JN_STR(WORLD), b = JN_STR(SENDS);
    const struct jc_source order[3][2] = {
        {{JN_STR("w/a.journey"), a, JC_READ}, {JN_STR("w/b.journey"), b, JC_READ}},
        {{JN_STR("w/b.journey"), b, JC_READ}, {JN_STR("w/a.journey"), a, JC_READ}},
        {{JN_STR("else/where/a.journey"), a, JC_READ}, {JN_STR("else/where/b.journey"), b, JC_READ}},
    };
    struct jn_buf out[3];
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    for (int i = 0; i < 3; i++) {
        jn_buf_init(&out[i], JN_IMAGE_MAX);
        encode(&arena, order[i], &out[i]);
        assert_true(jn_str_eq(jn_buf_view(&out[0]), jn_buf_view(&out[i])));
    }
    for (int i = 0; i < 3; i++)
        jn_buf_release(&out[i]);
    jn_arena_release(&arena);
}

static void old_names_are_recorded(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    const struct jn_program *program =
        sound(&arena, JN_STR(WORLD "event bought was purchase\n" HEAD "  stage s was start\n    send welcome\n"
                                   "    send nudge\n    seen was looked: wait for bought up to 1 day\n  end\nend\n"));
    static const struct {
        enum jn_rename_kind kind;
        const char *scope, *was, *now;
    } EXPECTED[] = {{JN_RENAME_EVENT, "", "purchase", "bought"},
                    {JN_RENAME_STAGE, "j", "start", "s"},
                    {JN_RENAME_STEP, "j", "looked", "seen"}};
    assert_int_equal(program->n_rename, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(program->rename[i].kind, EXPECTED[i].kind);
        assert_true(jn_str_is(program->string[program->rename[i].scope], EXPECTED[i].scope));
        assert_true(jn_str_is(program->string[program->rename[i].was], EXPECTED[i].was));
        assert_true(jn_str_is(program->string[program->rename[i].now], EXPECTED[i].now));
    }
    jn_arena_release(&arena);
}

static void an_old_name_is_free_and_claimed_once(void **state) {
    (void)state;
    assert_true(gives(JN_STR("event a\nevent b was a\n"), JC_E0802));
    assert_true(gives(JN_STR("event a was a\n"), JC_E0802));
    assert_true(gives(JN_STR("event a was c\nevent b was c\n"), JC_E0803));
    assert_true(gives(JN_STR("customer\n  a text\n  b was a text\nend\n"), JC_E0802));
    assert_true(gives(JN_STR(BODY("    x: wait 1 day\n    y was x: wait 1 day\n")), JC_E0802));
}

static void segments_in_a_circle_are_one_mistake(void **state) {
    struct jn_arena arena;
    (void)state;
    jn_arena_init(&arena);
    struct jc_result result =
        compile_text(&arena, JN_STR("segment a is customer in b\nsegment b is customer in c or customer has tag \"t\"\n"
                                    "segment c is customer in a\nsegment d is customer in a\n"));
    assert_int_equal(result.diags->n_error, 1);
    assert_int_equal(result.diags->first->code, JC_E0313);
    jn_arena_release(&arena);
}

static void ten_mistakes_are_ten_diagnostics(void **state) {
    static const struct {
        uint32_t line;
        enum jc_code code;
    } EXPECTED[] = {{2, JC_E0306},  {6, JC_E0401},  {12, JC_E0310}, {15, JC_E0305}, {16, JC_E0604},
                    {18, JC_E0517}, {21, JC_E0304}, {22, JC_E0507}, {23, JC_E0510}, {24, JC_E0512}};
    struct jn_arena arena;
    uint32_t n = 0;
    (void)state;
    jn_arena_init(&arena);
    struct jc_result result = compile_text(&arena, JN_STR("workspace\n"
                                                          "  timezone \"Asia/Shangri\"\n"
                                                          "end\n"
                                                          "customer\n"
                                                          "  city text\n"
                                                          "  points number, default \"x\"\n"
                                                          "end\n"
                                                          "event signup\n"
                                                          "event bought\n"
                                                          "# the way out\n"
                                                          "channel email\n"
                                                          "  webhook \"ftp://esp.example/\"\n"
                                                          "end\n"
                                                          "message hello on email\n"
                                                          "  subject \"{{ customer.citty }}\"\n"
                                                          "  body \"{{ customer.city | upcsae }}\"\n"
                                                          "end\n"
                                                          "journey j\n"
                                                          "  enter when signup\n"
                                                          "  stage s\n"
                                                          "    send helo\n"
                                                          "    wait 0 days\n"
                                                          "    wait for bought\n"
                                                          "    split t\n"
                                                          "      45% a:\n"
                                                          "        tag \"x\"\n"
                                                          "      50% b:\n"
                                                          "        tag \"y\"\n"
                                                          "    end\n"
                                                          "  end\n"
                                                          "end\n"));
    for (const struct jc_diag *diag = result.diags->first; diag != NULL; diag = diag->next) {
        if (jc_code_severity(diag->code) != JC_ERROR) continue;
        if (n >= 10 || diag->code != EXPECTED[n].code || diag->span.line != EXPECTED[n].line)
            fail_msg("mistake %u is %s at line %u: %.*s", n, jc_code_name(diag->code), diag->span.line,
                     JN_FMT(diag->message));
        n++;
    }
    assert_int_equal(n, 10);
    jn_arena_release(&arena);
}

static void what_is_set_or_given_and_never_read_is_a_warning(void **state) {
    (void)state;
    assert_true(gives(JN_STR(BODY("    set x to 1\n")), JC_W0901));
    assert_false(gives(JN_STR(BODY("    set x to 1\n    set customer.points to x\n")), JC_W0901));
    assert_true(gives(JN_STR(BODY("    twice: send nudge with x = 1\n")), JC_W0901));
    struct jn_str read_by_the_other = JN_STR(
        BODY("    twice: send nudge or spare with x = 1\n") "message spare on email\n  subject \"{{ x }}\"\nend\n");
    assert_false(gives(read_by_the_other, JC_W0901));
}

static void one_mistake_is_told_once(void **state) {
    (void)state;
    assert_true(gives(JN_STR(BODY("    wait 0.5 days\n")), JC_E0112));
    assert_false(gives(JN_STR(BODY("    wait 0.5 days\n")), JC_E0507));
    assert_true(gives(JN_STR(BODY("    set customer.timezone to \"Nowhere/X\"\n")), JC_E0306));
    assert_false(gives(JN_STR(BODY("    set customer.timezone to \"Europe/Berlin\"\n")), JC_E0306));
    struct jn_str no_currency =
        JN_STR("event a\n  total money\nend\nsegment s is sum of a.total in the last 3 days > 10 CNY\n");
    assert_true(gives(no_currency, JC_E0308));
    assert_false(gives(no_currency, JC_E0414));
    struct jn_str other = JN_STR("workspace\n  currency CNY\nend\ncustomer\n  m money, default 5 EUR\nend\n");
    assert_true(gives(other, JC_E0414));
    assert_false(gives(other, JC_E0401));
}

static void every_field_of_a_message_is_kept(void **state) {
    (void)state;
    struct jn_arena arena;
    struct jn_buf source;
    jn_arena_init(&arena);
    jn_buf_init(&source, 1 << 16);
    jn_buf_printf(&source, "event a\nchannel c\n  webhook \"https://x.example/\"\nend\nmessage m on c\n");
    for (int i = 0; i < 100; i++)
        jn_buf_printf(&source, "  field_%d \"x\"\n", i);
    jn_buf_printf(&source, "end\njourney j\n  enter when a\n  re-enter never\n  stage s\n    send m\n  end\nend\n");
    const struct jn_program *program = sound(&arena, jn_buf_view(&source));
    assert_int_equal(program->message[jn_program_message(program, JN_STR("m"))].n_field, 100);
    jn_buf_release(&source);
    jn_arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_named_by_stage_kind_and_noun),
        cmocka_unit_test(a_step_keeps_its_id_when_others_change),
        cmocka_unit_test(every_cycle_passes_time_and_ends),
        cmocka_unit_test(the_sum_of_a_split_is_told),
        cmocka_unit_test(expressions_become_code),
        cmocka_unit_test(templates_are_kept),
        cmocka_unit_test(the_same_workspace_gives_the_same_bytes),
        cmocka_unit_test(old_names_are_recorded),
        cmocka_unit_test(an_old_name_is_free_and_claimed_once),
        cmocka_unit_test(segments_in_a_circle_are_one_mistake),
        cmocka_unit_test(ten_mistakes_are_ten_diagnostics),
        cmocka_unit_test(one_mistake_is_told_once),
        cmocka_unit_test(every_field_of_a_message_is_kept),
        cmocka_unit_test(what_is_set_or_given_and_never_read_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

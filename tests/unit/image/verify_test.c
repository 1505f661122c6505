/* The verifier's laws: a sound program, then the same broken in one way each; and images that were tampered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/value.h"
#include "gallery.h"
#include "image/image.h"

struct sample {
    struct jn_arena arena;
    struct jn_builder *b;
    uint32_t day, yes, text_expr;
};

static uint32_t str(struct sample *s, const char *z) {
    return draft_string(s->b, z);
}

static struct jn_step step(struct sample *s, enum jn_step_kind kind, const char *name, uint32_t id) {
    return (struct jn_step){.name = str(s, name),
                            .id = id,
                            .kind = kind,
                            .stage = 0,
                            .next = JN_NONE,
                            .alt = JN_NONE,
                            .file = str(s, "a.journey"),
                            .line = 1};
}

/* enter → wait 1 day → if … then split … → send → exit, with a way back over the wait. */
static void sample_init(struct sample *s) {
    *s = (struct sample){0};
    jn_arena_init(&s->arena);
    s->b = jn_builder_new(&s->arena);
    jn_builder_add_meta(s->b, &(struct jn_meta){.language = 1, .timezone = str(s, "UTC"), .keep_events = JN_NONE});
    s->day = draft_push(s->b, jn_value_duration(JN_UNIT_DAYS, 1));
    s->yes = draft_push(s->b, jn_value_bool(true));
    s->text_expr = draft_push(s->b, jn_value_text(JN_STR("x")));
    jn_builder_add_attr(
        s->b,
        &(struct jn_attr){
            .name = str(s, "name"), .type = JN_T_TEXT, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE});
    jn_builder_add_event(s->b, &(struct jn_event){.name = str(s, "signup"), .n_prop = 1});
    jn_builder_add_prop(s->b, &(struct jn_prop){.name = str(s, "plan"), .type = JN_T_TEXT, .one_of = JN_NONE});
    jn_builder_add_event(s->b, &(struct jn_event){.name = str(s, "other"), .first_prop = 1});
    jn_builder_add_segment(s->b, &(struct jn_segment){.name = str(s, "all"), .cond = s->yes});
    jn_builder_add_channel(s->b, &(struct jn_channel){.name = str(s, "mail"),
                                                      .url = str(s, "https://x.example"),
                                                      .to = JN_NONE,
                                                      .retry_over = JN_NONE,
                                                      .cost = JN_NONE,
                                                      .carbon = JN_NONE});
    jn_builder_add_message(s->b, &(struct jn_message){.name = str(s, "hello"), .topic = JN_NONE, .n_field = 1});
    jn_builder_add_field(s->b, &(struct jn_field){.name = str(s, "body"), .text = str(s, "Hello {{ customer.name }}")});
    jn_builder_add_stage(s->b, &(struct jn_stage){.name = str(s, "only")});
    struct jn_step wait = step(s, JN_STEP_WAIT, "only.wait", 1), branch = step(s, JN_STEP_BRANCH, "", 0),
                   split = step(s, JN_STEP_SPLIT, "", 0);
    struct jn_step send = step(s, JN_STEP_SEND, "only.send_hello", 2), leave = step(s, JN_STEP_EXIT, "", 0);
    wait.a = s->day;
    wait.next = 1;
    branch.a = s->yes;
    branch.next = 2;
    branch.alt = 0;
    split.b = 2;
    split.c = str(s, "test");
    send.next = 4;
    leave.a = str(s, "done");
    jn_builder_add_step(s->b, &wait);
    jn_builder_add_step(s->b, &branch);
    jn_builder_add_step(s->b, &split);
    jn_builder_add_step(s->b, &send);
    jn_builder_add_step(s->b, &leave);
    jn_builder_add_arm(s->b, &(struct jn_arm){.name = str(s, "a"), .weight = 4000, .step = 3});
    jn_builder_add_arm(s->b, &(struct jn_arm){.name = str(s, "b"), .weight = 6000, .step = 4});
    struct jn_journey journey = {.name = str(s, "welcome"),
                                 .segment = JN_NONE,
                                 .time = JN_NONE,
                                 .where = JN_NONE,
                                 .key = JN_NONE,
                                 .reenter_after = JN_NONE,
                                 .exit_if = JN_NONE,
                                 .starts = JN_NONE,
                                 .ends = JN_NONE,
                                 .topic = JN_NONE,
                                 .n_stage = 1,
                                 .n_step = 5};
    jn_builder_add_journey(s->b, &journey);
}

static jn_rc verdict(struct sample *s, struct jn_err *err) {
    return jn_image_verify(jn_builder_finish(s->b), err);
}

typedef void breaker(struct sample *s);
#define STEP(i) jn_builder_at_step(s->b, i)
#define JOURNEY jn_builder_at_journey(s->b, 0)
#define BREAK(name, ...)                                                                                               \
    static void name(struct sample *s) {                                                                               \
        __VA_ARGS__;                                                                                                   \
    }

static void code(struct sample *s, const char *bytes, size_t n, enum jn_type type) {
    jn_builder_at_segment(s->b, 0)->cond = jn_builder_code(s->b, (struct jn_str){bytes, n}, type);
}

BREAK(a_name_that_is_no_string, jn_builder_at_event(s->b, 0)->name = 9999)
BREAK(two_events_of_one_name, jn_builder_at_event(s->b, 1)->name = jn_builder_at_event(s->b, 0)->name)
BREAK(a_type_that_is_none, jn_builder_at_attr(s->b, 0)->type = 99)
BREAK(unknown_flags, jn_builder_at_attr(s->b, 0)->flags = 1u << 30)
BREAK(properties_beyond_the_table, jn_builder_at_event(s->b, 0)->n_prop = 7)
BREAK(a_condition_that_is_a_text, jn_builder_at_segment(s->b, 0)->cond = s->text_expr)
BREAK(a_channel_that_is_not_there, jn_builder_at_message(s->b, 0)->channel = 3)
BREAK(two_metas, jn_builder_add_meta(s->b, &(struct jn_meta){.language = 1}))
BREAK(a_constant_out_of_range, jn_builder_at_constant(s->b, 0)->scale = 200)
static uint32_t quiet(struct sample *s, int64_t from, int64_t to, uint32_t mode) {
    struct jn_quiet row = {.from = jn_builder_value(s->b, jn_value_of(JN_T_TIME, from)),
                           .to = jn_builder_value(s->b, jn_value_of(JN_T_TIME, to)),
                           .mode = mode};
    jn_builder_at_meta(s->b, 0)->n_quiet = 1;
    return jn_builder_add_quiet(s->b, &row);
}

static uint32_t cap(struct sample *s, uint32_t limit, int64_t days) {
    struct jn_cap row = {.limit = limit, .over = jn_builder_value(s->b, jn_value_duration(JN_UNIT_DAYS, days))};
    jn_builder_at_meta(s->b, 0)->n_cap = 1;
    return jn_builder_add_cap(s->b, &row);
}

BREAK(quiet_hours_that_are_none, quiet(s, 1000, 1000, JN_QUIET_HOLD))
BREAK(quiet_hours_of_unknown_kind, quiet(s, 1000, 2000, JN_QUIETS))
BREAK(quiet_hours_that_begin_with_a_duration,
      jn_builder_at_quiet(s->b, quiet(s, 1, 2, 0))->from = jn_builder_value(s->b, jn_value_duration(JN_UNIT_DAYS, 1)))
BREAK(a_cap_that_lets_nothing_through, cap(s, 0, 1))
BREAK(a_cap_beyond_what_is_counted, cap(s, JN_CAP_MAX + 1, 1))
BREAK(a_cap_over_no_time, cap(s, 1, 0))
BREAK(caps_beyond_the_table, jn_builder_at_channel(s->b, 0)->n_cap = 1)
BREAK(a_share_of_more_than_all, JOURNEY->control = JN_SHARE_ALL + 1)
BREAK(a_topic_that_is_not_there, JOURNEY->topic = 0)
BREAK(a_rate_over_no_time, jn_builder_at_channel(s->b, 0)->rate = 5)
BREAK(a_rate_over_an_odd_time, jn_builder_at_channel(s->b, 0)->rate = 5; jn_builder_at_channel(s->b, 0)->rate_ms = 7)
BREAK(a_cost_that_is_a_number, jn_builder_at_channel(s->b, 0)->cost = jn_builder_value(s->b, jn_value_int(1)))
BREAK(a_step_of_unknown_kind, STEP(0)->kind = 99)
BREAK(a_step_that_leads_out, STEP(0)->next = 77)
BREAK(a_step_that_leads_nowhere, STEP(0)->next = JN_NONE)
BREAK(an_exit_that_goes_on, STEP(4)->next = 0)
BREAK(a_branch_with_one_way, STEP(1)->alt = JN_NONE)
BREAK(a_wait_without_a_name, STEP(0)->id = 0)
BREAK(two_steps_of_one_id, STEP(3)->id = STEP(0)->id)
BREAK(an_operand_that_must_be_zero, STEP(0)->d = 5)
BREAK(arms_that_do_not_sum_to_all, jn_builder_at_arm(s->b, 0)->weight = 1)
BREAK(two_arms_of_one_name, jn_builder_at_arm(s->b, 1)->name = jn_builder_at_arm(s->b, 0)->name)
BREAK(an_arm_that_leads_out, jn_builder_at_arm(s->b, 0)->step = 50)
BREAK(a_circle_without_time, STEP(0)->kind = JN_STEP_PASS; STEP(0)->a = 0)
BREAK(a_wait_of_no_length_in_a_circle, STEP(0)->a = draft_push(s->b, jn_value_duration(JN_UNIT_DAYS, 0)))
BREAK(a_loop_without_an_end, STEP(1)->next = 0)
BREAK(an_entry_outside, JOURNEY->entry = 5)
BREAK(steps_that_belong_to_no_journey, JOURNEY->n_step = 4)
BREAK(a_key_of_another_event, JOURNEY->event = 1; JOURNEY->key = 0)
BREAK(re_entry_after_nothing, JOURNEY->reenter = JN_REENTER_AFTER)
BREAK(an_unknown_instruction, code(s, "\xF0\x00", 2, JN_T_BOOL))
BREAK(code_that_does_not_end, code(s, "\x0D", 1, JN_T_BOOL))
BREAK(an_instruction_cut_off, code(s, "\x01\x00", 2, JN_T_BOOL))
BREAK(taking_from_an_empty_stack, static const char C[] = {JN_OP_NOT, JN_OP_RET}; code(s, C, 2, JN_T_BOOL))
BREAK(a_result_of_another_type, static const char C[] = {JN_OP_NOW, JN_OP_RET}; code(s, C, 2, JN_T_BOOL))
BREAK(two_results, static const char C[] = {JN_OP_NOW, JN_OP_NOW, JN_OP_RET}; code(s, C, 3, JN_T_INSTANT);
      jn_builder_at_segment(s->b, 0)->cond = s->yes)
BREAK(code_that_nobody_reaches, static const char C[] = {JN_OP_JUMP, 1, 0, 0, 0, JN_OP_NOW, JN_OP_NOW, JN_OP_RET};
      code(s, C, 8, JN_T_INSTANT))
BREAK(a_jump_out_of_the_code, static const char C[] = {JN_OP_JUMP, 99, 0, 0, 0, JN_OP_NOW, JN_OP_RET};
      code(s, C, 7, JN_T_INSTANT))
BREAK(a_jump_into_an_instruction, static const char C[] = {JN_OP_NOW, JN_OP_IS_MISSING, JN_OP_FALSE_JUMP, 1, 0, 0, 0,
                                                           JN_OP_PUSH, 0, 0, 0, 0, JN_OP_RET};
      code(s, C, 13, JN_T_DURATION))
BREAK(a_comparison_of_two_types, static const char C[] = {JN_OP_NOW, JN_OP_TODAY, JN_OP_EQ, JN_OP_RET};
      code(s, C, 4, JN_T_BOOL))
BREAK(a_template_that_is_not_well_formed, jn_builder_at_field(s->b, 0)->text = str(s, "{{ customer.name"))
BREAK(a_segment_of_itself, static const char C[] = {JN_OP_SEGMENT, 0, 0, 0, 0, JN_OP_RET}; code(s, C, 6, JN_T_BOOL))
BREAK(an_attribute_that_is_not_there, static const char C[] = {JN_OP_ATTR, 9, 0, 0, 0, JN_OP_RET};
      code(s, C, 6, JN_T_TEXT))
BREAK(a_property_of_another_event, static const char C[] = {JN_OP_PROP, 1, 0, 0, 0, 0, 0, 0, 0, JN_OP_RET};
      code(s, C, 10, JN_T_TEXT))
BREAK(a_stack_too_deep, static char C[40]; memset(C, JN_OP_NOW, 39); C[39] = JN_OP_RET; code(s, C, 40, JN_T_INSTANT))

static const struct {
    const char *name;
    breaker *run;
} LAW_ROW[] = {
#define LAW(name)                                                                                                      \
    { #name, name }
    LAW(a_name_that_is_no_string),
    LAW(two_events_of_one_name),
    LAW(a_type_that_is_none),
    LAW(unknown_flags),
    LAW(properties_beyond_the_table),
    LAW(a_condition_that_is_a_text),
    LAW(a_channel_that_is_not_there),
    LAW(two_metas),
    LAW(a_constant_out_of_range),
    LAW(quiet_hours_that_are_none),
    LAW(quiet_hours_of_unknown_kind),
    LAW(quiet_hours_that_begin_with_a_duration),
    LAW(a_cap_that_lets_nothing_through),
    LAW(a_cap_beyond_what_is_counted),
    LAW(a_cap_over_no_time),
    LAW(caps_beyond_the_table),
    LAW(a_share_of_more_than_all),
    LAW(a_topic_that_is_not_there),
    LAW(a_rate_over_no_time),
    LAW(a_rate_over_an_odd_time),
    LAW(a_cost_that_is_a_number),
    LAW(a_step_of_unknown_kind),
    LAW(a_step_that_leads_out),
    LAW(a_step_that_leads_nowhere),
    LAW(an_exit_that_goes_on),
    LAW(a_branch_with_one_way),
    LAW(a_wait_without_a_name),
    LAW(two_steps_of_one_id),
    LAW(an_operand_that_must_be_zero),
    LAW(arms_that_do_not_sum_to_all),
    LAW(two_arms_of_one_name),
    LAW(an_arm_that_leads_out),
    LAW(a_circle_without_time),
    LAW(a_wait_of_no_length_in_a_circle),
    LAW(a_loop_without_an_end),
    LAW(an_entry_outside),
    LAW(steps_that_belong_to_no_journey),
    LAW(a_key_of_another_event),
    LAW(re_entry_after_nothing),
    LAW(an_unknown_instruction),
    LAW(code_that_does_not_end),
    LAW(an_instruction_cut_off),
    LAW(taking_from_an_empty_stack),
    LAW(a_result_of_another_type),
    LAW(two_results),
    LAW(code_that_nobody_reaches),
    LAW(a_jump_out_of_the_code),
    LAW(a_jump_into_an_instruction),
    LAW(a_comparison_of_two_types),
    LAW(a_template_that_is_not_well_formed),
    LAW(a_segment_of_itself),
    LAW(an_attribute_that_is_not_there),
    LAW(a_property_of_another_event),
    LAW(a_stack_too_deep),
#undef LAW
};

static void each_law_refuses_what_breaks_it(void **state) {
    unsigned missed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(LAW_ROW) / sizeof(*LAW_ROW); i++) {
        struct sample s;
        struct jn_err err = {.text = ""};
        sample_init(&s);
        LAW_ROW[i].run(&s);
        if (verdict(&s, &err) == JN_OK || err.text[0] == '\0') {
            print_message("passed: %s\n", LAW_ROW[i].name);
            missed++;
        }
        jn_arena_release(&s.arena);
    }
    assert_int_equal(missed, 0);
}

static void the_sample_itself_is_sound(void **state) {
    struct sample s;
    struct jn_err err = {.text = ""};
    (void)state;
    sample_init(&s);
    if (verdict(&s, &err) != JN_OK) fail_msg("%s", err.text);
    jn_arena_release(&s.arena);
}

static void encoded(struct sample *s, struct jn_buf *out) {
    struct jn_err err;
    jn_buf_init(out, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(jn_builder_finish(s->b), out, &err), JN_OK);
}

static void an_image_comes_back_as_it_was(void **state) {
    struct sample s;
    struct jn_buf one, two;
    struct jn_program *program;
    struct jn_err err = {.text = ""};
    (void)state;
    sample_init(&s);
    encoded(&s, &one);
    if (jn_image_load(jn_buf_view(&one), &s.arena, &program, &err) != JN_OK) fail_msg("%s", err.text);
    jn_buf_init(&two, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(program, &two, &err), JN_OK);
    assert_true(jn_str_eq(jn_buf_view(&one), jn_buf_view(&two)));
    assert_int_equal(jn_program_step(program, 0, 2), 3);
    assert_int_equal(jn_program_event(program, JN_STR("other")), 1);
    assert_int_equal(jn_program_event(program, JN_STR("nothing")), JN_NONE);
    jn_buf_release(&one);
    jn_buf_release(&two);
    jn_arena_release(&s.arena);
}

static void every_changed_byte_is_noticed(void **state) {
    struct sample s;
    struct jn_buf image;
    (void)state;
    sample_init(&s);
    encoded(&s, &image);
    for (size_t i = 0; i < image.n; i++) {
        struct jn_arena arena;
        struct jn_program *program;
        struct jn_err err = {.text = ""};
        jn_arena_init(&arena);
        image.p[i] = (char)(image.p[i] ^ 0x41);
        if (jn_image_load(jn_buf_view(&image), &arena, &program, &err) == JN_OK) fail_msg("byte %zu", i);
        image.p[i] = (char)(image.p[i] ^ 0x41);
        jn_arena_release(&arena);
    }
    for (size_t n = 0; n < image.n; n++) {
        struct jn_program *program;
        assert_int_not_equal(jn_image_load((struct jn_str){image.p, n}, &s.arena, &program, NULL), JN_OK);
    }
    jn_buf_release(&image);
    jn_arena_release(&s.arena);
}

static void code_is_readable(void **state) {
    struct sample s;
    struct jn_buf out;
    (void)state;
    sample_init(&s);
    jn_buf_init(&out, 1u << 20);
    jn_image_disassemble_expr(jn_builder_finish(s.b), s.day, &out);
    assert_true(jn_str_is(jn_buf_view(&out), "push 1 day; ret"));
    jn_buf_reset(&out);
    jn_image_disassemble(jn_builder_finish(s.b), &out);
    assert_non_null(memmem(out.p, out.n, "step 0  wait  only.wait  (push 1 day; ret)  -> 1", 48));
    jn_buf_release(&out);
    jn_arena_release(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_itself_is_sound),
        cmocka_unit_test(each_law_refuses_what_breaks_it),
        cmocka_unit_test(an_image_comes_back_as_it_was),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(code_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

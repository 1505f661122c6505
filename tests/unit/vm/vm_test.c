/* Every instruction does what opcodes.def says, with values and with missing ones. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/civil.h"
#include "machine.h"

static int setup(void **state) {
    static struct machine m;
    machine_init(&m);
    *state = &m;
    return 0;
}

static int teardown(void **state) {
    machine_release(*state);
    return 0;
}

#define DAYS(n)  jn_value_duration(JN_UNIT_DAYS, n)
#define HOURS(n) jn_value_duration(JN_UNIT_MS, (n)*JN_MS_HOUR)
#define ABSENT(type)                                                                                                   \
    { JN_OP_ABSENT, JN_T_##type, 0 }

static void reads_what_the_context_holds(void **state) {
    struct machine *m = *state;
    assert_string_equal(RUN(m, NUMBER, {JN_OP_ATTR, m->points, 0}), "5");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_ATTR, m->missing_attr, 0}), "missing");
    assert_string_equal(RUN(m, TEXT, OP0(CUSTOMER_ID)), "\"ann\"");
    assert_string_equal(RUN(m, MONEY, {JN_OP_PROP, m->event, m->amount}), "49.90 CNY");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_SLOT, m->slot, 0}), "7");
    assert_string_equal(RUN(m, INSTANT, OP0(NOW)), "2026-03-01T01:30:00Z");
    assert_string_equal(RUN(m, DATE, OP0(TODAY)), "2026-03-01");
    assert_string_equal(RUN(m, BOOL, {JN_OP_TAGGED, text(m, "vip"), 0}), "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_TAGGED, text(m, "other"), 0}), "false");
    assert_string_equal(RUN(m, BOOL, {JN_OP_SEGMENT, m->segment, 0}), "true");
    assert_string_equal(RUN(m, NUMBER, ABSENT(NUMBER)), "missing");
}

static struct jn_value answer_with_its_number(const struct jr_context *context, uint32_t past) {
    (void)context;
    return jn_value_duration(JN_UNIT_MS, 1000 * ((int64_t)past + 1));
}

/* The past is somebody else's to know; how long ago something was moves with time. */
static void asks_about_the_past_and_tells_when_time_changes_the_answer(void **state) {
    struct machine *m = *state;
    struct jn_past since = {.kind = JN_HISTORY_SINCE,
                            .event = m->event,
                            .prop = JN_NONE,
                            .window = JN_NONE,
                            .where = JN_NONE,
                            .message = JN_NONE,
                            .type = JN_T_DURATION};
    uint32_t past = jn_builder_add_past(m->builder, &since);
    int64_t until = INT64_MAX;
    assert_string_equal(RUN(m, DURATION, {JN_OP_PAST, past, 0}), "missing");
    m->context.past = answer_with_its_number;
    m->context.until = &until;
    assert_string_equal(RUN(m, DURATION, {JN_OP_PAST, past, 0}), "1 second");
    assert_true(until == INT64_MAX);
    RUN(m, BOOL, {JN_OP_PAST, past, 0}, PUSH(m, jn_value_duration(JN_UNIT_MS, 61000)), OP0(GT));
    assert_true(until == m->context.now + 60000);
    until = INT64_MAX;
    RUN(m, BOOL, OP0(NOW), PUSH(m, jn_value_of(JN_T_INSTANT, m->context.now - 5)), OP0(GE));
    assert_true(until == INT64_MAX); /* it stays so for ever */
    RUN(m, BOOL, OP0(NOW), PUSH(m, jn_value_duration(JN_UNIT_DAYS, 2)), OP0(SUB_INSTANT),
        PUSH(m, jn_value_of(JN_T_INSTANT, m->context.now)), OP0(LT));
    assert_true(until == jn_instant_add(m->context.zone == NULL ? jn_zone_utc() : m->context.zone, m->context.now,
                                        jn_value_duration(JN_UNIT_DAYS, 2)));
}

static void reads_missing_where_the_context_is_empty(void **state) {
    struct machine *m = *state;
    struct jr_context empty = {.scratch = &m->arena};
    m->context = empty;
    assert_string_equal(RUN(m, NUMBER, {JN_OP_ATTR, m->points, 0}), "missing");
    assert_string_equal(RUN(m, MONEY, {JN_OP_PROP, m->event, m->amount}), "missing");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_SLOT, m->slot, 0}), "missing");
    assert_string_equal(RUN(m, TEXT, OP0(CUSTOMER_ID)), "missing");
    assert_string_equal(RUN(m, TEXT, {JN_OP_BODY, text(m, "a.b"), JN_T_TEXT}), "missing");
    assert_string_equal(RUN(m, BOOL, {JN_OP_TAGGED, text(m, "vip"), 0}), "false");
}

static void reads_a_body_by_its_path(void **state) {
    struct machine *m = *state;
    struct jn_json *body;
    assert_int_equal(jn_json_parse(JN_STR("{\"a\":{\"b\":\"x\",\"n\":2.5},\"c\":7}"), &body, NULL), JN_OK);
    m->context.body = body;
    assert_string_equal(RUN(m, TEXT, {JN_OP_BODY, text(m, "a.b"), JN_T_TEXT}), "\"x\"");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_BODY, text(m, "a.n"), JN_T_NUMBER}), "2.5");
    assert_string_equal(RUN(m, TEXT, {JN_OP_BODY, text(m, "c"), JN_T_TEXT}), "\"7\"");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_BODY, text(m, "a.b"), JN_T_NUMBER}), "missing");
    assert_string_equal(RUN(m, TEXT, {JN_OP_BODY, text(m, "a.b.c"), JN_T_TEXT}), "missing");
    jn_json_free(body);
}

static void compares_exactly(void **state) {
    struct machine *m = *state;
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("1.10")), PUSH(m, number("1.1")), OP0(EQ)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("1")), PUSH(m, number("2")), OP0(NE)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("1")), PUSH(m, number("2")), OP0(LT)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("2")), PUSH(m, number("2")), OP0(LE)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("2")), PUSH(m, number("2")), OP0(GT)), "false");
    assert_string_equal(RUN(m, BOOL, PUSH(m, number("2")), PUSH(m, number("2")), OP0(GE)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, DAYS(1)), PUSH(m, HOURS(24)), OP0(EQ)), "true");
}

static void missing_is_only_missing(void **state) {
    struct machine *m = *state;
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), ABSENT(NUMBER), OP0(EQ)), "true");
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), PUSH(m, number("1")), OP0(EQ)), "false");
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), PUSH(m, number("1")), OP0(NE)), "true");
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), PUSH(m, number("1")), OP0(LT)), "false");
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), PUSH(m, number("1")), OP0(GE)), "false");
    assert_string_equal(RUN(m, BOOL, ABSENT(NUMBER), OP0(IS_MISSING)), "true");
    assert_string_equal(RUN(m, NUMBER, ABSENT(NUMBER), PUSH(m, number("1")), OP0(ADD)), "missing");
    assert_string_equal(RUN(m, BOOL, ABSENT(BOOL), OP0(NOT)), "true");
    assert_string_equal(RUN(m, BOOL, ABSENT(TEXT), {JN_OP_PUSH, text(m, "a"), 0}, OP0(CONTAINS)), "false");
}

static void looks_into_lists_and_texts(void **state) {
    struct machine *m = *state;
    struct jn_value elements[] = {jn_value_text(JN_STR("a")), jn_value_text(JN_STR("b"))};
    struct jn_value list = {.type = JN_T_LIST, .len = 2, .list = elements};
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "b"), 0}, PUSH(m, list), OP0(IN)), "true");
    assert_string_equal(RUN(m, BOOL, PUSH(m, list), {JN_OP_PUSH, text(m, "c"), 0}, OP0(HAS)), "false");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, list), OP0(COUNT)), "2");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "shoes"), 0}, {JN_OP_PUSH, text(m, "hoe"), 0}, OP0(CONTAINS)),
                        "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "shoes"), 0}, {JN_OP_PUSH, text(m, "sh"), 0}, OP0(STARTS)),
                        "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "shoes"), 0}, {JN_OP_PUSH, text(m, "es"), 0}, OP0(ENDS)),
                        "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "shoes"), 0}, {JN_OP_PUSH, text(m, "s*e?"), 0}, OP0(LIKE)),
                        "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "购物车"), 0}, {JN_OP_PUSH, text(m, "购?车"), 0}, OP0(LIKE)),
                        "true");
    assert_string_equal(RUN(m, BOOL, {JN_OP_PUSH, text(m, "shoes"), 0}, {JN_OP_PUSH, text(m, "s*x"), 0}, OP0(LIKE)),
                        "false");
    assert_string_equal(RUN(m, TEXT, {JN_OP_PUSH, text(m, "ÄB"), 0}, OP0(LOWER)), "\"äb\"");
    assert_string_equal(RUN(m, TEXT, {JN_OP_PUSH, text(m, "äb"), 0}, OP0(UPPER)), "\"ÄB\"");
    assert_string_equal(RUN(m, NUMBER, {JN_OP_PUSH, text(m, "购物车"), 0}, OP0(LENGTH)), "3");
}

static void jumps_over_what_need_not_be_asked(void **state) {
    struct machine *m = *state;
    struct jn_value yes = jn_value_bool(true), no = jn_value_bool(false);
    assert_string_equal(RUN(m, BOOL, PUSH(m, no), {JN_OP_AND_JUMP, 5, 0}, PUSH(m, yes)), "false");
    assert_string_equal(RUN(m, BOOL, PUSH(m, yes), {JN_OP_AND_JUMP, 5, 0}, PUSH(m, no)), "false");
    assert_string_equal(RUN(m, BOOL, PUSH(m, yes), {JN_OP_OR_JUMP, 5, 0}, PUSH(m, no)), "true");
    assert_string_equal(RUN(m, NUMBER, ABSENT(NUMBER), {JN_OP_KNOWN_JUMP, 5, 0}, PUSH(m, number("4"))), "4");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("3")), {JN_OP_KNOWN_JUMP, 5, 0}, PUSH(m, number("4"))), "3");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, no), {JN_OP_FALSE_JUMP, 10, 0}, PUSH(m, number("1")), {JN_OP_JUMP, 5, 0},
                            PUSH(m, number("2"))),
                        "2");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, yes), {JN_OP_FALSE_JUMP, 10, 0}, PUSH(m, number("1")),
                            {JN_OP_JUMP, 5, 0}, PUSH(m, number("2"))),
                        "1");
}

static void computes_with_numbers_and_money(void **state) {
    struct machine *m = *state;
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("0.1")), PUSH(m, number("0.2")), OP0(ADD)), "0.3");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("1")), PUSH(m, number("3")), OP0(SUB)), "-2");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("1.5")), PUSH(m, number("4")), OP0(MUL)), "6");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("1")), PUSH(m, number("3")), OP0(DIV)), "0.333333333");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("1")), PUSH(m, number("0")), OP0(DIV)), "missing");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("2")), OP0(NEG)), "-2");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("2.5")), OP0(ROUND)), "3");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, number("-2.5")), OP0(ABS)), "2.5");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("1.10", "CNY")), PUSH(m, money("2.20", "CNY")), OP0(ADD_MONEY)),
                        "3.30 CNY");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("1", "CNY")), PUSH(m, money("2", "EUR")), OP0(ADD_MONEY)),
                        "missing");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("5", "CNY")), PUSH(m, money("2", "CNY")), OP0(SUB_MONEY)),
                        "3.00 CNY");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("5", "CNY")), PUSH(m, number("1.5")), OP0(MUL_MONEY)), "7.50 CNY");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("5", "CNY")), PUSH(m, number("4")), OP0(DIV_MONEY)), "1.25 CNY");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, money("5", "CNY")), PUSH(m, money("4", "CNY")), OP0(RATIO)), "1.25");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("5", "CNY")), OP0(NEG_MONEY)), "-5.00 CNY");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("5.005", "CNY")), OP0(ROUND_MONEY)), "5.01 CNY");
    assert_string_equal(RUN(m, MONEY, PUSH(m, money("-5", "CNY")), OP0(ABS_MONEY)), "5.00 CNY");
}

static void computes_with_time(void **state) {
    struct machine *m = *state;
    struct jn_value t = instant("2026-03-01T01:30:00Z"), later = instant("2026-03-01T04:30:00Z");
    assert_string_equal(RUN(m, INSTANT, PUSH(m, t), PUSH(m, HOURS(3)), OP0(ADD_INSTANT)), "2026-03-01T04:30:00Z");
    assert_string_equal(RUN(m, INSTANT, PUSH(m, t), PUSH(m, DAYS(1)), OP0(SUB_INSTANT)), "2026-02-28T01:30:00Z");
    assert_string_equal(RUN(m, DURATION, PUSH(m, later), PUSH(m, t), OP0(DIFF_INSTANT)), "3 hours");
    struct jn_value january = date(2026, 1, 31), month = jn_value_duration(JN_UNIT_MONTHS, 1);
    assert_string_equal(RUN(m, DATE, PUSH(m, january), PUSH(m, month), OP0(ADD_DATE)), "2026-02-28");
    assert_string_equal(RUN(m, DATE, PUSH(m, january), PUSH(m, HOURS(1)), OP0(ADD_DATE)), "missing");
    assert_string_equal(RUN(m, DATE, PUSH(m, january), PUSH(m, DAYS(31)), OP0(SUB_DATE)), "2025-12-31");
    assert_string_equal(RUN(m, DURATION, PUSH(m, january), PUSH(m, date(2026, 1, 1)), OP0(DIFF_DATE)), "30 days");
    assert_string_equal(RUN(m, DURATION, PUSH(m, DAYS(1)), PUSH(m, HOURS(2)), OP0(ADD_DURATION)), "26 hours");
    assert_string_equal(RUN(m, DURATION, PUSH(m, DAYS(3)), PUSH(m, DAYS(2)), OP0(SUB_DURATION)), "1 day");
    assert_string_equal(RUN(m, DURATION, PUSH(m, month), PUSH(m, DAYS(2)), OP0(ADD_DURATION)), "missing");
    assert_string_equal(RUN(m, DURATION, PUSH(m, jn_value_duration(JN_UNIT_DAYS, 10)), PUSH(m, number("4")), OP0(DIV_DURATION)),
                        "60 hours");
    assert_string_equal(RUN(m, DURATION, PUSH(m, jn_value_duration(JN_UNIT_MONTHS, 1)), PUSH(m, number("2")), OP0(DIV_DURATION)),
                        "missing");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, jn_value_duration(JN_UNIT_DAYS, 7)), PUSH(m, jn_value_duration(JN_UNIT_DAYS, 2)),
                            OP0(RATIO_DURATION)),
                        "3.5");
    assert_string_equal(RUN(m, DURATION, PUSH(m, DAYS(3)), PUSH(m, number("2")), OP0(MUL_DURATION)), "6 days");
    assert_string_equal(RUN(m, DATE, PUSH(m, instant("2026-02-28T20:00:00Z")), OP0(DATE_OF)), "2026-03-01");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, t), OP0(HOUR_OF)), "9");
    assert_string_equal(RUN(m, NUMBER, PUSH(m, jn_value_of(JN_T_TIME, 10 * JN_MS_HOUR)), OP0(HOUR_OF_TIME)), "10");
    assert_string_equal(RUN(m, TEXT, PUSH(m, date(2026, 3, 1)), OP0(DAY_OF)), "\"sunday\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_the_context_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_about_the_past_and_tells_when_time_changes_the_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_missing_where_the_context_is_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_a_body_by_its_path, setup, teardown),
        cmocka_unit_test_setup_teardown(compares_exactly, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_is_only_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(looks_into_lists_and_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(jumps_over_what_need_not_be_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(computes_with_numbers_and_money, setup, teardown),
        cmocka_unit_test_setup_teardown(computes_with_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

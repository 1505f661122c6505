/* What records may not say together, where each field alone may be: constants that are no value, keys of other events,
 * names that are there twice, journeys that own each other's steps. One row changes a sound program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/value.h"
#include "gallery.h"
#include "image/image.h"

struct edit {
    enum image_table table;
    uint32_t i;
    size_t offset;
    uint32_t value;
};
#define AT(table, i, field, value)                                                                                     \
    { IMAGE_##table, i, offsetof(struct jn_##table, field), value }

struct row {
    struct edit edit[3];
    const char *expected;
};

static uint32_t *place(const struct gallery *g, const struct edit *edit) {
    return gallery_row(g, edit->table, edit->i) + edit->offset / sizeof(uint32_t);
}

/* An edit of meta.language to 0 changes nothing: rows with fewer edits end with such. */
static unsigned ask(const struct gallery *g, const struct row *row, size_t n) {
    unsigned missed = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t sound[3];
        for (int k = 0; k < 3; k++) {
            sound[k] = *place(g, &row[i].edit[k]);
            *place(g, &row[i].edit[k]) = row[i].edit[k].value;
        }
        const char *got = gallery_refusal(g);
        if (strcmp(got, row[i].expected) != 0) {
            print_message("row %zu, expected: %s\n     got: %s\n", i, row[i].expected, got);
            missed++;
        }
        for (int k = 3; k-- > 0;)
            *place(g, &row[i].edit[k]) = sound[k];
    }
    return missed;
}

static void values_stand_together(void **state) {
    static const struct row ROW[] = {
        {{AT(attr, 0, name, 0)}, "attr 0 has no name"},
        {{AT(event, 1, name, 0)}, "event 1 has no name"},
        {{AT(prop, 0, name, 0)}, "prop 0 has no name"},
        {{AT(field, 0, name, 0)}, "field 0 has no name"},
        {{AT(stage, 0, name, 0)}, "stage 0 has no name"},
        {{AT(goal, 0, name, 0)}, "goal 0 has no name"},
        {{AT(slot, 0, name, 0)}, "slot 0 has no name"},
        {{AT(journey, 0, key, OTHER)}, "a key is an attribute of another event"},
        {{AT(goal, 0, key, OTHER)}, "a key is an attribute of another event"},
        {{AT(goal, 1, key, OTHER)}, "a key is an attribute of another event"},
        {{AT(leave, 0, key, OTHER)}, "a key is an attribute of another event"},
        {{AT(alternative, 0, key, OTHER)}, "a key is an attribute of another event"},
        {{AT(journey, 0, event, JN_NONE)}, "journey 0 is entered in no way, or in several"},
        {{AT(journey, 0, segment, OWN)}, "journey 0 is entered in no way, or in several"},
        {{AT(journey, 0, days, 1)}, "journey 0 is entered in no way, or in several"},
        {{AT(journey, 0, event, JN_NONE), AT(journey, 0, segment, OWN)},
         "journey 0 is entered in no way, or in several"},
        {{AT(journey, 1, event, JN_NONE), AT(journey, 1, segment, OWN), AT(journey, 1, where, JN_NONE)}, ""},
        {{AT(journey, 0, reenter, JN_REENTER_AFTER)}, "journey gallery, step 0: re-entry after no duration"},
        {{AT(journey, 0, entry, STEP_OTHER)}, "journey gallery, step 0: the entry is not in the journey"},
        {{AT(journey, 0, n_step, 0)}, "journey gallery, step 0: the entry is not in the journey"},
        {{AT(journey, 1, first_stage, OWN)}, "journey 1 does not own its steps alone"},
        {{AT(journey, 1, first_step, 0)}, "journey 1 does not own its steps alone"},
        {{AT(journey, 1, first_slot, 0)}, "journey 1 does not own its steps alone"},
        {{AT(journey, 1, n_slot, 0)}, "there are steps that belong to no journey"},
        {{AT(step, STEP_OTHER, stage, JN_NONE), AT(journey, 1, n_stage, 0)},
         "there are steps that belong to no journey"},
        {{AT(channel, 0, rate, 1)}, "channel 0 has a rate of no time"},
        {{AT(channel, 0, rate_ms, 1000)}, "channel 0 has a rate of no time"},
        {{AT(channel, 0, rate_ms, 7)}, "channel 0 has a rate of no time"},
        {{AT(channel, 0, rate, 1), AT(channel, 0, rate_ms, 60000)}, ""},
        {{AT(cap, 0, limit, 0)}, "cap 0 is no cap"},
        {{AT(attr, ATTR_COMPUTED, type, JN_T_NUMBER)}, "attr 1 cannot be computed"},
        {{AT(past, 0, prop, OWN)}, "past 0 asks what has no answer"},
        {{AT(past, 0, window, JN_NONE)}, "past 0 asks what has no answer"},
        {{AT(past, 0, type, JN_T_BOOL)}, "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_SUM)}, "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_SUM), AT(past, 0, prop, OTHER)}, "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_SUM), AT(past, 0, prop, OWN), AT(past, 0, type, JN_T_TEXT)},
         "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_MAX), AT(past, 0, prop, OWN), AT(past, 0, type, JN_T_TEXT)}, ""},
        {{AT(past, 0, kind, JN_HISTORY_MIN), AT(past, 0, prop, OWN)}, "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_LAST), AT(past, 0, prop, OWN), AT(past, 0, type, JN_T_TEXT)},
         "past 0 asks what has no answer"},
        {{AT(past, 0, kind, JN_HISTORY_SINCE), AT(past, 0, window, JN_NONE), AT(past, 0, type, JN_T_DURATION)}, ""},
    };
    const struct gallery *g = *state;
    uint32_t *language = gallery_row(g, IMAGE_meta, 0);
    uint32_t before = *language;
    *language = 0; /* what a missing edit says */
    assert_int_equal(ask(g, ROW, sizeof(ROW) / sizeof(*ROW)), 0);
    *language = before;
}

static void names_are_there_once(void **state) {
    const struct gallery *g = *state;
    static const struct {
        enum image_table table;
        const char *what;
    } ROW[] = {{IMAGE_attr, "attr"},
               {IMAGE_event, "event"},
               {IMAGE_message, "message"},
               {IMAGE_service, "service"},
               {IMAGE_journey, "journey"}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        char expected[120];
        uint32_t name = gallery_row(g, ROW[i].table, 0)[0];
        (void)snprintf(expected, sizeof(expected), "there are two %ss called %.*s", ROW[i].what,
                       JN_FMT(g->program->string[name]));
        assert_true(gallery_refused(g, gallery_row(g, ROW[i].table, 1), name, expected));
    }
}

/* A constant of each type with what it cannot be. */
static void constants_are_values(void **state) {
    struct gallery *g = *state;
    struct jn_value two[] = {jn_value_int(7), jn_value_int(8)};
    const struct jn_value value[] = {jn_value_bool(true),
                                     jn_value_int(7),
                                     jn_value_money(jn_dec_int(1), 1),
                                     jn_value_text(JN_STR("x")),
                                     jn_value_of(JN_T_DATE, 1),
                                     jn_value_of(JN_T_TIME, 1000),
                                     jn_value_duration(JN_UNIT_DAYS, 1),
                                     {.type = JN_T_LIST, .len = 2, .list = two}};
    uint32_t at[8];
    for (int i = 0; i < 8; i++)
        at[i] = jn_builder_value(g->b, value[i]);
    g->program = jn_builder_finish(g->b);
    static const struct {
        int value;
        size_t offset;
        uint32_t broken;
    } ROW[] = {
#define C(field) offsetof(struct jn_constant, field)
        {0, C(low), 2},
        {0, C(high), 1},
        {0, C(scale), 1},
        {0, C(currency), 1},
        {0, C(type), JN_T_MISSING},
        {0, C(type), JN_TYPE_COUNT},
        {1, C(scale), JN_DEC_PLACES + 1},
        {1, C(currency), 1},
        {2, C(currency), UINT16_MAX + 1},
        {2, C(scale), JN_DEC_PLACES + 1},
        {3, C(low), 1000000},
        {3, C(high), 1},
        {4, C(scale), 1},
        {5, C(low), 86400000},
        {5, C(high), 1},
        {6, C(scale), JN_UNIT_MONTHS + 1},
        {7, C(low), 1000000},
        {7, C(high), 1000000},
#undef C
    };
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        char expected[60];
        uint32_t constant = at[ROW[i].value];
        (void)snprintf(expected, sizeof(expected), "constant %u is no value", constant);
        if (!gallery_refused(g, gallery_row(g, IMAGE_constant, constant) + ROW[i].offset / 4, ROW[i].broken, expected))
            fail_msg("row %zu", i);
    }
    char expected[60]; /* elements of two types, and a list in a list */
    struct jn_constant *list = (struct jn_constant *)gallery_row(g, IMAGE_constant, at[7]);
    (void)snprintf(expected, sizeof(expected), "constant %u is no value", at[7]);
    assert_true(gallery_refused(g, &list->low, list->low - 1, expected));
    (void)snprintf(expected, sizeof(expected), "constant %u is no value", at[7]);
    list->high = 0;
    assert_true(gallery_refused(g, &list->low, list->low, ""));
    list->high = 2;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_together),
        cmocka_unit_test(names_are_there_once),
        cmocka_unit_test(constants_are_values),
    };
    return cmocka_run_group_tests(tests, gallery_set_up, gallery_tear_down);
}

/* Every field of every record, and every operand of every kind of step, with values that it cannot have: each is
 * refused by name. What is broken is read from the tables; what no table tells is in LAW. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "gallery.h"
#include "image/image.h"
#include "image/layout.h"

#define BROKEN_MAX 4

static uint32_t *operand_at(const struct gallery *g, uint32_t step, char operand) {
    return gallery_row(g, IMAGE_step, step) + offsetof(struct jn_step, a) / sizeof(uint32_t) + (operand - 'a');
}

static bool asks_for(uint32_t wanted, uint32_t type) {
    if (wanted == IMAGE_DATE_OR_INSTANT) return type == JN_T_DATE || type == JN_T_INSTANT;
    return wanted == IMAGE_ANY || wanted == type;
}

/* Values that the field's kind forbids; none of a number whose bounds no table tells. */
static uint32_t broken_values(const struct jn_program *p, const struct image_field *field, uint32_t value[BROKEN_MAX]) {
    uint32_t n = 0, i = 0;
    switch (field->kind) {
    case IMAGE_U32:
    case IMAGE_COUNT: /* broken with the range that it counts */
        break;
    case IMAGE_NIL:
        value[n++] = 1;
        break;
    case IMAGE_STR:
        value[n++] = p->n_string;
        break;
    case IMAGE_BELOW:
        value[n++] = field->arg;
        break;
    case IMAGE_TYPE:
        value[n++] = JN_T_MISSING;
        value[n++] = JN_TYPE_COUNT;
        break;
    case IMAGE_FLAGS:
        value[n++] = field->arg + 1;
        break;
    case IMAGE_CONST:
    case IMAGE_CONST_OPT:
        value[n++] = p->n_constant;
        while (i < p->n_constant && asks_for(field->arg, p->constant[i].type))
            i++;
        if (i < p->n_constant) value[n++] = i;
        break;
    case IMAGE_EXPR:
    case IMAGE_EXPR_OPT:
        value[n++] = p->n_expr;
        while (i < p->n_expr && asks_for(field->arg, p->expr[i].type))
            i++;
        if (i < p->n_expr) value[n++] = i;
        break;
    case IMAGE_RANGE:
        value[n++] = image_count(p, (enum image_table)field->arg) + 1;
        value[n++] = JN_NONE;
        break;
    case IMAGE_REF:
    case IMAGE_REF_OPT:
        value[n++] = image_count(p, (enum image_table)field->arg);
        break;
    }
    bool needed = field->kind != IMAGE_CONST_OPT && field->kind != IMAGE_EXPR_OPT && field->kind != IMAGE_REF_OPT;
    if (needed && n > 0 && n < BROKEN_MAX && value[n - 1] != JN_NONE) value[n++] = JN_NONE;
    return n;
}

/* Breaks the fields of one row one after another; how many breaks were not refused by name. */
static unsigned break_row(const struct gallery *g, const char *what, uint32_t i, const struct image_field *field,
                          uint32_t n_field, uint32_t *row) {
    unsigned missed = 0;
    for (uint32_t f = 0; f < n_field; f++) {
        uint32_t value[BROKEN_MAX], n = broken_values(g->program, &field[f], value);
        char expected[200];
        for (uint32_t v = 0; v < n; v++) {
            snprintf(expected, sizeof(expected), "%s %u: `%s` is %u, which it cannot be", what, i, field[f].name,
                     value[v]);
            missed += !gallery_refused(g, &row[f], value[v], expected);
        }
        if (field[f].kind != IMAGE_RANGE) continue;
        snprintf(expected, sizeof(expected), "%s %u: `%s` is %u, which it cannot be", what, i, field[f].name, row[f]);
        missed += !gallery_refused(g, &row[f + 1], image_count(g->program, (enum image_table)field[f].arg) - row[f] + 1,
                                   expected);
    }
    return missed;
}

static void every_field_of_every_record_is_held_to_its_kind(void **state) {
    const struct gallery *g = *state;
    unsigned missed = 0;
    for (int table = 0; table < IMAGE_TABLES; table++) {
        const struct image_record *record = &image_record[table];
        if (image_count(g->program, (enum image_table)table) == 0) fail_msg("the gallery has no %s", record->name);
        if (table == IMAGE_constant) continue; /* what its fields may be depends on its type */
        missed +=
            break_row(g, record->name, 0, record->field, record->n_field, gallery_row(g, (enum image_table)table, 0));
    }
    assert_int_equal(missed, 0);
}

static void every_operand_of_every_step_is_held_to_its_kind(void **state) {
    const struct gallery *g = *state;
    unsigned missed = 0;
    for (uint32_t kind = 0; kind < JN_STEPS; kind++) {
        assert_int_equal(g->program->step[kind].kind, kind);
        missed += break_row(g, "operands of step", kind, image_step[kind].operand, 4, operand_at(g, kind, 'a'));
    }
    assert_int_equal(missed, 0);
}

static bool step_refused(const struct gallery *g, uint32_t kind, uint32_t *field, uint32_t value, const char *why) {
    char expected[200];
    snprintf(expected, sizeof(expected), "journey gallery, step %u: %s", kind, why);
    return gallery_refused(g, field, value, expected);
}

static void every_step_leads_where_its_kind_does(void **state) {
    const struct gallery *g = *state;
    unsigned missed = 0;
    for (uint32_t kind = 0; kind < JN_STEPS; kind++) {
        enum jn_ways ways = jn_step_ways((enum jn_step_kind)kind);
        struct jn_step *step = (struct jn_step *)gallery_row(g, IMAGE_step, kind);
        if (ways == JN_WAYS_ONE || ways == JN_WAYS_TWO) {
            missed += !step_refused(g, kind, &step->next, JN_NONE, "leads nowhere");
            missed += !step_refused(g, kind, &step->next, STEP_OTHER, "leads out of the journey");
        } else {
            missed += !step_refused(g, kind, &step->next, JN_STEP_EXIT, "goes on behind its end");
        }
        if (ways == JN_WAYS_TWO) {
            missed += !step_refused(g, kind, &step->alt, JN_NONE, "has no other way");
            missed += !step_refused(g, kind, &step->alt, STEP_OTHER, "leads out of the journey");
        } else {
            missed += !step_refused(g, kind, &step->alt, JN_STEP_EXIT, "has a second way");
        }
        missed += !step_refused(g, kind, &step->stage, OTHER, "is in a stage of another journey");
        if (jn_step_holds((enum jn_step_kind)kind)) {
            missed += !step_refused(g, kind, &step->id, 0, "holds runs but has no stable name");
            missed += !step_refused(g, kind, &step->name, 0, "holds runs but has no stable name");
        }
    }
    assert_int_equal(missed, 0);
}

/* What the tables do not tell: operands that break a law of their kind. */
static const struct {
    enum jn_step_kind kind;
    char operand;
    uint32_t value;
    const char *why; /* behind "journey gallery, step N: " */
} LAW[] = {
    {JN_STEP_WAIT_TIME, 'a', 0, "waits for no weekday"},
    {JN_STEP_WAIT_TIME, 'a', 128, "waits for no weekday"},
    {JN_STEP_WAIT_THEN, 'c', 0, "waits for no weekday"},
    {JN_STEP_WAIT_THEN, 'c', 128, "waits for no weekday"},
    {JN_STEP_WAIT_FOR, 'b', 0, "waits for no event"},
    {JN_STEP_SPLIT, 'b', 0, "a split without arms"},
    {JN_STEP_SPLIT, 'b', 1, "the arms do not sum to 100%"},
    {JN_STEP_SPLIT, 'a', ARM_TWICE, "two arms have one name"},
    {JN_STEP_SPLIT, 'a', ARM_OUT, "an arm leads out of the journey"},
    {JN_STEP_SPLIT, 'a', ARM_LIGHT, "the arms do not sum to 100%"},
    {JN_STEP_OPTIMIZE, 'b', 0, "falls back to an arm of another"},
    {JN_STEP_OPTIMIZE, 'd', CHOICE_OTHER_ARM, "falls back to an arm of another"},
    {JN_STEP_OPTIMIZE, 'd', CHOICE_OTHER_GOAL, "is measured by a goal of another journey"},
    {JN_STEP_SET_ATTR, 'a', ATTR_COMPUTED, "sets what is computed"},
    {JN_STEP_SET_ATTR, 'b', EXPR_NUMBER, "sets a value of another type"},
    {JN_STEP_SET_SLOT, 'a', SLOT_OTHER, "sets a variable of another journey"},
    {JN_STEP_SET_SLOT, 'a', SLOT_START, "sets a value of another type"},
    {JN_STEP_SET_SLOT, 'b', EXPR_TEXT, "sets a value of another type"},
    {JN_STEP_REPEAT, 'a', 0, "counts in no slot of its own"},
    {JN_STEP_REPEAT, 'c', SLOT_OTHER, "counts in no slot of its own"},
    {JN_STEP_REPEAT, 'c', SLOT_START, "counts in no slot of its own"},
    {JN_STEP_REPEAT, 'd', SLOT_OTHER + SLOT_START, "counts in no slot of its own"},
    {JN_STEP_REPEAT, 'd', SLOT_ROUNDS, "counts in no slot of its own"},
    {JN_STEP_ASK, 'd', SLOT_START, "keeps an answer in slots that do not fit"},
    {JN_STEP_ASK, 'd', SLOT_OTHER, "keeps an answer in slots that do not fit"},
    {JN_STEP_SEND_OR, 'd', 2, "holds for no reason that there is"},
    {JN_STEP_OUTCOME, 'a', JN_OUTCOME_SENT, "asks for an outcome that there is not"},
    {JN_STEP_OUTCOME, 'a', JN_OUTCOME_NO_CONSENT, "asks for an outcome that there is not"},
    {JN_STEP_APPROVE, 'a', 0, "asks nobody, or nothing"},
    {JN_STEP_APPROVE, 'b', 0, "asks nobody, or nothing"},
};

static bool has_law(uint32_t kind, char operand) {
    for (size_t i = 0; i < sizeof(LAW) / sizeof(*LAW); i++)
        if (LAW[i].kind == kind && LAW[i].operand == operand) return true;
    return false;
}

static void operands_of_a_step_keep_the_laws_of_its_kind(void **state) {
    const struct gallery *g = *state;
    unsigned missed = 0;
    for (size_t i = 0; i < sizeof(LAW) / sizeof(*LAW); i++)
        missed += !step_refused(g, LAW[i].kind, operand_at(g, LAW[i].kind, LAW[i].operand), LAW[i].value, LAW[i].why);
    for (uint32_t kind = 0; kind < JN_STEPS; kind++)
        for (char operand = 'a'; operand <= 'd'; operand++)
            if (image_step[kind].operand[operand - 'a'].kind == IMAGE_U32 && !has_law(kind, operand))
                fail_msg("%s: `%c` is any number, and nothing here breaks it", image_step[kind].word, operand);
    assert_int_equal(missed, 0);
}

/* Records that belong to another's, by the step that refers to them. */
static const struct {
    enum jn_step_kind kind;
    uint32_t value;
    const char *why;
} GIVEN[] = {
    {JN_STEP_SEND, BIND_OTHER_MESSAGE, "gives a variable of another message or service"},
    {JN_STEP_SEND, BIND_MESSAGE_WRONG, "gives a variable a value of another type"},
    {JN_STEP_SEND_OR, BIND_OTHER_MESSAGE, "gives a variable of another message or service"},
    {JN_STEP_SEND_OR, BIND_MESSAGE_WRONG, "gives a variable a value of another type"},
    {JN_STEP_ASK, BIND_OTHER_SERVICE, "gives a variable of another message or service"},
    {JN_STEP_ASK, BIND_SERVICE_WRONG, "gives a variable a value of another type"},
    {JN_STEP_EMIT, MAPPING_OTHER, "fills an attribute of another event"},
    {JN_STEP_EMIT, MAPPING_WRONG, "fills an attribute with a value of another type"},
};

static void what_a_step_gives_belongs_to_who_gets_it(void **state) {
    const struct gallery *g = *state;
    unsigned missed = 0;
    for (size_t i = 0; i < sizeof(GIVEN) / sizeof(*GIVEN); i++) {
        char expected[200];
        snprintf(expected, sizeof(expected), "step %u %s", (unsigned)GIVEN[i].kind, GIVEN[i].why);
        missed += !gallery_refused(g, operand_at(g, GIVEN[i].kind, 'b'), GIVEN[i].value, expected);
    }
    struct jn_rule *rule = (struct jn_rule *)gallery_row(g, IMAGE_rule, 0);
    missed += !gallery_refused(g, &rule->first_mapping, MAPPING_OTHER, "rule 0 fills an attribute of another event");
    missed += !gallery_refused(g, &rule->first_mapping, MAPPING_WRONG,
                               "rule 0 fills an attribute with a value of another type");
    assert_int_equal(missed, 0);
}

static void a_send_has_a_name_that_its_messages_refer_to(void **state) {
    const struct gallery *g = *state;
    struct jn_step *send = (struct jn_step *)gallery_row(g, IMAGE_step, JN_STEP_SEND);
    assert_true(step_refused(g, JN_STEP_SEND, &send->id, 0, "sends but has no stable name"));
}

static void defaults_and_lists_are_of_the_type_they_stand_for(void **state) {
    const struct gallery *g = *state;
    struct jn_attr *attr = (struct jn_attr *)gallery_row(g, IMAGE_attr, ATTR_NAME);
    struct jn_prop *prop = (struct jn_prop *)gallery_row(g, IMAGE_prop, OWN);
    struct jn_take *take = (struct jn_take *)gallery_row(g, IMAGE_take, TAKE_OWN);
    assert_true(gallery_refused(g, &attr->preset, g->number, "attr 0 has values of another type"));
    assert_true(gallery_refused(g, &attr->one_of, g->numbers, "attr 0 has values of another type"));
    assert_true(gallery_refused(g, &prop->one_of, g->numbers, "prop 0 has values of another type"));
    assert_true(gallery_refused(g, &take->preset, g->numbers, "take 0 has a default of another type"));
}

static void the_gallery_itself_is_sound(void **state) {
    assert_string_equal(gallery_refusal(*state), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gallery_itself_is_sound),
        cmocka_unit_test(every_field_of_every_record_is_held_to_its_kind),
        cmocka_unit_test(every_operand_of_every_step_is_held_to_its_kind),
        cmocka_unit_test(every_step_leads_where_its_kind_does),
        cmocka_unit_test(operands_of_a_step_keep_the_laws_of_its_kind),
        cmocka_unit_test(what_a_step_gives_belongs_to_who_gets_it),
        cmocka_unit_test(a_send_has_a_name_that_its_messages_refer_to),
        cmocka_unit_test(defaults_and_lists_are_of_the_type_they_stand_for),
    };
    return cmocka_run_group_tests(tests, gallery_set_up, gallery_tear_down);
}

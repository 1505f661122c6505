#include "gallery.h"

#include <stdio.h>

#include "core/check.h"
#include "core/value.h"
#include "image/image.h"

#define DAYS_ALL 127

uint32_t draft_string(struct jn_builder *builder, const char *z) {
    return jn_builder_string(builder, jn_str_z(z));
}

uint32_t draft_push(struct jn_builder *builder, struct jn_value value) {
    struct jn_buf code;
    jn_buf_init(&code, 64);
    jn_buf_u8(&code, JN_OP_PUSH);
    jn_buf_le32(&code, jn_builder_value(builder, value));
    jn_buf_u8(&code, JN_OP_RET);
    uint32_t expr = jn_builder_code(builder, jn_buf_view(&code), value.type);
    jn_buf_release(&code);
    return expr;
}

static void gallery_values(struct jn_builder *b) {
    JN_CHECK(draft_push(b, jn_value_duration(JN_UNIT_DAYS, 1)) == EXPR_DAY);
    JN_CHECK(draft_push(b, jn_value_bool(true)) == EXPR_YES);
    JN_CHECK(draft_push(b, jn_value_text(JN_STR("x"))) == EXPR_TEXT);
    JN_CHECK(draft_push(b, jn_value_int(7)) == EXPR_NUMBER);
    JN_CHECK(draft_push(b, jn_value_of(JN_T_INSTANT, 1000)) == EXPR_INSTANT);
}

/* The dictionary: two of each, the second one somebody else's. */
static void gallery_dictionary(struct jn_builder *b) {
    uint32_t name = draft_string(b, "name"), level = draft_string(b, "level"), plan = draft_string(b, "plan");
    uint32_t time = jn_builder_value(b, jn_value_of(JN_T_TIME, 1000)),
             later = jn_builder_value(b, jn_value_of(JN_T_TIME, 2000));
    uint32_t day = jn_builder_value(b, jn_value_duration(JN_UNIT_DAYS, 1));
    jn_builder_add_meta(
        b, &(struct jn_meta){
               .language = 1, .timezone = draft_string(b, "UTC"), .n_quiet = 1, .n_cap = 1, .keep_events = day});
    jn_builder_add_attr(
        b,
        &(struct jn_attr){.name = name, .type = JN_T_TEXT, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE});
    jn_builder_add_attr(
        b, &(struct jn_attr){
               .name = level, .type = JN_T_TEXT, .one_of = JN_NONE, .preset = JN_NONE, .computed = EXPR_TEXT});
    jn_builder_add_event(b, &(struct jn_event){.name = draft_string(b, "signup"), .n_prop = 1});
    jn_builder_add_event(b, &(struct jn_event){.name = draft_string(b, "order"), .first_prop = 1, .n_prop = 1});
    for (int i = 0; i < 2; i++)
        jn_builder_add_prop(b, &(struct jn_prop){.name = plan, .type = JN_T_TEXT, .one_of = JN_NONE});
    jn_builder_add_past(b, &(struct jn_past){.kind = JN_HISTORY_COUNT,
                                             .prop = JN_NONE,
                                             .window = day,
                                             .where = EXPR_YES,
                                             .message = JN_NONE,
                                             .type = JN_T_NUMBER});
    jn_builder_add_segment(b, &(struct jn_segment){.name = draft_string(b, "all"), .cond = EXPR_YES});
    jn_builder_add_topic(b, &(struct jn_topic){.name = draft_string(b, "news")});
    jn_builder_add_quiet(b, &(struct jn_quiet){.from = time, .to = later});
    jn_builder_add_cap(b, &(struct jn_cap){.limit = 1, .over = day});
    jn_builder_add_mapping(b, &(struct jn_mapping){OWN, EXPR_TEXT});
    jn_builder_add_mapping(b, &(struct jn_mapping){OTHER, EXPR_TEXT});
    jn_builder_add_mapping(b, &(struct jn_mapping){OWN, EXPR_NUMBER});
    jn_builder_add_rename(b, &(struct jn_rename){.was = name, .now = level});
}

static void gallery_messages(struct jn_builder *b) {
    uint32_t url = draft_string(b, "https://x.example"), code = draft_string(b, "code");
    uint32_t score = draft_string(b, "score"), rank = draft_string(b, "rank");
    jn_builder_add_channel(b, &(struct jn_channel){.name = draft_string(b, "mail"),
                                                   .url = url,
                                                   .to = EXPR_TEXT,
                                                   .retry_over = JN_NONE,
                                                   .cost = JN_NONE,
                                                   .carbon = JN_NONE});
    jn_builder_add_message(
        b,
        &(struct jn_message){
            .name = draft_string(b, "hello"), .topic = JN_NONE, .n_field = 1, .first_var = VAR_OF_MESSAGE, .n_var = 1});
    jn_builder_add_message(
        b, &(struct jn_message){
               .name = draft_string(b, "bye"), .topic = JN_NONE, .first_var = VAR_OF_OTHER_MESSAGE, .n_var = 1});
    jn_builder_add_field(
        b, &(struct jn_field){.name = draft_string(b, "body"), .text = draft_string(b, "Hello {{ customer.name }}")});
    for (int i = 0; i < 4; i++)
        jn_builder_add_var(b, &(struct jn_var){.name = code, .type = JN_T_TEXT});
    jn_builder_add_service(
        b,
        &(struct jn_service){
            .name = score, .url = url, .first_give = VAR_OF_SERVICE, .n_give = 1, .first_take = TAKE_OWN, .n_take = 1});
    jn_builder_add_service(b, &(struct jn_service){.name = rank,
                                                   .url = url,
                                                   .first_give = VAR_OF_OTHER_SERVICE,
                                                   .n_give = 1,
                                                   .first_take = TAKE_OTHER,
                                                   .n_take = 1});
    jn_builder_add_take(
        b, &(struct jn_take){.name = score, .type = JN_T_NUMBER, .preset = jn_builder_value(b, jn_value_int(7))});
    jn_builder_add_take(
        b,
        &(struct jn_take){.name = rank, .type = JN_T_TEXT, .preset = jn_builder_value(b, jn_value_text(JN_STR("x")))});
    for (uint32_t var = VAR_OF_MESSAGE; var <= VAR_OF_SERVICE; var += VAR_OF_SERVICE - VAR_OF_MESSAGE) {
        jn_builder_add_bind(b, &(struct jn_bind){var, EXPR_TEXT});
        jn_builder_add_bind(b, &(struct jn_bind){var + 1, EXPR_TEXT});
        jn_builder_add_bind(b, &(struct jn_bind){var, EXPR_NUMBER});
    }
    jn_builder_add_source(b, &(struct jn_source){.name = draft_string(b, "shop"), .n_rule = 1});
    jn_builder_add_rule(b, &(struct jn_rule){.cond = EXPR_YES,
                                             .customer = EXPR_TEXT,
                                             .dedupe = EXPR_TEXT,
                                             .at = EXPR_INSTANT,
                                             .first_mapping = MAPPING_OWN,
                                             .n_mapping = 1});
}

static void gallery_arm(struct jn_builder *b, const char *name, uint32_t weight, uint32_t step) {
    jn_builder_add_arm(b, &(struct jn_arm){.name = draft_string(b, name), .weight = weight, .step = step});
}

static void gallery_parts(struct jn_builder *b) {
    uint32_t a = draft_string(b, "a");
    jn_builder_add_alternative(
        b, &(struct jn_alternative){.event = OWN, .where = EXPR_YES, .key = JN_NONE, .message = JN_NONE});
    for (int split = 0; split < 3; split++) {
        gallery_arm(b, "a", 4000, JN_STEP_EXIT);
        gallery_arm(b, split < 2 ? "b" : "a", 6000, JN_STEP_EXIT);
    }
    gallery_arm(b, "a", 4000, JN_STEP_EXIT);
    gallery_arm(b, "b", 6000, STEP_OTHER);
    gallery_arm(b, "a", 4000, JN_STEP_EXIT);
    gallery_arm(b, "b", 5000, JN_STEP_EXIT);
    jn_builder_add_choice(b, &(struct jn_choice){.salt = a, .goal = OWN, .fallback = ARM_OPTIMIZE});
    jn_builder_add_choice(b, &(struct jn_choice){.salt = a, .goal = OTHER, .fallback = JN_NONE});
    jn_builder_add_choice(b, &(struct jn_choice){.salt = a, .goal = OWN, .fallback = ARM_SPLIT});
    for (int i = 0; i < 2; i++) {
        jn_builder_add_stage(b, &(struct jn_stage){.name = a});
        jn_builder_add_goal(
            b,
            &(struct jn_goal){
                .name = a, .event = OWN, .where = EXPR_YES, .key = JN_NONE, .within = JN_NONE, .value = EXPR_NUMBER});
        jn_builder_add_slot(b, &(struct jn_slot){.name = draft_string(b, "rounds"), .type = JN_T_NUMBER});
        jn_builder_add_slot(b, &(struct jn_slot){.name = draft_string(b, "start"), .type = JN_T_INSTANT});
        jn_builder_add_slot(b, &(struct jn_slot){.name = draft_string(b, "score"), .type = JN_T_NUMBER});
    }
    jn_builder_add_leave(b, &(struct jn_leave){.name = a, .event = OWN, .where = EXPR_YES, .key = JN_NONE});
}

/* Sound operands of each kind. */
static void gallery_operands(struct jn_builder *b, enum jn_step_kind kind, uint32_t operand[4]) {
    uint32_t text = draft_string(b, "a"), time = jn_builder_value(b, jn_value_of(JN_T_TIME, 1000));
    const uint32_t sound[JN_STEPS][4] = {
        [JN_STEP_SEND] = {OWN, BIND_MESSAGE, 1},
        [JN_STEP_WAIT] = {EXPR_DAY},
        [JN_STEP_WAIT_TIME] = {DAYS_ALL, time},
        [JN_STEP_WAIT_DATE] = {EXPR_INSTANT, time},
        [JN_STEP_WAIT_THEN] = {EXPR_DAY, time, DAYS_ALL},
        [JN_STEP_WAIT_FOR] = {OWN, 1, EXPR_DAY, JN_SINCE_STEP},
        [JN_STEP_BRANCH] = {EXPR_YES},
        [JN_STEP_SPLIT] = {ARM_SPLIT, 2, text, text},
        [JN_STEP_SET_ATTR] = {ATTR_NAME, EXPR_TEXT},
        [JN_STEP_SET_SLOT] = {SLOT_ROUNDS, EXPR_NUMBER},
        [JN_STEP_TAG] = {text},
        [JN_STEP_UNTAG] = {text},
        [JN_STEP_PASS] = {0},
        [JN_STEP_EXIT] = {text},
        [JN_STEP_OPTIMIZE] = {ARM_OPTIMIZE, 2, text, CHOICE_OWN},
        [JN_STEP_REPEAT] = {3, EXPR_DAY, SLOT_ROUNDS, SLOT_START},
        [JN_STEP_WAIT_IF] = {EXPR_YES, 0, EXPR_DAY},
        [JN_STEP_ASK] = {OWN, BIND_SERVICE, 1, SLOT_SCORE},
        [JN_STEP_START] = {OTHER},
        [JN_STEP_EMIT] = {OWN, MAPPING_OWN, 1},
        [JN_STEP_SEND_OR] = {OWN, BIND_MESSAGE, 1, 1},
        [JN_STEP_OUTCOME] = {JN_OUTCOME_CAPPED},
        [JN_STEP_APPROVE] = {text, text, EXPR_DAY},
    };
    memcpy(operand, sound[kind], sizeof(sound[kind]));
}

/* Each kind's step leads to the next kind's, and the other way to the exit. */
static void gallery_steps(struct jn_builder *b) {
    uint32_t file = draft_string(b, "a.journey");
    for (uint32_t kind = 0; kind < JN_STEPS; kind++) {
        enum jn_ways ways = jn_step_ways((enum jn_step_kind)kind);
        uint32_t operand[4];
        gallery_operands(b, (enum jn_step_kind)kind, operand);
        bool goes_on = ways == JN_WAYS_ONE || ways == JN_WAYS_TWO;
        struct jn_step step = {.name = draft_string(b, jn_step_word((enum jn_step_kind)kind)),
                               .id = kind + 1,
                               .kind = kind,
                               .next = !goes_on              ? JN_NONE
                                       : kind + 1 < JN_STEPS ? kind + 1
                                                             : JN_STEP_EXIT,
                               .alt = ways == JN_WAYS_TWO ? JN_STEP_EXIT : JN_NONE,
                               .a = operand[0],
                               .b = operand[1],
                               .c = operand[2],
                               .d = operand[3],
                               .file = file};
        jn_builder_add_step(b, &step);
    }
    struct jn_step other = {.kind = JN_STEP_EXIT, .stage = OTHER, .next = JN_NONE, .alt = JN_NONE, .file = file};
    jn_builder_add_step(b, &other);
}

static void gallery_journeys(struct jn_builder *b) {
    struct jn_journey journey = {.name = draft_string(b, "gallery"),
                                 .event = OWN,
                                 .segment = JN_NONE,
                                 .time = JN_NONE,
                                 .where = EXPR_YES,
                                 .key = JN_NONE,
                                 .reenter_after = JN_NONE,
                                 .exit_if = EXPR_YES,
                                 .starts = JN_NONE,
                                 .ends = JN_NONE,
                                 .topic = OWN,
                                 .n_goal = 1,
                                 .n_leave = 1,
                                 .n_stage = 1,
                                 .n_step = JN_STEPS,
                                 .n_slot = SLOT_OTHER};
    jn_builder_add_journey(b, &journey);
    journey.name = draft_string(b, "other");
    journey.entry = journey.first_step = STEP_OTHER;
    journey.first_goal = journey.first_stage = OTHER;
    journey.first_slot = SLOT_OTHER;
    journey.n_leave = 0;
    journey.n_step = 1;
    jn_builder_add_journey(b, &journey);
}

void gallery_init(struct gallery *g) {
    *g = (struct gallery){0};
    jn_arena_init(&g->arena);
    g->b = jn_builder_new(&g->arena);
    struct jn_value one = jn_value_int(7);
    gallery_values(g->b);
    g->number = jn_builder_value(g->b, one);
    g->numbers = jn_builder_value(g->b, (struct jn_value){.type = JN_T_LIST, .len = 1, .list = &one});
    gallery_dictionary(g->b);
    gallery_messages(g->b);
    gallery_parts(g->b);
    gallery_steps(g->b);
    gallery_journeys(g->b);
    g->program = jn_builder_finish(g->b);
}

uint32_t *gallery_row(const struct gallery *g, enum image_table table, uint32_t i) {
    uint32_t *rows;
    memcpy(&rows, (const char *)g->program + image_record[table].rows, sizeof(rows));
    return rows + (size_t)i * image_record[table].n_field;
}

const char *gallery_refusal(const struct gallery *g) {
    static struct jn_err err;
    err.text[0] = '\0';
    return jn_image_verify(g->program, &err) == JN_OK ? "" : err.text;
}

bool gallery_refused(const struct gallery *g, uint32_t *field, uint32_t value, const char *expected) {
    uint32_t sound = *field;
    *field = value;
    const char *got = gallery_refusal(g);
    bool as_expected = strcmp(got, expected) == 0;
    if (!as_expected) printf("expected: %s\n     got: %s\n", expected, got);
    *field = sound;
    return as_expected;
}

int gallery_set_up(void **state) {
    static struct gallery g;
    gallery_init(&g);
    *state = &g;
    return 0;
}

int gallery_tear_down(void **state) {
    struct gallery *g = *state;
    jn_arena_release(&g->arena);
    return 0;
}

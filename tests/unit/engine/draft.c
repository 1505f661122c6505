#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "draft.h"

#include "core/civil.h"
#include "core/hash.h"
#include "image/image.h"

#define EVERY_DAY 127

static uint32_t text(struct draft *d, const char *z) {
    return jn_builder_string(d->builder, jn_str_z(z));
}

static uint32_t code(struct draft *d, enum jn_op op, uint32_t operand, enum jn_type type) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, 16);
    jn_buf_u8(&bytes, (uint8_t)op);
    if (jn_op_operands(op)[0] != '\0') jn_buf_le32(&bytes, operand);
    jn_buf_u8(&bytes, JN_OP_RET);
    uint32_t expr = jn_builder_code(d->builder, jn_buf_view(&bytes), type);
    jn_buf_release(&bytes);
    return expr;
}

static uint32_t constant(struct draft *d, struct jn_value value) {
    return code(d, JN_OP_PUSH, jn_builder_value(d->builder, value), (enum jn_type)value.type);
}

static uint32_t time_of_day(struct draft *d, const char *z) {
    int64_t ms;
    assert_true(jn_time_parse(jn_str_z(z), &ms));
    return jn_builder_value(d->builder, jn_value_of(JN_T_TIME, ms));
}

static uint32_t attribute(struct draft *d, const char *name, enum jn_type type) {
    struct jn_attr row = {
        .name = text(d, name), .type = type, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE};
    return jn_builder_add_attr(d->builder, &row);
}

static uint32_t channel(struct draft *d, const char *name, uint32_t to) {
    struct jn_channel row = {.name = text(d, name),
                             .kind = JN_CHANNEL_WEBHOOK,
                             .url = text(d, "https://receiver.example/"),
                             .to = to,
                             .retry_max = 8,
                             .retry_over = jn_builder_value(d->builder, days(1)),
                             .timeout_ms = 10000,
                             .cost = JN_NONE,
                             .carbon = JN_NONE};
    return jn_builder_add_channel(d->builder, &row);
}

struct draft draft_new(struct jn_arena *arena) {
    struct draft d = {.arena = arena, .builder = jn_builder_new(arena)};
    jn_builder_add_meta(d.builder,
                        &(struct jn_meta){.language = 1, .timezone = text(&d, "UTC"), .keep_events = JN_NONE});
    d.timezone = attribute(&d, "timezone", JN_T_TEXT);
    d.phone = attribute(&d, "phone", JN_T_TEXT);
    d.birthday = attribute(&d, "birthday", JN_T_DATE);
    d.post = channel(&d, "post", code(&d, JN_OP_CUSTOMER_ID, 0, JN_T_TEXT));
    d.sms = channel(&d, "sms", code(&d, JN_OP_ATTR, d.phone, JN_T_TEXT));
    return d;
}

static void end_journey(struct draft *d) {
    if (!d->writing) return;
    d->journey.n_step = jn_builder_count_step(d->builder) - d->journey.first_step;
    jn_builder_add_journey(d->builder, &d->journey);
    d->writing = false;
}

struct jn_str draft_image(struct draft *d) {
    struct jn_buf out;
    struct jn_err err;
    end_journey(d);
    struct jn_program *program = jn_builder_finish(d->builder);
    jn_buf_init(&out, JN_IMAGE_MAX);
    if (jn_image_verify(program, &err) != JN_OK || jn_image_encode(program, &out, &err) != JN_OK)
        fail_msg("the draft is no program: %s", err.text);
    struct jn_str image = jn_arena_str(d->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return image;
}

/* ---- declarations */

uint32_t declare_event(struct draft *d, const char *name) {
    struct jn_event row = {.name = text(d, name), .first_prop = jn_builder_count_prop(d->builder)};
    return jn_builder_add_event(d->builder, &row);
}

uint32_t declare_event_with(struct draft *d, const char *name, const char *property, enum jn_type type,
                            uint32_t flags) {
    uint16_t currency = 0;
    if (type == JN_T_MONEY) assert_true(jn_currency_pack(JN_STR("CNY"), &currency));
    uint32_t event = declare_event(d, name);
    struct jn_prop row = {
        .name = text(d, property), .type = type, .flags = flags, .currency = currency, .one_of = JN_NONE};
    jn_builder_add_prop(d->builder, &row);
    jn_builder_at_event(d->builder, event)->n_prop = 1;
    return event;
}

uint32_t declare_message(struct draft *d, const char *name, uint32_t on) {
    struct jn_field field = {.name = text(d, "body"), .text = text(d, name)};
    struct jn_message row = {.name = text(d, name),
                             .channel = on,
                             .topic = JN_NONE,
                             .first_field = jn_builder_add_field(d->builder, &field),
                             .n_field = 1,
                             .first_var = jn_builder_count_var(d->builder)};
    return jn_builder_add_message(d->builder, &row);
}

/* ---- policies */

void quiet_hours(struct draft *d, const char *from, const char *to) {
    struct jn_quiet row = {.from = time_of_day(d, from), .to = time_of_day(d, to), .mode = JN_QUIET_HOLD};
    struct jn_meta *meta = jn_builder_at_meta(d->builder, 0);
    meta->first_quiet = jn_builder_add_quiet(d->builder, &row);
    meta->n_quiet = 1;
}

void workspace_cap(struct draft *d, uint32_t limit, struct jn_value over, enum jn_cap_mode mode) {
    struct jn_cap row = {.limit = limit, .over = jn_builder_value(d->builder, over), .mode = mode};
    struct jn_meta *meta = jn_builder_at_meta(d->builder, 0);
    meta->first_cap = jn_builder_add_cap(d->builder, &row);
    meta->n_cap = 1;
}

void control_group(struct draft *d, uint32_t share) {
    jn_builder_at_meta(d->builder, 0)->control = share;
}

uint32_t declare_topic(struct draft *d, const char *name, enum jn_opt opt) {
    return jn_builder_add_topic(d->builder, &(struct jn_topic){.name = text(d, name), .opt = opt});
}

void message_is_about(struct draft *d, uint32_t message, uint32_t topic) {
    jn_builder_at_message(d->builder, message)->topic = topic;
}

/* ---- journeys */

void begin_journey(struct draft *d, const char *name, uint32_t event, enum jn_reenter reenter) {
    end_journey(d);
    d->writing = true;
    d->journey = (struct jn_journey){.name = text(d, name),
                                     .segment = JN_NONE,
                                     .time = JN_NONE,
                                     .title = text(d, name),
                                     .event = event,
                                     .where = JN_NONE,
                                     .key = JN_NONE,
                                     .reenter = reenter,
                                     .reenter_after = JN_NONE,
                                     .exit_if = JN_NONE,
                                     .starts = JN_NONE,
                                     .ends = JN_NONE,
                                     .topic = JN_NONE,
                                     .entry = jn_builder_count_step(d->builder),
                                     .first_goal = jn_builder_count_goal(d->builder),
                                     .first_leave = jn_builder_count_leave(d->builder),
                                     .first_stage = jn_builder_count_stage(d->builder),
                                     .n_stage = 1,
                                     .first_step = jn_builder_count_step(d->builder),
                                     .first_slot = jn_builder_count_slot(d->builder)};
    jn_builder_add_stage(d->builder, &(struct jn_stage){.name = text(d, "only")});
}

void journey_returns_after(struct draft *d, struct jn_value duration) {
    d->journey.reenter = JN_REENTER_AFTER;
    d->journey.reenter_after = jn_builder_value(d->builder, duration);
}

void journey_keyed(struct draft *d, uint32_t property) {
    d->journey.key = property;
}

void journey_goal(struct draft *d, const char *name, uint32_t event, struct jn_value within, uint32_t flags) {
    struct jn_goal row = {.name = text(d, name),
                          .event = event,
                          .where = JN_NONE,
                          .key = JN_NONE,
                          .within = jn_is_missing(within) ? JN_NONE : jn_builder_value(d->builder, within),
                          .value = JN_NONE,
                          .flags = flags};
    jn_builder_add_goal(d->builder, &row);
    d->journey.n_goal++;
}

void journey_leaves_on(struct draft *d, const char *name, uint32_t event) {
    struct jn_leave row = {.name = text(d, name), .event = event, .where = JN_NONE, .key = JN_NONE};
    jn_builder_add_leave(d->builder, &row);
    d->journey.n_leave++;
}

/* ---- steps */

static uint32_t step(struct draft *d, enum jn_step_kind kind, const char *name, uint32_t a, uint32_t b, uint32_t c,
                     uint32_t since) {
    uint32_t at = jn_builder_count_step(d->builder);
    struct jn_step row = {.kind = kind,
                          .stage = d->journey.first_stage,
                          .next = at + 1,
                          .alt = JN_NONE,
                          .a = a,
                          .b = b,
                          .c = c,
                          .d = since};
    if (name != NULL) {
        struct jn_str full = jn_arena_printf(d->arena, "only.%s", name);
        row.name = jn_builder_string(d->builder, full);
        row.id = (uint32_t)jn_hash64(full);
    }
    return jn_builder_add_step(d->builder, &row);
}

uint32_t step_send(struct draft *d, uint32_t message) {
    struct jn_str name = jn_arena_printf(d->arena, "send_%u", message);
    return step(d, JN_STEP_SEND, name.p, message, jn_builder_count_bind(d->builder), 0, 0);
}

uint32_t step_send_or(struct draft *d, uint32_t message) {
    struct jn_str name = jn_arena_printf(d->arena, "send_%u", message);
    return step(d, JN_STEP_SEND_OR, name.p, message, jn_builder_count_bind(d->builder), 0, 1);
}

uint32_t step_outcome(struct draft *d, enum jn_outcome outcome) {
    return step(d, JN_STEP_OUTCOME, NULL, outcome, 0, 0, 0);
}

uint32_t step_wait(struct draft *d, const char *name, struct jn_value duration) {
    return step(d, JN_STEP_WAIT, name, constant(d, duration), 0, 0, 0);
}

uint32_t step_wait_time(struct draft *d, const char *name, const char *time) {
    return step(d, JN_STEP_WAIT_TIME, name, EVERY_DAY, time_of_day(d, time), 0, 0);
}

uint32_t step_wait_date(struct draft *d, const char *name, uint32_t attr, const char *time) {
    return step(d, JN_STEP_WAIT_DATE, name, code(d, JN_OP_ATTR, attr, JN_T_DATE), time_of_day(d, time), 0, 0);
}

uint32_t step_wait_then(struct draft *d, const char *name, struct jn_value duration, const char *time) {
    return step(d, JN_STEP_WAIT_THEN, name, constant(d, duration), time_of_day(d, time), EVERY_DAY, 0);
}

uint32_t step_wait_for(struct draft *d, const char *name, uint32_t event, struct jn_value up_to, enum jn_since since) {
    struct jn_alternative row = {.event = event, .where = JN_NONE, .key = JN_NONE, .message = JN_NONE};
    uint32_t at =
        step(d, JN_STEP_WAIT_FOR, name, jn_builder_add_alternative(d->builder, &row), 1, constant(d, up_to), since);
    if (since != JN_SINCE_STEP) d->journey.flags |= JN_JOURNEY_LOOKS_BACK;
    jn_builder_at_step(d->builder, at)->alt = at + 1;
    return at;
}

uint32_t step_approve(struct draft *d, const char *name, const char *asks, const char *by, struct jn_value up_to) {
    uint32_t at = step(d, JN_STEP_APPROVE, name, text(d, asks), text(d, by), constant(d, up_to), 0);
    jn_builder_at_step(d->builder, at)->alt = at + 1;
    return at;
}

void wait_is_of(struct draft *d, uint32_t at, uint32_t message) {
    jn_builder_at_alternative(d->builder, jn_builder_at_step(d->builder, at)->a)->message = message;
}

void wait_compares_key(struct draft *d, uint32_t at, uint32_t property) {
    jn_builder_at_alternative(d->builder, jn_builder_at_step(d->builder, at)->a)->key = property;
}

uint32_t step_split(struct draft *d, const char *salt, uint32_t left) {
    uint32_t arm = jn_builder_add_arm(d->builder, &(struct jn_arm){.name = text(d, "left"), .weight = left});
    jn_builder_add_arm(d->builder, &(struct jn_arm){.name = text(d, "right"), .weight = 10000 - left});
    uint32_t at = step(d, JN_STEP_SPLIT, NULL, arm, 2, text(d, salt), text(d, salt));
    jn_builder_at_step(d->builder, at)->next = JN_NONE;
    return at;
}

void arms_lead_to(struct draft *d, uint32_t at, uint32_t left, uint32_t right) {
    uint32_t arm = jn_builder_at_step(d->builder, at)->a;
    jn_builder_at_arm(d->builder, arm)->step = left;
    jn_builder_at_arm(d->builder, arm + 1)->step = right;
}

uint32_t step_set_zone(struct draft *d, const char *zone) {
    return step(d, JN_STEP_SET_ATTR, NULL, d->timezone, constant(d, jn_value_text(jn_str_z(zone))), 0, 0);
}

uint32_t step_pass(struct draft *d) {
    return step(d, JN_STEP_PASS, NULL, 0, 0, 0, 0);
}

uint32_t step_exit(struct draft *d, const char *as) {
    uint32_t at = step(d, JN_STEP_EXIT, NULL, text(d, as), 0, 0, 0);
    jn_builder_at_step(d->builder, at)->next = JN_NONE;
    return at;
}

void step_goes_to(struct draft *d, uint32_t at, uint32_t target) {
    jn_builder_at_step(d->builder, at)->next = target;
}

void timeout_goes_to(struct draft *d, uint32_t at, uint32_t target) {
    jn_builder_at_step(d->builder, at)->alt = target;
}

/* ---- values */

struct jn_value minutes(int64_t n) {
    return jn_value_duration(JN_UNIT_MS, n * JN_MS_MINUTE);
}

struct jn_value days(int64_t n) {
    return jn_value_duration(JN_UNIT_DAYS, n);
}

struct jn_value months(int64_t n) {
    return jn_value_duration(JN_UNIT_MONTHS, n);
}

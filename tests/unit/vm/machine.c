#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "machine.h"

#include "core/civil.h"
#include "image/image.h"

uint32_t k(struct machine *m, struct jn_value value) {
    return jn_builder_value(m->builder, value);
}

uint32_t text(struct machine *m, const char *z) {
    return k(m, jn_value_text(jn_str_z(z)));
}

struct jn_value number(const char *decimal) {
    struct jn_dec d;
    assert_true(jn_dec_parse(jn_str_z(decimal), &d));
    return jn_value_dec(d);
}

struct jn_value money(const char *decimal, const char *currency) {
    uint16_t packed;
    assert_true(jn_currency_pack(jn_str_z(currency), &packed));
    return jn_value_money(jn_value_to_dec(number(decimal)), packed);
}

struct jn_value date(int year, int month, int day) {
    return jn_value_of(JN_T_DATE, jn_days_from_civil(year, month, day));
}

struct jn_value instant(const char *iso) {
    int64_t ms;
    assert_true(jn_instant_parse(jn_str_z(iso), &ms));
    return jn_value_of(JN_T_INSTANT, ms);
}

static void put(struct jn_buf *code, const struct ins *ins, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t operands = strlen(jn_op_operands(ins[i].op));
        jn_buf_u8(code, (uint8_t)ins[i].op);
        if (operands > 0) jn_buf_le32(code, ins[i].a);
        if (operands > 1) jn_buf_le32(code, ins[i].b);
    }
    jn_buf_u8(code, JN_OP_RET);
}

static uint32_t expression(struct machine *m, enum jn_type type, const struct ins *ins, size_t n) {
    struct jn_buf code;
    jn_buf_init(&code, 4096);
    put(&code, ins, n);
    uint32_t expr = jn_builder_code(m->builder, jn_buf_view(&code), type);
    jn_buf_release(&code);
    return expr;
}

static uint32_t string(struct machine *m, const char *z) {
    return jn_builder_string(m->builder, jn_str_z(z));
}

void machine_init(struct machine *m) {
    static struct jn_value attr[3], prop[1], slot[1];
    static struct jr_event_view view;
    *m = (struct machine){0};
    jn_arena_init(&m->arena);
    m->builder = jn_builder_new(&m->arena);
    jn_builder_add_meta(m->builder, &(struct jn_meta){.language = 1, .timezone = string(m, "Asia/Shanghai"), .keep_events = JN_NONE});
    struct jn_attr points = {.name = string(m, "points"), .type = JN_T_NUMBER, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE};
    struct jn_attr name = {.name = string(m, "name"), .type = JN_T_TEXT, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE};
    struct jn_attr absent = {.name = string(m, "absent"), .type = JN_T_NUMBER, .one_of = JN_NONE, .preset = JN_NONE, .computed = JN_NONE};
    m->points = jn_builder_add_attr(m->builder, &points);
    m->name = jn_builder_add_attr(m->builder, &name);
    m->missing_attr = jn_builder_add_attr(m->builder, &absent);
    m->event = jn_builder_add_event(m->builder, &(struct jn_event){.name = string(m, "purchase"), .n_prop = 1});
    m->amount = jn_builder_add_prop(
        m->builder, &(struct jn_prop){.name = string(m, "amount"), .type = JN_T_MONEY, .one_of = JN_NONE});
    m->slot = jn_builder_add_slot(m->builder, &(struct jn_slot){.name = string(m, "seven"), .type = JN_T_NUMBER});
    struct ins more[] = {{JN_OP_ATTR, m->points, 0}, {JN_OP_PUSH, k(m, jn_value_int(3)), 0}, {JN_OP_GT, 0, 0}};
    struct jn_segment segment = {.name = string(m, "good"), .cond = expression(m, JN_T_BOOL, more, 3)};
    m->segment = jn_builder_add_segment(m->builder, &segment);
    attr[0] = jn_value_int(5);
    attr[1] = jn_value_text(JN_STR("Ann"));
    attr[2] = JN_MISSING;
    prop[0] = money("49.90", "CNY");
    slot[0] = jn_value_int(7);
    view = (struct jr_event_view){.event = m->event, .prop = prop};
    static const struct jn_str tag[] = {{"vip", 3}};
    m->context = (struct jr_context){.customer_id = JN_STR("ann"),
                                     .attr = attr,
                                     .tag = tag,
                                     .n_tag = 1,
                                     .events = &view,
                                     .slot = slot,
                                     .n_slot = 1,
                                     .journey = JN_STR("welcome"),
                                     .stage = JN_STR("awareness"),
                                     .now = instant("2026-03-01T01:30:00Z").i,
                                     .scratch = &m->arena};
    assert_int_equal(jn_zone_find(JN_STR("Asia/Shanghai"), &m->context.zone, NULL), JN_OK);
}

void machine_release(struct machine *m) {
    jn_arena_release(&m->arena);
}

const char *run(struct machine *m, enum jn_type type, const struct ins *ins, size_t n) {
    uint32_t expr = expression(m, type, ins, n);
    struct jn_program *program = jn_builder_finish(m->builder);
    struct jn_err err = {.rc = JN_OK};
    struct jn_value value;
    struct jn_buf printed;
    assert_int_equal(program->n_expr > expr, 1);
    m->context.program = program;
    if (jr_vm_eval(&m->context, expr, &value, &err) != JN_OK) return jn_arena_printf(&m->arena, "!%s", err.text).p;
    jn_buf_init(&printed, 1024);
    jn_value_print_source(value, &printed);
    const char *z = jn_arena_str(&m->arena, jn_buf_view(&printed)).p;
    jn_buf_release(&printed);
    return z;
}

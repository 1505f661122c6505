/* Drawing from a model. */
#include <math.h>

#include "cli/simulate/model.h"
#include "core/civil.h"

#define DRAW_TEXT_MAX (1u << 16)

/* In [0, 1), 53 bits. */
static double draw_unit(struct jn_random *random) {
    return (double)(jn_random_next(random) >> 11) * 0x1p-53;
}

bool sim_chance(struct jn_random *random, double chance) {
    if (chance >= 1) return true;
    return chance > 0 && draw_unit(random) < chance;
}

int64_t sim_after(struct jn_random *random, struct sim_span span) {
    if (span.even) return span.low + (int64_t)jn_random_below(random, (uint64_t)(span.high - span.low) + 1);
    return (int64_t)(-log(1 - draw_unit(random)) * (double)span.low);
}

/* {customer} is the customer's id, {n} the number of the event. */
static struct jn_json *draw_template(struct jn_str text, struct jn_str customer, uint32_t n) {
    struct jn_str id = JN_STR("{customer}"), number = JN_STR("{n}");
    struct jn_buf out;
    jn_buf_init(&out, DRAW_TEXT_MAX);
    for (size_t at = 0; at < text.n;) {
        struct jn_str rest = jn_str_sub(text, at, text.n);
        if (jn_str_starts(rest, id)) {
            jn_buf_str(&out, customer);
            at += id.n;
        } else if (jn_str_starts(rest, number)) {
            jn_buf_printf(&out, "%u", n);
            at += number.n;
        } else {
            jn_buf_char(&out, text.p[at++]);
        }
    }
    struct jn_json *node = jn_json_new_text(jn_buf_view(&out));
    jn_buf_release(&out);
    return node;
}

static struct jn_json *draw_range(const struct sim_draw *draw, struct jn_random *random) {
    int64_t value = draw->low + (int64_t)jn_random_below(random, (uint64_t)(draw->high - draw->low) + 1);
    struct jn_buf text;
    jn_buf_init(&text, 64);
    if (draw->type == JN_T_DATE)
        jn_date_print(value, &text);
    else if (draw->type == JN_T_TIME)
        jn_time_print(value, &text);
    else if (draw->type == JN_T_INSTANT)
        jn_instant_print(value, &text);
    else if (draw->places > 0) /* as text it stays exact */
        jn_dec_print((struct jn_dec){value, draw->places}, draw->places, &text);
    struct jn_json *node = text.n > 0 ? jn_json_new_text(jn_buf_view(&text)) : jn_json_new_int(value);
    jn_buf_release(&text);
    return node;
}

static const struct sim_constant *draw_choice(const struct sim_draw *draw, struct jn_random *random) {
    double point = draw_unit(random);
    for (uint32_t i = 0; i + 1 < draw->n; i++)
        if (point < draw->upto[i]) return &draw->constant[i];
    return &draw->constant[draw->n - 1];
}

static struct jn_json *draw_constant(const struct sim_constant *constant) {
    struct jn_json *node = NULL;
    if (constant->kind == JN_JSON_TEXT) return jn_json_new_text(constant->text);
    if (constant->kind == JN_JSON_INT) return jn_json_new_int(constant->number);
    return jn_json_parse(constant->text, &node, NULL) == JN_OK ? node : NULL;
}

static struct jn_json *draw_value(const struct sim_draw *draw, struct jn_random *random, struct jn_str customer,
                                  uint32_t n) {
    switch (draw->kind) {
    case SIM_TEMPLATE:
        return draw_template(draw->constant->text, customer, n);
    case SIM_RANGE:
        return draw_range(draw, random);
    case SIM_CHOICES:
        return draw_constant(draw_choice(draw, random));
    case SIM_CONSTANT:
        return draw_constant(draw->constant);
    }
    return NULL;
}

void sim_fields(const struct sim_field *field, uint32_t n_field, struct jn_random *random, struct jn_str customer,
                uint32_t n, struct jn_json *object) {
    for (uint32_t i = 0; i < n_field; i++)
        if (sim_chance(random, field[i].draw.known))
            jn_json_set(object, field[i].name, draw_value(&field[i].draw, random, customer, n));
}

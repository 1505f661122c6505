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
static void draw_template(struct jn_str text, struct jn_str customer, uint32_t n, struct jn_json_out *w) {
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
    jn_jw_str(w, jn_buf_view(&out));
    jn_buf_release(&out);
}

static void draw_range(const struct sim_draw *draw, struct jn_random *random, struct jn_json_out *w) {
    int64_t value = draw->low + (int64_t)jn_random_below(random, (uint64_t)(draw->high - draw->low) + 1);
    struct jn_buf text;
    jn_buf_init(&text, 64);
    if (draw->type == JN_T_DATE)
        jn_date_print(value, &text);
    else if (draw->type == JN_T_TIME)
        jn_time_print(value, &text);
    else if (draw->type == JN_T_INSTANT)
        jn_instant_print(value, &text);
    else if (draw->places > 0) /* as text it stays exact, and is read faster than a JSON real */
        jn_dec_print((struct jn_dec){value, draw->places}, draw->places, &text);
    if (text.n > 0)
        jn_jw_str(w, jn_buf_view(&text));
    else
        jn_jw_int(w, value);
    jn_buf_release(&text);
}

static struct jn_str draw_choice(const struct sim_draw *draw, struct jn_random *random) {
    double point = draw_unit(random);
    for (uint32_t i = 0; i + 1 < draw->n; i++)
        if (point < draw->upto[i]) return draw->json[i];
    return draw->json[draw->n - 1];
}

void sim_fields(const struct sim_field *field, uint32_t n_field, struct jn_random *random, struct jn_str customer,
                uint32_t n, struct jn_json_out *w) {
    for (uint32_t i = 0; i < n_field; i++) {
        const struct sim_draw *draw = &field[i].draw;
        if (!sim_chance(random, draw->known)) continue;
        jn_jw_key_str(w, field[i].name);
        if (draw->kind == SIM_TEMPLATE)
            draw_template(draw->json[0], customer, n, w);
        else if (draw->kind == SIM_RANGE)
            draw_range(draw, random, w);
        else
            jn_jw_raw(w, draw->kind == SIM_CONSTANT ? draw->json[0] : draw_choice(draw, random));
    }
}

/* Lengths of time, as bounds and as words. */
#include "compiler/lint/flow.h"

#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define CLOCK_CHANGES (3 * JN_MS_HOUR) /* a calendar day or more may be so much shorter or longer */

int64_t lint_add(int64_t a, int64_t b) {
    int64_t sum;
    return a == LINT_EVER || b == LINT_EVER || __builtin_add_overflow(a, b, &sum) ? LINT_EVER : sum;
}

bool lint_constant(const struct jn_program *program, uint32_t expr, struct jn_value *out) {
    const struct jn_expr *row = &program->expr[expr];
    const uint8_t *code = program->code + row->offset;
    if (row->length != 6 || code[0] != JN_OP_PUSH || code[5] != JN_OP_RET) return false;
    *out = program->value[jn_code_operand(code + 1)];
    return true;
}

static int64_t time_bound(struct jn_value duration, int64_t month_days, int64_t give) {
    int64_t count = duration.i, ms;
    if (duration.scale == JN_UNIT_MS) return count;
    if (duration.scale == JN_UNIT_MONTHS && __builtin_mul_overflow(count, month_days, &count)) return LINT_EVER;
    if (__builtin_mul_overflow(count, JN_MS_DAY, &ms)) return LINT_EVER;
    return ms == 0 ? 0 : lint_add(ms, give);
}

int64_t lint_shortest(struct jn_value duration) {
    return time_bound(duration, 28, -CLOCK_CHANGES);
}

int64_t lint_longest(struct jn_value duration) {
    return time_bound(duration, 31, CLOCK_CHANGES);
}

struct jn_str lint_say_time(struct jn_arena *arena, int64_t ms) {
    static const struct {
        int64_t ms;
        const char *word;
    } UNIT[] = {{JN_MS_DAY, "day"}, {JN_MS_HOUR, "hour"}, {JN_MS_MINUTE, "minute"}, {JN_MS_SECOND, "second"}};
    struct jn_str text = JN_STR("");
    unsigned parts = 0;
    for (size_t i = 0; i < sizeof(UNIT) / sizeof(*UNIT) && parts < 2; i++) {
        long long count = ms / UNIT[i].ms;
        if (count == 0) continue;
        ms %= UNIT[i].ms;
        text = jn_arena_printf(arena, "%.*s%s%lld %s%s", JN_FMT(text), parts++ > 0 ? " " : "", count, UNIT[i].word,
                               count == 1 ? "" : "s");
    }
    return parts == 0 ? JN_STR("no time") : text;
}

struct jn_str lint_say_clock(struct jn_arena *arena, int64_t time) {
    struct jn_buf text;
    jn_buf_init(&text, 32);
    jn_time_print(time, &text);
    struct jn_str said = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return said;
}

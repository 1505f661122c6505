/* Channels' addresses to which nothing is sent any more, because their receivers said that they are gone. */
#include "runtime/engine/turn.h"

void turn_disable(struct turn *turn, const struct jr_delivery *delivery) {
    uint64_t *since = engine_counter(turn->engine, engine_disabled_id(delivery->channel, delivery->url));
    if (*since == 0) *since = (uint64_t)turn->now;
}

static bool disabled_is_listed(const struct jr_disabled *list, uint32_t n, const struct jr_disabled *row) {
    for (uint32_t i = 0; i < n; i++)
        if (jn_str_eq(list[i].channel, row->channel) && jn_str_eq(list[i].url, row->url)) return true;
    return false;
}

void jr_engine_disabled(const struct jr_engine *engine, struct jn_arena *arena, struct jr_disabled **out, uint32_t *n) {
    const struct jn_program *program;
    *out = NULL;
    *n = 0;
    for (uint32_t at = 0; (program = jr_engine_program_at(engine, at)) != NULL; at++)
        for (uint32_t i = 0; i < program->n_channel; i++) {
            struct jr_disabled row = {.channel = program->string[program->channel[i].name],
                                      .url = program->string[program->channel[i].url]};
            row.since = (int64_t)engine_counter_value(engine, engine_disabled_id(row.channel, row.url));
            if (row.since == 0 || disabled_is_listed(*out, *n, &row)) continue;
            *(struct jr_disabled *)jn_arena_grow(arena, out, n, sizeof(row)) = row;
        }
}

static bool disabled_names(const struct jr_engine *engine, struct jn_str channel) {
    const struct jn_program *program;
    for (uint32_t at = 0; (program = jr_engine_program_at(engine, at)) != NULL; at++)
        for (uint32_t i = 0; i < program->n_channel; i++)
            if (jn_str_eq(program->string[program->channel[i].name], channel)) return true;
    return false;
}

jn_rc jr_engine_enable(struct jr_engine *engine, struct jn_str channel, struct jn_arena *arena, struct jn_err *err) {
    struct jr_disabled *row;
    uint32_t n;
    if (channel.n > 0 && !disabled_names(engine, channel))
        return jn_fail(err, JN_NOT_FOUND, "no program has a channel `%.*s`", JN_FMT(channel));
    jr_engine_disabled(engine, arena, &row, &n);
    for (uint32_t i = 0; i < n; i++)
        if (channel.n == 0 || jn_str_eq(row[i].channel, channel))
            *engine_counter(engine, engine_disabled_id(row[i].channel, row[i].url)) = 0;
    return engine_counters_commit(engine, arena, err);
}

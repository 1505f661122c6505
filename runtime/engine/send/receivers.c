/* What is kept of receivers: to which addresses nothing is sent any more, because these said that they are gone; and,
 * in the audit log, whose breakers opened. */
#include "runtime/engine/turn.h"

static struct jn_str receivers_name(const struct turn *turn, bool service, struct jn_str name) {
    return jn_arena_printf(turn->arena, "%s %.*s", service ? "service" : "channel", JN_FMT(name));
}

void turn_note_breaker(struct turn *turn, const struct jr_breaker_news *news, struct jn_str reason) {
    if (news->turn == JR_BREAKER_SAME) return;
    struct jn_str receiver = receivers_name(turn, news->service, news->receiver);
    if (news->turn == JR_BREAKER_OPENED)
        jr_engine_decided(turn->engine, turn->now, JR_DECIDED_BREAKER_OPENED, receiver,
                          jn_arena_printf(turn->arena,
                                          "%u of the last %u attempts failed, %u after one another, at last with: "
                                          "%.*s; nothing goes there for %.1f s, then one attempt",
                                          news->failed, news->calls, news->in_a_row, JN_FMT(reason),
                                          (double)news->ms / 1000));
    if (news->turn == JR_BREAKER_WELL)
        jr_engine_decided(
            turn->engine, turn->now, JR_DECIDED_BREAKER_CLOSED, receiver,
            jn_arena_printf(turn->arena, "an attempt succeeded, %.1f s after it opened", (double)news->ms / 1000));
}

void turn_disable(struct turn *turn, const struct jr_delivery *delivery) {
    uint64_t *since = engine_counter(turn->engine, engine_disabled_id(delivery->channel, delivery->url));
    if (*since != 0) return;
    *since = (uint64_t)turn->now;
    jr_engine_decided(turn->engine, turn->now, JR_DECIDED_CHANNEL_DISABLED,
                      receivers_name(turn, false, delivery->channel),
                      JN_STR("its receiver answered 410 Gone; nothing goes there until it is enabled"));
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

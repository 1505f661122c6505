/* Quiet hours (language semantics 6): half-open, over midnight, in the customer's zone. */
#include "core/civil.h"
#include "core/hash.h"
#include "runtime/engine/policy/policy.h"

struct quiet_span {
    int64_t from, to; /* instants; to is the first that is not quiet */
};

static int64_t quiet_day(const struct jn_zone *zone, int64_t at) {
    return jn_local_day(jn_zone_local(zone, at));
}

/* The quiet hours that begin on this day. A clock that is changed meanwhile makes them longer or shorter. */
static struct quiet_span quiet_on(const struct jn_program *program, const struct jn_quiet *quiet,
                                  const struct jn_zone *zone, int64_t day) {
    int64_t from = program->value[quiet->from].i, to = program->value[quiet->to].i;
    return (struct quiet_span){jn_zone_instant(zone, day, from), jn_zone_instant(zone, to < from ? day + 1 : day, to)};
}

/* Whether the instant is quiet, and until when. */
static bool quiet_covers(const struct jn_program *program, const struct jn_quiet *quiet, const struct jn_zone *zone,
                         int64_t at, int64_t *until) {
    int64_t today = quiet_day(zone, at);
    for (int64_t day = today - 1; day <= today; day++) {
        struct quiet_span span = quiet_on(program, quiet, zone, day);
        if (at < span.from || at >= span.to) continue;
        *until = span.to;
        return true;
    }
    return false;
}

/* How long nothing is quiet from this instant on, POLICY_SPREAD_MS at most: a release must not run into new ones. */
static int64_t quiet_room(const struct jn_program *program, const struct jn_quiet *const *quiet, uint32_t n,
                          const struct jn_zone *zone, int64_t at) {
    int64_t room = POLICY_SPREAD_MS, today = quiet_day(zone, at);
    for (uint32_t i = 0; i < n; i++)
        for (int64_t day = today; day <= today + 1; day++) {
            int64_t from = quiet_on(program, quiet[i], zone, day).from;
            if (from > at && from - at < room) room = from - at;
        }
    return room;
}

/* The workspace's and the journey's, both of which hold. */
static uint32_t quiet_all(const struct engine_run *run, const struct jn_quiet *out[2]) {
    const struct jn_program *program = run->program->program;
    const struct jn_meta *meta = &program->meta[0];
    const struct jn_journey *journey = engine_journey(run);
    uint32_t n = 0;
    if (meta->n_quiet > 0) out[n++] = &program->quiet[meta->first_quiet];
    if (journey->n_quiet > 0) out[n++] = &program->quiet[journey->first_quiet];
    return n;
}

enum policy_verdict turn_quiet(const struct turn *turn, const struct engine_customer *customer,
                               const struct engine_run *run, int64_t *until) {
    const struct jn_program *program = run->program->program;
    const struct jn_quiet *quiet[2];
    uint32_t n = quiet_all(run, quiet);
    int64_t end, free_at = turn->now;
    if (n == 0) return POLICY_SEND;
    const struct jn_zone *zone = engine_zone(customer, run->program);
    for (uint32_t i = 0; i < n; i++)
        if (quiet[i]->mode == JN_QUIET_DROP && quiet_covers(program, quiet[i], zone, turn->now, &end))
            return POLICY_QUIET;
    for (uint32_t tries = 0; tries < 2 * n; tries++) /* one may end within the other */
        if (quiet[tries % n]->mode == JN_QUIET_HOLD && quiet_covers(program, quiet[tries % n], zone, free_at, &end))
            free_at = end;
    if (free_at == turn->now) return POLICY_SEND;
    int64_t room = quiet_room(program, quiet, n, zone, free_at);
    *until = free_at + (int64_t)(jn_hash64(customer->ext) % (uint64_t)room);
    return POLICY_HOLD;
}

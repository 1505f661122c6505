#include "upgrade/names.h"

struct jn_str upgrade_name(const struct jn_program *to, enum jn_rename_kind kind, struct jn_str scope,
                           struct jn_str old) {
    for (uint32_t i = 0; i < to->n_rename; i++) {
        const struct jn_rename *row = &to->rename[i];
        if (row->kind == (uint32_t)kind && jn_str_eq(to->string[row->scope], scope) &&
            jn_str_eq(to->string[row->was], old))
            return to->string[row->now];
    }
    return old;
}

/* Behind a name such as send_welcome or wait_for_signup stands a message or an event that may have a new name. */
static struct jn_str upgrade_noun(const struct jn_program *to, struct jn_str rest, struct jn_arena *arena) {
    for (uint32_t i = 0; i < to->n_rename; i++) {
        const struct jn_rename *row = &to->rename[i];
        struct jn_str was = to->string[row->was], now = to->string[row->now];
        if ((row->kind != JN_RENAME_MESSAGE && row->kind != JN_RENAME_EVENT) || !jn_str_ends(rest, was)) continue;
        size_t verb = rest.n - was.n;
        if (verb > 0 && rest.p[verb - 1] == '_')
            return jn_arena_printf(arena, "%.*s%.*s", (int)verb, rest.p, JN_FMT(now));
    }
    return rest;
}

struct jn_str upgrade_step_name(const struct jn_program *to, struct jn_str journey, struct jn_str old,
                                struct jn_arena *arena) {
    struct jn_str named = upgrade_name(to, JN_RENAME_STEP, journey, old);
    const char *dot = old.n == 0 ? NULL : memchr(old.p, '.', old.n);
    if (named.p != old.p || dot == NULL) return named;
    struct jn_str stage = {old.p, (size_t)(dot - old.p)};
    struct jn_str rest = upgrade_noun(to, jn_str_sub(old, stage.n + 1, old.n), arena);
    struct jn_str label = upgrade_name(to, JN_RENAME_STEP, journey, stage); /* of a send with several messages */
    stage = label.p != stage.p ? label : upgrade_name(to, JN_RENAME_STAGE, journey, stage);
    return jn_arena_printf(arena, "%.*s.%.*s", JN_FMT(stage), JN_FMT(rest));
}

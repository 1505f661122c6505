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

/* What stands behind the verb in the name that a step has without a label: a message or an event. */
static const struct {
    const char *verb;
    enum jn_rename_kind kind;
} VERB_ROW[] = {{"send_", JN_RENAME_MESSAGE},
                {"or_", JN_RENAME_MESSAGE},
                {"wait_after_", JN_RENAME_MESSAGE},
                {"wait_for_", JN_RENAME_EVENT}};

/* `wait_for_opened_or_clicked` has several, each of which may have a new name. */
static struct jn_str upgrade_nouns(const struct jn_program *to, enum jn_rename_kind kind, struct jn_str nouns,
                                   struct jn_arena *arena) {
    struct jn_str now = upgrade_name(to, kind, JN_STR(""), nouns);
    const char *joint = nouns.n == 0 ? NULL : memmem(nouns.p, nouns.n, "_or_", 4);
    if (now.p != nouns.p || joint == NULL || kind != JN_RENAME_EVENT) return now;
    struct jn_str first = {nouns.p, (size_t)(joint - nouns.p)}, rest = jn_str_sub(nouns, first.n + 4, nouns.n);
    first = upgrade_name(to, kind, JN_STR(""), first);
    rest = upgrade_nouns(to, kind, rest, arena);
    return jn_arena_printf(arena, "%.*s_or_%.*s", JN_FMT(first), JN_FMT(rest));
}

static struct jn_str upgrade_noun(const struct jn_program *to, struct jn_str rest, struct jn_arena *arena) {
    for (size_t i = 0; i < sizeof(VERB_ROW) / sizeof(*VERB_ROW); i++) {
        size_t n = strlen(VERB_ROW[i].verb);
        if (!jn_str_starts(rest, (struct jn_str){VERB_ROW[i].verb, n})) continue;
        struct jn_str nouns = upgrade_nouns(to, VERB_ROW[i].kind, jn_str_sub(rest, n, rest.n), arena);
        return jn_arena_printf(arena, "%s%.*s", VERB_ROW[i].verb, JN_FMT(nouns));
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

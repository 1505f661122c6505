#include "upgrade/arms.h"

#include "image/image.h"
#include "upgrade/names.h"
#include "upgrade/reach.h"

static bool upgrade_has_arms(const struct jn_step *step) {
    return jn_step_ways((enum jn_step_kind)step->kind) == JN_WAYS_ARMS;
}

static bool arms_has(const struct jn_program *to, const struct jn_step *split, struct jn_str name) {
    for (uint32_t i = split->a; i < split->a + split->b; i++)
        if (jn_str_eq(to->string[to->arm[i].name], name)) return true;
    return false;
}

/* The split of that name, or NULL. */
static const struct jn_step *arms_split(const struct jn_program *to, const struct jn_journey *journey,
                                        struct jn_str name) {
    for (uint32_t i = journey->first_step; i < journey->first_step + journey->n_step; i++)
        if (upgrade_has_arms(&to->step[i]) && jn_str_eq(to->string[to->step[i].c], name)) return &to->step[i];
    return NULL;
}

static void arms_report(struct jn_upgrade *upgrade, uint32_t journey, uint32_t arm, struct jn_str split,
                        struct jn_arena *arena) {
    const struct jn_program *from = upgrade->from;
    const struct jn_journey *row = &from->journey[journey];
    const bool *without = upgrade_reach(from, row, row->entry, arm, arena);
    for (uint32_t i = 0; i < row->n_step; i++) {
        uint32_t step = row->first_step + i;
        bool gone = upgrade->step[step].move >= JN_MOVE_GOES_ON;
        if (without[i] || !gone || !jn_step_holds((enum jn_step_kind)from->step[step].kind)) continue;
        struct jn_upgrade_problem *place = jn_arena_grow(arena, &upgrade->problem, &upgrade->n_problem, sizeof(*place));
        struct jn_str name = from->string[from->arm[arm].name];
        *place = (struct jn_upgrade_problem){
            .journey = journey,
            .step = step,
            .text = jn_arena_printf(arena,
                                    "people may be at %.*s in arm `%.*s` of split `%.*s`, which the new version does "
                                    "not have; write `was %.*s` behind the arm that takes them",
                                    JN_FMT(from->string[from->step[step].name]), JN_FMT(name), JN_FMT(split),
                                    JN_FMT(name))};
    }
}

void upgrade_check_arms(struct jn_upgrade *upgrade, uint32_t journey, struct jn_arena *arena) {
    const struct jn_program *from = upgrade->from, *to = upgrade->to;
    const struct jn_journey *old = &from->journey[journey], *new = &to->journey[upgrade->journey[journey]];
    for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++) {
        const struct jn_step *step = &from->step[i];
        if (!upgrade_has_arms(step)) continue;
        struct jn_str split = from->string[step->c];
        const struct jn_step *now = arms_split(to, new, split);
        for (uint32_t arm = step->a; now != NULL && arm < step->a + step->b; arm++) {
            struct jn_str full =
                jn_arena_printf(arena, "%.*s.%.*s", JN_FMT(split), JN_FMT(from->string[from->arm[arm].name]));
            struct jn_str name = upgrade_name(to, JN_RENAME_ARM, to->string[new->name], full);
            if (!arms_has(to, now, jn_str_sub(name, split.n + 1, name.n)))
                arms_report(upgrade, journey, arm, split, arena);
        }
    }
}

#include "upgrade/upgrade.h"

#include "core/buffer.h"
#include "core/value.h"
#include "image/image.h"
#include "upgrade/align.h"
#include "upgrade/arms.h"
#include "upgrade/names.h"
#include "upgrade/reach.h"

#define DEFINITION_MAX (1u << 20)

struct upgrader {
    struct jn_upgrade out;
    struct jn_arena *arena;
    uint32_t *journey, *stage, *slot, *goal, *event, *prop;
    struct jn_step_move *step;
};

static uint32_t *upgrader_none(struct upgrader *m, uint32_t n) {
    uint32_t *row = JN_NEW_ARRAY(m->arena, uint32_t, n);
    for (uint32_t i = 0; i < n; i++)
        row[i] = JN_NONE;
    return row;
}

uint32_t jn_upgrade_behind(const struct jn_step *step) {
    return jn_step_holds((enum jn_step_kind)step->kind) && step->alt != JN_NONE ? step->alt : step->next;
}

/* ---- events and their properties */

static void upgrader_events(struct upgrader *m) {
    const struct jn_program *from = m->out.from, *to = m->out.to;
    for (uint32_t i = 0; i < from->n_event; i++) {
        const struct jn_event *old = &from->event[i];
        struct jn_str name = upgrade_name(to, JN_RENAME_EVENT, JN_STR(""), from->string[old->name]);
        uint32_t now = m->event[i] = jn_program_event(to, name);
        if (now == JN_NONE) continue;
        const struct jn_event *new = &to->event[now];
        for (uint32_t a = old->first_prop; a < old->first_prop + old->n_prop; a++)
            for (uint32_t b = new->first_prop; b < new->first_prop + new->n_prop; b++) {
                struct jn_str prop = upgrade_name(to, JN_RENAME_ATTR, name, from->string[from->prop[a].name]);
                bool same = from->prop[a].type == to->prop[b].type && from->prop[a].currency == to->prop[b].currency;
                if (same && jn_str_eq(prop, to->string[to->prop[b].name])) m->prop[a] = b;
            }
    }
}

/* ---- what belongs to a journey */

static void upgrader_slot(struct upgrader *m, uint32_t journey, uint32_t slot) {
    const struct jn_program *from = m->out.from, *to = m->out.to;
    const struct jn_journey *now = &to->journey[m->journey[journey]];
    for (uint32_t i = now->first_slot; i < now->first_slot + now->n_slot; i++) {
        if (!jn_str_eq(to->string[to->slot[i].name], from->string[from->slot[slot].name])) continue;
        if (to->slot[i].type == from->slot[slot].type && to->slot[i].currency == from->slot[slot].currency) {
            m->slot[slot] = i;
            return;
        }
        struct jn_upgrade_problem *place = jn_arena_grow(m->arena, &m->out.problem, &m->out.n_problem, sizeof(*place));
        *place = (struct jn_upgrade_problem){
            .journey = journey,
            .step = JN_NONE,
            .text = jn_arena_printf(
                m->arena, "`%.*s` was %s and is %s in the new version; give the new one another name",
                JN_FMT(from->string[from->slot[slot].name]), jn_type_noun((enum jn_type)from->slot[slot].type),
                jn_type_noun((enum jn_type)to->slot[i].type))};
    }
}

static void upgrader_parts(struct upgrader *m, uint32_t journey) {
    const struct jn_program *from = m->out.from, *to = m->out.to;
    const struct jn_journey *old = &from->journey[journey], *now = &to->journey[m->journey[journey]];
    struct jn_str name = to->string[now->name];
    for (uint32_t a = old->first_stage; a < old->first_stage + old->n_stage; a++)
        for (uint32_t b = now->first_stage; b < now->first_stage + now->n_stage; b++)
            if (jn_str_eq(upgrade_name(to, JN_RENAME_STAGE, name, from->string[from->stage[a].name]),
                          to->string[to->stage[b].name]))
                m->stage[a] = b;
    for (uint32_t a = old->first_goal; a < old->first_goal + old->n_goal; a++)
        for (uint32_t b = now->first_goal; b < now->first_goal + now->n_goal; b++)
            if (jn_str_eq(from->string[from->goal[a].name], to->string[to->goal[b].name])) m->goal[a] = b;
    for (uint32_t a = old->first_slot; a < old->first_slot + old->n_slot; a++)
        upgrader_slot(m, journey, a);
}

/* ---- steps */

static bool upgrader_same(const struct upgrader *m, uint32_t old, uint32_t now) {
    struct jn_buf a, b;
    jn_buf_init(&a, DEFINITION_MAX);
    jn_buf_init(&b, DEFINITION_MAX);
    jn_image_define_step(m->out.from, old, &a);
    jn_image_define_step(m->out.to, now, &b);
    bool same = jn_str_eq(jn_buf_view(&a), jn_buf_view(&b));
    jn_buf_release(&a);
    jn_buf_release(&b);
    return same;
}

/* The nearest step behind a removed one that is left, nothing it waited for having come. */
static struct jn_step_move upgrader_behind(const struct upgrader *m, const struct jn_journey *old, const uint32_t *pair,
                                           uint32_t removed) {
    const struct jn_program *from = m->out.from;
    uint32_t first = jn_upgrade_behind(&from->step[removed]), n;
    if (first == JN_NONE) return (struct jn_step_move){JN_MOVE_ENDS, JN_NONE};
    const uint32_t *order = upgrade_reach_order(from, old, first, JN_NONE, m->arena, &n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t now = pair[order[i] - old->first_step];
        if (now != JN_NONE && order[i] != removed) return (struct jn_step_move){JN_MOVE_GOES_ON, now};
    }
    return (struct jn_step_move){JN_MOVE_ENDS, JN_NONE};
}

static void upgrader_steps(struct upgrader *m, uint32_t journey) {
    const struct jn_program *from = m->out.from, *to = m->out.to;
    const struct jn_journey *old = &from->journey[journey];
    uint32_t *pair = JN_NEW_ARRAY(m->arena, uint32_t, old->n_step);
    upgrade_align(from, journey, to, m->journey[journey], m->arena, pair);
    for (uint32_t i = 0; i < old->n_step; i++) {
        uint32_t step = old->first_step + i, now = pair[i];
        if (now == JN_NONE)
            m->step[step] = upgrader_behind(m, old, pair, step);
        else if (from->step[step].kind != to->step[now].kind)
            m->step[step] = (struct jn_step_move){JN_MOVE_GOES_ON, now};
        else
            m->step[step] = (struct jn_step_move){upgrader_same(m, step, now) ? JN_MOVE_STAYS : JN_MOVE_CHANGED, now};
    }
}

static struct jn_str mapped_journey(const struct jn_program *to, struct jn_str old) {
    return upgrade_name(to, JN_RENAME_JOURNEY, JN_STR(""), old);
}

static void upgrader_journey(struct upgrader *m, uint32_t journey) {
    const struct jn_program *from = m->out.from, *to = m->out.to;
    const struct jn_journey *old = &from->journey[journey];
    struct jn_str name = mapped_journey(to, from->string[old->name]);
    m->journey[journey] = jn_program_journey(to, name);
    if (m->journey[journey] == JN_NONE) {
        for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++)
            m->step[i] = (struct jn_step_move){JN_MOVE_ENDS, JN_NONE};
        return;
    }
    upgrader_parts(m, journey);
    upgrader_steps(m, journey);
    upgrade_check_arms(&m->out, journey, m->arena);
}

const struct jn_upgrade *jn_upgrade_make(const struct jn_program *from, const struct jn_program *to,
                                         struct jn_arena *arena) {
    struct upgrader *m = JN_NEW(arena, struct upgrader);
    m->arena = arena;
    m->out = (struct jn_upgrade){.from = from, .to = to};
    m->out.journey = m->journey = upgrader_none(m, from->n_journey);
    m->out.stage = m->stage = upgrader_none(m, from->n_stage);
    m->out.slot = m->slot = upgrader_none(m, from->n_slot);
    m->out.goal = m->goal = upgrader_none(m, from->n_goal);
    m->out.event = m->event = upgrader_none(m, from->n_event);
    m->out.prop = m->prop = upgrader_none(m, from->n_prop);
    m->out.step = m->step = JN_NEW_ARRAY(arena, struct jn_step_move, from->n_step);
    upgrader_events(m);
    for (uint32_t i = 0; i < from->n_journey; i++)
        upgrader_journey(m, i);
    return &m->out;
}

/* ---- what would be sent again */

const uint32_t *jn_upgrade_repeats(const struct jn_upgrade *upgrade, uint32_t step, struct jn_arena *arena,
                                   uint32_t *n) {
    const struct jn_program *from = upgrade->from, *to = upgrade->to;
    struct jn_step_move move = upgrade->step[step];
    uint32_t journey = 0, *id = NULL;
    *n = 0;
    if (move.step == JN_NONE) return NULL;
    while (step - from->journey[journey].first_step >= from->journey[journey].n_step)
        journey++;
    const struct jn_journey *old = &from->journey[journey], *now = &to->journey[upgrade->journey[journey]];
    const bool *ahead = upgrade_reach(to, now, move.step, JN_NONE, arena);
    const bool *led = upgrade_reach(from, old, step, JN_NONE, arena);
    for (uint32_t i = 0; i < now->n_step; i++) {
        const struct jn_step *send = &to->step[now->first_step + i];
        if (!ahead[i] || !jn_step_sends(send->kind)) continue;
        uint32_t same = jn_program_step(from, journey, send->id);
        if (same == JN_NONE || (led[same - old->first_step] && same != step)) continue;
        uint32_t *place = jn_arena_grow(arena, &id, n, sizeof(*place));
        *place = send->id;
    }
    return id;
}

#include "cli/server/plan.h"

#include "core/json.h"
#include "image/image.h"

#define PLAN_DEFINITION_MAX (1u << 20)

/* One version against the new one. */
struct plan_view {
    const struct cli_version *version;
    const struct jn_program *from, *to;
    const struct jn_upgrade *upgrade;
    struct jn_arena *arena;
};

enum plan_state { PLAN_SAME, PLAN_CHANGED, PLAN_REMOVED };

static const char *const STATE_WORD[] = {"same", "changed", "removed"};
static const char *const MOVE_WORD[JN_MOVES] = {
    [JN_MOVE_STAYS] = "stays", [JN_MOVE_CHANGED] = "changed", [JN_MOVE_GOES_ON] = "goes_on", [JN_MOVE_ENDS] = "ends"};

static struct plan_view plan_view(const struct cli_plan *plan, uint32_t i, struct jn_arena *arena) {
    struct plan_view v = {
        .version = &plan->version[i], .from = plan->version[i].program, .to = plan->to, .arena = arena};
    v.upgrade = jn_upgrade_make(v.from, v.to, arena);
    return v;
}

static uint64_t plan_people(const struct plan_view *v, uint32_t step) {
    return v->version->people == NULL ? 0 : v->version->people[step];
}

static uint64_t plan_inside(const struct plan_view *v, const struct jn_journey *journey) {
    uint64_t people = 0;
    for (uint32_t i = journey->first_step; i < journey->first_step + journey->n_step; i++)
        people += plan_people(v, i);
    return people;
}

typedef void (*plan_define)(const struct jn_program *program, uint32_t index, struct jn_buf *out);

static struct jn_str plan_text(const struct plan_view *v, plan_define define, const struct jn_program *program,
                               uint32_t index) {
    struct jn_buf out;
    jn_buf_init(&out, PLAN_DEFINITION_MAX);
    define(program, index, &out);
    struct jn_str text = jn_arena_str(v->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return text;
}

static bool plan_is_shown(const struct plan_view *v, uint32_t step) {
    const struct jn_step *row = &v->from->step[step];
    return plan_people(v, step) > 0 || (row->name != 0 && jn_step_holds((enum jn_step_kind)row->kind));
}

static bool plan_is_new(const struct plan_view *v, const struct jn_journey *old, uint32_t step) {
    for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++)
        if (v->upgrade->step[i].step == step && v->upgrade->step[i].move <= JN_MOVE_CHANGED) return false;
    return true;
}

static enum plan_state plan_state(const struct plan_view *v, uint32_t journey) {
    const struct jn_journey *old = &v->from->journey[journey];
    uint32_t now = v->upgrade->journey[journey];
    if (now == JN_NONE) return PLAN_REMOVED;
    for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++)
        if (v->upgrade->step[i].move != JN_MOVE_STAYS) return PLAN_CHANGED;
    bool same =
        old->n_step == v->to->journey[now].n_step && jn_str_eq(plan_text(v, jn_image_define_journey, v->from, journey),
                                                               plan_text(v, jn_image_define_journey, v->to, now));
    return same ? PLAN_SAME : PLAN_CHANGED;
}

static bool plan_message_changed(const struct plan_view *v, uint32_t message) {
    uint32_t now = jn_program_message(v->to, v->from->string[v->from->message[message].name]);
    return now != JN_NONE && !jn_str_eq(plan_text(v, jn_image_define_message, v->from, message),
                                        plan_text(v, jn_image_define_message, v->to, now));
}

static bool plan_problem_is(const struct plan_view *v, const struct jn_upgrade_problem *problem) {
    if (v->version->people == NULL) return false;
    return problem->step != JN_NONE ? plan_people(v, problem->step) > 0
                                    : plan_inside(v, &v->from->journey[problem->journey]) > 0;
}

static struct jn_str plan_step_name(const struct jn_program *program, uint32_t step, struct jn_arena *arena) {
    const struct jn_step *row = &program->step[step];
    if (row->name != 0) return program->string[row->name];
    return jn_arena_printf(arena, "%s in line %u", jn_step_word((enum jn_step_kind)row->kind), row->line);
}

/* ---- as text */

/* Lines of `a` that are not in `b`. */
static void plan_print_lines(struct jn_str a, struct jn_str b, const char *mark, struct jn_buf *out) {
    while (a.n > 0) {
        const char *end = memchr(a.p, '\n', a.n);
        struct jn_str line = {a.p, end == NULL ? a.n : (size_t)(end - a.p)}, rest = b;
        bool found = false;
        while (rest.n > 0 && !found) {
            const char *stop = memchr(rest.p, '\n', rest.n);
            struct jn_str other = {rest.p, stop == NULL ? rest.n : (size_t)(stop - rest.p)};
            found = jn_str_eq(line, other);
            rest = jn_str_sub(rest, other.n + 1, rest.n);
        }
        if (!found) jn_buf_printf(out, "  %s %.*s\n", mark, JN_FMT(line));
        a = jn_str_sub(a, line.n + 1, a.n);
    }
}

static void plan_print_step(const struct plan_view *v, uint32_t step, struct jn_buf *out) {
    struct jn_step_move move = v->upgrade->step[step];
    uint64_t people = plan_people(v, step);
    struct jn_str name = plan_step_name(v->from, step, v->arena);
    if (move.move == JN_MOVE_STAYS && people == 0) return;
    jn_buf_printf(out, "  %-36.*s", JN_FMT(name));
    if (v->version->people != NULL) jn_buf_printf(out, "%8llu  ", (unsigned long long)people);
    struct jn_str to = move.step == JN_NONE ? JN_STR("") : plan_step_name(v->to, move.step, v->arena);
    switch (move.move) {
    case JN_MOVE_STAYS:
        jn_buf_printf(out, "%s%.*s\n", jn_str_eq(name, to) ? "stays" : "stays; its name now is ",
                      jn_str_eq(name, to) ? 0 : (int)to.n, to.p);
        break;
    case JN_MOVE_CHANGED:
        jn_buf_z(out, "stays, timed anew: what is overdue goes on within the spread\n");
        break;
    case JN_MOVE_GOES_ON:
        jn_buf_printf(out, "goes on at %.*s within the spread\n", JN_FMT(to));
        break;
    case JN_MOVE_ENDS:
    case JN_MOVES:
        jn_buf_z(out, "leaves as `changed`: nothing behind it is left\n");
        break;
    }
}

static void plan_print_journey(const struct plan_view *v, uint32_t journey, struct jn_buf *out) {
    const struct jn_journey *old = &v->from->journey[journey];
    enum plan_state state = plan_state(v, journey);
    uint64_t inside = plan_inside(v, old);
    jn_buf_printf(out, "journey %.*s: %s", JN_FMT(v->from->string[old->name]), STATE_WORD[state]);
    if (v->version->people != NULL)
        jn_buf_printf(out, ", %llu inside%s", (unsigned long long)inside,
                      state == PLAN_REMOVED && inside > 0 ? " leave as `changed`" : "");
    jn_buf_char(out, '\n');
    if (state != PLAN_CHANGED) return;
    uint32_t now = v->upgrade->journey[journey];
    struct jn_str before = plan_text(v, jn_image_define_journey, v->from, journey);
    struct jn_str after = plan_text(v, jn_image_define_journey, v->to, now);
    plan_print_lines(before, after, "-", out);
    plan_print_lines(after, before, "+", out);
    for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++)
        if (plan_is_shown(v, i)) plan_print_step(v, i, out);
    for (uint32_t i = v->to->journey[now].first_step; i < v->to->journey[now].first_step + v->to->journey[now].n_step;
         i++)
        if (v->to->step[i].name != 0 && plan_is_new(v, old, i))
            jn_buf_printf(out, "  + %.*s (new: who has passed its place does not go back to it)\n",
                          JN_FMT(v->to->string[v->to->step[i].name]));
}

static struct jn_str plan_workspace(const struct plan_view *v, const struct jn_program *program) {
    struct jn_buf out;
    jn_buf_init(&out, PLAN_DEFINITION_MAX);
    jn_image_define_workspace(program, &out);
    struct jn_str text = jn_arena_str(v->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return text;
}

static void plan_print_workspace(const struct plan_view *v, struct jn_buf *out) {
    struct jn_str before = plan_workspace(v, v->from), after = plan_workspace(v, v->to);
    if (jn_str_eq(before, after)) return;
    jn_buf_z(out, "workspace: changed\n");
    plan_print_lines(before, after, "-", out);
    plan_print_lines(after, before, "+", out);
}

/* Problems and texts of one version. */
static bool plan_print_rest(const struct plan_view *v, struct jn_buf *out) {
    bool refused = false;
    for (uint32_t i = 0; i < v->from->n_message; i++)
        if (plan_message_changed(v, i))
            jn_buf_printf(out, "message %.*s: changed; what is under way goes out as it was written\n",
                          JN_FMT(v->from->string[v->from->message[i].name]));
    for (uint32_t i = 0; i < v->upgrade->n_problem; i++) {
        bool is = plan_problem_is(v, &v->upgrade->problem[i]);
        refused = refused || is;
        if (is || v->version->people == NULL)
            jn_buf_printf(out, "%s: %.*s\n", is ? "refused" : "would be refused", JN_FMT(v->upgrade->problem[i].text));
    }
    return refused;
}

static bool plan_changes(const struct plan_view *v) {
    if (v->from->n_journey != v->to->n_journey) return true;
    for (uint32_t i = 0; i < v->from->n_journey; i++)
        if (plan_state(v, i) != PLAN_SAME) return true;
    for (uint32_t i = 0; i < v->from->n_message; i++)
        if (plan_message_changed(v, i)) return true;
    return memcmp(v->from->id, v->to->id, sizeof(v->to->id)) != 0;
}

bool cli_plan_print(const struct cli_plan *plan, struct jn_arena *arena, struct jn_buf *out, bool *refused) {
    bool changes = false;
    *refused = false;
    for (uint32_t i = 0; i < plan->n_version; i++) {
        struct plan_view v = plan_view(plan, i, arena);
        if (plan->n_version > 1 || v.version->people != NULL) jn_buf_printf(out, "from %.*s\n", JN_FMT(v.version->id));
        changes = plan_changes(&v) || changes;
        plan_print_workspace(&v, out);
        for (uint32_t j = 0; j < v.from->n_journey; j++)
            plan_print_journey(&v, j, out);
        for (uint32_t j = 0; j < v.to->n_journey; j++)
            if (jn_program_journey(v.from, v.to->string[v.to->journey[j].name]) == JN_NONE)
                jn_buf_printf(out, "journey %.*s: new\n", JN_FMT(v.to->string[v.to->journey[j].name]));
        *refused = plan_print_rest(&v, out) || *refused;
    }
    jn_buf_z(out, changes ? "sent twice: 0. This is `journey deploy --mode migrate`; with `pin` everybody inside "
                            "finishes on the version they began with, with `end` all leave as `changed`.\n"
                          : "nothing changes\n");
    return changes;
}

/* ---- as JSON */

static void plan_json_text(struct jn_json_out *w, const char *key, struct jn_str text) {
    jn_jw_key(w, key);
    jn_jw_str(w, text);
}

static void plan_json_steps(const struct plan_view *v, const struct jn_journey *old, struct jn_json_out *w) {
    jn_jw_key(w, "steps");
    jn_jw_array(w);
    for (uint32_t i = old->first_step; i < old->first_step + old->n_step; i++) {
        struct jn_step_move move = v->upgrade->step[i];
        if (!plan_is_shown(v, i)) continue;
        jn_jw_object(w);
        plan_json_text(w, "step", plan_step_name(v->from, i, v->arena));
        jn_jw_key(w, "people");
        jn_jw_int(w, (int64_t)plan_people(v, i));
        plan_json_text(w, "move", jn_str_z(MOVE_WORD[move.move]));
        jn_jw_key(w, "to");
        if (move.step == JN_NONE)
            jn_jw_null(w);
        else
            jn_jw_str(w, plan_step_name(v->to, move.step, v->arena));
        jn_jw_end_object(w);
    }
    jn_jw_end_array(w);
}

static void plan_json_new(const struct plan_view *v, const struct jn_journey *old, uint32_t now,
                          struct jn_json_out *w) {
    jn_jw_key(w, "new_steps");
    jn_jw_array(w);
    const struct jn_journey *row = now == JN_NONE ? NULL : &v->to->journey[now];
    for (uint32_t i = 0; row != NULL && i < row->n_step; i++) {
        const struct jn_step *step = &v->to->step[row->first_step + i];
        if (step->name != 0 && plan_is_new(v, old, row->first_step + i)) jn_jw_str(w, v->to->string[step->name]);
    }
    jn_jw_end_array(w);
}

static bool plan_json_rest(const struct plan_view *v, struct jn_json_out *w) {
    bool refused = false;
    jn_jw_key(w, "workspace");
    jn_jw_str(w, jn_str_z(jn_str_eq(plan_workspace(v, v->from), plan_workspace(v, v->to)) ? STATE_WORD[PLAN_SAME]
                                                                                          : STATE_WORD[PLAN_CHANGED]));
    jn_jw_key(w, "messages_changed");
    jn_jw_array(w);
    for (uint32_t i = 0; i < v->from->n_message; i++)
        if (plan_message_changed(v, i)) jn_jw_str(w, v->from->string[v->from->message[i].name]);
    jn_jw_end_array(w);
    jn_jw_key(w, "problems");
    jn_jw_array(w);
    for (uint32_t i = 0; i < v->upgrade->n_problem; i++) {
        bool is = plan_problem_is(v, &v->upgrade->problem[i]);
        refused = refused || is;
        if (is || v->version->people == NULL) jn_jw_str(w, v->upgrade->problem[i].text);
    }
    jn_jw_end_array(w);
    return refused;
}

bool cli_plan_print_json(const struct cli_plan *plan, struct jn_arena *arena, struct jn_buf *out, bool *refused) {
    struct jn_json_out w;
    bool changes = false;
    *refused = false;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "versions");
    jn_jw_array(&w);
    for (uint32_t i = 0; i < plan->n_version; i++) {
        struct plan_view v = plan_view(plan, i, arena);
        changes = plan_changes(&v) || changes;
        jn_jw_object(&w);
        plan_json_text(&w, "version", v.version->id);
        jn_jw_key(&w, "journeys");
        jn_jw_array(&w);
        for (uint32_t j = 0; j < v.from->n_journey; j++) {
            const struct jn_journey *old = &v.from->journey[j];
            jn_jw_object(&w);
            plan_json_text(&w, "name", v.from->string[old->name]);
            plan_json_text(&w, "state", jn_str_z(STATE_WORD[plan_state(&v, j)]));
            jn_jw_key(&w, "people");
            jn_jw_int(&w, (int64_t)plan_inside(&v, old));
            plan_json_steps(&v, old, &w);
            plan_json_new(&v, old, v.upgrade->journey[j], &w);
            jn_jw_end_object(&w);
        }
        jn_jw_end_array(&w);
        *refused = plan_json_rest(&v, &w) || *refused;
        jn_jw_end_object(&w);
    }
    jn_jw_end_array(&w);
    jn_jw_key(&w, "changes");
    jn_jw_bool(&w, changes);
    jn_jw_key(&w, "sent_twice");
    jn_jw_int(&w, 0); /* by construction: jn_upgrade_repeats */
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
    return changes;
}

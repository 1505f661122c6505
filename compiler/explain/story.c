/* The journey's own lines in plain words, section by section; what is not written is told as well. */
#include "compiler/explain/story.h"

#include "compiler/diag/diag.h"
#include "compiler/explain/teller.h"
#include "core/check.h"
#include "core/value.h"

enum section {
    SECTION_ENTERING,
    SECTION_GOALS,
    SECTION_LEAVING,
    SECTION_SHARES,
    SECTION_RULES,
    SECTION_STEPS,
    SECTIONS,
    SECTION_NONE = SECTIONS
};

struct told {
    enum section section;
    void (*by)(struct jc_teller *teller);
};

static struct jn_str name_of(const struct jc_teller *t, uint32_t string) {
    return t->program->string[string];
}

static struct jn_str constant(const struct jc_teller *t, uint32_t index) {
    return jc_say_value(t, t->program->value[index]);
}

/* The journey's first line of that kind, or NULL. */
static const struct jc_node *line_of(const struct jc_teller *t, enum jc_kind kind) {
    for (const struct jc_node *line = t->node->first; line != NULL; line = line->next)
        if (line->kind == kind) return line;
    return NULL;
}

/* ---- entering */

static void tell_entering(struct jc_teller *t) {
    const struct jc_node *line = line_of(t, JC_ENTER);
    if (line != NULL) {
        struct jn_str event = line->kid[0]->text;
        jc_tell(t, line,
                line->kid[1] == NULL ? JC_SAY(t, ENTERS, event)
                                     : JC_SAY(t, ENTERS_WHERE, event, jc_say_condition(t, line->kid[1])));
        return;
    }
    struct jn_str segment = name_of(t, t->program->segment[t->journey->segment].name);
    if (t->journey->days == 0)
        jc_tell(t, line_of(t, JC_ENTER_JOINS), JC_SAY(t, ENTERS_JOINING, segment));
    else
        jc_tell(t, line_of(t, JC_ENTER_EVERY),
                JC_SAY(t, ENTERS_EVERY, segment, constant(t, t->journey->time), jc_say_days(t, t->journey->days)));
}

static void tell_key(struct jc_teller *t) {
    if (t->journey->key != JN_NONE)
        jc_tell(t, line_of(t, JC_KEY), JC_SAY(t, KEYED, name_of(t, t->program->prop[t->journey->key].name)));
}

static void tell_reentry(struct jc_teller *t) {
    bool restart = (t->journey->flags & JN_JOURNEY_RESTART) != 0;
    jc_tell(t, line_of(t, JC_ON_REPEAT), restart ? JC_SAY_PLAIN(t, SECOND_RESTARTS) : JC_SAY_PLAIN(t, SECOND_IGNORED));
    const struct jc_node *line = line_of(t, JC_REENTER);
    switch ((enum jn_reenter)t->journey->reenter) {
    case JN_REENTER_NEVER:
        jc_tell(t, line, JC_SAY_PLAIN(t, REENTER_NEVER));
        break;
    case JN_REENTER_ALWAYS:
        jc_tell(t, line, JC_SAY_PLAIN(t, REENTER_ALWAYS));
        break;
    case JN_REENTER_AFTER:
        jc_tell(t, line, JC_SAY(t, REENTER_AFTER, constant(t, t->journey->reenter_after)));
        break;
    case JN_REENTERS:
        break;
    }
}

static void tell_starts(struct jc_teller *t) {
    if (t->journey->starts != JN_NONE)
        jc_tell(t, line_of(t, JC_JY_STARTS), JC_SAY(t, STARTS, constant(t, t->journey->starts)));
}

static void tell_ends(struct jc_teller *t) {
    if (t->journey->ends != JN_NONE) jc_tell(t, line_of(t, JC_JY_ENDS), JC_SAY(t, ENDS, constant(t, t->journey->ends)));
}

/* ---- goals and ends */

static void tell_goals(struct jc_teller *t) {
    if (t->journey->n_goal == 0) jc_tell(t, NULL, JC_SAY_PLAIN(t, NO_GOAL));
    for (const struct jc_node *line = t->node->first; line != NULL; line = line->next) {
        if (line->kind != JC_GOAL) continue;
        struct jn_str where =
            line->kid[1] == NULL ? JN_STR("") : JC_SAY(t, GOAL_WHERE, jc_say_condition(t, line->kid[1]));
        struct jn_str within =
            line->kid[2] == NULL ? JC_SAY_PLAIN(t, GOAL_OPEN) : JC_SAY(t, GOAL_WITHIN, jc_say_expr(t, line->kid[2]));
        struct jn_str value = line->kid[3] == NULL ? JN_STR("") : JC_SAY(t, GOAL_VALUE, jc_say_expr(t, line->kid[3]));
        struct jn_str end = line->flags != 0 ? JC_SAY_PLAIN(t, GOAL_ENDS) : JC_SAY_PLAIN(t, GOAL_STAYS);
        struct jn_str rest =
            jn_arena_printf(t->arena, "%.*s%.*s%.*s%.*s", JN_FMT(where), JN_FMT(within), JN_FMT(value), JN_FMT(end));
        jc_tell(t, line, JC_SAY(t, GOAL, line->text, line->kid[0]->text, rest));
    }
}

static void tell_leaving(struct jc_teller *t) {
    for (const struct jc_node *line = t->node->first; line != NULL; line = line->next)
        if (line->kind == JC_EXIT_WHEN)
            jc_tell(t, line,
                    line->kid[1] == NULL
                        ? JC_SAY(t, LEAVES, line->kid[0]->text)
                        : JC_SAY(t, LEAVES_WHERE, line->kid[0]->text, jc_say_condition(t, line->kid[1])));
    jc_tell(t, NULL, JC_SAY_PLAIN(t, LEAVES_LAST));
    jc_tell(t, NULL, JC_SAY_PLAIN(t, NEW_VERSION));
}

static void tell_exit_if(struct jc_teller *t) {
    const struct jc_node *line = line_of(t, JC_EXIT_IF);
    if (line != NULL) jc_tell(t, line, JC_SAY(t, LEAVES_IF, jc_say_condition(t, line->kid[0])));
}

/* ---- shares */

static void tell_rollout(struct jc_teller *t) {
    jc_tell(t, line_of(t, JC_JY_ROLLOUT),
            t->journey->left_out == 0 ? JC_SAY_PLAIN(t, ROLLOUT_ALL)
                                      : JC_SAY(t, ROLLOUT, jc_say_share(t, 10000 - t->journey->left_out)));
}

static void tell_control(struct jc_teller *t) {
    jc_tell(t, line_of(t, JC_JY_CONTROL),
            t->journey->control == 0 ? JC_SAY_PLAIN(t, CONTROL_NONE)
                                     : JC_SAY(t, CONTROL, jc_say_share(t, t->journey->control)));
    if (t->program->meta->control > 0)
        jc_tell(t, NULL, JC_SAY(t, CONTROL_ALL, jc_say_share(t, t->program->meta->control)));
}

/* ---- rules */

static void tell_zone(struct jc_teller *t) {
    struct jn_str fixed = name_of(t, t->journey->timezone);
    jc_tell(t, line_of(t, JC_JY_TIMEZONE),
            fixed.n > 0 ? JC_SAY(t, ZONE_FIXED, fixed)
                        : JC_SAY(t, ZONE_CUSTOMER, name_of(t, t->program->meta->timezone)));
}

static void tell_quiet_rows(struct jc_teller *t, const struct jc_node *line, uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) {
        const struct jn_quiet *quiet = &t->program->quiet[i];
        struct jn_str from = constant(t, quiet->from), to = constant(t, quiet->to);
        jc_tell(t, line,
                quiet->mode == JN_QUIET_HOLD ? JC_SAY(t, QUIET_HOLD, from, to) : JC_SAY(t, QUIET_DROP, from, to));
    }
}

static void tell_quiet(struct jc_teller *t) {
    const struct jn_meta *meta = t->program->meta;
    tell_quiet_rows(t, NULL, meta->first_quiet, meta->n_quiet);
    tell_quiet_rows(t, line_of(t, JC_QUIET), t->journey->first_quiet, t->journey->n_quiet);
    if (meta->n_quiet + t->journey->n_quiet == 0) jc_tell(t, NULL, JC_SAY_PLAIN(t, QUIET_NONE));
}

void jc_tell_caps(struct jc_teller *t, struct jn_str whose, uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) {
        const struct jn_cap *cap = &t->program->cap[i];
        struct jn_str limit = jn_arena_printf(t->arena, "%u", cap->limit), over = constant(t, cap->over);
        jc_tell(t, NULL,
                cap->mode == JN_CAP_SKIP ? JC_SAY(t, CAP_SKIP, whose, limit, over)
                                         : JC_SAY(t, CAP_HOLD, whose, limit, over));
    }
}

static void tell_cap(struct jc_teller *t) {
    const struct jn_meta *meta = t->program->meta;
    jc_tell_caps(t, JC_SAY_PLAIN(t, CAP_ALL), meta->first_cap, meta->n_cap);
    jc_tell_caps(t, JC_SAY_PLAIN(t, CAP_JOURNEY), t->journey->first_cap, t->journey->n_cap);
    if (meta->n_cap + t->journey->n_cap == 0) jc_tell(t, NULL, JC_SAY_PLAIN(t, CAP_NONE));
}

static void tell_priority(struct jc_teller *t) {
    jc_tell(t, line_of(t, JC_JY_PRIORITY), JC_SAY(t, PRIORITY, jn_arena_printf(t->arena, "%u", t->journey->priority)));
}

static void tell_topic(struct jc_teller *t) {
    if (t->journey->topic != JN_NONE)
        jc_tell(t, line_of(t, JC_JY_TOPIC),
                JC_SAY(t, DEFAULT_TOPIC, name_of(t, t->program->topic[t->journey->topic].name)));
}

/* ---- steps */

static void tell_stages(struct jc_teller *t) {
    for (const struct jc_node *line = t->node->first; line != NULL; line = line->next) {
        if (line->kind != JC_STAGE) continue;
        jc_tell(t, line, JC_SAY(t, STAGE, line->text));
        t->level++;
        jc_tell_statements(t, line->first);
        t->level--;
    }
}

/* ---- the whole: every field of a journey's record is told, or part of what is */

enum field {
#define FIELD(field, kind, text) FIELD_##field,
    JN_JOURNEY_FIELDS(FIELD)
#undef FIELD
        FIELDS
};

static struct told told_of(enum field field) {
    switch (field) {
    case FIELD_event:
        return (struct told){SECTION_ENTERING, tell_entering};
    case FIELD_key:
        return (struct told){SECTION_ENTERING, tell_key};
    case FIELD_reenter:
        return (struct told){SECTION_ENTERING, tell_reentry};
    case FIELD_starts:
        return (struct told){SECTION_ENTERING, tell_starts};
    case FIELD_ends:
        return (struct told){SECTION_ENTERING, tell_ends};
    case FIELD_first_goal:
        return (struct told){SECTION_GOALS, tell_goals};
    case FIELD_first_leave:
        return (struct told){SECTION_LEAVING, tell_leaving};
    case FIELD_exit_if:
        return (struct told){SECTION_LEAVING, tell_exit_if};
    case FIELD_left_out:
        return (struct told){SECTION_SHARES, tell_rollout};
    case FIELD_control:
        return (struct told){SECTION_SHARES, tell_control};
    case FIELD_timezone:
        return (struct told){SECTION_RULES, tell_zone};
    case FIELD_first_quiet:
        return (struct told){SECTION_RULES, tell_quiet};
    case FIELD_first_cap:
        return (struct told){SECTION_RULES, tell_cap};
    case FIELD_priority:
        return (struct told){SECTION_RULES, tell_priority};
    case FIELD_topic:
        return (struct told){SECTION_RULES, tell_topic};
    case FIELD_first_stage:
        return (struct told){SECTION_STEPS, tell_stages};
    case FIELD_name:
    case FIELD_title:
    case FIELD_flags:
    case FIELD_segment:
    case FIELD_days:
    case FIELD_time:
    case FIELD_where:
    case FIELD_reenter_after:
    case FIELD_n_quiet:
    case FIELD_n_cap:
    case FIELD_entry:
    case FIELD_n_goal:
    case FIELD_n_leave:
    case FIELD_n_stage:
    case FIELD_first_step:
    case FIELD_n_step:
    case FIELD_first_slot:
    case FIELD_n_slot:
    case FIELDS:
        break;
    }
    return (struct told){SECTION_NONE, NULL};
}

static void tell_section(struct jc_teller *t, enum section section) {
    for (unsigned field = 0; field < FIELDS; field++) {
        struct told told = told_of((enum field)field);
        if (told.section == section) told.by(t);
    }
}

static const struct jc_node *journey_node(const struct jc_result *result, struct jn_str name) {
    const struct jc_node *found = NULL;
    for (uint32_t i = 0; i < result->n_file && found == NULL; i++)
        for (const struct jc_node *node = result->file[i]->first; node != NULL; node = node->next)
            if (node->kind == JC_JOURNEY && jn_str_eq(node->text, name)) found = node;
    JN_CHECK(found != NULL); /* every journey of a program is declared */
    return found;
}

enum jc_tongue jc_story_tongue(const struct jc_result *result, uint32_t journey) {
    const struct jn_program *p = result->program;
    struct jc_span span = journey_node(result, p->string[p->journey[journey].name])->span;
    return result->diags->source[span.file].text.p[span.offset] == 'j' ? JC_ENGLISH : JC_CHINESE;
}

void jc_story_section(struct jc_teller *t, const char *key, enum jc_sentence title) {
    struct jc_story_section *section = JN_NEW(t->arena, struct jc_story_section);
    *section = (struct jc_story_section){.key = key, .title = jc_sentence_text(title, t->tongue)};
    section->end = &section->first;
    *t->story->end = section;
    t->story->end = &section->next;
    t->story->last = section;
}

void jc_story_tell(const struct jc_result *result, uint32_t journey, enum jc_tongue tongue, struct jn_arena *arena,
                   struct jc_story *out) {
    static const struct {
        const char *key;
        enum jc_sentence title;
    } SECTION[SECTIONS] = {[SECTION_ENTERING] = {"entering", JC_SAY_SECTION_ENTERING},
                           [SECTION_GOALS] = {"goals", JC_SAY_SECTION_GOALS},
                           [SECTION_LEAVING] = {"leaving", JC_SAY_SECTION_LEAVING},
                           [SECTION_SHARES] = {"shares", JC_SAY_SECTION_SHARES},
                           [SECTION_RULES] = {"rules", JC_SAY_SECTION_RULES},
                           [SECTION_STEPS] = {"steps", JC_SAY_SECTION_STEPS}};
    const struct jn_program *p = result->program;
    struct jn_str name = p->string[p->journey[journey].name], title = p->string[p->journey[journey].title];
    struct jc_teller t = {.program = p,
                          .file = result->file,
                          .n_file = result->n_file,
                          .node = journey_node(result, name),
                          .journey = &p->journey[journey],
                          .tongue = tongue,
                          .arena = arena,
                          .story = out};
    *out = (struct jc_story){.journey = name, .tongue = tongue, .source = result->diags->source};
    out->end = &out->first;
    out->heading = title.n == 0 ? JC_SAY(&t, HEADING, name) : JC_SAY(&t, HEADING_TITLED, name, title);
    for (unsigned i = 0; i < SECTIONS; i++) {
        jc_story_section(&t, SECTION[i].key, SECTION[i].title);
        tell_section(&t, (enum section)i);
    }
    jc_tell_surroundings(&t);
}

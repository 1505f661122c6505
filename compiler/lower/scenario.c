/* `test` blocks: every name and value is checked, so that a test fails only for what the journey does. */
#include "compiler/lower/each.h"
#include "compiler/lower/lowering.h"

#include "core/value.h"
#include "core/zone.h"
#include "journey/compile.h"

struct scenes {
    struct jc_unit *unit;
    const struct jc_each *each;
    struct jn_scene *row;
    uint32_t n;
    struct jn_str *person;
    uint32_t n_person;
    struct jn_str *known; /* those whom somebody has become */
    uint32_t n_known;
    const struct jn_zone *zone;
    int64_t clock; /* of the last `at`: it goes forward only */
};

static struct jn_str scenes_line(struct scenes *s, const struct jc_node *node) {
    struct jn_str line = jc_each_text(s->each, node);
    const char *end = line.n == 0 ? NULL : memchr(line.p, '\n', line.n);
    if (end != NULL) line.n = (size_t)(end - line.p);
    const char *comment = line.n == 0 ? NULL : memchr(line.p, '#', line.n);
    if (comment != NULL && memchr(line.p, '"', line.n) == NULL) line.n = (size_t)(comment - line.p);
    while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r'))
        line.n--;
    return line;
}

static struct jn_scene *scenes_add(struct scenes *s, enum jn_scene_kind kind, const struct jc_node *node) {
    struct jn_scene *scene = jc_grow(s->unit->arena, &s->row, &s->n, sizeof(*scene));
    *scene = (struct jn_scene){.kind = kind,
                               .file = s->unit->diags->source[node->span.file].path,
                               .line = node->span.line,
                               .column = node->span.column,
                               .source = scenes_line(s, node),
                               .who = node->text};
    return scene;
}

static bool scenes_has(const struct jn_str *list, uint32_t n, struct jn_str name) {
    for (uint32_t i = 0; i < n; i++)
        if (jn_str_eq(list[i], name)) return true;
    return false;
}

static void scenes_person(struct scenes *s, const struct jc_node *node) {
    if (scenes_has(s->person, s->n_person, node->text)) return;
    struct jc_diag *diag = jc_report(s->unit->diags, JC_E0701, node->text_span, JN_FMT(node->text));
    struct jn_str near = jc_nearest(node->text, s->person, s->n_person);
    if (near.n > 0)
        jc_hint(s->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    else
        jc_hint(s->unit->diags, diag, "introduce them first: `customer %.*s`", JN_FMT(node->text));
}

/* `with name = value`: literals of the attributes' types. */
static void scenes_given(struct scenes *s, struct jn_scene *scene, const struct jc_node *node,
                         const struct jc_attributes *attributes, struct jn_str owner) {
    struct jn_given *given = NULL;
    uint32_t n = 0;
    for (const struct jc_node *with = node->first; with != NULL; with = with->next) {
        const struct jc_attribute *attribute =
            jc_attribute_find(s->unit, attributes, owner, with->text, with->text_span);
        const struct jc_node *value = with->kid[0];
        bool negative = value->kind == JC_UNARY && value->flags == JC_OP_NEGATE && value->kid[0]->kind == JC_LITERAL;
        const struct jc_node *literal = negative ? value->kid[0] : value;
        if (attribute == NULL) continue;
        if (literal->kind != JC_LITERAL) {
            jc_report(s->unit->diags, JC_E0702, value->span);
            continue;
        }
        struct jn_value known = literal->value;
        if (negative) known.i = -known.i;
        if (known.type != JN_T_MISSING && known.type != attribute->type) {
            jc_report(s->unit->diags, JC_E0404, value->span, "the attribute", jn_type_noun(attribute->type),
                      jn_type_noun((enum jn_type)known.type));
            continue;
        }
        struct jc_scope scope = {.unit = s->unit, .where = "a test"};
        jc_expr_check_one_of(&scope, attribute, literal);
        struct jn_given *row = jc_grow(s->unit->arena, &given, &n, sizeof(*row));
        *row = (struct jn_given){with->text, known};
    }
    scene->given = given;
    scene->n_given = n;
}

static const struct jc_node *scenes_journey_part(const struct jc_symbol *journey, enum jc_kind kind,
                                                 struct jn_str name) {
    for (const struct jc_node *node = journey == NULL ? NULL : journey->node->first; node != NULL; node = node->next)
        if (node->kind == kind && jn_str_eq(node->text, name)) return node;
    return NULL;
}

/* A stage or goal of a journey; reports one that is not there. */
static void scenes_part(struct scenes *s, const struct jc_node *part, const struct jc_node *of, enum jc_kind kind) {
    const struct jc_symbol *journey = jc_find(s->unit, JC_TABLE_JOURNEY, of->text, of->span);
    if (journey == NULL || scenes_journey_part(journey, kind, part->text) != NULL) return;
    struct jn_str candidate[64];
    uint32_t n = 0;
    for (const struct jc_node *node = journey->node->first; node != NULL && n < 64; node = node->next)
        if (node->kind == kind) candidate[n++] = node->text;
    struct jc_diag *diag =
        jc_report(s->unit->diags, JC_E0703, part->span, JN_FMT(journey->name), jc_kind_noun(kind), JN_FMT(part->text));
    struct jn_str near = jc_nearest(part->text, candidate, n);
    if (near.n > 0) jc_hint(s->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
}

/* A split or `optimize` of that name, and whether it has the arm. */
struct scenes_arm {
    struct jn_str split, arm;
    bool split_known, found;
};

static void scenes_look_for_arm(void *user, const struct jc_node *node) {
    struct scenes_arm *wanted = user;
    if ((node->kind != JC_SPLIT && node->kind != JC_OPTIMIZE) || !jn_str_eq(node->text, wanted->split)) return;
    wanted->split_known = true;
    for (const struct jc_node *row = node->first; row != NULL; row = row->next)
        wanted->found = wanted->found || jn_str_eq(row->text, wanted->arm);
}

static void scenes_force(struct scenes *s, const struct jc_node *node, struct jn_scene *scene) {
    struct scenes_arm wanted = {.split = node->kid[0]->text, .arm = node->kid[1]->text};
    for (uint32_t j = 0; j < s->unit->n_symbol[JC_TABLE_JOURNEY]; j++)
        jc_walk(s->unit->symbol[JC_TABLE_JOURNEY][j].node->first, scenes_look_for_arm, &wanted);
    if (!wanted.found && wanted.split_known)
        jc_report(s->unit->diags, JC_E0704, node->kid[1]->span, "arm", JN_FMT(node->kid[1]->text));
    else if (!wanted.found)
        jc_report(s->unit->diags, JC_E0704, node->kid[0]->span, "split", JN_FMT(node->kid[0]->text));
    scene->name = node->kid[0]->text;
    scene->name2 = node->kid[1]->text;
}

static bool scenes_header(const struct jc_node *journey, enum jc_kind kind) {
    for (const struct jc_node *line = journey->first; line != NULL; line = line->next)
        if (line->kind == kind) return true;
    return false;
}

/* Whether somebody can be in such a share at all: forcing what is not there would test nothing. */
static bool scenes_has_share(const struct jc_unit *unit, bool rollout) {
    for (const struct jc_node *line = unit->workspace == NULL ? NULL : unit->workspace->first; line != NULL;
         line = line->next)
        if (!rollout && line->kind == JC_WS_CONTROL) return true;
    for (uint32_t j = 0; j < unit->n_symbol[JC_TABLE_JOURNEY]; j++)
        if (scenes_header(unit->symbol[JC_TABLE_JOURNEY][j].node, rollout ? JC_JY_ROLLOUT : JC_JY_CONTROL)) return true;
    return false;
}

static void scenes_share(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_SHARE, node);
    bool rollout = (node->flags & JC_SHARE_ROLLOUT) != 0;
    scene->number = node->flags & 3;
    if ((node->flags & JC_SHARE_UNKNOWN) != 0) {
        struct jc_diag *diag = jc_report(s->unit->diags, JC_E0731, node->text_span, JN_FMT(node->text));
        static const struct jn_str KNOWN[] = {{"control", 7}, {"rollout", 7}};
        struct jn_str near = jc_nearest(node->text, KNOWN, 2);
        if (near.n > 0)
            jc_hint(s->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
        else
            jc_hint(s->unit->diags, diag,
                    "write `force control = in`, `force rollout = out` or `force split NAME = ARM`");
    } else if (!scenes_has_share(s->unit, rollout) && !s->unit->incomplete) {
        jc_report(s->unit->diags, JC_E0730, node->text_span,
                  rollout ? "journey has a `rollout`" : "control group is declared");
    }
}

static void scenes_topic(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_CONSENT, node);
    scenes_person(s, node);
    jc_find(s->unit, JC_TABLE_TOPIC, node->kid[0]->text, node->kid[0]->span);
    scene->name = node->kid[0]->text;
    scene->number = node->flags;
}

static uint32_t scenes_count(struct scenes *s, const struct jc_node *literal, uint32_t max) {
    int64_t v;
    if (literal == NULL) return 0;
    if (jn_dec_to_int(jn_value_to_dec(literal->value), &v) && v > 0 && v <= max) return (uint32_t)v;
    jc_report(s->unit->diags, JC_E0705, literal->span, max);
    return 1;
}

static void scenes_does(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_DOES, node);
    const struct jc_symbol *event = jc_find(s->unit, JC_TABLE_EVENT, node->kid[0]->text, node->kid[0]->span);
    scenes_person(s, node);
    scene->name = node->kid[0]->text;
    if (event != NULL) scenes_given(s, scene, node, &s->unit->event[event->index], event->name);
    if (event != NULL)
        for (uint32_t i = 0; i < s->unit->event[event->index].n; i++) {
            const struct jc_attribute *attribute = &s->unit->event[event->index].row[i];
            bool given = !attribute->required;
            for (const struct jc_node *with = node->first; with != NULL; with = with->next)
                given = given || jn_str_eq(with->text, attribute->name);
            if (!given)
                jc_report(s->unit->diags, JC_E0706, node->kid[0]->span, JN_FMT(event->name), JN_FMT(attribute->name));
        }
    if (node->kid[1] == NULL) return;
    jc_find(s->unit, JC_TABLE_MESSAGE, node->kid[1]->text, node->kid[1]->span);
    scene->name2 = node->kid[1]->text;
}

/* Somebody who is known stays himself: he may get another id, but not become another one. */
static void scenes_is_now(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_IS_NOW, node);
    struct jn_str now = scene->name = node->kid[0]->text;
    scenes_person(s, node);
    if (jn_str_eq(node->text, now))
        jc_report(s->unit->diags, JC_E0732, node->kid[0]->span, JN_FMT(now));
    else if (scenes_has(s->known, s->n_known, node->text) && scenes_has(s->person, s->n_person, now))
        jc_report(s->unit->diags, JC_E0733, node->text_span, JN_FMT(node->text), JN_FMT(now));
    *(struct jn_str *)jc_grow(s->unit->arena, &s->known, &s->n_known, sizeof(now)) = node->text;
    *(struct jn_str *)jc_grow(s->unit->arena, &s->known, &s->n_known, sizeof(now)) = now;
    if (!scenes_has(s->person, s->n_person, now))
        *(struct jn_str *)jc_grow(s->unit->arena, &s->person, &s->n_person, sizeof(now)) = now;
}

static void scenes_gets(struct scenes *s, const struct jc_node *node) {
    enum jn_scene_kind kind = node->kid[0] == NULL ? JN_SCENE_GETS_NOTHING
                              : node->flags != 0   ? JN_SCENE_NEVER_GETS
                                                   : JN_SCENE_GETS;
    struct jn_scene *scene = scenes_add(s, kind, node);
    scenes_person(s, node);
    if (node->kid[0] == NULL) return;
    jc_find(s->unit, JC_TABLE_MESSAGE, node->kid[0]->text, node->kid[0]->span);
    scene->name = node->kid[0]->text;
    scene->number = scenes_count(s, node->kid[1], 1000000);
}

static void scenes_attribute(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_ATTR_IS, node);
    const struct jc_attribute *attribute =
        jc_attribute_find(s->unit, &s->unit->customer, JN_STR("customer"), node->kid[0]->text, node->kid[0]->span);
    const struct jc_node *value = node->kid[1];
    bool negative = value->kind == JC_UNARY && value->flags == JC_OP_NEGATE && value->kid[0]->kind == JC_LITERAL;
    scenes_person(s, node);
    scene->name = node->kid[0]->text;
    if (value->kind != JC_LITERAL && !negative) {
        jc_report(s->unit->diags, JC_E0702, value->span);
        return;
    }
    scene->value = negative ? value->kid[0]->value : value->value;
    if (negative) scene->value.i = -scene->value.i;
    if (attribute != NULL && scene->value.type != JN_T_MISSING && scene->value.type != attribute->type)
        jc_report(s->unit->diags, JC_E0404, value->span, "the attribute", jn_type_noun(attribute->type),
                  jn_type_noun((enum jn_type)scene->value.type));
}

static void scenes_place(struct scenes *s, const struct jc_node *node, enum jn_scene_kind kind) {
    struct jn_scene *scene = scenes_add(s, kind, node);
    scenes_person(s, node);
    if (kind == JN_SCENE_IN_STAGE || kind == JN_SCENE_REACHED) {
        scenes_part(s, node->kid[0], node->kid[1], kind == JN_SCENE_REACHED ? JC_GOAL : JC_STAGE);
        scene->name = node->kid[0]->text;
        scene->name2 = node->kid[1]->text;
        return;
    }
    jc_find(s->unit, JC_TABLE_JOURNEY, node->kid[0]->text, node->kid[0]->span);
    scene->name2 = node->kid[0]->text;
    if (kind == JN_SCENE_LEFT_AS) scene->name = node->kid[1]->text;
}

static void scenes_channel(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_CHANNEL, node);
    jc_find(s->unit, JC_TABLE_CHANNEL, node->kid[0]->text, node->kid[0]->span);
    scene->name = node->kid[0]->text;
    scene->number = node->flags != 0 ? 0 : scenes_count(s, node->kid[1], 599);
    scene->times = scenes_count(s, node->kid[2], 1000000);
}

static void scenes_service(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_SERVICE, node);
    const struct jc_symbol *service = jc_find(s->unit, JC_TABLE_SERVICE, node->kid[0]->text, node->kid[0]->span);
    scene->name = node->kid[0]->text;
    scene->number = node->flags;
    if (service != NULL) scenes_given(s, scene, node, &s->unit->service[service->index].takes, service->name);
}

/* Whether some journey asks this of that person. */
struct scenes_approval {
    struct jn_str by, text;
    bool found;
};

static void scenes_look_for_approval(void *user, const struct jc_node *node) {
    struct scenes_approval *wanted = user;
    if (node->kind != JC_APPROVE) return;
    wanted->found = wanted->found ||
                    (jn_str_eq(node->text, wanted->text) && jn_str_eq(jn_value_str(node->kid[3]->value), wanted->by));
}

static void scenes_decides(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_DECIDES, node);
    struct scenes_approval wanted = {.by = node->text, .text = jn_value_str(node->kid[0]->value)};
    for (uint32_t j = 0; j < s->unit->n_symbol[JC_TABLE_JOURNEY]; j++)
        jc_walk(s->unit->symbol[JC_TABLE_JOURNEY][j].node->first, scenes_look_for_approval, &wanted);
    if (!wanted.found && !s->unit->incomplete)
        jc_report(s->unit->diags, JC_E0734, node->kid[0]->span, JN_FMT(node->text));
    scene->name = wanted.text;
    scene->number = node->flags;
    if (node->kid[1] == NULL) return;
    scenes_person(s, node->kid[1]);
    scene->name2 = node->kid[1]->text;
}

static void scenes_policy(struct scenes *s, const struct jc_node *node) {
    if (node->kind == JC_T_SHARE) scenes_share(s, node);
    if (node->kind == JC_T_SERVICE) scenes_service(s, node);
    if (node->kind == JC_T_DECIDES) scenes_decides(s, node);
    if (node->kind == JC_T_TOPIC) scenes_topic(s, node);
}

static void scenes_at(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene = scenes_add(s, JN_SCENE_AT, node);
    scene->value = jn_value_of(JN_T_INSTANT, jn_zone_instant(s->zone, node->kid[0]->value.i, node->kid[1]->value.i));
    if (scene->value.i < s->clock) jc_report(s->unit->diags, JC_E0707, node->span);
    s->clock = scene->value.i;
}

static void scenes_line_lower(struct scenes *s, const struct jc_node *node) {
    struct jn_scene *scene;
    switch ((int)node->kind) {
    case JC_T_CUSTOMER: {
        struct jn_str *person = jc_grow(s->unit->arena, &s->person, &s->n_person, sizeof(*person));
        *person = node->text;
        scene = scenes_add(s, JN_SCENE_CUSTOMER, node);
        scenes_given(s, scene, node, &s->unit->customer, JN_STR("customer"));
        break;
    }
    case JC_T_AT:
        scenes_at(s, node);
        break;
    case JC_T_AFTER:
        scene = scenes_add(s, JN_SCENE_AFTER, node);
        scene->value = node->kid[0]->value;
        break;
    case JC_T_DOES:
        scenes_does(s, node);
        break;
    case JC_T_IS_NOW:
        scenes_is_now(s, node);
        break;
    case JC_T_GETS:
        scenes_gets(s, node);
        break;
    case JC_T_IN_STAGE:
        scenes_place(s, node, JN_SCENE_IN_STAGE);
        break;
    case JC_T_LEFT:
        scenes_place(s, node, JN_SCENE_LEFT_AS);
        break;
    case JC_T_NOT_IN:
        scenes_place(s, node, JN_SCENE_NOT_IN);
        break;
    case JC_T_REACHED:
        scenes_place(s, node, JN_SCENE_REACHED);
        break;
    case JC_T_HAS_TAG:
        scene = scenes_add(s, JN_SCENE_HAS_TAG, node);
        scenes_person(s, node);
        scene->name = jn_value_str(node->kid[0]->value);
        scene->number = node->flags;
        break;
    case JC_T_ATTR:
        scenes_attribute(s, node);
        break;
    case JC_T_CHANNEL:
        scenes_channel(s, node);
        break;
    case JC_T_FORCE:
        scenes_force(s, node, scenes_add(s, JN_SCENE_FORCE, node));
        break;
    default:
        scenes_policy(s, node);
        break;
    }
}

/* One test, or one row of its table. */
static void scenes_test(struct jc_unit *unit, const struct jn_zone *zone, struct jc_each *each,
                        const struct jc_node *test, struct jn_scenario *out) {
    struct scenes scenes = {.unit = unit, .each = each, .zone = zone, .clock = INT64_MIN};
    for (const struct jc_node *line = test->first; line != NULL; line = line->next) {
        const struct jc_node *filled = line->kind == JC_T_EACH ? NULL : jc_each_line(each, line);
        if (filled != NULL) scenes_line_lower(&scenes, filled);
    }
    *out = (struct jn_scenario){.title = jc_each_title(each, test),
                                .file = unit->diags->source[test->span.file].path,
                                .line = each->row != NULL ? each->row->span.line : test->span.line,
                                .scene = scenes.row,
                                .n_scene = scenes.n};
}

struct jn_scenario *jc_scenarios_lower(struct jc_unit *unit, uint32_t *n) {
    struct jn_scenario *out = NULL;
    const struct jn_zone *zone;
    *n = 0;
    if (jn_zone_find(unit->timezone, &zone, NULL) != JN_OK) zone = jn_zone_utc();
    for (uint32_t f = 0; f < unit->n_file; f++)
        for (const struct jc_node *node = unit->file[f]->first; node != NULL; node = node->next) {
            struct jc_each each;
            if (node->kind != JC_TEST) continue;
            jc_each_begin(&each, unit, node);
            do {
                scenes_test(unit, zone, &each, node, jc_grow(unit->arena, &out, n, sizeof(*out)));
            } while (jc_each_next(&each));
            jc_each_end(&each);
        }
    return out;
}

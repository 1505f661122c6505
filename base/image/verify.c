/* The laws of a sound program, part one: every reference leads somewhere, every name is there once. */
#include "image/image.h"

#include "core/map.h"
#include "core/value.h"
#include "image/layout.h"
#include "liquid/liquid.h"

static bool image_type_fits(uint32_t wanted, uint32_t type) {
    if (wanted == IMAGE_ANY) return true;
    if (wanted == IMAGE_DATE_OR_INSTANT) return type == JN_T_DATE || type == JN_T_INSTANT;
    return type == wanted;
}

static bool image_optional(enum image_field_kind kind) {
    return kind == IMAGE_CONST_OPT || kind == IMAGE_EXPR_OPT || kind == IMAGE_REF_OPT;
}

/* Whether the value of a field is what the kind says; `count` is the field behind it. */
static bool image_field_holds(const struct jn_program *program, const struct image_field *field, uint32_t value,
                              uint32_t count) {
    if (image_optional(field->kind) && value == JN_NONE) return true;
    switch (field->kind) {
    case IMAGE_U32:
    case IMAGE_COUNT:
        return true;
    case IMAGE_NIL:
        return value == 0;
    case IMAGE_STR:
        return value < program->n_string;
    case IMAGE_BELOW:
        return value < field->arg;
    case IMAGE_TYPE:
        return value > JN_T_MISSING && value < JN_TYPE_COUNT;
    case IMAGE_FLAGS:
        return (value & ~field->arg) == 0;
    case IMAGE_CONST:
    case IMAGE_CONST_OPT:
        return value < program->n_constant && image_type_fits(field->arg, program->constant[value].type);
    case IMAGE_EXPR:
    case IMAGE_EXPR_OPT:
        return value < program->n_expr && image_type_fits(field->arg, program->expr[value].type);
    case IMAGE_RANGE: {
        uint32_t n = image_count(program, (enum image_table)field->arg);
        return value <= n && count <= n - value;
    }
    case IMAGE_REF:
    case IMAGE_REF_OPT:
        return value < image_count(program, (enum image_table)field->arg);
    }
    return false;
}

static jn_rc image_verify_row(const struct jn_program *program, const char *what, uint32_t i,
                              const struct image_field *field, uint32_t n, const uint32_t *row, struct jn_err *err) {
    for (uint32_t f = 0; f < n; f++)
        if (!image_field_holds(program, &field[f], row[f], f + 1 < n ? row[f + 1] : 0))
            return jn_fail(err, JN_INVALID, "%s %u: `%s` is %u, which it cannot be", what, i, field[f].name, row[f]);
    return JN_OK;
}

static jn_rc image_verify_constant(const struct jn_program *program, uint32_t i, struct jn_err *err) {
    const struct jn_constant *c = &program->constant[i];
    bool decimal = c->type == JN_T_NUMBER || c->type == JN_T_MONEY;
    uint32_t scale_max = decimal ? JN_DEC_PLACES : c->type == JN_T_DURATION ? JN_UNIT_MONTHS : 0;
    bool sound = c->type != JN_T_MISSING && c->type < JN_TYPE_COUNT && c->scale <= scale_max &&
                 c->currency <= (c->type == JN_T_MONEY ? UINT16_MAX : 0);
    if (c->type == JN_T_TEXT) sound = sound && c->low < program->n_string && c->high == 0;
    if (c->type == JN_T_BOOL) sound = sound && c->low <= 1 && c->high == 0;
    if (c->type == JN_T_TIME) sound = sound && c->low < 24u * 3600 * 1000 && c->high == 0;
    if (c->type == JN_T_LIST) sound = sound && c->low <= i && c->high <= i - c->low;
    for (uint32_t k = 0; sound && c->type == JN_T_LIST && k < c->high; k++)
        sound = program->constant[c->low + k].type != JN_T_LIST &&
                program->constant[c->low + k].type == program->constant[c->low].type;
    return sound ? JN_OK : jn_fail(err, JN_INVALID, "constant %u is no value", i);
}

jn_rc image_verify_fields(const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = JN_OK;
    if (program->n_meta != 1) return jn_fail(err, JN_INVALID, "there is not exactly one `meta` record");
    for (uint32_t i = 0; rc == JN_OK && i < program->n_constant; i++)
        rc = image_verify_constant(program, i, err);
    for (int table = 0; table < IMAGE_TABLES; table++) {
        const struct image_record *record = &image_record[table];
        uint32_t n = image_count(program, (enum image_table)table);
        if (table == IMAGE_constant) continue;
        for (uint32_t i = 0; rc == JN_OK && i < n; i++)
            rc = image_verify_row(program, record->name, i, record->field, record->n_field,
                                  image_row(program, (enum image_table)table, i), err);
    }
    for (uint32_t i = 0; rc == JN_OK && i < program->n_step; i++)
        rc = image_verify_row(program, "operands of step", i, image_step[program->step[i].kind].operand, 4,
                              &program->step[i].a, err);
    return rc;
}

/* Names of one table, each there once and not empty. */
static jn_rc image_verify_unique(const struct jn_program *program, enum image_table table, uint32_t first, uint32_t n,
                                 struct jn_err *err) {
    struct jn_map seen;
    jn_rc rc = JN_OK;
    jn_map_init(&seen);
    for (uint32_t i = first; rc == JN_OK && i < first + n; i++) {
        struct jn_str name =
            program->string[image_row(program, table, i)[0]]; /* every name is its record's first field */
        if (name.n == 0)
            rc = jn_fail(err, JN_INVALID, "%s %u has no name", image_record[table].name, i);
        else if (!jn_map_put(&seen, name, i))
            rc = jn_fail(err, JN_INVALID, "there are two %ss called %.*s", image_record[table].name, JN_FMT(name));
    }
    jn_map_release(&seen);
    return rc;
}

/* A message has one field of a name, and one more for each stage. */
static jn_rc image_verify_message(const struct jn_program *program, const struct jn_message *message,
                                  struct jn_err *err) {
    struct jn_map seen;
    struct jn_buf key;
    jn_rc rc = JN_OK;
    jn_map_init(&seen);
    jn_buf_init(&key, UINT32_MAX);
    for (uint32_t i = message->first_field; rc == JN_OK && i < message->first_field + message->n_field; i++) {
        const struct jn_field *field = &program->field[i];
        jn_buf_reset(&key);
        jn_buf_lstr(&key, program->string[field->name]);
        jn_buf_lstr(&key, program->string[field->stage]);
        if (program->string[field->name].n == 0)
            rc = jn_fail(err, JN_INVALID, "field %u has no name", i);
        else if (!jn_map_put(&seen, jn_buf_view(&key), i))
            rc = jn_fail(err, JN_INVALID, "there are two fields called %.*s", JN_FMT(program->string[field->name]));
    }
    jn_buf_release(&key);
    jn_map_release(&seen);
    return rc;
}

static jn_rc image_verify_journey_names(const struct jn_program *program, const struct jn_journey *journey,
                                        struct jn_err *err) {
    jn_rc rc = image_verify_unique(program, IMAGE_stage, journey->first_stage, journey->n_stage, err);
    if (rc == JN_OK) rc = image_verify_unique(program, IMAGE_goal, journey->first_goal, journey->n_goal, err);
    if (rc == JN_OK) rc = image_verify_unique(program, IMAGE_slot, journey->first_slot, journey->n_slot, err);
    return rc;
}

/* Attributes of an event are filled from its own, each with a value of its type. */
static const char *image_maps(const struct jn_program *program, uint32_t event, uint32_t first, uint32_t n) {
    const struct jn_event *row = &program->event[event];
    for (uint32_t m = first; m < first + n; m++) {
        const struct jn_mapping *mapping = &program->mapping[m];
        if (mapping->prop - row->first_prop >= row->n_prop) return "fills an attribute of another event";
        if (program->prop[mapping->prop].type != program->expr[mapping->value].type)
            return "fills an attribute with a value of another type";
    }
    return NULL;
}

/* Variables are given to who declares them, each with a value of its type. */
static const char *image_gives(const struct jn_program *program, const struct jn_step *step) {
    bool sends = jn_step_sends(step->kind);
    uint32_t first = sends ? program->message[step->a].first_var : program->service[step->a].first_give;
    uint32_t n = sends ? program->message[step->a].n_var : program->service[step->a].n_give;
    for (uint32_t b = step->b; b < step->b + step->c; b++) {
        const struct jn_bind *bind = &program->bind[b];
        if (bind->var - first >= n) return "gives a variable of another message or service";
        if (program->var[bind->var].type != program->expr[bind->value].type)
            return "gives a variable a value of another type";
    }
    return NULL;
}

/* A list of values of that type; of nothing, it is a list of any. */
static bool image_lists(const struct jn_program *program, uint32_t list, uint32_t type) {
    if (list == JN_NONE || program->constant[list].high == 0) return true;
    return program->constant[program->constant[list].low].type == type;
}

/* What stands for a value that is not known, and what a value may be, is of the value's type. */
static jn_rc image_verify_presets(const struct jn_program *program, struct jn_err *err) {
    for (uint32_t i = 0; i < program->n_attr; i++) {
        const struct jn_attr *attr = &program->attr[i];
        bool fits = attr->preset == JN_NONE || program->constant[attr->preset].type == attr->type;
        if (!fits || !image_lists(program, attr->one_of, attr->type))
            return jn_fail(err, JN_INVALID, "attr %u has values of another type", i);
    }
    for (uint32_t i = 0; i < program->n_prop; i++)
        if (!image_lists(program, program->prop[i].one_of, program->prop[i].type))
            return jn_fail(err, JN_INVALID, "prop %u has values of another type", i);
    for (uint32_t i = 0; i < program->n_take; i++)
        if (program->constant[program->take[i].preset].type != program->take[i].type)
            return jn_fail(err, JN_INVALID, "take %u has a default of another type", i);
    return JN_OK;
}

/* Records that belong to another must lie in its range. */
static jn_rc image_verify_owned(const struct jn_program *program, struct jn_err *err) {
    const char *why = NULL;
    for (uint32_t i = 0; i < program->n_rule; i++) {
        const struct jn_rule *rule = &program->rule[i];
        why = image_maps(program, rule->event, rule->first_mapping, rule->n_mapping);
        if (why != NULL) return jn_fail(err, JN_INVALID, "rule %u %s", i, why);
    }
    for (uint32_t i = 0; i < program->n_step; i++) {
        const struct jn_step *step = &program->step[i];
        if (jn_step_sends(step->kind) || step->kind == JN_STEP_ASK) why = image_gives(program, step);
        if (step->kind == JN_STEP_EMIT) why = image_maps(program, step->a, step->b, step->c);
        if (why != NULL) return jn_fail(err, JN_INVALID, "step %u %s", i, why);
    }
    return JN_OK;
}

static bool image_key_fits(const struct jn_program *program, uint32_t key, uint32_t event) {
    if (key == JN_NONE || event == JN_NONE) return key == JN_NONE;
    const struct jn_event *row = &program->event[event];
    return key - row->first_prop < row->n_prop;
}

/* By an event, by joining a segment, or on days: one of them. */
static bool image_enters(const struct jn_journey *journey) {
    if (journey->event != JN_NONE) return journey->segment == JN_NONE && journey->days == 0 && journey->time == JN_NONE;
    return journey->segment != JN_NONE && journey->where == JN_NONE && journey->days <= 127 &&
           (journey->days == 0) == (journey->time == JN_NONE);
}

static jn_rc image_verify_keys(const struct jn_program *program, struct jn_err *err) {
    bool sound = true;
    for (uint32_t i = 0; i < program->n_journey; i++)
        sound = sound && image_key_fits(program, program->journey[i].key, program->journey[i].event);
    for (uint32_t i = 0; i < program->n_journey; i++)
        if (!image_enters(&program->journey[i]))
            return jn_fail(err, JN_INVALID, "journey %u is entered in no way, or in several", i);
    for (uint32_t i = 0; i < program->n_goal; i++)
        sound = sound && image_key_fits(program, program->goal[i].key, program->goal[i].event);
    for (uint32_t i = 0; i < program->n_leave; i++)
        sound = sound && image_key_fits(program, program->leave[i].key, program->leave[i].event);
    for (uint32_t i = 0; i < program->n_alternative; i++)
        sound = sound && image_key_fits(program, program->alternative[i].key, program->alternative[i].event);
    return sound ? JN_OK : jn_fail(err, JN_INVALID, "a key is an attribute of another event");
}

jn_rc image_verify_names(const struct jn_program *program, struct jn_err *err) {
    static const enum image_table NAMED[] = {IMAGE_attr,   IMAGE_event,   IMAGE_segment, IMAGE_channel, IMAGE_message,
                                             IMAGE_source, IMAGE_service, IMAGE_journey, IMAGE_topic};
    jn_rc rc = JN_OK;
    for (size_t i = 0; rc == JN_OK && i < sizeof(NAMED) / sizeof(*NAMED); i++)
        rc = image_verify_unique(program, NAMED[i], 0, image_count(program, NAMED[i]), err);
    for (uint32_t i = 0; rc == JN_OK && i < program->n_event; i++)
        rc = image_verify_unique(program, IMAGE_prop, program->event[i].first_prop, program->event[i].n_prop, err);
    for (uint32_t i = 0; rc == JN_OK && i < program->n_message; i++)
        rc = image_verify_message(program, &program->message[i], err);
    for (uint32_t i = 0; rc == JN_OK && i < program->n_journey; i++)
        rc = image_verify_journey_names(program, &program->journey[i], err);
    if (rc == JN_OK) rc = image_verify_keys(program, err);
    if (rc == JN_OK) rc = image_verify_owned(program, err);
    if (rc == JN_OK) rc = image_verify_presets(program, err);
    return rc;
}

/* Templates are well formed and need nothing beside themselves. */
static jn_rc image_verify_templates(const struct jn_program *program, struct jn_err *err) {
    struct jn_arena arena;
    jn_rc rc = JN_OK;
    jn_arena_init(&arena);
    for (uint32_t i = 0; rc == JN_OK && i < program->n_field; i++) {
        struct jn_liquid_mistake mistake;
        struct jn_liquid *liquid;
        uint32_t offset;
        jn_arena_reset(&arena);
        bool sound = jn_liquid_parse(program->string[program->field[i].text], &arena, &liquid, &mistake) == JN_OK;
        if (!sound || jn_liquid_has_partials(liquid, &offset))
            rc = jn_fail(err, JN_INVALID, "the template of field %u is not well formed", i);
    }
    jn_arena_release(&arena);
    return rc;
}

jn_rc jn_image_verify(const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = image_verify_fields(program, err);
    if (rc == JN_OK) rc = image_verify_names(program, err);
    if (rc == JN_OK) rc = image_verify_policy(program, err);
    if (rc == JN_OK) rc = image_verify_code(program, err);
    if (rc == JN_OK) rc = image_verify_steps(program, err);
    if (rc == JN_OK) rc = image_verify_templates(program, err);
    return rc;
}

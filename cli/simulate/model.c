/* Reading a model: every member is known and fits the program, or the error says which one does not and why. */
#include "cli/simulate/model.h"

#include "cli/simulate/place.h"
#include "core/civil.h"
#include "core/utf8.h"
#include "core/value.h"

struct reading {
    const struct jn_program *program;
    const char *file;
    struct jn_str text;
    struct jn_arena *arena;
    struct sim_model *model;
    struct sim_path path; /* of the member being read */
    struct jn_err *err;
};

static jn_rc reading_fail(struct reading *r, const char *why, struct jn_str what) {
    struct jn_buf member;
    jn_buf_init(&member, 1024);
    for (unsigned i = 0; i < r->path.n; i++)
        jn_buf_printf(&member, "%s\"%.*s\"", i == 0 ? "" : " › ", JN_FMT(r->path.key[i]));
    jn_rc rc = jn_fail(r->err, JN_INVALID, "%s:%u: %.*s%s%s%.*s", r->file, sim_path_line(r->text, &r->path),
                       JN_FMT(jn_buf_view(&member)), r->path.n > 0 ? ": " : "", why, JN_FMT(what));
    jn_buf_release(&member);
    return rc;
}

static void reading_enter(struct reading *r, struct jn_str key) {
    if (r->path.n < SIM_PATH_MAX) r->path.key[r->path.n++] = key;
}

static void reading_leave(struct reading *r) {
    r->path.n--;
}

/* Members of an object must be among the words of `allowed`, each followed by a blank. */
static jn_rc reading_known(struct reading *r, const struct jn_json *object, const char *allowed) {
    struct jn_str key;
    struct jn_json *value;
    if (jn_json_kind(object) != JN_JSON_OBJECT) return reading_fail(r, "an object is needed", JN_STR(""));
    for (void *at = NULL; jn_json_next(object, &at, &key, &value);) {
        struct jn_str word = jn_arena_printf(r->arena, "%.*s ", JN_FMT(key));
        const char *found = key.n == 0 ? NULL : strstr(allowed, word.p);
        if (found != NULL && (found == allowed || found[-1] == ' ')) continue;
        reading_enter(r, key);
        jn_rc rc = reading_fail(r, "there is no such member; there are: ", jn_str_z(allowed));
        reading_leave(r);
        return rc;
    }
    return JN_OK;
}

/* ---- numbers and durations */

static jn_rc reading_number(struct reading *r, const struct jn_json *object, const char *key, double low, double high,
                            double preset, double *out) {
    const struct jn_json *node = jn_json_get(object, key);
    struct jn_dec value;
    *out = preset;
    if (node == NULL) return JN_OK;
    if (jn_json_decimal(node, &value)) {
        *out = jn_dec_to_double(value);
        if (*out >= low && *out <= high) return JN_OK;
    }
    reading_enter(r, jn_str_z(key));
    return reading_fail(r, "a number is needed, ", jn_arena_printf(r->arena, "%.15g to %.15g", low, high));
}

static const struct {
    const char *word;
    int64_t ms;
} UNIT_ROW[] = {{"second", JN_MS_SECOND}, {"minute", JN_MS_MINUTE}, {"hour", JN_MS_HOUR},
                {"day", JN_MS_DAY},       {"week", 7 * JN_MS_DAY},  {"month", 30 * JN_MS_DAY}};

static bool reading_is_duration(struct jn_str text, int64_t *out) {
    size_t blank = 0;
    struct jn_dec count;
    while (blank < text.n && text.p[blank] != ' ')
        blank++;
    struct jn_str unit = jn_str_sub(text, blank + 1, text.n);
    if (jn_str_ends(unit, JN_STR("s"))) unit.n--;
    for (size_t i = 0; i < sizeof(UNIT_ROW) / sizeof(*UNIT_ROW); i++) {
        if (!jn_str_is(unit, UNIT_ROW[i].word) || !jn_dec_parse(jn_str_sub(text, 0, blank), &count)) continue;
        double ms = jn_dec_to_double(count) * (double)UNIT_ROW[i].ms;
        *out = (int64_t)ms;
        return ms >= 0 && ms <= (double)SIM_DAYS_MAX * (double)JN_MS_DAY;
    }
    return false;
}

static jn_rc reading_duration(struct reading *r, const struct jn_json *object, const char *key, int64_t *out) {
    if (reading_is_duration(jn_json_text(jn_json_get(object, key)), out)) return JN_OK;
    reading_enter(r, jn_str_z(key));
    return reading_fail(r, "a duration is needed, for example \"2 hours\" (seconds to months, at most three years)",
                        JN_STR(""));
}

/* "2 hours" is a mean; {"from": …, "to": …} is even. */
static jn_rc reading_span(struct reading *r, const struct jn_json *object, const char *key, struct sim_span *out) {
    const struct jn_json *node = jn_json_get(object, key);
    if (jn_json_kind(node) != JN_JSON_OBJECT) return reading_duration(r, object, key, &out->low);
    reading_enter(r, jn_str_z(key));
    out->even = true;
    jn_rc rc = reading_known(r, node, "from to ");
    if (rc == JN_OK) rc = reading_duration(r, node, "from", &out->low);
    if (rc == JN_OK) rc = reading_duration(r, node, "to", &out->high);
    if (rc == JN_OK && out->high < out->low) rc = reading_fail(r, "`to` lies before `from`", JN_STR(""));
    if (rc == JN_OK) reading_leave(r);
    return rc;
}

/* ---- values */

/* Checks a constant as the engine would; keeps it as JSON. */
static jn_rc reading_value(struct reading *r, const struct jn_json *node, struct sim_draw *draw, uint32_t one_of,
                           struct sim_constant *out) {
    struct jn_value value;
    struct jn_buf text;
    struct jn_err why;
    if (jn_value_from_json(node, draw->type, 0, r->arena, &value, &why) != JN_OK && draw->type != JN_T_MONEY)
        return reading_fail(r, why.text, JN_STR(""));
    bool allowed = one_of == JN_NONE;
    for (uint32_t i = 0; one_of != JN_NONE && i < r->program->value[one_of].len; i++)
        allowed = allowed || jn_value_eq(r->program->value[one_of].list[i], value);
    if (!allowed) return reading_fail(r, "it is none of the values that are declared", JN_STR(""));
    jn_buf_init(&text, 1u << 20);
    jn_json_dump(node, &text);
    enum jn_json_kind kind = jn_json_kind(node);
    *out = (struct sim_constant){
        .kind = kind,
        .text = jn_arena_str(r->arena, kind == JN_JSON_TEXT ? jn_json_text(node) : jn_buf_view(&text)),
        .number = kind == JN_JSON_INT ? jn_json_int(node) : 0};
    jn_buf_release(&text);
    return JN_OK;
}

/* Keys are texts; of other types they are read as JSON. */
static jn_rc reading_choices(struct reading *r, const struct jn_json *node, uint32_t one_of, struct sim_draw *draw) {
    struct jn_str key;
    struct jn_json *weight;
    double sum = 0;
    size_t n = jn_json_count(node);
    if (jn_json_kind(node) != JN_JSON_OBJECT || n == 0)
        return reading_fail(r, "values with their weights are needed: {\"a\": 3, \"b\": 1}", JN_STR(""));
    draw->kind = SIM_CHOICES;
    draw->constant = JN_NEW_ARRAY(r->arena, struct sim_constant, n);
    draw->upto = JN_NEW_ARRAY(r->arena, double, n);
    for (void *at = NULL; jn_json_next(node, &at, &key, &weight);) {
        struct jn_buf text;
        struct jn_json *value = NULL;
        double share;
        jn_buf_init(&text, 1u << 20);
        struct jn_json_out w;
        jn_jw_init(&w, &text);
        if (draw->type == JN_T_NUMBER || draw->type == JN_T_MONEY || draw->type == JN_T_BOOL)
            jn_buf_str(&text, key);
        else
            jn_jw_str(&w, key);
        reading_enter(r, key);
        jn_rc rc = jn_json_parse(jn_arena_printf(r->arena, "[%.*s]", JN_FMT(jn_buf_view(&text))), &value, NULL) == JN_OK
                       ? reading_value(r, jn_json_at(value, 0), draw, one_of, &draw->constant[draw->n])
                       : reading_fail(r, "it is no value of the type", JN_STR(""));
        jn_json_free(value);
        jn_buf_release(&text);
        reading_leave(r);
        if (rc == JN_OK) rc = reading_number(r, node, key.p, 0, 1e9, 0, &share);
        if (rc != JN_OK) return rc;
        draw->upto[draw->n++] = sum += share;
    }
    if (sum <= 0) return reading_fail(r, "the weights are all zero", JN_STR(""));
    for (uint32_t i = 0; i < draw->n; i++)
        draw->upto[i] /= sum;
    return JN_OK;
}

static bool reading_bound(const struct sim_draw *draw, const struct jn_json *node, int64_t *out) {
    struct jn_dec value, scaled, factor = jn_dec_int(1);
    if (draw->type == JN_T_DATE) return jn_date_parse(jn_json_text(node), out);
    if (draw->type == JN_T_TIME) return jn_time_parse(jn_json_text(node), out);
    if (draw->type == JN_T_INSTANT) return jn_instant_parse(jn_json_text(node), out);
    for (unsigned i = 0; i < draw->places; i++)
        factor.m *= 10;
    return (draw->type == JN_T_NUMBER || draw->type == JN_T_MONEY) && jn_json_decimal(node, &value) &&
           jn_dec_mul(value, factor, &scaled) && jn_dec_to_int(scaled, out);
}

static jn_rc reading_range(struct reading *r, const struct jn_json *object, struct sim_draw *draw) {
    double places;
    jn_rc rc = reading_number(r, object, "places", 0, 6, draw->type == JN_T_MONEY ? 2 : 0, &places);
    draw->kind = SIM_RANGE;
    draw->places = (uint8_t)places;
    if (rc != JN_OK) return rc;
    if (!reading_bound(draw, jn_json_get(object, "from"), &draw->low) ||
        !reading_bound(draw, jn_json_get(object, "to"), &draw->high))
        return reading_fail(
            r, "`from` and `to` must both be a ",
            jn_arena_printf(r->arena, "%s with at most %u places", jn_type_word(draw->type), draw->places));
    if (draw->high < draw->low) return reading_fail(r, "`to` lies before `from`", JN_STR(""));
    return JN_OK;
}

static jn_rc reading_draw(struct reading *r, const struct jn_json *node, enum jn_type type, uint32_t one_of,
                          struct sim_draw *out) {
    *out = (struct sim_draw){.type = type, .known = 1};
    if (jn_json_kind(node) != JN_JSON_OBJECT) {
        out->constant = JN_NEW(r->arena, struct sim_constant);
        return reading_value(r, node, out, one_of, out->constant);
    }
    jn_rc rc = reading_known(r, node, "choices from to places text known ");
    if (rc == JN_OK) rc = reading_number(r, node, "known", 0, 1, 1, &out->known);
    if (rc != JN_OK) return rc;
    if (jn_json_get(node, "choices") != NULL) {
        reading_enter(r, JN_STR("choices"));
        rc = reading_choices(r, jn_json_get(node, "choices"), one_of, out);
        if (rc == JN_OK) reading_leave(r);
        return rc;
    }
    if (jn_json_get(node, "text") == NULL) return reading_range(r, node, out);
    if (type != JN_T_TEXT || jn_json_kind(jn_json_get(node, "text")) != JN_JSON_TEXT)
        return reading_fail(r, "`text` is for attributes that are text", JN_STR(""));
    out->kind = SIM_TEMPLATE;
    out->constant = JN_NEW(r->arena, struct sim_constant);
    out->constant->text = jn_arena_str(r->arena, jn_json_text(jn_json_get(node, "text")));
    return JN_OK;
}

/* ---- who they are */

static jn_rc reading_customer(struct reading *r, const struct jn_json *object) {
    const struct jn_program *p = r->program;
    struct jn_str key;
    struct jn_json *node;
    jn_rc rc = JN_OK;
    for (void *at = NULL; rc == JN_OK && jn_json_next(object, &at, &key, &node);) {
        uint32_t attr = 0;
        reading_enter(r, key);
        while (attr < p->n_attr && !jn_str_eq(p->string[p->attr[attr].name], key))
            attr++;
        if (attr == p->n_attr) return reading_fail(r, "customers have no such attribute", JN_STR(""));
        if (p->attr[attr].computed != JN_NONE) return reading_fail(r, "it is computed, not drawn", JN_STR(""));
        struct sim_field *field = jn_arena_grow(r->arena, &r->model->attr, &r->model->n_attr, sizeof(*field));
        field->name = jn_arena_str(r->arena, key);
        rc = reading_draw(r, node, (enum jn_type)p->attr[attr].type, p->attr[attr].one_of, &field->draw);
        if (rc == JN_OK) reading_leave(r);
    }
    return rc;
}

static jn_rc reading_consents(struct reading *r, const struct jn_json *object) {
    struct jn_str key;
    struct jn_json *node;
    for (void *at = NULL; jn_json_next(object, &at, &key, &node);) {
        bool known = false;
        struct sim_consent *row = jn_arena_grow(r->arena, &r->model->consent, &r->model->n_consent, sizeof(*row));
        for (uint32_t i = 0; i < r->program->n_topic; i++)
            known = known || jn_str_eq(r->program->string[r->program->topic[i].name], key);
        row->topic = jn_arena_str(r->arena, key);
        if (!known) {
            reading_enter(r, key);
            return reading_fail(r, "there is no such topic", JN_STR(""));
        }
        jn_rc rc = reading_number(r, object, row->topic.p, 0, 1, 0, &row->in);
        if (rc != JN_OK) return rc;
    }
    return JN_OK;
}

static jn_rc reading_channels(struct reading *r, const struct jn_json *object) {
    struct jn_str key;
    struct jn_json *node;
    for (void *at = NULL; jn_json_next(object, &at, &key, &node);) {
        uint32_t channel = 0;
        reading_enter(r, key);
        while (channel < r->program->n_channel &&
               !jn_str_eq(r->program->string[r->program->channel[channel].name], key))
            channel++;
        if (channel == r->program->n_channel) return reading_fail(r, "there is no such channel", JN_STR(""));
        struct sim_channel *row = &r->model->channel[channel];
        jn_rc rc = reading_known(r, node, "fails retries ");
        if (rc == JN_OK) rc = reading_number(r, node, "fails", 0, 1, 0, &row->fails);
        if (rc == JN_OK) rc = reading_number(r, node, "retries", 0, 0.99, 0, &row->retries);
        if (rc != JN_OK) return rc;
        reading_leave(r);
    }
    return JN_OK;
}

static jn_rc reading_takes(struct reading *r, const struct jn_json *object, const struct jn_service *service,
                           struct sim_service *out) {
    const struct jn_program *p = r->program;
    struct jn_str key;
    struct jn_json *node;
    for (void *at = NULL; jn_json_next(object, &at, &key, &node);) {
        uint32_t take = service->first_take, end = take + service->n_take;
        reading_enter(r, key);
        while (take < end && !jn_str_eq(p->string[p->take[take].name], key))
            take++;
        if (take == end) return reading_fail(r, "the service takes no such value", JN_STR(""));
        struct sim_field *field = jn_arena_grow(r->arena, &out->take, &out->n_take, sizeof(*field));
        field->name = jn_arena_str(r->arena, key);
        jn_rc rc = reading_draw(r, node, (enum jn_type)p->take[take].type, JN_NONE, &field->draw);
        if (rc != JN_OK) return rc;
        reading_leave(r);
    }
    return JN_OK;
}

static jn_rc reading_services(struct reading *r, const struct jn_json *object) {
    const struct jn_program *p = r->program;
    struct jn_str key;
    struct jn_json *node;
    for (void *at = NULL; jn_json_next(object, &at, &key, &node);) {
        uint32_t service = 0;
        reading_enter(r, key);
        while (service < p->n_service && !jn_str_eq(p->string[p->service[service].name], key))
            service++;
        if (service == p->n_service) return reading_fail(r, "there is no such service", JN_STR(""));
        struct sim_service *row = &r->model->service[service];
        jn_rc rc = reading_known(r, node, "answers after take ");
        if (rc == JN_OK) rc = reading_number(r, node, "answers", 0, 1, 1, &row->answers);
        if (rc == JN_OK && jn_json_get(node, "after") != NULL) rc = reading_span(r, node, "after", &row->after);
        if (rc != JN_OK) return rc;
        reading_enter(r, JN_STR("take"));
        const struct jn_json *take = jn_json_get(node, "take");
        if (take != NULL && jn_json_kind(take) != JN_JSON_OBJECT)
            return reading_fail(r, "an object is needed", JN_STR(""));
        rc = reading_takes(r, take, &p->service[service], row);
        if (rc != JN_OK) return rc;
        reading_leave(r);
        reading_leave(r);
    }
    return JN_OK;
}

static bool reading_decides(const struct jn_program *p, struct jn_str by) {
    for (uint32_t i = 0; i < p->n_step; i++)
        if (p->step[i].kind == JN_STEP_APPROVE && jn_str_eq(p->string[p->step[i].b], by)) return true;
    return false;
}

static jn_rc reading_approvals(struct reading *r, const struct jn_json *object) {
    struct jn_str key;
    struct jn_json *node;
    for (void *at = NULL; jn_json_next(object, &at, &key, &node);) {
        reading_enter(r, key);
        if (!reading_decides(r->program, key)) return reading_fail(r, "nobody of that name is asked", JN_STR(""));
        struct sim_approver *row = jn_arena_grow(r->arena, &r->model->approver, &r->model->n_approver, sizeof(*row));
        row->by = jn_arena_str(r->arena, key);
        jn_rc rc = reading_known(r, node, "approves rejects after ");
        if (rc == JN_OK) rc = reading_number(r, node, "approves", 0, 1, 0, &row->approves);
        if (rc == JN_OK) rc = reading_number(r, node, "rejects", 0, 1, 0, &row->rejects);
        if (rc == JN_OK && jn_json_get(node, "after") != NULL) rc = reading_span(r, node, "after", &row->after);
        if (rc == JN_OK && row->approves + row->rejects > 1)
            rc = reading_fail(r, "`approves` and `rejects` are more than 1 together", JN_STR(""));
        if (rc != JN_OK) return rc;
        reading_leave(r);
    }
    return JN_OK;
}

/* ---- what they do */

static jn_rc reading_with(struct reading *r, const struct jn_json *object, struct sim_rule *rule) {
    const struct jn_program *p = r->program;
    const struct jn_event *event = &p->event[rule->event];
    struct jn_str key;
    struct jn_json *node;
    jn_rc rc = JN_OK;
    for (void *at = NULL; rc == JN_OK && jn_json_next(object, &at, &key, &node);) {
        uint32_t prop = event->first_prop, end = prop + event->n_prop;
        reading_enter(r, key);
        while (prop < end && !jn_str_eq(p->string[p->prop[prop].name], key))
            prop++;
        if (prop == end) return reading_fail(r, "the event has no such attribute", JN_STR(""));
        struct sim_field *field = jn_arena_grow(r->arena, &rule->field, &rule->n_field, sizeof(*field));
        field->name = jn_arena_str(r->arena, key);
        rc = reading_draw(r, node, (enum jn_type)p->prop[prop].type, p->prop[prop].one_of, &field->draw);
        rule->fixed = rule->fixed && field->draw.kind == SIM_CONSTANT && field->draw.known >= 1;
        if (rc == JN_OK) reading_leave(r);
    }
    return rc;
}

/* An event about a message says so, as its receipts do. */
static void reading_about(struct reading *r, struct sim_rule *rule) {
    struct sim_field *field = jn_arena_grow(r->arena, &rule->field, &rule->n_field, sizeof(*field));
    struct jn_str name = r->program->string[r->program->message[rule->subject].name];
    field->name = JN_STR("message");
    field->draw = (struct sim_draw){.type = JN_T_TEXT, .known = 1, .constant = JN_NEW(r->arena, struct sim_constant)};
    *field->draw.constant = (struct sim_constant){.kind = JN_JSON_TEXT, .text = name};
}

static jn_rc reading_rule(struct reading *r, const struct jn_json *node, struct sim_rule rule) {
    jn_rc rc = reading_known(r, node, "chance after per with ");
    bool per = rc == JN_OK && jn_json_get(node, "per") != NULL;
    rule.fixed = true;
    if (rc == JN_OK) rc = reading_number(r, node, "chance", 0, 1, 1, &rule.chance);
    if (rc == JN_OK && per && rule.trigger != SIM_ON_ARRIVAL)
        rc = reading_fail(r, "`per` is for events that come by themselves; use `chance` and `after` here", JN_STR(""));
    if (rc == JN_OK && per) {
        rule.trigger = SIM_EVERY;
        rc = reading_span(r, node, "per", &rule.after);
        if (rc == JN_OK && rule.after.low < JN_MS_SECOND)
            rc = reading_fail(r, "`per` is a second at least", JN_STR(""));
    } else if (rc == JN_OK && jn_json_get(node, "after") != NULL) {
        rc = reading_span(r, node, "after", &rule.after);
    }
    if (rc == JN_OK && rule.trigger == SIM_OF_MESSAGE) reading_about(r, &rule);
    if (rc == JN_OK && jn_json_get(node, "with") != NULL) {
        reading_enter(r, JN_STR("with"));
        rc = reading_with(r, jn_json_get(node, "with"), &rule);
        if (rc == JN_OK) reading_leave(r);
    }
    if (rc != JN_OK) return rc;
    for (uint32_t i = 0; i < r->program->n_journey; i++)
        rule.enters = rule.enters || r->program->journey[i].event == rule.event;
    struct sim_rule *row = jn_arena_grow(r->arena, &r->model->rule, &r->model->n_rule, sizeof(*row));
    *row = rule;
    return JN_OK;
}

static uint32_t reading_step(const struct jn_program *p, struct jn_str name) {
    for (uint32_t i = 0; i < p->n_step; i++)
        if (p->step[i].name != 0 && jn_str_eq(p->string[p->step[i].name], name)) return i;
    return JN_NONE;
}

static uint32_t reading_stage(const struct jn_program *p, struct jn_str name) {
    for (uint32_t i = 0; i < p->n_stage; i++)
        if (jn_str_eq(p->string[p->stage[i].name], name)) return i;
    return JN_NONE;
}

static struct jn_str reading_word(struct jn_str *text) {
    size_t n = 0;
    while (n < text->n && text->p[n] != ' ')
        n++;
    struct jn_str word = jn_str_sub(*text, 0, n);
    *text = jn_str_sub(*text, n + 1, text->n);
    return word;
}

/* "EVENT", "EVENT of MESSAGE", "EVENT in STAGE", "EVENT at STEP". */
static jn_rc reading_trigger(struct reading *r, struct jn_str key, struct sim_rule *rule) {
    const struct jn_program *p = r->program;
    struct jn_str event = reading_word(&key), how = reading_word(&key), what = key;
    rule->event = jn_program_event(p, event);
    if (rule->event == JN_NONE) return reading_fail(r, "there is no event ", event);
    if (how.n == 0) return JN_OK;
    if (jn_str_is(how, "of")) {
        rule->trigger = SIM_OF_MESSAGE;
        rule->subject = jn_program_message(p, what);
        return rule->subject == JN_NONE ? reading_fail(r, "there is no message ", what) : JN_OK;
    }
    if (jn_str_is(how, "in")) {
        rule->trigger = SIM_IN_STAGE;
        rule->subject = reading_stage(p, what);
        return rule->subject == JN_NONE ? reading_fail(r, "there is no stage ", what) : JN_OK;
    }
    if (!jn_str_is(how, "at"))
        return reading_fail(r, "write EVENT, EVENT of MESSAGE, EVENT in STAGE or EVENT at STEP", JN_STR(""));
    rule->trigger = SIM_AT_STEP;
    rule->subject = reading_step(p, what);
    return rule->subject == JN_NONE ? reading_fail(r, "there is no step of that name: ", what) : JN_OK;
}

static jn_rc reading_events(struct reading *r, const struct jn_json *object) {
    struct jn_str key;
    struct jn_json *node;
    jn_rc rc = JN_OK;
    for (void *at = NULL; rc == JN_OK && jn_json_next(object, &at, &key, &node);) {
        struct sim_rule rule = {.trigger = SIM_ON_ARRIVAL};
        reading_enter(r, key);
        rc = reading_trigger(r, key, &rule);
        bool list = jn_json_kind(node) == JN_JSON_ARRAY;
        for (size_t i = 0; rc == JN_OK && i < (list ? jn_json_count(node) : 1); i++)
            rc = reading_rule(r, list ? jn_json_at(node, i) : node, rule);
        if (rc == JN_OK) reading_leave(r);
    }
    return rc;
}

/* ---- when */

static jn_rc reading_time(struct reading *r, const struct jn_json *document) {
    const struct jn_zone *zone;
    struct jn_str start = jn_json_text(jn_json_get(document, "start"));
    int64_t date;
    double days;
    jn_rc rc = reading_number(r, document, "days", 1, SIM_DAYS_MAX, 0, &days);
    if (rc == JN_OK) rc = reading_duration(r, document, "arrive", &r->model->arrive);
    if (rc == JN_OK) rc = jn_zone_find(r->program->string[r->program->meta[0].timezone], &zone, r->err);
    if (rc != JN_OK) return rc;
    if (jn_date_parse(start, &date)) {
        r->model->start = jn_zone_instant(zone, date, 0);
    } else if (!jn_instant_parse(start, &r->model->start)) {
        reading_enter(r, JN_STR("start"));
        return reading_fail(r, "a date or an instant is needed, for example \"2026-03-02\"", JN_STR(""));
    }
    r->model->end = r->model->start + (int64_t)(days * (double)JN_MS_DAY);
    return JN_OK;
}

static const struct {
    const char *key;
    jn_rc (*read)(struct reading *r, const struct jn_json *object);
} SECTION_ROW[] = {{"customer", reading_customer},   {"consents", reading_consents}, {"events", reading_events},
                   {"approvals", reading_approvals}, {"services", reading_services}, {"channels", reading_channels}};

static jn_rc reading_sections(struct reading *r, const struct jn_json *document) {
    jn_rc rc = reading_time(r, document);
    for (size_t i = 0; rc == JN_OK && i < sizeof(SECTION_ROW) / sizeof(*SECTION_ROW); i++) {
        const struct jn_json *node = jn_json_get(document, SECTION_ROW[i].key);
        reading_enter(r, jn_str_z(SECTION_ROW[i].key));
        rc = jn_json_kind(node) == JN_JSON_OBJECT ? SECTION_ROW[i].read(r, node)
                                                  : reading_fail(r, "an object is needed", JN_STR(""));
        if (rc == JN_OK) reading_leave(r);
    }
    return rc;
}

/* The user's members over those of the suggestion, as one text in which lines are the user's. */
static jn_rc reading_over(struct reading *r, const struct jn_json *own, const struct jn_json *suggested) {
    struct jn_buf text;
    struct jn_json_out w;
    struct jn_json *both = NULL, *value;
    struct jn_str key;
    jn_buf_init(&text, 4 * SIM_MODEL_MAX);
    jn_jw_init(&w, &text);
    jn_jw_object(&w);
    for (void *at = NULL; jn_json_next(suggested, &at, &key, &value);) {
        const struct jn_json *mine = jn_json_get_str(own, key);
        jn_jw_key_str(&w, key);
        jn_jw_node(&w, mine != NULL ? mine : value);
    }
    jn_jw_end_object(&w);
    jn_rc rc = jn_json_parse(jn_buf_view(&text), &both, r->err);
    if (rc == JN_OK) rc = reading_sections(r, both);
    jn_json_free(both);
    jn_buf_release(&text);
    return rc;
}

jn_rc sim_model_read(const struct jn_program *program, const char *file, struct jn_str text, struct jn_arena *arena,
                     struct sim_model *out, struct jn_err *err) {
    struct reading r = {.program = program, .file = file, .text = text, .arena = arena, .model = out, .err = err};
    struct jn_json *own = NULL, *suggested = NULL;
    struct jn_buf suggestion;
    struct jn_err why;
    *out = (struct sim_model){.channel = JN_NEW_ARRAY(arena, struct sim_channel, program->n_channel + 1),
                              .service = JN_NEW_ARRAY(arena, struct sim_service, program->n_service + 1)};
    jn_buf_init(&suggestion, SIM_MODEL_MAX);
    sim_model_suggest(program, &suggestion);
    jn_rc rc = jn_json_parse(jn_buf_view(&suggestion), &suggested, err);
    if (rc == JN_OK && jn_json_parse(text, &own, &why) != JN_OK)
        rc = jn_fail(err, JN_INVALID, "%s: %s", file, why.text);
    if (rc == JN_OK)
        rc = reading_known(&r, own, "start days arrive customer consents events approvals services channels ");
    if (rc == JN_OK) rc = reading_over(&r, own, suggested);
    jn_json_free(own);
    jn_json_free(suggested);
    jn_buf_release(&suggestion);
    return rc;
}

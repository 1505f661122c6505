/* The model that a program itself suggests: every value it asks about comes up, every event it waits for comes. */
#include "cli/simulate/model.h"
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"

#define SUGGEST_START  "2026-03-02" /* a Monday */
#define SUGGEST_VALUES 8            /* that one attribute is compared with */

static const struct {
    const char *event, *after;
    double chance;
} RECEIPT_ROW[] = {{"delivered", "1 minute", 0.98}, {"opened", "3 hours", 0.4},     {"clicked", "4 hours", 0.1},
                   {"bounced", "1 minute", 0.01},   {"complained", "1 day", 0.001}, {"unsubscribed", "1 day", 0.003}};

/* What a program does with an event, by its index. */
enum { ASKED_ENTER = 1, ASKED_WAIT = 2, ASKED_GOAL = 4, ASKED_LEAVE = 8, ASKED_PAST = 16 };

struct suggesting {
    const struct jn_program *p;
    struct jn_json_out w;
    uint8_t *asked;
    struct jn_arena arena;
};

static void suggest_asked(struct suggesting *s) {
    const struct jn_program *p = s->p;
    s->asked = JN_NEW_ARRAY(&s->arena, uint8_t, p->n_event + 1);
    for (uint32_t i = 0; i < p->n_journey; i++)
        if (p->journey[i].event != JN_NONE) s->asked[p->journey[i].event] |= ASKED_ENTER;
    for (uint32_t i = 0; i < p->n_alternative; i++)
        s->asked[p->alternative[i].event] |= ASKED_WAIT;
    for (uint32_t i = 0; i < p->n_goal; i++)
        s->asked[p->goal[i].event] |= ASKED_GOAL;
    for (uint32_t i = 0; i < p->n_leave; i++)
        s->asked[p->leave[i].event] |= ASKED_LEAVE;
    for (uint32_t i = 0; i < p->n_past; i++)
        s->asked[p->past[i].event] |= ASKED_PAST;
}

/* ---- constants that an attribute is compared with */

struct compared {
    struct jn_value value[SUGGEST_VALUES];
    uint32_t n;
};

static void compared_add(struct compared *c, struct jn_value value, enum jn_type type) {
    if (value.type == JN_T_LIST) {
        for (uint32_t i = 0; i < value.len; i++)
            compared_add(c, value.list[i], type);
        return;
    }
    for (uint32_t i = 0; i < c->n; i++)
        if (jn_value_eq(c->value[i], value)) return;
    if (value.type == type && c->n < SUGGEST_VALUES) c->value[c->n++] = value;
}

/* Looks for `attr a; push k` and `prop e p; push k` in all the code. */
static struct compared suggest_compared(const struct jn_program *p, enum jn_op op, uint32_t index, enum jn_type type) {
    struct compared found = {0};
    for (uint32_t e = 0; e < p->n_expr; e++) {
        const uint8_t *code = p->code + p->expr[e].offset;
        bool reads = false;
        for (uint32_t at = 0; at < p->expr[e].length;) {
            enum jn_op here = (enum jn_op)code[at];
            size_t operands = strlen(jn_op_operands(here));
            if (here == JN_OP_PUSH && reads) compared_add(&found, p->value[jn_code_operand(code + at + 1)], type);
            reads = here == op && jn_code_operand(code + at + 1 + 4 * (operands - 1)) == index;
            at += 1 + 4 * (uint32_t)operands;
        }
    }
    return found;
}

/* What an answer's value is compared with, wherever the service is asked: it is a variable of the journey. */
static struct compared suggest_answers(const struct jn_program *p, uint32_t service, uint32_t take) {
    struct compared found = {0};
    enum jn_type type = (enum jn_type)p->take[p->service[service].first_take + take].type;
    for (uint32_t i = 0; i < p->n_step; i++) {
        if (p->step[i].kind != JN_STEP_ASK || p->step[i].a != service) continue;
        struct compared here = suggest_compared(p, JN_OP_SLOT, p->step[i].d + take, type);
        for (uint32_t k = 0; k < here.n; k++)
            compared_add(&found, here.value[k], type);
    }
    return found;
}

/* ---- values */

static void suggest_key_text(struct suggesting *s, const char *key, const char *value) {
    jn_jw_key(&s->w, key);
    jn_jw_z(&s->w, value);
}

static void suggest_number(struct suggesting *s, const char *key, int64_t mantissa, uint8_t scale) {
    jn_jw_key(&s->w, key);
    jn_jw_dec(&s->w, (struct jn_dec){mantissa, scale});
}

static void suggest_choice(struct suggesting *s, struct jn_str value) {
    jn_jw_key_str(&s->w, value);
    jn_jw_int(&s->w, 1);
}

static void suggest_texts(struct suggesting *s, struct jn_str name, uint32_t one_of, const struct compared *compared) {
    jn_jw_key(&s->w, "choices");
    jn_jw_object(&s->w);
    for (uint32_t i = 0; one_of != JN_NONE && i < s->p->value[one_of].len; i++)
        suggest_choice(s, jn_value_str(s->p->value[one_of].list[i]));
    for (uint32_t i = 0; one_of == JN_NONE && i < compared->n; i++)
        suggest_choice(s, jn_value_str(compared->value[i]));
    if (one_of == JN_NONE && compared->n > 0) suggest_choice(s, JN_STR("other"));
    for (uint32_t i = 1; one_of == JN_NONE && compared->n == 0 && i <= 3; i++)
        suggest_choice(s, jn_arena_printf(&s->arena, "%.*s %u", JN_FMT(name), i));
    jn_jw_end_object(&s->w);
}

/* From nothing to twice the largest value that it is compared with. */
static void suggest_range(struct suggesting *s, enum jn_type type, const struct compared *compared) {
    struct jn_dec most = jn_dec_int(0), twice;
    for (uint32_t i = 0; i < compared->n; i++)
        if (jn_dec_cmp(jn_value_to_dec(compared->value[i]), most) > 0) most = jn_value_to_dec(compared->value[i]);
    int64_t whole = (int64_t)jn_dec_to_double(most);
    if (!jn_dec_add(most, most, &twice) || twice.m == 0) twice = jn_dec_int(type == JN_T_MONEY ? 200 : 100);
    if (whole > 0) twice = jn_dec_int(2 * whole);
    suggest_number(s, "from", type == JN_T_MONEY ? 1 : 0, 0);
    suggest_number(s, "to", twice.m, twice.scale > 2 ? 2 : twice.scale);
    if (twice.scale > 0) suggest_number(s, "places", twice.scale, 0);
}

static void suggest_when(struct suggesting *s, enum jn_type type, struct jn_str name) {
    bool birth = memmem(name.p, name.n, "birth", 5) != NULL || memmem(name.p, name.n, "生日", 6) != NULL;
    if (type == JN_T_TIME) {
        suggest_key_text(s, "from", "08:00");
        suggest_key_text(s, "to", "20:00");
        return;
    }
    bool instant = type == JN_T_INSTANT;
    suggest_key_text(s, "from", birth ? "1960-01-01" : instant ? SUGGEST_START "T00:00:00Z" : SUGGEST_START);
    suggest_key_text(s, "to", birth ? "2005-12-31" : instant ? "2026-12-01T00:00:00Z" : "2026-12-01");
}

/* A drawn value of the type; `text` is the template of a text that names somebody or something, or empty. */
static void suggest_draw(struct suggesting *s, struct jn_str name, enum jn_type type, uint32_t one_of,
                         const struct compared *compared, struct jn_str text, int64_t known) {
    jn_jw_key_str(&s->w, name);
    jn_jw_object(&s->w);
    if (type == JN_T_TEXT && text.n > 0 && one_of == JN_NONE && compared->n == 0) {
        jn_jw_key(&s->w, "text");
        jn_jw_str(&s->w, text);
    } else if (type == JN_T_TEXT) {
        suggest_texts(s, name, one_of, compared);
    } else if (type == JN_T_BOOL) {
        jn_jw_key(&s->w, "choices");
        jn_jw_object(&s->w);
        suggest_choice(s, JN_STR("true"));
        suggest_choice(s, JN_STR("false"));
        jn_jw_end_object(&s->w);
    } else if (type == JN_T_NUMBER || type == JN_T_MONEY) {
        suggest_range(s, type, compared);
    } else {
        suggest_when(s, type, name);
    }
    if (known < 100) suggest_number(s, "known", known, 2);
    jn_jw_end_object(&s->w);
}

static bool suggest_draws(enum jn_type type) {
    return type == JN_T_TEXT || type == JN_T_BOOL || type == JN_T_NUMBER || type == JN_T_MONEY || type == JN_T_DATE ||
           type == JN_T_TIME || type == JN_T_INSTANT;
}

static bool suggest_is_set(const struct jn_program *p, uint32_t attr) {
    for (uint32_t i = 0; i < p->n_step; i++)
        if (p->step[i].kind == JN_STEP_SET_ATTR && p->step[i].a == attr) return true;
    return false;
}

/* Attributes that scripts set or compute are theirs; those with a default are drawn where they are asked about. */
static void suggest_customer(struct suggesting *s) {
    const struct jn_program *p = s->p;
    jn_jw_key(&s->w, "customer");
    jn_jw_object(&s->w);
    for (uint32_t i = 0; i < p->n_attr; i++) {
        const struct jn_attr *attr = &p->attr[i];
        struct jn_str name = p->string[attr->name];
        struct compared compared = suggest_compared(p, JN_OP_ATTR, i, (enum jn_type)attr->type);
        bool identity = (attr->flags & JN_ATTR_IDENTITY) != 0;
        if ((attr->flags & JN_ATTR_BUILTIN) != 0 || attr->computed != JN_NONE || suggest_is_set(p, i)) continue;
        if (!suggest_draws((enum jn_type)attr->type) || (attr->preset != JN_NONE && compared.n == 0)) continue;
        struct jn_str text = jn_str_is(name, "email") ? JN_STR("{customer}@example.com") : JN_STR("{customer}");
        suggest_draw(s, name, (enum jn_type)attr->type, attr->one_of, &compared, text,
                     identity                  ? 95
                     : attr->preset != JN_NONE ? 50
                                               : 90);
    }
    jn_jw_end_object(&s->w);
}

/* ---- events */

static bool suggest_is_key(const struct jn_program *p, uint32_t name) {
    for (uint32_t i = 0; i < p->n_journey; i++)
        if (p->journey[i].key != JN_NONE && p->prop[p->journey[i].key].name == name) return true;
    return false;
}

static void suggest_with(struct suggesting *s, uint32_t event) {
    const struct jn_program *p = s->p;
    const struct jn_event *row = &p->event[event];
    jn_jw_key(&s->w, "with");
    jn_jw_object(&s->w);
    for (uint32_t i = row->first_prop; i < row->first_prop + row->n_prop; i++) {
        const struct jn_prop *prop = &p->prop[i];
        struct jn_str name = p->string[prop->name], text = JN_STR("");
        struct compared compared = suggest_compared(p, JN_OP_PROP, i, (enum jn_type)prop->type);
        if (jn_str_is(name, "message") || !suggest_draws((enum jn_type)prop->type)) continue;
        if ((prop->flags & JN_PROP_REQUIRED) != 0) text = JN_STR("{customer}-{n}");
        if (suggest_is_key(p, prop->name)) text = JN_STR("{customer}"); /* all events are about the same thing */
        suggest_draw(s, name, (enum jn_type)prop->type, prop->one_of, &compared, text, 100);
    }
    jn_jw_end_object(&s->w);
}

static void suggest_rule(struct suggesting *s, uint32_t event, const char *how, const char *when, double chance) {
    struct jn_dec share;
    jn_jw_object(&s->w);
    if (chance < 1 && jn_dec_from_double(chance, &share)) suggest_number(s, "chance", share.m, share.scale);
    suggest_key_text(s, how, when);
    suggest_with(s, event);
    jn_jw_end_object(&s->w);
}

/* The chance that a receipt comes, and when; false for other events. */
static bool suggest_receipt(struct jn_str name, double *chance, const char **after) {
    for (size_t i = 0; i < sizeof(RECEIPT_ROW) / sizeof(*RECEIPT_ROW); i++)
        if (jn_str_is(name, RECEIPT_ROW[i].event)) {
            *chance = RECEIPT_ROW[i].chance;
            *after = RECEIPT_ROW[i].after;
            return true;
        }
    return false;
}

static void suggest_of_messages(struct suggesting *s, uint32_t event, const char *after, double chance) {
    const struct jn_program *p = s->p;
    for (uint32_t m = 0; m < p->n_message; m++) {
        jn_jw_key_str(&s->w, jn_arena_printf(&s->arena, "%.*s of %.*s", JN_FMT(p->string[p->event[event].name]),
                                             JN_FMT(p->string[p->message[m].name])));
        suggest_rule(s, event, "after", after, chance);
    }
}

static void suggest_events(struct suggesting *s) {
    const struct jn_program *p = s->p;
    jn_jw_key(&s->w, "events");
    jn_jw_object(&s->w);
    for (uint32_t i = 0; i < p->n_event; i++) {
        uint8_t asked = s->asked[i];
        struct jn_str name = p->string[p->event[i].name];
        const char *after;
        double chance;
        bool takes_back = p->n_topic > 0 && (jn_str_is(name, "unsubscribed") || jn_str_is(name, "complained"));
        if (suggest_receipt(name, &chance, &after)) {
            if (asked != 0 || takes_back) suggest_of_messages(s, i, after, chance);
            continue;
        }
        if (asked == 0) continue;
        jn_jw_key_str(&s->w, name);
        if ((asked & ASKED_ENTER) != 0)
            suggest_rule(s, i, "after", "1 hour", 1);
        else
            suggest_rule(s, i, "per",
                         (asked & ASKED_GOAL) != 0                  ? "30 days"
                         : (asked & (ASKED_WAIT | ASKED_PAST)) != 0 ? "10 days"
                                                                    : "300 days",
                         1);
        if ((asked & ASKED_GOAL) != 0) suggest_of_messages(s, i, "1 day", 0.03);
    }
    jn_jw_end_object(&s->w);
}

/* Both answers come up, and now and then none. */
static void suggest_approvals(struct suggesting *s) {
    const struct jn_program *p = s->p;
    jn_jw_key(&s->w, "approvals");
    jn_jw_object(&s->w);
    for (uint32_t i = 0; i < p->n_step; i++) {
        bool told = p->step[i].kind != JN_STEP_APPROVE;
        for (uint32_t k = 0; k < i && !told; k++)
            told = p->step[k].kind == JN_STEP_APPROVE && p->step[k].b == p->step[i].b;
        if (told) continue;
        jn_jw_key_str(&s->w, p->string[p->step[i].b]);
        jn_jw_object(&s->w);
        suggest_number(s, "approves", 6, 1);
        suggest_number(s, "rejects", 3, 1);
        suggest_key_text(s, "after", "4 hours");
        jn_jw_end_object(&s->w);
    }
    jn_jw_end_object(&s->w);
}

/* Both sides of what an answer is compared with come up, and now and then there is none. */
static void suggest_services(struct suggesting *s) {
    const struct jn_program *p = s->p;
    jn_jw_key(&s->w, "services");
    jn_jw_object(&s->w);
    for (uint32_t i = 0; i < p->n_service; i++) {
        jn_jw_key_str(&s->w, p->string[p->service[i].name]);
        jn_jw_object(&s->w);
        suggest_number(s, "answers", 95, 2);
        suggest_key_text(s, "after", "0.2 seconds");
        jn_jw_key(&s->w, "take");
        jn_jw_object(&s->w);
        for (uint32_t t = p->service[i].first_take; t < p->service[i].first_take + p->service[i].n_take; t++) {
            struct compared compared = suggest_answers(p, i, t - p->service[i].first_take);
            if (suggest_draws((enum jn_type)p->take[t].type))
                suggest_draw(s, p->string[p->take[t].name], (enum jn_type)p->take[t].type, JN_NONE, &compared,
                             JN_STR(""), 100);
        }
        jn_jw_end_object(&s->w);
        jn_jw_end_object(&s->w);
    }
    jn_jw_end_object(&s->w);
}

void sim_model_suggest(const struct jn_program *program, struct jn_buf *out) {
    struct suggesting s = {.p = program};
    jn_arena_init(&s.arena);
    jn_jw_init(&s.w, out);
    suggest_asked(&s);
    jn_jw_object(&s.w);
    suggest_key_text(&s, "start", SUGGEST_START);
    suggest_number(&s, "days", 120, 0);
    suggest_key_text(&s, "arrive", "30 days");
    suggest_customer(&s);
    jn_jw_key(&s.w, "consents");
    jn_jw_object(&s.w);
    for (uint32_t i = 0; i < program->n_topic; i++) {
        if (program->topic[i].opt != JN_OPT_IN) continue;
        jn_jw_key_str(&s.w, program->string[program->topic[i].name]);
        jn_jw_dec(&s.w, (struct jn_dec){5, 1});
    }
    jn_jw_end_object(&s.w);
    suggest_events(&s);
    suggest_approvals(&s);
    suggest_services(&s);
    jn_jw_key(&s.w, "channels");
    jn_jw_object(&s.w);
    for (uint32_t i = 0; i < program->n_channel; i++) {
        jn_jw_key_str(&s.w, program->string[program->channel[i].name]);
        jn_jw_object(&s.w);
        suggest_number(&s, "fails", 1, 2);
        suggest_number(&s, "retries", 2, 2);
        jn_jw_end_object(&s.w);
    }
    jn_jw_end_object(&s.w);
    jn_jw_end_object(&s.w);
    jn_arena_release(&s.arena);
}

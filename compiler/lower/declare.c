/* Declarations become records, in the order of their names. */
#include "compiler/lower/lowering.h"

#include "compiler/lower/policy.h"
#include "compiler/template/template.h"
#include "core/civil.h"
#include "core/value.h"

#define RETRY_MAX        8
#define RETRY_OVER_HOURS 24
#define TIMEOUT_MS       15000

static uint32_t declare_one_of(struct jc_unit *unit, const struct jc_node *one_of) {
    struct jn_value list[256];
    uint32_t n = 0;
    if (one_of == NULL) return JN_NONE;
    for (const struct jc_node *literal = one_of->first; literal != NULL && n < 256; literal = literal->next)
        if (literal->value.type == one_of->first->value.type) list[n++] = literal->value;
    return jn_builder_value(unit->builder, (struct jn_value){.type = JN_T_LIST, .len = n, .list = list});
}

static void declare_customer(struct jc_unit *unit) {
    for (uint32_t i = 0; i < unit->customer.n; i++) {
        struct jc_attribute *attribute = &unit->customer.row[i];
        struct jn_attr row = {.name = jn_builder_string(unit->builder, attribute->name),
                              .type = (uint32_t)attribute->type,
                              .currency = attribute->currency,
                              .one_of = declare_one_of(unit, attribute->one_of),
                              .computed = JN_NONE,
                              .preset =
                                  attribute->has_preset ? jn_builder_value(unit->builder, attribute->preset) : JN_NONE};
        row.flags = (attribute->personal ? (uint32_t)JN_ATTR_PERSONAL : 0) |
                    (attribute->identity ? (uint32_t)JN_ATTR_IDENTITY : 0) |
                    (attribute->builtin ? (uint32_t)JN_ATTR_BUILTIN : 0);
        attribute->index = jn_builder_add_attr(unit->builder, &row);
    }
}

/* Behind the events, which they ask about. */
static void declare_computed(struct jc_unit *unit) {
    struct jc_scope scope = {.unit = unit, .customer = true, .computing = true, .where = "a computed attribute"};
    for (uint32_t i = 0; i < unit->customer.n; i++) {
        struct jc_attribute *attribute = &unit->customer.row[i];
        struct jc_typed typed;
        if (!attribute->computed) continue;
        const struct jc_node *node = attribute->node->kid[2];
        scope.computed_from = attribute->index;
        uint32_t expr = jc_expr_finish(&scope, node, attribute->type, "the attribute", &typed);
        attribute->maybe_missing = typed.maybe_missing;
        if (expr == JN_NONE) continue;
        if (attribute->type == JN_T_MONEY)
            (void)jc_currency_same(unit, attribute->currency, typed.currency, node->span);
        jn_builder_at_attr(unit->builder, attribute->index)->computed = expr;
    }
}

static void declare_events(struct jc_unit *unit) {
    for (uint32_t e = 0; e < unit->n_symbol[JC_TABLE_EVENT]; e++) {
        const struct jc_symbol *event = &unit->symbol[JC_TABLE_EVENT][e];
        struct jn_event row = {.name = jn_builder_string(unit->builder, event->name),
                               .flags = event->node == NULL ? JN_EVENT_BUILTIN : 0,
                               .first_prop = jn_builder_count_prop(unit->builder),
                               .n_prop = unit->event[e].n};
        for (uint32_t i = 0; i < unit->event[e].n; i++) {
            struct jc_attribute *attribute = &unit->event[e].row[i];
            struct jn_prop prop = {.name = jn_builder_string(unit->builder, attribute->name),
                                   .type = (uint32_t)attribute->type,
                                   .flags = attribute->required ? JN_PROP_REQUIRED : 0,
                                   .currency = attribute->currency,
                                   .one_of = declare_one_of(unit, attribute->one_of)};
            attribute->index = jn_builder_add_prop(unit->builder, &prop);
        }
        jn_builder_add_event(unit->builder, &row);
    }
}

uint32_t jc_declare_text(struct jc_unit *unit, const struct jc_node *value, bool *env) {
    *env = value->kind == JC_ENV;
    return jn_builder_string(unit->builder, *env ? value->text : jn_value_str(value->value));
}

void jc_declare_url(struct jc_unit *unit, const struct jc_node *value) {
    struct jn_str url = jn_value_str(value->value);
    bool sound = jn_str_starts(url, JN_STR("https://")) || jn_str_starts(url, JN_STR("http://"));
    if (value->kind == JC_LITERAL && !sound) jc_report(unit->diags, JC_E0310, value->span);
}

void jc_declare_timeout(struct jc_unit *unit, const struct jc_node *duration, uint32_t *ms) {
    int64_t asked = jn_duration_ms(duration->value);
    if (asked < JN_MS_SECOND || asked > 5 * JN_MS_MINUTE)
        jc_report(unit->diags, JC_E0311, duration->span, "between 1 second and 5 minutes");
    else
        *ms = (uint32_t)asked;
}

static void declare_channel_line(struct jc_unit *unit, struct jc_scope *scope, const struct jc_node *line,
                                 struct jn_channel *row) {
    bool env;
    int64_t times;
    switch ((int)line->kind) {
    case JC_CH_WEBHOOK:
        jc_declare_url(unit, line->kid[0]);
        row->url = jc_declare_text(unit, line->kid[0], &env);
        if (env) row->flags |= JN_CHANNEL_ENV_URL;
        break;
    case JC_CH_SECRET:
        row->secret = jc_declare_text(unit, line->kid[0], &env);
        if (env) row->flags |= JN_CHANNEL_ENV_SECRET;
        break;
    case JC_CH_TO:
        row->to = jc_expr_finish(scope, line->kid[0], JN_T_TEXT, "an address", NULL);
        break;
    case JC_CH_RETRY:
        if (!jn_dec_to_int(jn_value_to_dec(line->kid[0]->value), &times) || times < 0 || times > 100)
            jc_report(unit->diags, JC_E0311, line->kid[0]->span, "between 0 and 100 times");
        else
            row->retry_max = (uint32_t)times;
        row->retry_over = jn_builder_value(unit->builder, line->kid[1]->value);
        break;
    case JC_CH_TIMEOUT:
        jc_declare_timeout(unit, line->kid[0], &row->timeout_ms);
        break;
    default:
        break;
    }
}

static void declare_channels(struct jc_unit *unit) {
    struct jc_scope scope = {.unit = unit, .customer = true, .where = "a channel"};
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_CHANNEL]; i++) {
        const struct jc_symbol *channel = &unit->symbol[JC_TABLE_CHANNEL][i];
        struct jn_value over = jn_value_duration(JN_UNIT_MS, RETRY_OVER_HOURS * JN_MS_HOUR);
        struct jn_channel row = {.name = jn_builder_string(unit->builder, channel->name),
                                 .kind = JN_CHANNEL_WEBHOOK,
                                 .to = JN_NONE,
                                 .retry_max = RETRY_MAX,
                                 .retry_over = jn_builder_value(unit->builder, over),
                                 .timeout_ms = TIMEOUT_MS};
        bool has_way_out = false;
        for (const struct jc_node *line = channel->node->first; line != NULL; line = line->next) {
            has_way_out = has_way_out || line->kind == JC_CH_WEBHOOK || line->kind == JC_CH_SMTP;
            for (const struct jc_node *other = channel->node->first; other != line; other = other->next)
                if (other->kind == line->kind && line->kind != JC_CAP)
                    jc_report(unit->diags, JC_E0302, line->span, jc_kind_noun(line->kind));
            declare_channel_line(unit, &scope, line, &row);
        }
        jc_policy_channel(unit, channel->node, &row);
        if (!has_way_out && !jc_has_mistake(unit, channel->node)) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0312, channel->span, JN_FMT(channel->name));
            jc_hint(unit->diags, diag, "write `webhook \"https://…\"`, `webhook env NAME` or `smtp \"smtps://…\"`");
        }
        jn_builder_add_channel(unit->builder, &row);
    }
}

static void declare_segments(struct jc_unit *unit) {
    struct jc_scope scope = {.unit = unit, .customer = true, .where = "a segment"};
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_SEGMENT]; i++) {
        const struct jc_symbol *segment = &unit->symbol[JC_TABLE_SEGMENT][i];
        struct jn_segment row = {.name = jn_builder_string(unit->builder, segment->name)};
        row.cond = jc_expr_finish(&scope, segment->node->kid[0], JN_T_BOOL, "a segment", NULL);
        jn_builder_add_segment(unit->builder, &row);
    }
}

void jc_declare_lower(struct jc_unit *unit) {
    struct jn_meta meta = {
        .language = 1, .timezone = jn_builder_string(unit->builder, unit->timezone), .currency = unit->currency};
    declare_customer(unit);
    declare_events(unit);
    declare_computed(unit);
    meta.currency = unit->currency;
    jc_policy_workspace(unit, &meta);
    jn_builder_add_meta(unit->builder, &meta);
    jc_topics_lower(unit);
    declare_segments(unit);
    jc_segments_check(unit);
    declare_channels(unit);
    jc_sources_lower(unit);
    jc_services_lower(unit);
}

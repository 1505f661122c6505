/* Services: where they are asked, what they are given, what they answer. */
#include "compiler/lower/lowering.h"
#include "core/civil.h"
#include "core/value.h"

#define SERVICE_TIMEOUT_MS 5000 /* unless written */
#define SERVICE_CALLS_MAX  1000 /* looked back at by a breaker */

static void services_breaker(struct jc_unit *unit, const struct jc_node *line, struct jn_service *row) {
    int64_t share, calls, ms = jn_duration_ms(line->kid[2]->value);
    struct jn_dec points;
    bool whole = jn_dec_mul(jn_value_to_dec(line->kid[0]->value), jn_dec_int(JN_SHARE_ALL), &points) &&
                 jn_dec_to_int(points, &share);
    if (!whole || share < 1 || share > JN_SHARE_ALL) {
        jc_report(unit->diags, JC_E0311, line->kid[0]->span, "between 0.01% and 100%");
        return;
    }
    if (!jn_dec_to_int(jn_value_to_dec(line->kid[1]->value), &calls) || calls < 1 || calls > SERVICE_CALLS_MAX) {
        jc_report(unit->diags, JC_E0311, line->kid[1]->span, "between 1 and 1,000 calls");
        return;
    }
    if (ms < JN_MS_SECOND || ms > JN_MS_DAY) {
        jc_report(unit->diags, JC_E0311, line->kid[2]->span, "between 1 second and 1 day");
        return;
    }
    row->breaker = (uint32_t)share;
    row->breaker_calls = (uint32_t)calls;
    row->breaker_ms = (uint32_t)ms;
}

static void services_line(struct jc_unit *unit, const struct jc_node *line, struct jn_service *row) {
    bool env;
    if (line->kind == JC_CH_WEBHOOK) {
        jc_declare_url(unit, line->kid[0]);
        row->url = jc_declare_text(unit, line->kid[0], &env);
        row->flags |= env ? (uint32_t)JN_CHANNEL_ENV_URL : 0;
    } else if (line->kind == JC_CH_SECRET) {
        row->secret = jc_declare_text(unit, line->kid[0], &env);
        row->flags |= env ? (uint32_t)JN_CHANNEL_ENV_SECRET : 0;
    } else if (line->kind == JC_CH_TIMEOUT) {
        jc_declare_timeout(unit, line->kid[0], &row->timeout_ms);
    } else if (line->kind == JC_SV_BREAKER) {
        services_breaker(unit, line, row);
    }
}

static void services_attributes(struct jc_unit *unit, struct jc_service *service, struct jn_service *row) {
    row->first_give = jn_builder_count_var(unit->builder);
    row->n_give = service->gives.n;
    for (uint32_t i = 0; i < service->gives.n; i++) {
        struct jc_attribute *give = &service->gives.row[i];
        struct jn_var var = {.name = jn_builder_string(unit->builder, give->name),
                             .type = (uint32_t)give->type,
                             .currency = give->currency};
        give->index = jn_builder_add_var(unit->builder, &var);
    }
    row->first_take = jn_builder_count_take(unit->builder);
    row->n_take = service->takes.n;
    for (uint32_t i = 0; i < service->takes.n; i++) {
        struct jc_attribute *attribute = &service->takes.row[i];
        struct jn_take take = {.name = jn_builder_string(unit->builder, attribute->name),
                               .type = (uint32_t)attribute->type,
                               .currency = attribute->currency};
        if (attribute->has_preset)
            take.preset = jn_builder_value(unit->builder, attribute->preset);
        else if (!attribute->untyped) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0381, attribute->span, JN_FMT(attribute->name));
            jc_hint(unit->diags, diag, "write `take %.*s %s, default …`", JN_FMT(attribute->name),
                    jn_type_word(attribute->type));
        }
        attribute->index = jn_builder_add_take(unit->builder, &take);
    }
}

void jc_services_lower(struct jc_unit *unit) {
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_SERVICE]; i++) {
        const struct jc_symbol *service = &unit->symbol[JC_TABLE_SERVICE][i];
        struct jn_service row = {.name = jn_builder_string(unit->builder, service->name),
                                 .timeout_ms = SERVICE_TIMEOUT_MS};
        bool has_address = false;
        for (const struct jc_node *line = service->node->first; line != NULL; line = line->next) {
            bool listed = line->kind == JC_SV_GIVE || line->kind == JC_SV_TAKE;
            has_address = has_address || line->kind == JC_CH_WEBHOOK;
            for (const struct jc_node *other = service->node->first; other != line; other = other->next)
                if (other->kind == line->kind && !listed)
                    jc_report(unit->diags, JC_E0302, line->span, jc_kind_noun(line->kind));
            services_line(unit, line, &row);
        }
        services_attributes(unit, &unit->service[i], &row);
        if (!has_address && !jc_has_mistake(unit, service->node)) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0380, service->span, JN_FMT(service->name));
            jc_hint(unit->diags, diag, "write `webhook \"https://…\"` or `webhook env NAME`");
        }
        if (row.n_take == 0 && !jc_has_mistake(unit, service->node)) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0382, service->span, JN_FMT(service->name));
            jc_hint(unit->diags, diag, "write what it answers: `take score number, default 0.5`");
        }
        jn_builder_add_service(unit->builder, &row);
    }
}

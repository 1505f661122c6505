/* Whom a program may message, when and how often: topics, quiet hours, caps, shares. */
#include "compiler/lower/policy.h"

#include "core/civil.h"
#include "core/value.h"

#define CAPS_MAX      16 /* of a workspace, a journey or a channel */
#define RATE_MAX      100000
#define PRIORITY_MAX  1000000
#define KEEP_DAYS_MAX 36500

void jc_topics_lower(struct jc_unit *unit) {
    for (uint32_t i = 0; i < unit->n_symbol[JC_TABLE_TOPIC]; i++) {
        const struct jc_symbol *topic = &unit->symbol[JC_TABLE_TOPIC][i];
        struct jn_topic row = {.name = jn_builder_string(unit->builder, topic->name), .opt = topic->node->flags};
        const struct jc_node *title = topic->node->kid[0];
        row.title = title == NULL ? 0 : jn_builder_string(unit->builder, jn_value_str(title->value));
        jn_builder_add_topic(unit->builder, &row);
    }
}

uint32_t jc_topic_find(struct jc_unit *unit, const struct jc_node *name) {
    if (name == NULL) return JN_NONE;
    const struct jc_symbol *topic = jc_find(unit, JC_TABLE_TOPIC, name->text, name->span);
    return topic == NULL ? JN_NONE : topic->index;
}

void jc_lines_once(struct jc_unit *unit, const struct jc_node *block, const enum jc_kind *kind, uint32_t n) {
    for (const struct jc_node *line = block->first; line != NULL; line = line->next)
        for (uint32_t i = 0; i < n; i++) {
            const struct jc_node *first = block->first;
            if (line->kind != kind[i]) continue;
            while (first->kind != line->kind)
                first = first->next;
            if (first == line) continue;
            struct jc_diag *diag = jc_report(unit->diags, JC_E0302, line->span, jc_kind_noun(line->kind));
            jc_relate(unit->diags, diag, first->span, "declared here first");
        }
}

static const struct jc_node *policy_line(const struct jc_node *block, enum jc_kind kind) {
    for (const struct jc_node *line = block == NULL ? NULL : block->first; line != NULL; line = line->next)
        if (line->kind == kind) return line;
    return NULL;
}

static bool policy_whole(struct jc_unit *unit, const struct jc_node *literal, int64_t min, int64_t max, uint32_t *out) {
    int64_t v;
    if (jn_dec_to_int(jn_value_to_dec(literal->value), &v) && v >= min && v <= max) {
        *out = (uint32_t)v;
        return true;
    }
    struct jn_str bounds =
        jn_arena_printf(unit->arena, "a whole number from %lld to %lld", (long long)min, (long long)max);
    jc_report(unit->diags, JC_E0311, literal->span, bounds.p);
    return false;
}

/* A percentage in basis points; finer shares do not compile. */
static uint32_t policy_share(struct jc_unit *unit, const struct jc_node *line) {
    struct jn_dec scaled;
    int64_t share;
    if (line == NULL) return 0;
    if (jn_dec_mul(jn_value_to_dec(line->kid[0]->value), jn_dec_int(JN_SHARE_ALL), &scaled) &&
        jn_dec_to_int(scaled, &share) && share >= 0 && share <= JN_SHARE_ALL)
        return (uint32_t)share;
    jc_report(unit->diags, JC_E0311, line->kid[0]->span, "from 0% to 100%, with two decimal places at most");
    return 0;
}

/* ---- quiet hours */

struct policy_hours {
    int64_t from, to;
};

static bool policy_covers(const struct policy_hours *hours, uint32_t n, int64_t time) {
    for (uint32_t i = 0; i < n; i++) {
        bool wraps = hours[i].to < hours[i].from, behind = time >= hours[i].from, before = time < hours[i].to;
        if (wraps ? behind || before : behind && before) return true;
    }
    return false;
}

/* Any free time begins where some quiet hours end. */
static bool policy_leaves_time(const struct policy_hours *hours, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!policy_covers(hours, n, hours[i].to)) return true;
    return n == 0;
}

static uint32_t policy_quiet(struct jc_unit *unit, const struct jc_node *block, uint32_t *first) {
    const struct jc_node *line = policy_line(block, JC_QUIET);
    const struct jc_node *outer = block == unit->workspace ? NULL : policy_line(unit->workspace, JC_QUIET);
    *first = jn_builder_count_quiet(unit->builder);
    if (line == NULL) return 0;
    struct policy_hours hours[2] = {{line->kid[0]->value.i, line->kid[1]->value.i}};
    if (hours[0].from == hours[0].to) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0330, line->span, JN_FMT(line->kid[0]->text));
        jc_hint(unit->diags, diag, "write two different times, like `quiet hours 22:00 to 08:00, hold`");
        return 0;
    }
    if (outer != NULL) hours[1] = (struct policy_hours){outer->kid[0]->value.i, outer->kid[1]->value.i};
    if (outer != NULL && hours[1].from != hours[1].to && !policy_leaves_time(hours, 2)) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0331, line->span);
        jc_relate(unit->diags, diag, outer->span, "the workspace's are here, and both hold");
    }
    struct jn_quiet row = {.from = jn_builder_value(unit->builder, line->kid[0]->value),
                           .to = jn_builder_value(unit->builder, line->kid[1]->value),
                           .mode = line->flags};
    jn_builder_add_quiet(unit->builder, &row);
    return 1;
}

/* ---- caps */

static bool policy_same_window(const struct jc_node *a, const struct jc_node *b) {
    return a->kind == JC_CAP && jn_value_eq(a->kid[1]->value, b->kid[1]->value);
}

uint32_t jc_caps_lower(struct jc_unit *unit, const struct jc_node *block, uint32_t *first) {
    uint32_t n = 0;
    *first = jn_builder_count_cap(unit->builder);
    for (const struct jc_node *line = block == NULL ? NULL : block->first; line != NULL; line = line->next) {
        struct jn_cap row = {.mode = line->flags & 1};
        if (line->kind != JC_CAP || !policy_whole(unit, line->kid[0], 1, JN_CAP_MAX, &row.limit)) continue;
        const struct jc_node *other = block->first;
        while (!policy_same_window(other, line))
            other = other->next;
        if (other != line) {
            struct jc_diag *diag = jc_report(unit->diags, JC_E0332, line->span, JN_FMT(line->kid[1]->text));
            jc_relate(unit->diags, diag, other->span, "the first one is here");
        } else if (line->kid[1]->value.i <= 0) {
            jc_report(unit->diags, JC_E0311, line->kid[1]->span, "longer than nothing");
        } else if (n == CAPS_MAX) {
            jc_report(unit->diags, JC_E0311, line->span, "one of 16 caps at most");
        } else {
            row.over = jn_builder_value(unit->builder, line->kid[1]->value);
            jn_builder_add_cap(unit->builder, &row);
            n++;
        }
    }
    return n;
}

/* ---- blocks */

void jc_policy_workspace(struct jc_unit *unit, struct jn_meta *meta) {
    static const enum jc_kind ONCE[] = {JC_WS_TIMEZONE, JC_WS_CURRENCY, JC_QUIET, JC_WS_CONTROL, JC_WS_KEEP};
    const struct jc_node *keep = policy_line(unit->workspace, JC_WS_KEEP);
    if (unit->workspace != NULL) jc_lines_once(unit, unit->workspace, ONCE, sizeof(ONCE) / sizeof(*ONCE));
    meta->n_quiet = policy_quiet(unit, unit->workspace, &meta->first_quiet);
    meta->n_cap = jc_caps_lower(unit, unit->workspace, &meta->first_cap);
    meta->control = policy_share(unit, policy_line(unit->workspace, JC_WS_CONTROL));
    meta->keep_events = JN_NONE;
    if (keep == NULL) return;
    int64_t ms = jn_duration_ms(keep->kid[0]->value);
    if (ms < JN_MS_DAY || ms > KEEP_DAYS_MAX * JN_MS_DAY)
        jc_report(unit->diags, JC_E0311, keep->kid[0]->span, "between 1 day and 36,500 days");
    else
        meta->keep_events = jn_builder_value(unit->builder, keep->kid[0]->value);
}

void jc_policy_journey(struct jc_unit *unit, const struct jc_node *journey, struct jn_journey *row) {
    static const enum jc_kind ONCE[] = {JC_JY_TOPIC, JC_QUIET, JC_JY_CONTROL, JC_JY_ROLLOUT, JC_JY_PRIORITY};
    const struct jc_node *topic = policy_line(journey, JC_JY_TOPIC), *rollout = policy_line(journey, JC_JY_ROLLOUT),
                         *priority = policy_line(journey, JC_JY_PRIORITY);
    jc_lines_once(unit, journey, ONCE, sizeof(ONCE) / sizeof(*ONCE));
    row->topic = topic == NULL ? JN_NONE : jc_topic_find(unit, topic->kid[0]);
    row->n_quiet = policy_quiet(unit, journey, &row->first_quiet);
    row->n_cap = jc_caps_lower(unit, journey, &row->first_cap);
    row->control = policy_share(unit, policy_line(journey, JC_JY_CONTROL));
    if (rollout != NULL) row->left_out = JN_SHARE_ALL - policy_share(unit, rollout);
    if (priority != NULL) policy_whole(unit, priority->kid[0], 0, PRIORITY_MAX, &row->priority);
}

/* ---- channels */

static void policy_smtp(struct jc_unit *unit, const struct jc_node *value, struct jn_channel *row) {
    bool env = value->kind == JC_ENV;
    struct jn_str url = env ? value->text : jn_value_str(value->value);
    bool sound = jn_str_starts(url, JN_STR("smtps://")) || jn_str_starts(url, JN_STR("smtp://"));
    if (!env && !sound) jc_report(unit->diags, JC_E0333, value->span);
    if (!env && url.n > 0 && memchr(url.p, '@', url.n) != NULL) jc_report(unit->diags, JC_E0340, value->span);
    row->kind = JN_CHANNEL_SMTP;
    row->url = jn_builder_string(unit->builder, url);
    if (env) row->flags |= JN_CHANNEL_ENV_URL;
}

/* Money of channels adds up over a workspace: it has to be in the workspace's currency. */
static void policy_cost(struct jc_unit *unit, const struct jc_node *literal, struct jn_channel *row) {
    row->cost = jn_builder_value(unit->builder, literal->value);
    if (unit->currency != 0) (void)jc_currency_same(unit, unit->currency, literal->value.currency, literal->span);
}

void jc_policy_channel(struct jc_unit *unit, const struct jc_node *channel, struct jn_channel *row) {
    const struct jc_node *webhook = policy_line(channel, JC_CH_WEBHOOK), *smtp = policy_line(channel, JC_CH_SMTP);
    const struct jc_node *rate = policy_line(channel, JC_CH_RATE), *cost = policy_line(channel, JC_CH_COST),
                         *carbon = policy_line(channel, JC_CH_CARBON);
    row->n_cap = jc_caps_lower(unit, channel, &row->first_cap);
    row->cost = row->carbon = JN_NONE;
    if (webhook != NULL && smtp != NULL) {
        struct jc_diag *diag = jc_report(unit->diags, JC_E0334, smtp->span);
        jc_relate(unit->diags, diag, webhook->span, "the other one is here");
    } else if (smtp != NULL) {
        policy_smtp(unit, smtp->kid[0], row);
        if (policy_line(channel, JC_CH_TO) == NULL) jc_report(unit->diags, JC_E0338, smtp->span, JN_FMT(channel->text));
    }
    if (rate != NULL && policy_whole(unit, rate->kid[0], 1, RATE_MAX, &row->rate))
        row->rate_ms = (uint32_t)(rate->flags == 1 ? JN_MS_MINUTE : JN_MS_SECOND);
    if (policy_line(channel, JC_CH_ORDERED) != NULL) row->flags |= JN_CHANNEL_ORDERED;
    if (cost != NULL) policy_cost(unit, cost->kid[0], row);
    if (carbon != NULL) row->carbon = jn_builder_value(unit->builder, carbon->kid[0]->value);
}

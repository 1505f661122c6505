/* Policies in the language's words, a fact a line: equal in two programs exactly when they do the same. */
#include "core/civil.h"
#include "core/value.h"
#include "image/image.h"
#include "image/layout.h"

static void policy_share(const char *before, const char *what, uint32_t share, struct jn_buf *out) {
    struct jn_dec percent;
    if (!jn_dec_div(jn_dec_int(share), jn_dec_int(100), &percent)) return;
    jn_buf_printf(out, "%s%s ", before, what);
    jn_dec_print(percent, 0, out);
    jn_buf_z(out, "%\n");
}

static void policy_quiet(const struct jn_program *program, const char *before, uint32_t first, uint32_t n,
                         struct jn_buf *out) {
    for (uint32_t i = first; i < first + n; i++) {
        const struct jn_quiet *quiet = &program->quiet[i];
        jn_buf_printf(out, "%squiet hours ", before);
        jn_value_print_source(program->value[quiet->from], out);
        jn_buf_z(out, " to ");
        jn_value_print_source(program->value[quiet->to], out);
        jn_buf_z(out, quiet->mode == JN_QUIET_DROP ? ", drop\n" : ", hold\n");
    }
}

static void policy_caps(const struct jn_program *program, const char *before, uint32_t first, uint32_t n,
                        struct jn_buf *out) {
    for (uint32_t i = first; i < first + n; i++) {
        const struct jn_cap *cap = &program->cap[i];
        jn_buf_printf(out, "%scap %u per ", before, cap->limit);
        jn_value_print_source(program->value[cap->over], out);
        jn_buf_z(out, cap->mode == JN_CAP_HOLD ? ", hold\n" : ", skip\n");
    }
}

static void policy_value(const struct jn_program *program, const char *before, const char *what, uint32_t value,
                         struct jn_buf *out) {
    if (value == JN_NONE) return;
    jn_buf_printf(out, "%s%s ", before, what);
    jn_value_print_source(program->value[value], out);
    jn_buf_char(out, '\n');
}

void jn_image_define_journey_policies(const struct jn_program *program, uint32_t journey, struct jn_buf *out) {
    const struct jn_journey *row = &program->journey[journey];
    if (row->topic != JN_NONE)
        jn_buf_printf(out, "topic %.*s\n", JN_FMT(program->string[program->topic[row->topic].name]));
    policy_quiet(program, "", row->first_quiet, row->n_quiet, out);
    policy_caps(program, "", row->first_cap, row->n_cap, out);
    if (row->control > 0) policy_share("", "control", row->control, out);
    if (row->left_out > 0) policy_share("", "rollout", JN_SHARE_ALL - row->left_out, out);
    if (row->priority > 0) jn_buf_printf(out, "priority %u\n", row->priority);
}

static void policy_channel(const struct jn_program *program, const struct jn_channel *channel, struct jn_buf *out) {
    struct jn_buf before;
    jn_buf_init(&before, 4096);
    jn_buf_printf(&before, "channel %.*s: ", JN_FMT(program->string[channel->name]));
    jn_buf_char(&before, '\0');
    const char *name = before.failed ? "channel: " : before.p;
    jn_buf_printf(out, "%s%s %.*s\n", name, channel->kind == JN_CHANNEL_SMTP ? "smtp" : "webhook",
                  JN_FMT(program->string[channel->url]));
    policy_caps(program, name, channel->first_cap, channel->n_cap, out);
    if (channel->rate > 0)
        jn_buf_printf(out, "%srate %u per %s\n", name, channel->rate,
                      channel->rate_ms == JN_MS_SECOND ? "second" : "minute");
    if ((channel->flags & JN_CHANNEL_ORDERED) != 0) jn_buf_printf(out, "%sordered\n", name);
    if (channel->retry_over != JN_NONE) {
        jn_buf_printf(out, "%sretry %u times over ", name, channel->retry_max);
        jn_value_print_source(program->value[channel->retry_over], out);
        jn_buf_char(out, '\n');
    }
    jn_buf_printf(out, "%stimeout %u ms\n", name, channel->timeout_ms);
    policy_value(program, name, "cost", channel->cost, out);
    policy_value(program, name, "carbon", channel->carbon, out);
    jn_buf_release(&before);
}

void jn_image_define_workspace(const struct jn_program *program, struct jn_buf *out) {
    const struct jn_meta *meta = &program->meta[0];
    jn_buf_printf(out, "timezone %.*s\n", JN_FMT(program->string[meta->timezone]));
    policy_quiet(program, "", meta->first_quiet, meta->n_quiet, out);
    policy_caps(program, "", meta->first_cap, meta->n_cap, out);
    if (meta->control > 0) policy_share("", "control group", meta->control, out);
    policy_value(program, "", "keep events", meta->keep_events, out);
    for (uint32_t i = 0; i < program->n_topic; i++)
        jn_buf_printf(out, "topic %.*s: opt %s\n", JN_FMT(program->string[program->topic[i].name]),
                      program->topic[i].opt == JN_OPT_IN ? "in" : "out");
    for (uint32_t i = 0; i < program->n_channel; i++)
        policy_channel(program, &program->channel[i], out);
}

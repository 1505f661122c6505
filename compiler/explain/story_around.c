/* What a journey leans on: its messages, their channels, the segments that it asks for. */
#include "compiler/explain/teller.h"
#include "core/value.h"

struct mentions {
    struct jc_teller *teller;
    bool *segment;
};

static struct jn_str text_of(const struct jc_teller *t, uint32_t string) {
    return t->program->string[string];
}

struct jn_str jc_say_topic(const struct jc_teller *t, uint32_t message) {
    uint32_t topic = t->program->message[message].topic;
    if (topic == JN_NONE) topic = t->journey->topic;
    if (topic == JN_NONE) return JN_STR("");
    const struct jn_topic *row = &t->program->topic[topic];
    struct jn_str name = text_of(t, row->name);
    return row->opt == JN_OPT_IN ? JC_SAY(t, OPT_IN, name) : JC_SAY(t, OPT_OUT, name);
}

static bool sends(const struct jc_teller *t, uint32_t message) {
    for (uint32_t i = t->journey->first_step; i < t->journey->first_step + t->journey->n_step; i++)
        if (jn_step_sends(t->program->step[i].kind) && t->program->step[i].a == message) return true;
    return false;
}

static void tell_messages(struct jc_teller *t, bool *channel) {
    bool any = false;
    for (uint32_t i = 0; i < t->program->n_message; i++) {
        const struct jn_message *row = &t->program->message[i];
        if (!sends(t, i)) continue;
        struct jn_str name = text_of(t, row->name), by = text_of(t, t->program->channel[row->channel].name);
        struct jn_str topic = jc_say_topic(t, i);
        channel[row->channel] = any = true;
        jc_tell(t, NULL, topic.n > 0 ? JC_SAY(t, MESSAGE_ABOUT, name, by, topic) : JC_SAY(t, MESSAGE_PLAIN, name, by));
    }
    if (!any) jc_tell(t, NULL, JC_SAY_PLAIN(t, MESSAGE_NONE));
}

const struct jc_node *jc_declared(const struct jc_teller *t, enum jc_kind kind, struct jn_str name) {
    for (uint32_t i = 0; i < t->n_file; i++)
        for (const struct jc_node *node = t->file[i]->first; node != NULL; node = node->next)
            if (node->kind == kind && jn_str_eq(node->text, name)) return node;
    return NULL;
}

static void tell_channel_delivery(struct jc_teller *t, const struct jn_channel *row) {
    const struct jc_node *node = jc_declared(t, JC_CHANNEL, text_of(t, row->name));
    for (const struct jc_node *line = node == NULL ? NULL : node->first; line != NULL; line = line->next)
        if (line->kind == JC_CH_TO) jc_tell(t, line, JC_SAY(t, ADDRESS, jc_say_expr(t, line->kid[0])));
    jc_tell_caps(t, JC_SAY_PLAIN(t, CAP_CHANNEL), row->first_cap, row->n_cap);
    struct jn_str timeout = jc_say_value(t, jn_value_duration(JN_UNIT_MS, row->timeout_ms));
    jc_tell(t, NULL, JC_SAY(t, TIMEOUT, timeout));
    if (row->retry_max == 0)
        jc_tell(t, NULL, JC_SAY_PLAIN(t, RETRY_NONE));
    else
        jc_tell(t, NULL,
                JC_SAY(t, RETRY, jn_arena_printf(t->arena, "%u", row->retry_max),
                       jc_say_value(t, t->program->value[row->retry_over])));
}

struct jn_str jc_say_address(const struct jc_teller *t, uint32_t url, bool setting) {
    return setting ? JC_SAY(t, SETTING, text_of(t, url)) : text_of(t, url);
}

static void tell_channel(struct jc_teller *t, const struct jn_channel *row) {
    struct jn_str name = text_of(t, row->name);
    struct jn_str url = jc_say_address(t, row->url, (row->flags & JN_CHANNEL_ENV_URL) != 0);
    jc_tell(t, jc_declared(t, JC_CHANNEL, name),
            row->kind == JN_CHANNEL_SMTP ? JC_SAY(t, CHANNEL_SMTP, name, url) : JC_SAY(t, CHANNEL_WEBHOOK, name, url));
    t->level++;
    tell_channel_delivery(t, row);
    if (row->rate > 0)
        jc_tell(t, NULL,
                JC_SAY(t, RATE, jn_arena_printf(t->arena, "%u", row->rate),
                       jc_say_value(t, jn_value_duration(JN_UNIT_MS, row->rate_ms))));
    if ((row->flags & JN_CHANNEL_ORDERED) != 0) jc_tell(t, NULL, JC_SAY_PLAIN(t, ORDERED));
    if (row->cost != JN_NONE) jc_tell(t, NULL, JC_SAY(t, COST, jc_say_value(t, t->program->value[row->cost])));
    if (row->carbon != JN_NONE) jc_tell(t, NULL, JC_SAY(t, CARBON, jc_say_value(t, t->program->value[row->carbon])));
    t->level--;
}

/* ---- segments: those named in the journey, and those that these ask for */

static void mention(void *user, const struct jc_node *node) {
    struct mentions *m = user;
    const struct jn_program *p = m->teller->program;
    struct jn_str name = JN_STR("");
    if (node->kind == JC_IN_SEGMENT) name = node->text;
    if (node->kind == JC_ENTER_JOINS) name = node->kid[0]->text;
    if (node->kind == JC_ENTER_EVERY) name = node->kid[2]->text;
    for (uint32_t i = 0; name.n > 0 && i < p->n_segment; i++) {
        if (m->segment[i] || !jn_str_eq(p->string[p->segment[i].name], name)) continue;
        const struct jc_node *segment = jc_declared(m->teller, JC_SEGMENT, name);
        m->segment[i] = true; /* before what it asks for: they cannot lead back, but each is told once */
        if (segment != NULL) jc_walk(segment->kid[0], mention, m);
    }
}

static void tell_segments(struct jc_teller *t) {
    struct mentions m = {t, JN_NEW_ARRAY(t->arena, bool, (size_t)t->program->n_segment + 1)};
    bool any = false;
    jc_walk(t->node->first, mention, &m);
    for (uint32_t i = 0; i < t->program->n_segment; i++) {
        struct jn_str name = text_of(t, t->program->segment[i].name);
        const struct jc_node *node = m.segment[i] ? jc_declared(t, JC_SEGMENT, name) : NULL;
        if (node == NULL) continue;
        if (!any) jc_story_section(t, "segments", JC_SAY_SECTION_SEGMENTS);
        any = true;
        jc_tell(t, node, JC_SAY(t, SEGMENT, name, jc_say_condition(t, node->kid[0])));
    }
}

void jc_tell_surroundings(struct jc_teller *t) {
    bool *channel = JN_NEW_ARRAY(t->arena, bool, (size_t)t->program->n_channel + 1);
    bool any = false;
    jc_story_section(t, "messages", JC_SAY_SECTION_MESSAGES);
    tell_messages(t, channel);
    for (uint32_t i = 0; i < t->program->n_channel; i++) {
        if (!channel[i]) continue;
        if (!any) jc_story_section(t, "channels", JC_SAY_SECTION_CHANNELS);
        any = true;
        tell_channel(t, &t->program->channel[i]);
    }
    jc_tell_services(t);
    jc_tell_sources(t);
    tell_segments(t);
}

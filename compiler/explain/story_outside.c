/* What a journey hears from and asks outside: sources of its events, services. */
#include "compiler/explain/teller.h"
#include "core/value.h"

static struct jn_str text_of(const struct jc_teller *t, uint32_t string) {
    return t->program->string[string];
}

/* ---- services */

static bool asks(const struct jc_teller *t, uint32_t service) {
    for (uint32_t i = t->journey->first_step; i < t->journey->first_step + t->journey->n_step; i++)
        if (t->program->step[i].kind == JN_STEP_ASK && t->program->step[i].a == service) return true;
    return false;
}

static void tell_service(struct jc_teller *t, const struct jn_service *row) {
    struct jn_str name = text_of(t, row->name);
    struct jn_str url = jc_say_address(t, row->url, (row->flags & JN_CHANNEL_ENV_URL) != 0);
    jc_tell(t, jc_declared(t, JC_SERVICE, name), JC_SAY(t, SERVICE, name, url));
    t->level++;
    struct jn_str timeout = jc_say_value(t, jn_value_duration(JN_UNIT_MS, row->timeout_ms));
    jc_tell(t, NULL, JC_SAY(t, SERVICE_TIMEOUT, timeout));
    if (row->breaker == 0)
        jc_tell(t, NULL, JC_SAY_PLAIN(t, BREAKER_NONE));
    else
        jc_tell(t, NULL,
                JC_SAY(t, BREAKER, jc_say_share(t, row->breaker), jn_arena_printf(t->arena, "%u", row->breaker_calls),
                       jc_say_value(t, jn_value_duration(JN_UNIT_MS, row->breaker_ms))));
    t->level--;
}

void jc_tell_services(struct jc_teller *t) {
    bool any = false;
    for (uint32_t i = 0; i < t->program->n_service; i++) {
        if (!asks(t, i)) continue;
        if (!any) jc_story_section(t, "services", JC_SAY_SECTION_SERVICES);
        any = true;
        tell_service(t, &t->program->service[i]);
    }
}

/* ---- sources: of the events that lead in, through and out */

static void mark_steps(const struct jc_teller *t, bool *heard) {
    for (uint32_t i = t->journey->first_step; i < t->journey->first_step + t->journey->n_step; i++) {
        const struct jn_step *step = &t->program->step[i];
        for (uint32_t a = step->a; step->kind == JN_STEP_WAIT_FOR && a < step->a + step->b; a++)
            heard[t->program->alternative[a].event] = true;
    }
}

static bool *events_heard(const struct jc_teller *t) {
    const struct jn_journey *journey = t->journey;
    bool *heard = JN_NEW_ARRAY(t->arena, bool, (size_t)t->program->n_event + 1);
    if (journey->event != JN_NONE) heard[journey->event] = true;
    for (uint32_t i = journey->first_goal; i < journey->first_goal + journey->n_goal; i++)
        heard[t->program->goal[i].event] = true;
    for (uint32_t i = journey->first_leave; i < journey->first_leave + journey->n_leave; i++)
        heard[t->program->leave[i].event] = true;
    mark_steps(t, heard);
    return heard;
}

/* Names of the events that the source brings and the journey hears; empty: none. */
static struct jn_str events_brought(const struct jc_teller *t, const struct jn_source *source, const bool *heard) {
    struct jn_str names = JN_STR("");
    bool *told = JN_NEW_ARRAY(t->arena, bool, (size_t)t->program->n_event + 1);
    for (uint32_t i = source->first_rule; i < source->first_rule + source->n_rule; i++) {
        uint32_t event = t->program->rule[i].event;
        if (!heard[event] || told[event]) continue;
        told[event] = true;
        struct jn_str name = text_of(t, t->program->event[event].name);
        names = names.n == 0 ? name : JC_SAY(t, LIST_COMMA, names, name);
    }
    return names;
}

static struct jn_str signed_how(const struct jc_teller *t, const struct jn_source *source) {
    static const struct jn_str WORDS[JN_SCHEMES] = {
#define SCHEME(name, words, header, encoding, separator, prefix, key, signs, id, time, tolerance)                      \
    {words, sizeof(words) - 1},
#include "journey/tbl/schemes.def"
#undef SCHEME
    };
    return source->scheme == JN_SCHEME_NONE ? JC_SAY_PLAIN(t, UNSIGNED)
                                            : JC_SAY(t, SIGNED, WORDS[source->scheme], text_of(t, source->header));
}

void jc_tell_sources(struct jc_teller *t) {
    const bool *heard = events_heard(t);
    bool any = false;
    for (uint32_t i = 0; i < t->program->n_source; i++) {
        const struct jn_source *source = &t->program->source[i];
        struct jn_str name = text_of(t, source->name), events = events_brought(t, source, heard);
        if (events.n == 0) continue;
        if (!any) jc_story_section(t, "sources", JC_SAY_SECTION_SOURCES);
        any = true;
        jc_tell(t, jc_declared(t, JC_SOURCE, name), JC_SAY(t, SOURCE, name, events, signed_how(t, source)));
    }
    if (any) jc_tell(t, NULL, JC_SAY_PLAIN(t, SOURCE_API));
}

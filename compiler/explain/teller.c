#include "compiler/explain/teller.h"

#include "compiler/diag/diag.h"
#include "core/check.h"
#include "core/value.h"

#define SENTENCE_MAX (1u << 20)

static const struct jn_str SENTENCE_TEXT[JC_SENTENCES][JC_TONGUES] = {
#define SENTENCE(id, en, zh) [JC_SAY_##id] = {{en, sizeof(en) - 1}, {zh, sizeof(zh) - 1}},
#include "compiler/explain/sentences.def"
#undef SENTENCE
};

#define SENTENCE(id, en, zh)                                                                                           \
    _Static_assert(sizeof(en) > 1 && sizeof(zh) > 1, "the sentence " #id " is told in one language only");
#include "compiler/explain/sentences.def"
#undef SENTENCE

struct jn_str jc_sentence_text(enum jc_sentence sentence, enum jc_tongue tongue) {
    return SENTENCE_TEXT[sentence][tongue];
}

struct jn_str jc_sentence_filled(const struct jc_teller *teller, enum jc_sentence sentence, const struct jn_str *part,
                                 unsigned n_part) {
    struct jn_str text = jc_sentence_text(sentence, teller->tongue);
    struct jn_buf out;
    jn_buf_init(&out, SENTENCE_MAX);
    for (size_t i = 0; i < text.n; i++) {
        bool blank = text.p[i] == '{' && i + 2 < text.n && text.p[i + 2] == '}';
        if (!blank) {
            jn_buf_char(&out, text.p[i]);
            continue;
        }
        unsigned which = (unsigned)(text.p[i + 1] - '0');
        JN_CHECK(which < n_part);
        jn_buf_str(&out, part[which]);
        i += 2;
    }
    struct jn_str kept = jn_arena_str(teller->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return kept;
}

/* Blanks around names that meet punctuation or each other in Chinese are one or none. */
static struct jn_str teller_spaced(struct jn_arena *arena, struct jn_str text) {
    static const char *const CLOSING[] = {"，", "。", "：", "、", "；", "）", "（"};
    char *out = jn_arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool drop = text.p[i] == ' ' && (n == 0 || out[n - 1] == ' ' || i + 1 == text.n || text.p[i + 1] == ' ');
        for (size_t c = 0; text.p[i] == ' ' && c < sizeof(CLOSING) / sizeof(*CLOSING); c++) {
            struct jn_str mark = jn_str_z(CLOSING[c]);
            drop = drop || jn_str_starts(jn_str_sub(text, i + 1, text.n), mark) ||
                   jn_str_ends((struct jn_str){out, n}, mark);
        }
        if (!drop) out[n++] = text.p[i];
    }
    return (struct jn_str){out, n};
}

void jc_tell(struct jc_teller *teller, const struct jc_node *node, struct jn_str text) {
    struct jc_story_line *line = JN_NEW(teller->arena, struct jc_story_line);
    *line = (struct jc_story_line){.level = teller->level, .text = teller_spaced(teller->arena, text)};
    if (node != NULL) {
        line->file = teller->story->source[node->span.file].path;
        line->line = node->span.line;
    }
    *teller->story->last->end = line;
    teller->story->last->end = &line->next;
}

/* ---- values */

static struct jn_str teller_duration(const struct jc_teller *t, struct jn_value value) {
    static const struct {
        int64_t ms;
        enum jc_sentence one, many;
    } ROW[] = {{3600000, JC_SAY_ONE_HOUR, JC_SAY_HOURS},
               {60000, JC_SAY_ONE_MINUTE, JC_SAY_MINUTES},
               {1000, JC_SAY_ONE_SECOND, JC_SAY_SECONDS}};
    int64_t count = value.i;
    enum jc_sentence one = JC_SAY_ONE_DAY, many = JC_SAY_DAYS;
    if (value.scale == JN_UNIT_MONTHS) {
        one = JC_SAY_ONE_MONTH;
        many = JC_SAY_MONTHS;
    } else if (value.scale == JN_UNIT_MS) {
        size_t i = 0;
        while (i + 1 < sizeof(ROW) / sizeof(*ROW) && value.i % ROW[i].ms != 0)
            i++;
        one = ROW[i].one;
        many = ROW[i].many;
        count = value.i / ROW[i].ms;
    }
    struct jn_str number = jn_arena_printf(t->arena, "%lld", (long long)count);
    return jc_sentence_filled(t, count == 1 ? one : many, &number, 1);
}

struct jn_str jc_say_value(const struct jc_teller *t, struct jn_value value) {
    if (value.type == JN_T_DURATION) return teller_duration(t, value);
    if (value.type == JN_T_TEXT) return JC_SAY(t, QUOTED, jn_value_str(value));
    if (value.type == JN_T_MISSING) return JC_SAY_PLAIN(t, UNKNOWN);
    if (value.type == JN_T_BOOL) return value.i != 0 ? JC_SAY_PLAIN(t, YES) : JC_SAY_PLAIN(t, NO);
    struct jn_buf out;
    jn_buf_init(&out, SENTENCE_MAX);
    jn_value_print(value, &out);
    struct jn_str kept = jn_arena_str(t->arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return kept;
}

struct jn_str jc_say_days(const struct jc_teller *t, uint32_t days) {
    static const enum jc_sentence DAY[] = {JC_SAY_MONDAY, JC_SAY_TUESDAY,  JC_SAY_WEDNESDAY, JC_SAY_THURSDAY,
                                           JC_SAY_FRIDAY, JC_SAY_SATURDAY, JC_SAY_SUNDAY};
    struct jn_str text = JN_STR_NONE;
    if (days == JC_EVERY_DAY) return JC_SAY_PLAIN(t, EVERY_DAY);
    if (days == 31) return JC_SAY_PLAIN(t, WEEKDAYS);
    if (days == 96) return JC_SAY_PLAIN(t, WEEKEND);
    for (unsigned i = 0; i < 7; i++) {
        if ((days & 1u << i) == 0) continue;
        struct jn_str day = jc_sentence_filled(t, DAY[i], NULL, 0);
        text = text.n == 0 ? day : JC_SAY(t, LIST_OR, text, day);
    }
    return text;
}

struct jn_str jc_say_share(const struct jc_teller *t, uint32_t basis_points) {
    uint32_t rest = basis_points % 100;
    if (rest == 0) return jn_arena_printf(t->arena, "%u%%", basis_points / 100);
    return rest % 10 == 0 ? jn_arena_printf(t->arena, "%u.%u%%", basis_points / 100, rest / 10)
                          : jn_arena_printf(t->arena, "%u.%02u%%", basis_points / 100, rest);
}

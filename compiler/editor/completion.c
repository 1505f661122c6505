#include "compiler/editor/completion.h"

#include <stdlib.h>

#include "compiler/syntax/here.h"
#include "core/utf8.h"

enum place {
#define THING(name, noun) PLACE_##name = JC_THING_##name,
#define ALSO(noun, name)
#include "compiler/editor/things.def"
#undef THING
#undef ALSO
    PLACE_FRESH = JC_THINGS,
    PLACE_NONE,
    PLACE_GIVEN,
    PLACE_DOTTED,
    PLACE_TYPES,
    PLACE_SHARES,
    PLACE_EXPRESSION
};

static const struct {
    struct jn_str behind;
    enum place place;
} PLACES[] = {
#define PLACE(behind, place) {{behind, sizeof(behind) - 1}, PLACE_##place},
#include "compiler/editor/places.def"
#undef PLACE
};

struct completing {
    struct jc_editor *editor;
    const struct jc_unit *unit;
    struct jn_arena *arena;
    const struct jc_here *here;
    const struct jc_words *words;
    struct jc_completion *out;
    uint32_t file;
    bool english, chinese; /* which sets the file is written in */
    /* names that a walk looks for */
    enum jc_thing thing;
    struct jn_str owner;
    struct jn_str journey, test; /* around the point; empty: none */
};

static enum place place_of(struct jn_str behind) {
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
        if (jn_str_ends(behind, PLACES[i].behind)) return PLACES[i].place;
    return PLACE_EXPRESSION;
}

static void offer(struct completing *c, struct jc_offer offer) {
    *(struct jc_offer *)jn_arena_grow(c->arena, &c->out->offer, &c->out->n_offer, sizeof offer) = offer;
}

static void offer_words(struct completing *c) {
    for (uint32_t i = 0; i < c->here->n_word; i++) {
        const struct jc_word *row = c->here->word[i];
        bool only = row->zh.n == 0 || row->en.n == 0; /* in one set: for both */
        if (row->en.n > 0 && (c->english || only))
            offer(c, (struct jc_offer){.text = row->en, .word = true, .thing = JC_THINGS});
        if (row->zh.n > 0 && (c->chinese || only))
            offer(c, (struct jc_offer){.text = row->zh, .word = true, .thing = JC_THINGS});
    }
}

/* What is a word elsewhere needs back-quotes, but behind a dot and in front of `=`. */
static void offer_name(struct completing *c, struct jn_str name, enum jc_thing thing, struct jn_str owner, bool bare) {
    const struct jc_word *row = bare ? NULL : jc_word_find(c->words, name);
    if (row != NULL && !row->soft) name = jn_arena_printf(c->arena, "`%.*s`", JN_FMT(name));
    offer(c, (struct jc_offer){.text = name, .thing = thing, .owner = owner});
}

/* A name that means something by itself. */
static void offer_builtin(struct completing *c, const char *english) {
    const struct jc_builtin *row = jc_builtin_find(jn_str_z(english));
    if (c->english || row == NULL) offer(c, (struct jc_offer){.text = jn_str_z(english), .thing = JC_THINGS});
    if (c->chinese && row != NULL) offer(c, (struct jc_offer){.text = row->zh, .thing = JC_THINGS});
}

static void offer_table(struct completing *c, enum jc_table table, enum jc_thing thing) {
    for (uint32_t i = 0; i < c->unit->n_symbol[table]; i++)
        offer_name(c, c->unit->symbol[table][i].name, thing, JN_STR_NONE, false);
}

static void offer_attributes(struct completing *c, const struct jc_attributes *attributes, struct jn_str owner) {
    for (uint32_t i = 0; i < attributes->n; i++)
        offer_name(c, attributes->row[i].name, JC_THING_ATTRIBUTE, owner, true);
}

static void visit_declared(void *user, const struct jc_mention *mention) {
    struct completing *c = user;
    bool owner = c->owner.n == 0 || jn_str_eq(c->owner, mention->owner);
    if (mention->declares && mention->thing == c->thing && owner)
        offer_name(c, mention->name, mention->thing, mention->owner, false);
}

/* Names that are declared within other things, of one owner or of any; in this file when the owner is. */
static void offer_declared(struct completing *c, enum jc_thing thing, struct jn_str owner, bool here) {
    c->thing = thing;
    c->owner = owner;
    for (uint32_t file = 0; file < jc_editor_files(c->editor); file++)
        if (!here || file == c->file) jc_mentions(c->unit, jc_editor_tree(c->editor, file)->file, visit_declared, c);
}

/* The attributes of an event, of the answer of a service, or of the customer. */
static void offer_of(struct completing *c, struct jn_str owner) {
    const struct jc_builtin *builtin = jc_builtin_find(owner);
    const struct jc_symbol *event = jc_known(c->unit, JC_TABLE_EVENT, owner);
    const struct jc_symbol *service = jc_known(c->unit, JC_TABLE_SERVICE, owner);
    if (builtin != NULL && jn_str_is(builtin->en, "customer")) {
        offer_attributes(c, &c->unit->customer, builtin->en);
        offer(c, (struct jc_offer){.text = JN_STR("id"), .thing = JC_THINGS});
    } else if (event != NULL) {
        offer_attributes(c, &c->unit->event[event->index], event->name);
    } else if (service != NULL) {
        offer_attributes(c, &c->unit->service[service->index].takes, service->name);
    }
}

/* Of what a source was sent, `body.a.`, everything may be read. */
static void offer_dotted(struct completing *c) {
    const struct jc_here *here = c->here;
    uint32_t first = here->n_line;
    while (first >= 2 && jn_str_is(here->line[first - 1].text, "."))
        first -= 2;
    if (first >= here->n_line) return;
    c->out->fresh = jn_str_is(here->line[first].text, "body");
    if (!c->out->fresh && first + 2 == here->n_line) offer_of(c, here->line[first].text);
}

/* Behind `with`: what stands before it on the line says whose names these are. */
static void offer_given(struct completing *c) {
    const struct jc_here *here = c->here;
    if (here->n_line > 0 && jc_builtin_find(here->line[0].text) != NULL) { /* the customer of a test */
        offer_of(c, here->line[0].text);
        return;
    }
    for (uint32_t i = 0; i < here->n_line; i++) {
        struct jn_str name = here->line[i].text;
        const struct jc_symbol *service = jc_known(c->unit, JC_TABLE_SERVICE, name);
        const struct jc_symbol *message = jc_known(c->unit, JC_TABLE_MESSAGE, name);
        if (!here->line[i].name) continue;
        for (uint32_t v = 0; message != NULL && v < c->unit->message[message->index].vars.n; v++)
            offer_name(c, c->unit->message[message->index].vars.row[v].name, JC_THING_VARIABLE, name, true);
        if (message == NULL) offer_of(c, name);
        if (service != NULL) offer_attributes(c, &c->unit->service[service->index].gives, name);
    }
}

static void offer_expression(struct completing *c) {
    static const char *const BUILTIN[] = {"now", "today", "hour",  "day",   "count",  "sum",   "average",
                                          "min", "max",   "lower", "upper", "length", "round", "abs"};
    for (size_t i = 0; i < sizeof BUILTIN / sizeof *BUILTIN; i++)
        offer_builtin(c, BUILTIN[i]);
    offer_builtin(c, "body");
    offer_table(c, JC_TABLE_EVENT, JC_THING_EVENT);
    offer_table(c, JC_TABLE_MESSAGE, JC_THING_MESSAGE);
    offer_table(c, JC_TABLE_SERVICE, JC_THING_SERVICE);
    if (c->journey.n > 0) offer_declared(c, JC_THING_VARIABLE, c->journey, true);
}

static void offer_within(struct completing *c, enum jc_thing thing) {
    bool person = thing == JC_THING_PERSON || thing == JC_THING_PARAMETER;
    struct jn_str owner = person ? c->test : c->journey;
    if (thing == JC_THING_ARM || thing == JC_THING_TAG) owner = JN_STR_NONE;
    offer_declared(c, thing, owner, owner.n > 0);
    if (thing == JC_THING_WAY_OUT) offer_declared(c, JC_THING_GOAL, owner, owner.n > 0);
}

static void offer_things(struct completing *c, enum jc_thing thing) {
    switch (thing) {
#define TABLE(name)                                                                                                    \
    case JC_THING_##name:                                                                                              \
        offer_table(c, JC_TABLE_##name, thing);                                                                        \
        break;
        TABLE(EVENT)
        TABLE(SEGMENT)
        TABLE(TOPIC)
        TABLE(CHANNEL)
        TABLE(MESSAGE)
        TABLE(SOURCE)
        TABLE(SERVICE)
        TABLE(JOURNEY)
#undef TABLE
    case JC_THING_ATTRIBUTE:
        for (uint32_t i = 0; i < c->unit->n_symbol[JC_TABLE_EVENT]; i++)
            offer_attributes(c, &c->unit->event[i], c->unit->symbol[JC_TABLE_EVENT][i].name);
        break;
    case JC_THING_STAGE:
    case JC_THING_GOAL:
    case JC_THING_SPLIT:
    case JC_THING_ARM:
    case JC_THING_LABEL:
    case JC_THING_FIELD:
    case JC_THING_VARIABLE:
    case JC_THING_TAG:
    case JC_THING_WAY_OUT:
    case JC_THING_PERSON:
    case JC_THING_PARAMETER:
        offer_within(c, thing);
        break;
    case JC_THINGS:
        break;
    }
}

/* A word that stands where a name can. */
static void offer_share(struct completing *c, struct jn_str english) {
    const struct jc_word *row = jc_word_find(c->words, english);
    if (c->english) offer(c, (struct jc_offer){.text = row->en, .thing = JC_THINGS});
    if (c->chinese) offer(c, (struct jc_offer){.text = row->zh, .thing = JC_THINGS});
}

static void offer_names(struct completing *c) {
    static const char *const TYPE[] = {"text", "number",  "money",    "boolean", "date",
                                       "time", "instant", "duration", "list"};
    enum place place = place_of(c->here->place);
    c->out->fresh = place == PLACE_FRESH || place == PLACE_PERSON || place == PLACE_WAY_OUT ||
                    place == PLACE_VARIABLE || place == PLACE_GIVEN || place == PLACE_NONE;
    if (c->test.n > 0) offer_declared(c, JC_THING_PARAMETER, c->test, true);
    if (place < PLACE_FRESH) offer_things(c, (enum jc_thing)place);
    if (place == PLACE_GIVEN) offer_given(c);
    if (place == PLACE_DOTTED) offer_dotted(c);
    if (place == PLACE_EXPRESSION) offer_expression(c);
    for (size_t i = 0; place == PLACE_TYPES && i < sizeof TYPE / sizeof *TYPE; i++)
        offer_builtin(c, TYPE[i]);
    if (place == PLACE_SHARES) {
        offer_share(c, JN_STR("control"));
        offer_share(c, JN_STR("rollout"));
    }
}

static int offer_order(const void *a, const void *b) {
    const struct jc_offer *x = a, *y = b;
    int order = jn_str_cmp(x->text, y->text);
    if (order == 0) order = jn_str_cmp(x->owner, y->owner);
    return order != 0 ? order : (x->thing > y->thing) - (x->thing < y->thing);
}

/* Names from `first` on: sorted, each once. */
static void sort_names(struct jc_completion *out, uint32_t first) {
    uint32_t kept = first;
    if (out->n_offer <= first) return;
    qsort(out->offer + first, out->n_offer - first, sizeof *out->offer, offer_order);
    for (uint32_t i = first; i < out->n_offer; i++)
        if (kept == first || !jn_str_eq(out->offer[kept - 1].text, out->offer[i].text))
            out->offer[kept++] = out->offer[i];
    out->n_offer = kept;
}

/* Where the word begins that the point stands in or behind, and where it ends. */
static void find_word(struct jn_str text, uint32_t offset, uint32_t *from, uint32_t *to) {
    uint32_t at = offset;
    *from = *to = offset;
    while (at > 0) {
        do
            at--;
        while (at > 0 && offset - at < 4096 && ((unsigned char)text.p[at] & 0xC0) == 0x80);
        struct jn_str character = jn_str_sub(text, at, *from - at);
        size_t end = 0;
        if (jn_utf8_check(character) < character.n || !jn_utf8_is_name(jn_utf8_next(character, &end))) break;
        *from = at;
    }
    if (*from > 0 && text.p[*from - 1] == '`') --*from;
    while (*to < text.n) {
        struct jn_str rest = jn_str_sub(text, *to, 4);
        size_t n = 1;
        while (n < rest.n && ((unsigned char)rest.p[n] & 0xC0) == 0x80)
            n++;
        rest.n = n;
        size_t end = 0;
        if (jn_utf8_check(rest) < rest.n || !jn_utf8_is_name(jn_utf8_next(rest, &end))) break;
        *to += (uint32_t)n;
    }
}

static void find_around(struct completing *c, uint32_t offset) {
    const struct jc_node *file = jc_editor_tree(c->editor, c->file)->file;
    for (const struct jc_node *node = file->first; node != NULL; node = node->next) {
        if (offset < node->span.offset || offset > node->span.end) continue;
        if (node->kind == JC_JOURNEY) c->journey = node->text;
        if (node->kind == JC_TEST) c->test = node->text;
    }
}

/* English where no word is written yet, and both where both are. */
static jn_rc find_sets(struct completing *c, struct jn_str text, struct jn_err *err) {
    struct jc_written *written;
    uint32_t n;
    jn_rc rc = jc_words_written(c->arena, text, &written, &n, err);
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        struct jn_str word = jn_str_sub(text, written[i].span.offset, written[i].span.end - written[i].span.offset);
        const struct jc_word *row = jc_word_find(c->words, word);
        bool chinese = (unsigned char)word.p[0] >= 0x80;
        c->chinese = c->chinese || chinese;
        c->english = c->english || (!chinese && row != NULL && row->zh.n > 0);
    }
    c->english = c->english || !c->chinese;
    return rc;
}

jn_rc jc_complete(struct jc_editor *editor, struct jn_arena *arena, uint32_t file, uint32_t offset,
                  struct jc_completion *out, struct jn_err *err) {
    *out = (struct jc_completion){0};
    if (file >= jc_editor_files(editor)) return jn_fail(err, JN_NOT_FOUND, "the workspace has no file %u", file);
    struct jn_str text = jc_editor_source(editor, file)->text;
    if (offset > text.n) return jn_fail(err, JN_INVALID, "byte %u is behind the text, which has %zu", offset, text.n);
    find_word(text, offset, &out->from, &out->to);
    struct jc_here *here = JN_NEW(arena, struct jc_here);
    jn_rc rc = jc_here_read(arena, jn_str_sub(text, 0, out->from), here, err);
    struct completing c = {.editor = editor,
                           .unit = jc_editor_names(editor),
                           .arena = arena,
                           .here = here,
                           .words = jc_words_new(arena),
                           .out = out,
                           .file = file};
    if (rc != JN_OK || here->inside) return rc;
    rc = find_sets(&c, text, err);
    if (rc != JN_OK) return rc;
    find_around(&c, offset);
    offer_words(&c);
    uint32_t n_word = out->n_offer;
    if (here->name) offer_names(&c);
    sort_names(out, n_word);
    return JN_OK;
}

/* What is written around an event that happened: `no`, `count of`, `of M`, `in the last D where C`. */
#include "compiler/syntax/parser.h"

static bool history_word(struct jn_str name, enum jn_history *kind) {
    static const struct {
        const char *word;
        enum jn_history kind;
    } ROW[] = {{"count", JN_HISTORY_COUNT},
               {"sum", JN_HISTORY_SUM},
               {"average", JN_HISTORY_AVERAGE},
               {"min", JN_HISTORY_MIN},
               {"max", JN_HISTORY_MAX}};
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++)
        if (jn_str_is(name, ROW[i].word)) {
            *kind = ROW[i].kind;
            return true;
        }
    return false;
}

/* The event's own spelling: what stands for an event means nothing by itself. */
static struct jc_node *history_event(const struct jc_parser *parser, struct jc_node *name) {
    if (name->builtin) name->text = jc_parser_text(parser, name->span);
    name->builtin = false;
    return name;
}

static struct jc_node *history_wrong(struct jc_parser *parser, struct jc_span span) {
    jc_parser_report(parser, JC_E0460, span, JN_STR(""), JN_STR(""));
    return jc_node_new(parser, JC_BAD, span);
}

struct jc_node *jc_node_history(struct jc_parser *parser, struct jc_span span, struct jc_node *what,
                                struct jc_node *window, struct jc_node *where) {
    struct jc_node *event = what->kind == JC_MEMBER ? what->kid[0] : what;
    if (what->kind == JC_BAD) return what;
    if (event->kind != JC_NAME) return history_wrong(parser, what->span);
    struct jc_node *node = jc_node_kids(parser, JC_HISTORY, span, history_event(parser, event), window, where, NULL);
    if (what->kind == JC_MEMBER) {
        node->text = what->text;
        node->text_span = what->text_span;
    }
    return node;
}

struct jc_node *jc_node_no(struct jc_parser *parser, struct jc_span span, struct jc_node *history) {
    if (history->kind == JC_BAD) return history;
    if (history->kind != JC_HISTORY || history->flags != JN_HISTORY_SOME || history->grouped)
        return history_wrong(parser, history->span);
    history->flags = JN_HISTORY_NONE;
    history->span = span;
    return history;
}

struct jc_node *jc_node_ever(struct jc_parser *parser, struct jc_span span, enum jn_history kind, struct jc_node *event,
                             struct jc_node *attribute) {
    struct jc_node *node = jc_node_kids(parser, JC_HISTORY, span, event, NULL, NULL, NULL);
    node->flags = (uint32_t)kind;
    if (attribute == NULL) return node;
    node->text = attribute->text;
    node->text_span = attribute->text_span;
    return node;
}

/* `count of purchase` and no more, or with more than the event inside parentheses. */
static struct jc_node *history_endless(struct jc_parser *parser, struct jc_span span, const struct jc_node *name,
                                       const struct jc_node *of) {
    struct jn_str word = jc_parser_text(parser, name->span);
    struct jc_diag *diag = jc_parser_report(parser, JC_E0468, span, word, JN_STR(""));
    struct jn_str event =
        of->kind == JC_NAME || of->kind == JC_MEMBER ? jc_parser_text(parser, of->span) : JN_STR("EVENT");
    jc_hint(parser->diags, diag,
            "write `%.*s of %.*s in the last 30 days`, and `where (…)` behind it where not each counts", JN_FMT(word),
            JN_FMT(event));
    return jc_node_new(parser, JC_BAD, span);
}

struct jc_node *jc_node_of(struct jc_parser *parser, struct jc_span span, struct jc_node *name, struct jc_node *of) {
    enum jn_history kind;
    bool plain = of->kind == JC_HISTORY && of->flags == JN_HISTORY_SOME && !of->grouped;
    bool over_events = history_word(name->text, &kind);
    if (over_events && of->kind == JC_BAD) return of;
    if (over_events && !plain) return history_endless(parser, span, name, of);
    if (over_events) {
        of->flags = (uint32_t)kind;
        of->span = span;
        return of;
    }
    if (plain && of->text.n == 0 && of->kid[3] == NULL) { /* E of M */
        jc_node_put(parser, of, 3, of->kid[0]);
        jc_node_put(parser, of, 0, history_event(parser, name));
        of->span = span;
        return of;
    }
    struct jc_node *call = jc_node_hang(parser, jc_node_named(parser, JC_CALL, span, name), jc_list_of(of));
    call->flags = 1;
    return call;
}

struct jc_node *jc_node_attribute(struct jc_parser *parser, struct jc_span span, struct jc_node *name,
                                  struct jc_node *was, struct jc_node *type, struct jc_node *computed,
                                  struct jc_list modifiers) {
    struct jc_node *node = jc_node_named(parser, JC_ATTRIBUTE, span, name);
    jc_node_put(parser, node, 0, type);
    jc_node_put(parser, node, 1, was);
    jc_node_put(parser, node, 2, computed);
    return jc_node_hang(parser, node, modifiers);
}

/* Blocks of nodes, and the whole template. */
#include <stdarg.h>
#include <stdio.h>

#include "core/utf8.h"
#include "liquid/tree.h"

void lq_fail(struct lq_parser *p, enum jn_liquid_mistake_kind kind, uint32_t offset, uint32_t n, const char *format,
             ...) {
    va_list args;
    if (p->failed) return;
    p->failed = true;
    *p->mistake = (struct jn_liquid_mistake){.kind = kind, .offset = offset, .n = n};
    va_start(args, format);
    (void)vsnprintf(p->mistake->text, sizeof(p->mistake->text), format, args);
    va_end(args);
}

void lq_make(struct lq_parser *p, struct jn_str name) {
    struct lq_named *made = JN_NEW(p->arena, struct lq_named);
    made->name = name;
    made->next = p->made;
    p->made = made;
}

static bool ends_here(const char *ends, struct jn_str name) {
    for (const char *at = ends; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (jn_str_eq((struct jn_str){at, n}, name)) return true;
        at += n + (at[n] == ',');
    }
    return false;
}

static bool only_blanks(struct jn_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && (s.p[i] < '\t' || s.p[i] > '\r')) return false;
    return true;
}

static struct lq_node *parse_output(struct lq_parser *p, const struct lq_piece *piece) {
    struct lq_node *node = JN_NEW(p->arena, struct lq_node);
    struct lq_markup m;
    lq_markup_begin(&m, p, piece->text);
    *node = (struct lq_node){.kind = LQ_OUTPUT, .offset = piece->offset};
    if (m.token == LQ_T_END) return node;
    node->value = lq_markup_filtered(&m);
    if (!p->failed) (void)lq_markup_end(&m);
    return node;
}

struct lq_block lq_parse_block(struct lq_parser *p, struct lq_source *source, const char *ends, struct lq_piece *end) {
    struct lq_block block = {.blank = true};
    struct lq_node **place = &block.first;
    *end = (struct lq_piece){.kind = LQ_P_END};
    if (++p->depth > JN_LIQUID_DEPTH_MAX) lq_fail(p, JN_LIQUID_SYNTAX, (uint32_t)source->at, 1, "less nesting");
    while (!p->failed) {
        struct lq_piece piece = lq_source_next(source);
        struct lq_node *node = NULL;
        bool blank = true;
        if (piece.kind == LQ_P_END) break;
        if (piece.kind == LQ_P_TAG && ends_here(ends, piece.name)) {
            *end = piece;
            break;
        }
        if (piece.kind == LQ_P_TEXT && piece.text.n > 0) {
            node = JN_NEW(p->arena, struct lq_node);
            *node = (struct lq_node){.kind = LQ_TEXT, .text = piece.text, .offset = piece.offset};
            blank = only_blanks(piece.text);
        } else if (piece.kind == LQ_P_OUTPUT) {
            node = parse_output(p, &piece);
            blank = false;
        } else if (piece.kind == LQ_P_TAG) {
            node = lq_parse_tag(p, source, &piece, &blank);
        }
        block.blank = block.blank && blank;
        for (*place = node; *place != NULL;)
            place = &(*place)->next;
    }
    p->depth--;
    return block;
}

jn_rc jn_liquid_parse(struct jn_str text, struct jn_arena *arena, struct jn_liquid **out,
                      struct jn_liquid_mistake *mistake) {
    struct jn_liquid *liquid = JN_NEW(arena, struct jn_liquid);
    struct lq_parser p = {.arena = arena, .source = text, .liquid = liquid, .mistake = mistake};
    struct lq_source source = {.parser = &p, .text = text};
    struct lq_piece end;
    liquid->source = text;
    p.uses_end = &liquid->uses;
    lq_make(&p, JN_STR("forloop"));
    lq_make(&p, JN_STR("tablerowloop"));
    liquid->block = lq_parse_block(&p, &source, "", &end);
    *out = liquid;
    return p.failed ? JN_INVALID : JN_OK;
}

const struct jn_liquid_use *jn_liquid_uses(const struct jn_liquid *liquid) {
    return liquid->uses;
}

bool jn_liquid_has_partials(const struct jn_liquid *liquid, uint32_t *offset) {
    *offset = liquid->partial_offset;
    return liquid->has_partials;
}

void jn_liquid_place(struct jn_str source, uint32_t offset, uint32_t *line, uint32_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < source.n; i++) {
        if (source.p[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)source.p[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

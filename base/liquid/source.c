/* A template cut into pieces, blanks around `-` taken away. */
#include "liquid/tree.h"

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t find(struct jn_str s, size_t from, const char *what) {
    size_t n = strlen(what);
    for (size_t at = from; at + n <= s.n; at++) {
        const char *hit = memchr(s.p + at, what[0], s.n - at);
        if (hit == NULL) return s.n;
        at = (size_t)(hit - s.p);
        if (at + n <= s.n && memcmp(hit, what, n) == 0) return at;
    }
    return s.n;
}

static void trim(struct jn_str *s) {
    while (s->n > 0 && is_blank(s->p[0]))
        *s = jn_str_sub(*s, 1, s->n);
    while (s->n > 0 && is_blank(s->p[s->n - 1]))
        s->n--;
}

/* The name of a tag and what follows it. */
static void split_tag(struct lq_piece *piece) {
    struct jn_str text = piece->text;
    size_t n = 0;
    trim(&text);
    if (text.n > 0 && text.p[0] == '#')
        n = 1;
    else
        while (n < text.n && !is_blank(text.p[n]) && text.p[n] != ':' && text.p[n] != '"' && text.p[n] != '\'' &&
               text.p[n] != '(')
            n++;
    piece->name = jn_str_sub(text, 0, n);
    piece->offset += (uint32_t)(text.p - piece->text.p);
    piece->text = jn_str_sub(text, n, text.n);
}

static struct lq_piece source_line(struct lq_source *s) {
    struct lq_piece piece = {.kind = LQ_P_END};
    while (s->at < s->text.n) {
        const char *end = memchr(s->text.p + s->at, '\n', s->text.n - s->at);
        struct jn_str line = {s->text.p + s->at, end == NULL ? s->text.n - s->at : (size_t)(end - s->text.p) - s->at};
        s->at += line.n + 1;
        trim(&line);
        if (line.n == 0) continue;
        piece = (struct lq_piece){.kind = LQ_P_TAG, .text = line};
        piece.offset = (uint32_t)(line.p - s->parser->source.p);
        split_tag(&piece);
        return piece;
    }
    return piece;
}

/* `{{ … }}` or `{% … %}` at s->at. */
static struct lq_piece source_braces(struct lq_source *s) {
    bool output = s->text.p[s->at + 1] == '{';
    size_t start = s->at + 2, end = find(s->text, start, output ? "}}" : "%}");
    struct lq_piece piece = {.kind = output ? LQ_P_OUTPUT : LQ_P_TAG};
    if (end == s->text.n) {
        lq_fail(s->parser, JN_LIQUID_SYNTAX, (uint32_t)s->at, 2,
                output ? "`}}` somewhere behind this" : "`%%}` somewhere behind this");
        s->at = s->text.n;
        return (struct lq_piece){.kind = LQ_P_END};
    }
    s->at = end + 2;
    s->trim = end > start && s->text.p[end - 1] == '-';
    if (s->trim) end--;
    if (start < end && s->text.p[start] == '-') start++;
    piece.text = jn_str_sub(s->text, start, end > start ? end - start : 0);
    piece.offset = (uint32_t)(s->text.p + start - s->parser->source.p);
    if (!output) split_tag(&piece);
    return piece;
}

static struct lq_piece source_piece(struct lq_source *s) {
    size_t start = s->at, output = find(s->text, start, "{{"), tag = find(s->text, start, "{%");
    size_t end = output < tag ? output : tag;
    if (end == start && end < s->text.n) return source_braces(s);
    struct jn_str text = jn_str_sub(s->text, start, end - start);
    s->at = end;
    while (s->trim && text.n > 0 && is_blank(text.p[0]))
        text = jn_str_sub(text, 1, text.n);
    s->trim = false;
    bool cut = end + 2 < s->text.n && s->text.p[end + 2] == '-';
    while (cut && text.n > 0 && is_blank(text.p[text.n - 1]))
        text.n--;
    return (struct lq_piece){.kind = LQ_P_TEXT, .text = text, .offset = (uint32_t)start};
}

struct lq_piece lq_source_next(struct lq_source *s) {
    if (s->lines) return source_line(s);
    if (s->at >= s->text.n) return (struct lq_piece){.kind = LQ_P_END};
    return source_piece(s);
}

/* Inside a comment only tags count: nested comments, and raw blocks, which hide tags. */
static bool skip_tags(struct lq_source *s, const char *name) {
    uint32_t depth = 1;
    for (;;) {
        struct lq_piece piece;
        if (s->lines) {
            piece = source_line(s);
        } else {
            s->at = find(s->text, s->at, "{%");
            if (s->at == s->text.n) return false;
            piece = source_braces(s);
        }
        if (piece.kind == LQ_P_END) return false;
        if (jn_str_is(piece.name, "raw") && !s->lines) {
            struct jn_str inside;
            if (!lq_source_skip(s, "raw", false, &inside)) return false;
        }
        if (jn_str_is(piece.name, name)) depth++;
        bool ends =
            jn_str_starts(piece.name, JN_STR("end")) && jn_str_is(jn_str_sub(piece.name, 3, piece.name.n), name);
        if (ends && --depth == 0) return true;
    }
}

bool lq_source_skip(struct lq_source *s, const char *name, bool nested, struct jn_str *inside) {
    size_t start = s->at;
    bool cut_before = s->trim;
    if (nested || s->lines) {
        *inside = JN_STR("");
        return skip_tags(s, name);
    }
    for (size_t at = start; (at = find(s->text, at, "{%")) < s->text.n; at += 2) {
        size_t p = at + 2, n = strlen(name);
        bool before = p < s->text.n && s->text.p[p] == '-';
        p += before;
        while (p < s->text.n && is_blank(s->text.p[p]))
            p++;
        if (p + 3 + n > s->text.n || memcmp(s->text.p + p, "end", 3) != 0 || memcmp(s->text.p + p + 3, name, n) != 0)
            continue;
        p += 3 + n;
        while (p < s->text.n && is_blank(s->text.p[p]))
            p++;
        bool behind = p < s->text.n && s->text.p[p] == '-';
        p += behind;
        if (p + 2 > s->text.n || s->text.p[p] != '%' || s->text.p[p + 1] != '}') continue;
        *inside = jn_str_sub(s->text, start, at - start);
        while (cut_before && inside->n > 0 && is_blank(inside->p[0]))
            *inside = jn_str_sub(*inside, 1, inside->n);
        while (before && inside->n > 0 && is_blank(inside->p[inside->n - 1]))
            inside->n--;
        s->at = p + 2;
        s->trim = behind;
        return true;
    }
    return false;
}

/* The reader: one pass, strict, every node and text in the document's arena. */
#include <errno.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/json_tree.h"
#include "core/utf8.h"

enum {
    JSON_FIRST = 4000,    /* bytes of an arena's first block */
    JSON_FEW = 16,        /* members whose names are compared with each other */
    JSON_STACK = 64,      /* nodes for which no memory is asked */
    JSON_NAME_SHOWN = 40, /* bytes of it in a sentence */
};

/* What has been read of arrays and objects that are not closed yet lies on a stack: how many members one has is known
 * at its end. */
struct json_reader {
    const char *begin, *p, *end;
    struct jn_arena *arena;
    char *text; /* where the next one goes: none is longer than what stands for it in the document */
    struct jn_json_member *stack, *asked;
    size_t n, room;
    const char *mistake; /* NULL: none yet */
    const char *name;    /* that it is about; NULL: about none */
    bool too_large, too_deep;
};

static _Thread_local size_t json_weight;

static bool json_fails(struct json_reader *r, const char *mistake) {
    r->mistake = mistake;
    return false;
}

static void json_skip_space(struct json_reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
        r->p++;
}

static bool json_is_next(struct json_reader *r, char c) {
    if (r->p == r->end || *r->p != c) return false;
    r->p++;
    return true;
}

/* ---- numbers */

static bool json_digits(struct json_reader *r) {
    const char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > from;
}

static bool json_real(struct json_reader *r, const char *from, struct jn_json *out) {
    size_t n = (size_t)(r->p - from);
    memcpy(r->text, from, n); /* there is room for it, and nobody needs it afterwards */
    r->text[n] = '\0';
    errno = 0;
    *out = (struct jn_json){.kind = JN_JSON_REAL, .real = strtod(r->text, NULL)};
    if (errno == ERANGE && (out->real > 1 || out->real < -1)) return json_fails(r, "this number is too large");
    return true;
}

static bool json_int(struct json_reader *r, const char *from, struct jn_json *out) {
    bool negative = *from == '-';
    int64_t value = 0;
    for (const char *p = from + negative; p < r->p; p++) {
        int digit = *p - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return json_fails(r, "this number is too large");
    }
    *out = (struct jn_json){.kind = JN_JSON_INT, .i = value};
    return true;
}

static bool json_number(struct json_reader *r, struct jn_json *out) {
    const char *from = r->p;
    bool real = false;
    (void)json_is_next(r, '-');
    if (!json_is_next(r, '0') && !json_digits(r)) return json_fails(r, "a value is expected here");
    if (json_is_next(r, '.')) {
        real = true;
        if (!json_digits(r)) return json_fails(r, "a digit is expected here");
    }
    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        real = true;
        r->p++;
        if (!json_is_next(r, '-')) (void)json_is_next(r, '+');
        if (!json_digits(r)) return json_fails(r, "a digit is expected here");
    }
    return real ? json_real(r, from, out) : json_int(r, from, out);
}

/* ---- texts */

static bool json_hex(struct json_reader *r, uint32_t *out) {
    *out = 0;
    if (r->end - r->p < 4) return json_fails(r, "four hexadecimal digits are expected here");
    for (int i = 0; i < 4; i++, r->p++) {
        char c = *r->p;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit > 15) return json_fails(r, "four hexadecimal digits are expected here");
        *out = *out << 4 | digit;
    }
    return true;
}

/* Behind \u. Characters beyond the first 65,536 are written as two halves, which do not stand alone. */
static bool json_code_point(struct json_reader *r) {
    uint32_t c, low;
    if (!json_hex(r, &c)) return false;
    if (c == 0) return json_fails(r, "a text may not contain \\u0000");
    if (c >= 0xD800 && c <= 0xDFFF) {
        bool pair = c < 0xDC00 && r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == 'u';
        if (!pair) return json_fails(r, "half a character is no text");
        r->p += 2;
        if (!json_hex(r, &low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) return json_fails(r, "half a character is no text");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    r->text += jn_utf8_encode(c, r->text);
    return true;
}

static bool json_escape(struct json_reader *r) {
    static const char WRITTEN[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    if (r->p == r->end) return json_fails(r, "the text has no end");
    const char *at = memchr(WRITTEN, *r->p, sizeof WRITTEN - 1);
    if (at == NULL && *r->p != 'u') return json_fails(r, "there is no such escape");
    r->p++;
    if (at == NULL) return json_code_point(r);
    *r->text++ = MEANT[at - WRITTEN];
    return true;
}

/* The bytes up to a quote, an escape or what may not stand in a text. */
static bool json_run(struct json_reader *r) {
    const char *from = r->p;
    unsigned char seen = 0;
    for (; r->p < r->end; r->p++) {
        while (r->end - r->p >= 8 && jn_json_word_is_plain(r->p))
            r->p += 8;
        if (r->p == r->end || *r->p == '"' || *r->p == '\\' || (unsigned char)*r->p < 0x20) break;
        seen |= (unsigned char)*r->p;
    }
    size_t n = (size_t)(r->p - from), good = seen < 0x80 ? n : jn_utf8_check((struct jn_str){from, n});
    memcpy(r->text, from, n);
    r->text += n;
    if (good == n) return true;
    r->p = from + good;
    return json_fails(r, "this is no UTF-8");
}

/* Behind its quote. */
static bool json_text(struct json_reader *r, const char **text, uint32_t *n) {
    *text = r->text;
    for (;;) {
        if (!json_run(r)) return false;
        if (r->p == r->end) return json_fails(r, "the text has no end");
        if (*r->p == '"') break;
        if (*r->p != '\\')
            return json_fails(r, "a text contains no such character as it is: write \\u and its four digits");
        r->p++;
        if (!json_escape(r)) return false;
    }
    *n = (uint32_t)(r->text - *text);
    *r->text++ = '\0';
    r->p++;
    return true;
}

/* ---- arrays and objects */

static bool json_value(struct json_reader *r, unsigned depth, struct jn_json *out);

/* A few bytes of text can become fifty of nodes (`0,`), so memory is bounded beside the text. */
static bool json_fits(struct json_reader *r, size_t more) {
    r->too_large = r->arena->used + r->room * sizeof *r->stack + more > JN_JSON_MAX_WEIGHT;
    return !r->too_large || json_fails(r, "it has too many parts");
}

static bool json_push(struct json_reader *r, const struct jn_json_member *member) {
    if (r->n == r->room) {
        if (!json_fits(r, r->room * sizeof *r->stack)) return false;
        struct jn_json_member *more = jn_realloc(r->asked, 2 * r->room * sizeof *more);
        if (r->asked == NULL) memcpy(more, r->stack, r->n * sizeof *more);
        r->stack = r->asked = more;
        r->room *= 2;
    }
    r->stack[r->n++] = *member;
    return true;
}

/* Takes from the stack what was put there after the first `from`. */
static bool json_close_array(struct json_reader *r, size_t from, struct jn_json *out) {
    size_t n = r->n - from;
    if (!json_fits(r, n * sizeof *out)) return false;
    struct jn_json *item = JN_NEW_ARRAY(r->arena, struct jn_json, n);
    for (size_t i = 0; i < n; i++)
        item[i] = r->stack[from + i].value;
    *out = (struct jn_json){.kind = JN_JSON_ARRAY, .n = (uint32_t)n, .item = item};
    r->n = from;
    return true;
}

static int json_by_name(const void *a, const void *b) {
    const struct jn_json_member *x = *(const struct jn_json_member *const *)a,
                                *y = *(const struct jn_json_member *const *)b;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    return memcmp(x->name, y->name, x->n);
}

static bool json_stands_twice(struct json_reader *r, const struct jn_json_member *member) {
    r->name = member->name;
    return json_fails(r, "a name stands twice in one object");
}

static bool json_are_few_different(struct json_reader *r, const struct jn_json_member *member, size_t n) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (member[i].n == member[k].n && memcmp(member[i].name, member[k].name, member[i].n) == 0)
                return json_stands_twice(r, &member[i]);
    return true;
}

static bool json_are_different(struct json_reader *r, const struct jn_json_member *member, size_t n) {
    if (n <= JSON_FEW) return json_are_few_different(r, member, n);
    if (!json_fits(r, n * sizeof(void *))) return false;
    const struct jn_json_member **sorted = jn_alloc(n * sizeof *sorted);
    bool different = true;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &member[i];
    qsort(sorted, n, sizeof *sorted, json_by_name);
    for (size_t i = 1; different && i < n; i++)
        if (json_by_name(&sorted[i - 1], &sorted[i]) == 0) different = json_stands_twice(r, sorted[i]);
    free(sorted);
    return different;
}

static bool json_close_object(struct json_reader *r, size_t from, struct jn_json *out) {
    size_t n = r->n - from;
    if (!json_are_different(r, r->stack + from, n) || !json_fits(r, n * sizeof *r->stack)) return false;
    struct jn_json_member *member = JN_NEW_ARRAY(r->arena, struct jn_json_member, n);
    if (n > 0) memcpy(member, r->stack + from, n * sizeof *member);
    *out = (struct jn_json){.kind = JN_JSON_OBJECT, .n = (uint32_t)n, .member = member};
    r->n = from;
    return true;
}

static bool json_array(struct json_reader *r, unsigned depth, struct jn_json *out) {
    size_t from = r->n;
    struct jn_json_member member = {.name = NULL};
    json_skip_space(r);
    if (json_is_next(r, ']')) return json_close_array(r, from, out);
    for (;;) {
        if (!json_value(r, depth, &member.value) || !json_push(r, &member)) return false;
        json_skip_space(r);
        if (json_is_next(r, ']')) return json_close_array(r, from, out);
        if (!json_is_next(r, ',')) return json_fails(r, "`,` or `]` is expected here");
    }
}

static bool json_object(struct json_reader *r, unsigned depth, struct jn_json *out) {
    size_t from = r->n;
    struct jn_json_member member;
    json_skip_space(r);
    if (json_is_next(r, '}')) return json_close_object(r, from, out);
    for (;;) {
        json_skip_space(r);
        if (!json_is_next(r, '"')) return json_fails(r, "a name in double quotes is expected here");
        if (!json_text(r, &member.name, &member.n)) return false;
        json_skip_space(r);
        if (!json_is_next(r, ':')) return json_fails(r, "`:` is expected here");
        if (!json_value(r, depth, &member.value) || !json_push(r, &member)) return false;
        json_skip_space(r);
        if (json_is_next(r, '}')) return json_close_object(r, from, out);
        if (!json_is_next(r, ',')) return json_fails(r, "`,` or `}` is expected here");
    }
}

/* ---- values */

static bool json_word(struct json_reader *r, struct jn_str word, struct jn_json value, struct jn_json *out) {
    if ((size_t)(r->end - r->p) < word.n || memcmp(r->p, word.p, word.n) != 0)
        return json_fails(r, "a value is expected here");
    r->p += word.n;
    *out = value;
    return true;
}

static bool json_nested(struct json_reader *r, unsigned depth, bool object, struct jn_json *out) {
    r->p++;
    r->too_deep = depth == JN_JSON_MAX_DEPTH;
    if (r->too_deep) return json_fails(r, "it is nested too deep");
    return object ? json_object(r, depth + 1, out) : json_array(r, depth + 1, out);
}

static bool json_value(struct json_reader *r, unsigned depth, struct jn_json *out) {
    json_skip_space(r);
    switch (r->p == r->end ? '\0' : *r->p) {
    case '{':
        return json_nested(r, depth, true, out);
    case '[':
        return json_nested(r, depth, false, out);
    case '"':
        r->p++;
        *out = (struct jn_json){.kind = JN_JSON_TEXT};
        return json_text(r, &out->text, &out->n);
    case 't':
        return json_word(r, JN_STR("true"), (struct jn_json){.kind = JN_JSON_BOOL, .i = true}, out);
    case 'f':
        return json_word(r, JN_STR("false"), (struct jn_json){.kind = JN_JSON_BOOL}, out);
    case 'n':
        return json_word(r, JN_STR("null"), (struct jn_json){.kind = JN_JSON_NULL}, out);
    default:
        return json_number(r, out);
    }
}

static bool json_whole(struct json_reader *r, struct jn_json *out) {
    if (!json_value(r, 0, out)) return false;
    json_skip_space(r);
    return r->p == r->end || json_fails(r, "nothing may stand behind the value");
}

static jn_rc json_explain(const struct json_reader *r, struct jn_err *err) {
    unsigned line = 1, column = 1;
    for (const char *p = r->begin; p < r->p; p++) {
        bool begins = ((unsigned char)*p & 0xC0) != 0x80; /* a character */
        column = *p == '\n' ? 1 : column + begins;
        line += *p == '\n';
    }
    if (r->too_large)
        return jn_fail(err, JN_TOO_LARGE, "the JSON has too many parts: it takes more than %d MiB of memory",
                       JN_JSON_MAX_WEIGHT >> 20);
    if (r->too_deep)
        return jn_fail(err, JN_INVALID, "not usable JSON: nested more than %d levels deep", JN_JSON_MAX_DEPTH);
    if (r->name != NULL)
        return jn_fail(err, JN_INVALID, "not JSON: %s: `%.*s` (line %u, column %u)", r->mistake, JSON_NAME_SHOWN,
                       r->name, line, column);
    return jn_fail(err, JN_INVALID, "not JSON: %s (line %u, column %u)", r->mistake, line, column);
}

size_t jn_json_weight(void) {
    return json_weight;
}

jn_rc jn_json_parse(struct jn_str text, struct jn_json **out, struct jn_err *err) {
    struct jn_json_document *document = jn_alloc_zero(1, sizeof *document);
    JN_UNINITIALIZED struct jn_json_member first[JSON_STACK];
    const char *p = text.n == 0 ? "" : text.p;
    struct json_reader r = {
        .begin = p, .p = p, .end = p + text.n, .arena = &document->arena, .stack = first, .room = JSON_STACK};
    *out = NULL;
    document->arena.first = JSON_FIRST;
    bool good = json_fits(&r, text.n);
    if (good) r.text = jn_arena_alloc(r.arena, text.n + 1);
    good = good && json_whole(&r, &document->root);
    json_weight = r.arena->used + r.room * sizeof *r.stack;
    free(r.asked);
    if (good) {
        *out = &document->root;
        return JN_OK;
    }
    jn_rc rc = json_explain(&r, err);
    jn_json_free(&document->root);
    return rc;
}

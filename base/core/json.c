#include "core/json.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/json_tree.h"
#include "core/utf8.h"

/* What a very large document has held may stay with the C library, which likes to keep it for the next one. */
enum { JSON_VERY_LARGE = 1 << 20 };

void jn_json_free(struct jn_json *root) {
    struct jn_json_document *document = (struct jn_json_document *)root;
    if (document == NULL) return;
    while (document->parts != NULL) {
        struct jn_json_document *part = document->parts;
        document->parts = part->other;
        jn_json_free(&part->root);
    }
    bool very_large = document->arena.used >= JSON_VERY_LARGE;
    jn_arena_release(&document->arena);
    free(document);
    if (very_large) malloc_trim(0);
}

/* ---- looking */

enum jn_json_kind jn_json_kind(const struct jn_json *node) {
    return node == NULL ? JN_JSON_NULL : (enum jn_json_kind)node->kind;
}

struct jn_json *jn_json_get(const struct jn_json *object, const char *key) {
    return jn_json_get_str(object, jn_str_z(key));
}

struct jn_json *jn_json_get_str(const struct jn_json *object, struct jn_str key) {
    if (jn_json_kind(object) != JN_JSON_OBJECT) return NULL;
    for (uint32_t i = 0; i < object->n; i++) {
        struct jn_json_member *member = &object->member[i];
        if (member->n == key.n && (key.n == 0 || memcmp(member->name, key.p, key.n) == 0)) return &member->value;
    }
    return NULL;
}

size_t jn_json_count(const struct jn_json *node) {
    enum jn_json_kind kind = jn_json_kind(node);
    return kind == JN_JSON_OBJECT || kind == JN_JSON_ARRAY ? node->n : 0;
}

struct jn_json *jn_json_at(const struct jn_json *array, size_t i) {
    return jn_json_kind(array) == JN_JSON_ARRAY && i < array->n ? &array->item[i] : NULL;
}

struct jn_str jn_json_text(const struct jn_json *node) {
    return jn_json_kind(node) == JN_JSON_TEXT ? (struct jn_str){node->text, node->n} : JN_STR_NONE;
}

int64_t jn_json_int(const struct jn_json *node) {
    return jn_json_kind(node) == JN_JSON_INT ? node->i : 0;
}

bool jn_json_bool(const struct jn_json *node) {
    return jn_json_kind(node) == JN_JSON_BOOL && node->i != 0;
}

double jn_json_real(const struct jn_json *node) {
    return jn_json_kind(node) == JN_JSON_REAL ? node->real : 0;
}

bool jn_json_decimal(const struct jn_json *node, struct jn_dec *out) {
    if (jn_json_kind(node) == JN_JSON_INT) {
        *out = jn_dec_int(node->i);
        return out->m != INT64_MIN;
    }
    return jn_json_kind(node) == JN_JSON_REAL && jn_dec_from_double(node->real, out);
}

bool jn_json_next(const struct jn_json *object, void **at, struct jn_str *key, struct jn_json **value) {
    if (jn_json_kind(object) != JN_JSON_OBJECT || object->n == 0) return false;
    struct jn_json_member *member = *at == NULL ? object->member : (struct jn_json_member *)*at + 1;
    if (member == object->member + object->n) return false;
    *at = member;
    *key = (struct jn_str){member->name, member->n};
    *value = &member->value;
    return true;
}

/* ---- writing */

/* Seventeen digits tell each double from every other. A number that is whole says that it is a real one: 1.0. */
static void jn_json_write_real(struct jn_json_out *w, double real) {
    char digits[32];
    int n = snprintf(digits, sizeof digits - 2, "%.17g", real);
    char *exponent = memchr(digits, 'e', (size_t)n);
    if (exponent != NULL) { /* 1e+05 is written 1e5 */
        char *power = exponent + (exponent[1] == '-' ? 2 : 1), *first = power;
        while (*first == '+' || *first == '0')
            first++;
        memmove(power, first, strlen(first) + 1);
    } else if (memchr(digits, '.', (size_t)n) == NULL) {
        memcpy(digits + n, ".0", 3);
    }
    jn_jw_raw(w, jn_str_z(digits));
}

static void jn_json_write(struct jn_json_out *w, const struct jn_json *node) {
    switch (jn_json_kind(node)) {
    case JN_JSON_OBJECT:
        jn_jw_object(w);
        for (uint32_t i = 0; i < node->n; i++) {
            jn_jw_key_str(w, (struct jn_str){node->member[i].name, node->member[i].n});
            jn_json_write(w, &node->member[i].value);
        }
        jn_jw_end_object(w);
        break;
    case JN_JSON_ARRAY:
        jn_jw_array(w);
        for (uint32_t i = 0; i < node->n; i++)
            jn_json_write(w, &node->item[i]);
        jn_jw_end_array(w);
        break;
    case JN_JSON_TEXT:
        jn_jw_str(w, jn_json_text(node));
        break;
    case JN_JSON_INT:
        jn_jw_int(w, node->i);
        break;
    case JN_JSON_REAL:
        jn_json_write_real(w, node->real);
        break;
    case JN_JSON_BOOL:
        jn_jw_bool(w, node->i != 0);
        break;
    case JN_JSON_NULL:
        jn_jw_null(w);
        break;
    }
}

void jn_json_dump(const struct jn_json *node, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_json_write(&w, node);
}

/* ---- making */

static bool jn_json_is_text(struct jn_str text) {
    return text.n == 0 || (memchr(text.p, '\0', text.n) == NULL && jn_utf8_check(text) == text.n);
}

static struct jn_json_document *jn_json_make(enum jn_json_kind kind) {
    struct jn_json_document *document = jn_alloc_zero(1, sizeof *document);
    document->root.kind = (uint8_t)kind;
    document->made = true;
    document->arena.first = 64;
    return document;
}

struct jn_json *jn_json_new_object(void) {
    return &jn_json_make(JN_JSON_OBJECT)->root;
}

struct jn_json *jn_json_new_text(struct jn_str text) {
    if (!jn_json_is_text(text)) return NULL;
    struct jn_json_document *document = jn_json_make(JN_JSON_TEXT);
    document->root.text = jn_arena_str(&document->arena, text).p;
    document->root.n = (uint32_t)text.n;
    return &document->root;
}

struct jn_json *jn_json_new_int(int64_t number) {
    struct jn_json_document *document = jn_json_make(JN_JSON_INT);
    document->root.i = number;
    return &document->root;
}

void jn_json_set(struct jn_json *object, struct jn_str name, struct jn_json *value) {
    struct jn_json_document *document = (struct jn_json_document *)object, *part = (struct jn_json_document *)value;
    if (part == NULL) return;
    JN_CHECK(document->made && part->made && object->kind == JN_JSON_OBJECT);
    part->other = document->parts; /* freed with the object, taken or not */
    document->parts = part;
    if (!jn_json_is_text(name)) return;
    struct jn_json *place = jn_json_get_str(object, name);
    if (place == NULL) {
        struct jn_json_member *member = jn_arena_grow(&document->arena, &object->member, &object->n, sizeof *member);
        member->name = jn_arena_str(&document->arena, name).p;
        member->n = (uint32_t)name.n;
        place = &member->value;
    }
    *place = *value;
}

/* jansson behind the project's own names; the one file that knows it. */
#include "core/json.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"

static const json_t *jn_node(const struct jn_json *node) {
    return (const json_t *)(const void *)node;
}

static struct jn_json *jn_wrap(json_t *node) {
    return (struct jn_json *)(void *)node;
}

/* Before each block of jansson's: the arena it lies in, that of a document that was read; NULL: it was allocated alone.
 * Documents that are read are many and of many small parts, and they go as a whole. */
struct jn_json_block {
    alignas(max_align_t) struct jn_arena *arena;
};

/* Of the document that this thread is reading. A few bytes of text can become a hundred of nodes (`[],`), so memory is
 * bounded beside the text. */
static _Thread_local struct jn_arena *json_arena;
static _Thread_local size_t json_asked, json_may_ask = SIZE_MAX;
static pthread_once_t json_arranged = PTHREAD_ONCE_INIT;

static void *jn_json_alloc(size_t n) {
    if (n > json_may_ask - json_asked) {
        json_may_ask = json_asked; /* nothing more of this document, however small */
        return NULL;
    }
    json_asked += n;
    n += sizeof(struct jn_json_block);
    struct jn_json_block *block = json_arena != NULL ? jn_arena_alloc(json_arena, n) : malloc(n);
    if (block == NULL) return NULL;
    block->arena = json_arena;
    return block + 1;
}

static struct jn_json_block *jn_json_block(void *p) {
    return (struct jn_json_block *)p - 1;
}

static void jn_json_let_go(void *p) {
    if (p != NULL && jn_json_block(p)->arena == NULL) free(jn_json_block(p));
}

static void jn_json_arrange_memory(void) {
    json_set_alloc_funcs(jn_json_alloc, jn_json_let_go);
}

/* What a very large document has held may stay with the C library, which likes to keep it for the next one. */
enum { JSON_FIRST = 4000, JSON_VERY_LARGE = 1 << 20 };

static void jn_json_release(struct jn_arena *arena) {
    bool very_large = arena->used >= JSON_VERY_LARGE;
    jn_arena_release(arena);
    free(arena);
    if (very_large) malloc_trim(0);
}

/* NULL: of none, as are those of jansson's values that are there once for all documents. */
static struct jn_arena *jn_json_arena(const json_t *node) {
    if (node == NULL || json_is_true(node) || json_is_false(node) || json_is_null(node)) return NULL;
    return jn_json_block((void *)(uintptr_t)node)->arena;
}

size_t jn_json_weight(void) {
    return json_asked;
}

static size_t jn_json_openings(struct jn_str text, char c, size_t most) {
    size_t n = 0;
    const char *end = text.p + text.n;
    for (const char *p = text.p; n < most && p != end && (p = memchr(p, c, (size_t)(end - p))) != NULL; p++)
        n++;
    return n;
}

/* Before parsing: jansson's own bound of 2,048 levels is compiled in and more than any event needs. */
static bool jn_json_too_deep(struct jn_str text) {
    unsigned depth = 0;
    bool quoted = false;
    if (text.n <= JN_JSON_MAX_DEPTH) return false;
    size_t brackets = jn_json_openings(text, '[', JN_JSON_MAX_DEPTH + 1);
    if (brackets + jn_json_openings(text, '{', JN_JSON_MAX_DEPTH + 1) <= JN_JSON_MAX_DEPTH) return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JN_JSON_MAX_DEPTH) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

static json_t *jn_json_read(struct jn_str text, json_error_t *found) {
    struct jn_arena *arena = jn_alloc_zero(1, sizeof(*arena));
    arena->first = JSON_FIRST;
    json_arena = arena;
    json_asked = 0;
    json_may_ask = JN_JSON_MAX_WEIGHT;
    json_t *root = json_loadb(text.n == 0 ? "" : text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, found);
    json_arena = NULL;
    if (json_may_ask != JN_JSON_MAX_WEIGHT) root = NULL; /* what was read before the end */
    if (jn_json_arena(root) == NULL) jn_json_release(arena);
    return root;
}

jn_rc jn_json_parse(struct jn_str text, struct jn_json **out, struct jn_err *err) {
    *out = NULL;
    if (jn_json_too_deep(text))
        return jn_fail(err, JN_INVALID, "not usable JSON: nested more than %d levels deep", JN_JSON_MAX_DEPTH);
    json_error_t found;
    (void)pthread_once(&json_arranged, jn_json_arrange_memory);
    json_t *root = jn_json_read(text, &found);
    bool over = json_may_ask != JN_JSON_MAX_WEIGHT;
    json_may_ask = SIZE_MAX;
    if (over)
        return jn_fail(err, JN_TOO_LARGE, "the JSON has too many parts: it takes more than %d MiB of memory",
                       JN_JSON_MAX_WEIGHT >> 20);
    if (root == NULL)
        return jn_fail(err, JN_INVALID, "not JSON: %s (line %d, column %d)", found.text, found.line, found.column);
    *out = jn_wrap(root);
    return JN_OK;
}

void jn_json_free(struct jn_json *document) {
    json_t *root = (json_t *)(void *)document;
    struct jn_arena *arena = jn_json_arena(root);
    if (arena != NULL)
        jn_json_release(arena);
    else
        json_decref(root);
}

enum jn_json_kind jn_json_kind(const struct jn_json *node) {
    if (node == NULL) return JN_JSON_NULL;
    switch (json_typeof(jn_node(node))) {
    case JSON_OBJECT:
        return JN_JSON_OBJECT;
    case JSON_ARRAY:
        return JN_JSON_ARRAY;
    case JSON_STRING:
        return JN_JSON_TEXT;
    case JSON_INTEGER:
        return JN_JSON_INT;
    case JSON_REAL:
        return JN_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JN_JSON_BOOL;
    case JSON_NULL:
        return JN_JSON_NULL;
    }
    return JN_JSON_NULL;
}

struct jn_json *jn_json_get(const struct jn_json *object, const char *key) {
    return jn_wrap(json_object_get(jn_node(object), key));
}

struct jn_json *jn_json_get_str(const struct jn_json *object, struct jn_str key) {
    char name[256];
    if (key.n < sizeof(name)) {
        if (key.n > 0) memcpy(name, key.p, key.n);
        name[key.n] = '\0';
        return memchr(name, '\0', key.n) != NULL ? NULL : jn_json_get(object, name);
    }
    void *at = NULL;
    struct jn_str found;
    struct jn_json *value;
    while (jn_json_next(object, &at, &found, &value))
        if (jn_str_eq(found, key)) return value;
    return NULL;
}

size_t jn_json_count(const struct jn_json *node) {
    return jn_json_kind(node) == JN_JSON_OBJECT ? json_object_size(jn_node(node)) : json_array_size(jn_node(node));
}

struct jn_json *jn_json_at(const struct jn_json *array, size_t i) {
    return jn_wrap(json_array_get(jn_node(array), i));
}

struct jn_str jn_json_text(const struct jn_json *node) {
    if (jn_json_kind(node) != JN_JSON_TEXT) return JN_STR_NONE;
    return (struct jn_str){json_string_value(jn_node(node)), json_string_length(jn_node(node))};
}

int64_t jn_json_int(const struct jn_json *node) {
    return node == NULL ? 0 : json_integer_value(jn_node(node));
}

bool jn_json_bool(const struct jn_json *node) {
    return node != NULL && json_is_true(jn_node(node));
}

double jn_json_real(const struct jn_json *node) {
    return json_real_value(jn_node(node));
}

bool jn_json_decimal(const struct jn_json *node, struct jn_dec *out) {
    if (jn_json_kind(node) == JN_JSON_INT) {
        *out = jn_dec_int(json_integer_value(jn_node(node)));
        return out->m != INT64_MIN;
    }
    return jn_json_kind(node) == JN_JSON_REAL && jn_dec_from_double(json_real_value(jn_node(node)), out);
}

bool jn_json_next(const struct jn_json *object, void **at, struct jn_str *key, struct jn_json **value) {
    json_t *node = (json_t *)(uintptr_t)(const void *)object;
    void *iterator = *at == NULL ? json_object_iter(node) : json_object_iter_next(node, *at);
    *at = iterator;
    if (iterator == NULL) return false;
    *key = jn_str_z(json_object_iter_key(iterator));
    *value = jn_wrap(json_object_iter_value(iterator));
    return true;
}

static int jn_json_append(const char *p, size_t n, void *buf) {
    jn_buf_add(buf, p, n);
    return 0;
}

static void jn_json_write(struct jn_json_out *w, const struct jn_json *node) {
    struct jn_str key;
    struct jn_json *value;
    switch (jn_json_kind(node)) {
    case JN_JSON_OBJECT:
        jn_jw_object(w);
        for (void *at = NULL; jn_json_next(node, &at, &key, &value);) {
            jn_jw_key_str(w, key);
            jn_json_write(w, value);
        }
        jn_jw_end_object(w);
        break;
    case JN_JSON_ARRAY:
        jn_jw_array(w);
        for (size_t i = 0; i < jn_json_count(node); i++)
            jn_json_write(w, jn_json_at(node, i));
        jn_jw_end_array(w);
        break;
    case JN_JSON_TEXT:
        jn_jw_str(w, jn_json_text(node));
        break;
    case JN_JSON_INT:
        jn_jw_int(w, jn_json_int(node));
        break;
    case JN_JSON_REAL:
        jn_jw_raw(w, JN_STR(""));
        json_dump_callback(jn_node(node), jn_json_append, w->buf, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        break;
    case JN_JSON_BOOL:
        jn_jw_bool(w, jn_json_bool(node));
        break;
    case JN_JSON_NULL:
        jn_jw_null(w);
        break;
    }
}

/* Not jansson's own for whole documents: it copies and checks every text twice, and each event is written once. */
void jn_json_dump(const struct jn_json *node, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_json_write(&w, node);
}

struct jn_json *jn_json_new_object(void) {
    (void)pthread_once(&json_arranged, jn_json_arrange_memory);
    return jn_wrap(json_object());
}

struct jn_json *jn_json_new_text(struct jn_str text) {
    (void)pthread_once(&json_arranged, jn_json_arrange_memory);
    if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL) return NULL;
    return jn_wrap(json_stringn(text.n == 0 ? "" : text.p, text.n));
}

struct jn_json *jn_json_new_int(int64_t number) {
    (void)pthread_once(&json_arranged, jn_json_arrange_memory);
    return jn_wrap(json_integer(number));
}

void jn_json_set(struct jn_json *object, struct jn_str name, struct jn_json *value) {
    JN_CHECK(jn_json_arena(jn_node(object)) == NULL);
    json_object_setn_new((json_t *)(void *)object, name.n == 0 ? "" : name.p, name.n, (json_t *)(void *)value);
}

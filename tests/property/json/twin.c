#include "twin.h"

#include <jansson.h>

#include "core/json.h"

static bool is_same(const struct jn_json *ours, json_t *theirs);

static bool is_same_array(const struct jn_json *ours, json_t *theirs) {
    if (jn_json_count(ours) != json_array_size(theirs)) return false;
    for (size_t i = 0; i < jn_json_count(ours); i++)
        if (!is_same(jn_json_at(ours, i), json_array_get(theirs, i))) return false;
    return true;
}

/* In the order of the document, and found by their names. */
static bool is_same_object(const struct jn_json *ours, json_t *theirs) {
    void *at = NULL, *other = json_object_iter(theirs);
    struct jn_str name;
    struct jn_json *value;
    if (jn_json_count(ours) != json_object_size(theirs)) return false;
    for (; jn_json_next(ours, &at, &name, &value); other = json_object_iter_next(theirs, other))
        if (!jn_str_is(name, json_object_iter_key(other)) || !is_same(value, json_object_iter_value(other)) ||
            jn_json_get_str(ours, name) != value)
            return false;
    return other == NULL;
}

static bool is_same(const struct jn_json *ours, json_t *theirs) {
    switch (jn_json_kind(ours)) {
    case JN_JSON_OBJECT:
        return json_is_object(theirs) && is_same_object(ours, theirs);
    case JN_JSON_ARRAY:
        return json_is_array(theirs) && is_same_array(ours, theirs);
    case JN_JSON_TEXT:
        return json_is_string(theirs) &&
               jn_str_eq(jn_json_text(ours), (struct jn_str){json_string_value(theirs), json_string_length(theirs)});
    case JN_JSON_INT:
        return json_is_integer(theirs) && jn_json_int(ours) == json_integer_value(theirs);
    case JN_JSON_REAL: {
        double a = jn_json_real(ours), b = json_real_value(theirs);
        return json_is_real(theirs) && memcmp(&a, &b, sizeof a) == 0;
    }
    case JN_JSON_BOOL:
        return json_is_boolean(theirs) && jn_json_bool(ours) == json_is_true(theirs);
    case JN_JSON_NULL:
        return json_is_null(theirs);
    }
    return false;
}

/* What is written of a document is read as the same. */
static bool is_written_as_read(const struct jn_json *document, json_t *theirs) {
    struct jn_json *again = NULL;
    struct jn_buf out;
    jn_buf_init(&out, 64 << 20);
    jn_json_dump(document, &out);
    bool same = jn_json_parse(jn_buf_view(&out), &again, NULL) == JN_OK && is_same(again, theirs);
    jn_json_free(again);
    jn_buf_release(&out);
    return same;
}

const char *twin_differs(struct jn_str text) {
    struct jn_json *ours = NULL;
    struct jn_err err = {.text = ""};
    jn_rc rc = jn_json_parse(text, &ours, &err);
    bool bound = rc == JN_TOO_LARGE || strstr(err.text, "nested") != NULL;
    json_t *theirs = json_loadb(text.n == 0 ? "" : text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    const char *differs = NULL;
    if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL) /* which jansson overlooks behind a number */
        differs = rc == JN_OK ? "holds a NUL" : NULL;
    else if (rc == JN_OK && theirs == NULL)
        differs = "is taken by us alone";
    else if (rc != JN_OK && theirs != NULL && !bound)
        differs = "is refused by us alone";
    else if (rc == JN_OK && !is_same(ours, theirs))
        differs = "is read as something else";
    else if (rc == JN_OK && !is_written_as_read(ours, theirs))
        differs = "is written as something else";
    jn_json_free(ours);
    json_decref(theirs);
    return differs;
}

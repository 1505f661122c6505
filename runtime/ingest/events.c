#include "runtime/ingest/events.h"

#include <string.h>

#include "core/civil.h"
#include "runtime/ingest/inflate.h"

#define EVENTS__HEADER_MAX 16384
#define EVENTS__TEXT_MAX   (2 * JR_INFLATE_MAX)

/* Attributes that are read, by their names as members of a document; as header fields they begin with `ce-`. */
static const char *const ATTRIBUTE[] = {"specversion", "id", "source", "type", "subject", "time"};

/* ---- the forms */

static bool events_is_named_json(struct jn_str content_type) {
    static const char PREFIX[] = "application/cloudevents";
    if (content_type.n < sizeof PREFIX - 1) return false;
    for (size_t i = 0; i < sizeof PREFIX - 1; i++)
        if ((content_type.p[i] >= 'A' && content_type.p[i] <= 'Z' ? content_type.p[i] | 0x20 : content_type.p[i]) !=
            PREFIX[i])
            return false;
    return true;
}

/* Begins the event whose attributes are header fields; false: there are none. */
static bool events_begin(const struct jr_events_request *request, struct jn_json_out *w) {
    bool any = false;
    jn_jw_object(w);
    for (size_t i = 0; i < sizeof ATTRIBUTE / sizeof ATTRIBUTE[0]; i++) {
        char name[32] = "ce-";
        struct jn_buf value;
        memcpy(name + 3, ATTRIBUTE[i], strlen(ATTRIBUTE[i]) + 1);
        jn_buf_init(&value, EVENTS__HEADER_MAX);
        if (request->header(request->user, name, &value)) {
            any = true;
            jn_jw_key(w, ATTRIBUTE[i]);
            jn_jw_str(w, jn_buf_view(&value));
        }
        jn_buf_release(&value);
    }
    return any && !events_is_named_json(request->content_type);
}

/* As one document, as if it had come as one: the body is its data. */
static jn_rc events_join(struct jn_json_out *w, struct jr_intake *out, struct jn_err *err) {
    jn_jw_key(w, "data");
    jn_jw_node(w, out->document);
    jn_jw_end_object(w);
    jn_json_free(out->document);
    out->document = NULL;
    if (w->buf->failed) return jn_fail(err, JN_TOO_LARGE, "the event is too large");
    jn_rc rc = jn_json_parse(jn_buf_view(w->buf), &out->document, err);
    out->weight = jn_json_weight();
    return rc;
}

/* ---- one event */

struct events_read {
    struct jn_str id, source, type, customer;
    const struct jn_json *data;
};

static struct jn_str events_attribute(const struct jn_json *item, const char *name) {
    return jn_json_text(jn_json_get(item, name));
}

/* NULL: it is sound. */
static const char *events_fault(const struct jn_json *item, const struct events_read *e) {
    if (jn_json_kind(item) != JN_JSON_OBJECT) return "an event must be an object";
    if (!jn_str_is(events_attribute(item, "specversion"), "1.0")) return "specversion is not 1.0";
    if (e->id.n == 0) return "id is missing or no text";
    if (e->source.n == 0) return "source is missing or no text";
    if (e->type.n == 0) return "type is missing or no text";
    if (jn_json_get(item, "data_base64") != NULL) return "data_base64 is not read: data must be an object";
    if (jn_json_kind(e->data) != JN_JSON_OBJECT && jn_json_kind(e->data) != JN_JSON_NULL)
        return "data must be an object";
    if (e->customer.n == 0) return "neither subject nor userId in data says whose it is";
    if (e->id.n > JR_TRACK_ID_MAX) return "id is longer than 256 bytes";
    if (e->source.n > JR_TRACK_ID_MAX) return "source is longer than 256 bytes";
    if (e->type.n > JR_TRACK_ID_MAX) return "type is longer than 256 bytes";
    if (e->customer.n > JR_TRACK_ID_MAX) return "the customer's id is longer than 256 bytes";
    return NULL;
}

static void events_item(struct jr_intake *out, struct jn_arena *arena, const struct jn_json *item, int64_t wall) {
    struct events_read e = {.id = events_attribute(item, "id"),
                            .source = events_attribute(item, "source"),
                            .type = events_attribute(item, "type"),
                            .customer = events_attribute(item, "subject"),
                            .data = jn_json_get(item, "data")};
    if (e.customer.n == 0) e.customer = events_attribute(e.data, "userId");
    const char *fault = events_fault(item, &e);
    struct jr_input *input = &out->input[out->n];
    out->optional[out->n++] = false;
    *input = (struct jr_input){
        .kind = JR_INPUT_EVENT, .source = JN_STR("events"), .call = JN_STR("events"), .happened = wall};
    if (fault != NULL) {
        input->kind = JR_INPUT_QUARANTINE;
        input->text = jr_intake_text(item, arena);
        input->reason = jn_str_z(fault);
        return;
    }
    /* A source is a URI, which has no blank: the first one ends it. */
    input->dedupe = jn_arena_printf(arena, "%.*s %.*s", JN_FMT(e.source), JN_FMT(e.id));
    input->customer = e.customer;
    input->known = true;
    input->event = e.type;
    input->properties = jn_json_kind(e.data) == JN_JSON_OBJECT ? e.data : NULL;
    (void)jn_instant_parse(events_attribute(item, "time"), &input->happened);
}

/* ---- a request */

static jn_rc events_fill(struct jr_intake *out, struct jn_arena *arena, int64_t wall, struct jn_err *err) {
    bool many = jn_json_kind(out->document) == JN_JSON_ARRAY;
    size_t n = many ? jn_json_count(out->document) : 1;
    if (n > JR_TRACK_BATCH_MAX) return jn_fail(err, JN_TOO_LARGE, "a batch has at most %d events", JR_TRACK_BATCH_MAX);
    out->input = JN_NEW_ARRAY(arena, struct jr_input, n + 1);
    out->optional = JN_NEW_ARRAY(arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        events_item(out, arena, many ? jn_json_at(out->document, i) : out->document, wall);
    return JN_OK;
}

jn_rc jr_events_take(const struct jr_keys *keys, const struct jr_events_request *request, struct jn_arena *arena,
                     struct jr_intake *out, struct jn_err *err) {
    struct jn_buf text;
    struct jn_json_out w;
    *out = (struct jr_intake){0};
    jn_buf_init(&text, EVENTS__TEXT_MAX);
    jn_jw_init(&w, &text);
    bool binary = events_begin(request, &w);
    struct jn_str body = binary && request->body.n == 0 ? JN_STR("null") : request->body;
    jn_rc rc = jr_intake_document(keys, request->authorization, body, out, err);
    if (rc == JN_OK && binary) rc = events_join(&w, out, err);
    jn_buf_release(&text);
    return rc == JN_OK ? events_fill(out, arena, request->wall, err) : rc;
}

#include "runtime/ingest/track.h"

#include <inttypes.h>

#include "core/civil.h"
#include "runtime/ingest/inflate.h"

struct jr_track__row {
    const char *word, *letter;
};

static const struct jr_track__row CALL_ROW[JR_CALLS] = {
#define CALL(name, word, letter, text) {word, letter},
#include "runtime/ingest/calls.def"
#undef CALL
};

struct jr_track {
    struct jn_arena *arena;
    struct jr_intake *out;
    int64_t wall;
    int64_t lag; /* the sender's clock behind ours: wall - sentAt; 0 without sentAt */
};

static bool jr_track__call(struct jn_str word, bool letters, enum jr_call *out) {
    for (int i = 0; i < JR_CALLS; i++) {
        bool short_form = letters && word.n > 0 && jn_str_is(word, CALL_ROW[i].letter);
        if (!short_form && !jn_str_is(word, CALL_ROW[i].word)) continue;
        *out = (enum jr_call)i;
        return true;
    }
    return false;
}

/* ---- fields ---- */

/* A text, or a whole number as text (ids come as both). */
static struct jn_str jr_track__id(struct jr_track *t, const struct jn_json *item, const char *key) {
    const struct jn_json *node = jn_json_get(item, key);
    if (jn_json_kind(node) == JN_JSON_INT) return jn_arena_printf(t->arena, "%" PRId64, jn_json_int(node));
    return jn_json_text(node);
}

static const struct jn_json *jr_track__object(const struct jn_json *item, const char *key) {
    const struct jn_json *node = jn_json_get(item, key);
    return jn_json_kind(node) == JN_JSON_OBJECT ? node : NULL;
}

/* When it happened by our clock: what the sender says, corrected by how far its clock was off when it sent. Its own
 * time was no promise, so one that cannot be read gives the time of receipt and does not cost the event. */
static int64_t jr_track__happened(const struct jr_track *t, const struct jn_json *item) {
    const char *const KEYS[] = {"originalTimestamp", "timestamp"};
    for (size_t i = 0; i < 2; i++) {
        int64_t at;
        if (jn_instant_parse(jn_json_text(jn_json_get(item, KEYS[i])), &at)) return at + t->lag;
    }
    return t->wall;
}

/* ---- one event ---- */

static struct jr_input *jr_track__add(struct jr_track *t, enum jr_input_kind kind, enum jr_call call, bool optional) {
    struct jr_input *input = &t->out->input[t->out->n];
    t->out->optional[t->out->n++] = optional;
    *input = (struct jr_input){
        .kind = kind, .source = JN_STR("track"), .call = jn_str_z(CALL_ROW[call].word), .happened = t->wall};
    return input;
}

/* The start of a text that is at most `max` bytes and ends between two characters. */
static struct jn_str jr_track__cut(struct jn_str s, size_t max) {
    if (s.n <= max) return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
        max--;
    return jn_str_sub(s, 0, max);
}

struct jn_str jr_intake_text(const struct jn_json *item, struct jn_arena *arena) {
    struct jn_buf text;
    jn_buf_init(&text, JR_INFLATE_MAX * 2);
    jn_json_dump(item, &text);
    struct jn_str kept = jn_arena_str(arena, jr_track__cut(jn_buf_view(&text), JR_TRACK_KEPT_MAX));
    jn_buf_release(&text);
    return kept;
}

static void jr_track__quarantine(struct jr_track *t, const struct jn_json *item, const char *reason) {
    struct jr_input *input = jr_track__add(t, JR_INPUT_QUARANTINE, JR_CALL_BATCH, false);
    input->text = jr_intake_text(item, t->arena);
    input->reason = jn_str_z(reason);
}

/* NULL: it is sound. */
static const char *jr_track__fault(enum jr_call call, const struct jn_json *item, struct jn_str customer,
                                   struct jn_str other, struct jn_str event, struct jn_str message, bool traits) {
    bool alias = call == JR_CALL_ALIAS;
    if (jn_json_kind(item) != JN_JSON_OBJECT) return "an event must be an object";
    if (alias && customer.n == 0) return "userId is no text: an alias says whom previousId is to name";
    if (alias && other.n == 0) return "previousId is no text: an alias says which id is to name userId";
    if (customer.n == 0 && (alias || !traits)) return "neither userId nor anonymousId is a text";
    if (customer.n > JR_TRACK_ID_MAX) return "the customer's id is longer than 256 bytes";
    if (other.n > JR_TRACK_ID_MAX)
        return alias ? "previousId is longer than 256 bytes" : "anonymousId is longer than 256 bytes";
    if (message.n > JR_TRACK_ID_MAX) return "messageId is longer than 256 bytes";
    if (call == JR_CALL_TRACK && event.n == 0) return "event is missing or no text";
    if (event.n > JR_TRACK_ID_MAX) return "the event's name is longer than 256 bytes";
    const char *key = call == JR_CALL_IDENTIFY || call == JR_CALL_GROUP ? "traits" : "properties";
    enum jn_json_kind kind = jn_json_kind(jn_json_get(item, key));
    if (kind != JN_JSON_OBJECT && kind != JN_JSON_NULL)
        return call == JR_CALL_IDENTIFY || call == JR_CALL_GROUP ? "traits must be an object"
                                                                 : "properties must be an object";
    return NULL;
}

static void jr_track__item(struct jr_track *t, enum jr_call call, const struct jn_json *item) {
    bool alias = call == JR_CALL_ALIAS;
    struct jn_str customer = jr_track__id(t, item, "userId");
    struct jn_str other = jr_track__id(t, item, alias ? "previousId" : "anonymousId");
    bool known = customer.n > 0;
    if (!known && !alias) {
        customer = other;
        other = JN_STR_NONE;
    }
    struct jn_str event = call == JR_CALL_TRACK ? jn_json_text(jn_json_get(item, "event")) : JN_STR_NONE;
    struct jn_str message = jn_json_text(jn_json_get(item, "messageId"));
    const struct jn_json *traits = call == JR_CALL_IDENTIFY ? jr_track__object(item, "traits") : NULL;
    if (traits == NULL) traits = jr_track__object(jn_json_get(item, "context"), "traits");
    const char *fault = jr_track__fault(call, item, customer, other, event, message, traits != NULL);
    if (fault != NULL) {
        jr_track__quarantine(t, item, fault);
        return;
    }
    bool identify = call == JR_CALL_IDENTIFY, optional = !identify && !alias && call != JR_CALL_TRACK;
    struct jr_input *input = jr_track__add(t,
                                           identify ? JR_INPUT_IDENTIFY
                                           : alias  ? JR_INPUT_ALIAS
                                                    : JR_INPUT_EVENT,
                                           call, optional);
    input->dedupe = message;
    input->customer = customer;
    input->known = known;
    input->other = other;
    input->happened = jr_track__happened(t, item);
    if (alias || customer.n == 0) input->text = jr_intake_text(item, t->arena);
    if (alias) return;
    if (identify || customer.n == 0) input->traits = traits;
    if (identify) return;
    input->event = call == JR_CALL_TRACK ? event : jn_str_z(CALL_ROW[call].word);
    input->properties = jr_track__object(item, call == JR_CALL_GROUP ? "traits" : "properties");
}

static void jr_track__batch_item(struct jr_track *t, const struct jn_json *item) {
    enum jr_call call;
    struct jn_str type = jn_json_text(jn_json_get(item, "type"));
    bool single = jr_track__call(type, false, &call) && call < JR_CALL_BATCH;
    if (single)
        jr_track__item(t, call, item);
    else
        jr_track__quarantine(t, item, "type is none of track, identify, page, screen, group, alias");
}

/* ---- a request ---- */

jn_rc jr_intake_document(const struct jr_keys *keys, struct jn_str authorization, struct jn_str body,
                         struct jr_intake *out, struct jn_err *err) {
    struct jn_json **document = &out->document;
    enum jr_key_check check = jr_keys_check_header(keys, authorization, &out->key);
    if (check == JR_KEY_BAD) return jn_fail(err, JN_UNAUTHORIZED, "the write key is not known");
    jn_rc rc = JN_OK;
    if (jr_is_gzip(body)) {
        struct jn_buf plain;
        jn_buf_init(&plain, JR_INFLATE_MAX);
        rc = jr_inflate(body, &plain, err);
        if (rc == JN_OK) rc = jn_json_parse(jn_buf_view(&plain), document, err);
        jn_buf_release(&plain);
    } else {
        rc = jn_json_parse(body, document, err);
    }
    if (rc != JN_OK) return rc;
    out->weight = jn_json_weight();
    if (check == JR_KEY_IN_BODY && !jr_keys_check_body(keys, *document, &out->key))
        return jn_fail(err, JN_UNAUTHORIZED, "the write key is missing or not known");
    return JN_OK;
}

static jn_rc jr_track__fill(struct jr_track *t, enum jr_call call, const struct jn_json *document, struct jn_err *err) {
    bool many = call == JR_CALL_BATCH || call == JR_CALL_IMPORT;
    const struct jn_json *batch = many ? jn_json_get(document, "batch") : NULL;
    size_t n = jn_json_kind(batch) == JN_JSON_ARRAY ? jn_json_count(batch) : 1;
    if (n > JR_TRACK_BATCH_MAX) return jn_fail(err, JN_TOO_LARGE, "a batch has at most %d events", JR_TRACK_BATCH_MAX);
    t->out->input = JN_NEW_ARRAY(t->arena, struct jr_input, n + 1);
    t->out->optional = JN_NEW_ARRAY(t->arena, bool, n + 1);
    int64_t sent;
    if (jn_instant_parse(jn_json_text(jn_json_get(document, "sentAt")), &sent)) t->lag = t->wall - sent;
    if (!many) {
        jr_track__item(t, call, document);
    } else if (jn_json_kind(batch) != JN_JSON_ARRAY) {
        jr_track__quarantine(t, document, "batch must be a list of events");
    } else {
        for (size_t i = 0; i < n; i++)
            jr_track__batch_item(t, jn_json_at(batch, i));
    }
    return JN_OK;
}

jn_rc jr_track_take(const struct jr_keys *keys, const struct jr_track_request *request, struct jn_arena *arena,
                    struct jr_intake *out, struct jn_err *err) {
    enum jr_call call;
    *out = (struct jr_intake){0};
    if (!jr_track__call(request->call, true, &call))
        return jn_fail(err, JN_NOT_FOUND, "the tracking API has no call of this name");
    if (call == JR_CALL_METRICS) return JN_OK;
    jn_rc rc = jr_intake_document(keys, request->authorization, request->body, out, err);
    if (rc != JN_OK) return rc;
    struct jr_track t = {.arena = arena, .out = out, .wall = request->wall};
    return jr_track__fill(&t, call, out->document, err);
}

void jr_track_settle(struct jr_intake *intake, const struct jn_program *program) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < intake->n; i++) {
        struct jr_input *input = &intake->input[i];
        if (intake->optional[i] && (program == NULL || jn_program_event(program, input->event) == JN_NONE)) {
            if (input->other.n == 0) continue;
            input->kind = JR_INPUT_IDENTIFY; /* what it says of its two ids is taken */
            input->event = JN_STR("");
        }
        intake->optional[kept] = intake->optional[i];
        intake->input[kept++] = *input;
    }
    intake->n = kept;
}

void jr_track_settings(struct jn_str key, struct jn_str host, bool encrypted, struct jn_buf *out) {
    struct jn_buf api;
    jn_buf_init(&api, 1024);
    jn_buf_printf(&api, "%.*s/v1", JN_FMT(host));
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "integrations");
    jn_jw_object(&w);
    jn_jw_key(&w, "Segment.io");
    jn_jw_object(&w);
    jn_jw_key(&w, "apiKey");
    jn_jw_str(&w, key);
    jn_jw_key(&w, "apiHost");
    jn_jw_str(&w, jn_buf_view(&api));
    jn_jw_key(&w, "protocol");
    jn_jw_z(&w, encrypted ? "https" : "http");
    jn_jw_key(&w, "unbundledIntegrations");
    jn_jw_raw(&w, JN_STR("[]"));
    jn_jw_end_object(&w);
    jn_jw_end_object(&w);
    jn_jw_key(&w, "plan");
    jn_jw_raw(&w, JN_STR("{\"track\":{\"__default\":{\"enabled\":true}}}"));
    jn_jw_key(&w, "remotePlugins");
    jn_jw_raw(&w, JN_STR("[]"));
    jn_jw_key(&w, "edgeFunction");
    jn_jw_raw(&w, JN_STR("{}"));
    jn_jw_end_object(&w);
    jn_buf_release(&api);
}

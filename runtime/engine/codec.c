/* Customers as bytes. Values are self-describing. */
#include "runtime/engine/codec.h"
#include "core/check.h"
#include "core/value.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/policy/kept.h"

static jn_rc codec_damaged(struct jn_err *err, const char *what, uint64_t id) {
    return jn_fail(err, JN_CORRUPT, "the stored %s %llu cannot be read", what, (unsigned long long)id);
}

/* ---- customers */

/* How many, and whether any has a key: most journeys have none. */
static void codec_put_marks(const struct engine_customer *customer, struct jn_buf *out) {
    bool keyed = false;
    for (uint32_t i = 0; i < customer->n_mark; i++)
        keyed = keyed || customer->mark[i].key != 0;
    jn_buf_varint(out, (uint64_t)customer->n_mark << 1 | keyed);
    for (uint32_t i = 0; i < customer->n_mark; i++) {
        jn_buf_le64(out, customer->mark[i].journey);
        if (keyed) jn_buf_le64(out, customer->mark[i].key);
        jn_buf_svarint(out, customer->mark[i].at);
    }
}

struct jn_str engine_customer_encode(const struct engine_customer *customer, struct jn_arena *arena) {
    struct jn_buf out;
    uint32_t known = 0;
    jn_buf_init(&out, CODEC_MAX);
    jn_buf_u8(&out, CODEC_VERSION);
    jn_buf_lstr(&out, customer->ext);
    for (uint32_t i = 0; i < customer->n_attr; i++)
        known += !jn_is_missing(customer->attr[i].value);
    jn_buf_varint(&out, known);
    for (uint32_t i = 0; i < customer->n_attr; i++) {
        if (jn_is_missing(customer->attr[i].value)) continue;
        jn_buf_lstr(&out, customer->attr[i].name);
        jn_value_encode(customer->attr[i].value, &out);
    }
    jn_buf_varint(&out, customer->n_tag);
    for (uint32_t i = 0; i < customer->n_tag; i++)
        jn_buf_lstr(&out, customer->tag[i]);
    codec_put_marks(customer, &out);
    engine_consents_encode(customer, &out);
    engine_slots_encode(customer, &out);
    engine_recent_encode(customer, &out);
    engine_tracking_encode(customer, &out);
    engine_identity_encode(customer, &out);
    JN_CHECK(!out.failed);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

/* What stands behind the marks: each kind under its own mark. */
static bool codec_read_kept(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    bool sound = true;
    while (sound && !in->failed && in->at < in->n) {
        switch ((enum engine_kept)jn_read_u8(in)) {
        case ENGINE_KEPT_CONSENTS:
            sound = engine_consents_decode(in, arena, out);
            break;
        case ENGINE_KEPT_RECENT:
            sound = engine_recent_decode(in, arena, out);
            break;
        case ENGINE_KEPT_SLOTS:
            sound = engine_slots_decode(in, arena, out);
            break;
        case ENGINE_KEPT_IDENTITY:
            sound = engine_identity_decode(in, arena, out);
            break;
        case ENGINE_KEPT_KNOWN:
            out->known = true;
            break;
        case ENGINE_KEPT_TRACKING:
            sound = engine_tracking_decode(in, arena, out);
            break;
        default:
            sound = false;
        }
    }
    return sound && !in->failed;
}

static bool codec_get_marks(struct jn_reader *in, uint8_t version, struct jn_arena *arena,
                            struct engine_customer *out) {
    uint64_t head = jn_read_varint(in), n = version == CODEC_FIRST ? head : head >> 1;
    bool keyed = version == CODEC_FIRST || (head & 1) != 0;
    if (n > ENGINE_MARKS_MAX) return false;
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct engine_mark *mark = engine_grow(arena, &out->mark, &out->n_mark, sizeof(*mark));
        mark->journey = jn_read_le64(in);
        mark->key = keyed ? jn_read_le64(in) : 0;
        mark->at = jn_read_svarint(in);
    }
    return !in->failed;
}

static bool codec_read_profile(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint32_t n;
    uint8_t version = jn_read_u8(in);
    if (version < CODEC_FIRST || version > CODEC_VERSION) return false;
    out->ext = jn_read_lstr(in);
    if (!codec_count(in, ENGINE_ATTRS_MAX, &n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct engine_attr *attr = engine_grow(arena, &out->attr, &out->n_attr, sizeof(*attr));
        attr->name = jn_read_lstr(in);
        attr->value = jn_value_decode(in, arena);
    }
    out->loaded = jn_arena_copy(arena, out->attr, n * sizeof(*out->attr));
    out->n_loaded = n;
    if (!codec_count(in, ENGINE_TAGS_MAX, &n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct jn_str *tag = engine_grow(arena, &out->tag, &out->n_tag, sizeof(*tag));
        *tag = jn_read_lstr(in);
    }
    if (!codec_get_marks(in, version, arena, out)) return false;
    out->own_due = out->stored_own_due = INT64_MAX;
    return codec_read_kept(in, arena, out);
}

struct jn_str engine_merged_encode(uint64_t into, struct jn_arena *arena) {
    struct jn_buf out;
    jn_buf_init(&out, 16);
    jn_buf_u8(&out, JR_BODY_NOBODY);
    jn_buf_varint(&out, into);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

bool engine_merged_decode(struct jn_str body, uint64_t *into) {
    struct jn_reader in;
    jn_reader_init(&in, body);
    if (jn_read_u8(&in) != JR_BODY_NOBODY) return false;
    *into = jn_read_varint(&in);
    return !in.failed;
}

jn_rc engine_customer_decode(const struct jr_engine *engine, const struct jr_row_customer *row,
                             const struct jr_row_run *run, uint32_t n_run, struct jn_arena *arena,
                             struct engine_customer *out, struct jn_err *err) {
    struct jn_reader in;
    jn_reader_init(&in, row->body);
    out->id = row->customer;
    if (!codec_read_profile(&in, arena, out)) return codec_damaged(err, "customer", row->customer);
    for (uint32_t i = 0; i < n_run; i++) {
        struct engine_run *decoded = JN_NEW(arena, struct engine_run);
        jn_reader_init(&in, run[i].body);
        decoded->id = run[i].run;
        decoded->stored_under = row->customer;
        if (!engine_run_decode(engine, &in, arena, decoded)) return codec_damaged(err, "run", run[i].run);
        if (decoded->status != ENGINE_ENDED) {
            decoded->stored_program = decoded->program;
            decoded->stored_step = decoded->step;
        }
        struct engine_run **place = engine_grow(arena, &out->run, &out->n_run, sizeof(*place));
        *place = decoded;
    }
    return JN_OK;
}

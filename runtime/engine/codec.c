/* Customers and runs as bytes. Values are self-describing; runs are read with the program they are pinned to. */
#include "core/check.h"
#include "core/value.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/identity/identity.h"
#include "runtime/engine/policy/kept.h"

#define CODEC_VERSION  1
#define CODEC_MERGED   0xFF       /* in the version's place: a customer who became another */
#define CODEC_ARRIVING 0x80       /* beside the status */
#define CODEC_AWAITS   0x40       /* beside it too: the number of a delivery follows the hold */
#define CODEC_ORIGIN   0x20       /* and the origin behind that; without it, it is the run's number */
#define CODEC_MAX      (1u << 28) /* far beyond ENGINE_ATTRS_MAX values of ENGINE_EVENT_MAX bytes */

static jn_rc codec_damaged(struct jn_err *err, const char *what, uint64_t id) {
    return jn_fail(err, JN_CORRUPT, "the stored %s %llu cannot be read", what, (unsigned long long)id);
}

/* ---- customers */

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
    jn_buf_varint(&out, customer->n_mark);
    for (uint32_t i = 0; i < customer->n_mark; i++) {
        jn_buf_le64(&out, customer->mark[i].journey);
        jn_buf_le64(&out, customer->mark[i].key);
        jn_buf_svarint(&out, customer->mark[i].at);
    }
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

static bool codec_count(struct jn_reader *in, uint32_t max, uint32_t *out) {
    uint64_t n = jn_read_varint(in);
    if (in->failed || n > max) return false;
    *out = (uint32_t)n;
    return true;
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
        case ENGINE_KEPT_TRACKING:
            sound = engine_tracking_decode(in, arena, out);
            break;
        default:
            sound = false;
        }
    }
    return sound && !in->failed;
}

static bool codec_read_profile(struct jn_reader *in, struct jn_arena *arena, struct engine_customer *out) {
    uint32_t n;
    if (jn_read_u8(in) != CODEC_VERSION) return false;
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
    if (!codec_count(in, ENGINE_MARKS_MAX, &n)) return false;
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        struct engine_mark *mark = engine_grow(arena, &out->mark, &out->n_mark, sizeof(*mark));
        mark->journey = jn_read_le64(in);
        mark->key = jn_read_le64(in);
        mark->at = jn_read_svarint(in);
    }
    out->own_due = out->stored_own_due = INT64_MAX;
    return codec_read_kept(in, arena, out);
}

struct jn_str engine_merged_encode(uint64_t into, struct jn_arena *arena) {
    struct jn_buf out;
    jn_buf_init(&out, 16);
    jn_buf_u8(&out, CODEC_MERGED);
    jn_buf_varint(&out, into);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

bool engine_merged_decode(struct jn_str body, uint64_t *into) {
    struct jn_reader in;
    jn_reader_init(&in, body);
    if (jn_read_u8(&in) != CODEC_MERGED) return false;
    *into = jn_read_varint(&in);
    return !in.failed;
}

/* ---- runs */

static void codec_put_values(const struct jn_value *value, uint32_t n, struct jn_buf *out) {
    uint32_t known = 0;
    for (uint32_t i = 0; i < n; i++)
        known += !jn_is_missing(value[i]);
    jn_buf_varint(out, known);
    for (uint32_t i = 0; i < n; i++) {
        if (jn_is_missing(value[i])) continue;
        jn_buf_varint(out, i);
        jn_value_encode(value[i], out);
    }
}

static bool codec_get_values(struct jn_reader *in, struct jn_arena *arena, struct jn_value *value, uint32_t n) {
    uint32_t known;
    if (!codec_count(in, n, &known)) return false;
    for (uint32_t i = 0; i < known; i++) {
        uint64_t at = jn_read_varint(in);
        if (in->failed || at >= n) return false;
        value[at] = jn_value_decode(in, arena);
    }
    return !in->failed;
}

static void codec_put_events(const struct engine_run *run, struct jn_buf *out) {
    uint32_t n = 0;
    for (const struct engine_event *event = run->events; event != NULL; event = event->next)
        n++;
    jn_buf_varint(out, n);
    for (const struct engine_event *event = run->events; event != NULL; event = event->next) {
        jn_buf_varint(out, event->event);
        jn_buf_varint(out, event->seq);
        codec_put_values(event->prop, run->program->program->event[event->event].n_prop, out);
    }
}

static bool codec_get_events(struct jn_reader *in, struct jn_arena *arena, struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    struct engine_event **end = &run->events;
    uint32_t n;
    if (!codec_count(in, program->n_event, &n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct engine_event *event = JN_NEW(arena, struct engine_event);
        uint64_t index = jn_read_varint(in);
        if (in->failed || index >= program->n_event) return false;
        event->event = (uint32_t)index;
        event->seq = jn_read_varint(in);
        event->prop = JN_NEW_ARRAY(arena, struct jn_value, program->event[index].n_prop);
        if (!codec_get_values(in, arena, event->prop, program->event[index].n_prop)) return false;
        *end = event;
        end = &event->next;
    }
    return true;
}

struct jn_str engine_run_encode(const struct engine_run *run, struct jn_arena *arena) {
    const struct jn_program *program = run->program->program;
    struct jn_buf out;
    jn_buf_init(&out, CODEC_MAX);
    jn_buf_u8(&out, CODEC_VERSION);
    jn_buf_le64(&out, run->program->prefix);
    jn_buf_varint(&out, run->journey);
    jn_buf_u8(&out, (uint8_t)((uint8_t)run->status | (run->arriving ? CODEC_ARRIVING : 0) |
                              (run->awaits != 0 ? CODEC_AWAITS : 0) | (run->origin != run->id ? CODEC_ORIGIN : 0)));
    jn_buf_lstr(&out, run->ended);
    jn_buf_lstr(&out, run->key);
    jn_buf_varint(&out, run->step - engine_journey(run)->first_step);
    jn_buf_varint(&out, run->stage == JN_NONE ? 0 : (uint64_t)run->stage + 1);
    jn_buf_svarint(&out, run->entered);
    jn_buf_svarint(&out, run->anchor - run->entered);
    jn_buf_svarint(&out, run->due);
    jn_value_encode(run->hold, &out);
    if (run->awaits != 0) jn_buf_varint(&out, run->awaits);
    if (run->origin != run->id) jn_buf_le64(&out, run->origin);
    jn_buf_varint(&out, run->entry_seq);
    jn_buf_varint(&out, run->mark_seq - run->entry_seq);
    jn_buf_varint(&out, run->stage_seq - run->entry_seq);
    jn_buf_varint(&out, run->goals);
    jn_buf_svarint(&out, run->goal_until);
    codec_put_values(run->slot, program->journey[run->journey].n_slot, &out);
    codec_put_events(run, &out);
    jn_buf_varint(&out, run->n_visit);
    for (uint32_t i = 0; i < run->n_visit; i++) {
        jn_buf_varint(&out, run->visit[i].step);
        jn_buf_varint(&out, (uint64_t)run->visit[i].n << 1 | (run->visit[i].skip > 0 ? 1 : 0));
        if (run->visit[i].skip > 0) jn_buf_varint(&out, run->visit[i].skip);
    }
    jn_buf_varint(&out, run->n_consumed);
    for (uint32_t i = 0; i < run->n_consumed; i++)
        jn_buf_varint(&out, run->consumed[i]);
    if (run->resumed != 0) jn_buf_varint(&out, run->resumed << 1 | (run->skips ? 1 : 0));
    JN_CHECK(!out.failed);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

static bool codec_get_place(struct jn_reader *in, struct jn_arena *arena, struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    uint64_t journey = jn_read_varint(in);
    if (in->failed || journey >= program->n_journey) return false;
    run->journey = (uint32_t)journey;
    const struct jn_journey *row = engine_journey(run);
    uint8_t status = jn_read_u8(in);
    run->arriving = (status & CODEC_ARRIVING) != 0;
    run->awaits = (status & CODEC_AWAITS) != 0; /* which one comes later, as does the origin */
    run->origin = (status & CODEC_ORIGIN) != 0 ? 0 : run->id;
    status &= (uint8_t) ~(CODEC_ARRIVING | CODEC_AWAITS | CODEC_ORIGIN);
    if (status > ENGINE_PARKED) return false;
    run->status = (enum engine_status)status;
    run->ended = jn_read_lstr(in);
    run->key = jn_read_lstr(in);
    uint64_t step = jn_read_varint(in), stage = jn_read_varint(in);
    if (in->failed || step >= row->n_step || stage > program->n_stage) return false;
    run->step = row->first_step + (uint32_t)step;
    run->stage = stage == 0 ? JN_NONE : (uint32_t)stage - 1;
    run->slot = JN_NEW_ARRAY(arena, struct jn_value, row->n_slot);
    return true;
}

static bool codec_read_run(const struct jr_engine *engine, struct jn_reader *in, struct jn_arena *arena,
                           struct engine_run *run) {
    uint32_t n;
    if (jn_read_u8(in) != CODEC_VERSION) return false;
    run->program = engine_program_find(engine, jn_read_le64(in));
    if (run->program == NULL || !codec_get_place(in, arena, run)) return false;
    run->entered = jn_read_svarint(in);
    run->anchor = run->entered + jn_read_svarint(in);
    run->due = run->stored_due = jn_read_svarint(in);
    run->hold = jn_value_decode(in, arena);
    if (run->awaits != 0) run->awaits = jn_read_varint(in);
    if (run->origin == 0) run->origin = jn_read_le64(in);
    run->entry_seq = jn_read_varint(in);
    run->mark_seq = run->entry_seq + jn_read_varint(in);
    run->stage_seq = run->entry_seq + jn_read_varint(in);
    run->goals = (uint32_t)jn_read_varint(in);
    run->goal_until = jn_read_svarint(in);
    if (!codec_get_values(in, arena, run->slot, engine_journey(run)->n_slot)) return false;
    if (!codec_get_events(in, arena, run)) return false;
    if (!codec_count(in, CODEC_MAX, &n)) return false; /* also of steps that other versions had */
    for (uint32_t i = 0; i < n; i++) {
        struct engine_visit *visit = engine_grow(arena, &run->visit, &run->n_visit, sizeof(*visit));
        visit->step = (uint32_t)jn_read_varint(in);
        uint64_t count = jn_read_varint(in);
        visit->n = (uint32_t)(count >> 1);
        visit->skip = (count & 1) != 0 ? (uint32_t)jn_read_varint(in) : 0;
    }
    if (!codec_count(in, CODEC_MAX, &n)) return false;
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        uint64_t *seq = engine_grow(arena, &run->consumed, &run->n_consumed, sizeof(*seq));
        *seq = jn_read_varint(in);
    }
    uint64_t resumed = in->at < in->n ? jn_read_varint(in) : 0;
    run->resumed = resumed >> 1;
    run->skips = (resumed & 1) != 0;
    return !in->failed && in->at == in->n;
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
        if (!codec_read_run(engine, &in, arena, decoded)) return codec_damaged(err, "run", run[i].run);
        if (decoded->status != ENGINE_ENDED) {
            decoded->stored_program = decoded->program;
            decoded->stored_step = decoded->step;
        }
        struct engine_run **place = engine_grow(arena, &out->run, &out->n_run, sizeof(*place));
        *place = decoded;
    }
    return JN_OK;
}

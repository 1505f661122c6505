/* Runs as bytes, read with the program they are pinned to. */
#include "core/check.h"
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/codec.h"

#define CODEC_ARRIVING 0x80 /* beside the status */
#define CODEC_AWAITS   0x40 /* beside it too: the number of a delivery follows the hold */
#define CODEC_ORIGIN   0x20 /* and the origin behind that; without it, it is the run's number */

/* What follows of a run: most have little of it, and a million of them sleep. Common ones first, for they are a varint.
 * The first version wrote all of them always, and its due and events' numbers were not relative. The second wrote due
 * relative to the start of the hold, and numbered values always. */
enum codec_part {
    CODEC_DUE = 1,
    CODEC_HOLD = 2,
    CODEC_EVENTS = 4,
    CODEC_SLOTS = 8,
    CODEC_VISITS = 16,
    CODEC_KEY = 32,
    CODEC_SEQS = 64,
    CODEC_ANCHOR = 128,
    CODEC_GOALS = 256,
    CODEC_CONSUMED = 512,
    CODEC_ENDED = 1024,
    CODEC_RESUMED = 2048,
    CODEC_ALL_FIRST = 4095,
    CODEC_WAKE = 4096,
    CODEC_ALL = 8191
};

/* Of two instants or numbers, whatever they are: what is added back gives the first again. */
static int64_t codec_minus(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t codec_plus(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* When the hold ends as far as no calendar is asked: it is due then, or not far from then. */
static int64_t codec_end_of_hold(const struct engine_run *run) {
    if (run->hold.type == JN_T_INSTANT) return run->hold.i;
    if (run->hold.type != JN_T_DURATION || run->hold.scale == JN_UNIT_MONTHS) return run->anchor;
    uint64_t unit = run->hold.scale == JN_UNIT_DAYS ? JN_MS_DAY : 1;
    return codec_plus(run->anchor, (int64_t)((uint64_t)run->hold.i * unit));
}

/* How many are known, and whether any before the last of them is not: only then are they numbered. */
static void codec_put_values(const struct jn_value *value, uint32_t n, struct jn_buf *out) {
    uint32_t known = 0, end = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (jn_is_missing(value[i])) continue;
        known++;
        end = i + 1;
    }
    bool numbered = known < end;
    jn_buf_varint(out, (uint64_t)known << 1 | numbered);
    for (uint32_t i = 0; i < end; i++) {
        if (jn_is_missing(value[i])) continue;
        if (numbered) jn_buf_varint(out, i);
        jn_value_encode(value[i], out);
    }
}

static bool codec_get_values(struct jn_reader *in, uint8_t version, struct jn_arena *arena, struct jn_value *value,
                             uint32_t n) {
    uint64_t head = jn_read_varint(in), known = version <= CODEC_SECOND ? head : head >> 1;
    bool numbered = version <= CODEC_SECOND || (head & 1) != 0;
    if (in->failed || known > n) return false;
    for (uint64_t i = 0; i < known; i++) {
        uint64_t at = numbered ? jn_read_varint(in) : i;
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
        jn_buf_svarint(out, codec_minus((int64_t)event->seq, (int64_t)run->entry_seq));
        codec_put_values(event->prop, run->program->program->event[event->event].n_prop, out);
    }
}

static bool codec_get_events(struct jn_reader *in, uint8_t version, struct jn_arena *arena, struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    struct engine_event **end = &run->events;
    uint32_t n;
    if (!codec_count(in, program->n_event, &n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct engine_event *event = JN_NEW(arena, struct engine_event);
        uint64_t index = jn_read_varint(in);
        if (in->failed || index >= program->n_event) return false;
        event->event = (uint32_t)index;
        event->seq = version == CODEC_FIRST ? jn_read_varint(in) : run->entry_seq + (uint64_t)jn_read_svarint(in);
        event->prop = JN_NEW_ARRAY(arena, struct jn_value, program->event[index].n_prop);
        if (!codec_get_values(in, version, arena, event->prop, program->event[index].n_prop)) return false;
        *end = event;
        end = &event->next;
    }
    return true;
}

static uint32_t codec_parts(const struct engine_run *run) {
    uint32_t parts = 0;
    bool slots = false;
    for (uint32_t i = 0; i < engine_journey(run)->n_slot; i++)
        slots = slots || !jn_is_missing(run->slot[i]);
    parts |= run->due != INT64_MAX ? CODEC_DUE : 0;
    parts |= !jn_is_missing(run->hold) ? CODEC_HOLD : 0;
    parts |= run->events != NULL ? CODEC_EVENTS : 0;
    parts |= slots ? CODEC_SLOTS : 0;
    parts |= run->n_visit > 0 ? CODEC_VISITS : 0;
    parts |= run->key.n > 0 ? CODEC_KEY : 0;
    parts |= run->mark_seq != run->entry_seq || run->stage_seq != run->entry_seq ? CODEC_SEQS : 0;
    parts |= run->anchor != run->entered ? CODEC_ANCHOR : 0;
    parts |= run->goals != 0 || run->goal_until != INT64_MIN ? CODEC_GOALS : 0;
    parts |= run->n_consumed > 0 ? CODEC_CONSUMED : 0;
    parts |= run->ended.n > 0 ? CODEC_ENDED : 0;
    parts |= run->resumed != 0 ? CODEC_RESUMED : 0;
    parts |= run->stored_due != run->due ? CODEC_WAKE : 0;
    return parts;
}

static void codec_put_visits(const struct engine_run *run, struct jn_buf *out) {
    jn_buf_varint(out, run->n_visit);
    for (uint32_t i = 0; i < run->n_visit; i++) {
        jn_buf_varint(out, run->visit[i].step);
        jn_buf_varint(out, (uint64_t)run->visit[i].n << 1 | (run->visit[i].skip > 0 ? 1 : 0));
        if (run->visit[i].skip > 0) jn_buf_varint(out, run->visit[i].skip);
    }
}

static void codec_put_place(const struct engine_run *run, uint32_t parts, struct jn_buf *out) {
    jn_buf_le64(out, run->program->prefix);
    jn_buf_varint(out, run->journey);
    jn_buf_u8(out, (uint8_t)((uint8_t)run->status | (run->arriving ? CODEC_ARRIVING : 0) |
                             (run->awaits != 0 ? CODEC_AWAITS : 0) | (run->origin != run->id ? CODEC_ORIGIN : 0)));
    if ((parts & CODEC_ENDED) != 0) jn_buf_lstr(out, run->ended);
    if ((parts & CODEC_KEY) != 0) jn_buf_lstr(out, run->key);
    jn_buf_varint(out, run->step - engine_journey(run)->first_step);
    jn_buf_varint(out, run->stage == JN_NONE ? 0 : (uint64_t)run->stage + 1);
}

struct jn_str engine_run_encode(const struct engine_run *run, struct jn_arena *arena) {
    uint32_t parts = codec_parts(run);
    struct jn_buf out;
    jn_buf_init(&out, CODEC_MAX);
    jn_buf_u8(&out, CODEC_VERSION);
    jn_buf_varint(&out, parts);
    codec_put_place(run, parts, &out);
    jn_buf_svarint(&out, run->entered);
    if ((parts & CODEC_ANCHOR) != 0) jn_buf_svarint(&out, run->anchor - run->entered);
    if ((parts & CODEC_DUE) != 0) jn_buf_svarint(&out, codec_minus(run->due, codec_end_of_hold(run)));
    if ((parts & CODEC_WAKE) != 0) jn_buf_svarint(&out, codec_minus(run->stored_due, codec_end_of_hold(run)));
    if ((parts & CODEC_HOLD) != 0) jn_value_encode(run->hold, &out);
    if (run->awaits != 0) jn_buf_varint(&out, run->awaits);
    if (run->origin != run->id) jn_buf_le64(&out, run->origin);
    jn_buf_varint(&out, run->entry_seq);
    if ((parts & CODEC_SEQS) != 0) {
        jn_buf_varint(&out, run->mark_seq - run->entry_seq);
        jn_buf_varint(&out, run->stage_seq - run->entry_seq);
    }
    if ((parts & CODEC_GOALS) != 0) {
        jn_buf_varint(&out, run->goals);
        jn_buf_svarint(&out, run->goal_until);
    }
    if ((parts & CODEC_SLOTS) != 0) codec_put_values(run->slot, engine_journey(run)->n_slot, &out);
    if ((parts & CODEC_EVENTS) != 0) codec_put_events(run, &out);
    if ((parts & CODEC_VISITS) != 0) codec_put_visits(run, &out);
    if ((parts & CODEC_CONSUMED) != 0) {
        jn_buf_varint(&out, run->n_consumed);
        for (uint32_t i = 0; i < run->n_consumed; i++)
            jn_buf_varint(&out, run->consumed[i]);
    }
    if ((parts & CODEC_RESUMED) != 0) jn_buf_varint(&out, run->resumed << 1 | (run->skips ? 1 : 0));
    JN_CHECK(!out.failed);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

static bool codec_get_place(struct jn_reader *in, uint32_t parts, struct jn_arena *arena, struct engine_run *run) {
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
    if ((parts & CODEC_ENDED) != 0) run->ended = jn_read_lstr(in);
    if ((parts & CODEC_KEY) != 0) run->key = jn_read_lstr(in);
    uint64_t step = jn_read_varint(in), stage = jn_read_varint(in);
    if (in->failed || step >= row->n_step || stage > program->n_stage) return false;
    run->step = row->first_step + (uint32_t)step;
    run->stage = stage == 0 ? JN_NONE : (uint32_t)stage - 1;
    run->slot = JN_NEW_ARRAY(arena, struct jn_value, row->n_slot);
    return true;
}

/* When what it waits for ends, and by what number its events are known. */
static void codec_get_hold(struct jn_reader *in, uint8_t version, uint32_t parts, struct jn_arena *arena,
                           struct engine_run *run) {
    run->entered = run->anchor = jn_read_svarint(in);
    if ((parts & CODEC_ANCHOR) != 0) run->anchor += jn_read_svarint(in);
    int64_t due = (parts & CODEC_DUE) != 0 ? jn_read_svarint(in) : 0;
    int64_t wake = (parts & CODEC_WAKE) != 0 ? jn_read_svarint(in) : 0;
    if ((parts & CODEC_HOLD) != 0) run->hold = jn_value_decode(in, arena);
    int64_t from = version == CODEC_FIRST ? 0 : version == CODEC_SECOND ? run->anchor : codec_end_of_hold(run);
    run->due = (parts & CODEC_DUE) != 0 ? codec_plus(from, due) : INT64_MAX;
    run->stored_due = (parts & CODEC_WAKE) != 0 ? codec_plus(from, wake) : run->due;
    if (run->awaits != 0) run->awaits = jn_read_varint(in);
    if (run->origin == 0) run->origin = jn_read_le64(in);
    run->entry_seq = run->mark_seq = run->stage_seq = jn_read_varint(in);
    if ((parts & CODEC_SEQS) != 0) {
        run->mark_seq += jn_read_varint(in);
        run->stage_seq += jn_read_varint(in);
    }
    run->goal_until = INT64_MIN;
    if ((parts & CODEC_GOALS) != 0) {
        run->goals = (uint32_t)jn_read_varint(in);
        run->goal_until = jn_read_svarint(in);
    }
}

static bool codec_get_visits(struct jn_reader *in, struct jn_arena *arena, struct engine_run *run) {
    uint32_t n;
    if (!codec_count(in, CODEC_MAX, &n)) return false; /* also of steps that other versions had */
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        struct engine_visit *visit = engine_grow(arena, &run->visit, &run->n_visit, sizeof(*visit));
        visit->step = (uint32_t)jn_read_varint(in);
        uint64_t count = jn_read_varint(in);
        visit->n = (uint32_t)(count >> 1);
        visit->skip = (count & 1) != 0 ? (uint32_t)jn_read_varint(in) : 0;
    }
    return !in->failed;
}

static bool codec_get_consumed(struct jn_reader *in, struct jn_arena *arena, struct engine_run *run) {
    uint32_t n;
    if (!codec_count(in, CODEC_MAX, &n)) return false;
    for (uint32_t i = 0; i < n && !in->failed; i++) {
        uint64_t *seq = engine_grow(arena, &run->consumed, &run->n_consumed, sizeof(*seq));
        *seq = jn_read_varint(in);
    }
    return !in->failed;
}

bool engine_run_decode(const struct jr_engine *engine, struct jn_reader *in, struct jn_arena *arena,
                       struct engine_run *run) {
    uint8_t version = jn_read_u8(in);
    if (version < CODEC_FIRST || version > CODEC_VERSION) return false;
    uint64_t parts = version == CODEC_FIRST ? CODEC_ALL_FIRST : jn_read_varint(in);
    if (parts > CODEC_ALL) return false;
    run->program = engine_program_find(engine, jn_read_le64(in));
    if (run->program == NULL || !codec_get_place(in, (uint32_t)parts, arena, run)) return false;
    codec_get_hold(in, version, (uint32_t)parts, arena, run);
    if ((parts & CODEC_SLOTS) != 0 && !codec_get_values(in, version, arena, run->slot, engine_journey(run)->n_slot))
        return false;
    if ((parts & CODEC_EVENTS) != 0 && !codec_get_events(in, version, arena, run)) return false;
    if ((parts & CODEC_VISITS) != 0 && !codec_get_visits(in, arena, run)) return false;
    if ((parts & CODEC_CONSUMED) != 0 && !codec_get_consumed(in, arena, run)) return false;
    if ((parts & CODEC_RESUMED) != 0 && (version != CODEC_FIRST || in->at < in->n)) {
        uint64_t resumed = jn_read_varint(in);
        run->resumed = resumed >> 1;
        run->skips = (resumed & 1) != 0;
    }
    return !in->failed && in->at == in->n;
}

/* The outbox row's body: all that later attempts need, frozen when the step was taken. */
#include "core/check.h"
#include "core/hash.h"
#include "runtime/engine/turn.h"

#define OUTGOING_VERSION  2
#define OUTGOING_UNSUMMED 1   /* the version before: without a sum */
#define OUTGOING_RATED    4   /* beside the flags: a rate follows */
#define OUTGOING_ASKS     8   /* a question to a service: its breaker follows */
#define OUTGOING_AWAITED  16  /* a run holds until it is settled */
#define OUTGOING_MAILED   32  /* by SMTP */
#define OUTGOING_TRIED    64  /* of a run that counts for a version on trial: for which follows */
#define OUTGOING_ORDERED  128 /* behind the customer's earlier ones */
#define OUTGOING_MAX      (2 * ENGINE_MESSAGE_MAX)

void engine_message_id(const uint8_t id[16], char out[37]) {
    struct jn_buf text;
    jn_buf_init(&text, 36);
    jn_buf_z(&text, "msg_");
    jn_hex((struct jn_str){(const char *)id, 16}, &text);
    memcpy(out, text.p, 36);
    out[36] = '\0';
    jn_buf_release(&text);
}

/* One id for (run's origin, step, visit): the same over retries, restarts and versions (language semantics 11). */
void engine_effect_id(struct jr_engine *engine, uint64_t origin, uint32_t step, uint32_t visit, uint8_t out[16]) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_buf_le64(&text, *engine_counter(engine, ENGINE_NAMESPACE_HIGH));
    jn_buf_le64(&text, *engine_counter(engine, ENGINE_NAMESPACE_LOW));
    jn_buf_le64(&text, origin);
    jn_buf_le32(&text, step);
    jn_buf_le32(&text, visit);
    engine_digest(engine, jn_buf_view(&text), out);
    jn_buf_release(&text);
}

/* A message goes out as it was written, or not at all: neither its id nor its body is what a damaged page has. */
static uint64_t outgoing_sum(const uint8_t id[16], struct jn_str bytes) {
    return jn_hash64_seed(bytes, jn_hash64((struct jn_str){(const char *)id, 16}));
}

static bool outgoing_is_whole(const struct jr_row_delivery *row, struct jn_str *bytes) {
    struct jn_reader sum;
    *bytes = row->body;
    if (bytes->n == 0 || bytes->p[0] == OUTGOING_UNSUMMED) return bytes->n > 0;
    if (bytes->p[0] != OUTGOING_VERSION || bytes->n <= 8) return false;
    bytes->n -= 8;
    jn_reader_init(&sum, jn_str_sub(row->body, bytes->n, 8));
    return jn_read_le64(&sum) == outgoing_sum(row->id, *bytes);
}

struct jn_str engine_outgoing_encode(const struct jr_delivery *delivery, const struct engine_flight *flight,
                                     struct jn_arena *arena) {
    struct jn_buf out;
    jn_buf_init(&out, OUTGOING_MAX);
    jn_buf_u8(&out, OUTGOING_VERSION);
    jn_buf_varint(&out, flight->run);
    jn_buf_u8(&out, (uint8_t)((delivery->env_url ? 1 : 0) | (delivery->env_secret ? 2 : 0) |
                              (delivery->rate > 0 ? OUTGOING_RATED : 0) | (delivery->asks ? OUTGOING_ASKS : 0) |
                              (flight->awaited ? OUTGOING_AWAITED : 0) | (flight->trial != 0 ? OUTGOING_TRIED : 0) |
                              (delivery->kind == JN_CHANNEL_SMTP ? OUTGOING_MAILED : 0) |
                              (delivery->ordered ? OUTGOING_ORDERED : 0)));
    if (delivery->rate > 0) {
        jn_buf_varint(&out, delivery->rate);
        jn_buf_varint(&out, delivery->rate_ms);
    }
    if (delivery->asks) {
        jn_buf_varint(&out, delivery->breaker);
        jn_buf_varint(&out, delivery->breaker_calls);
        jn_buf_varint(&out, delivery->breaker_ms);
    }
    if (flight->trial != 0) jn_buf_varint(&out, flight->trial);
    jn_buf_varint(&out, delivery->retry_max);
    jn_buf_varint(&out, delivery->timeout_ms);
    jn_buf_svarint(&out, delivery->deadline);
    const struct jn_str text[] = {delivery->channel, delivery->url, delivery->secret,  delivery->journey,
                                  flight->stage,     flight->step,  delivery->message, delivery->customer,
                                  delivery->to,      delivery->body};
    for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
        jn_buf_lstr(&out, text[i]);
    if (delivery->last_reason.n > 0) jn_buf_lstr(&out, delivery->last_reason);
    jn_buf_le64(&out, outgoing_sum(flight->id, jn_buf_view(&out)));
    JN_CHECK(!out.failed);
    struct jn_str bytes = jn_arena_str(arena, jn_buf_view(&out));
    jn_buf_release(&out);
    return bytes;
}

bool engine_outgoing_decode(const struct jr_row_delivery *row, struct jn_arena *arena, struct jr_delivery *out,
                            struct engine_flight *flight) {
    struct jn_reader in;
    char id[37];
    struct jn_str bytes;
    *out = (struct jr_delivery){.delivery = row->delivery, .attempts = row->attempts, .due = row->due};
    if (!outgoing_is_whole(row, &bytes)) return false;
    jn_reader_init(&in, bytes);
    (void)jn_read_u8(&in);
    *flight = (struct engine_flight){
        .delivery = row->delivery, .customer = row->customer, .run = jn_read_varint(&in), .attempts = row->attempts};
    memcpy(flight->id, row->id, 16);
    uint8_t flags = jn_read_u8(&in);
    flight->awaited = (flags & OUTGOING_AWAITED) != 0;
    out->kind = (flags & OUTGOING_MAILED) != 0 ? JN_CHANNEL_SMTP : JN_CHANNEL_WEBHOOK;
    out->env_url = (flags & 1) != 0;
    out->env_secret = (flags & 2) != 0;
    out->ordered = (flags & OUTGOING_ORDERED) != 0;
    if ((flags & OUTGOING_RATED) != 0) {
        out->rate = (uint32_t)jn_read_varint(&in);
        out->rate_ms = (uint32_t)jn_read_varint(&in);
    }
    out->asks = flight->asks = (flags & OUTGOING_ASKS) != 0;
    if (out->asks) {
        out->breaker = (uint32_t)jn_read_varint(&in);
        out->breaker_calls = (uint32_t)jn_read_varint(&in);
        out->breaker_ms = (uint32_t)jn_read_varint(&in);
    }
    if ((flags & OUTGOING_TRIED) != 0) flight->trial = jn_read_varint(&in);
    out->retry_max = (uint32_t)jn_read_varint(&in);
    out->timeout_ms = (uint32_t)jn_read_varint(&in);
    out->deadline = jn_read_svarint(&in);
    struct jn_str *const text[] = {&out->channel, &out->url,     &out->secret,   &out->journey, &flight->stage,
                                   &flight->step, &out->message, &out->customer, &out->to,      &out->body};
    for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
        *text[i] = jn_read_lstr(&in);
    if (in.at < in.n) out->last_reason = jn_read_lstr(&in);
    flight->ext = out->customer;
    flight->journey = out->journey;
    flight->message = out->message;
    engine_message_id(row->id, id);
    out->id = jn_arena_str(arena, jn_str_z(id));
    return !in.failed && in.at == in.n;
}

jn_rc engine_outbox(struct jr_engine *engine, enum jr_delivery_state state, uint64_t after, uint32_t max,
                    struct jn_arena *arena, struct jr_delivery **out, struct engine_flight **flight, uint32_t *n,
                    struct jn_err *err) {
    struct jr_row_delivery *row;
    jn_rc rc = engine->store->ops->deliveries(engine->store, state, after, max, arena, &row, n, err);
    if (rc != JN_OK) return rc;
    *out = JN_NEW_ARRAY(arena, struct jr_delivery, *n);
    *flight = JN_NEW_ARRAY(arena, struct engine_flight, *n);
    for (uint32_t i = 0; i < *n; i++)
        if (!engine_outgoing_decode(&row[i], arena, &(*out)[i], &(*flight)[i]))
            return jn_fail(err, JN_CORRUPT, "the stored message %llu cannot be read",
                           (unsigned long long)row[i].delivery);
    return JN_OK;
}

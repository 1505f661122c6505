/* Who listens to what happens: server-sent events, as it is committed. Nothing is kept for who does not listen. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/check.h"
#include "runtime/api/access/access.h"
#include "runtime/api/reply.h"
#include "runtime/api/told.h"

enum { STREAM_READERS = 32, STREAM_PIECE = 1 << 20, STREAM_BEAT_MS = 15000 };

struct jr_stream_reader {
    struct jr_http_stream http; /* first: it is cast back */
    struct jr_api *api;
    struct jr_stream_reader *next;
    struct jr_actor actor;
    struct jn_str journey; /* empty: of all */
    char text[];           /* of the name */
};

/* ---- what is told ---- */

static const bool TOLD[JR_TRACES] = {
    [JR_TRACE_QUARANTINED] = true, [JR_TRACE_ENTERED] = true,  [JR_TRACE_STAGE] = true,
    [JR_TRACE_STEP] = true,        [JR_TRACE_HELD] = true,     [JR_TRACE_ARM] = true,
    [JR_TRACE_MATCHED] = true,     [JR_TRACE_TIMEOUT] = true,  [JR_TRACE_SENT] = true,
    [JR_TRACE_UNSENT] = true,      [JR_TRACE_GHOST] = true,    [JR_TRACE_SKIPPED] = true,
    [JR_TRACE_ASKED] = true,       [JR_TRACE_ANSWERED] = true, [JR_TRACE_DEFAULTED] = true,
    [JR_TRACE_REQUESTED] = true,   [JR_TRACE_APPROVED] = true, [JR_TRACE_REJECTED] = true,
    [JR_TRACE_ACCEPTED] = true,    [JR_TRACE_RETRY] = true,    [JR_TRACE_FAILED] = true,
    [JR_TRACE_CANCELLED] = true,   [JR_TRACE_REPLAYED] = true, [JR_TRACE_GOAL] = true,
    [JR_TRACE_LEFT] = true,        [JR_TRACE_MOVED] = true,    [JR_TRACE_PARKED] = true,
    [JR_TRACE_UNPARKED] = true};

/* The word of a kind: its name in small letters. */
static struct jn_str stream_word(enum jr_trace_kind kind, struct jn_arena *arena) {
    static const char *const NAME[] = {
#define TRACE(name, text) #name,
#include "journey/tbl/traces.def"
#undef TRACE
    };
    struct jn_str word = jn_arena_str(arena, jn_str_z(NAME[kind]));
    char *letter = jn_arena_copy(arena, word.p, word.n);
    for (size_t i = 0; i < word.n; i++)
        letter[i] = (char)(letter[i] | 0x20);
    return (struct jn_str){letter, word.n};
}

bool jr_told_make(const struct jr_trace *trace, struct jn_arena *arena, struct jr_told *out) {
    if (!TOLD[trace->kind]) return false;
    struct jn_buf text;
    struct jn_json_out w;
    jn_buf_init(&text, STREAM_PIECE);
    *out = (struct jr_told){.kind = stream_word(trace->kind, arena), .journey = jn_arena_str(arena, trace->journey)};
    jn_jw_init(&w, &text);
    jn_jw_object(&w);
    jr_reply__text(&w, "kind", out->kind);
    jr_reply__instant(&w, "at", trace->at);
    if (trace->run != 0) jr_reply__text(&w, "run", jn_arena_printf(arena, "%" PRIu64, trace->run));
    const struct {
        const char *name;
        struct jn_str value;
    } MEMBER[] = {{"customer", trace->customer}, {"journey", trace->journey}, {"stage", trace->stage},
                  {"step", trace->step},         {"name", trace->name},       {"detail", trace->detail}};
    for (size_t i = 0; i < sizeof MEMBER / sizeof MEMBER[0]; i++)
        if (MEMBER[i].value.n > 0) jr_reply__text(&w, MEMBER[i].name, MEMBER[i].value);
    jn_jw_end_object(&w);
    out->data = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return out->data.n > 0;
}

/* ---- who listens ---- */

static void stream_closed(struct jr_http_stream *http) {
    struct jr_stream_reader *reader = (struct jr_stream_reader *)http;
    struct jr_api *api = reader->api;
    struct jr_stream_reader **at = &api->readers;
    while (*at != reader)
        at = &(*at)->next;
    *at = reader->next;
    api->n_reader--;
    if (api->readers == NULL) api->host.listen(api->host.user, false);
    free(reader);
}

static void stream_begin(struct jr_api *api, struct jr_http_exchange *exchange, struct jn_str journey) {
    struct jr_http_reply head = {.status = 200,
                                 .content_type = "text/event-stream",
                                 .headers = JN_STR("Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"),
                                 .body = JN_STR("retry: 3000\n\n"),
                                 .endless = true};
    struct jr_stream_reader *reader = jn_alloc_zero(1, sizeof *reader + journey.n + 1);
    *reader = (struct jr_stream_reader){.http.closed = stream_closed, .api = api, .actor = api->actor};
    if (journey.n > 0) memcpy(reader->text, journey.p, journey.n);
    reader->journey = (struct jn_str){reader->text, journey.n};
    reader->next = api->readers;
    api->readers = reader;
    api->n_reader++;
    api->host.listen(api->host.user, true);
    if (jr_http_respond_stream(exchange, &head, &reader->http)) return;
    stream_closed(&reader->http);
    jr_api__fail(exchange, JN_CONFLICT, JN_STR_NONE,
                 JN_STR("ask for the stream on a connection of its own: it is the last answer of one"));
}

void jr_api__stream(struct jr_api *api, struct jr_http_exchange *exchange) {
    const struct jr_http_request *request = jr_http_request_of(exchange);
    struct jn_str journey;
    struct jn_err err;
    struct jn_arena arena;
    jn_arena_init(&arena);
    if (jr_reply__query(request, "journey", &arena, &journey, &err) != JN_OK)
        jr_api__fail(exchange, JN_INVALID, JN_STR_NONE, jn_str_z(err.text));
    else if (jn_str_is(request->method, "HEAD"))
        jr_http_respond(exchange, &(struct jr_http_reply){.status = 200, .content_type = "text/event-stream"});
    else if (api->n_reader == STREAM_READERS)
        jr_api__fail(exchange, JN_BUSY, JN_STR_NONE, JN_STR("32 listen already; one of them has to end first"));
    else
        stream_begin(api, exchange, journey);
    jn_arena_release(&arena);
}

/* ---- telling ---- */

void jr_api_tell(struct jr_api *api, const struct jr_told *told, uint32_t n) {
    struct jr_stream_reader *next;
    for (struct jr_stream_reader *reader = api->readers; reader != NULL; reader = next) {
        struct jn_buf piece;
        next = reader->next;
        jn_buf_init(&piece, (size_t)4 * STREAM_PIECE);
        for (uint32_t i = 0; i < n; i++) {
            if (reader->journey.n > 0 && !jn_str_eq(reader->journey, told[i].journey)) continue;
            jn_buf_printf(&piece, "id: %" PRIu64 "\nevent: %.*s\ndata: ", api->told_so_far + i + 1,
                          JN_FMT(told[i].kind));
            jn_buf_str(&piece, told[i].data);
            jn_buf_z(&piece, "\n\n");
        }
        if (piece.failed)
            jr_http_stream_end(&reader->http);
        else if (piece.n > 0)
            jr_http_stream_write(&reader->http, jn_buf_view(&piece));
        jn_buf_release(&piece);
    }
    api->told_so_far += n;
}

void jr_api_stream_beat(struct jr_api *api, uint64_t now_ms) {
    struct jr_stream_reader *next;
    bool beat = now_ms >= api->next_beat;
    if (beat) api->next_beat = now_ms + STREAM_BEAT_MS;
    for (struct jr_stream_reader *reader = api->readers; reader != NULL; reader = next) {
        next = reader->next;
        if (!jr_guard_holds(api, &reader->actor))
            jr_http_stream_end(&reader->http);
        else if (beat)
            jr_http_stream_write(&reader->http, JN_STR(": still here\n\n"));
    }
}

/* The tracking API: a request's body becomes inputs of the engine. Pure; bad events become quarantined ones. */
#ifndef RUNTIME_INGEST_TRACK_H
#define RUNTIME_INGEST_TRACK_H

#include "core/arena.h"
#include "journey/runtime.h"
#include "runtime/ingest/keys.h"

#define JR_TRACK_BATCH_MAX 10000 /* events of a batch; 413 beyond */
#define JR_TRACK_ID_MAX    256   /* bytes of a customer's id, an event's name, a messageId */
#define JR_TRACK_KEPT_MAX  32768 /* bytes kept of a bad event */

enum jr_call {
#define CALL(name, word, letter, text) JR_CALL_##name,
#include "runtime/ingest/calls.def"
#undef CALL
    JR_CALLS
};

struct jr_track_request {
    struct jn_str call;          /* last part of the path: `track` or `t` */
    struct jn_str authorization; /* header, may be empty */
    struct jn_str body;          /* as received */
    int64_t wall;                /* when it came, ms */
};

/* What a request becomes. Inputs point into the document, the arena and the request; `received` is not set yet. */
struct jr_intake {
    struct jn_json *document; /* to be freed by the owner */
    struct jr_input *input;
    bool *optional; /* taken only when the program declares its event */
    uint32_t n;
    uint32_t key;  /* number of the write key that sent it */
    size_t weight; /* memory that its documents take, at most */
};

/* JN_NOT_FOUND for an unknown call, JN_UNAUTHORIZED, JN_INVALID for what is not JSON, JN_TOO_LARGE. */
jn_rc jr_track_take(const struct jr_keys *keys, const struct jr_track_request *request, struct jn_arena *arena,
                    struct jr_intake *out, struct jn_err *err);

/* What other forms share in which events come: the body, zipped or not, as a document, once a key is shown by the
 * header or in it (errors as above); and an event as it came, for whoever looks into the quarantine. */
jn_rc jr_intake_document(const struct jr_keys *keys, struct jn_str authorization, struct jn_str body,
                         struct jr_intake *out, struct jn_err *err);
struct jn_str jr_intake_text(const struct jn_json *item, struct jn_arena *arena);

/* Drops optional inputs whose event the program (which may be NULL) does not declare, but for what two ids in them say
 * of each other. */
void jr_track_settle(struct jr_intake *intake, const struct jn_program *program);

/* Settings document for browser libraries; `host` is the Host header, and `encrypted` how it was asked. */
void jr_track_settings(struct jn_str key, struct jn_str host, bool encrypted, struct jn_buf *out);

#endif

/* CloudEvents 1.0.2 over HTTP: one, a batch, or one whose attributes are header fields. Pure; bad events become
 * quarantined ones. */
#ifndef RUNTIME_INGEST_EVENTS_H
#define RUNTIME_INGEST_EVENTS_H

#include "runtime/ingest/track.h"

struct jr_events_request {
    struct jn_str authorization, content_type; /* header fields, may be empty */
    struct jn_str body;                        /* as received */
    int64_t wall;                              /* when it came, ms */
    /* Appends the value of a field, its quotes and percent signs resolved: nothing when they cannot be. False: there is
     * no such field. */
    bool (*header)(const void *user, const char *name, struct jn_buf *out);
    const void *user;
};

/* As jr_track_take. */
jn_rc jr_events_take(const struct jr_keys *keys, const struct jr_events_request *request, struct jn_arena *arena,
                     struct jr_intake *out, struct jn_err *err);

#endif

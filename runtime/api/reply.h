/* What answers of the administration are made of: a job that is answered with JSON, its members, and pages of lists. */
#ifndef RUNTIME_API_REPLY_H
#define RUNTIME_API_REPLY_H

#include "runtime/api/api.h"

enum { JR_REPLY__PAGE = 100 };

/* `work` on the lane, which writes job->reply; then 200 with it, or the problem. */
void jr_reply__begin(struct jr_api *api, struct jr_http_exchange *exchange,
                     jn_rc (*work)(struct jr_job *, const struct jr_lane_view *, struct jn_err *));
/* The same answer for a job that is made elsewhere. */
void jr_reply__answer(struct jr_job *job);

/* A number written in digits; none is 0. False when it is something else. */
bool jr_reply__digits(struct jn_str text, uint64_t *out);
/* "90 seconds", "30 minutes", "2 hours", "1 day", "3 weeks": more than nothing, at most max_s. */
bool jr_reply__span(struct jn_str text, uint32_t max_s, uint32_t *out);
/* A query parameter with its percent signs resolved; p NULL when there is none. */
jn_rc jr_reply__query(const struct jr_http_request *request, const char *name, struct jn_arena *arena,
                      struct jn_str *out, struct jn_err *err);
/* The request's body, a JSON object, to job->properties. No JSON: JN_INVALID; JSON of another kind: JN_UNPROCESSABLE.
 */
jn_rc jr_reply__body(struct jr_job *job, struct jn_err *err);
/* The `after` of a paged list; JN_INVALID when it is no number. */
jn_rc jr_reply__after(const struct jr_job *job, uint64_t *out, struct jn_err *err);
/* {"items":[ … and its end; `last` is the number of the last item of a full page, or 0. */
void jr_reply__begin_page(struct jn_json_out *w, struct jn_buf *out);
void jr_reply__end_page(struct jn_json_out *w, uint64_t last);

void jr_reply__text(struct jn_json_out *w, const char *key, struct jn_str value);
void jr_reply__number(struct jn_json_out *w, const char *key, uint64_t value);
void jr_reply__instant(struct jn_json_out *w, const char *key, int64_t at);
/* A program's, as everywhere: "sha256:…". */
void jr_reply__version(struct jn_json_out *w, const char *key, const struct jn_program *program);
void jr_reply__hex(struct jn_json_out *w, const char *key, const uint8_t *bytes, size_t n);
/* Members of an object that say what is known of a customer. */
void jr_reply__customer(struct jn_json_out *w, const struct jr_customer_view *view);
/* "state", and since when it is not live. */
void jr_reply__state(struct jn_json_out *w, const struct jr_engine *engine, struct jn_str journey);

#endif

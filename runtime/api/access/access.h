/* Who may administer, and what is noted of it: the check before a request is taken, the entries of the audit log. */
#ifndef RUNTIME_API_ACCESS_ACCESS_H
#define RUNTIME_API_ACCESS_ACCESS_H

#include "runtime/api/api.h"

/* With the head alone: whether a route that demands `role` is for the sender; else *reply says why not. */
bool jr_guard_admit(struct jr_api *api, const char *route, enum jr_role role, const struct jr_http_request *request,
                    struct jr_http_reply *reply);
/* Before the handler: sets who asks. False when the token was revoked or has expired while the body came; answered. */
bool jr_guard_still(struct jr_api *api, enum jr_role role, struct jr_http_exchange *exchange);

/* Whether who was let in earlier still would be: the token is there and has not expired. */
bool jr_guard_holds(const struct jr_api *api, const struct jr_actor *actor);

/* An entry's body. */
void jr_audit_body(const struct jr_actor *actor, const char *from, const char *route, struct jn_str object, int status,
                   struct jn_buf *out);
/* On the lane, before a job is worked on: its entry waits for the commit, as done. JN_BUSY: too many wait. */
jn_rc jr_audit_begin(struct jr_job *job, const struct jr_lane_view *lane, struct jn_err *err);
/* It became known what the job is done to. */
void jr_audit_object(struct jr_job *job, const struct jr_lane_view *lane, struct jn_str object);
/* It came to something else: the entry says so, or, when that is durable already, another one. */
void jr_audit_came_to(struct jr_job *job, const struct jr_lane_view *lane, int status);
/* On the loop: for what was not done on the lane. */
void jr_audit_tell(struct jr_job *job, int status);

#endif

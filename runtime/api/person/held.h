/* What is held of a customer, as JSON: for the export and the timeline. */
#ifndef RUNTIME_API_PERSON_HELD_H
#define RUNTIME_API_PERSON_HELD_H

#include "runtime/api/reply.h"

#define JR_HELD__MAX ((size_t)64 << 20) /* bytes of an answer that holds all events of one customer */

/* What is held of the customer in the path; the reply gets room for it. */
jn_rc jr_held__read(struct jr_job *job, const struct jr_lane_view *lane, struct jr_held *out, struct jn_err *err);

/* Members of an object. */
void jr_held__event(struct jn_json_out *w, const struct jr_row_event *event);
void jr_held__message(struct jn_json_out *w, const struct jr_held_message *message);
void jr_held__sent(struct jn_json_out *w, const struct jr_delivery *sent);
void jr_held__set_aside(struct jn_json_out *w, const struct jr_row_quarantine *row);

#endif

/* A customer as the administration shows them. */
#include "core/value.h"
#include "runtime/api/reply.h"

static void jr_profile__run(struct jn_json_out *w, const struct jr_run_view *run) {
    jn_jw_object(w);
    jr_reply__number(w, "run", run->run);
    jr_reply__text(w, "journey", run->journey);
    jr_reply__text(w, "key", run->key);
    jr_reply__text(w, "stage", run->stage);
    jr_reply__text(w, "step", run->step);
    jr_reply__text(w, "version", run->version);
    jn_jw_key(w, "ended");
    if (run->ended.n == 0)
        jn_jw_null(w);
    else
        jn_jw_str(w, run->ended);
    if (run->held.n > 0) jr_reply__text(w, "held", run->held);
    if (run->parked.n > 0) jr_reply__text(w, "parked", run->parked);
    jr_reply__instant(w, "entered", run->entered);
    if (run->ended.n == 0 && run->due > 0 && run->due < INT64_MAX) jr_reply__instant(w, "due", run->due);
    jn_jw_key(w, "goals");
    jn_jw_array(w);
    for (uint32_t i = 0; i < run->n_goal; i++)
        jn_jw_str(w, run->goal[i]);
    jn_jw_end_array(w);
    if (run->n_slot > 0) {
        jn_jw_key(w, "values");
        jn_jw_object(w);
        for (uint32_t i = 0; i < run->n_slot; i++) {
            if (jn_is_missing(run->slot[i])) continue;
            jn_jw_key_str(w, run->slot_name[i]);
            jn_value_to_json(run->slot[i], w);
        }
        jn_jw_end_object(w);
    }
    jn_jw_end_object(w);
}

void jr_reply__customer(struct jn_json_out *w, const struct jr_customer_view *view) {
    jr_reply__text(w, "id", view->id);
    jn_jw_key(w, "aliases");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_alias; i++)
        jn_jw_str(w, view->alias[i]);
    jn_jw_end_array(w);
    jn_jw_key(w, "known");
    jn_jw_bool(w, view->known);
    jn_jw_key(w, "attributes");
    jn_jw_object(w);
    for (uint32_t i = 0; i < view->n_attr; i++) {
        if (jn_is_missing(view->attr[i])) continue;
        jn_jw_key_str(w, view->attr_name[i]);
        jn_value_to_json(view->attr[i], w);
    }
    jn_jw_end_object(w);
    jn_jw_key(w, "tags");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_tag; i++)
        jn_jw_str(w, view->tag[i]);
    jn_jw_end_array(w);
    jn_jw_key(w, "consents");
    jn_jw_object(w);
    for (uint32_t i = 0; i < view->n_topic; i++) {
        jn_jw_key_str(w, view->topic[i]);
        jn_jw_z(w, view->consents[i] ? "in" : "out");
    }
    jn_jw_end_object(w);
    jn_jw_key(w, "runs");
    jn_jw_array(w);
    for (uint32_t i = 0; i < view->n_run; i++)
        jr_profile__run(w, &view->run[i]);
    jn_jw_end_array(w);
}
